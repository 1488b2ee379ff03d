"""What the record of a run lists, by the keys of an output."""

from collections.abc import Iterator

import msgspec

from clearshard import layout
from clearshard.records.run import RunRecord


def digests_in(record: RunRecord) -> Iterator[tuple[str, str]]:
    """The shards and decisions of a run, by their keys; those that it carries over, too."""
    for shard in record.shards:
        yield layout.shard(shard.name), shard.sha256
    for file in record.decisions:
        yield f"{layout.DECISIONS}/{file.name}", file.sha256


def keys_in(record: RunRecord) -> tuple[str, ...]:
    """The same without their digests."""
    return tuple(key for key, _ in digests_in(record))


def record_of(content: bytes) -> RunRecord | None:
    """The record, if these are the bytes of one: of a later version it cannot be told."""
    try:
        record = msgspec.json.decode(content, type=RunRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    names = all(layout.is_shard_name(shard.name) for shard in record.shards)
    names &= all(layout.is_decisions_name(file.name) for file in record.decisions)
    return record if names and layout.is_run_id(record.run_id) else None


def staged_record(run_id: str) -> str:
    """Where the record of a run is until the run is visible."""
    return f"{layout.staging(run_id)}/{layout.STAGED_RECORD}"


def staged_card(run_id: str) -> str:
    """The same of its card."""
    return f"{layout.staging(run_id)}/{layout.STAGED_CARD}"
