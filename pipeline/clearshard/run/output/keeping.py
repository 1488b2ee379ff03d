"""Whether a run's decisions are kept as a whole table or as changes to an earlier one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.reading import has_columns_of_today
from clearshard.audit.stored.table import carried_over
from clearshard.audit.stored.writing import write_accounts, write_changes
from clearshard.records.run import DecisionsFile, Holds
from clearshard.run.output.changes import Changes
from clearshard.run.row_marks import marks_of_rows


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


def may_follow(before: VisibleRun, changes: Changes, limits: Limits | None = None) -> bool:
    """Whether decisions can be kept as changes to those of an earlier run.

    Args:
        before: The earlier run.
        changes: What is new since.
        limits: How far changes may go; None is LIMITS.
    """
    return has_columns_of_today(before.table) and not _too_far(
        before.record.decisions, changes, limits or LIMITS
    )


def keep_changes(
    before: VisibleRun,
    changes: Changes,
    rows: Iterable[pa.RecordBatch],
    accounts: pa.Table,
    folder: Path,
) -> tuple[DecisionsFile, ...]:
    """Keeps the decisions of a run as changes to those of an earlier one.

    Args:
        before: The earlier run.
        changes: What is new since.
        rows: The rows that came or are not as they were, ROW_SCHEMA.
        accounts: What is known of accounts now, ACCOUNTS_SCHEMA.
        folder: The run's own, to be made.

    Returns:
        What the record is to list.
    """
    return (
        *carried_over(before.record.decisions),
        *write_changes(folder, rows, [changes.replaced], marks_of_rows),
        *write_accounts(folder, accounts),
    )


def _too_far(before: Sequence[DecisionsFile], changes: Changes, limits: Limits) -> bool:
    base = sum(file.row_count for file in before if file.holds is Holds.TABLE)
    since = [file for file in before if file.holds in (Holds.CHANGES, Holds.REPLACED)]
    rows = sum(file.row_count for file in since) + changes.row_count
    runs = len({file.run_id for file in since}) + bool(changes.row_count)
    return rows > limits.share * base or runs > limits.runs
