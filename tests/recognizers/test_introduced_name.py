"""Names after the words that introduce one."""

import pytest

from clearshard.recognizers.introduced_name import find_introduced_names


def found(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.entity_type) for f in find_introduced_names(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hi my name is tomasz wieczorek i would like to pay", [("tomasz wieczorek", "PERSON")]),
        ("this is oluwaseun calling from the depot", [("oluwaseun", "PERSON")]),
        ("I'm looking for help. I'm Priya", [("Priya", "PERSON")]),
        ("last name is k o w a l s k i okay", [("k o w a l s k i", "PERSON")]),
        ("name: Ruth Okafor\nyes", [("Ruth Okafor", "PERSON")]),
        ("dr. okonkwo called me back", [("okonkwo", "PERSON")]),
        ("you can call me lucia", [("lucia", "PERSON")]),
        ("a table under the name of van der berg please", [("van der berg", "PERSON")]),
        ("her name's maeve o'brien and", [("maeve o'brien", "PERSON")]),
    ],
)
def test_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "this is great thanks",
        "i'm looking for help",
        "what is your name please",
        "the name of the street",
        "my name is",
        "it's a secret",
        "names are hard",
        "this is a test",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert found(text) == []
