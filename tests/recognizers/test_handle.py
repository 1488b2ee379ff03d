"""Names of accounts behind an "@"."""

import pytest

from clearshard.recognizers.handle import find_handles


def found(text: str) -> list[str]:
    return [text[f.start : f.end] for f in find_handles(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask @jo_smith about it", ["jo_smith"]),
        ("thanks @amber!", ["amber"]),
        ("thanks @amber.rose-b. bye", ["amber.rose-b"]),
        (f"@{'x' * 90} hi", ["x" * 90]),
        ("RT @ amber _ rose : hi", ["amber _ rose"]),
        ("@ winter what do you mean", ["winter"]),
        ("yes\n@ winter no", ["winter"]),
        ("@ winter @ hope _ 7 @ rose no @ noon", ["winter", "hope _ 7", "rose"]),
        (". @ spring : hi", ["spring"]),
        ("@ mint _ : hi", ["mint _"]),
        ("RT : @ hope _ 7 look", ["hope _ 7"]),
        ("as /u/amber_rose said in r/winter", ["amber_rose", "winter"]),
        ("see / r / winter now", ["winter"]),
        ("U/mint-leaf", ["mint-leaf"]),
    ],
)
def test_found(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "lunch @ noon",
        "jo@mail.example",
        "5 @ 3 dollars",
        "a@b",
        "rt @",
        "and/or",
        "w/u/x",
        "5 r / x",
        "a://u/x",
        "his/r/winter",
        "r/x",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert found(text) == []
