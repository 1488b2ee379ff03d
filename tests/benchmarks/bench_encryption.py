"""What encryption costs: the same run, plain and encrypted, in turns, in processor time.

    python -m tests.benchmarks.bench_encryption [--rounds N] [--bits 128|256] [--json]

Runs over data/samples, A B A B, each into a new folder, and then once more into the same folder
with shards cut otherwise, so that all rows are read, sorted and written again and none is redacted:
the part of a run that encryption takes part in. What a worker would do is done in this process, so
that all of it is counted. A run before, unmeasured, loads the models.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import json
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clearshard.config import Config, parse_config
from clearshard.run.job import run
from clearshard.run.options import RunOptions

from ..inline import without_processes
from ..run.world import Silent

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
#: The day that the samples were made for.
AS_OF = datetime(2026, 11, 22, 12, tzinfo=UTC)
_WHOLE, _SMALL = 256 << 20, 1 << 20


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor time of one way, in seconds."""

    redacting: float
    rewriting: float


def main() -> None:
    """Parses, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bits", choices=("128", "256"), default="256")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    encrypted = f"aes-{given.bits}"
    with without_processes():
        _spent("none")
        rounds = [(_spent("none"), _spent(encrypted)) for _ in range(given.rounds)]
    ratios = {
        what: statistics.median(getattr(b, what) / getattr(a, what) for a, b in rounds)
        for what in ("redacting", "rewriting")
    }
    if given.json:
        print(json.dumps({"encryption": encrypted, **ratios}))
        return
    for what, ratio in ratios.items():
        for name, number in (("plain", 0), (encrypted, 1)):
            seconds = " ".join(f"{getattr(one[number], what):8.2f}" for one in rounds)
            print(f"{what:<10} {name:<8} {seconds} s")
        print(f"{what:<10} encrypted takes {ratio:.3f} times as long (median of rounds)")


def _spent(encryption: str) -> Spent:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        return Spent(_run(base, encryption, _WHOLE), _run(base, encryption, _SMALL))


def _run(base: Path, encryption: str, shard_bytes: int) -> float:
    config = _config(base, encryption, shard_bytes)
    options = RunOptions(base / "out", AS_OF, 1, dry_run=False, replay=True)
    started = time.process_time()
    run(config, options, Silent(), lambda: AS_OF)
    return time.process_time() - started


def _config(base: Path, encryption: str, shard_bytes: int) -> Config:
    raw = {
        "sources": {
            "manifest": str(SAMPLES / "files.csv"),
            "registry": str(SAMPLES / "accounts.csv"),
            "transcripts": str(SAMPLES / "transcripts"),
            "language": "en",
        },
        "output": {"encryption": encryption, "target_shard_bytes": shard_bytes},
        "limits": {"max_quarantined_share": 1.0},
    }
    return parse_config(raw, base, "bench")


if __name__ == "__main__":
    main()
