"""Shards that the newest run does not list any more: how long they stay, and why they go.

Who began to read before the newest run goes on reading the shards that the run before listed, so
they stay for `housekeeping.keep_shards_hours`. Three kinds go at once: one with a row that the
newest run does not have any more, since its file may not be used, one of which the rows were
promised something else than those of the newest run, and a plain one where all are encrypted now.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from clearshard.audit.events import EventName
from clearshard.audit.reading import VisibleRun, visible_runs
from clearshard.audit.replaced import Replaced, replaced_shards, with_rows_gone, with_rows_of
from clearshard.config import Housekeeping
from clearshard.run.journal import Journal
from clearshard.run.output.commit import removing
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.operations import operations_in
from clearshard.run.output.steps import carry_out

#: Names in one event of the ledger.
_NAMES = 1_000


class Why(StrEnum):
    """Why a shard is removed."""

    #: It holds a row of a file that the newest run has not written.
    ROW_GONE = "row_gone"
    #: Its rows were redacted as something else was asked of redaction.
    OTHER_PROMISE = "other_promise"
    #: It is not encrypted, and what has taken its place is.
    NOT_ENCRYPTED = "not_encrypted"
    #: It was replaced so long ago that nobody reads it any more.
    TIME_OVER = "time_over"


def remove_replaced(
    folder: OutputFolder,
    settings: Housekeeping,
    journal: Journal,
    gone: Collection[str] | None = None,
) -> None:
    """Removes the replaced shards that must go, and those whose time is over.

    The ledger is told first: what it calls removed since the newest run and is still there was
    interrupted, and is removed now.

    Args:
        folder: Locked.
        settings: How long they stay otherwise.
        journal: Of the folder.
        gone: `doc_key` of the rows that have gone since somebody has looked for all that must not
            be there; None where nobody has, or where any row may have gone: then each of them is
            looked for in the decisions.
    """
    runs = visible_runs(folder.root)
    left = replaced_shards(folder.root, runs)
    if not left:
        return
    told: set[str] = set()
    for event in journal.events():
        if event.event == EventName.RUN_FINISHED:
            told.clear()
        elif event.event == EventName.SHARDS_REMOVED:
            told.update(map(str, event.data.get("shards", ())))
    going = dict(_going(folder, runs[-1], left, settings, journal.clock(), gone))
    said = []
    for why in Why:
        names = [name for name, reason in going.items() if reason is why and name not in told]
        for first in range(0, len(names), _NAMES):
            data = {"shards": names[first : first + _NAMES], "why": str(why)}
            said.append(journal.said(EventName.SHARDS_REMOVED, runs[-1].run_id, data))
    removed = going.keys() | (told & {one.name for one in left})
    if removed:
        steps = removing(runs[-1].run_id, said, sorted(removed))
        carry_out(steps, operations_in(folder, journal))


def _going(
    folder: OutputFolder,
    newest: VisibleRun,
    left: Sequence[Replaced],
    settings: Housekeeping,
    now: datetime,
    gone: Collection[str] | None,
) -> Iterator[tuple[str, Why]]:
    names = [one.name for one in left]
    if gone is None:
        with_other_rows = with_rows_gone(newest, names, folder.vault)
    else:
        with_other_rows = with_rows_of(folder.root, names, gone, folder.vault)
    keep = timedelta(hours=settings.keep_shards_hours)
    for one in left:
        if one.name in with_other_rows:
            yield one.name, Why.ROW_GONE
        elif one.promise_digest != newest.record.promise_digest:
            yield one.name, Why.OTHER_PROMISE
        elif one.is_plain_beside(newest):
            yield one.name, Why.NOT_ENCRYPTED
        elif now - one.replaced_at >= keep:
            yield one.name, Why.TIME_OVER
