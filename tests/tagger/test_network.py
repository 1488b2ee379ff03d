"""What the network computes is whole numbers, exactly, whatever else is computed beside."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.tagger.model import Model
from clearshard.tagger.network import Scaled

from .making import model

Ints = npt.NDArray[np.int64]


def whole(values: Ints, by: Scaled) -> Ints:
    """With numbers of 64 bits, and the scale as the one of 32 bits that it is."""
    exact = values @ by.weights.astype(np.int64) + by.bias.astype(np.int64)
    rounded: Ints = np.floor(exact.astype(np.float32) * by.scale + np.float32(0.5)).astype(np.int64)
    return rounded


def reference(made: Model, vectors: Ints) -> Ints:
    """Of one text by itself, token by token."""
    network = made.network
    for layer in network.layers:
        by, width = layer.dilation, vectors.shape[1]
        wide = np.zeros((len(vectors) + 2 * by, width), np.int64)
        wide[by:-by] = vectors
        beside = np.concatenate([wide[: -2 * by], vectors, wide[2 * by :]], axis=1)
        inner = np.clip(whole(beside, layer.inner), 0, network.largest)
        vectors = np.clip(vectors + whole(inner, layer.outer), 0, network.largest)
    return vectors @ network.last.weights.astype(np.int64) + network.last.bias.astype(np.int64)


def computed(made: Model, texts: list[Ints]) -> list[npt.NDArray[Any]]:
    stream = np.concatenate(texts).astype(np.float32)
    before = np.concatenate([np.arange(len(text)) for text in texts])
    behind = np.concatenate([np.arange(len(text))[::-1] for text in texts])
    scores = made.network.scores(stream, before, behind)
    return np.split(scores, np.cumsum([len(text) for text in texts])[:-1])


@given(st.integers(0, 10_000), st.lists(st.integers(1, 12), min_size=1, max_size=4))
def test_as_with_numbers_of_64_bits_and_each_text_alone(seed: int, lengths: list[int]) -> None:
    made = model(seed=seed % 7)
    rng = np.random.default_rng(seed)
    texts = [rng.integers(0, 1024, (length, 6)) for length in lengths]
    for text, scores in zip(texts, computed(made, texts), strict=True):
        assert (scores == reference(made, text)).all()


def test_as_exact_with_the_largest_numbers_that_are_let_in() -> None:
    """Sums just below 2**24, where the next odd number would be lost."""
    made = model(width=60, inner=60, most=127, largest=700)
    values = np.full((9, 60), 700) - np.arange(60) % 3
    (scores,) = computed(made, [values])
    assert (scores == reference(made, values)).all()


@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_a_text_that_is_shorter_than_what_a_layer_sees(length: int) -> None:
    made = model(dilations=(8, 1))
    text = np.full((length, 6), 500)
    (scores,) = computed(made, [text])
    assert (scores == reference(made, text)).all()
