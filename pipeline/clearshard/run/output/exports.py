"""Which run went into which training set, as it was recorded, and what of it was purged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clearshard.audit.events import Event, EventName
from clearshard.audit.reading import VisibleRun
from clearshard.run.known_files import Named, written_rows


@dataclass(frozen=True, slots=True)
class Export:
    """A run that went into a training set.

    Attributes:
        name: Of the training set.
        run_id: The run.
        at: When that was recorded, RFC 3339.
    """

    name: str
    run_id: str
    at: str


@dataclass(frozen=True, slots=True)
class Affected:
    """Training sets that purged files went into.

    Attributes:
        names: Those that held any of them, or what they held under another id.
        unknown: Those of whose run there is no record any more.
    """

    names: tuple[str, ...]
    unknown: tuple[str, ...]


def exports_told(events: Iterable[Event]) -> tuple[Export, ...]:
    """All recorded exports, oldest first."""
    return tuple(
        Export(str(event.data.get("name")), event.run_id, event.at)
        for event in events
        if event.event == EventName.EXPORT_RECORDED
    )


def affected(exports: Sequence[Export], runs: Sequence[VisibleRun], named: Named) -> Affected:
    """The exports that held what is named, also where it has left the shards long ago.

    Args:
        exports: All that were recorded.
        runs: All visible runs.
        named: Whose files, which files, or what they held.

    Raises:
        IntegrityError: Decisions of a run cannot be read.
    """
    if not named:
        return Affected((), ())
    by_id = {run.run_id: run for run in runs}
    exported = {export.run_id for export in exports} & by_id.keys()
    held = {one for one in exported if len(written_rows(by_id[one], named, ["doc_key"]))}
    names = {export.name for export in exports if export.run_id in held}
    unknown = {export.name for export in exports if export.run_id not in by_id} - names
    return Affected(tuple(sorted(names)), tuple(sorted(unknown)))
