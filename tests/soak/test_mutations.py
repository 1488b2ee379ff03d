"""Mutated transcripts through the whole command: each is written or quarantined, and none is told.

No worker dies, none takes longer than its bound, and no text of the input is in any output but the
shards; fields and names that are never written are not even there.
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from clearshard.audit.verify import verify

from ..run.world import World
from .mutations import SPOKEN, UNWRITTEN, mutated, sound_transcripts

_SECONDS_PER_FILE = 60
#: One in so many is a record of a container.
_IN_CONTAINER = 10


def _mutants(root: Path, count: int, seed: int) -> World:
    rng = random.Random(seed)
    sound = sound_transcripts()
    world = World(root)
    world.account("acct")
    records = []
    for number in range(count):
        name = f"m{number:05d}"
        what, content = mutated(rng, sound, name)
        facts = {}
        if number % _IN_CONTAINER == 0:
            facts["transcript_uri"] = f"packed.jsonl#{name}"
            records.append(content.replace(b"\n", b" "))
        world.file(name, "acct", None if facts else content, **facts)
        (root / "mutations.jsonl").open("a").write(json.dumps([name, what]) + "\n")
    (root / "transcripts" / "packed.jsonl").write_bytes(b"\n".join(records))
    world.write(
        "\n[limits]\nmax_quarantined_share = 1.0\nworker_memory_bytes = 1073741824\n"
        f"seconds_per_file = {_SECONDS_PER_FILE}\n"
    )
    return world


def _run(world: World, workers: int) -> subprocess.CompletedProcess[bytes]:
    temporary = world.root / "tmp"
    temporary.mkdir()
    return subprocess.run(
        [
            *(sys.executable, "-m", "clearshard", "run", "--config", str(world.config)),
            *("--out", str(world.out), "--as-of", "2026-11-22T12:00:00Z", "--replay"),
            *("--workers", str(workers), "--json"),
        ],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        check=False,
    )


def _outcomes(world: World) -> Counter[tuple[str, str | None, str | None]]:
    rows = duckdb.read_parquet(str(world.out / "audit" / "decisions" / "*" / "decisions-*.parquet"))
    columns = rows.select("state", "reasons", "error_type").fetchall()
    return Counter(
        # What stands behind the colon tells one file from another.
        (state, (reasons or [None])[0], error and error.partition(":")[0])
        for state, reasons, error in columns
    )


def _check_nothing_is_told(world: World, said: bytes) -> None:
    canaries = [word.encode() for word in (SPOKEN, *UNWRITTEN)]
    told = [("stdout and stderr", said)]
    for folder in (world.out, world.root / "tmp"):
        for path in folder.rglob("*"):
            if path.is_file() and "shards" not in path.parts:
                told.append((str(path), path.read_bytes()))
    assert len(told) > 3
    for name, content in told:
        for canary in canaries:
            assert canary not in content.lower(), (name, canary)
    written = 0
    for path in (world.out / "shards").rglob("*.parquet"):
        text = str(pq.read_table(path).to_pylist()).lower()
        written += text.count(SPOKEN)
        for word in UNWRITTEN:
            assert word not in text, (path, word)
    assert written  # the canaries are canaries


def _check(world: World, count: int, workers: int) -> Counter[tuple[str, str | None, str | None]]:
    done = _run(world, workers)
    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads(done.stdout.splitlines()[-1])
    counts = result["counts"]
    assert counts["seen"] == count == counts["written"] + counts["quarantined"]
    outcomes = _outcomes(world)
    assert outcomes.total() == count
    assert verify(world.out).faults == ()
    _check_nothing_is_told(world, done.stdout + done.stderr)
    lost = {key: n for key, n in outcomes.items() if (key[2] or "").startswith("Worker_")}
    assert lost == {}
    return outcomes


@pytest.fixture
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a short name: a socket of the run lies in its folder for temporary files."""
    return tmp_path_factory.mktemp("w")


@pytest.mark.slow
def test_some_mutants_are_written_or_quarantined(root: Path) -> None:
    outcomes = _check(_mutants(root, 200, seed=1), 200, workers=1)
    assert len(outcomes) > 8


@pytest.mark.soak
def test_twenty_thousand_mutants_are_written_or_quarantined(
    root: Path, tell: Callable[[str], None]
) -> None:
    count = 20_000
    outcomes = _check(_mutants(root, count, seed=20), count, workers=2)
    tell(f"{count:,} mutated transcripts:")
    for (state, reason, error), number in outcomes.most_common():
        tell(f"  {number:6,} {state} {reason or ''} {error or ''}")
