"""Weights that this code would not compute exactly, or not at all, are refused."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from clearshard.errors import ConfigError
from clearshard.tagger import model as module
from clearshard.tagger.model import model_of, read_model, tagger_path

from .making import arrays


def test_the_weights_of_this_release_are_read() -> None:
    made = read_model(tagger_path())
    assert set(made.facts.thresholds) == {"strict", "balanced"}
    assert {"PERSON", "LOCATION", "PHONE_NUMBER"} <= set(made.facts.thresholds["strict"])


def test_balanced_finds_nothing_that_strict_does_not() -> None:
    strict, balanced = (
        read_model(tagger_path()).facts.thresholds[p] for p in ("strict", "balanced")
    )
    assert all(strict[label] <= least for label, least in balanced.items())


def test_they_hold_no_text() -> None:
    """But the names of classes and settings: words are there as hashes, if at all."""
    with np.load(tagger_path(), allow_pickle=False) as made:
        assert {made[name].dtype.kind for name in made.files} <= set("iuf")
        facts = msgspec.json.decode(bytes(made["facts"]))
    assert set(facts) == {"classes", "dilations", "largest", "possible", "thresholds"}


def test_other_weights_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "tagger.npz"
    content = bytearray(tagger_path().read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="is not the model of this release"):
        read_model(path)


def test_weights_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read .*install again"):
        read_model(tmp_path / "none.npz")


def test_a_file_that_is_no_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "require_recorded", lambda *_: None)
    (tmp_path / "tagger.npz").write_bytes(b"no archive")
    with pytest.raises(ConfigError, match="cannot be used"):
        read_model(tmp_path / "tagger.npz")


def spoiled(name: str, value: Any) -> dict[str, Any]:
    return arrays() | {name: value}


@pytest.mark.parametrize(
    "made",
    [
        # 18 inputs of 1023 with weights of 1000 each are above 2**24.
        spoiled("inner1_weights", np.full((18, 5), 1000, np.int16)),
        spoiled("outer0_bias", np.full(6, 1 << 24, np.int32)),
        spoiled("last_weights", np.full((6, 3), 1, np.int16)),
        spoiled("inner0_weights", np.full((17, 5), 1, np.int16)),
        spoiled("outer2_weights", np.full((5, 7), 1, np.int16)),
        spoiled("rows", np.zeros((10, 6), np.int16)),
        spoiled("bias", np.zeros(5, np.int64)),
        spoiled("inner0_scale", np.ones(4, np.float32)),
    ],
    ids=["sums", "bias", "classes", "inputs", "outputs", "rows", "width", "scales"],
)
def test_weights_that_do_not_fit_are_refused(made: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        model_of(made)


def test_all_that_is_needed_must_be_there() -> None:
    for name in arrays():
        with pytest.raises(KeyError):
            model_of({key: value for key, value in arrays().items() if key != name})
