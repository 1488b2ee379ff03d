"""What encryption costs: the same run and the same files, plain and encrypted, in processor time.

    python -m tests.benchmarks.bench_encryption [--rounds N] [--bits 128|256]

First whole runs over data/samples, A B A B, each into a new folder, in one process, so that what a
worker does is counted. Then the files of a million words alone: a checkpoint and a shard, written
and read, and the content digest, which a plain run makes, too. What counts is the least of all
rounds, since whatever else the machine does only adds to it.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from clearshard.config import Encryption, parse_config
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.run.job import run
from clearshard.run.options import RunOptions
from clearshard.vault.content import content_sha256
from clearshard.vault.vault import PLAIN, Vault
from clearshard.vault.wrapping import FolderKey

from ..inline import without_processes
from ..run.world import Silent

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
#: The day that the samples were made for.
AS_OF = datetime(2026, 11, 22, 12, tzinfo=UTC)
CALLS = WORDS_OF_CALL = 1_000


def main() -> None:
    """Parses, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--bits", choices=("128", "256"), default="256")
    given = parser.parse_args()
    encrypted: Encryption = "aes-128" if given.bits == "128" else "aes-256"
    with without_processes():
        _run("none")  # loads the models
        rounds = [(_run("none"), _run(encrypted)) for _ in range(given.rounds)]
    plain, sealed = (min(one[number] for one in rounds) for number in (0, 1))
    print(f"a run      plain {plain:.2f} s, {encrypted} {sealed:.2f} s: {sealed / plain:.3f} times")
    _files(encrypted, given.rounds)


def _run(encryption: Encryption) -> float:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        raw = {
            "sources": {
                "manifest": str(SAMPLES / "files.csv"),
                "registry": str(SAMPLES / "accounts.csv"),
                "transcripts": str(SAMPLES / "transcripts"),
                "language": "en",
            },
            "output": {"encryption": encryption},
            "limits": {"max_quarantined_share": 1.0},
        }
        config = parse_config(raw, base, "bench")
        options = RunOptions(base / "out", AS_OF, 1, dry_run=False, replay=True)
        started = time.process_time()
        run(config, options, Silent(), lambda: AS_OF)
        return time.process_time() - started


def _files(encryption: Encryption, rounds: int) -> None:
    key = FolderKey.new()
    table = _calls()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        for vault in (PLAIN, Vault(encryption, key, {key.id: key})):
            least = [
                min(map(_seconds, [step] * rounds)) for step in _steps(vault, table, base / "file")
            ]
            shown = " ".join(f"{seconds:.3f}" for seconds in least)
            print(
                f"files      {vault.encryption:<8} checkpoint written, read; shard written, read: "
                f"{shown}: {sum(least):.3f} s"
            )
    digest = min(_seconds(lambda: content_sha256(table.to_batches(), SHARD_SCHEMA)) for _ in "abc")
    print(f"digest     {digest:.3f} s, for {CALLS * WORDS_OF_CALL:,} words")


def _steps(vault: Vault, table: pa.Table, path: Path) -> list[Callable[[], object]]:
    def write() -> None:
        with pa.OSFile(str(path), "wb") as sink:
            vault.write_arrow(table, sink)

    write()
    checkpoint = pa.BufferReader(path.read_bytes())
    settings = {"compression": "zstd", "compression_level": 3}
    return [
        write,
        lambda: vault.read_arrow(checkpoint),
        lambda: vault.write_parquet(table, path, **settings),
        lambda: vault.read_parquet(path, table.column_names),
    ]


def _seconds(step: Callable[[], object]) -> float:
    started = time.process_time()
    step()
    return time.process_time() - started


def _calls() -> pa.Table:
    made = random.Random(1)
    words = [f"word{number}" for number in range(5_000)]
    return pa.Table.from_pylist([_call(made, words, n) for n in range(CALLS)], SHARD_SCHEMA)


def _call(made: random.Random, words: list[str], number: int) -> dict[str, object]:
    said = made.choices(words, k=WORDS_OF_CALL)
    turns = range(0, WORDS_OF_CALL, 20)
    return {
        "doc_key": f"{number:032x}",
        "account_key": "a" * 32,
        "language": "en",
        "text": " ".join(said),
        "utterances": [{"speaker": "A", "text": " ".join(said[n : n + 20])} for n in turns],
        "words": [{"text": w, "start_ms": n, "confidence": 0.5} for n, w in enumerate(said)],
        "redactions": [],
        "policy_digest": "p" * 64,
        "redactor_digest": "r" * 64,
    }


if __name__ == "__main__":
    main()
