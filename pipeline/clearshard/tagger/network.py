"""The network: each token's vector with those around it, layer by layer, in whole numbers.

Numbers of 32 bits hold every whole number up to 2**24. What is multiplied and added up here is
whole and stays below that, so it comes out the same in whatever order a processor does it, and a
transcript has the same spans on every one. The weights are checked for it when they are read
(`clearshard.tagger.model`).

A layer sees a token, one before and one behind it, so many tokens away as its dilation says
(F. Yu and V. Koltun, 2016; E. Strubell and others, 2017, for tagging); what it makes of them is
added to what was there.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Scaled:
    """A matrix of whole numbers, what is added, and by what the result is multiplied."""

    weights: Floats
    bias: Floats
    scale: Floats


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: what it makes of three tokens, and what of that is added to the middle one."""

    dilation: int
    inner: Scaled
    outer: Scaled


@dataclass(frozen=True, slots=True)
class Network:
    """All layers, what they end in, and the largest number that a token's vector may hold."""

    layers: tuple[Layer, ...]
    last: Scaled
    largest: int

    @property
    def reach(self) -> int:
        """How many tokens to one side can matter."""
        return sum(layer.dilation for layer in self.layers)

    def scores(self, vectors: Floats, before: Ints, behind: Ints) -> Floats:
        """A whole number for each token and class; only differences mean anything.

        Args:
            vectors: One row a token, whole numbers, one text after the other; it is overwritten.
            before: How many tokens of its own text stand before each.
            behind: How many stand behind it: nothing reaches over the end of a text.
        """
        width = vectors.shape[1]
        beside = np.zeros((len(vectors), 3 * width), np.float32)
        for layer in self.layers:
            by = layer.dilation
            beside[by:, :width] = vectors[:-by]
            beside[before < by, :width] = 0
            beside[:, width : 2 * width] = vectors
            beside[:-by, 2 * width :] = vectors[by:]
            beside[behind < by, 2 * width :] = 0
            inner = _whole(beside, layer.inner)
            np.clip(inner, 0, self.largest, out=inner)
            vectors += _whole(inner, layer.outer)
            np.clip(vectors, 0, self.largest, out=vectors)
        last: Floats = vectors @ self.last.weights
        last += self.last.bias
        return last


def _whole(values: Floats, by: Scaled) -> Floats:
    """The product, scaled and rounded; each step is one operation, which no processor merges."""
    product: Floats = values @ by.weights
    product += by.bias
    product *= by.scale
    product += np.float32(0.5)
    np.floor(product, out=product)
    return product
