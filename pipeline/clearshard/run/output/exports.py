"""Which run went into which training set, as it was recorded, and what of it was purged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from clearshard.audit.database import connected
from clearshard.audit.events import Event, EventName
from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.view import table_view
from clearshard.records.states import State

_HELD = """
    SELECT EXISTS (SELECT 1 FROM decided SEMI JOIN gone USING (doc_key) WHERE state = $written)
"""


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
    """Training sets that purged rows went into.

    Attributes:
        names: Those that held any of them.
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


def affected(
    exports: Sequence[Export], runs: Sequence[VisibleRun], doc_keys: Sequence[str]
) -> Affected:
    """The exports that held rows of some keys.

    Args:
        exports: All that were recorded.
        runs: All visible runs.
        doc_keys: Of the rows.

    Raises:
        IntegrityError: Decisions of a run cannot be read.
    """
    if not doc_keys:
        return Affected((), ())
    by_id = {run.run_id: run for run in runs}
    held: dict[str, bool] = {}
    for run_id in {export.run_id for export in exports} & by_id.keys():
        held[run_id] = _held(by_id[run_id], doc_keys)
    names = {export.name for export in exports if held.get(export.run_id)}
    unknown = {export.name for export in exports if export.run_id not in by_id} - names
    return Affected(tuple(sorted(names)), tuple(sorted(unknown)))


def _held(run: VisibleRun, doc_keys: Sequence[str]) -> bool:
    with connected() as connection:
        table_view(connection, "decided", [run.table])
        connection.register("gone", pa.table({"doc_key": pa.array(doc_keys, pa.string())}))
        [(found,)] = connection.execute(_HELD, {"written": str(State.WRITTEN)}).fetchall()
    return bool(found)
