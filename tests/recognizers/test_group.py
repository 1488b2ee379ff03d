"""Groups that a person belongs to."""

import pytest

from clearshard.recognizers.group import find_groups


def found(text: str) -> list[str]:
    return [text[f.start : f.end] for f in find_groups(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i'm a practicing catholic and my wife is hindu", ["catholic", "hindu"]),
        ("They are registered Republicans", ["Republicans"]),
        ("i am originally mexican", ["mexican"]),
        ("she's half south korean", ["south korean"]),
        ("my husband is not a french citizen", ["french"]),
        ("a group of Nigerian women", ["Nigerian"]),
        ("my nationality is dutch", ["dutch"]),
        ("I was born Irish", ["Irish"]),
    ],
)
def test_found(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a cheap italian restaurant",
        "is it chinese food",
        "my card is an american express",
        "i am an english teacher",
        "polish the french door",
        "islamabad is far",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert found(text) == []
