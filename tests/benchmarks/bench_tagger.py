"""How fast the tagger reads transcripts, on one core.

    python tests/benchmarks/bench_tagger.py FOLDER [--words N] [--rounds N] [--core N]

FOLDER holds transcripts as JSON files. One process, one core, one BLAS thread, 32 transcripts at a
time as in a run; the first round has everything to learn.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import json
import os
import sys
import time
from pathlib import Path

TOGETHER = 32


def main() -> None:
    """Parses, pins, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--words", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core", type=int, default=0)
    given = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        # Read when NumPy is imported, so it must be set before this process starts.
        os.execve(
            sys.executable, [sys.executable, *sys.argv], {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        )
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {given.core})

    from clearshard.tagger.model import read_model, tagger_path
    from clearshard.tagger.tagging import Tagger

    texts: list[str] = []
    words = 0
    for path in sorted(given.folder.rglob("*.json")):
        record = json.loads(path.read_bytes())
        turns = [turn["text"] for turn in record.get("utterances") or ()]
        texts.append("\n".join(turns) or record["text"])
        words += len(texts[-1].split())
        if words >= given.words:
            break
    tagger = Tagger(read_model(tagger_path()), "strict")
    print(f"{words:,} words in {len(texts):,} transcripts")
    for _ in range(given.rounds):
        began = time.process_time()
        for start in range(0, len(texts), TOGETHER):
            tagger.read(texts[start : start + TOGETHER])
        print(f"{words / (time.process_time() - began):,.0f} words/s")


if __name__ == "__main__":
    main()
