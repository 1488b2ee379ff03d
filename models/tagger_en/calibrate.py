"""Chooses a threshold for each class, on texts that the weights have not learned from.

    PYTHONPATH=.:models/speech_en python models/tagger_en/calibrate.py CORPORA WEIGHTS OUT
        [--seed N] [--conversations N] [--talk SOURCE ...]

WEIGHTS is a `tagger.npz`; OUT the same with other thresholds. CORPORA is the folder that
`train_tagger.py` reads. It needs no PyTorch, and two minutes of one core.

What is missed is counted in conversations that are generated with another seed than those that were
learned from; what is taken wrongly, in them, and in talk of sources that nothing was learned from
and in which nobody says a card number, a password or the like. Nothing can be counted there of
classes that people do name, names and places above all: those keep the common threshold.

A threshold costs so much a missed token, and one a token that is taken wrongly; the cheapest one
counts as much as there are tokens near it, against the common threshold of the profile.
"""

# ruff: noqa: T201 - a command's report

import argparse
import gzip
import json
import random
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from dialogues import Dialogues
from labels import CLASSES, PERSONAL, class_of
from names import Names
from spoken_form import Text
from thresholds import POSSIBLE, THRESHOLDS
from uses import ordinary_words, uses_of

from clearshard.tagger.model import Facts, Model, model_of
from clearshard.tagger.tagging import Tagger
from clearshard.tagger.tokens import END_OF_TURN

#: Profile → what a missed token costs in tokens that are taken wrongly: about the odds at which the
#: common thresholds take one.
COSTS = {"strict": 6.0, "balanced": 2.5}
#: What people say without being asked, in any talk.
_NAMED_ANYWHERE = frozenset(("PERSON", "LOCATION", "STREET_ADDRESS", "PHONE_NUMBER", "URL"))
#: Sources that nothing is learned from; only how often the tagger errs in them is counted.
TALK = ("plain_icsi_meetings", "plain_earnings22", "gum_spoken", "earnings21_reference")
#: Conversations that are generated, and their seed: another one than of any training.
CONVERSATIONS, SEED = 5_000, 4711
_TALK_DOCUMENTS = 1000
_BATCH = 200
#: Thresholds that are tried, and how far from the cheapest one a token is near it.
_GRID = np.arange(-4.0, 2.25, 0.25)
_NEAR = 3.5
#: With so many tokens near it the cheapest threshold counts as much as the common one.
_AS_MUCH = 50


@dataclass(frozen=True)
class Taken:
    """Tokens, and what the tagger takes each of them for.

    Attributes:
        labels: The place of the likeliest class among `PERSONAL`.
        margins: How much likelier it is than nothing, as the logarithm of the odds.
        personal: Whether it is personal data, whatever its class.
    """

    labels: npt.NDArray[np.intp]
    margins: npt.NDArray[np.float32]
    personal: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Choice:
    """The threshold of a class, and what was seen of it.

    Attributes:
        threshold: In quarters of a logarithm of the odds.
        tokens: Personal tokens that are likeliest of this class.
        recall: Share of them that is taken.
        precision: Share of the tokens taken for it that is personal; 1 if none is taken.
    """

    threshold: float
    tokens: int
    recall: float
    precision: float


def calibrated(
    arrays: Mapping[str, Any], told: Sequence[Text], talk: Sequence[Text]
) -> dict[str, Any]:
    """The arrays of weights with a threshold for each class; prints how they were chosen.

    Args:
        arrays: Of a `tagger.npz`.
        told: Texts that were not learned from, in which all that is personal is known.
        talk: The same, of talk in which nobody says what is not `_NAMED_ANYWHERE`.
    """
    model = model_of(arrays)
    in_told, in_talk = taken(model, told), taken(model, talk)
    thresholds: dict[str, dict[str, float]] = {}
    for profile, cost in COSTS.items():
        print(f"{profile:16} {'tokens':>7} {'recall':>7} {'precision':>9} {'threshold':>9}")
        thresholds[profile] = {}
        for place, label in enumerate(PERSONAL):
            beside = None if label in _NAMED_ANYWHERE else in_talk
            made = chosen(place, in_told, beside, cost, THRESHOLDS[profile])
            thresholds[profile][label] = made.threshold
            print(
                f"{label:16} {made.tokens:7,} {made.recall:7.4f} {made.precision:9.4f} "
                f"{made.threshold:+9.2f}"
            )
    return {**arrays, "facts": with_thresholds(model.facts, thresholds)}


def taken(model: Model, texts: Sequence[Text]) -> Taken:
    """What the tagger takes the tokens of some texts for.

    Args:
        model: The weights.
        texts: With the spans that are personal; tokens of spans that mean no class are left out.
    """
    nothing_asked = msgspec.structs.replace(
        model.facts, thresholds={"strict": dict.fromkeys(PERSONAL, 0)}
    )
    tagger = Tagger(Model(nothing_asked, model.table, model.network), "strict")
    order = np.array([PERSONAL.index(label) for label in tagger.labels], np.intp)
    labels, margins, personal = [], [], []
    for begin in range(0, len(texts), _BATCH):
        batch = texts[begin : begin + _BATCH]
        for (_, spans), judged in zip(
            batch, tagger.judged([text for text, _ in batch]), strict=True
        ):
            words, starts = judged.tokens.words, judged.tokens.starts
            classes = np.zeros(len(words), np.int64)
            ends = [start + len(word) for start, word in zip(starts, words, strict=True)]
            for start, end, label in spans:
                number = class_of(label)
                place = bisect_right(ends, start)
                while place < len(words) and starts[place] < end:
                    classes[place] = -1 if number is None else number
                    place += 1
            counts = (classes >= 0) & np.array([word != END_OF_TURN for word in words], bool)
            labels.append(order[judged.likeliest[0][counts]])
            margins.append(judged.margins[0][counts] / np.float32(_unit(model.facts)))
            personal.append(_is_personal(classes[counts]))
    return Taken(np.concatenate(labels), np.concatenate(margins), np.concatenate(personal))


def chosen(place: int, told: Taken, talk: Taken | None, cost: float, common: float) -> Choice:
    """The threshold of one class.

    Args:
        place: Of the class among `PERSONAL`.
        told: Tokens of texts in which all that is personal is known.
        talk: Tokens of texts in which nothing is of this class; None if nobody can tell.
        cost: Of a missed token, in tokens that are taken wrongly.
        common: The threshold of all classes.
    """
    own = told.labels == place
    right, wrong = told.margins[own & told.personal], told.margins[own & ~told.personal]
    threshold = common
    if talk is not None:
        wrong = np.concatenate([wrong, talk.margins[talk.labels == place]])
        costs = [cost * (right <= least).sum() + (wrong > least).sum() for least in _GRID]
        cheapest = float(_GRID[int(np.argmin(costs))])
        near = int((np.abs(right - common) < _NEAR).sum())
        threshold += (cheapest - common) * near / (near + _AS_MUCH)
        threshold = round(4 * threshold) / 4
    hits, errors = int((right > threshold).sum()), int((wrong > threshold).sum())
    return Choice(
        threshold,
        len(right),
        hits / len(right) if len(right) else 1.0,
        hits / (hits + errors) if hits + errors else 1.0,
    )


def with_thresholds(
    facts: Facts, thresholds: Mapping[str, Mapping[str, float]]
) -> npt.NDArray[np.uint8]:
    """The facts of weights with other thresholds, as they are stored; classes not named stay."""
    unit = _unit(facts)
    whole = {
        profile: {
            **facts.thresholds.get(profile, {}),
            **{label: round(least * unit) for label, least in of_one.items()},
        }
        for profile, of_one in thresholds.items()
    }
    made = msgspec.structs.replace(facts, thresholds={**facts.thresholds, **whole})
    return np.frombuffer(msgspec.json.encode(made), np.uint8)


def _unit(facts: Facts) -> float:
    """How much more of a score means odds that are larger by a factor of e."""
    return facts.possible / POSSIBLE


def _is_personal(classes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    numbers = [CLASSES.index(label) for label in PERSONAL]
    made: npt.NDArray[np.bool_] = np.isin(classes, numbers)
    return made


def generated(corpora: Path, seed: int, count: int) -> list[Text]:
    """Conversations, and what is personal in them.

    Args:
        corpora: Folder of the corpora.
        seed: Another one than the tagger has learned from conversations of.
        count: How many.
    """
    gazetteers = corpora / "gazetteers"
    plain = ordinary_words(uses_of(gazetteers, ()))
    dialogues = Dialogues(Names.read(gazetteers), seed, plain)
    return [dialogues.draw() for _ in range(count)]


def said(corpora: Path, sources: Iterable[str], seed: int) -> list[Text]:
    """Texts of some sources, the same for the same seed; what is tagged in them is left out."""
    texts: list[Text] = []
    for source in sources:
        with gzip.open(corpora / f"{source}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line)["text"] for line in lines]
        random.Random(seed).shuffle(rows)  # noqa: S311 - seeded randomness is the point
        texts += [(text, []) for text in rows[:_TALK_DOCUMENTS]]
    return texts


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS)
    parser.add_argument("--talk", nargs="*", default=TALK)
    args = parser.parse_args()
    with np.load(args.weights, allow_pickle=False) as arrays:
        made = dict(arrays)
    told = generated(args.corpora, args.seed, args.conversations)
    talk = said(args.corpora, args.talk, args.seed)
    np.savez_compressed(args.out, **calibrated(made, told, talk))


if __name__ == "__main__":
    main()
