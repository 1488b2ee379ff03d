"""What may be appended, and what an append leaves behind that cannot be finished."""

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.ledger import Ledger
from clearshard.errors import IntegrityError, OutputFull

from .making import NOW, fill, lines_of, path_of, rewrite


def test_time_is_utc_and_must_have_an_offset(ledger: Ledger) -> None:
    event = ledger.append(
        "run_started", "r", datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    )
    assert event.at == "2026-01-01T00:00:00Z"
    with pytest.raises(ValueError, match="offset"):
        ledger.append("run_started", "r", datetime(2026, 1, 1))  # noqa: DTZ001 - refused


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("run_started", {"x": float("nan")}),
        ("run_started", {"x": float("inf")}),
        ("run_started", {"x": object()}),
        ("run_started", {"repaired_torn_bytes": 3}),
        ("Not A Name", {}),
        ("", {}),
        ("run_started\n", {}),
    ],
)
def test_what_cannot_be_read_back_is_not_written(
    ledger: Ledger, tmp_path: Path, name: str, data: dict[str, Any]
) -> None:
    fill(ledger, 2)
    before = path_of(tmp_path).read_bytes()
    with pytest.raises(ValueError):
        ledger.append(name, "r", NOW, data)
    assert path_of(tmp_path).read_bytes() == before


def test_who_only_reads_cannot_append(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 1)
    with pytest.raises(ValueError, match="opened for reading"):
        Ledger(path_of(tmp_path)).append("run_started", "r", NOW)


def test_append_refuses_to_follow_an_edited_last_line(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    lines = lines_of(tmp_path)
    lines[-1] = lines[-1].replace(b"run4", b"run5")
    rewrite(tmp_path, lines)
    before = path_of(tmp_path).read_bytes()
    with pytest.raises(IntegrityError, match="clearshard audit verify"):
        ledger.append("run_started", "r", NOW)
    assert path_of(tmp_path).read_bytes() == before


def test_a_disk_that_is_full_for_the_copy_takes_the_line_back(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ledger, 2)
    before = path_of(tmp_path).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clearshard.audit.ledger.file.write_atomic", full)
    with pytest.raises(OutputFull):
        ledger.append("run_started", "r", NOW)
    monkeypatch.undo()
    assert path_of(tmp_path).read_bytes() == before
    assert ledger.append("run_started", "r", NOW).seq == 2
    assert ledger.check() == []


def test_full_disk_leaves_no_part_of_a_line(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ledger, 2)
    before = path_of(tmp_path).read_bytes()
    write = os.write

    def full(handle: int, content: bytes) -> int:
        if len(content) < 50:
            raise OSError(28, "No space left on device")
        return write(handle, content[: len(content) - 10])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OutputFull):
        ledger.append("run_started", "r", NOW)
    monkeypatch.undo()
    assert path_of(tmp_path).read_bytes() == before
    assert ledger.append("run_started", "r", NOW).data == {}
