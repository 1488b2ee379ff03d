"""Word types: all tokens that look the same to the network, and their embedding."""

import numpy as np
import numpy.typing as npt
from thinc.api import NumpyOps

from clearshard.redaction.batch_ner.normalise import maxout, normalised
from clearshard.redaction.batch_ner.parameters import Floats, NerParameters

#: The type of the rows between two texts: an embedding of zeros.
PADDING = 0
#: What a batch may add to a table that is as good as full.
_ROOM = 8192


class WordTypes:
    """A table of word types that only grows, until its owner throws it away.

    Attributes:
        embedded: float32 [types or more, width]; only the first `len(self)` rows are filled.
    """

    def __init__(self, parameters: NerParameters, expected: int = 0) -> None:
        """An empty table but for the padding.

        Args:
            parameters: Of the network.
            expected: Number of types after which it will be thrown away.
        """
        self._tables = parameters.tables
        mix = parameters.mix
        # [piece, width in, width out]
        self._mix = np.ascontiguousarray(mix.weights.transpose(1, 2, 0))
        self._bias = mix.bias.T[:, None].copy()
        self._gain, self._shift = mix.gain, mix.shift
        self._hash = NumpyOps().hash
        self._numbers: dict[bytes, int] = {}
        self._filled = 1
        # The system gives memory to pages that are written to: what stays empty costs nothing.
        self.embedded = np.empty((expected + _ROOM, mix.weights.shape[0]), np.float32)
        self.embedded[PADDING] = 0

    def __len__(self) -> int:
        return self._filled

    def numbers(self, words: npt.NDArray[np.uint64]) -> list[int]:
        """The type of each word, new types embedded.

        Args:
            words: uint64 [words, attributes], C-contiguous: the embedded attributes and whatever
                else tells types apart.
        """
        size = words.strides[0]
        raw = words.tobytes()
        known = self._numbers
        fresh: list[int] = []
        numbers: list[int] = []
        for row in range(len(words)):
            key = raw[row * size : (row + 1) * size]
            number = known.get(key)
            if number is None:
                number = known[key] = self._filled + len(fresh)
                fresh.append(row)
            numbers.append(number)
        if fresh:
            self._fill(self._embed(words[fresh]))
        return numbers

    def _embed(self, words: npt.NDArray[np.uint64]) -> Floats:
        parts = []
        for table in self._tables:
            ids = np.ascontiguousarray(words[:, table.column])
            rows = self._hash(ids, table.seed) % table.rows.shape[0]
            part = table.rows[rows[:, 0]]
            for further in rows.T[1:]:
                part += table.rows[further]
            parts.append(part)
        affine = np.matmul(np.concatenate(parts, axis=1), self._mix)
        affine += self._bias
        out = normalised(maxout(affine))
        out *= self._gain
        out += self._shift
        return out

    def _fill(self, embedded: Floats) -> None:
        start, end = self._filled, self._filled + len(embedded)
        if end > len(self.embedded):
            room = np.empty((max(end, 2 * len(self.embedded)), embedded.shape[1]), np.float32)
            room[:start] = self.embedded[:start]
            self.embedded = room
        self.embedded[start:end] = embedded
        self._filled = end
