"""A transcript is read as one conversation, and what is found is said of the turn that it is in."""

import pytest

from clearshard.records.states import Quarantine
from clearshard.redaction.conversation import ConversationReader
from clearshard.redaction.entities import Entity
from clearshard.redaction.ner import STOCK_NER
from clearshard.redaction.redactor import Redactor, detector_settings
from clearshard.redaction.scores import NER_SCORE, TAGGER

from .making import KEY, config, transcript

#: No name that is in anybody's list: what is said around it must tell.
TURNS = [
    "hi my name is brantley okonjo and i live in wexbridge",
    "good morning this is orlaith how can i help you",
    "i would like to pay my bill please",
    "can you send it to twenty two maple avenue apartment four",
    "and what is your date of birth",
    "the ninth of the third nineteen eighty one",
]


@pytest.fixture(scope="module")
def reader() -> ConversationReader:
    return ConversationReader("strict")


def found(reader: ConversationReader, turns: list[str]) -> dict[str, str]:
    (readings,) = reader.read([turns])
    return {
        turn[e.start_char : e.end_char]: e.label
        for turn, reading in zip(turns, readings, strict=True)
        for e in reading.entities
    }


def test_names_streets_and_dates_of_birth_are_found_where_they_are(
    reader: ConversationReader,
) -> None:
    labels = found(reader, TURNS)
    assert labels["brantley okonjo"] == labels["orlaith"] == "PERSON"
    assert labels["wexbridge"] == "LOCATION"
    assert any(of == "STREET_ADDRESS" and "maple avenue" in said for said, of in labels.items())
    assert any(of == "DATE_OF_BIRTH" and "eighty one" in said for said, of in labels.items())
    assert not any("bill" in said for said in labels)


def test_a_question_tells_what_its_answer_is(reader: ConversationReader) -> None:
    answer = "four eight two five"
    asked = found(reader, ["what are the last four digits of your social", answer])
    assert asked == {answer: "US_SSN"}
    assert found(reader, ["how many were there", answer]) != asked


def test_a_reading_for_each_turn(reader: ConversationReader) -> None:
    first, empty, last = reader.read([["it's Ann", "", "yes."], [], ["no"]])
    (ann,) = first[0].entities
    assert ann == Entity("PERSON", 5, 8, ann.score)
    assert [reading.entities for reading in first[1:]] == [[], []]
    assert empty == []
    assert len(last) == 1


def test_strict_reads_conversations_and_stock_as_presidio_does() -> None:
    source = transcript("this is brantley okonjo from wexbridge", "Ask Tomasz about Oslo")
    names = []
    for profile in ("strict", "stock"):
        (spans,) = Redactor(config(profile=profile), KEY).spans([source])
        assert not isinstance(spans, Quarantine)
        names.append({source.text[s.start : s.end] for s in spans if s.entity_type == "PERSON"})
        assert (TAGGER in {s.recognizer for s in spans}) == (profile == "strict")
    assert "brantley okonjo" in names[0]
    assert "brantley okonjo" not in names[1]


def test_a_finding_scores_less_where_the_tagger_must_be_surer_and_goes_by_its_score() -> None:
    source = transcript("hi my name is orlaith kettering", "thank you")
    offsets = [number / 4 for number in range(-4, 13)]

    def scores(threshold: float) -> list[float | None]:
        redactor = Redactor(config(profile="balanced", score_threshold=threshold), KEY)
        found = []
        for (spans,) in (shifted.spans([source]) for shifted in redactor.shifted(offsets)):
            assert not isinstance(spans, Quarantine)
            of_name = [span.score for span in spans if span.recognizer == TAGGER]
            found.append(max(of_name, default=None))
        return found

    by_default = scores(0.3)
    told = [score for score in by_default if score is not None]
    assert told == sorted(told, reverse=True)
    assert len(set(told)) > 2
    assert 0.5 <= told[-1] < told[0] == NER_SCORE
    assert scores(0.5) == by_default
    middle = sorted(set(told))[1]
    assert scores(middle) == [s if s is not None and s >= middle else None for s in by_default]


def test_a_ner_that_is_configured_reads_too() -> None:
    assert detector_settings(config()).ners == ()
    assert detector_settings(config(profile="stock")).ners == (STOCK_NER,)
    assert detector_settings(config(spacy_model=STOCK_NER)).ners == (STOCK_NER,)
    assert detector_settings(config(profile="stock", spacy_model="x")).ners == ("x",)
    text = "a Swede and a Norwegian met in Oslo"
    (spans,) = Redactor(config(spacy_model=STOCK_NER), KEY).spans([transcript(text)])
    assert not isinstance(spans, Quarantine)
    assert {"Swede", "Norwegian", "Oslo"} <= {text[s.start : s.end] for s in spans}
