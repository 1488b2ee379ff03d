"""What may be appended, and what an append leaves behind that cannot be finished."""

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.ledger import Ledger
from clearshard.audit.ledger.appending import Said
from clearshard.audit.ledger.content import events_of, with_event
from clearshard.errors import IntegrityError, OutputFull, RunLocked

from ..signers import OTHER, SIGNER
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


def said(number: int) -> Said:
    return Said("run_started", f"run{number}", NOW, {"number": number})


def test_who_has_read_the_newest_event_appends_after_it(ledger: Ledger) -> None:
    assert ledger.append_after(None, said(0))
    (first,) = ledger.read()
    assert ledger.append_after(first, said(1))
    assert [event.run_id for event in ledger.read()] == ["run0", "run1"]
    assert ledger.check() == []


def test_of_two_who_have_read_the_same_event_one_appends(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 2)
    *_, newest = ledger.read()
    assert ledger.append_after(newest, said(2))
    before = path_of(tmp_path).read_bytes()
    assert not ledger.append_after(newest, said(3))
    assert not ledger.append_after(None, said(3))
    assert path_of(tmp_path).read_bytes() == before


def test_a_line_that_lacks_its_newline_is_not_passed_over(ledger: Ledger, tmp_path: Path) -> None:
    """Whoever was killed there may have announced a run, which `read` does not show."""
    fill(ledger, 2)
    *_, newest = ledger.read()
    copy = path_of(tmp_path).with_name("head.json")
    copied = copy.read_bytes()
    fill(ledger, 1)
    copy.write_bytes(copied)
    torn = path_of(tmp_path).read_bytes()[:-1]
    path_of(tmp_path).write_bytes(torn)
    with pytest.raises(RunLocked, match="Run again: that mends it"):
        ledger.append_after(newest, said(3))
    assert path_of(tmp_path).read_bytes() == torn
    ledger.append("run_started", "r", NOW)
    *_, newest = ledger.read()
    assert ledger.append_after(newest, said(4))
    assert ledger.check() == []


def test_half_a_line_is_no_event_to_append_after(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 2)
    *_, newest = ledger.read()
    with path_of(tmp_path).open("ab") as file:
        file.write(b'{"half')
    assert ledger.append_after(newest, said(2))
    assert ledger.check() == []


def test_as_one_object_it_has_the_same_bytes(ledger: Ledger, tmp_path: Path) -> None:
    content = b""
    assert events_of(content) == ()
    for number in range(4):
        content = with_event(content, SIGNER, said(number))
        *_, newest = [None, *ledger.read()]
        assert ledger.append_after(newest, said(number))
        assert content == path_of(tmp_path).read_bytes()
    assert events_of(content) == tuple(ledger.read())


@pytest.mark.parametrize("damage", ["edited", "torn", "dropped", "resigned"])
def test_an_object_that_is_not_what_was_written_is_not_appended_to(damage: str) -> None:
    content = b""
    for number in range(3):
        content = with_event(content, SIGNER, said(number))
    lines = content.splitlines(keepends=True)
    match damage:
        case "edited":
            content = content.replace(b"run1", b"run9")
        case "torn":
            content = content[:-1]
        case "dropped":
            content = lines[0] + lines[2]
    signer = OTHER if damage == "resigned" else SIGNER
    with pytest.raises(IntegrityError):
        with_event(content, signer, said(3))
