"""The window encoder over one stream of tokens, texts parted by rows of padding.

A layer's affine reads three rows for each row it writes: a convolution. It is computed by minimal
filtering (Winograd, "Arithmetic Complexity of Computations", 1980; F(4, 3) in Lavin and Gray, "Fast
Algorithms for Convolutional Neural Networks", 2015): four neighbouring rows from six products
instead of twelve. The detours before and after are small matrix products themselves.

Rows are held by phase, `row = 4 * tile + phase` at [phase, tile], so that the six inputs of all
tiles are six contiguous arrays and nothing is strided. A block of tiles goes through all layers
while it is in the cache.
"""

import numpy as np
import numpy.typing as npt

from clearshard.redaction.batch_ner.first_layer import FirstLayer
from clearshard.redaction.batch_ner.normalise import maxout, normalised
from clearshard.redaction.batch_ner.parameters import Floats, MaxoutLayer, NerParameters
from clearshard.redaction.batch_ner.word_types import PADDING, WordTypes

Rows = npt.NDArray[np.intp]

#: OpenBLAS has faster kernels for products of no more than this many multiplications.
_SMALL_PRODUCT = 1_000_000
_PHASES = 4
_POINTS = 6
#: Six neighbouring rows → six points.
_INTO = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    np.float32,
)
#: The three taps of a filter → six points.
_FILTER = np.array(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ]
)
#: Six points and the bias → four neighbouring rows.
_OUT_OF = np.array(
    [
        [1, 1, 1, 1, 1, 0, 1],
        [0, 1, -1, 2, -2, 0, 1],
        [0, 1, 1, 4, 4, 0, 1],
        [0, 1, -1, 8, -8, 1, 1],
    ],
    np.float32,
)


class Encoder:
    """Context for the tokens of many texts.

    Attributes:
        padding: Rows that part two texts in the stream, as in spaCy.
        offset: float64 [width]. The network's own vectors are those returned plus this; whoever
            reads them has it in the bias.
    """

    def __init__(self, parameters: NerParameters, max_slots: int) -> None:
        """Brings the weights into the form that they are used in.

        Args:
            parameters: Of the network.
            max_slots: Word types whose share of the first layer is remembered.
        """
        layers = parameters.encoder
        width = len(layers[0].gain)
        self.padding = len(layers)
        self._tiles = tiles = min(128, max(32, _SMALL_PRODUCT // width**2 // 8 * 8))
        rows = _PHASES * tiles
        self._first = FirstLayer(parameters, max_slots, rows)
        self._gains = [np.tile(layer.gain, (rows, 1)) for layer in layers[1:]]
        offset = layers[0].shift.astype(np.float64)
        self._filters, self._biases = [], []
        for layer in layers[1:]:
            self._filters.append(_filter(layer))
            self._biases.append(_bias(layer, offset))
            offset = offset + layer.shift
        self.offset = offset
        # One set of buffers: each layer of the network writes where the one before it has read.
        self._neighbours = np.zeros((_POINTS, tiles, width), np.float32)
        self._points = np.empty_like(self._neighbours)
        self._maximum = np.empty((rows, width), np.float32)
        most = max((len(layer.weights[0]) for layer in layers[1:]), default=1)
        self._products = np.empty((_POINTS + 1) * most * tiles * width, np.float32)
        self._affine = np.empty(_PHASES * most * tiles * width, np.float32)

    def encode(self, stream: Rows, wanted: Rows, types: WordTypes) -> Floats:
        """The context vectors of some rows of a stream.

        Args:
            stream: intp [rows], the word type of each row; `padding` rows of padding before, after
                and between texts.
            wanted: intp, ascending: rows to return.
            types: Embeddings of the word types.

        Returns:
            float32 [wanted rows, width], less `offset`.
        """
        # Each layer spoils one more row at either end of a block, where it sees no neighbour.
        margin = len(self._filters)
        step = _PHASES * self._tiles - 2 * margin
        blocks = max(1, -(-len(stream) // step))
        padded = np.full(blocks * step + 2 * margin + 2, PADDING, np.intp)
        padded[margin + 1 : margin + 1 + len(stream)] = stream
        slots = self._first.slots(padded, types)
        found = np.empty((len(wanted), self._maximum.shape[1]), np.float32)
        bounds = np.searchsorted(wanted, np.arange(blocks + 1) * step)
        for block in range(blocks):
            first, last = bounds[block], bounds[block + 1]
            if first == last:
                continue
            start = block * step
            self._first_layer(slots[start : start + step + 2 * margin + 2])
            for layer in range(margin):
                self._next_layer(layer)
            places = wanted[first:last] - (start - margin)
            tile, phase = places >> 2, places & 3
            np.take(
                self._own().reshape(-1, found.shape[1]),
                phase * self._tiles + tile,
                axis=0,
                out=found[first:last],
                mode="clip",
            )
        return found

    def forget(self) -> None:
        """Word types have got new numbers."""
        self._first.forget()

    def _own(self) -> Floats:
        return self._neighbours[1 : _PHASES + 1]

    def _first_layer(self, window: Rows) -> None:
        rows = _PHASES * self._tiles
        left, own, right = (
            window[place : place + rows].reshape(-1, _PHASES).T.ravel() for place in range(3)
        )
        self._first.add_to(left, own, right, self._own().reshape(rows, -1))

    def _next_layer(self, layer: int) -> None:
        filters, bias = self._filters[layer], self._biases[layer]
        pieces, width = bias.shape
        tiles = self._tiles
        neighbours, points = self._neighbours, self._points
        neighbours[0, 1:] = neighbours[_PHASES, :-1]
        neighbours[_PHASES + 1, :-1] = neighbours[1, 1:]
        np.matmul(_INTO, neighbours.reshape(_POINTS, -1), out=points.reshape(_POINTS, -1))
        size = pieces * tiles * width
        products = self._products[: (_POINTS + 1) * size].reshape(_POINTS + 1, pieces, tiles, width)
        products[_POINTS] = bias[:, None]
        np.matmul(points[:, None], filters, out=products[:_POINTS])
        affine = self._affine[: _PHASES * size].reshape(_PHASES, -1)
        np.matmul(_OUT_OF, products.reshape(_POINTS + 1, -1), out=affine)
        by_piece = affine.reshape(_PHASES, pieces, tiles, width).swapaxes(0, 1)
        maxout(by_piece, out=self._maximum.reshape(_PHASES, tiles, width))
        change = normalised(self._maximum)
        np.multiply(change, self._gains[layer], out=change)
        stream = self._own().reshape(change.shape)
        np.add(stream, change, out=stream)


def _filter(layer: MaxoutLayer) -> Floats:
    """float32 [points, pieces, width in, width out]."""
    width, pieces, _ = layer.weights.shape
    taps = layer.weights.reshape(width, pieces, 3, width).astype(np.float64)
    return np.ascontiguousarray(np.einsum("nk,opki->npio", _FILTER, taps), np.float32)


def _bias(layer: MaxoutLayer, offset: npt.NDArray[np.float64]) -> Floats:
    """float32 [pieces, width], with what the rows lack (`Encoder.offset` so far) made up for."""
    bias = layer.bias + layer.weights @ np.tile(offset, 3)
    return np.ascontiguousarray(bias.T, np.float32)
