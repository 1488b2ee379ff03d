"""Redacted transcripts of one work unit → a scratch file that only becomes visible as shards.

The scratch file is Arrow IPC, sorted by `doc_key`. Its digest travels with the result, so that the
rows that become shards are the rows that redaction sealed.
"""

import hashlib
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path

import pyarrow as pa

from pipeline.records import SHARD_SCHEMA, RedactedTranscript, StagedUnit


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every row of a run carries about how it came to be."""

    policy_digest: str
    redactor_digest: str


@dataclass(frozen=True, slots=True)
class ShardRow:
    """A redacted transcript and its pseudonyms.

    Raises:
        TypeError: The transcript was not sealed by redaction.
    """

    doc_key: str
    account_key: str
    transcript: RedactedTranscript

    def __post_init__(self) -> None:
        if type(self.transcript) is not RedactedTranscript:
            raise TypeError("only a RedactedTranscript can become a row of a shard")


def stage(path: Path, rows: Sequence[ShardRow], stamp: Stamp) -> StagedUnit:
    """Writes the rows of one work unit to a scratch file.

    Raises:
        TypeError: Something that is no `ShardRow` is among the rows.
    """
    for row in rows:
        # Again what `ShardRow` has checked: a copy or a pickle is made without its check.
        if type(row) is not ShardRow or type(row.transcript) is not RedactedTranscript:
            raise TypeError("only ShardRows with a RedactedTranscript can be staged")
    ordered = sorted(rows, key=lambda row: row.doc_key)
    table = _table(ordered, stamp)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, SHARD_SCHEMA) as writer:
        writer.write_table(table)
    content = sink.getvalue()
    with path.open("wb") as file:
        file.write(content)
    return StagedUnit(str(path), hashlib.sha256(content).hexdigest(), len(ordered))


def _table(ordered: Sequence[ShardRow], stamp: Stamp) -> pa.Table:
    """The rows by columns: an object for each word would cost more than all the rest."""
    transcripts = [row.transcript for row in ordered]
    utterances = [t.utterances for t in transcripts]
    words = [t.words for t in transcripts]
    redactions = [t.redactions for t in transcripts]
    columns = {
        "doc_key": [row.doc_key for row in ordered],
        "account_key": [row.account_key for row in ordered],
        "language": [t.language for t in transcripts],
        "audio_duration_ms": [t.audio_duration_ms for t in transcripts],
        "text": [t.text for t in transcripts],
        "utterances": _lists(
            "utterances",
            utterances,
            {
                name: [getattr(piece, name) for piece in chain.from_iterable(utterances)]
                for name in ("speaker", "start_ms", "end_ms", "text")
            },
        ),
        "words": _lists(
            "words",
            words,
            {
                "text": list(chain.from_iterable(w.texts for w in words)),
                "start_ms": list(chain.from_iterable(w.start_ms for w in words)),
                "end_ms": list(chain.from_iterable(w.end_ms for w in words)),
                "speaker": list(chain.from_iterable(w.speakers for w in words)),
            },
        ),
        "redactions": _lists(
            "redactions",
            redactions,
            {
                field.name: [getattr(r, field.name) for r in chain.from_iterable(redactions)]
                for field in SHARD_SCHEMA.field("redactions").type.value_type
            },
        ),
        "policy_digest": [stamp.policy_digest] * len(ordered),
        "redactor_digest": [stamp.redactor_digest] * len(ordered),
    }
    return pa.Table.from_pydict(columns, schema=SHARD_SCHEMA)


def _lists(name: str, rows: Sequence[Sized], columns: Mapping[str, Sequence[object]]) -> pa.Array:
    """A column of lists of structs, one list for each row, from the structs' fields of all rows."""
    kind = SHARD_SCHEMA.field(name).type
    offsets = pa.array(accumulate(map(len, rows), initial=0), pa.int32())
    fields = list(kind.value_type)
    assert columns.keys() == {field.name for field in fields}
    structs = pa.StructArray.from_arrays(
        [pa.array(columns[field.name], field.type) for field in fields], fields=fields
    )
    return pa.ListArray.from_arrays(offsets, structs, type=kind)
