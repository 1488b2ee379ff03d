"""Where the decisions of a run lie: which files, in which order, and what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clearshard import layout
from clearshard.records.run import DecisionsFile, Holds, RunRecord

_ROWS = (Holds.TABLE, Holds.CHANGES)
#: Written by every run as a whole, so none is of another one.
_OWN = {
    Holds.ACCOUNTS: "what it says of accounts is of another run",
    Holds.WITHHELD: "what it says was withheld is of another run",
}


@dataclass(frozen=True, slots=True)
class StoredTable:
    """The decisions of one run.

    Attributes:
        run_id: Of the run.
        policy_digest: The policy of every row.
        decided_at: When every row was decided, for the last time.
        rows: The files that hold rows, in the order of the table.
        replaced: The files that say which of these rows are in force no more, oldest first.
        accounts: The files that say what was known of accounts.
        withheld: The files that say what was withheld.
        indexes: Of each of `rows`, the digest of its index; empty where it has none.
    """

    run_id: str
    policy_digest: str
    decided_at: datetime
    rows: tuple[Path, ...]
    replaced: tuple[Path, ...]
    accounts: tuple[Path, ...]
    withheld: tuple[Path, ...]
    indexes: tuple[str, ...]


def stored_table(record: RunRecord, root: Path) -> StoredTable:
    """The table of a run, whose record has passed `problem_of`.

    Args:
        record: Of the run.
        root: The folder ``audit/decisions``.
    """
    return table_of(
        record.run_id,
        record.policy_digest,
        datetime.fromisoformat(record.as_of),
        [(file, root / file.name) for file in record.decisions],
    )


def table_of(
    run_id: str,
    policy_digest: str,
    decided_at: datetime,
    files: Sequence[tuple[DecisionsFile, Path]],
) -> StoredTable:
    """A table of some files, each with the place where it is."""

    def paths(*holds: Holds) -> tuple[Path, ...]:
        return tuple(path for file, path in files if file.holds in holds)

    return StoredTable(
        run_id,
        policy_digest,
        decided_at,
        paths(*_ROWS),
        paths(Holds.REPLACED),
        paths(Holds.ACCOUNTS),
        paths(Holds.WITHHELD),
        tuple(file.index for file, _ in files if file.holds in _ROWS),
    )


def row_files(files: Sequence[DecisionsFile]) -> tuple[DecisionsFile, ...]:
    """Those that hold rows, in the order by which `REPLACED_SCHEMA` numbers them."""
    return tuple(file for file in files if file.holds in _ROWS)


def carried_over(files: Sequence[DecisionsFile]) -> tuple[DecisionsFile, ...]:
    """What the table of a later run goes on reading of these: all but what each run writes anew."""
    return tuple(file for file in files if file.holds not in _OWN)


def wrote_table(record: RunRecord) -> bool:
    """Whether a run has written its table as a whole, and not as changes to an earlier one."""
    return all(file.run_id == record.run_id for file in record.decisions)


def problem_of(record: RunRecord) -> str | None:
    """Why the files that a record lists can be no table, or None if they can.

    A path is made of each name, so a name is checked before anything is opened.
    """
    files = record.decisions
    if not all(layout.is_decisions_name(file.name) for file in files):
        return "a decisions file has no proper name"
    if len({file.name for file in files}) != len(files):
        return "a decisions file is named twice"
    if not {file.run_id for file in files} <= {record.run_id, *record.superseded}:
        return "a decisions file is of a run that it does not replace"
    runs = list(dict.fromkeys(file.run_id for file in files))
    if record.run_id in runs[:-1]:
        return "its decisions are older than those of a run that it replaces"
    for file in files:
        if file.holds in _OWN:
            if file.run_id != record.run_id:
                return _OWN[file.holds]
        elif (file.holds is Holds.TABLE) != (file.run_id == runs[0]):
            return "its decisions are not one table and changes to it"
    if list(files) != sorted(files, key=lambda file: _place(file, runs)):
        return "its decisions files are not in their order"
    return None


def _place(file: DecisionsFile, runs: Sequence[str]) -> tuple[bool, int, int, str]:
    """By run, and within it by what they hold; what each run writes anew is last."""
    holds = list(Holds).index(file.holds)
    return file.holds in _OWN, runs.index(file.run_id), holds, file.name
