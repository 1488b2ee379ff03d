"""The network in floating point, to train it; `convert.py` makes whole numbers of it.

It computes what `clearshard.tagger` computes, but for rounding. Its parameters are a dictionary.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from labels import CLASSES
from torch.nn import functional

from clearshard.tagger.features import ROWS, WHOLE, rows_of
from clearshard.tagger.features import Uses as Packed

#: How far apart the three tokens are that a layer sees, from layer to layer: ±64 tokens in all.
DILATIONS = (1, 2, 4, 8, 16, 32, 1)
WIDTH = INNER = 64
_DROPPED = 0.1
Parameters = Mapping[str, torch.Tensor]


def new_parameters(seed: int) -> dict[str, torch.Tensor]:
    """Parameters to begin with."""
    draw = torch.Generator().manual_seed(seed)

    def normal(*shape: int, deviation: float) -> torch.Tensor:
        made: torch.Tensor = torch.randn(*shape, generator=draw) * deviation
        return made

    made = {"rows": normal(ROWS, WIDTH, deviation=0.15), "bias": torch.zeros(WIDTH)}
    for number in range(len(DILATIONS)):
        made[f"inner{number}_weights"] = normal(3 * WIDTH, INNER, deviation=(3 * WIDTH) ** -0.5)
        made[f"inner{number}_bias"] = torch.zeros(INNER)
        # Little at first: a layer begins as one that changes nothing.
        made[f"outer{number}_weights"] = normal(INNER, WIDTH, deviation=0.02)
        made[f"outer{number}_bias"] = torch.zeros(WIDTH)
    made["last_weights"] = normal(WIDTH, len(CLASSES), deviation=WIDTH**-0.5)
    made["last_bias"] = torch.zeros(len(CLASSES))
    return {name: value.requires_grad_() for name, value in made.items()}


class WordRows:
    """The rows of the weights of all words, one word after the other."""

    def __init__(self, words: Sequence[str], uses: Packed) -> None:
        rows: list[int] = []
        shares: list[int] = []
        ends = [0, 0]
        # The first word is none: it stands between documents.
        for word in words[1:]:
            of_one, weights = rows_of(word, uses)
            rows += of_one
            shares += weights
            ends.append(len(rows))
        self._rows = np.array(rows, np.int64)
        self._shares = np.array(shares, np.float32) / np.float32(WHOLE)
        self._ends = np.array(ends, np.int64)

    def of(
        self, words: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Rows of some words, their shares, and which of the words each belongs to."""
        counts = self._ends[words + 1] - self._ends[words]
        owners = np.repeat(np.arange(len(words)), counts)
        firsts = np.repeat(self._ends[words] - (np.cumsum(counts) - counts), counts)
        places = firsts + np.arange(int(counts.sum()))
        shares: npt.NDArray[np.float32] = self._shares[places].copy()
        return self._rows[places], shares, owners.astype(np.int64)


def vectors(
    parameters: Parameters,
    rows: npt.NDArray[np.int64],
    shares: npt.NDArray[np.float32],
    owners: npt.NDArray[np.int64],
    count: int,
) -> torch.Tensor:
    """A vector for each of `count` words."""
    firsts = np.searchsorted(owners, np.arange(count))
    made: torch.Tensor = functional.embedding_bag(
        torch.from_numpy(rows),
        parameters["rows"],
        torch.from_numpy(firsts),
        mode="sum",
        per_sample_weights=torch.from_numpy(shares),
    )
    return made + parameters["bias"]


def layers(
    parameters: Parameters, words: torch.Tensor, present: torch.Tensor, *, training: bool = False
) -> list[torch.Tensor]:
    """What goes into each layer and out of each half of one, the scores of classes last.

    Args:
        parameters: Those of the network.
        words: Documents, tokens, width: the vectors of words.
        present: Documents, tokens, 1: 0 between documents, else 1.
        training: Whether some numbers are dropped.
    """
    there = functional.relu(words) * present
    seen = [there]
    there = functional.dropout(there, _DROPPED, training)
    length = there.shape[1]
    for number, by in enumerate(DILATIONS):
        before = functional.pad(there, (0, 0, by, 0))[:, :length]
        behind = functional.pad(there, (0, 0, 0, by))[:, by:]
        beside = torch.cat((before, there, behind), 2)
        inner = functional.relu(
            beside @ parameters[f"inner{number}_weights"] + parameters[f"inner{number}_bias"]
        )
        outer = inner @ parameters[f"outer{number}_weights"] + parameters[f"outer{number}_bias"]
        there = functional.relu(there + outer) * present
        seen += [inner, there]
    seen.append(there @ parameters["last_weights"] + parameters["last_bias"])
    return seen
