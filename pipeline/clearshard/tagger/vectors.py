"""Tokens → a vector of whole numbers each, from the rows of the weights; remembered by word."""

from collections.abc import Sequence

import numpy as np

from clearshard.tagger.features import rows_of
from clearshard.tagger.model import Table
from clearshard.tagger.network import Floats

#: Words that are remembered: 0.3 kB each at a width of 64.
MOST_WORDS = 40_000
#: Words that are learned together: their rows are some kilobytes each.
_TOGETHER = 128


class Vectors:
    """The vectors of words. Not for several threads at once."""

    def __init__(self, table: Table, largest: int, most_words: int = MOST_WORDS) -> None:
        """An empty memory.

        Args:
            table: The weights.
            largest: The largest number that a vector may hold.
            most_words: How many are remembered.
        """
        self._table = table
        self._largest = largest
        self._most_words = most_words
        self._forget()

    def _forget(self) -> None:
        self._places: dict[str, int] = {}
        self._known = np.empty((1024, self._table.rows.shape[1]), np.float32)

    def places(self, words: Sequence[str]) -> list[int]:
        """A place in `table` for each word; holds until the next call."""
        if len(self._places) > self._most_words:
            self._forget()
        places = self._places
        try:
            return [places[word] for word in words]
        except KeyError:
            self._learn([word for word in dict.fromkeys(words) if word not in places])
            return [places[word] for word in words]

    @property
    def table(self) -> Floats:
        """The vectors, by place."""
        return self._known

    def _learn(self, words: Sequence[str]) -> None:
        for first in range(0, len(words), _TOGETHER):
            together = words[first : first + _TOGETHER]
            count = len(self._places)
            while count + len(together) > len(self._known):
                self._known = np.concatenate([self._known, np.empty_like(self._known)])
            self._known[count : count + len(together)] = self._vectors(together)
            self._places.update(zip(together, range(count, count + len(together)), strict=True))

    def _vectors(self, words: Sequence[str]) -> Floats:
        rows: list[int] = []
        weights: list[int] = []
        starts = []
        for word in words:
            starts.append(len(rows))
            of_word, how_much = rows_of(word, self._table.uses)
            rows += of_word
            weights += how_much
        # In numbers of 64 bits, whole ones: nothing is lost, in whatever order they are added up.
        counted = self._table.rows[rows] * np.array(weights, np.int64)[:, np.newaxis]
        total = np.add.reduceat(counted, starts) + self._table.bias
        scaled = np.floor(total * self._table.scale + 0.5)
        vectors: Floats = np.clip(scaled, 0, self._largest).astype(np.float32)
        return vectors
