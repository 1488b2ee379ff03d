"""The first layer of the encoder, mostly looked up.

A layer reads a window of three vectors through one matrix. That product is a sum of three, one for
each place in the window, and in the first layer each depends on nothing but the word: computed once
per word type, looked up per token.
"""

import numpy as np
import numpy.typing as npt

from clearshard.redaction.batch_ner.normalise import maxout, normalised
from clearshard.redaction.batch_ner.parameters import Floats, NerParameters
from clearshard.redaction.batch_ner.word_types import WordTypes

Ints = npt.NDArray[np.intp]


class FirstLayer:
    """Window products of the word types that were met lately, each in a slot of a table."""

    def __init__(self, parameters: NerParameters, max_slots: int, rows: int) -> None:
        """An empty table.

        Args:
            parameters: Of the network.
            max_slots: Slots to keep from one batch to the next.
            rows: Number of rows that `add_to` computes.
        """
        layer = parameters.encoder[0]
        width, pieces, _ = layer.weights.shape
        # [place, piece, width in, width out]
        self._weights = np.ascontiguousarray(
            layer.weights.reshape(width, pieces, 3, width).transpose(2, 1, 3, 0)
        )
        self._bias = layer.bias.T[:, None].copy()
        self._gain = np.tile(layer.gain, (rows, 1))
        self._max_slots = max_slots
        self._sums = np.empty((pieces, rows, width), np.float32)
        self._gathered = np.empty((rows, width), np.float32)
        self._maximum = np.empty((rows, width), np.float32)
        self._make_room(max_slots)
        self.forget()

    def forget(self) -> None:
        """Empties the table: word types have got new numbers."""
        self._slot_of = np.full(0, -1, np.intp)
        self._filled = 0

    def slots(self, stream: Ints, types: WordTypes) -> Ints:
        """The slot of each row's word type, valid until the next call.

        Args:
            stream: intp [rows], word types.
            types: Their embeddings.
        """
        if len(types) > len(self._slot_of):
            more = np.full(2 * len(types) - len(self._slot_of), -1, np.intp)
            self._slot_of = np.concatenate([self._slot_of, more])
        missing = self._without_slot(stream)
        if self._filled + len(missing) > len(self._embedded):
            self._slot_of[:] = -1
            self._filled = 0
            missing = self._without_slot(stream)
            if len(missing) > len(self._embedded) or len(self._embedded) > self._max_slots:
                # For this batch only, if it takes more room than there is to keep.
                self._make_room(max(len(missing), self._max_slots))
        if len(missing):
            self._fill(missing, types)
        return self._slot_of[stream]

    def add_to(self, left: Ints, own: Ints, right: Ints, out: Floats) -> None:
        """Writes embeddings plus what the layer adds to them, less the normalisation's shift.

        Args:
            left: intp [rows], slot of each row's left neighbour.
            own: intp [rows].
            right: intp [rows].
            out: float32 [rows, width].
        """
        gathered = self._gathered
        before, at, after = self._products
        for piece, total in enumerate(self._sums):
            np.take(at[piece], own, axis=0, out=total, mode="clip")
            np.take(before[piece], left, axis=0, out=gathered, mode="clip")
            np.add(total, gathered, out=total)
            np.take(after[piece], right, axis=0, out=gathered, mode="clip")
            np.add(total, gathered, out=total)
        change = normalised(maxout(self._sums, out=self._maximum))
        np.multiply(change, self._gain, out=change)
        np.take(self._embedded, own, axis=0, out=out, mode="clip")
        np.add(out, change, out=out)

    def _without_slot(self, stream: Ints) -> Ints:
        return np.unique(stream[self._slot_of[stream] < 0])

    def _make_room(self, slots: int) -> None:
        pieces, _, width = self._sums.shape
        self._embedded = np.empty((slots, width), np.float32)
        self._products = np.empty((3, pieces, slots, width), np.float32)

    def _fill(self, fresh: Ints, types: WordTypes) -> None:
        start, end = self._filled, self._filled + len(fresh)
        embedded = types.embedded[fresh]
        self._embedded[start:end] = embedded
        products = self._products[:, :, start:end]
        np.matmul(embedded, self._weights, out=products)
        products[1] += self._bias
        self._slot_of[fresh] = np.arange(start, end)
        self._filled = end
