"""A record of a run that never was."""

from typing import Any

import msgspec

from clearshard.records.run import Counts, RunRecord, SourceSnapshot


def a_record(**changes: Any) -> RunRecord:
    snapshot = SourceSnapshot(sha256="ab" * 32, row_count=3)
    record = RunRecord(
        run_id="20261122T120000Z-deadbeef",
        clearshard_version="0.1.0",
        as_of="2026-11-22T12:00:00Z",
        started_at="2026-11-22T12:00:00Z",
        finished_at="2026-11-22T12:00:01Z",
        policy_digest="ab" * 32,
        policy_toml="",
        redactor_digest="ab" * 32,
        manifest=snapshot,
        registry=snapshot,
        registry_at_publish=snapshot,
        taken_out=0,
        counts=Counts(seen=3, written=1, excluded=1, quarantined=1),
        reasons={},
        alerts={},
        redactions={},
        word_count=10,
        decisions=(),
        shards=(),
        key_id="ab" * 8,
        superseded=(),
    )
    return msgspec.structs.replace(record, **changes)
