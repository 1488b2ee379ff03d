"""Small taggers with weights drawn at random: how they read matters, and not what they find."""

from typing import Any

import msgspec
import numpy as np

from clearshard.tagger.features import ROWS, hash_of
from clearshard.tagger.model import Model, model_of

CLASSES = ("none", "PERSON", "PHONE_NUMBER", "LOCATION")


def arrays(
    seed: int = 1,
    width: int = 6,
    inner: int = 5,
    dilations: tuple[int, ...] = (1, 2, 4),
    most: int = 40,
    largest: int = 1023,
    possible: int = 10_000,
    least: int = 0,
) -> dict[str, Any]:
    """What a file of weights holds."""
    rng = np.random.default_rng(seed)

    def scaled(name: str, inputs: int, outputs: int, scale: float) -> dict[str, Any]:
        return {
            f"{name}_weights": rng.integers(-most, most + 1, (inputs, outputs)).astype(np.int16),
            f"{name}_bias": rng.integers(-2000, 2001, outputs).astype(np.int32),
            f"{name}_scale": np.full(outputs, scale, np.float32),
        }

    made: dict[str, Any] = {
        "rows": rng.integers(-3000, 3001, (ROWS, width)).astype(np.int16),
        "bias": rng.integers(-9000, 9001, width).astype(np.int64),
        "scale": np.float64(0.0007),
        "use_hashes": np.array(sorted(hash_of(w, 0) for w in ("mark", "paris")), np.uint32),
        "use_sets": np.array([0, 1], np.uint16),
        "use_masks": np.array([0b101, 1 << 63], np.uint64),
    }
    for number in range(len(dilations)):
        made |= scaled(f"inner{number}", 3 * width, inner, 0.013)
        made |= scaled(f"outer{number}", inner, width, 0.019)
    made |= scaled("last", width, len(CLASSES), 1.0)
    thresholds = dict.fromkeys(CLASSES[1:], least)
    facts = {
        "classes": CLASSES,
        "dilations": dilations,
        "largest": largest,
        "possible": possible,
        "thresholds": {"strict": thresholds, "balanced": {"PERSON": 10**9}},
    }
    made["facts"] = np.frombuffer(msgspec.json.encode(facts), np.uint8)
    return made


def model(**differently: Any) -> Model:
    return model_of(arrays(**differently))
