"""Which settings are part of the promise, and that none is forgotten."""

from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from clearshard.config import Redaction
from clearshard.errors import ConfigError
from clearshard.recognizers import table
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.redaction import steps
from clearshard.redaction.step_kinds import Add
from clearshard.run import fingerprint
from clearshard.run.fingerprint import NOT_ASKED, promise_digest

from ..redaction.making import config
from ..redaction.test_ner import tiny

#: For every setting a value that is not its default.
CHANGED = {
    "spacy_model": "model",
    "profile": "balanced",
    "languages": ["en", "de"],
    "score_threshold": 0.29,
    "entities": ["PERSON"],
    "also_entities": ["drug"],
    "keep_entities": ["URL"],
    "recognizers": "own.yaml",
    # A module that is there; what a recognizer must be is asked where it is loaded.
    "plugins": ["presidio_analyzer:EntityRecognizer"],
    "operator": "mask",
    "operators": {"URL": "mask"},
}


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    tiny(tmp_path / "model", "PERSON")
    (tmp_path / "own.yaml").write_text("recognizers: []")


def test_every_setting_is_part_of_it_but_those_that_remove_nothing(tmp_path: Path) -> None:
    assert set(Redaction.model_fields) - NOT_ASKED == set(CHANGED)
    digests = {promise_digest(config(tmp_path, **{name: CHANGED[name]})) for name in CHANGED}
    digests.add(promise_digest(config(tmp_path)))
    assert len(digests) == len(CHANGED) + 1


def test_a_column_more_is_another_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also within a list: rows of both kinds would not be of one table."""
    now = promise_digest(config())
    words = SHARD_SCHEMA.field("words")
    fields = [f for f in words.type.value_type if f.name != "confidence"]
    less = pa.field("words", pa.list_(pa.struct(fields)), nullable=False)
    place = SHARD_SCHEMA.get_field_index("words")
    monkeypatch.setattr(fingerprint, "SHARD_SCHEMA", SHARD_SCHEMA.set(place, less))
    assert promise_digest(config()) != now


def test_what_is_named_counts_by_its_content(tmp_path: Path) -> None:
    settings = {"spacy_model": "model", "recognizers": "own.yaml"}
    one = promise_digest(config(tmp_path, **settings))
    assert promise_digest(config(tmp_path, **settings)) == one
    (tmp_path / "own.yaml").write_text("recognizers: [ ]")
    two = promise_digest(config(tmp_path, **settings))
    (tmp_path / "model" / "meta.json").write_text("{}")
    three = promise_digest(config(tmp_path, **settings))
    assert len({one, two, three}) == 3


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    for name in ("spacy_model", "recognizers"):
        with pytest.raises(ConfigError):
            promise_digest(config(tmp_path, **{name: "not-there"}))


def test_a_recognizer_that_a_release_adds_to_a_profile_asks_for_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    balanced, stock = (
        promise_digest(config(profile="balanced")),
        promise_digest(config(profile="stock")),
    )
    monkeypatch.setattr(table, "OWN", table.OWN[:-1])
    assert promise_digest(config(profile="balanced")) != balanced
    assert promise_digest(config(profile="stock")) == stock


def test_a_step_that_a_release_adds_to_a_profile_asks_for_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("balanced", "stock")
    balanced, stock = (promise_digest(config(profile=name)) for name in names)
    further = Add("further", frozenset({"strict", "balanced"}), lambda *_: ())
    monkeypatch.setattr(steps, "STEPS", (*steps.STEPS, further))
    assert promise_digest(config(profile="balanced")) != balanced
    assert promise_digest(config(profile="stock")) == stock


def test_who_asks_for_no_more_is_promised_what_he_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that were made before there were types on request are kept."""
    seen: list[dict[str, Any]] = []
    encode = msgspec.json.encode

    def seeing(value: dict[str, Any], **given: Any) -> bytes:
        seen.append(value["asked"])
        return encode(value, **given)

    monkeypatch.setattr(msgspec.json, "encode", seeing)
    promise_digest(config())
    promise_digest(config(entities=["PERSON"]))
    assert not [name for of in seen for name in ("also_entities", "requested") if name in of]
    promise_digest(config(entities=["person_name", "date"]))
    promise_digest(config(also_entities=["drug", "drug"]))
    assert [of["requested"] for of in seen[2:]] == [["DATE"], ["DRUG"]]
    assert seen[3]["also_entities"] == ["drug"]
