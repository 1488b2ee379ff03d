"""A house number belongs to its street, and a crossing is one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.records.states import Quarantine
from clearshard.records.transcript import Span
from clearshard.redaction.one_address import addresses, one_address
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.resolve import resolve
from clearshard.redaction.step_kinds import Seen

from .making import transcript

STREET, TOWN = "STREET_ADDRESS", "LOCATION"


def joined(marked: str) -> list[tuple[str, str]]:
    """What is found of a text in which streets stand in braces and towns in brackets."""
    text = "".join(c for c in marked if c not in "{}[]")
    spans: list[Span] = []
    start = place = 0
    for character in marked:
        if character in "{[":
            start = place
        elif character in "}]":
            kind = STREET if character == "}" else TOWN
            spans.append(Span(start, place, kind, 0.7, "x"))
        else:
            place += 1
    after = resolve(text, [*spans, *one_address(text, spans)])
    return [(text[s.start : s.end], s.entity_type) for s in after]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("it drops you off at 518 {fejedelem ter}", "518 fejedelem ter"),
        ("to five hundred and eighteen {tverrgata} please", "five hundred and eighteen tverrgata"),
        ("suite 521 12 {maple street}", "521 12 maple street"),
        ("fifty five {elm street}", "fifty five elm street"),
        ("12-14, {mill lane}", "12-14, mill lane"),
        ("at two{-twenty-one rue}", "two-twenty-one rue"),
        ("i am at {klosterweg} forty six", "klosterweg forty six"),
        ("{rua das flores}, 171.", "rua das flores, 171"),
        ("{rua das flores} 17b\nthanks", "rua das flores 17b"),
        ("the corner of {elm 4} and [long road] i think", "the corner of elm 4 and long road"),
        ("at Corner of {fifth street and main}", "Corner of fifth street and main"),
        ("[leon] & {elm 66}", "leon & elm 66"),
    ],
)  # fmt: skip
def test_what_belongs_to_a_street_goes_with_it(marked: str, expected: str) -> None:
    assert joined(marked) == [(expected, STREET)]


@pytest.mark.parametrize(
    "marked",
    [
        "it costs $5 {elm street}",
        "at 5.30 {elm street}",
        "{elm street} 5 days later",
        "{elm street} five times",
        "the second is {elm street}",
        "two people [portland] 5",
        "[portland] and [salem]",
        "{elm street} and the corner",
        "the corner of [portland]",
    ],
)
def test_what_does_not_belong_to_one_stays(marked: str) -> None:
    found = [part.strip("{}[]") for part in _marked(marked)]
    assert [said for said, _ in joined(marked)] == found


def _marked(text: str) -> list[str]:
    closing = {"{": "}", "[": "]"}
    return [text[i : text.index(closing[c], i)] for i, c in enumerate(text) if c in closing]


@pytest.mark.parametrize(
    ("text", "possible", "found"),
    [
        ("they are at 1 Quality Drive ok", [(12, 21)], ["1 Quality Drive"]),
        ("on ten tower street now", [(7, 12)], ["ten tower street"]),
        ("it has 1 Quality Drive ok", [(0, 2)], []),
        ("one hard drive", [], []),
        ("one hard drive", None, []),
    ],
)
def test_a_number_and_a_street_are_an_address_where_that_is_possible(
    text: str, possible: list[tuple[int, int]] | None, found: list[str]
) -> None:
    spans = [*addresses(Seen(text, (), (), possible), ())]
    assert [text[s.start : s.end] for s in spans] == found
    assert {s.entity_type for s in spans} <= {STREET}


PIECES = st.sampled_from(
    (
        "518",
        "five hundred",
        "and",
        "&",
        "the corner of",
        ",",
        "elm street",
        "\n",
        "46",
        "$",
        "a",
        "-",
    )
)


@given(
    st.lists(PIECES, min_size=1, max_size=8).map(" ".join),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12), st.sampled_from((STREET, TOWN)))),
)
def test_nothing_that_was_found_is_lost(text: str, ranges: list[tuple[int, int, str]]) -> None:
    found = [
        Span(start, min(start + length, len(text)), kind, 0.7, "x")
        for start, length, kind in ranges
        if start < len(text)
    ]
    before = resolve(text, found)
    for span in one_address(text, before):
        assert 0 <= span.start < span.end <= len(text)
        assert any(span.start <= one.start and one.end <= span.end for one in before)


@pytest.mark.parametrize(
    "address",
    [
        "415 N Elm St., Springfield, IL 62704",
        "7 rue de la paix",
        "p o box 1290",
        "kungsgatan 12",
        "psc 1234 box 5678 apo ae 09123",
        "suite 250",
        "apartment twelve b",
        "5 maple street",
        "one oh four west twenty second street unit nine",
        "12 lindenstrasse",
        "ulica długa 24",
        "via garibaldi 18",
        "rua das flores 171",
        "88 king's cross road flat 3",
        "14b baker street",
        "CMR 402 Box 991 APO AE 09180",
        "thirty two hundred north fairview avenue suite two ten",
        "9 the crescent",
    ],
)
def test_addresses_of_all_kinds_are_found_whole(redactor: Redactor, address: str) -> None:
    source = transcript("where do you live", f"i live at {address}", "thanks a lot")
    (spans,) = redactor.spans([source])
    assert not isinstance(spans, Quarantine)
    found = {place for span in spans for place in range(span.start, span.end)}
    start = source.text.index(address)
    left = [i for i, c in enumerate(address) if c.isalnum() and start + i not in found]
    assert left == []
    assert source.text.index("thanks") not in found
