"""What a crash has left of a line, or of the copy, is made good and told."""

from pathlib import Path

import pytest

from clearshard.audit.events import GENESIS
from clearshard.audit.ledger import Ledger
from clearshard.storage.files import write_atomic

from .making import AT, NOW, fill, lines_of, path_of, write_head


@pytest.mark.parametrize("count", [1, 3])
def test_crash_before_the_copy_was_replaced(ledger: Ledger, tmp_path: Path, count: int) -> None:
    events = fill(ledger, count)
    write_head(tmp_path, None if count == 1 else lines_of(tmp_path)[-2])
    assert ledger.check() == []
    assert ledger.append("run_started", "next", NOW).seq == count
    assert ledger.check() == []
    assert list(ledger.read())[:count] == events


@pytest.mark.parametrize("newline", [True, False])
def test_crashes_before_the_copy_was_replaced_one_after_the_other(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, newline: bool
) -> None:
    """The copy catches up before the next line: it is never two lines behind."""
    fill(ledger, 1)

    class Killed(BaseException):
        pass

    for number in range(1, 4):
        line = lines_of(tmp_path)[-1] + b"\n"

        def dies(path: Path, content: bytes, line: bytes = line) -> None:
            if content != line:
                raise Killed
            write_atomic(path, content)

        with monkeypatch.context() as patch:
            patch.setattr("clearshard.audit.ledger.file.write_atomic", dies)
            with pytest.raises(Killed):
                ledger.append("run_failed", f"r{number}", NOW)
        assert ledger.check() == []
        if not newline:  # as if the kill had come before the last byte
            path_of(tmp_path).write_bytes(path_of(tmp_path).read_bytes()[:-1])
    assert ledger.append("run_started", "next", NOW).seq == 4
    assert ledger.check() == []
    assert [event.seq for event in ledger.read()] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("kept", [1, 20, -2])
def test_torn_last_line_is_seen_and_repaired(ledger: Ledger, tmp_path: Path, kept: int) -> None:
    events = fill(ledger, 3)
    lines = lines_of(tmp_path)
    torn = lines[2][:kept]
    path_of(tmp_path).write_bytes(lines[0] + b"\n" + lines[1] + b"\n" + torn)
    write_head(tmp_path, lines[1])
    [fault] = ledger.check()
    assert fault.location == f"{AT}:3"
    assert "torn" in fault.message
    assert ledger.head() == events[1]
    assert list(ledger.read()) == events[:2]

    event = ledger.append("run_started", "next", NOW, {"n": 1})
    assert event.data == {"n": 1, "repaired_torn_bytes": len(torn)}
    assert list(ledger.read()) == [*events[:2], event]
    assert ledger.check() == []


def test_torn_first_line_is_repaired(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 1)
    path_of(tmp_path).write_bytes(lines_of(tmp_path)[0][:-9])
    write_head(tmp_path, None)
    event = ledger.append("run_started", "next", NOW)
    assert (event.seq, event.prev) == (0, GENESIS)
    assert list(event.data) == ["repaired_torn_bytes"]
    assert ledger.check() == []


@pytest.mark.parametrize("count", [1, 3])
def test_whole_line_without_its_newline_is_kept(ledger: Ledger, tmp_path: Path, count: int) -> None:
    events = fill(ledger, count)
    path_of(tmp_path).write_bytes(path_of(tmp_path).read_bytes()[:-1])
    write_head(tmp_path, None if count == 1 else lines_of(tmp_path)[-2])
    [fault] = ledger.check()
    assert fault.location == f"{AT}:{count}"
    event = ledger.append("run_started", "next", NOW)
    assert event.data == {"repaired_newline": True}
    assert list(ledger.read()) == [*events, event]
    assert ledger.check() == []


def test_refused_append_leaves_a_torn_line_alone(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 2)
    path_of(tmp_path).write_bytes(path_of(tmp_path).read_bytes() + b'{"at":')
    before = path_of(tmp_path).read_bytes()
    with pytest.raises(ValueError):
        ledger.append("run_started", "r", NOW, {"x": object()})
    assert path_of(tmp_path).read_bytes() == before
