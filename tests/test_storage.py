"""Reads that cannot leave the root, writes that are whole or not there."""

import errno
import fcntl
import os
import stat
import threading
from pathlib import Path

import pytest

from clearshard.errors import OutputFull, OutputUnusable, RunFailed
from clearshard.records.states import Quarantine
from clearshard.storage.failures import output_errors
from clearshard.storage.files import new_file, remove_tree, write_atomic
from clearshard.storage.sources import open_inside, read_inside, size_inside


@pytest.fixture
def root(tmp_path: Path) -> Path:
    inside = tmp_path / "root"
    (inside / "sub").mkdir(parents=True)
    (inside / "sub" / "a.json").write_bytes(b"inside")
    (tmp_path / "secret.json").write_bytes(b"outside")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "b.json").write_bytes(b"outside")
    (inside / "link.json").symlink_to(tmp_path / "secret.json")
    (inside / "inner.json").symlink_to("sub/a.json")
    (inside / "folder").symlink_to(tmp_path / "other")
    os.mkfifo(inside / "pipe")
    return inside


def test_a_file_inside_is_read(root: Path) -> None:
    assert read_inside(root, "sub/a.json", 6) == b"inside"
    assert size_inside(root, "sub/a.json") == 6


@pytest.mark.parametrize(
    "uri",
    [
        "../secret.json",
        "sub/../../secret.json",
        "sub/../sub/a.json",
        "./sub/a.json",
        "sub//a.json",
        "sub/",
        "",
        "/etc/hostname",
        "{tmp}/secret.json",
        "link.json",
        "inner.json",
        "folder/b.json",
        "sub\\a.json",
        "sub/a.json\0",
        "sub/a.json/x",
        "none.json",
        "sub",
        "pipe",
        "file:///etc/hostname",
        "x" * 5000,
        "\ud800.json",
    ],
)
def test_nothing_else_is(root: Path, uri: str) -> None:
    uri = uri.replace("{tmp}", str(root.parent))
    with pytest.raises(Quarantine) as caught:
        open_inside(root, uri)
    assert caught.value.reason == "missing"
    assert caught.value.error_type.isidentifier()
    with pytest.raises(Quarantine):
        read_inside(root, uri, 100)


def test_sizes_are_not_asked_outside(root: Path) -> None:
    for uri in ("../secret.json", str(root.parent / "secret.json"), "none", "\ud800"):
        assert size_inside(root, uri) == 0


def test_a_device_is_no_transcript(root: Path) -> None:
    with pytest.raises(Quarantine, match="NotARegularFile"):
        open_inside(Path("/dev"), "null")


def test_no_handles_are_left_open(root: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for uri in ("pipe", "link.json", "../x", "none", "sub", "folder/b.json", "sub/a.json"):
        with pytest.raises(Quarantine):
            read_inside(root, uri, 1)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_above_the_limit_is_too_large(root: Path) -> None:
    with pytest.raises(Quarantine) as caught:
        read_inside(root, "sub/a.json", 5)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize("grown_by", [1, 2, 5])
def test_a_file_that_grows_is_read_to_its_end_or_is_too_large(
    root: Path, monkeypatch: pytest.MonkeyPatch, grown_by: int
) -> None:
    asked = os.fstat

    def before(handle: int) -> os.stat_result:
        found = list(asked(handle))
        found[stat.ST_SIZE] -= grown_by
        return os.stat_result(found)

    monkeypatch.setattr("clearshard.storage.sources.os.fstat", before)
    assert read_inside(root, "sub/a.json", 6) == b"inside"
    with pytest.raises(Quarantine, match="too_large"):
        read_inside(root, "sub/a.json", 5)


def test_writing_replaces_the_whole_content(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    write_atomic(path, b"first")
    write_atomic(path, b"second", mode=0o600)
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["record.json"]


def test_a_write_that_fails_leaves_the_old_content_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "record.json"
    write_atomic(path, b"first")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        write_atomic(path, b"second")
    assert path.read_bytes() == b"first"
    assert [p.name for p in tmp_path.iterdir()] == ["record.json"]


def test_a_write_does_not_follow_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / ".record.json.tmp").symlink_to(victim)
    write_atomic(tmp_path / "record.json", b"x")
    assert victim.read_bytes() == b"mine"
    assert not (tmp_path / "record.json").is_symlink()


def test_a_write_takes_over_nothing_of_what_was_left_in_its_place(tmp_path: Path) -> None:
    left = tmp_path / ".record.json.tmp"
    left.write_bytes(b"older and longer")
    left.chmod(0o666)
    write_atomic(tmp_path / "record.json", b"x", mode=0o600)
    assert (tmp_path / "record.json").read_bytes() == b"x"
    assert (tmp_path / "record.json").stat().st_mode & 0o777 == 0o600


def test_a_tree_is_removed_once(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "x").write_bytes(b"x")
    remove_tree(tmp_path / "run")
    remove_tree(tmp_path / "run")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, OutputFull),
        (errno.EDQUOT, OutputFull),
        (errno.EACCES, OutputUnusable),
        (errno.EROFS, OutputUnusable),
        (errno.EIO, RunFailed),
        (errno.ESTALE, RunFailed),
        (errno.EMFILE, OSError),
    ],
)
def test_errors_of_writing_say_what_to_do(
    tmp_path: Path, number: int, expected: type[Exception]
) -> None:
    with pytest.raises(expected), output_errors(tmp_path):
        raise OSError(number, "x")


def test_of_two_writers_each_is_seen_whole(tmp_path: Path) -> None:
    """The second one waits: else the first would give his name to the second one's half."""
    path = tmp_path / "record.json"
    second = threading.Thread(target=write_atomic, args=(path, b"second"), daemon=True)
    with new_file(path) as file:
        file.write(b"fir")
        second.start()
        second.join(0.2)
        assert second.is_alive()
        file.write(b"st")
    second.join(30)
    assert path.read_bytes() == b"second"
    assert [one.name for one in tmp_path.iterdir()] == ["record.json"]


def test_a_writer_that_fails_lets_the_other_go_on(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    second = threading.Thread(target=write_atomic, args=(path, b"second"), daemon=True)

    def fail() -> None:
        with new_file(path) as file:
            file.write(b"half")
            second.start()
            second.join(0.1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    second.join(30)
    assert path.read_bytes() == b"second"


def test_where_no_locks_are_known_it_is_written_nevertheless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(fcntl, "flock", unknown)
    (tmp_path / ".record.json.tmp").write_bytes(b"left")
    write_atomic(tmp_path / "record.json", b"x")
    assert (tmp_path / "record.json").read_bytes() == b"x"
