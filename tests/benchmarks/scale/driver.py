"""What the one process of a run does that decides, assembles and publishes, in processor time.

    python -m tests.benchmarks.scale.driver [--files N] [--words N]

Makes calls of generated words, runs the real job over them with one worker process, and tells of
each stage how long this process, which no second machine can help, worked in it. Then what comes
out, in bytes for each word, file and shard.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import itertools
import random
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from clearshard.config import load_config
from clearshard.run.job import run
from clearshard.run.options import RunOptions

from ...run.world import Silent, World, transcript

_OPENINGS = "thank you for calling|hello there|good morning|how can i help you|one moment please"
_ENDINGS = "let me look that up|that is all for today|please hold the line|have a good day"


def main() -> None:
    """Parses, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--words", type=int, default=500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), given.files, given.words)


def _measure(folder: Path, files: int, words: int) -> None:
    made = random.Random(1)
    world = World(folder)
    for number in range(files // 20 + 1):
        world.account(f"acct-{number}")
    for number in range(files):
        world.file(f"{number:09}", f"acct-{number // 20}", transcript(*_turns(made, words)))
    world.export_now()
    world.write("[output]\ntarget_shard_bytes = 4194304\n")
    begun: list[tuple[str, float]] = []
    now = datetime.now(UTC)
    result = run(
        load_config(world.config),
        RunOptions(world.out, now, 1, dry_run=False),
        Silent(),
        lambda: datetime.now(UTC),
        observer=lambda stage: begun.append((stage, time.process_time())),
    )
    begun.append(("end", time.process_time()))
    total = result.redacted_words
    print(f"{files:,} files, {total:,} words, {len(result.record.shards)} shards")
    for (stage, at), (_, until) in itertools.pairwise(begun):
        print(f"{stage:<12} {until - at:8.3f} s")
    shards = [world.out / "shards" / shard.name for shard in result.record.shards]
    stored = sum(path.stat().st_size for path in shards)
    raw = sum(
        pq.ParquetFile(path).metadata.row_group(group).total_byte_size
        for path in shards
        for group in range(pq.ParquetFile(path).metadata.num_row_groups)
    )
    (record,) = (world.out / "runs").glob("*.json")
    decisions = sum(
        p.stat().st_size for p in (world.out / "audit" / "decisions").rglob("dec*.parquet")
    )
    print(
        f"bytes of shards for a word: {stored / total:.1f} (before compression {raw / total:.1f})"
    )
    print(f"bytes of decisions for a file: {decisions / files:.1f}")
    print(f"bytes of the record for a shard: {record.stat().st_size / len(shards):.0f}")
    print(f"bytes of transcripts for a word: {_size(world.root / 'transcripts') / total:.0f}")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _turns(made: random.Random, words: int) -> list[str]:
    """Plain speech: openings and endings of calls, in an order of its own for each call."""
    said: list[str] = []
    while sum(len(turn.split()) for turn in said) < words:
        said.append(" ".join(made.choices([*_OPENINGS.split("|"), *_ENDINGS.split("|")], k=3)))
    return said


if __name__ == "__main__":
    main()
