"""Turns that are nothing but a code."""

import pytest

from clearshard.recognizers.bare_code import find_bare_codes


def found(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.entity_type) for f in find_bare_codes(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "ok\ngh 78 h 6\n3330\nyes",
            [("gh 78 h 6", "NUMBER_SEQUENCE"), ("3330", "NUMBER_SEQUENCE")],
        ),
        ("four two seven nine", [("four two seven nine", "NUMBER_SEQUENCE")]),
        ("yes it's kp 4471.", [("kp 4471", "NUMBER_SEQUENCE")]),
    ],
)
def test_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "50 gb",
        "12",
        "no",
        "two of them",
        "i have 3330 of these",
        "at 5 pm",
        "zip eighty five ninety two",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert found(text) == []
