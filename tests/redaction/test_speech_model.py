"""The NER that was trained for speech: what ships is what runs, and it holds no training word."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from clearshard.records.states import Quarantine
from clearshard.redaction.batch_ner.runtime import BatchNer, Entity, Reading, supports
from clearshard.redaction.ner import STOCK_NER, entity_types, load_ner, speech_model
from clearshard.redaction.reading import OneByOne, Union
from clearshard.redaction.redactor import (
    Redactor,
    _add_code,
    detector_settings,
    redactor_digest,
)

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


def test_it_counts_in_the_digest_of_the_redactor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = redactor_digest(config()), redactor_digest(config(profile="stock"))
    copy = shutil.copytree(speech_model(), tmp_path / "speech")
    (copy / "meta.json").write_text("{}")
    monkeypatch.setattr("clearshard.redaction.redactor.speech_model", lambda: copy)
    after = redactor_digest(config()), redactor_digest(config(profile="stock"))
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_the_list_of_words_counts_in_the_digest_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = redactor_digest(config())
    (tmp_path / "words.txt").write_text("other\n")
    monkeypatch.setattr("clearshard.redaction.redactor.word_list", lambda: tmp_path / "words.txt")
    assert redactor_digest(config()) != before


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


def test_the_digest_is_of_the_code_that_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade beneath a program that goes on does not change what that program runs."""
    before = redactor_digest(config())

    def upgraded(digest: "hashlib._Hash", _: object) -> None:
        digest.update(b"other code")

    monkeypatch.setattr("clearshard.redaction.redactor._add_code", upgraded)
    assert redactor_digest(config()) == before


def test_digest_covers_the_code_of_inner_packages(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "step.py").write_text("a = 1")

    def digest() -> str:
        sha = hashlib.sha256()
        _add_code(sha, tmp_path)
        return sha.hexdigest()

    before = digest()
    (inner / "step.py").write_text("a = 2")
    assert digest() != before
