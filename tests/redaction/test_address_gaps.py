"""What stands between and beside found parts of an address is found too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.records.transcript import Span
from clearshard.redaction.address_gaps import RECOGNIZER, fill_gaps
from clearshard.redaction.resolve import resolve


def _marked(text: str) -> tuple[str, list[Span]]:
    """The text and the spans of what stands in it as [street], <place> or {word}."""
    plain, spans, start = "", [], 0
    types = {"]": "STREET_ADDRESS", ">": "LOCATION", "}": "UNKNOWN_WORD", ")": "PERSON"}
    for character in text:
        if character in "[<{(":
            start = len(plain)
        elif character in types:
            spans.append(Span(start, len(plain), types[character], 0.7, "Test"))
        else:
            plain += character
    return plain, spans


def _found(marked: str) -> list[str]:
    text, spans = _marked(marked)
    found = fill_gaps(text, spans)
    assert {(s.entity_type, s.recognizer) for s in found} <= {("STREET_ADDRESS", RECOGNIZER)}
    return [text[s.start : s.end].strip(" ,\n") for s in resolve(text, found)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("at [61 Long Road]\n Suite 521\n {Ashby}", {"Suite 521"}),
        ("at [61 Long Road], apt. 4 b, <Ashby>", {"apt. 4 b"}),
        ("[katrina court] and [elm road] please", {"and"}),
        ("to [5 Rua Nova] de <Castelo>", {"de"}),
        ("<ashby> four two [elm road]", {"four two"}),
        ("at [61 Long Road], 55104 and", {"55104"}),
        ("at [61 Long Road]\nFlat 9\nNY\n55104-1111.", {"Flat 9\nNY\n55104-1111"}),
        ("at <Ashby>, NJ 07304 and", {"NJ 07304"}),
        ("at {Zorble}\n, UU\n 51771", {"UU\n 51771"}),
        ("send it to 53 [Elm Road] soon", {"53"}),
        ("send it to zero seven [elm road] soon", {"zero seven"}),
    ],
)
def test_found(text: str, parts: set[str]) -> None:
    assert set(_found(text)) == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<ashby> and {zorbling}",
        "[elm road] is near <ashby>",
        "[elm road]. 4 <ashby>",
        "[elm road] and of <ashby>",
        "[elm road] 1 2 3 4 5 <ashby>",
        "[elm road] is 4 miles long",
        "[elm road] costs 55104",
        "on the one [elm road] we know",
        "it was $53 [elm road]",
        "[61 Long Road]",
        "<Ashby> 07304",
        "in <Ashby>, NJ is 5",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("at <zorble> theatre now", "zorble theatre"),
        ("at (ana) Hall.", "ana Hall"),
        ("at {zorble} Concert Arts Hall", "zorble Concert Arts Hall"),
        ("at {zorble} Old Concert Arts Hall", None),
        ("at {zorble} arts hall", None),
        ("at <zorble> theatrical shows", None),
        ("at <zorble>, theatre", None),
        ("at <zorble>\ntheatre", None),
        ("at [zorble] theatre", None),
    ],
)
def test_what_ends_the_name_of_a_place_is_of_it(marked: str, place: str | None) -> None:
    text, spans = _marked(marked)
    # Under the type that was found: whoever removes people only has asked for no places.
    found = [(text[s.start : s.end], s.entity_type) for s in fill_gaps(text, spans)]
    assert found == ([] if place is None else [(place, spans[0].entity_type)])


@given(
    st.lists(
        st.tuples(st.sampled_from(("[", "<", "{")), st.text("ab 14,.\n", min_size=1)), max_size=5
    ),
    st.text("ab 14,.\n", max_size=9),
)
def test_spans_lie_in_the_text(parts: list[tuple[str, str]], between: str) -> None:
    closing = {"[": "]", "<": ">", "{": "}"}
    text, spans = _marked(between.join(f"{o}{value}{closing[o]}" for o, value in parts))
    assert all(0 <= new.start < new.end <= len(text) for new in fill_gaps(text, spans))
