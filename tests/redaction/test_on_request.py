"""Types on request: nobody has them who does not ask, and asking never removes less."""

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from clearshard.errors import ConfigError
from clearshard.recognizers.table import REQUESTED
from clearshard.records.states import Quarantine
from clearshard.records.transcript import RedactedTranscript, Span, Transcript
from clearshard.redaction.entities import Entity, Reading
from clearshard.redaction.ner import spans_of
from clearshard.redaction.on_request import RECOGNIZERS
from clearshard.redaction.policy_names import HOLDS, ON_REQUEST
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.resolve import resolve
from clearshard.redaction.scores import TAGGER
from data.generator.calls import some_call

from .making import transcript

Maker = Callable[..., Redactor]

TURNS = (
    "hi this is jennifer lopez i work as an electrician in chicago",
    "i'm allergic to penicillin and i have type two diabetes",
    "my son is seven years old and speaks spanish",
    "they charged me forty five dollars after thanksgiving",
    "call me on next friday at half past nine it took two weeks",
)


def found(redactor: Redactor, source: Transcript) -> tuple[Span, ...]:
    (spans,) = redactor.spans([source])
    assert not isinstance(spans, Quarantine)
    return spans


def texts(source: Transcript, spans: Sequence[Span], entity_type: str) -> list[str]:
    return [source.text[s.start : s.end] for s in spans if s.entity_type == entity_type]


@pytest.mark.parametrize("profile", ["strict", "balanced", "stock"])
def test_nothing_is_found_that_nobody_asks_for(profile: str, make_redactor: Maker) -> None:
    redactor = make_redactor(profile=profile)
    wanted = frozenset(redactor._detector.entities)
    assert wanted.isdisjoint(ON_REQUEST)
    assert {span.entity_type for span in found(redactor, transcript(*TURNS))} <= wanted
    # No recognizer of them runs either.
    names = {recognizer.name for recognizer, *_ in redactor._detector._patterns._recognizers}
    assert names.isdisjoint(RECOGNIZERS)


def test_each_type_has_somebody_to_find_it(redactor: Redactor) -> None:
    recognizers = [make() for make in REQUESTED]
    assert {recognizer.name for recognizer in recognizers} == RECOGNIZERS
    by_rule = {name for recognizer in recognizers for name in recognizer.supported_entities}
    assert by_rule | {"ORGANIZATION"} == set(ON_REQUEST) <= redactor._detector.supported
    assert not set(ON_REQUEST) & set(HOLDS)


def test_each_is_found_by_its_name_and_by_that_of_a_policy(make_redactor: Maker) -> None:
    source = transcript(*TURNS)
    by_name = make_redactor(also_entities=sorted(ON_REQUEST))
    by_policy = make_redactor(also_entities=sorted(frozenset[str]().union(*ON_REQUEST.values())))
    spans = found(by_name, source)
    assert spans == found(by_policy, source)
    for entity_type, value in (
        ("OCCUPATION", "electrician"),
        ("DRUG", "penicillin"),
        ("MEDICAL_CONDITION", "type two diabetes"),
        ("AGE", "seven years old"),
        ("LANGUAGE", "spanish"),
        ("MONEY", "forty five dollars"),
        ("EVENT", "thanksgiving"),
        ("DATE", "next friday"),
        ("TIME", "half past nine"),
        ("DURATION", "two weeks"),
        ("PERSON", "jennifer lopez"),
        ("LOCATION", "chicago"),
    ):
        assert texts(source, spans, entity_type) == [value]
    # One by itself, and nothing else.
    alone = found(make_redactor(entities=["drug"]), source)
    assert [source.text[s.start : s.end] for s in alone] == ["penicillin"]


def test_what_the_tagger_was_asked_for_is_passed_on() -> None:
    """A NER's organisations are dropped; the tagger reads none that nobody asked for."""
    reading = Reading([Entity("ORGANIZATION", 0, 4)], ["acme"], [0], [])
    assert [s.entity_type for s in spans_of([reading], [7], TAGGER)] == ["ORGANIZATION"]
    assert spans_of([reading], [7]) == []


def test_asking_for_more_never_removes_less(make_redactor: Maker, redactor: Redactor) -> None:
    asking = make_redactor(also_entities=sorted(ON_REQUEST))
    names = set()
    for number in range(12):
        call = some_call(number, random.Random(f"on request {number}"))
        source = transcript(*(call.text[start:end] for _, start, end in call.ranges))
        default, more = found(redactor, source), found(asking, source)
        covered = {place for span in more for place in range(span.start, span.end)}
        for span in default:
            assert covered.issuperset(range(span.start, span.end))
        # What is personal is called what it was.
        for span in more:
            inside = {d.entity_type for d in default if d.start < span.end and span.start < d.end}
            personal = inside - {"UNKNOWN_WORD"}
            assert not personal or span.entity_type in HOLDS
        names |= {span.entity_type for span in more}
        assert all(one.end <= two.start for one, two in pairwise(more))
    assert {"MONEY", "DATE", "DURATION"} <= names


def test_what_is_personal_is_never_called_by_one_of_them() -> None:
    text = "jennifer olsen zelapril"
    name = Span(0, 14, "PERSON", 0.85, TAGGER)
    longer = Span(0, 23, "OCCUPATION", 0.9, "ListedRecognizer")
    assert resolve(text, [longer, name]) == (Span(0, 23, "PERSON", 0.85, TAGGER),)
    # A word that nobody knows is what was asked for; one that is a user's is called as it was.
    unknown = Span(15, 23, "UNKNOWN_WORD", 0.35, "UnknownWordRecognizer")
    drug = Span(15, 23, "DRUG", 0.5, "FormedNameRecognizer")
    assert resolve(text, [unknown, drug]) == (drug,)
    part = Span(15, 21, "DRUG", 0.5, "FormedNameRecognizer")
    assert resolve(text, [unknown, part]) == (unknown,)
    own = Span(15, 23, "DRUG", 0.9, "Mine")
    assert resolve(text, [unknown, own]) == (own,)


def test_each_is_replaced_as_others_are(make_redactor: Maker) -> None:
    asked = ["drug", "medical_condition"]
    source = transcript("i take metformin", "for diabetes", "metformin again")
    (result,) = make_redactor(also_entities=asked).redact([source])
    assert isinstance(result, RedactedTranscript)
    assert result.text == "i take <DRUG_1> for <MEDICAL_CONDITION_1> <DRUG_1> again"
    operators = {"DRUG": "surrogate", "MEDICAL_CONDITION": "drop"}
    (result,) = make_redactor(also_entities=asked, operators=operators).redact([source])
    assert isinstance(result, RedactedTranscript)
    words = result.text.split()
    assert words[2] == words[-2] != "metformin"
    assert len(words[2]) == len("metformin")


def test_what_stays_of_them_costs_no_file(make_redactor: Maker) -> None:
    """Their values are ordinary words: that one is said elsewhere is no sign of a fault."""
    source = transcript("i'm forty five and well", "that costs forty five and some")
    (result,) = make_redactor(also_entities=["person_age"]).redact([source])
    assert isinstance(result, RedactedTranscript)
    assert result.text == "i'm <AGE_1> and well that costs forty five and some"


def test_what_cannot_be_asked_for_is_told(make_redactor: Maker) -> None:
    with pytest.raises(ConfigError) as caught:
        make_redactor(also_entities=["DRUGS", "drug"])
    assert caught.value.problems == ("redaction.also_entities → unknown entity type DRUGS",)
    with pytest.raises(ConfigError) as caught:
        make_redactor(profile="stock", also_entities=["drug"])
    assert caught.value.problems == (
        "redaction.also_entities → drug is found with the profiles strict and balanced alone",
    )


def test_what_nobody_asks_for_can_be_kept(make_redactor: Maker) -> None:
    source = transcript(*TURNS)
    keeping = make_redactor(keep_entities=["DRUG", "occupation"])
    assert found(keeping, source) == found(make_redactor(), source)
    both = make_redactor(also_entities=["drug", "occupation"], keep_entities=["DRUG"])
    assert {"DRUG", "OCCUPATION"} & {s.entity_type for s in found(both, source)} == {"OCCUPATION"}


def test_a_type_of_the_user_asks_for_none_of_ours(make_redactor: Maker, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "recognizers: [{name: Mine, supported_entity: DRUG, patterns: "
        "[{name: p, regex: 'zelapril', score: 0.9}]}]"
    )
    source = transcript("zelapril and metformin")
    assert texts(source, found(make_redactor(recognizers=str(own)), source), "DRUG") == ["zelapril"]
