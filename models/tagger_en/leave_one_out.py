"""How detection does on sources that the tagger has not learned from, fold by fold.

    PYTHONPATH=. python models/tagger_en/leave_one_out.py CORPORA GOLD [--steps N] [--profile NAME]
        [--by-class]

GOLD is a folder of `SET.jsonl` (`clearshard eval`). For each fold the tagger is trained without the
sources that its sets come from, and the sets are scored with everything that a run detects with.
The last fold leaves nothing out: no source of its sets is among the corpora. The mean over the sets
is the figure to develop by. With `--by-class` each fold's weights have thresholds of their own for
each class (`calibrate.py`), chosen on texts of no source of any set.
"""

# ruff: noqa: T201 - a script prints its result

import argparse
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from calibrate import CONVERSATIONS, SEED, TALK, calibrated, generated, said
from convert import converted
from learned_from import prepare
from train_tagger import train

from clearshard.config import Config, Profile, redaction_defaults
from clearshard.evaluation.gold import read_gold
from clearshard.evaluation.groups import Variant
from clearshard.evaluation.metrics import Counts, Figures, figures
from clearshard.evaluation.scoring import score_document
from clearshard.run.detect import Document, Range, make_detection
from clearshard.tagger.model import Model, model_of

#: Sources of the corpora → the sets that come from the same ones.
FOLDS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("evi_other_speakers",), ("evi",)),
    (("slurp_rest", "nlu_evaluation_data", "snips_train"), ("slurp",)),
    (("restaurant8k_train", "nlupp"), ("restaurant8k",)),
    (("multidogo_train",), ("multidogo",)),
    (("wnut17_train", "btc_train"), ("wnut17",)),
    (
        (),
        (
            *("aci_clinic", "asr_presidio", "hvb", "plain_ami", "presidio_large", "presidio_v2"),
            *("sgd", "star_bank", "star_service"),
        ),
    ),
)
_CONVERSATIONS, _SNIPPETS, _CALLS = 40_000, 30_000, 6_000


def figures_without(
    corpora: Path,
    gold: Path,
    fold: tuple[tuple[str, ...], tuple[str, ...]],
    steps: int,
    seed: int,
    config: Config,
    *,
    by_class: bool,
) -> Iterator[tuple[str, Figures]]:
    """The figures of each set of a fold.

    Args:
        corpora: Folder of the corpora.
        gold: Folder of the sets.
        fold: What is left out, and what is scored.
        steps: How long is trained.
        seed: Of the training.
        config: What detects.
        by_class: Whether each class has a threshold of its own.
    """
    without, sets = fold
    data = prepare(corpora, seed, _CONVERSATIONS, _SNIPPETS, _CALLS, without)
    arrays = converted(train(data, steps, seed), data)
    if by_class:
        told = generated(corpora, SEED, CONVERSATIONS)
        arrays = calibrated(arrays, told, said(corpora, TALK, SEED))
    model = model_of(arrays)
    for name in sets:
        yield name, figures(_counts(gold / f"{name}.jsonl", model, config))


def _counts(gold: Path, model: Model, config: Config) -> Counts:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clearshard.redaction.conversation.read_model", lambda _: model)
        scan = make_detection(config)
    counts = Counts()
    for document in read_gold(gold):
        turns = tuple(Range(u.start, u.end) for u in document.utterances)
        (found,) = scan((Document(document.id, document.text, turns),))
        counts += score_document(document, found.spans, Variant.CORE)
    return counts


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--profile", choices=("strict", "balanced"), default="strict")
    parser.add_argument("--by-class", action="store_true")
    args = parser.parse_args()
    profile: Profile = args.profile
    config = redaction_defaults()
    config = config.model_copy(
        update={"redaction": config.redaction.model_copy(update={"profile": profile})}
    )
    leaks: list[float] = []
    overs: list[float] = []
    print(f"{'set':16} {'leak':>6} {'over':>6}")
    for fold in FOLDS:
        for name, of_set in figures_without(
            args.corpora, args.gold, fold, args.steps, args.seed, config, by_class=args.by_class
        ):
            if of_set.leak_rate is not None:
                leaks.append(of_set.leak_rate)
            overs.append(of_set.over_redaction or 0.0)
            print(f"{name:16} {of_set.leak_rate or 0:6.3f} {overs[-1]:6.3f}", flush=True)
    print(f"{'mean':16} {statistics.mean(leaks):6.3f} {statistics.mean(overs):6.3f}")


if __name__ == "__main__":
    main()
