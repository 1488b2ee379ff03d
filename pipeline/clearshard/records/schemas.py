"""Columns of the tables that are written: shards and decisions."""

import pyarrow as pa

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
