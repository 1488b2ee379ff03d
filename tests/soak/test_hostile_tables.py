"""The gate over registries and manifests as the world sends them, against plain Python."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pytest

from clearshard.config import default_policy_text
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.errors import RegistryStale, SourceUnavailable
from clearshard.run.intake import Tables, take_in
from clearshard.sources.registry import FileRegistry

from .hostile.damage import KINDS
from .hostile.reference import admitted
from .hostile.rows import NOW
from .hostile.tables import Hostile, make_tables
from .hostile.writing import LAYOUTS, Layout

_SKEW_SECONDS = 300
_POLICY = parse_policy(default_policy_text(), "default policy")


def _eligible(tables: Hostile, scratch: Path) -> dict[str, str | None] | None:
    """Ids and transcripts that the gate admits; None if it refuses to decide at all."""
    scratch.mkdir()
    try:
        found_in = Tables(tables.manifest, FileRegistry(tables.registry))
        intake = take_in(found_in, _POLICY, Moment.at(NOW, _SKEW_SECONDS), scratch)
    except (SourceUnavailable, RegistryStale):
        return None
    found: dict[str, str | None] = {}
    for batch in intake.batches():
        rows = np.flatnonzero((batch.reason_bits == 0) & ~batch.held)
        for row in batch.table.take(rows).to_pylist():
            found[row["file_id"]] = row["transcript_uri"]
    return found


class _Tally:
    """What happened to tables and files, by what was done to them."""

    def __init__(self) -> None:
        self.tables: Counter[str] = Counter()
        self.files: Counter[str] = Counter()
        self.layouts: Counter[Layout] = Counter()
        self.kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def check(self, seed: int, size: int, folder: Path) -> None:
        """Makes two tables, lets the gate decide, and compares."""
        folder.mkdir()
        tables = make_tables(folder, seed, size)
        right = admitted(
            [row.meant for row in tables.files if not row.is_lost],
            [row.meant for row in tables.accounts],
        )
        found = _eligible(tables, folder / "scratch")
        # By what would be opened: a line that breaks within an id names the same file otherwise.
        uris = {
            row.meant["transcript_uri"] for row in tables.files if row.meant["file_id"] in right
        }
        # A byte order mark within a file is a part of the value behind it: that path leads nowhere.
        opened = {uri.removeprefix("\ufeff") for uri in (found or {}).values() if uri is not None}
        wrong = opened - uris
        assert not wrong, f"seed {seed}, size {size}: {wrong} may not be used"
        if tables.is_well_formed:
            assert found is not None
            assert found.keys() == right, f"seed {seed}, size {size}: {right ^ found.keys()}"
        if tables.must_be_refused:
            assert found is None, f"seed {seed}, size {size}: {tables.kinds} was read"
        self._count(tables, right, found)
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()

    def _count(self, tables: Hostile, right: set[str], found: Collection[str] | None) -> None:
        form = "well-formed" if tables.is_well_formed else "hostile"
        self.tables[f"{form}, {'refused' if found is None else 'read'}"] += 1
        self.layouts.update(tables.layouts)
        came = "refused" if found is None else "read"
        for kind in tables.kinds:
            self.kinds[kind][came] += 1
        for row in tables.accounts:
            for kind in row.kinds:
                self.kinds[f"account, {kind}"][came] += 1
        for row in tables.files:
            name = row.meant["file_id"]
            end = "refused" if found is None else "admitted" if name in found else "denied"
            self.files[f"{'right' if name in right else 'wrong'}, {end}"] += 1
            for kind in row.kinds:
                self.kinds[f"file, {kind}"][end] += 1


@pytest.mark.slow
def test_nothing_is_eligible_that_the_policy_does_not_admit(tmp_path: Path) -> None:
    tally = _Tally()
    for seed in range(120):
        tally.check(seed, 24, tmp_path / str(seed))
    assert tally.tables["well-formed, read"] > 30
    assert tally.tables["well-formed, refused"] == 0
    assert tally.tables["hostile, read"] > 20
    assert tally.files["right, admitted"] > 500
    assert tally.layouts.keys() == {*LAYOUTS}
    assert tally.kinds.keys() >= {kind for kind in KINDS if "null:" in kind}


@pytest.mark.soak
def test_a_million_rows_of_hostile_tables(tmp_path: Path, tell: Callable[[str], None]) -> None:
    tally = _Tally()
    first = 1_000_000 * int(os.environ.get("SOAK_SEED", "1"))
    for number in range(2_200):
        tally.check(first + number, 20 if number % 2 else 900, tmp_path / str(number))
    files = sum(tally.files.values())
    assert files >= 1_000_000
    tell(f"{files:,} files in 2,200 manifests: {dict(sorted(tally.files.items()))}")
    tell(f"tables: {dict(sorted(tally.tables.items()))}")
    for layout, count in tally.layouts.items():
        tell(f"    Parquet of {layout.strings}, {layout.rows_per_group} rows a group: {count}")
    for kind, counts in sorted(tally.kinds.items()):
        tell(f"    {kind:<40}{dict(sorted(counts.items()))}")
    assert tally.files["wrong, admitted"] == 0
    assert tally.files["right, admitted"] > files / 6
    assert tally.tables["well-formed, read"] > 600
    assert tally.tables["well-formed, refused"] == 0
    assert tally.tables["hostile, read"] > 500
    assert tally.layouts.keys() == {*LAYOUTS}
    assert min(tally.layouts.values()) > 50
    assert tally.kinds.keys() >= KINDS
