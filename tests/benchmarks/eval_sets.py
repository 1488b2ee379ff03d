"""Core leak, over-redaction and label-aware F1 on every gold set of a folder, and their means.

    python tests/benchmarks/eval_sets.py FOLDER [--config FILE]

FOLDER holds gold as JSON Lines, `{id, text, spans, utterances?}`; the figures are those of
`clearshard eval --json` under `core`. The mean F1 is over the groups with at least 50 gold spans in
a set, each such group counted once for each set.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import statistics
from pathlib import Path

from clearshard.config import load_config, redaction_defaults
from clearshard.evaluation.groups import Variant
from clearshard.evaluation.metrics import figures
from clearshard.run.detect import evaluate

#: Fewer say little about a group.
LEAST_SPANS = 50


def main() -> None:
    """Parses, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--config", type=Path)
    given = parser.parse_args()
    config = redaction_defaults() if given.config is None else load_config(given.config)
    leaks: list[float] = []
    overs: list[float] = []
    scores: list[float] = []
    print(f"{'set':16} {'leak':>6} {'over':>6} unscanned  F1")
    for gold in sorted(given.folder.glob("*.jsonl")):
        result = evaluate(config, gold, 1, 0, Variant.CORE)
        core = figures(result.core)
        leaks.append(core.leak_rate or 0.0)
        overs.append(core.over_redaction or 0.0)
        groups = {
            name: group.same_group.f1
            for name, group in core.groups.items()
            if group.gold_spans >= LEAST_SPANS
        }
        scores += groups.values()
        shown = ", ".join(f"{name} {f1:.2f}" for name, f1 in groups.items())
        print(f"{gold.stem:16} {leaks[-1]:6.3f} {overs[-1]:6.3f} {result.unscanned:9}  {shown}")
    print(
        f"{'mean':16} {statistics.mean(leaks):6.3f} {statistics.mean(overs):6.3f} {'':9}  "
        f"{statistics.mean(scores):.2f}"
    )


if __name__ == "__main__":
    main()
