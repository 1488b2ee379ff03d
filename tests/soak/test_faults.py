"""Disks that are full or broken, clocks that go back, sources that change: what becomes of a run.

In each case: the exit code says what to do, nothing is half visible, what was visible before still
is and verifies, the next run completes, and no text of a transcript is in any output but shards.
"""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.run.job import run
from clearshard.run.options import RunOptions

from ..run.world import AS_OF, Silent, World, small_world, transcript

_CANARY = "flibbertigibbet"
_LINUX = sys.platform == "linux" and shutil.which("cc") is not None
_UNFINISHED = re.compile("an interrupted publish|are still here, though run|dataset card|README")
needs_shim = pytest.mark.skipif(not _LINUX, reason="needs Linux and a C compiler")


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("shim") / "faults.so"
    source = Path(__file__).with_name("faults.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", made, source, "-ldl"], check=True)
    return made


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = small_world(tmp_path)
    for number in range(6):
        world.file(f"canary-{number}", "acct-good", transcript("good morning", f"a {_CANARY}"))
    world.write("\n[limits]\nmax_quarantined_share = 1.0\n")
    return world


def _command(world: World, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "clearshard", "run", "--config", str(world.config)),
            *("--out", str(world.out), "--as-of", "2026-11-22T12:00:00Z", "--replay"),
            *("--workers", "1", "--json"),
        ],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )


def _faulty(
    world: World, shim: Path, call: str, number: int, after: int, below: Path | None = None
) -> tuple[int, dict[str, object]]:
    """Exit code and JSON line of a run whose calls fail; checks that it tells nothing."""
    done = _command(
        world,
        {
            "LD_PRELOAD": str(shim),
            "FAULT_PATH": str(below or world.out),
            "FAULT_CALL": call,
            "FAULT_ERRNO": str(number),
            "FAULT_AFTER": str(after),
        },
    )
    told = done.stdout + done.stderr
    assert _CANARY.encode() not in told
    assert b"Traceback" not in told, done.stderr
    for path in world.root.rglob("*"):
        outside = {"shards", "transcripts", "scratch"}.isdisjoint(path.parts)
        if path.is_file() and outside:
            assert _CANARY.encode() not in path.read_bytes(), path
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def _visible(world: World) -> set[str]:
    return {path.stem for path in (world.out / "runs").glob("*.json")}


def _next_run_completes(world: World) -> None:
    # A rehearsal as the runs of `_command` are: no run of another kind continues them.
    record = world.result(RunOptions(world.out, AS_OF, 1, dry_run=False, replay=True)).record
    assert record.counts.written == 11
    assert verify(world.out).faults == ()
    assert not list((world.out / ".staging").iterdir())
    assert len(world.texts()) == 11


@needs_shim
def test_a_disk_that_fills_while_results_are_written(world: World, shim: Path) -> None:
    assert _a_failing_disk(world, shim, "write", errno.ENOSPC, 2) == 1


@needs_shim
@pytest.mark.soak
def test_a_disk_that_fails_at_any_call(
    world: World, shim: Path, tell: Callable[[str], None]
) -> None:
    """Also while a run is replaced that was visible before."""
    tries = 0
    codes: dict[int, int] = {}
    for call, number in (
        ("write", errno.ENOSPC),
        ("write", errno.EIO),
        ("fsync", errno.EIO),
        ("rename", errno.EIO),
    ):
        for after in range(0, 60, 5):
            code = _a_failing_disk(world, shim, call, number, after)
            codes[code] = codes.get(code, 0) + 1
            tries += 1
            if code == 0:
                break  # there are no more calls than that
    tell(f"{tries} runs with a disk that fails: exit codes {codes}")
    assert codes[1] > 10


def _a_failing_disk(world: World, shim: Path, call: str, number: int, after: int) -> int:
    before = _visible(world)
    code, said = _faulty(world, shim, call, number, after)
    if code == 0:
        return code
    assert code == 1, said
    expected = ("OutputFull",) if number == errno.ENOSPC else ("RunFailed",)
    assert said["error"] in expected, said
    assert "defect" not in str(said["message"])
    # Whatever was visible is as it was; of the new run there is all or nothing.
    assert before <= _visible(world)
    if _visible(world):
        faults = verify(world.out).faults
        if "publishing it was interrupted" in str(said["message"]):
            # It is announced and will be finished; what it replaces may still be there.
            faults = tuple(f for f in faults if not _UNFINISHED.search(f.message))
        assert faults == ()
    _next_run_completes(world)
    return code


@pytest.mark.soak
@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="needs to mount")
def test_a_disk_that_is_full(world: World, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(small)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("may not mount")
    try:
        (small / "out").mkdir()
        world.out.symlink_to(small / "out")
        done = _command(world, {})
        assert done.returncode == 1, done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["error"] == "OutputFull"
        assert not (world.out / "runs").exists()
        assert not (world.out / "shards").exists()
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        _next_run_completes(world)
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.slow
@needs_shim
def test_transcripts_that_cannot_be_read_are_quarantined(world: World, shim: Path) -> None:
    transcripts = world.root / "transcripts"
    code, said = _faulty(world, shim, "read", errno.EIO, 3, transcripts)
    assert code == 0
    counts = said["counts"]
    assert isinstance(counts, dict)
    assert counts["quarantined"] > 0
    assert counts["seen"] == sum(counts[s] for s in ("written", "excluded", "quarantined"))
    assert said["reasons"]["missing"] == counts["quarantined"]  # type: ignore[index]  # a mapping
    assert verify(world.out).faults == ()


@needs_shim
@pytest.mark.soak
@pytest.mark.parametrize("table", ["files.csv", "accounts.csv"])
def test_a_table_that_cannot_be_read_is_exit_4(world: World, shim: Path, table: str) -> None:
    code, said = _faulty(world, shim, "read", errno.EIO, 0, world.root / table)
    assert (code, said["error"]) == (4, "SourceUnavailable")
    assert not world.out.exists()


def _clock(*moments: datetime) -> Callable[[], datetime]:
    """A clock that says these moments, and the last for ever."""
    left = list(moments)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def _run_at(world: World, clock: Callable[[], datetime], as_of: datetime) -> str:
    options = RunOptions(world.out, as_of, 1, dry_run=False)
    return run(load_config(world.config), options, Silent(), clock).record.run_id


def test_a_clock_that_goes_back(world: World) -> None:
    now = datetime(2026, 11, 22, 13, tzinfo=UTC)
    first = _run_at(world, _clock(now, now - timedelta(days=2), now - timedelta(days=1)), AS_OF)
    assert verify(world.out).faults == ()
    # The machine's clock was ahead: the next run is earlier than the one before, by every clock.
    earlier = now - timedelta(days=3)
    world.files = [row for row in world.files if row["file_id"] != "canary-0"]
    for account in world.accounts:
        account["exported_at"] = "2026-11-19T00:00:00Z"
    world.write("\n[limits]\nmax_quarantined_share = 1.0\n")
    second = _run_at(world, _clock(earlier), AS_OF - timedelta(days=3))
    assert verify(world.out).faults == ()
    assert _visible(world) == {first, second}
    # The run that was made last is the one whose shards are there.
    assert len(world.texts()) == 10
    assert second in (world.out / "README.md").read_text()


@pytest.fixture
def meanwhile() -> Iterator[Callable[[Callable[[int], None]], None]]:
    """Does something again and again beside the test."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def start(action: Callable[[int], None]) -> None:
        def again() -> None:
            number = 0
            while not over.is_set():
                action(number)
                number += 1
                time.sleep(0.002)

        threads.append(threading.Thread(target=again))
        threads[-1].start()

    yield start
    over.set()
    for thread in threads:
        thread.join()


@pytest.mark.soak
def test_a_registry_that_changes_all_the_time(
    world: World, meanwhile: Callable[[Callable[[int], None]], None]
) -> None:
    """Whatever it was when the decisions were written decides; an opted-out account is never in."""
    world.accounts[1]["opted_out"] = "true"  # acct-other, from the first moment to the last
    world.write("\n[limits]\nmax_quarantined_share = 1.0\n")
    registry = world.root / "accounts.csv"
    sound = registry.read_text()

    def rewrite(number: int) -> None:
        temporary = registry.with_suffix(".new")
        temporary.write_text(sound + f"acct-{number},true,false,false,2026-11-22T00:00:00Z,\n")
        temporary.replace(registry)

    meanwhile(rewrite)
    done = _command(world, {})
    said = json.loads(done.stdout.splitlines()[-1])
    if done.returncode == 4:
        assert said["error"] == "SourceUnavailable"
        assert "changes all the time" in said["message"]
        assert not _visible(world)
    else:
        assert done.returncode == 0, done.stderr
        assert verify(world.out).faults == ()
        assert not any("lamp" in text for text in world.texts())


@pytest.mark.slow
def test_transcripts_that_are_rewritten_while_they_are_read(
    world: World, meanwhile: Callable[[Callable[[int], None]], None]
) -> None:
    """Each is one of its versions as a whole, or quarantined."""
    short = json.dumps(transcript("good morning", "edition one"))
    long = json.dumps(transcript("good evening", "edition two", *["and so on and on"] * 400))
    for number in range(40):
        world.file(f"moving-{number}", "acct-good", json.loads(short))
    world.write("\n[limits]\nmax_quarantined_share = 1.0\n")
    folder = world.root / "transcripts"

    def rewrite(number: int) -> None:
        path = folder / f"moving-{number % 40}.json"
        content = (short, long)[number // 40 % 2]
        with path.open("r+b") as file:  # in place, so that a reader can see a part of each
            file.write(content.encode())
            file.truncate()

    meanwhile(rewrite)
    done = _command(world, {})
    assert done.returncode == 0, done.stderr
    assert b"edition" not in done.stdout + done.stderr
    assert verify(world.out).faults == ()
    expected = {json.loads(text)["text"] for text in (short, long)}
    moving = [text for text in world.texts() if "edition" in text]
    assert set(moving) <= expected
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["counts"]["quarantined"] + len(moving) == 40
