"""The network in floating point → whole numbers, which come out the same on every processor.

Each matrix is divided by a step of its own (each column of it, but for the last one, whose columns
are compared with each other), and what goes into it by the step of that layer, so that all of it is
whole; `clearshard.tagger.network` says why that is exact. What a layer gives out is cut off at what
is hardly ever exceeded in documents like those that were learned from.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import torch
from documents import Document
from floating import DILATIONS, Parameters, WordRows, layers, vectors
from labels import CLASSES, PERSONAL
from learned_from import Data
from thresholds import POSSIBLE, THRESHOLDS
from uses import packed

from clearshard.tagger.features import WHOLE

#: The largest number in a vector, and in a weight.
LARGEST, _LARGEST_WEIGHT, _LARGEST_LAST = 1023, 127, 255
_EXACT = 1 << 24
#: Of the numbers that a layer gives out, this share is below what it is cut off at, less a margin.
_SHARE, _MARGIN = 0.9999, 1.15
_DOCUMENTS_OF_A_GROUP = 60
Doubles = npt.NDArray[np.float64]


def converted(parameters: Parameters, data: Data) -> dict[str, Any]:
    """The arrays of the file that `clearshard.tagger.model` reads.

    Args:
        parameters: Of the trained network.
        data: What it has learned from: the largest numbers are looked for in some of it.
    """
    steps = [most / LARGEST for most in _largest(parameters, data)]
    table = parameters["rows"].numpy().astype(np.float64)
    step = np.abs(table).max() / np.iinfo(np.int16).max
    arrays: dict[str, Any] = {
        "rows": np.round(table / step).astype(np.int16),
        "bias": np.round(parameters["bias"].numpy() / step * WHOLE).astype(np.int64),
        "scale": np.float64(step / WHOLE / steps[0]),
    }
    for number in range(len(DILATIONS)):
        # What goes in, what comes out in between, and out of the layer as a whole.
        inner = steps[1 + number]
        arrays |= _matrix(parameters, f"inner{number}", steps[0], inner)
        arrays |= _matrix(parameters, f"outer{number}", inner, steps[0])
    arrays |= _matrix(parameters, "last", steps[0], None)
    unit = float(arrays.pop("unit"))
    thresholds = {
        profile: dict.fromkeys(PERSONAL, round(least / unit))
        for profile, least in THRESHOLDS.items()
    }
    facts = {
        "classes": CLASSES, "dilations": DILATIONS, "largest": LARGEST,
        "possible": round(POSSIBLE / unit), "thresholds": thresholds,
    }  # fmt: skip
    uses = packed(data.uses)
    return arrays | {
        "use_hashes": uses.hashes,
        "use_sets": uses.sets,
        "use_masks": uses.masks,
        "facts": np.frombuffer(msgspec.json.encode(facts), np.uint8),
    }


def _matrix(parameters: Parameters, name: str, step_in: float, step_out: float | None) -> Any:
    """A matrix in steps; of the last one also what a logarithm of 1 is, as `unit`."""
    weights: Doubles = parameters[f"{name}_weights"].numpy().astype(np.float64)
    bias: Doubles = parameters[f"{name}_bias"].numpy().astype(np.float64)
    steps = np.abs(weights).max(axis=0) / _LARGEST_WEIGHT
    if step_out is None:
        steps = np.full_like(steps, np.abs(weights).max() / _LARGEST_LAST)
    while True:
        whole, added = np.round(weights / steps), np.round(bias / (steps * step_in))
        most = np.abs(whole).sum(axis=0) * LARGEST + np.abs(added)
        if (most < _EXACT).all():
            break
        # Coarser, until all sums are exact.
        steps = steps * (1.05 if step_out is None else np.where(most < _EXACT, 1.0, 1.05))
    scale = np.ones_like(steps) if step_out is None else steps * step_in / step_out
    unit = {"unit": steps[0] * step_in} if step_out is None else {}
    return unit | {
        f"{name}_weights": whole.astype(np.int16),
        f"{name}_bias": added.astype(np.int32),
        f"{name}_scale": scale.astype(np.float32),
    }


def _largest(parameters: Parameters, data: Data) -> list[float]:
    """The largest numbers of vectors, and of what is between the halves of each layer."""
    seen: list[list[npt.NDArray[Any]]] = [[] for _ in range(1 + len(DILATIONS))]
    rows = WordRows(data.words, packed(data.uses))
    for document in _some(data.groups):
        for place, values in enumerate(_computed(parameters, document, rows)):
            # All vectors are added to each other, so they have one step.
            seen[0 if place % 2 == 0 else 1 + place // 2].append(values.ravel()[::7])
    return [float(np.quantile(np.concatenate(of_one), _SHARE)) * _MARGIN for of_one in seen]


def _some(groups: Mapping[str, Sequence[Document]]) -> Iterator[Document]:
    for documents in groups.values():
        yield from (d for d in documents[:_DOCUMENTS_OF_A_GROUP] if len(d.words))


def _computed(parameters: Parameters, document: Document, rows: WordRows) -> list[npt.NDArray[Any]]:
    once, places = np.unique(document.words, return_inverse=True)
    with torch.no_grad():
        made = vectors(parameters, *rows.of(once.astype(np.int64)), len(once))
        present = torch.ones(1, len(places), 1)
        seen = layers(parameters, made[torch.from_numpy(places)][None], present)
    return [values.numpy() for values in seen[:-1]]
