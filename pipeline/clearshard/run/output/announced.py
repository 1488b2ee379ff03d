"""What the ledger says of runs: which were announced, which failed, what is being removed."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from clearshard import layout
from clearshard.audit.events import Event, EventName
from clearshard.records.run import RunRecord


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the ledger says of an announced run: its event, and the digests of record and card."""

    seq: int
    record_sha256: str
    card_sha256: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the ledger says of runs.

    Attributes:
        announced: Those that were, oldest first; without those that failed after all.
        failed: Those that failed.
        swept: Those whose record was removed when its time was over.
        going: Keys of shards that are being removed, or were, since the newest run was announced.
        purges: Who placed tombstones, and the number of the event that says so.
    """

    announced: dict[str, Announcement]
    failed: frozenset[str]
    swept: frozenset[str]
    going: frozenset[str]
    purges: tuple[tuple[str, int], ...] = ()

    @property
    def newest(self) -> str | None:
        """The run that was announced last."""
        return next(reversed(self.announced), None)

    def has_beaten(self, run_id: str, began: int) -> bool:
        """Whether another run was announced after an event, or something purged.

        Who was beaten by a purge tells the ledger that it failed before it removes anything.
        """
        announced = ((run, one.seq) for run, one in self.announced.items())
        later = chain(announced, self.purges)
        return any(run != run_id and seq > began for run, seq in later)

    def may_still_win(self, record: RunRecord) -> bool:
        """Whether a run is announced, or can still be."""
        if record.run_id in self.announced:
            return True
        if record.run_id in self.failed:
            return False
        # It replaces what was visible when it began. What was announced later has beaten it.
        return self.newest is None or self.newest in record.superseded


def told_by(events: Iterable[Event]) -> Told:
    """What the ledger says of runs."""
    announced: dict[str, Announcement] = {}
    failed: set[str] = set()
    swept: set[str] = set()
    going: set[str] = set()
    purges: list[tuple[str, int]] = []
    for event in events:
        if event.event == EventName.RUN_FINISHED:
            digests = (str(event.data.get(f"{name}_sha256")) for name in ("record", "card"))
            announced[event.run_id] = Announcement(event.seq, *digests)
            going.clear()
        elif event.event == EventName.SHARDS_REMOVED:
            going.update(layout.shard(str(name)) for name in event.data.get("shards", ()))
        elif event.event == EventName.RUN_FAILED:
            announced.pop(event.run_id, None)
            failed.add(event.run_id)
        elif event.event == EventName.RUN_SWEPT:
            swept.add(event.run_id)
        elif event.event == EventName.TOMBSTONES_PLACED:
            purges.append((event.run_id, event.seq))
    return Told(announced, frozenset(failed), frozenset(swept), frozenset(going), tuple(purges))
