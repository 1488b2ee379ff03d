"""Street addresses, written or spoken."""

import pytest

from clearshard.recognizers.street_address import find_street_addresses


def found(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.entity_type) for f in find_street_addresses(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "ship to 415 N Elm St., Springfield, IL 62704. Thanks",
            [("415 N Elm St., Springfield, IL 62704", "STREET_ADDRESS")],
        ),
        ("7 rue de la paix", [("7 rue de la paix", "STREET_ADDRESS")]),
        (
            "five five two\nmaple street\nlakeside\noregon",
            [("five five two\nmaple street\nlakeside\noregon", "STREET_ADDRESS")],
        ),
        (
            "p o box 1290 fairview texas 75069",
            [("p o box 1290 fairview texas 75069", "STREET_ADDRESS")],
        ),
        ("kungsgatan 12 is where", [("kungsgatan 12", "STREET_ADDRESS")]),
        (
            "psc 1234 box 5678 apo ae 09123 now",
            [("psc 1234 box 5678 apo ae 09123", "STREET_ADDRESS")],
        ),
        ("it is suite 250 please", [("suite 250", "STREET_ADDRESS")]),
        ("it's apartment twelve b", [("apartment twelve b", "STREET_ADDRESS")]),
        (
            "the corner of St. Elm 86 and Long Trail?",
            [("the corner of St. Elm 86 and Long Trail", "STREET_ADDRESS")],
        ),
        ("it is 5 maple street now", [("5 maple street", "STREET_ADDRESS")]),
        (
            "meet me at the corner of elm 4 and long road i think",
            [("the corner of elm 4 and long road", "STREET_ADDRESS")],
        ),
        (
            "the new one: one oh four west twenty second street unit nine",
            [("one oh four west twenty second street unit nine", "STREET_ADDRESS")],
        ),
    ],
)
def test_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "there is one popular event taking place",
        "4 days at the court",
        "a suite for two nights",
        "the apartment is nice",
        "in the corner of the room and the hall",
        "please send it to me tomorrow",
        "turn left on the street",
        "two rooms in a nice place",
        "the address is fine",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert found(text) == []


def test_what_a_cue_announces_goes_up_to_the_end_of_its_line() -> None:
    assert ("the corner of lindenallee 5", "STREET_ADDRESS") in found(
        "my address is the corner of lindenallee 5\nthanks"
    )


def test_further_lines_of_a_written_address_go_too() -> None:
    (value, _), *_ = found("Please return to Villa Aurora 5\nWESTBRIDGE, PA 39551\nThank you")
    assert value.endswith("39551")


def test_a_street_in_one_word_behind_its_number() -> None:
    text = "i am at 12 lindenstrasse"
    assert [text[f.start : f.end] for f in find_street_addresses(text)] == ["12 lindenstrasse"]


@pytest.mark.parametrize(
    "text",
    [
        "we take off at 4:15 pm",
        "they moved in at seven pm",
        "people stay in there for 3 nights",
        "the address and 212-555-0143 as the number",
        "i am staying from the 4th of March till the 8th",
        "i am staying from 4th march",
        "she moved in on the fourth of this month",
    ],
)
def test_behind_a_cue_is_not_always_a_place(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("send it to 7 the green and their phone number is that", "7 the green"),
        ("please return to kettle 9 in case you find it", "kettle 9"),
        ("change the address to kettle 9", "kettle 9"),
        ("change the address to kettle 9 on march 4th", "kettle 9"),
        ("change the address to kettle 9 on marsh lane", "kettle 9 on marsh lane"),
        ("it is located at kettle 9 costs 5 dollars", "kettle 9"),
        ("it is located at kettle 9, tickets are 5 dollars", "kettle 9"),
        ("she lives at 4th and elm", "4th and elm"),
        ("change the address with kettle 9", "kettle 9"),
    ],
)
def test_what_a_cue_announces_ends_where_something_else_begins(text: str, place: str) -> None:
    assert found(text) == [(place, "STREET_ADDRESS")]
