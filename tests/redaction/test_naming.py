"""What was found gets the name that it deserves, and nothing is dropped on the way."""

# ruff: noqa: SIM905 - lists of words read better as words

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.records.transcript import Span
from clearshard.redaction.naming import named_by_others
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.step_kinds import Asked, Rename, Seen

from .making import candidates, transcript

WANTED = frozenset(
    "STREET_ADDRESS LOCATION NUMBER_SEQUENCE PERSON PHONE_NUMBER UK_NHS UNKNOWN_WORD".split()
)


def _span(text: str, value: str, kind: str, score: float = 0.6) -> Span:
    start = text.index(value)
    return Span(start, start + len(value), kind, score, "x")


def _kinds(text: str, *found: tuple[str, str], wanted: frozenset[str] = WANTED) -> list[str]:
    spans = [_span(text, *one) for one in found]
    step = Rename("named_by_others", frozenset(), named_by_others)
    named = step.apply(Seen(text, (), ()), spans, Asked(wanted, 0.0))
    return [span.entity_type for span in named]


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("in tulsa 74103 yes", "74103", "STREET_ADDRESS"),
        ("in tulsa,  74103-1234", "74103-1234", "STREET_ADDRESS"),
        ("in tulsa 560001", "560001", "STREET_ADDRESS"),
        ("in tulsa 7410366", "7410366", "NUMBER_SEQUENCE"),
        ("in tulsa\n74103", "74103", "NUMBER_SEQUENCE"),
        ("in tulsa on 74103", "74103", "NUMBER_SEQUENCE"),
        ("74103 tulsa", "74103", "STREET_ADDRESS"),
        ("74103, tulsa", "74103", "STREET_ADDRESS"),
        ("74103\ntulsa", "74103", "NUMBER_SEQUENCE"),
        ("74103 in tulsa", "74103", "NUMBER_SEQUENCE"),
    ],
)
def test_a_number_beside_a_place_is_its_postal_code(text: str, code: str, expected: str) -> None:
    for place in ("LOCATION", "STREET_ADDRESS"):
        found = ("tulsa", place), (code, "NUMBER_SEQUENCE")
        assert _kinds(text, *found) == [place, expected]
        others = WANTED - {"STREET_ADDRESS"}
        assert _kinds(text, *found, wanted=others) == [place, "NUMBER_SEQUENCE"]
    known = ("tulsa", "LOCATION"), (code, "PHONE_NUMBER")
    assert _kinds(text, *known) == ["LOCATION", "PHONE_NUMBER"]
    person = ("tulsa", "PERSON"), (code, "NUMBER_SEQUENCE")
    assert _kinds(text, *person) == ["PERSON", "NUMBER_SEQUENCE"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("tulsa 74103", "STREET_ADDRESS"),
        ("tulsa, 74103-1234", "STREET_ADDRESS"),
        ("ok 74103", "STREET_ADDRESS"),
        ("TX 74103", "STREET_ADDRESS"),
        ("zz 74103", "NUMBER_SEQUENCE"),
        ("tx 7410", "NUMBER_SEQUENCE"),
        ("tx 74103 5", "NUMBER_SEQUENCE"),
    ],
)
def test_a_place_and_its_code_that_are_found_as_one_are_an_address(
    code: str, expected: str
) -> None:
    found = [(code, "NUMBER_SEQUENCE")]
    if "tulsa" in code:
        assert _kinds(code, *found) == ["NUMBER_SEQUENCE"]
        found.append(("tulsa", "LOCATION"))
    assert _kinds(code, *found)[0] == expected


def test_a_number_that_is_a_valid_phone_number_is_one() -> None:
    text = "it is 212 555 0143 or 212 555 0144 7"
    found = [("212 555 0143", "NUMBER_SEQUENCE"), ("212 555 0144 7", "NUMBER_SEQUENCE")]
    phones = [("212 555 0143", "PHONE_NUMBER"), ("212 555 0144", "PHONE_NUMBER")]
    assert _kinds(text, *found, *phones)[:2] == ["PHONE_NUMBER", "NUMBER_SEQUENCE"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("juarez airport", "LOCATION"),
        ("Juarez International Airport", "LOCATION"),
        ("grand centre", "LOCATION"),
        ("airport", "PERSON"),
        ("airport juarez", "PERSON"),
        ("ana centerfield", "PERSON"),
    ],
)
def test_what_ends_as_places_do_is_no_person(name: str, expected: str) -> None:
    assert _kinds(f"to {name} now", (name, "PERSON")) == [expected]


def test_what_stands_between_the_parts_of_an_address_is_no_person() -> None:
    address, person, place = ("5 elm road", "STREET_ADDRESS"), ("dolores", "PERSON"), "LOCATION"
    for text in ("5 elm road\n dolores\n peru", "5 elm road, dolores, peru"):
        assert _kinds(text, address, person, ("peru", place))[1] == "LOCATION"
        assert _kinds(text, address, person, ("peru", "STREET_ADDRESS"))[1] == "LOCATION"
        assert _kinds(text, address, person)[1] == "PERSON"
        assert _kinds(text, person, ("peru", place))[0] == "PERSON"
    text = "5 elm road for dolores, peru"
    assert _kinds(text, address, person, ("peru", place))[1] == "PERSON"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it moves that way says jordan", "PERSON"),
        ("she shouted at jordan", "PERSON"),
        ("the assistant to jordan", "PERSON"),
        ("she named him jordan", "PERSON"),
        ("My brother jordan", "PERSON"),
        ("jordan", None),
        ("it says jordan", None),
        ("he says jordan", None),
        ("says in jordan", None),
        ("my brother\njordan", None),
        ("my brother \njordan", None),
        ("we moved to jordan", None),
    ],
)
def test_who_speaks_or_is_spoken_to_is_a_person(text: str, expected: str | None) -> None:
    for kind in ("LOCATION", "UNKNOWN_WORD"):
        assert _kinds(text, ("jordan", kind)) == [expected or kind]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ilke can i please speak to you", "PERSON"),
        ("ok\nilke, could you help", "PERSON"),
        ("ilke cans i like", "UNKNOWN_WORD"),
        ("the ilke can i have it", "UNKNOWN_WORD"),
    ],
)
def test_an_unknown_word_that_a_turn_begins_with_is_who_is_spoken_to(
    text: str, expected: str
) -> None:
    assert _kinds(text, ("ilke", "UNKNOWN_WORD")) == [expected]
    assert _kinds(text, ("ilke", "LOCATION")) == ["LOCATION"]


def test_an_unknown_word_that_owns_something_is_a_person() -> None:
    text = "rajesh's car and rajesh\u2019s bike near keswick"
    found = [(w, "UNKNOWN_WORD") for w in ("rajesh's", "rajesh\u2019s", "keswick")]
    assert _kinds(text, *found) == ["PERSON", "PERSON", "UNKNOWN_WORD"]
    # Whoever keeps names of persons does not keep what nobody knows.
    assert _kinds(text, *found, wanted=WANTED - {"PERSON"}) == ["UNKNOWN_WORD"] * 3


def test_a_phone_number_whose_check_digit_fits_is_no_number_of_the_nhs() -> None:
    text = "call 943-476-5919 or 943 476 5919"
    dashed, spaced = "943-476-5919", "943 476 5919"
    found = (dashed, "PHONE_NUMBER"), (dashed, "UK_NHS"), (spaced, "UK_NHS")
    assert _kinds(text, *found) == ["PHONE_NUMBER", "PHONE_NUMBER", "UK_NHS"]
    for said in ("NHS", "nhs", "n h s", "N.H.S."):
        of_nhs = f"{text}, the {said} says"
        assert _kinds(of_nhs, *found) == ["PHONE_NUMBER", "UK_NHS", "UK_NHS"]


@pytest.mark.parametrize("kind", ["PERSON", "LOCATION"])
def test_what_ends_as_places_do_is_one_behind_a_cue_for_people_too(kind: str) -> None:
    assert _kinds("they laughed at rose hotel", ("rose hotel", kind)) == ["LOCATION"]
    assert _kinds("they laughed at rose", ("rose", kind)) == ["PERSON"]


TEXT = "in tulsa 74103 rajesh's 943-476-5919"
SPANS = st.builds(
    Span,
    st.sampled_from([3, 9, 15, 24]),
    st.sampled_from([24, 36]),
    st.sampled_from(sorted(WANTED)),
    st.sampled_from([0.3, 0.9]),
    st.just("x"),
).filter(lambda span: span.start < span.end)


@given(st.lists(SPANS, max_size=8))
def test_names_change_and_nothing_else(spans: list[Span]) -> None:
    named = named_by_others(TEXT, spans)
    assert [(s.start, s.end, s.score, s.recognizer) for s in named] == [
        (s.start, s.end, s.score, s.recognizer) for s in spans
    ]
    assert {span.entity_type for span in named} <= WANTED


def test_the_detector_names_by_others(redactor: Redactor) -> None:
    found = candidates(redactor, transcript("it is in rajesh's bag"))
    assert "PERSON" in {span.entity_type for span in found}
    assert "UNKNOWN_WORD" not in {span.entity_type for span in found}
