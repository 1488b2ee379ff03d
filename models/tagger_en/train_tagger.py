# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.14.1"]
# ///
"""Makes the tagger: documents, training, whole numbers.

    PYTHONPATH=.:models/speech_en python models/tagger_en/train_tagger.py CORPORA OUT
        [--steps N] [--seed N] [--without SOURCE ...]

Needs PyTorch (its build for processors is enough) beside this project. OUT is `tagger.npz`; the
weights hold no word that they were trained on. CORPORA is a folder of `SOURCE.jsonl.gz` and
`gazetteers/`, as README.md lists them. The same arguments give the same documents, in the same
order.
"""

# ruff: noqa: T201 - a command's report

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from convert import converted
from documents import Document
from floating import WordRows, layers, new_parameters, vectors
from learned_from import Data, prepare
from torch.nn import functional
from uses import packed

from clearshard.tagger.features import ROWS, USE_ROWS, WORD_ROWS

#: Tokens of a row, and rows that are learned from at once.
_LENGTH, _ROWS = 320, 20
#: Tokens between documents of a row.
_BETWEEN = 8
_RATE, _LEAST_RATE, _WARM_UP = 3e-3, 6e-5, 100
#: How often a word is hidden, by how often it occurs at most: of what is rare, the letters and what
#: stands around it must tell. And how often its uses are.
_HIDDEN = ((5, 0.5), (50, 0.25), (None, 0.08))
_USES_HIDDEN = 0.12
_SMOOTHED = 0.02


def train(data: Data, steps: int, seed: int) -> dict[str, torch.Tensor]:
    """Parameters that have learned from some documents.

    Args:
        data: What is learned from.
        steps: How many batches; the rate of learning falls to almost nothing by the last.
        seed: Of initial parameters, order, and what is hidden or dropped.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    documents = [document for of_one in data.groups.values() for document in of_one]
    hidden = _chance_hidden(documents, len(data.words))
    rows = WordRows(data.words, packed(data.uses))
    parameters = new_parameters(seed)
    optimizer = torch.optim.AdamW(
        [
            {"params": [parameters["rows"]], "weight_decay": 0.0},
            {"params": [p for n, p in parameters.items() if n != "rows"], "weight_decay": 0.01},
        ],
        betas=(0.9, 0.98),
    )
    batches = _batches(documents, rng)
    began, mean = time.monotonic(), 0.0
    for step in range(steps):
        fall = 0.5 * (1 + np.cos(np.pi * step / steps))
        rate = min(1.0, (step + 1) / _WARM_UP) * (_LEAST_RATE + (_RATE - _LEAST_RATE) * fall)
        for group in optimizer.param_groups:
            group["lr"] = rate
        words, classes, beliefs = next(batches)
        once, places = np.unique(words, return_inverse=True)
        taken, shares, owners = rows.of(once.astype(np.int64))
        _hide(taken, shares, owners, hidden[once], rng)
        made = vectors(parameters, taken, shares, owners, len(once))
        present = torch.from_numpy((words != 0).astype(np.float32))[:, :, None]
        seen = layers(
            parameters, made[torch.from_numpy(places.reshape(words.shape))], present, training=True
        )
        believed = torch.from_numpy(beliefs).reshape(-1)
        losses = functional.cross_entropy(
            seen[-1].reshape(len(believed), -1),
            torch.from_numpy(classes).reshape(-1),
            reduction="none",
            label_smoothing=_SMOOTHED,
        )
        loss = (losses * believed).sum() / believed.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(parameters.values()), 1.0)
        optimizer.step()
        mean = loss.item() if step == 0 else 0.98 * mean + 0.02 * loss.item()
        if (step + 1) % 200 == 0:
            print(f"step {step + 1}, {time.monotonic() - began:.0f} s, loss {mean:.4f}", flush=True)
    return {name: value.detach() for name, value in parameters.items()}


def _chance_hidden(documents: list[Document], words: int) -> npt.NDArray[np.float64]:
    times = np.zeros(words, np.int64)
    for document in documents:
        np.add.at(times, document.words, 1)
    chances = np.full(words, _HIDDEN[-1][1])
    for most, chance in reversed(_HIDDEN[:-1]):
        assert most is not None
        chances[times < most] = chance
    return chances


def _hide(
    rows: npt.NDArray[np.int64],
    shares: npt.NDArray[np.float32],
    owners: npt.NDArray[np.int64],
    hidden: npt.NDArray[np.float64],
    rng: np.random.Generator,
) -> None:
    """Takes the word itself, or its uses, away from some of the words."""
    no_word = (rng.random(len(hidden)) < hidden)[owners]
    no_use = (rng.random(len(hidden)) < _USES_HIDDEN)[owners]
    shares[(rows < WORD_ROWS) & no_word] = 0
    shares[(rows >= ROWS - USE_ROWS) & no_use] = 0


def _batches(
    documents: list[Document], rng: np.random.Generator
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]]:
    """Words, classes and beliefs of rows of documents, for ever, in another order each time."""
    words = np.zeros(_ROWS * _LENGTH, np.int64)
    classes, beliefs = np.zeros_like(words), np.zeros(len(words), np.float32)
    place = 0
    while True:
        for number in rng.permutation(len(documents)):
            document, begin = documents[number], 0
            while begin < len(document.words):
                take = min(len(document.words) - begin, len(words) - place)
                here, there = slice(place, place + take), slice(begin, begin + take)
                words[here] = document.words[there]
                classes[here] = document.classes[there]
                beliefs[here] = document.beliefs[there]
                place, begin = place + take, begin + take
                if place == len(words):
                    shape = (_ROWS, _LENGTH)
                    yield words.reshape(shape), classes.reshape(shape), beliefs.reshape(shape)
                    words[:], classes[:], beliefs[:], place = 0, 0, 0, 0
            place = min(place + _BETWEEN, len(words) - 1)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=16_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--conversations", type=int, default=80_000)
    parser.add_argument("--snippets", type=int, default=120_000)
    parser.add_argument("--calls", type=int, default=8_000)
    parser.add_argument("--without", nargs="*", default=())
    args = parser.parse_args()
    data = prepare(
        args.corpora, args.seed, args.conversations, args.snippets, args.calls, args.without
    )
    for name, documents in data.groups.items():
        print(f"{name}: {len(documents)} documents, {sum(len(d.words) for d in documents)} tokens")
    np.savez_compressed(args.out, **converted(train(data, args.steps, args.seed), data))


if __name__ == "__main__":
    main()
