"""The values that travel down the pipeline, and the Arrow schemas beside them.

All are frozen; those of which a transcript has many are msgspec structs, made in less time.
A `Transcript` holds one canonical text; turns and words are half-open code-point
ranges of it, so that one set of spans decides for every view. A `RedactedTranscript` is the only
thing the shard stage accepts, and only `clearshard.redaction.apply` makes one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NoReturn, Self, final

import msgspec
import pyarrow as pa


class State(StrEnum):
    """How one input file ends a run; `ELIGIBLE` only exists before redaction or in `gate`."""

    ELIGIBLE = "eligible"
    WRITTEN = "written"
    EXCLUDED = "excluded"
    QUARANTINED = "quarantined"


class QuarantineReason(StrEnum):
    """Why an eligible file is not provably safe to write."""

    MALFORMED = "malformed"
    ID_MISMATCH = "id_mismatch"
    MISSING = "missing"
    EMPTY = "empty"
    NOT_COMPLETED = "not_completed"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    TOO_LARGE = "too_large"
    DUPLICATE_FILE_ID = "duplicate_file_id"
    VIEW_MISMATCH = "view_mismatch"
    DETECTOR_FAILED = "detector_failed"
    DETECTOR_TIMEOUT = "detector_timeout"
    RESIDUAL_PII = "residual_pii"


class Quarantine(Exception):
    """Raised in a step to quarantine the file in hand.

    Attributes:
        reason: The published reason.
        error_type: Name of an exception class or of a check, and behind a colon where and what;
            never content.
    """

    def __init__(self, reason: QuarantineReason, error_type: str) -> None:
        super().__init__(f"{reason} ({error_type})")
        self.reason = reason
        self.error_type = error_type

    def __reduce__(self) -> tuple[type["Quarantine"], tuple[QuarantineReason, str]]:
        return Quarantine, (self.reason, self.error_type)


class Deleted(Exception):
    """Raised in a step where the transcript itself says that its customer has deleted it.

    It is excluded then, as if the manifest had said so, and nothing of it is kept.
    """

    #: The detail of such a decision, which no fact of the manifest explains.
    DETAIL = "TranscriptDeleted"


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One turn or one timed word: a range of the canonical text with times and a speaker.

    Attributes:
        start: First code point.
        end: One past the last code point.
        start_ms: Start in the audio, milliseconds.
        end_ms: End in the audio, milliseconds.
        speaker: Index of the speaker in order of appearance, or None if the source named none.
        confidence: How sure the source is of a word, from 0 to 1; None for turns, and where it does
            not say.
    """

    start: int
    end: int
    start_ms: int | None
    end_ms: int | None
    speaker: int | None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The timed words of a transcript, in order, by columns: there are too many to be objects.

    Attributes:
        starts: First code point of each.
        ends: One past the last.
        start_ms: Start of each in the audio, milliseconds.
        end_ms: End in the audio, milliseconds.
        speakers: Index of the speaker of each, or None if the source named none.
        confidences: How sure the source is of each, from 0 to 1, or None if it does not say.
    """

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    start_ms: tuple[int | None, ...] = ()
    end_ms: tuple[int | None, ...] = ()
    speakers: tuple[int | None, ...] = ()
    confidences: tuple[float | None, ...] = ()

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> Self:
        """The columns of some words."""
        return cls(*zip(*map(msgspec.structs.astuple, pieces), strict=True))

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[Piece]:
        times = self.start_ms, self.end_ms
        return map(Piece, self.starts, self.ends, *times, self.speakers, self.confidences)


@dataclass(frozen=True, slots=True)
class Transcript:
    """One file's speech, before redaction. Never logged, printed or written.

    Attributes:
        text: The canonical text, exactly the source's ``text``.
        turns: Ranges of the utterances in order; the whole text if the source has none.
        words: Ranges of the timed words; may be empty.
        has_utterances: Whether the source had utterances (else none are written).
        language: Two-letter language code, lowercase.
        audio_duration_ms: Length of the audio, if the source says.
        channels: Number of the channel, from 1, of each speaker, by index; empty if the source
            names none. The same label on two channels is two speakers.
    """

    text: str
    turns: tuple[Piece, ...]
    words: Words
    has_utterances: bool
    language: str
    audio_duration_ms: int | None
    channels: tuple[int | None, ...] = ()


class Span(msgspec.Struct, frozen=True, order=True, gc=False):
    """A half-open code-point range of the canonical text that holds personal data."""

    start: int
    end: int
    entity_type: str
    score: float
    recognizer: str


class Redaction(msgspec.Struct, frozen=True, gc=False):
    """One replacement: offsets are into the *redacted* text; times are for muting the audio."""

    entity_type: str
    start: int
    end: int
    start_ms: int | None
    end_ms: int | None
    score: float
    recognizer: str


class TextPiece(msgspec.Struct, frozen=True, gc=False):
    """A redacted turn or word.

    Attributes:
        confidence: How sure the source is of a word, if it says so and the word is still there.
    """

    text: str
    start_ms: int | None
    end_ms: int | None
    speaker: str | None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class TextWords:
    """Redacted words, in order, by columns as in `Words`."""

    texts: tuple[str, ...] = ()
    start_ms: tuple[int | None, ...] = ()
    end_ms: tuple[int | None, ...] = ()
    speakers: tuple[str | None, ...] = ()
    confidences: tuple[float | None, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[TextPiece]:
        times = self.start_ms, self.end_ms
        return map(TextPiece, self.texts, *times, self.speakers, self.confidences)


@final
class RedactedTranscript:
    """A transcript whose personal data has been removed: the only thing shards are made of.

    There is no public constructor, and a pickled one cannot be loaded: the only way to get one is
    `clearshard.redaction.apply`, which calls `_sealed` after the residual check has passed. A test
    keeps it the only caller.
    """

    __slots__ = (
        "audio_duration_ms",
        "channels",
        "language",
        "redactions",
        "text",
        "utterances",
        "words",
    )

    text: str
    utterances: tuple[TextPiece, ...]
    words: TextWords
    redactions: tuple[Redaction, ...]
    language: str
    audio_duration_ms: int | None
    #: By speaker; empty if the source names none.
    channels: Mapping[str | None, int | None]

    def __init__(self) -> None:
        raise TypeError("a RedactedTranscript is made by redaction alone")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a RedactedTranscript does not cross processes; stage it as a shard row")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"RedactedTranscript is frozen: {name}")

    @classmethod
    def _sealed(cls, **fields: Any) -> Self:
        made = object.__new__(cls)
        for name in cls.__slots__:
            object.__setattr__(made, name, fields.pop(name))
        if fields:
            raise TypeError(f"unknown fields: {sorted(fields)}")
        return made


@dataclass(frozen=True, slots=True)
class FileTask:
    """One eligible file on its way to a worker: what may be opened, and nothing else.

    Attributes:
        row: Position in its batch of provisional decisions.
        file_id: The customer's id of the file.
        account_id: The account that submitted it.
        own_id: The id that the transcript must have if it has one: the file's, or that of the
            record that the manifest names; None where there is no manifest.
        uri: Path below the transcripts folder, or None where `content` is given.
        content: The bytes of one record of a container (JSON Lines, Parquet), already read.
        content_bytes: Size in bytes, for balancing the units; 0 if unknown.
    """

    row: int
    file_id: str
    account_id: str
    own_id: str | None
    uri: str | None
    content: bytes | None
    content_bytes: int


@dataclass(frozen=True, slots=True)
class StagedUnit:
    """Redacted rows of one work unit on disk, not yet visible.

    Attributes:
        path: Arrow IPC file, rows sorted by ``doc_key``.
        sha256: Of the file, so that nothing else can take its place before it becomes a shard.
        row_count: Number of rows.
    """

    path: str
    sha256: str
    row_count: int


@dataclass(frozen=True, slots=True)
class ShardFile:
    """One finished Parquet shard.

    Attributes:
        name: ``part-<n>-<digest>.parquet``.
        sha256: Of the whole file.
        row_count: Number of transcripts.
        size_bytes: Size on disk.
        first_key: Smallest ``doc_key`` in it.
        last_key: Largest ``doc_key`` in it.
    """

    name: str
    sha256: str
    row_count: int
    size_bytes: int
    first_key: str
    last_key: str


class SourceSnapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a table of facts was when it was read: enough to prove which export decided.

    Attributes:
        newest_exported_at: Of a registry, when its newest row was exported, RFC 3339.
        unread_columns: Columns that were there and not read, as they can be shown: a fact under
            such a name has decided nothing.
    """

    sha256: str
    row_count: int
    newest_exported_at: str | None = None
    unread_columns: tuple[str, ...] = ()


class Waived(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of the published policy that a run's policy was below, and the reason given."""

    rule: str
    reason: str


class RedactionTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was asked of redaction, as it was configured; every row of the run keeps to it.

    Attributes:
        profile: Which recognizers ran.
        operator: How a value is replaced.
        operators: The same for single entity types.
        entities: Types, or names of policies, that were looked for; None is every one there is.
        keep_entities: The same, for what stays in the text.
        score_threshold: What scores less stays in the text.
        languages: Codes of the languages that were redacted; others were quarantined.
        spacy_model: The setting of an NER that read besides that of the profile.
        recognizers: The setting of a file with recognizers of one's own.
    """

    profile: str
    operator: str
    operators: dict[str, str]
    entities: tuple[str, ...] | None
    keep_entities: tuple[str, ...]
    score_threshold: float
    languages: tuple[str, ...]
    spacy_model: str | None
    recognizers: str | None


class DecisionsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One Parquet file of the decisions table of a run."""

    name: str
    sha256: str
    row_count: int


class Counts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the input files of a run ended; `reconciles` is checked before a run is visible."""

    seen: int
    written: int
    excluded: int
    quarantined: int

    @property
    def reconciles(self) -> bool:
        """Whether every input file ended as exactly one of written, excluded, quarantined."""
        return self.seen == self.written + self.excluded + self.quarantined


class RunRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``runs/<run_id>.json``: what makes a run visible, and what it was made from.

    Attributes:
        run_id: Name of the run; also of its folders below ``shards/`` and ``audit/decisions/``.
        as_of: The moment at which the rules were evaluated last, just before the run became
            visible, RFC 3339.
        policy_toml: The whole policy, so that a decision can be explained later.
        manifest: The manifest that decided; it was still the same just before the run became
            visible.
        registry_at_publish: The registry as it was read again just before the run became visible.
        taken_out: Files that were redacted and then taken out because of that second reading, or
            because their time had run out.
        reasons: Number of files by reason; a file with several reasons counts under each.
        alerts: Number of files by reason whose rule raises an alert.
        key_id: Fingerprint of the pseudonym key; two runs with the same id use the same key.
        superseded: Runs whose shards this run replaces.
        redactions: Number of replacements by entity type.
        word_count: Words of the written transcripts, after redaction.
        redactor_digest: The redactor of this run. Rows that it kept from an earlier redactor carry
            the digest of that one, as their decisions do.
        promise_digest: What every row promises, whichever redactor made it; see
            `clearshard.redaction.promise`.
        reused: Written files whose redaction was taken from an earlier run or a killed one.
        stale: Those of them that an earlier redactor made.
        target_shard_bytes: How large a shard was to be; rows alone do not say where shards end.
        row_group_bytes: The same of a row group.
        below_published: Rules of the published policy that this one leaves out or weakens.
        below_default: By what settings less was redacted than by default, in words.
        rehearsal: Everything was judged as if `as_of` had been now: its shards are for no training.
        clock_skew_seconds: How far ahead of the clock a time could be and still be known.
        gone: Files that the run before had written and this one has not, for other reasons than
            opt-out, deletion or retention, by reason.
        files_before: Files that the run before had written; 0 in records of earlier versions.
        plugins: Recognizers of the user in Python: name, place, version and digest of each.
        drop_accepted: Whether they were said to be right, however many.
        redaction: What was asked of redaction; None in records of earlier versions.
        max_quarantined_share: More of the eligible files in quarantine were exit code 3; None as
            above.
        max_drop_share: More of the files of the run before gone would have been; None as above.
        actor: Who ran, by name, as the caller said; empty in records of earlier versions.
        host: The machine, by name; empty as above.
    """

    run_id: str
    clearshard_version: str
    as_of: str
    started_at: str
    finished_at: str
    policy_digest: str
    policy_toml: str
    redactor_digest: str
    manifest: SourceSnapshot
    registry: SourceSnapshot
    registry_at_publish: SourceSnapshot
    taken_out: int
    counts: Counts
    reasons: dict[str, int]
    alerts: dict[str, int]
    redactions: dict[str, int]
    word_count: int
    decisions: tuple[DecisionsFile, ...]
    shards: tuple[ShardFile, ...]
    key_id: str
    superseded: tuple[str, ...]
    promise_digest: str = ""
    reused: int = 0
    stale: int = 0
    target_shard_bytes: int = 0
    row_group_bytes: int = 0
    below_published: tuple[Waived, ...] = ()
    below_default: tuple[str, ...] = ()
    rehearsal: bool = False
    clock_skew_seconds: int = 0
    gone: dict[str, int] = {}
    files_before: int = 0
    plugins: tuple[str, ...] = ()
    drop_accepted: bool = False
    redaction: RedactionTerms | None = None
    max_quarantined_share: float | None = None
    max_drop_share: float | None = None
    actor: str = ""
    host: str = ""


TIMESTAMP = pa.timestamp("us", tz="UTC")

SHARD_SCHEMA = pa.schema(
    [
        pa.field("doc_key", pa.string(), nullable=False),
        pa.field("account_key", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("audio_duration_ms", pa.int64()),
        pa.field("text", pa.string(), nullable=False),
        pa.field(
            "utterances",
            pa.list_(
                pa.struct(
                    [
                        pa.field("speaker", pa.string()),
                        pa.field("channel", pa.int32()),
                        pa.field("start_ms", pa.int64()),
                        pa.field("end_ms", pa.int64()),
                        pa.field("text", pa.string(), nullable=False),
                    ]
                )
            ),
            nullable=False,
        ),
        pa.field(
            "words",
            pa.list_(
                pa.struct(
                    [
                        pa.field("text", pa.string(), nullable=False),
                        pa.field("start_ms", pa.int64()),
                        pa.field("end_ms", pa.int64()),
                        pa.field("speaker", pa.string()),
                        pa.field("channel", pa.int32()),
                        pa.field("confidence", pa.float32()),
                    ]
                )
            ),
            nullable=False,
        ),
        pa.field(
            "redactions",
            pa.list_(
                pa.struct(
                    [
                        pa.field("entity_type", pa.string(), nullable=False),
                        pa.field("start", pa.int32(), nullable=False),
                        pa.field("end", pa.int32(), nullable=False),
                        pa.field("start_ms", pa.int64()),
                        pa.field("end_ms", pa.int64()),
                        pa.field("score", pa.float32(), nullable=False),
                        pa.field("recognizer", pa.string(), nullable=False),
                    ]
                )
            ),
            nullable=False,
        ),
        pa.field("policy_digest", pa.string(), nullable=False),
        pa.field("redactor_digest", pa.string(), nullable=False),
    ]
)

#: What a fact of a policy's own can hold.
FactType = Literal["boolean", "integer", "time", "text"]


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """A column of a table that holds a fact of a policy's own.

    Attributes:
        fact: What the policy calls it.
        column: What the table does.
        kind: What it holds.
        required: Whether the table must have it.
    """

    fact: str
    column: str
    kind: FactType
    required: bool


#: The facts that a decision read, as they were known at that moment; null is "not known".
FACTS_TYPE = pa.struct(
    [
        pa.field("product", pa.string()),
        pa.field("region", pa.string()),
        pa.field("submitted_at", TIMESTAMP),
        pa.field("deletion_requested_at", TIMESTAMP),
        pa.field("expires_at", TIMESTAMP),
        pa.field("gateway_provider", pa.string()),
        pa.field("training_permitted", pa.bool_()),
        pa.field("baa_executed", pa.bool_()),
        pa.field("opted_out", pa.bool_()),
        pa.field("baa_executed_at", TIMESTAMP),
        pa.field("opted_out_at", TIMESTAMP),
        pa.field("ttl_seconds", pa.int64()),
        pa.field("exported_at", TIMESTAMP),
    ]
)

#: One row per manifest row. `doc_key` and `shard_part` are set for written files only;
#: `content_sha256` (of the transcript's bytes) and `redactor_digest` (of what redacted or refused
#: it) for files whose transcript was read: of an excluded file both are null. `error_type` is set
#: for quarantined files, and for excluded ones if the transcript and not a fact has said why.
DECISION_SCHEMA = pa.schema(
    [
        pa.field("file_id", pa.string(), nullable=False),
        pa.field("account_id", pa.string()),
        pa.field("state", pa.string(), nullable=False),
        pa.field("reasons", pa.list_(pa.string()), nullable=False),
        pa.field("error_type", pa.string()),
        pa.field("facts", FACTS_TYPE, nullable=False),
        pa.field("policy_digest", pa.string(), nullable=False),
        pa.field("decided_at", TIMESTAMP, nullable=False),
        pa.field("doc_key", pa.string()),
        pa.field("shard_part", pa.int32()),
        pa.field("content_sha256", pa.string()),
        pa.field("redactor_digest", pa.string()),
        # Facts of the policy's own as one JSON object; null where it has none.
        pa.field("own_facts", pa.string()),
    ]
)


def utc_text(moment: datetime) -> str:
    """RFC 3339 in UTC with a trailing Z, microseconds only where there are any."""
    return moment.isoformat().replace("+00:00", "Z")
