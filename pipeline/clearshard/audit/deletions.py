"""What was deleted, as the ledger tells it: by purges, by runs that lost files, and by sweeps."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clearshard.audit.events import Event, EventName

_KINDS = ("accounts", "files")


@dataclass(frozen=True, slots=True)
class Purged:
    """Files that came out of the shards.

    Attributes:
        run_id: The purge, or the run that has lost them.
        at: When the receipt was told of, RFC 3339.
        of: By what they were chosen; ``run`` where a run has decided all files anew.
        files: How many.
        shards_removed: Shards that are gone for it.
    """

    run_id: str
    at: str
    of: str
    files: int
    shards_removed: int


@dataclass(frozen=True, slots=True)
class Deletions:
    """All of them.

    Attributes:
        purges: Oldest first.
        tombstones: How many ids of each kind were ever kept out; one that several purges keep out
            is one.
        lifted: Ids that were let in again.
        exports: Recorded exports: what was given away before, no purge reaches.
        swept: Artefacts that sweeps have deleted, by clause of the published schedule.
        last_swept_at: When the last of them was told of, RFC 3339; None if there was none.
        confirmations: How often somebody has asked whether they are gone.
        last_confirmed_at: As of the sweeps.
    """

    purges: tuple[Purged, ...] = ()
    tombstones: Mapping[str, int] = field(default_factory=dict)
    lifted: int = 0
    exports: int = 0
    swept: Mapping[str, int] = field(default_factory=dict)
    last_swept_at: str | None = None
    confirmations: int = 0
    last_confirmed_at: str | None = None


def deletions(events: Iterable[Event]) -> Deletions:
    """Reads them off a ledger.

    What an event does not say so that it can be read counts as nothing: whether it is what was
    written, verification tells.

    Args:
        events: All of them, oldest first.
    """
    purges: list[Purged] = []
    tombstones, swept = Counter[str](), Counter[str]()
    times: dict[str, str] = {}
    told = Counter[str]()
    for event in events:
        told[event.event] += 1
        times[event.event] = event.at
        if event.event == EventName.PURGE_RECEIPT:
            purges.append(_purged(event))
        elif event.event == EventName.TOMBSTONES_PLACED:
            counts = _counts(event.data.get("count"))
            again = _counts(event.data.get("again"))
            for kind in _KINDS:
                tombstones[kind] += max(0, counts.get(kind, 0) - again.get(kind, 0))
        elif event.event == EventName.RETENTION_SWEPT:
            swept.update(_counts(event.data.get("deleted")))
    return Deletions(
        purges=tuple(purges),
        tombstones=dict(tombstones),
        lifted=told[EventName.TOMBSTONE_LIFTED],
        exports=told[EventName.EXPORT_RECORDED],
        swept=dict(sorted(swept.items())),
        last_swept_at=times.get(EventName.RETENTION_SWEPT),
        confirmations=told[EventName.RETENTION_CONFIRMED],
        last_confirmed_at=times.get(EventName.RETENTION_CONFIRMED),
    )


def _purged(event: Event) -> Purged:
    counts = _counts(event.data)
    return Purged(
        run_id=event.run_id,
        at=event.at,
        of=str(event.data.get("of")),
        files=counts.get("files", 0),
        shards_removed=counts.get("shards_removed", 0),
    )


def _counts(data: Any) -> dict[str, int]:
    if not isinstance(data, dict):
        return {}
    return {name: n for name, n in data.items() if isinstance(n, int) and n >= 0}
