"""Whole runs on a cluster: the same bytes as on this machine, whatever dies meanwhile."""

import gzip
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.audit.verify import verify
from clearshard.run import crossing
from clearshard.surroundings import PSEUDONYM_VARIABLE

from ...run import poison
from ...run.test_poison import ROOT, command, group_lives, poisoned_world, wait_until
from ...run.world import World, small_world, transcript
from .. import jobs
from .killing import decided, run, survives
from .processes import below

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def _with_the_key_of_the_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PSEUDONYM_VARIABLE, jobs.KEY.secret.hex())


def _rich_world(root: Path) -> World:
    """Files and records of containers, good and bad ones."""
    world = small_world(root)
    folder = root / "transcripts"
    for number in range(5):
        world.file(f"more-{number}", "acct-good", transcript("my name is john smith", "thank you"))
    world.file("bad-0", "acct-good", b"{")
    world.file("bad-1", "acct-good", None)
    world.file("bad-2", "acct-good", transcript("hola", language_code="es"))
    lines = [
        json.dumps({"id": f"in-{n}", **transcript("it is in a container", f"chair {n}")})
        for n in range(6)
    ]
    (folder / "all.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    for number in range(7):
        world.file(f"in-{number}", "acct-other", None, transcript_uri="all.jsonl.gz")
    world.write("[limits]\nmax_quarantined_share = 1.0\n")
    return world


@pytest.mark.usefixtures("cluster")
def test_a_run_makes_the_same_bytes_as_on_this_machine(tmp_path: Path) -> None:
    world = _rich_world(tmp_path)
    here = run(world, tmp_path / "here", "local")
    there = run(world, tmp_path / "there", "ray")
    assert here
    assert here == there
    assert decided(tmp_path / "here") == decided(tmp_path / "there")
    states = [row["state"] for row in decided(tmp_path / "there")]
    assert {"written", "excluded", "quarantined"} == set(states)


@pytest.mark.usefixtures("cluster")
def test_so_does_one_with_files_that_kill_their_worker(
    tmp_path: Path, processes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = "seconds_per_file = 10.0\nworker_memory_bytes = 536870912\n"
    world = poisoned_world(tmp_path, "segfault-0", "eat-0", extra=limits)
    monkeypatch.setattr(crossing, "make_work", poison.make_work)
    here = run(world, tmp_path / "here", "local")
    monkeypatch.setattr(crossing, "serve", poison.serve)
    there = run(world, tmp_path / "there", "ray")
    assert here
    assert here == there
    assert decided(tmp_path / "here") == decided(tmp_path / "there")
    held = {
        row["file_id"]: row["error_type"]
        for row in decided(tmp_path / "there")
        if row["state"] == "quarantined"
    }
    assert held == {"segfault-0": "Worker_crashed", "eat-0": "Worker_out_of_memory"}


@pytest.mark.usefixtures("cluster")
def test_an_encrypted_output_is_encrypted_there(tmp_path: Path) -> None:
    world = small_world(tmp_path)
    world.write('[output]\nencryption = "aes-256"\n')
    plain = run(world, tmp_path / "out", "ray")
    assert plain
    assert not any(b"green chairs" in content for content in plain.values())


@pytest.mark.usefixtures("cluster")
def test_what_was_redacted_there_is_taken_over_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that dies on a cluster is continued by one on this machine, and the other way round."""
    world = poisoned_world(tmp_path, good=6, apart=True)
    reference = run(world, tmp_path / "reference", "local")
    seen: list[int] = []

    def redacted(written: int, quarantined: int, deleted: int, words: int) -> None:
        seen.append(written)
        if len(seen) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(world.progress, "redacted", redacted)
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(world, out, "ray", workers=1)
    assert len(list((out / layout.CHECKPOINTS).iterdir())) >= 3
    monkeypatch.undo()
    monkeypatch.setenv(PSEUDONYM_VARIABLE, jobs.KEY.secret.hex())
    world.progress.notes.clear()
    assert run(world, out, "local") == reference
    [told] = [note for note in world.progress.notes if "are as they were" in note]
    assert int(told.split()[0]) >= 3


@pytest.mark.usefixtures("cluster")
def test_members_that_are_killed_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survives(4, 24, 1, tmp_path, monkeypatch)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """For temporary files of a command: Ray's sockets lie there, and their names are bounded."""
    with tempfile.TemporaryDirectory(prefix="t.") as folder:
        yield Path(folder)


@contextmanager
def _begun(tmp_path: Path, temporary: Path) -> Iterator[tuple[World, subprocess.Popen[str]]]:
    """The command with a cluster of its own, in the middle of its work."""
    slow = [f"slow-{number}" for number in range(14)]
    (tmp_path / "world").mkdir()
    world = poisoned_world(tmp_path / "world", *slow, good=1, apart=True)
    log = tmp_path / "log"
    more = {"CLEARSHARD_TEST_LOG": str(log), "TMPDIR": str(temporary)}
    process = subprocess.Popen(
        command(world, "--engine", "ray", workers=2),
        cwd=ROOT,
        env={**os.environ, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        wait_until(lambda: log.exists() and len(log.read_text().split()) >= 6)
        yield world, process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_stopped_keeps_what_is_done_and_leaves_nobody(
    number: int, tmp_path: Path, short_folder: Path
) -> None:
    with _begun(tmp_path, short_folder) as (world, process):
        process.send_signal(number)
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "flibbertigibbet" not in out
        wait_until(lambda: not group_lives(process.pid))
        assert not list(short_folder.glob("cs.*"))
        assert len(list((world.out / layout.CHECKPOINTS).iterdir())) >= 4
        assert not (world.out / layout.RUNS).exists()


def test_nobody_works_on_for_a_command_that_was_killed(tmp_path: Path, short_folder: Path) -> None:
    with _begun(tmp_path, short_folder) as (world, process):
        members = [p.pid for p in below(process.pid) if p.name.startswith("ray::Shell")]
        workers = [p.pid for member in members for p in below(member)]
        assert len(members) == 2
        assert workers
        process.kill()
        process.wait()
        wait_until(lambda: not any(map(_lives, [*members, *workers])))
    # What was done counts: the next run, on this machine, goes on with it.
    ended = subprocess.run(
        command(world, workers=2),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert ended.returncode == 0, ended.stderr
    assert "are as they were" in ended.stderr
    assert verify(world.out).faults == ()
    assert len(world.texts()) == 15


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
