"""What becomes of findings: every step obeys what is asked, and loses nothing that it may not."""

# ruff: noqa: SIM905 - lists of words read better as words

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearshard.config import Profile
from clearshard.records.states import Quarantine
from clearshard.records.transcript import Span
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.step_kinds import Add, Asked, Drop, Merge, Seen, StepFailed
from clearshard.redaction.steps import STEPS, each, spans_in, steps_of

from .making import transcript

PROFILES: tuple[Profile, ...] = get_args(Profile)
TYPES = """
    PERSON LOCATION STREET_ADDRESS NUMBER_SEQUENCE PHONE_NUMBER UK_NHS UNKNOWN_WORD URL
    EMAIL_ADDRESS USERNAME DATE_TIME NRP ACCOUNT_NUMBER
""".split()
SCORES = (0.05, 0.3, 0.5, 0.6, 0.85, 1.0)
#: What somebody may take for something: types → values, with a stroke between them.
FOUND = {
    "PERSON UNKNOWN_WORD LOCATION": "maria|sana|rajesh's|zorble|maria lopez|jo hall|tulsa|ashby",
    "LOCATION PERSON": "the bus station|zorble theatre|boston",
    "STREET_ADDRESS": "maple street|12 elm road|a 4 g 4 f 3|9:30 am|54321",
    "NUMBER_SEQUENCE PHONE_NUMBER UK_NHS": "55104|560001|943-476-5919|tulsa, 55104",
    "URL EMAIL_ADDRESS USERNAME": "john.co|jo@example.com|x.com|ann.net",
    "DATE_TIME NRP": "friday|november 2nd 1970",
    "PERSON LOCATION": "gastroenteritis|doesn't|stomach",
}
#: What steps look at around it.
AROUND = (
    "street|theatre|Hall|hotel|suite 521|apt 5|, NJ 07304|, 55104|55104|and|in|at|of the|5|5874|"
    "four one two five|my brother|says|is|can you|nhs|maria|lopez|tulsa|oper|943-476-5919|'s|!|.|,"
    "|Москва|राजेश|maria's|12"
)
PIECE = st.one_of(
    st.tuples(st.sampled_from(AROUND.split("|")), st.just("")),
    *(
        st.tuples(st.sampled_from(values.split("|")), st.sampled_from(types.split()))
        for types, values in FOUND.items()
    ),
)
JOINT = st.sampled_from((" ", " ", " ", "\n", ""))
SPAN = st.tuples(
    st.integers(0, 99), st.integers(1, 20), st.sampled_from(TYPES), st.sampled_from(SCORES)
)


@st.composite
def seen(draw: st.DrawFn) -> Seen:
    """A text of some turns, what is likely to be found in it, and what nobody would think of."""
    text = ""
    by: tuple[list[Span], list[Span]] = ([], [])
    pieces = st.tuples(PIECE, JOINT, st.sampled_from(SCORES), st.booleans())
    for (value, kind), joint, score, by_ner in draw(st.lists(pieces, min_size=3, max_size=20)):
        if kind:
            span = Span(len(text), len(text) + len(value), kind, score, "P")
            by[by_ner].append(span)
        text += value + joint
    for start, length, kind, score in draw(st.lists(SPAN, max_size=3)):
        if start < len(text):
            by[score > 0.5].append(Span(start, min(start + length, len(text)), kind, score, "Q"))
    return Seen(text, *by)


ASKED = st.builds(
    Asked,
    st.one_of(st.just(frozenset(TYPES)), st.frozensets(st.sampled_from(TYPES), min_size=1)),
    st.one_of(st.just(0.0), st.sampled_from(SCORES)),
)
PROFILE = st.sampled_from(PROFILES)


def examples(count: int) -> settings:
    """So many, however busy the machine is; a fixture of a test may be the same for all."""
    unimportant = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(max_examples=count, deadline=None, suppress_health_check=unimportant)


def covered(text: str, spans: Sequence[Span]) -> set[int]:
    """The places of everything but white space that spans hold."""
    places = (place for span in spans for place in range(span.start, span.end))
    return {place for place in places if not text[place].isspace()}


@examples(400)
@given(seen(), PROFILE, ASKED)
def test_no_step_leaves_what_nobody_asked_for(found: Seen, profile: Profile, asked: Asked) -> None:
    for step, spans in each(found, steps_of(profile), asked):
        assert {span.entity_type for span in spans} <= asked.wanted, step.name
        assert all(span.score >= asked.threshold for span in spans), step.name
        assert all(0 <= s.start < s.end <= len(found.text) for s in spans), step.name


@examples(400)
@given(seen(), PROFILE, ASKED)
def test_only_steps_that_drop_lose_anything(found: Seen, profile: Profile, asked: Asked) -> None:
    before = covered(found.text, asked.admitted(found.read))
    for step, spans in each(found, steps_of(profile), asked):
        after = covered(found.text, spans)
        if step.kind == "drop":
            assert after <= before, step.name
        else:
            assert after >= before, step.name
        if step.kind == "merge":
            assert after == before, step.name
        before = after


@examples(200)
@given(seen(), PROFILE, ASKED)
def test_the_whole_is_each_step_on_what_the_one_before_has_left(
    found: Seen, profile: Profile, asked: Asked
) -> None:
    spans: Sequence[Span] = asked.admitted(found.read)
    for step in STEPS:
        if profile in step.profiles:
            spans = step.apply(found, spans, asked)
    assert spans_in(found, steps_of(profile), asked) == tuple(spans)
    # Disjoint and in order.
    assert all(one.end <= other.start for one, other in pairwise(spans))


@examples(400)
@given(seen(), PROFILE, ASKED)
def test_twice_is_once(found: Seen, profile: Profile, asked: Asked) -> None:
    for step, spans in each(found, steps_of(profile), asked):
        if step.kind in ("drop", "merge"):
            assert tuple(step.apply(found, spans, asked)) == tuple(spans), step.name
        elif step.kind == "add":
            again = step.apply(found, spans, asked)
            assert covered(found.text, again) == covered(found.text, spans), step.name


TEXT = "he lives in Boston"
FOUND_IN_TEXT = Span(12, 18, "LOCATION", 0.85, "x")
LOCATIONS = Asked(frozenset(("LOCATION",)), 0.5)


def _other(kind: str, score: float = 0.85) -> Span:
    return Span(12, 18, kind, score, "x")


def _apply(step: Drop | Add | Merge) -> list[Span]:
    return list(step.apply(Seen(TEXT, (), ()), [FOUND_IN_TEXT], LOCATIONS))


def test_what_is_added_is_wanted_and_sure() -> None:
    more = [_other("PERSON"), _other("LOCATION", 0.49), _other("LOCATION", 0.5)]
    assert _apply(Add("x", frozenset(), lambda *_: more)) == [FOUND_IN_TEXT, more[2]]


def test_an_end_may_be_dropped_but_nothing_made_of_it() -> None:
    part = Span(12, 15, "LOCATION", 0.85, "x")
    assert _apply(Drop("x", frozenset(), lambda *_: part)) == [part]
    assert _apply(Drop("x", frozenset(), lambda *_: None)) == []
    for other in (Span(11, 18, "LOCATION", 0.85, "x"), _other("PERSON"), _other("LOCATION", 0.9)):
        with pytest.raises(StepFailed, match="x"):
            _apply(Drop("x", frozenset(), lambda *_, other=other: other))


@pytest.mark.parametrize("made", [_other("PERSON"), _other("LOCATION", 0.4)])
def test_merging_makes_nothing_that_was_not_asked_for(made: Span) -> None:
    with pytest.raises(StepFailed, match="x"):
        _apply(Merge("x", frozenset(), lambda *_: [made]))


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_ends_with_disjoint_spans(profile: Profile) -> None:
    assert steps_of(profile)[-1].kind == "merge"


def test_stock_has_nothing_that_presidio_has_not_but_for_other_scripts() -> None:
    assert [s.name for s in steps_of("stock")] == ["recognizers", "foreign_words", "resolve"]
    assert steps_of("strict") == steps_of("balanced") == STEPS


#: One turn of each kind of finding that a step makes, or names otherwise.
SAID = [
    "he lives in Boston, NJ 07304 at 61 Long Road, Suite 521, Ashby, 55104",
    "my name is maria lopez, m a r i a, and lopez is my last name",
    "it is in rajesh's bag near the zorble theatre",
    "my number is 212-555-0143 yes 2125550143 or john.cooper",
    "so i spoke to राजेश about that and he will call back",
    "sana rabe 5874",
]


def _found(redactor: Redactor) -> list[Span]:
    (found,) = redactor.spans([transcript(*SAID)])
    assert not isinstance(found, Quarantine)
    return list(found)


def test_the_gap_behind_a_place_is_none_for_whoever_asks_for_places_alone(
    make_redactor: Callable[..., Redactor],
) -> None:
    found = _found(make_redactor(entities=["LOCATION"]))
    assert {span.entity_type for span in found} == {"LOCATION"}
    assert "STREET_ADDRESS" in {span.entity_type for span in _found(make_redactor())}
    kept = _found(make_redactor(keep_entities=["STREET_ADDRESS"]))
    assert "STREET_ADDRESS" not in {span.entity_type for span in kept}


def test_words_in_other_scripts_pass_no_threshold_that_is_higher(
    make_redactor: Callable[..., Redactor],
) -> None:
    redactor = make_redactor(score_threshold=0.9)
    assert all(span.score >= 0.9 for span in _found(redactor))
    # Then they would stay, so the file does.
    (result,) = redactor.redact([transcript(*SAID)])
    assert isinstance(result, Quarantine)
    assert result.error_type == "script"


@examples(10)
@given(data=st.data(), profile=PROFILE, threshold=st.sampled_from((0.0, 0.3, 0.5, 0.6, 0.85)))
def test_whatever_is_configured_nothing_else_comes_out(
    make_redactor: Callable[..., Redactor],
    data: st.DataObject,
    profile: Profile,
    threshold: float,
) -> None:
    types = st.sets(st.sampled_from(sorted(make_redactor(profile=profile)._detector.supported)))
    entities, kept = data.draw(types, label="entities"), data.draw(types, label="kept")
    # A type that can be found at all, so that the configuration is one.
    entities, kept = entities | {"PERSON"}, kept - {"PERSON"}
    found = _found(
        make_redactor(
            profile=profile,
            entities=sorted(entities),
            keep_entities=sorted(kept),
            score_threshold=threshold,
        )
    )
    assert {span.entity_type for span in found} <= entities - kept
    assert all(span.score >= threshold for span in found)
