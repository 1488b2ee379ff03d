"""Redacted transcripts of one work unit → a scratch file that only becomes visible as shards.

The scratch file is Arrow IPC, sorted by `doc_key`. Its digest travels with the result, so that the
rows that become shards are the rows that redaction sealed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline.records import SHARD_SCHEMA, RedactedTranscript, StagedUnit, TextPiece


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
    table = pa.Table.from_pydict(
        {
            "doc_key": [r.doc_key for r in ordered],
            "account_key": [r.account_key for r in ordered],
            "language": [r.transcript.language for r in ordered],
            "audio_duration_ms": [r.transcript.audio_duration_ms for r in ordered],
            "text": [r.transcript.text for r in ordered],
            "utterances": [_pieces(r.transcript.utterances) for r in ordered],
            "words": [_pieces(r.transcript.words) for r in ordered],
            "redactions": [
                [
                    {
                        "entity_type": x.entity_type,
                        "start": x.start,
                        "end": x.end,
                        "start_ms": x.start_ms,
                        "end_ms": x.end_ms,
                        "score": x.score,
                        "recognizer": x.recognizer,
                    }
                    for x in r.transcript.redactions
                ]
                for r in ordered
            ],
            "policy_digest": [stamp.policy_digest] * len(ordered),
            "redactor_digest": [stamp.redactor_digest] * len(ordered),
        },
        schema=SHARD_SCHEMA,
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, SHARD_SCHEMA) as writer:
        writer.write_table(table)
    content = sink.getvalue()
    with path.open("wb") as file:
        file.write(content)
    return StagedUnit(str(path), hashlib.sha256(content).hexdigest(), len(ordered))


def _pieces(pieces: Sequence[TextPiece]) -> list[dict[str, object]]:
    return [
        {"speaker": p.speaker, "start_ms": p.start_ms, "end_ms": p.end_ms, "text": p.text}
        for p in pieces
    ]
