"""The NER that was trained for speech: what ships is what runs, and it holds no training word."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from clearshard.records.states import Quarantine
from clearshard.redaction.batch_ner.runtime import BatchNer, Entity, Reading, supports
from clearshard.redaction.ner import STOCK_NER, entity_types, load_ner, speech_model
from clearshard.redaction.reading import OneByOne, Union
from clearshard.redaction.redactor import Redactor, detector_settings

from .making import KEY, config, transcript

#: No name that is in anybody's list: the model must know one by what is said around it.
TURNS = [
    "hi my name is brantley okonjo and i live in wexbridge",
    "can you send it to twenty two maple avenue apartment four",
    "good morning this is orlaith how can i help you",
    "it is spelled o r l a i t h",
    "i would like to pay my bill please",
    "the weather in lisbon is fine",
    "Ask Tomasz Wieczorek about the trip to Oslo.",
]


@pytest.fixture(scope="module")
def speech() -> Language:
    return load_ner(str(speech_model()))


def test_the_batch_runtime_computes_it_exactly(speech: Language) -> None:
    assert supports(speech) is None
    (stock,) = OneByOne(speech).read([TURNS * 3])
    ours = BatchNer(speech).read(TURNS * 3)
    assert [r.entities for r in ours] == [r.entities for r in stock]
    assert sum(len(r.entities) for r in ours) >= 15


def test_it_finds_people_and_streets_without_capital_letters(speech: Language) -> None:
    found = {
        text[e.start_char : e.end_char]: e.label
        for text, reading in zip(TURNS, BatchNer(speech).read(TURNS), strict=True)
        for e in reading.entities
    }
    assert found["brantley okonjo"] == "PERSON"
    assert found["orlaith"] == "PERSON"
    assert any(label == "ADDRESS" and "maple avenue" in said for said, label in found.items())


def test_its_types_have_presidios_names(speech: Language) -> None:
    assert set(entity_types(speech)) == {"DATE_TIME", "LOCATION", "PERSON", "STREET_ADDRESS"}


def test_it_holds_no_word_but_those_of_spacys_own_english(speech: Language) -> None:
    folder = speech_model()
    strings = set(json.loads((folder / "vocab" / "strings.json").read_text("utf-8")))
    own = set(spacy.blank("en").vocab.strings)
    labels = {"ADDRESS", "DATE", "LOCATION", "ORG", "PERSON", "ROOT"}
    assert strings - own <= labels
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in ("model", "tokenizer", "strings.json"):
            assert path.stat().st_size < 4096, path.name


def test_it_is_small() -> None:
    files = (path for path in Path(speech_model()).rglob("*") if path.is_file())
    assert sum(path.stat().st_size for path in files) < 15_000_000


def test_strict_reads_with_the_speech_ner_and_stock_with_presidios() -> None:
    source = transcript("this is brantley okonjo from wexbridge", "Ask Tomasz about Oslo")
    names = []
    for profile in ("strict", "stock"):
        (found,) = Redactor(config(profile=profile), KEY).spans([source])
        assert not isinstance(found, Quarantine)
        names.append({source.text[s.start : s.end] for s in found if s.entity_type == "PERSON"})
    assert "brantley okonjo" in names[0]
    assert names[1] <= names[0] | {"Tomasz"}
    assert "brantley okonjo" not in names[1]


def test_a_ner_that_is_configured_reads_too(tmp_path: Path) -> None:
    assert detector_settings(config()).ners == (str(speech_model()),)
    assert detector_settings(config(profile="stock")).ners == (STOCK_NER,)
    both = detector_settings(config(spacy_model=STOCK_NER))
    assert both.ners == (str(speech_model()), STOCK_NER)
    assert detector_settings(config(profile="stock", spacy_model="x")).ners == ("x",)
    text = "a Swede and a Norwegian met in Oslo"
    (found,) = Redactor(config(spacy_model=STOCK_NER), KEY).spans([transcript(text)])
    assert not isinstance(found, Quarantine)
    assert {"Swede", "Norwegian", "Oslo"} <= {text[s.start : s.end] for s in found}


class Canned:
    """A reader that finds one thing."""

    def __init__(self, entity: Entity, words: list[str]) -> None:
        self._reading = Reading([entity], words, [0])

    def read(self, transcripts: Sequence[Sequence[str]]) -> list[list[Reading]]:
        return [[self._reading for _ in texts] for texts in transcripts]


def test_what_either_of_two_ners_finds_is_found() -> None:
    one, two = Entity("PERSON", 0, 3), Entity("GPE", 5, 9)
    union = Union(Canned(one, ["first"]), Canned(two, ["second"]))
    assert union.read([["a", "b"], []]) == [[Reading([one, two], ["first"], [0])] * 2, []]
