"""Visible runs and their decisions, as they were recorded.

A run record is strict JSON: an unknown key, a wrong type, or a name that would lead out of the
run's own folders is refused, since every path that the other modules open is made of it.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa

from clearshard import layout
from clearshard.audit.database import connected
from clearshard.audit.faults import printable
from clearshard.audit.marker import require_this_format
from clearshard.audit.stored.table import StoredTable, problem_of, stored_table
from clearshard.audit.stored.view import table_view
from clearshard.errors import ConfigError, IntegrityError, OutputUnusable
from clearshard.records.places import PLACE_BITS, PLACE_DIGITS, Leaf, LeafIndex
from clearshard.records.run import RunRecord, ShardFile

#: What `visible_runs` has read last. A command asks for the same records again and again, and would
#: mostly decode what it has decoded: of bytes that are the same it is not done.
_read_last: dict[Path, tuple[bytes, "VisibleRun"]] = {}
_PREFIX = re.compile(rf"[01]{{0,{PLACE_BITS}}}")
#: Of a decision; see `clearshard.records.places.place_of`.
_PLACE = f"TRY_CAST('0x' || account_key[:{PLACE_DIGITS}] || doc_key[:{PLACE_DIGITS}] AS UBIGINT)"


class Pick(Enum):
    """Which runs to look at, where none is named."""

    NEWEST = "newest"
    ALL = "all"


@dataclass(frozen=True)
class VisibleRun:
    """A run that has a record.

    Attributes:
        out: The output folder.
        record: What the run recorded.
        sha256: Of the bytes of the record, as its ledger event must say.
        finished_at: When the run ended; runs are ordered by it.
    """

    out: Path
    record: RunRecord
    sha256: str
    finished_at: datetime

    @property
    def run_id(self) -> str:
        """Name of the run."""
        return self.record.run_id

    def shard_path(self, shard: ShardFile) -> Path:
        """Where one of its shards is, unless a newer run replaced it."""
        return self.out / layout.shard(shard.name)

    @cached_property
    def shard_names(self) -> frozenset[str]:
        """The names of its shards, as the record has them."""
        return frozenset(shard.name for shard in self.record.shards)

    @cached_property
    def leaves(self) -> LeafIndex:
        """Which of its shards, by its number in the record, a row lies in."""
        return LeafIndex(shard.leaf for shard in self.record.shards)

    @property
    def decisions_folder(self) -> Path:
        """Where the decisions files are that it has written itself."""
        return self.out / layout.decisions(self.run_id)

    @property
    def decisions_paths(self) -> tuple[Path, ...]:
        """The files that its decisions are read from, in the order of the record."""
        return tuple(self.out / layout.DECISIONS / file.name for file in self.record.decisions)

    @property
    def table(self) -> StoredTable:
        """Its decisions."""
        return stored_table(self.record, self.out / layout.DECISIONS)


def record_paths(out: Path) -> tuple[Path, ...]:
    """The run records of an output folder, by name."""
    # A name that starts with a dot is a record on its way in, not yet visible.
    return tuple(p for p in sorted(out.glob(layout.record("*"))) if not p.name.startswith("."))


def read_record(path: Path) -> VisibleRun:
    """Reads ``OUT/runs/<run_id>.json``.

    Raises:
        IntegrityError: It cannot be read, or is not what a run writes.
    """
    return _read_record(path)[1]


def _read_record(path: Path) -> tuple[bytes, VisibleRun]:
    """The record, and its bytes."""
    try:
        content = path.read_bytes()
        known = _read_last.get(path)
        if known is not None and known[0] == content:
            return known
        record = msgspec.json.decode(content, type=RunRecord)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # The error of the parser can quote what it read.
        raise _not_a_record(path, type(error).__name__) from None
    if not layout.is_run_id(record.run_id) or path.name != layout.record_name(record.run_id):
        raise _not_a_record(path, "its run_id is not its name")
    if not all(map(layout.is_run_id, record.superseded)):
        raise _not_a_record(path, "a superseded run has no proper name")
    if (problem := problem_of(record)) is not None:
        raise _not_a_record(path, problem)
    for shard in record.shards:
        if not layout.is_shard_name(shard.name) or _PREFIX.fullmatch(shard.prefix) is None:
            raise _not_a_record(path, "a shard has no proper name or prefix")
    leaves = [shard.leaf for shard in record.shards]
    if not all(_follows(one, other) for one, other in pairwise(leaves)):
        raise _not_a_record(path, "its shards are not in the order of their places")
    if len({shard.name for shard in record.shards}) != len(record.shards):
        raise _not_a_record(path, "a shard is named twice")
    try:
        moments = [datetime.fromisoformat(t) for t in (record.finished_at, record.as_of)]
    except ValueError:
        raise _not_a_record(path, "a time has no proper form") from None
    if any(moment.tzinfo is None for moment in moments):
        raise _not_a_record(path, "a time has no offset")
    sha256 = hashlib.sha256(content).hexdigest()
    return content, VisibleRun(path.parents[1], record, sha256, moments[0])


def _follows(leaf: Leaf, other: Leaf) -> bool:
    """Whether one leaf ends before another begins."""
    return (leaf.period, leaf.last_place) < (other.period, other.first_place)


def oldest_first(runs: Sequence[VisibleRun]) -> tuple[VisibleRun, ...]:
    """Runs in the order in which they ended."""
    return tuple(sorted(runs, key=lambda run: (run.finished_at, run.run_id)))


def visible_runs(out: Path) -> tuple[VisibleRun, ...]:
    """Every visible run of an output folder, oldest first.

    Raises:
        OutputUnusable: An earlier version wrote the folder, and this one cannot read it.
        IntegrityError: A record is not what a run writes.
    """
    global _read_last  # noqa: PLW0603 - replaced as a whole, by what is true wherever it is read
    require_this_format(out)
    _read_last = {path: _read_record(path) for path in record_paths(out)}
    return oldest_first([run for _, run in _read_last.values()])


def picked_runs(out: Path, which: Pick | str = Pick.NEWEST) -> tuple[VisibleRun, ...]:
    """The runs to look at, oldest first; at least one.

    Args:
        out: The output folder.
        which: The newest run, all of them, or the one of this name.

    Raises:
        OutputUnusable: There is no visible run, or an earlier version wrote the folder.
        ConfigError: There is none of this name.
        IntegrityError: A record is not what a run writes.
    """
    runs = visible_runs(out)
    if not runs:
        raise OutputUnusable(
            f"{printable(str(out))} holds no finished run. Name the folder of one with --out."
        )
    if which is Pick.ALL:
        return runs
    if which is Pick.NEWEST:
        return runs[-1:]
    named = tuple(run for run in runs if run.run_id == which)
    if not named:
        problem = f"there is no such run among {len(runs)}; the newest is {runs[-1].run_id}"
        raise ConfigError("run", [f"{printable(str(which))} → {problem}"])
    return named


def superseded_by(runs: Sequence[VisibleRun]) -> dict[str, str]:
    """Each run whose shards were replaced → the run that replaced them.

    Every later run names all the runs before it: the first one that does removed the shards. A run
    cannot be replaced by an older one, whatever that says.

    Args:
        runs: All that there are, not only those that a question is about.
    """
    replaced: dict[str, str] = {}
    older: set[str] = set()
    for run in oldest_first(runs):
        for named in run.record.superseded:
            if named in older:
                replaced.setdefault(named, run.run_id)
        older.add(run.run_id)
    return replaced


@contextmanager
def open_decisions(
    runs: Sequence[VisibleRun], *, accounts: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with one view, ``decisions``: see `clearshard.audit.stored.view.table_view`.

    Args:
        runs: `run_order` numbers them in the order given.
        accounts: Whether `facts` has the facts of accounts as well. Finding them takes time.

    Raises:
        IntegrityError: A file of decisions is missing or damaged.
    """
    with connected() as connection:
        table_view(connection, "decisions", [run.table for run in runs], accounts=accounts)
        yield connection


def locate(connection: duckdb.DuckDBPyConnection, run: VisibleRun) -> None:
    """Makes a view of the written decisions of one run: ``located``, with ``shard``.

    That is the number of the shard in the run's record that holds the place of the row, or null.

    Args:
        connection: Has a view ``decisions`` of that run alone.
        run: The run.
    """
    leaves = [shard.leaf for shard in run.record.shards]
    table = pa.table(
        {
            "leaf_period": pa.array([leaf.period for leaf in leaves], pa.string()),
            "bits": pa.array([len(leaf.prefix) for leaf in leaves], pa.int32()),
            "first_place": pa.array([leaf.first_place for leaf in leaves], pa.uint64()),
            "shard": pa.array(range(len(leaves)), pa.int32()),
        }
    )
    connection.register("leaves", table)
    # Shards are of much the same size, so their prefixes have few lengths. A join for each of them
    # looks into a small table; one join by ranges would sort the decisions.
    found, joins = ["NULL::INTEGER"], []
    for bits in sorted({len(leaf.prefix) for leaf in leaves}):
        rest = PLACE_BITS - bits
        same = f"AND place >> {rest} = of_{bits}.first_place >> {rest}" if bits else ""
        found.append(f"of_{bits}.shard")
        joins.append(
            f"LEFT JOIN (FROM leaves WHERE bits = {bits}) AS of_{bits} "
            f"ON period = of_{bits}.leaf_period {same}"
        )
    connection.execute(
        f"""
        CREATE VIEW located AS
        SELECT d.* EXCLUDE (place),
               CASE WHEN place IS NOT NULL THEN coalesce({", ".join(found)}) END AS shard
        FROM (SELECT *, {_PLACE} AS place FROM decisions WHERE state = 'written') AS d
        {" ".join(joins)}
        """  # noqa: S608 - words of this package only
    )


def _not_a_record(path: Path, problem: str) -> IntegrityError:
    return IntegrityError(
        f"{layout.RUNS}/{printable(path.name)} is not the record of a run ({problem}). "
        "Restore it from a backup, then run `clearshard audit verify`."
    )
