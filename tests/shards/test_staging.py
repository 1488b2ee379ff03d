"""Nothing but what redaction has sealed becomes a row."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearshard.records.transcript import RedactedTranscript
from clearshard.shards.pseudonyms import account_key, doc_key
from clearshard.shards.staging import STAGED_SCHEMA, ShardRow, stage

from .making import KEY, SEAL, redacted, row


class LooksRedacted:
    """Has all that a redacted transcript has, and was never redacted."""

    text = "maria"
    utterances = words = redactions = ()
    language = "en"
    audio_duration_ms = None


class Derived(RedactedTranscript):  # type: ignore[misc]
    """Gets around the constructor by inheritance."""

    def __init__(self) -> None:
        pass


@pytest.mark.parametrize("fake", [None, {"text": "maria"}, LooksRedacted(), Derived()])
def test_only_a_sealed_transcript_becomes_a_row(fake: Any) -> None:
    with pytest.raises(TypeError):
        ShardRow("0" * 32, "0" * 32, "2026-11", "0" * 64, fake)
    with pytest.raises(TypeError):
        replace(row(1), transcript=fake)


@pytest.mark.parametrize("fake", [None, LooksRedacted(), Derived()])
def test_row_made_behind_its_constructor_is_refused(tmp_path: Path, fake: Any) -> None:
    forged = object.__new__(ShardRow)
    keys = ("doc_key", "account_key", "period", "content_sha256")
    for name, value in (*((key, "0") for key in keys), ("transcript", fake)):
        object.__setattr__(forged, name, value)
    with pytest.raises(TypeError):
        stage(tmp_path, [row(1), forged], SEAL)
    assert list(tmp_path.iterdir()) == []


def test_anything_else_among_the_rows_is_refused(tmp_path: Path) -> None:
    for other in (redacted(1), {"doc_key": "0"}, None):
        with pytest.raises(TypeError):
            stage(tmp_path, [row(1), other], SEAL)  # type: ignore[list-item]
    assert list(tmp_path.iterdir()) == []


def test_scratch_file_is_sorted_and_digested(tmp_path: Path) -> None:
    rows = [row(n) for n in range(20)]
    staged = stage(tmp_path, rows, SEAL).below(tmp_path)
    content = Path(staged.path).read_bytes()
    assert staged.sha256 == hashlib.sha256(content).hexdigest()
    table = pa.ipc.open_file(pa.BufferReader(content)).read_all()
    assert table.schema.equals(STAGED_SCHEMA)
    in_order = sorted(rows, key=lambda r: (r.period, r.account_key[:8], r.doc_key))
    assert table.column("doc_key").to_pylist() == [r.doc_key for r in in_order]
    assert table.column("period").to_pylist() == [r.period for r in in_order]
    assert staged.row_count == table.num_rows == 20


def test_row_holds_what_the_transcript_holds(tmp_path: Path) -> None:
    made = row(4)
    staged = stage(tmp_path, [made], SEAL).below(tmp_path)
    (read,) = pa.ipc.open_file(staged.path).read_all().to_pylist()
    source = made.transcript
    assert read["text"] == source.text
    assert read["audio_duration_ms"] == 10_004
    assert [u["text"] for u in read["utterances"]] == [u.text for u in source.utterances]
    assert read["utterances"][1]["speaker"] == "B"
    assert [u["channel"] for u in read["utterances"]] == [1, 2]
    assert [w["channel"] for w in read["words"]] == [1] * 6 + [2] * 9
    assert [w["confidence"] for w in read["words"]] == [w.confidence for w in source.words]
    # The second was replaced, of the third the source says nothing.
    assert [w["confidence"] for w in read["words"]][:4] == [1.0, None, None, 0.625]
    assert [(w["text"], w["start_ms"], w["end_ms"]) for w in read["words"]] == [
        (w.text, w.start_ms, w.end_ms) for w in source.words
    ]
    (redaction,) = read["redactions"]
    assert source.text[redaction["start"] : redaction["end"]] == "<PERSON_1>"
    assert (redaction["start_ms"], redaction["end_ms"]) == (100, 190)
    assert (read["content_sha256"], read["redactor_digest"]) == (f"{4:064x}", "r" * 64)


def test_a_transcript_without_channels_has_none_beside_one_that_has(tmp_path: Path) -> None:
    staged = stage(tmp_path, [row(3), row(4)], SEAL).below(tmp_path)
    read = pa.ipc.open_file(staged.path).read_all().to_pylist()
    channels = {
        r["audio_duration_ms"]: {p["channel"] for p in (*r["words"], *r["utterances"])}
        for r in read
    }
    assert channels == {10_003: {None}, 10_004: {1, 2}}


def test_pseudonyms_are_keyed_and_apart() -> None:
    assert doc_key(KEY, "a") == doc_key(KEY, "a")
    keys = {doc_key(KEY, "a"), doc_key(KEY, "b"), account_key(KEY, "a"), account_key(KEY, "b")}
    other = type(KEY)(b"o" * 32)
    keys |= {doc_key(other, "a"), account_key(other, "a")}
    assert len(keys) == 6
    assert {len(key) for key in keys} == {32}
    assert doc_key(KEY, "file") == "f34f17ffe63a2fa88856e4496f0f321b"
