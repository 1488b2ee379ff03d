"""Whether a run's decisions are kept as a whole table or as changes to an earlier one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.compare import Comparison, compared
from clearshard.audit.stored.table import StoredTable, carried_over, table_of
from clearshard.audit.stored.writing import moved, write_changes
from clearshard.records.run import DecisionsFile, Holds
from clearshard.records.schemas import ROW_SCHEMA


@dataclass(frozen=True, slots=True)
class Limits:
    """How far changes may go before a whole table is written again: each costs whoever asks.

    Attributes:
        share: Rows added and replaced since the whole table, over the rows of that.
        runs: Runs since that have added or replaced any.
    """

    share: float = 1 / 16
    runs: int = 32


LIMITS = Limits()
_AT_SOME_TIME = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole table of a run that is not visible, as `TableWriter` has written it.

    Attributes:
        folder: Where it is; it bears the name of the run's own.
        files: What is there.
    """

    folder: Path
    files: tuple[DecisionsFile, ...]

    @property
    def table(self) -> StoredTable:
        """The same to be compared: of what is the run's as a whole it knows nothing."""
        placed = [(file, self.folder.parent / file.name) for file in self.files]
        return table_of("", "", _AT_SOME_TIME, placed)


def keep(
    whole: Whole, before: VisibleRun | None, folder: Path, limits: Limits | None = None
) -> tuple[DecisionsFile, ...]:
    """Keeps the decisions of a run.

    Args:
        whole: The whole table, which is gone after that.
        before: The run whose table they may be changes to; None if to none.
        folder: The run's own, to be made.
        limits: How far changes may go; None is LIMITS.

    Returns:
        What the record is to list.

    Raises:
        IntegrityError: The decisions of the earlier run cannot be read.
    """
    if before is None or not _can_be_followed(before):
        return moved(whole.files, whole.folder, folder)
    with compared(before.table, whole.table) as found:
        if _too_far(before.record.decisions, found, limits or LIMITS):
            return moved(whole.files, whole.folder, folder)
        changes = write_changes(folder, found.rows(), found.places())
    accounts = [file for file in whole.files if file.holds is Holds.ACCOUNTS]
    return (
        *carried_over(before.record.decisions),
        *changes,
        *moved(accounts, whole.folder, folder),
    )


def _can_be_followed(before: VisibleRun) -> bool:
    """Whether a table has the columns that are written now, if another version wrote it."""
    paths = before.table.rows
    try:
        return bool(paths) and all(
            pq.read_schema(path).remove_metadata().equals(ROW_SCHEMA) for path in paths
        )
    except (pa.ArrowException, OSError):
        return False


def _too_far(before: Sequence[DecisionsFile], found: Comparison, limits: Limits) -> bool:
    base = sum(file.row_count for file in before if file.holds is Holds.TABLE)
    since = [file for file in before if file.holds in (Holds.CHANGES, Holds.REPLACED)]
    changed = found.added + found.replaced
    rows = sum(file.row_count for file in since) + changed
    runs = len({file.run_id for file in since}) + bool(changed)
    return rows > limits.share * base or runs > limits.runs
