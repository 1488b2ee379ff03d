"""Outcomes come in any order, and are in that of their batches in the end."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearshard.records.states import Deleted, Quarantine, QuarantineReason
from clearshard.records.tasks import Row
from clearshard.run.assigned import UnitResult
from clearshard.run.outcomes import (
    BatchOutcomes,
    Outcome,
    OutcomeWriter,
    outcomes_of,
    read_outcomes,
    together,
)

_BATCHES, _ROWS = 30, 200


def _outcome(row: Row) -> Outcome:
    """One of every kind."""
    batch, number = row
    content = f"{batch:032x}{number:032x}"
    kinds = (
        Outcome(None, content, "here"),
        Outcome(None, content, "earlier", 3, f"{batch:016x}{number:016x}"),
        Outcome(Quarantine(QuarantineReason.MALFORMED, "ValueError"), content, "here"),
        Outcome(Quarantine(QuarantineReason.MISSING, "FileNotFoundError"), None, None),
        Outcome(Quarantine(QuarantineReason.MISSING, "OutsideRoot"), None, None),
        Outcome(Deleted(), None, None),
    )
    return kinds[(batch + number) % len(kinds)]


def _known(batches: int) -> Iterator[BatchOutcomes]:
    """Every third row."""
    for batch in range(batches):
        rows = {row: _outcome((batch, row)) for row in range(0, _ROWS, 3)}
        yield BatchOutcomes(batch, outcomes_of(rows))


def _written(
    tmp_path: Path, rows: list[Row], known: Iterator[BatchOutcomes]
) -> list[BatchOutcomes]:
    path = tmp_path / "outcomes.arrow"
    with OutcomeWriter(path, tmp_path / "scratch", "here", known) as writer:
        for row in rows:
            writer.put(row, _outcome(row))
    return list(read_outcomes(path))


def test_they_are_in_order_with_those_that_were_known(tmp_path: Path) -> None:
    rows = [(batch, row) for batch in range(_BATCHES) for row in range(_ROWS) if row % 3]
    random.Random(1).shuffle(rows)
    found = _written(tmp_path, rows, _known(_BATCHES))
    assert [one.batch for one in found] == list(range(_BATCHES))
    for one in found:
        whole = outcomes_of({row: _outcome((one.batch, row)) for row in range(_ROWS)})
        assert one.table.equals(whole)


def test_batches_without_any_are_empty_and_those_behind_the_last_left_out(tmp_path: Path) -> None:
    found = _written(tmp_path, [(11, 2), (9, 1)], iter(()))
    assert [one.table.num_rows for one in found] == [0] * 9 + [1, 0, 1]


def test_those_that_were_known_come_through_alone(tmp_path: Path) -> None:
    found = _written(tmp_path, [], _known(10))
    assert [one.table for one in found] == [one.table for one in _known(10)]


def test_a_result_is_of_files_of_any_batches(tmp_path: Path) -> None:
    why = Quarantine(QuarantineReason.MALFORMED, "ValueError")
    contents = {(9, 4): "a" * 64, (0, 2): "b" * 64}
    result = UnitResult(((9, 4),), (((0, 2), why), ((3, 0), why)), None, 7, contents, ((9, 5),))
    path = tmp_path / "outcomes.arrow"
    with OutcomeWriter(path, tmp_path / "scratch", "here") as writer:
        writer.add(result)
    tables = {one.batch: one.table for one in read_outcomes(path) if one.table.num_rows}
    assert tables == {
        0: outcomes_of({2: Outcome(why, "b" * 64, "here")}),
        3: outcomes_of({0: Outcome(why, None, None)}),
        9: together(
            outcomes_of({4: Outcome(None, "a" * 64, "here")}),
            outcomes_of({5: Outcome(Deleted(), None, None)}),
        ),
    }


def test_of_many_only_some_are_in_memory(tmp_path: Path) -> None:
    with OutcomeWriter(tmp_path / "outcomes.arrow", tmp_path / "scratch", "here") as writer:
        for row in range(10_000):
            writer.put((0, row), _outcome((0, row)))
        assert list((tmp_path / "scratch").iterdir())


def test_after_an_error_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        _dies(tmp_path)
    assert not (tmp_path / "outcomes.arrow").exists()


def _dies(tmp_path: Path) -> None:
    with OutcomeWriter(tmp_path / "outcomes.arrow", tmp_path / "scratch", "here") as writer:
        writer.put((0, 0), _outcome((0, 0)))
        raise RuntimeError
