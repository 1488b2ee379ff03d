"""Redacted transcripts of one work unit → a checkpoint that only becomes visible as shards.

A checkpoint is Arrow data: rows in the order of their places, and in its metadata what was made
with and which files of the unit were quarantined. It outlives the run if that is killed, so it says
everything that a later run must know to take it; see `clearshard.shards.checkpoints`.

It is named by a digest of its bytes under the pseudonym key. Whoever can write to the folder but
does not hold the key cannot pass anything off as redacted, a torn file does not bear its own name,
and no checkpoint survives a change of the key.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path

import msgspec
import pyarrow as pa

from clearshard import layout
from clearshard.keys import PseudonymKey
from clearshard.records.places import place_of
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.records.tasks import StagedObject
from clearshard.records.transcript import RedactedTranscript
from clearshard.storage.files import write_atomic
from clearshard.vault.vault import Vault

#: A row of a shard and the period that it lies in, without the policy that let it in: that is
#: stamped when shards are made.
ROW_SCHEMA = pa.schema(
    [
        *(field for field in SHARD_SCHEMA if field.name != "policy_digest"),
        pa.field("period", pa.string(), nullable=False),
    ]
)
#: The same with the digest of the transcript that it was made from. That one is no column of a
#: shard: whoever holds a shard could otherwise tell whether a transcript of theirs is in it.
STAGED_SCHEMA = ROW_SCHEMA.append(pa.field("content_sha256", pa.string(), nullable=False))

_METADATA = b"clearshard"
_PURPOSE = b"clearshard ckpt"


class Held(msgspec.Struct, frozen=True):
    """A file of the unit that was quarantined: keys, digest and codes, no content."""

    doc_key: str
    account_key: str
    content_sha256: str
    reason: str
    error_type: str


class Made(msgspec.Struct, frozen=True):
    """What a checkpoint says about itself.

    Attributes:
        redactor_digest: What made the rows.
        promise_digest: What the rows promise; see `clearshard.run.fingerprint`.
        held: The files of the unit that have no row.
    """

    redactor_digest: str
    promise_digest: str
    held: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Seal:
    """What a checkpoint is made under: nothing made under another one is believed.

    Attributes:
        vault: Writes it.
    """

    vault: Vault
    key: PseudonymKey
    redactor_digest: str
    promise_digest: str


@dataclass(frozen=True, slots=True)
class ShardRow:
    """A redacted transcript, its pseudonyms and period, and the digest of what it was read from.

    Raises:
        TypeError: The transcript was not sealed by redaction.
    """

    doc_key: str
    account_key: str
    period: str
    content_sha256: str
    transcript: RedactedTranscript

    @property
    def place(self) -> tuple[str, int]:
        """Where it lies in the shards; see `clearshard.records.places`."""
        return self.period, place_of(self.account_key, self.doc_key)

    def __post_init__(self) -> None:
        if type(self.transcript) is not RedactedTranscript:
            raise TypeError("only a RedactedTranscript can become a row of a shard")


def stage(
    folder: Path, rows: Sequence[ShardRow], seal: Seal, held: Sequence[Held] = ()
) -> StagedObject:
    """Writes the checkpoint of one work unit; it is whole on the disk, or not there.

    Args:
        folder: Where to.
        rows: What was redacted.
        seal: What it was redacted with.
        held: What was quarantined.

    Raises:
        TypeError: Something that is no `ShardRow` is among the rows.
    """
    for row in rows:
        # Again what `ShardRow` has checked: a copy or a pickle is made without its check.
        if type(row) is not ShardRow or type(row.transcript) is not RedactedTranscript:
            raise TypeError("only ShardRows with a RedactedTranscript can be staged")
    ordered = sorted(rows, key=lambda row: row.place)
    made = Made(seal.redactor_digest, seal.promise_digest, tuple(held))
    table = _table(ordered, seal.redactor_digest)
    table = table.replace_schema_metadata({_METADATA: msgspec.json.encode(made)})
    sink = pa.BufferOutputStream()
    seal.vault.write_arrow(table, sink)
    content = sink.getvalue()
    name = checkpoint_name(seal.key, content)
    write_atomic(folder / name, content)
    return StagedObject(name, hashlib.sha256(content).hexdigest(), len(ordered))


def checkpoint_name(key: PseudonymKey, content: bytes) -> str:
    """The name that only these bytes can have, and only whoever holds the key can give."""
    digest = hashlib.blake2b(content, key=key.secret, person=_PURPOSE, digest_size=16)
    return layout.checkpoint_name(digest.hexdigest())


def made_of(schema: pa.Schema) -> Made | None:
    """What a checkpoint says about itself, or None if it does not."""
    try:
        return msgspec.json.decode((schema.metadata or {})[_METADATA], type=Made)
    except (KeyError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _table(ordered: Sequence[ShardRow], redactor_digest: str) -> pa.Table:
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
            }
            | {
                "channel": _channels(
                    transcripts, ([piece.speaker for piece in of_one] for of_one in utterances)
                )
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
                "channel": _channels(transcripts, (w.speakers for w in words)),
                # By way of what Python's numbers are: that takes less time.
                "confidence": pa.array(
                    chain.from_iterable(w.confidences for w in words), pa.float64()
                ).cast(pa.float32()),
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
        "redactor_digest": [redactor_digest] * len(ordered),
        "period": [row.period for row in ordered],
        "content_sha256": [row.content_sha256 for row in ordered],
    }
    return pa.Table.from_pydict(columns, schema=STAGED_SCHEMA)


def _channels(
    transcripts: Sequence[RedactedTranscript], speakers: Iterable[Sequence[str | None]]
) -> list[int | None] | None:
    """The channels of all pieces, from the speakers of those of each transcript; mostly none."""
    if not any(transcript.channels for transcript in transcripts):
        return None
    found: list[int | None] = []
    for transcript, of_one in zip(transcripts, speakers, strict=True):
        found += map(transcript.channels.get, of_one)
    return found


def _lists(
    name: str, rows: Sequence[Sized], columns: Mapping[str, Sequence[object] | pa.Array | None]
) -> pa.Array:
    """A column of lists of structs, one list for each row.

    Args:
        name: Of the column.
        rows: The lists, of which only the lengths are asked.
        columns: The structs' fields of all rows together; None where all are null.
    """
    kind = SHARD_SCHEMA.field(name).type
    offsets = pa.array(accumulate(map(len, rows), initial=0), pa.int32())
    fields = list(kind.value_type)
    assert columns.keys() == {field.name for field in fields}
    structs = pa.StructArray.from_arrays(
        [_array(columns[field.name], field.type, offsets[-1].as_py()) for field in fields],
        fields=fields,
    )
    return pa.ListArray.from_arrays(offsets, structs, type=kind)


def _array(column: Sequence[object] | pa.Array | None, kind: pa.DataType, size: int) -> pa.Array:
    if column is None:
        return pa.nulls(size, kind)
    return column if isinstance(column, pa.Array) else pa.array(column, kind)
