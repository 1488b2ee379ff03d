"""Columns of the tables that are written: shards and decisions."""

import pyarrow as pa

from clearshard.records.facts import FACTS, FactKind, Owner, facts_of

TIMESTAMP = pa.timestamp("us", tz="UTC")
#: A text of which there are few: its values once, and which row has which.
NAME = pa.dictionary(pa.int32(), pa.string())


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


def fact_type(kind: FactKind) -> pa.DataType:
    """What a fact of some kind is in memory."""
    return {
        "boolean": pa.bool_(),
        "integer": pa.int64(),
        "seconds": pa.int64(),
        "time": TIMESTAMP,
        "text": NAME,
    }[kind]


def _stored(kind: FactKind) -> pa.DataType:
    """What it is in a decision."""
    return pa.string() if kind == "text" else fact_type(kind)


def _fact_fields(owner: Owner) -> tuple[list[pa.Field], list[pa.Field]]:
    """Columns of the facts of an owner, and the marks of those that have one."""
    facts = facts_of(owner)
    marks = [pa.field(fact.mark, pa.bool_(), nullable=False) for fact in facts if fact.is_marked]
    return [pa.field(fact.name, fact_type(fact.kind)) for fact in facts], marks


_OF_FILES, _MARKS_OF_FILES = _fact_fields("file")
_OF_ACCOUNTS, _MARKS_OF_ACCOUNTS = _fact_fields("account")

#: What the gate is given: one row per manifest row. Null is "not known" or, for optional facts,
#: "not there"; `*_unreadable` tells the two apart. Text facts may also be plain strings.
MANIFEST_SCHEMA = pa.schema(
    [
        pa.field("file_id", pa.string()),
        pa.field("account_id", pa.string()),
        pa.field("transcript_uri", pa.string()),
        *_OF_FILES,
        *_MARKS_OF_FILES,
        pa.field("malformed", pa.bool_(), nullable=False),
    ]
)

#: The same of accounts: one row per registry row.
REGISTRY_SCHEMA = pa.schema(
    [pa.field("account_id", pa.string(), nullable=False), *_OF_ACCOUNTS, *_MARKS_OF_ACCOUNTS]
)

#: The facts that a decision read, as they were known at that moment; null is "not known".
FACTS_TYPE = pa.struct([pa.field(fact.name, _stored(fact.kind)) for fact in FACTS])
#: Those of them that are the file's own.
FILE_FACTS_TYPE = pa.struct(
    [pa.field(fact.name, _stored(fact.kind)) for fact in FACTS if fact.owner == "file"]
)


#: One row per manifest row. `doc_key`, `account_key` and `period` are set for written files only:
#: they say in which of the run's shards a row is (`clearshard.records.places`).
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
        pa.field("account_key", pa.string()),
        pa.field("period", pa.string()),
        pa.field("content_sha256", pa.string()),
        pa.field("redactor_digest", pa.string()),
        # Of the transcript when it was looked at, or of what the manifest declared of it: while it
        # stands, it is not read again (`clearshard.run.resume.kept_versions`). Null where it may
        # not be kept.
        pa.field("version", pa.string()),
        # Facts of the policy's own as one JSON object; null where it has none.
        pa.field("own_facts", pa.string()),
    ]
)


#: How the decision on a file lies in the output folder. What is one value for the whole run
#: (`policy_digest`, `decided_at`) is in the record of the run, and what is the account's in
#: ACCOUNTS_SCHEMA: so a decision that is as it was need not be written again.
ROW_SCHEMA = pa.schema(
    [
        *(DECISION_SCHEMA.field(name) for name in ("file_id", "account_id", "state", "reasons")),
        DECISION_SCHEMA.field("error_type"),
        pa.field("facts", FILE_FACTS_TYPE, nullable=False),
        # Which reading of the registry decided: 0 is that of the start, 1 the last one.
        pa.field("reading", pa.int8(), nullable=False),
        *(DECISION_SCHEMA.field(name) for name in ("doc_key", "account_key", "period")),
        *(DECISION_SCHEMA.field(name) for name in ("content_sha256", "redactor_digest", "version")),
        DECISION_SCHEMA.field("own_facts"),
    ]
)

#: What a run knew of the accounts that its files name, by reading of the registry: one row for an
#: account and a reading, and none where nothing was known.
ACCOUNTS_SCHEMA = pa.schema(
    [
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("reading", pa.int8(), nullable=False),
        *(pa.field(fact.name, _stored(fact.kind)) for fact in FACTS if fact.owner == "account"),
    ]
)

#: Of a SHA-256, under the pseudonym key; see `clearshard.run.purged_contents`.
CONTENT_KEY_BYTES = 16

#: What was withheld as `ExcludedContent`, by this run or one before it, whatever has become of the
#: files that held it: a digest stays though a file is missing for a night.
WITHHELD_SCHEMA = pa.schema([pa.field("content_key", pa.binary(CONTENT_KEY_BYTES), nullable=False)])

#: Rows of earlier runs that are in force no more: `row` of the file that is number `file` among
#: those that hold rows, in the order of the record.
REPLACED_SCHEMA = pa.schema(
    [
        pa.field("file", pa.int32(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
    ]
)
