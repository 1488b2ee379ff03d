"""One run at a time: who holds the lock, what a crash leaves, and where it cannot be promised."""

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clearshard.cli.entry import _exit_code
from clearshard.errors import OutputUnusable, RunLocked
from clearshard.run.output import lock
from clearshard.run.output.folder import Kind, locked
from clearshard.run.output.lock import (
    Mount,
    lock_doubt,
    mount_of,
    parse_mount_command,
    parse_mountinfo,
    run_lock,
)

from .world import small_world, transcript

ROOT = Path(__file__).parents[2]

_MOUNTINFO = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /nfs/plain rw - nfs4 server:/x rw,vers=4.2,local_lock=none,addr=10.0.0.1
31 22 0:41 / /nfs/own rw - nfs server:/y rw,vers=3,nolock,local_lock=all
32 22 0:42 / /mnt/with\\040blank rw - fuse.sshfs me@host: rw
33 22 0:43 / /lustre rw - lustre a@tcp:/b rw,flock
34 22 0:44 / /lustre2 rw - lustre a@tcp:/b rw,localflock
35 22 0:45 / /nfs rw - tmpfs tmpfs rw
half a line
"""
_MOUNT = """\
/dev/disk3s1 on / (apfs, sealed, local, read-only, journaled)
server:/x on /Volumes/share (nfs, nodev, nosuid, mounted by me)
//me@host/s on /Volumes/two words (smbfs, nodev)
nonsense
"""


def test_only_one_holds_the_lock_and_the_other_is_told_who(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with run_lock(path):
        with pytest.raises(RunLocked) as caught, run_lock(path):
            pass
        told = str(caught.value)
        assert f"process {os.getpid()} on {os.uname().nodename}, since 2" in told
    with run_lock(path):
        pass


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b'{"pid": 1, "host": "a\\u001b[2Jb"}', b'{"pid": "x"}']
)
def test_a_lock_file_that_says_nothing_useful_is_not_quoted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    os.write(handle, content)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(RunLocked) as caught, run_lock(path):
        pass
    os.close(handle)
    assert str(caught.value) == (
        f"Another run is writing to {tmp_path}. Wait until it has finished."
    )


_HOLDER = """
import sys
from pathlib import Path
from clearshard.run.output.folder import Kind, locked
with locked(Path(sys.argv[1]), Kind.REHEARSALS):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_ends_at_once_with_6(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = small_world(tmp_path)
    first = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(world.out)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    job = ["run", "--config", str(world.config), "--out", str(world.out), "--workers", "1"]
    rehearsal = ["--as-of", "2026-11-22T12:00:00Z", "--replay"]
    assert _exit_code([*job, *rehearsal, "--json"]) == 6
    second = capsys.readouterr()
    assert json.loads(second.out.splitlines()[-1])["error"] == "RunLocked"
    assert f"process {first.pid} on" in second.err
    first.kill()
    first.communicate()
    # The lock went with the process.
    assert _exit_code([*job, *rehearsal, "--quiet"]) == 0


def test_a_lock_on_a_file_that_was_removed_is_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that removes a folder which nothing came of removes the lock file too."""
    path = tmp_path / "lock"
    real = fcntl.flock
    removed: list[Path] = []

    def slow(handle: int, how: int) -> None:
        if not removed:
            # Between the opening and the lock, its holder removes the file and ends.
            path.unlink()
            removed.append(path)
        real(handle, how)

    monkeypatch.setattr("clearshard.run.output.lock.fcntl.flock", slow)
    with run_lock(path), pytest.raises(RunLocked), run_lock(path):
        pass
    assert removed


def test_a_pipe_is_no_lock(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lock")
    with pytest.raises(OutputUnusable, match="is not a file"), run_lock(tmp_path / "lock"):
        pass


@pytest.mark.parametrize("how", ["removed", "replaced", "folder"])
def test_a_run_whose_lock_was_taken_away_does_not_become_visible(tmp_path: Path, how: str) -> None:
    """By somebody who takes it for what a crash has left, or puts another folder there."""
    world = small_world(tmp_path)
    world.run()
    world.file("more-0", "acct-other", transcript("good evening", "it still does not work"))
    world.write()
    visible = sorted((world.out / "runs").iterdir())

    def lose_lock() -> None:
        if how == "folder":
            shutil.copytree(world.out, world.root / "copy")
            world.out.rename(world.root / "old")
            (world.root / "copy").rename(world.out)
        else:
            (world.out / ".lock").unlink()
        if how == "replaced":
            (world.out / ".lock").touch()

    world.progress.meanwhile = [lose_lock]
    with pytest.raises(RunLocked, match="never has to be removed"):
        world.run()
    assert sorted((world.out / "runs").iterdir()) == visible


_CONTENDER = """
import os, sys
from pathlib import Path
from clearshard.errors import RunLocked
from clearshard.run.output.folder import Kind, locked
root, inside = Path(sys.argv[1]), sys.argv[2]
held = 0
print("ready", flush=True)
sys.stdin.readline()
while held < int(sys.argv[3]):
    try:
        with locked(root, Kind.RUNS):
            os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
            held += 1
            os.unlink(inside)
    except RunLocked:
        pass
"""


def test_runs_that_leave_nothing_never_hold_it_together(tmp_path: Path) -> None:
    """Each makes the folder, holds the lock and removes both; a second one inside would collide."""
    paths = [str(tmp_path / name) for name in ("out", "in")]
    contenders = [
        subprocess.Popen(
            [sys.executable, "-c", _CONTENDER, *paths, "60"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for contender in contenders:
        assert contender.stdout is not None
        assert contender.stdout.readline() == "ready\n"
    for contender in contenders:
        assert contender.stdin is not None
        contender.stdin.write("go\n")
        contender.stdin.flush()
    for contender in contenders:
        assert contender.communicate() == ("", "")
        assert contender.returncode == 0
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def none(*_: Any) -> None:
        raise OSError(number, "x")

    monkeypatch.setattr("clearshard.run.output.lock.fcntl.flock", none)
    with pytest.raises(OutputUnusable, match="has no locks"), run_lock(tmp_path / "lock"):
        pass


@pytest.mark.parametrize(
    ("path", "doubt"),
    [
        ("/home/me", None),
        ("/nfs/plain/out", None),
        ("/nfs/plainer", None),
        ("/nfs/own/out", "mounted with local_lock=all"),
        ("/mnt/with blank/out", "its locks are not known to reach other machines"),
        ("/lustre/out", None),
        ("/lustre2", "mounted without flock"),
    ],
)
def test_how_a_file_system_is_mounted_tells_how_far_a_lock_reaches(
    path: str, doubt: str | None
) -> None:
    mount = mount_of(Path(path), parse_mountinfo(_MOUNTINFO))
    assert mount is not None
    assert mount.doubt == doubt


@pytest.mark.parametrize("kind", ["cifs", "9p", "virtiofs", "fuse.s3fs", "beegfs", "no-such"])
def test_what_is_not_known_is_in_doubt(kind: str) -> None:
    assert Mount("/", kind, frozenset()).doubt is not None


@pytest.mark.parametrize(
    ("path", "in_doubt"),
    [("/Users/me", False), ("/Volumes/share/out", True), ("/Volumes/two words/x", True)],
)
def test_macos_says_which_of_its_mounts_are_local(path: str, in_doubt: bool) -> None:
    mount = mount_of(Path(path), parse_mount_command(_MOUNT))
    assert mount is not None
    assert (mount.doubt is not None) is in_doubt


def test_the_warning_names_the_folder_and_the_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = [Mount("/", "fuse.sshfs", frozenset())]
    monkeypatch.setattr(lock, "_mounts", lambda: mounts)
    told = lock_doubt(tmp_path / "not" / "yet")
    assert told is not None
    assert "fuse.sshfs" in told
    assert "one machine only" in told
    mounts[0] = Mount("/", "ext4", frozenset())
    assert lock_doubt(tmp_path) is None
    mounts.clear()
    assert lock_doubt(tmp_path) is None


def test_the_tables_of_this_machine_can_be_read(tmp_path: Path) -> None:
    assert mount_of(tmp_path.resolve(), lock._mounts()) is not None


def test_a_link_that_leads_nowhere_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "absent")
    with (
        pytest.raises(OutputUnusable, match="cannot be written"),
        locked(tmp_path / "out", Kind.RUNS),
    ):
        pass
