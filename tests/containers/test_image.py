"""The steps of the Dockerfile done for real, and what comes of them run as a pod would run it.

There is no engine for images here: no layer is made, and the base is the Python of this machine.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from . import replayed
from .dockerfile import parse, seen

ROOT = Path(__file__).parents[2]
BUILD, IMAGE = parse((ROOT / "Dockerfile").read_text("utf-8"))[1]
JOB = """\
[sources]
manifest = "samples/files.csv"
registry = "samples/accounts.csv"
transcripts = "samples/transcripts"

[output]
folder = "out"

[limits]
max_quarantined_share = 0.25
"""
SAID = {"PATH": replayed.PATH, "LANG": "C.UTF-8"}
AS_OF = "--as-of 2026-11-22T12:00:00Z --replay --json"

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not replayed.possible(), reason="needs root and namespaces: not tried here"),
]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the stages have made."""
    kept = tmp_path_factory.mktemp("image")
    kept.chmod(0o755)
    for path in seen(ROOT, (ROOT / ".dockerignore").read_text("utf-8")):
        (kept / "build" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, kept / "build" / path)
    base = {"BASE": "a@sha256:" + "0" * 64, "LOCK": "image"}
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    for step in BUILD.all("RUN"):
        replayed.build(kept, step, {**SAID, **pip, **base, "HOME": "/tmp"})
    work = kept / "srv" / "clearshard"
    shutil.copytree(ROOT / "data" / "samples", work / "samples")
    (work / "job.toml").write_text(JOB)
    for path in (work, *work.rglob("*")):
        os.chown(path, 10001, 10001)
    return kept


def _run(image: Path, command: str) -> "subprocess.CompletedProcess[str]":
    said = [pair.split("=", 1) for pair in IMAGE.all("ENV")[0].split()[1:]]  # but the path
    environment = {**SAID, **dict(said)}
    process = replayed.start(image, command, environment)
    out, err = process.communicate(timeout=600)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def test_a_job_runs_to_its_end_and_is_verified(image: Path) -> None:
    done = _run(image, f"clearshard run --config job.toml --workers 2 {AS_OF}")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["counts"]["written"] > 0
    out = image / "srv" / "clearshard" / "out"
    assert {path.stat().st_uid for path in out.rglob("*")} == {10001}
    verified = _run(image, "clearshard audit verify --out out")
    assert verified.returncode == 0, verified.stderr
    assert all(
        _run(image, f"sh -c 'touch {path}'").returncode != 0
        for path in ("/opt/x", "/etc/x", "/usr/x")
    )


def test_there_is_no_tool_of_the_build_in_it(image: Path) -> None:
    done = _run(image, "python -m pip --version")
    assert done.returncode != 0
    assert "No module named pip" in done.stderr
    assert not {*(image / "opt").rglob("*.key")}


def test_a_signal_to_the_first_process_ends_it_in_time(image: Path) -> None:
    """What an engine sends: to process 1, whose default for every signal is to ignore it."""
    environment = {**SAID, "HOME": "/tmp"}
    process = replayed.start(
        image, f"clearshard run --config job.toml --out stopped {AS_OF}", environment
    )
    staged = image / "srv" / "clearshard" / "stopped"
    while not staged.exists() and process.poll() is None:
        time.sleep(0.05)
    (first,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    begun = time.monotonic()
    os.kill(int(first), signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert time.monotonic() - begun < 15
    assert json.loads(out.splitlines()[-1])["exit_code"] == 1
    assert not [*staged.glob("runs/*.json")]


def test_every_exit_code_comes_through(image: Path) -> None:
    assert _run(image, "clearshard run --config nothing.toml").returncode == 2
    assert _run(image, "clearshard audit verify --out nothing").returncode not in (0, 1)
