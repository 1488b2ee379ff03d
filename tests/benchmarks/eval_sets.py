"""Core leak and over-redaction on every gold set of a folder, and their means.

    python tests/benchmarks/eval_sets.py FOLDER [--config FILE]

FOLDER holds gold as JSON Lines, `{id, text, spans, utterances?}`; the figures are those of
`clearshard eval --json` under `core`.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import statistics
from pathlib import Path

from pipeline.config import load_config, redaction_defaults
from pipeline.evaluation.groups import Variant
from pipeline.evaluation.metrics import figures
from pipeline.run.detect import evaluate


def main() -> None:
    """Parses, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--config", type=Path)
    given = parser.parse_args()
    config = redaction_defaults() if given.config is None else load_config(given.config)
    leaks, overs = [], []
    print(f"{'set':16} {'leak':>6} {'over':>6} unscanned")
    for gold in sorted(given.folder.glob("*.jsonl")):
        result = evaluate(config, gold, 1, 0, Variant.CORE)
        core = figures(result.core)
        leaks.append(core.leak_rate or 0.0)
        overs.append(core.over_redaction or 0.0)
        print(f"{gold.stem:16} {leaks[-1]:6.3f} {overs[-1]:6.3f} {result.unscanned}")
    print(f"{'mean':16} {statistics.mean(leaks):6.3f} {statistics.mean(overs):6.3f}")


if __name__ == "__main__":
    main()
