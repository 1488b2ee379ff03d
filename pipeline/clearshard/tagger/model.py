"""The file of the weights → tables and layers, refused where it is not what this code computes.

The format is that of `numpy.savez`, without objects. Everything in it is whole numbers but the
scales between layers.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from clearshard.errors import ConfigError
from clearshard.recognizers.models import TAGGER, model_path, require_recorded
from clearshard.tagger.features import ROWS, Uses
from clearshard.tagger.network import Layer, Network, Scaled

#: Numbers of 32 bits hold every whole number up to here.
_EXACT = 1 << 24
#: The class of what is not personal.
NOTHING = "none"


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the weights are of.

    Attributes:
        classes: What a token can be; the first is `NOTHING`.
        dilations: Of the layers, in order.
        largest: The largest number in a token's vector.
        possible: How much the score of a class may be below, so that a token could be one at all.
        thresholds: Profile → class → how much its score must be above those of all that have none.
    """

    classes: tuple[str, ...]
    dilations: tuple[int, ...]
    largest: int
    possible: int
    thresholds: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Table:
    """What tokens are made of before they see each other.

    Attributes:
        rows: One for each thing that a token can be, whole numbers.
        bias: What every token has.
        scale: By what the sum is multiplied.
        uses: How common words are.
    """

    rows: npt.NDArray[np.int16]
    bias: npt.NDArray[np.int64]
    scale: float
    uses: Uses


@dataclass(frozen=True, slots=True)
class Model:
    """All that a tagger is made of."""

    facts: Facts
    table: Table
    network: Network


def tagger_path() -> Path:
    """Where the weights are."""
    return model_path(TAGGER, f"tagger_en/{TAGGER}")


def read_model(path: Path) -> Model:
    """The weights of a file.

    Raises:
        ConfigError: It is not there, is not the one of this release, or is damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unusable(f"cannot be read ({error.strerror}); install again") from None
    require_recorded(TAGGER, hashlib.sha256(content).hexdigest())
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return model_of(arrays)
    except (ValueError, KeyError, OSError, msgspec.MsgspecError) as error:
        raise _unusable(f"cannot be used ({type(error).__name__}); install again") from None


def model_of(arrays: Any) -> Model:
    """The model that some named arrays are.

    Raises:
        KeyError: One is missing.
        ValueError: One has another shape than the others ask for, or holds numbers so large that
            sums of them would not be exact.
    """
    facts = msgspec.json.decode(bytes(arrays["facts"]), type=Facts)
    table = Table(
        arrays["rows"].astype(np.int16, casting="safe"),
        arrays["bias"].astype(np.int64, casting="safe"),
        float(arrays["scale"]),
        Uses(arrays["use_hashes"], arrays["use_sets"], arrays["use_masks"]),
    )
    width = table.rows.shape[1]
    if table.rows.shape[0] != ROWS or table.bias.shape != (width,) or facts.classes[0] != NOTHING:
        raise ValueError("rows")
    layers = tuple(
        Layer(
            dilation,
            _scaled(arrays, f"inner{number}", 3 * width, facts.largest),
            _scaled(arrays, f"outer{number}", None, facts.largest),
        )
        for number, dilation in enumerate(facts.dilations)
    )
    last = _scaled(arrays, "last", width, facts.largest)
    if any(layer.outer.weights.shape[1] != width for layer in layers):
        raise ValueError("outer")
    if last.weights.shape[1] != len(facts.classes):
        raise ValueError("last")
    return Model(facts, table, Network(layers, last, facts.largest))


def _scaled(arrays: Any, name: str, inputs: int | None, largest: int) -> Scaled:
    weights, bias, scale = (arrays[f"{name}_{part}"] for part in ("weights", "bias", "scale"))
    if weights.ndim != 2 or (inputs is not None and weights.shape[0] != inputs):
        raise ValueError(name)
    if not weights.shape[1:] == bias.shape == scale.shape:
        raise ValueError(name)
    most = np.abs(weights.astype(np.int64)).sum(axis=0) * largest + np.abs(bias.astype(np.int64))
    if int(most.max()) >= _EXACT:
        raise ValueError(name)
    return Scaled(
        np.ascontiguousarray(weights, np.float32),
        bias.astype(np.float32),
        scale.astype(np.float32),
    )


def _unusable(why: str) -> ConfigError:
    return ConfigError("models", [f"{TAGGER} → {why}"])
