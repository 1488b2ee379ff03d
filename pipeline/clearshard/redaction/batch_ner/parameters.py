"""The weights of a spaCy entity recognizer, and whether this runtime can stand in for it.

The network is spaCy's `TransitionBasedParser` over `HashEmbedCNN` (or the same two halves by hand,
`MultiHashEmbed` and `MaxoutWindowEncoder`), as in `en_core_web_sm`. Whatever differs in structure,
state or surroundings is refused with a reason: the caller then lets spaCy run it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from spacy.tokenizer import Tokenizer

Floats = npt.NDArray[np.float32]

#: Attributes of a token that depend on nothing but its spelling and the tokenizer's exceptions.
_OF_THE_WORD = frozenset(("ORTH", "LOWER", "NORM", "PREFIX", "SUFFIX", "SHAPE"))
#: The first token of the buffer, the first of the open entity, and the one before the buffer.
_STATE_FEATURES = 3
_MOVES = frozenset("BILU")


class Unsupported(Exception):
    """The recognizer is not of the form that this runtime computes; the message says why."""


@dataclass(frozen=True, slots=True)
class HashTable:
    """One hashed embedding table.

    Attributes:
        column: Which of the word's attributes it embeds.
        seed: Of the hash that picks four rows.
        rows: float32 [rows, width].
    """

    column: int
    seed: int
    rows: Floats


@dataclass(frozen=True, slots=True)
class MaxoutLayer:
    """Affine, maximum over pieces, layer normalisation.

    Attributes:
        weights: float32 [width out, pieces, width in].
        bias: float32 [width out, pieces].
        gain: float32 [width out], of the normalisation.
        shift: float32 [width out], of the normalisation.
    """

    weights: Floats
    bias: Floats
    gain: Floats
    shift: Floats


@dataclass(frozen=True, slots=True)
class NerParameters:
    """All that decides which entities a recognizer finds.

    Attributes:
        columns: The attributes of a word that are embedded, as spaCy names them.
        tables: Their embedding tables.
        mix: From the concatenated embeddings to the width of the encoder.
        encoder: Residual layers, each over a window of three tokens (input: left, own, right).
        linear: float32 [features, width], from the encoder to the state's features.
        linear_bias: float32 [features].
        lower: float32 [state features, hidden, pieces, features].
        lower_bias: float32 [hidden, pieces].
        lower_missing: float32 [state features, hidden, pieces], in place of an absent feature.
        upper: float32 [actions, hidden].
        upper_bias: float32 [actions].
        actions: Name of each action: `B-PERSON`, `I-…`, `L-…`, `U-…` or `O`.
    """

    columns: tuple[str, ...]
    tables: tuple[HashTable, ...]
    mix: MaxoutLayer
    encoder: tuple[MaxoutLayer, ...]
    linear: Floats
    linear_bias: Floats
    lower: Floats
    lower_bias: Floats
    lower_missing: Floats
    upper: Floats
    upper_bias: Floats
    actions: tuple[str, ...]


def read_parameters(nlp: Language) -> NerParameters:
    """The weights of the one recognizer of a pipeline.

    Args:
        nlp: A pipeline with nothing in it but an entity recognizer.

    Raises:
        Unsupported: It is not exactly what this runtime computes.
    """
    pipe = _only_recognizer(nlp)
    tok2vec, lower, upper = _parts_of_parser(pipe.model)
    embed, encode, linear = _parts_of_tok2vec(tok2vec)
    columns, tables, mix = _embedding(embed)
    encoder = _encoder(encode)
    missing = _weights(lower, "pad")
    parameters = NerParameters(
        columns=columns,
        tables=tables,
        mix=mix,
        encoder=encoder,
        linear=_weights(linear, "W"),
        linear_bias=_weights(linear, "b"),
        lower=_weights(lower, "W"),
        lower_bias=_weights(lower, "b"),
        lower_missing=missing.reshape(missing.shape[1:]),
        upper=_weights(upper, "W"),
        upper_bias=_weights(upper, "b"),
        actions=tuple(pipe.moves.get_class_name(i) for i in range(pipe.moves.n_moves)),
    )
    _expect_shapes(parameters)
    return parameters


def _only_recognizer(nlp: Language) -> EntityRecognizer:
    if len(nlp.pipe_names) != 1:
        raise Unsupported(f"the pipeline has {len(nlp.pipe_names)} pipes, not one")
    if type(nlp.tokenizer) is not Tokenizer:
        raise Unsupported(f"tokenizer {type(nlp.tokenizer).__name__}")
    pipe = nlp.get_pipe(nlp.pipe_names[0])
    if type(pipe) is not EntityRecognizer:
        raise Unsupported(f"pipe {type(pipe).__name__}")
    if pipe.cfg.get("beam_width", 1) != 1:
        raise Unsupported("beam search")
    if pipe.postprocesses:
        raise Unsupported("post-processing hooks")
    return pipe


def _parts_of_parser(model: Any) -> tuple[Any, Any, Any]:
    if model.name != "parser_model" or not model.attrs.get("has_upper"):
        raise Unsupported("parser without an upper layer")
    if model.attrs.get("unseen_classes"):
        raise Unsupported("labels that were added after training")
    tok2vec, lower, upper = model.layers
    if lower.name != "precomputable_affine" or upper.name != "linear":
        raise Unsupported(f"parser layers {lower.name}, {upper.name}")
    features = lower.get_dim("nF")
    if features != _STATE_FEATURES:
        raise Unsupported(f"{features} state features, not {_STATE_FEATURES}")
    return tok2vec, lower, upper


def _parts_of_tok2vec(model: Any) -> tuple[Any, Any, Any]:
    steps = list(_steps(model))
    names = [_kind(step) for step in steps]
    expected = ["extract_features", "list2ragged", "with_array", "with_array", "ragged2list"]
    if names != [*expected, "with_array", "list2array", "linear"]:
        raise Unsupported(f"tok2vec of {' '.join(names)}")
    return steps[:4], steps[5], steps[7]


def _embedding(
    steps: Sequence[Any],
) -> tuple[tuple[str, ...], tuple[HashTable, ...], MaxoutLayer]:
    columns = tuple(str(c) for c in steps[0].attrs["columns"])
    if foreign := sorted(set(columns) - _OF_THE_WORD):
        raise Unsupported(f"embedded attributes {', '.join(foreign)}")
    (joined,) = steps[2].layers
    # thinc joins one table with nothing by not joining it.
    branches = [joined] if _kind(joined) == "ints-getitem" or _is_chain(joined) else joined.layers
    return columns, tuple(_table(branch) for branch in branches), _maxout(steps[3].layers[0])


def _table(branch: Any) -> HashTable:
    steps = list(_steps(branch))
    if [_kind(step) for step in steps] != ["ints-getitem", "hashembed"]:
        raise Unsupported(f"embedding of {' '.join(_kind(step) for step in steps)}")
    getitem, embed = steps
    rows, column = getitem.attrs["index"]
    if rows != slice(0, None):
        raise Unsupported("embedding of some tokens only")
    return HashTable(int(column), int(embed.attrs["seed"]), _weights(embed, "E"))


def _encoder(model: Any) -> tuple[MaxoutLayer, ...]:
    residuals = list(_steps(model.layers[0]))
    if model.attrs.get("pad") != len(residuals):
        raise Unsupported(f"{len(residuals)} layers with padding of {model.attrs.get('pad')}")
    return tuple(_residual(layer) for layer in residuals)


def _residual(model: Any) -> MaxoutLayer:
    if _kind(model) != "residual":
        raise Unsupported(f"encoder layer {_kind(model)}")
    window, *rest = _steps(model.layers[0])
    if window.name != "expand_window" or window.attrs["window_size"] != 1:
        raise Unsupported(f"encoder layer of {window.name}, window {window.attrs}")
    return _maxout_of(rest)


def _maxout(model: Any) -> MaxoutLayer:
    return _maxout_of(list(_steps(model)))


def _maxout_of(steps: Sequence[Any]) -> MaxoutLayer:
    if [step.name for step in steps] != ["maxout", "layernorm", "dropout"]:
        raise Unsupported(f"layer of {' '.join(step.name for step in steps)}")
    affine, norm, _ = steps
    return MaxoutLayer(
        _weights(affine, "W"), _weights(affine, "b"), _weights(norm, "G"), _weights(norm, "b")
    )


def _steps(model: Any) -> Iterator[Any]:
    """The layers that run one after the other, chains within chains unrolled."""
    if _is_chain(model):
        for layer in model.layers:
            yield from _steps(layer)
    else:
        yield model


def _is_chain(model: Any) -> bool:
    # thinc names a chain after its layers; `chain` is the only combinator that does so with `>>`
    # outside of brackets and outside of a concatenation.
    return bool(model.layers) and model.name == ">>".join(layer.name for layer in model.layers)


def _kind(model: Any) -> str:
    return str(model.name).partition("(")[0]


def _weights(model: Any, name: str) -> Floats:
    weights = model.get_param(name)
    if not isinstance(weights, np.ndarray) or weights.dtype != np.float32:
        raise Unsupported(f"weights of {model.name} are no float32 in this process's memory")
    return weights


def _expect_shapes(p: NerParameters) -> None:
    width = p.mix.weights.shape[0]
    hidden, pieces = p.lower_bias.shape
    features = p.linear.shape[0]
    embedded = sum(table.rows.shape[1] for table in p.tables)
    sound = (
        all(0 <= table.column < len(p.columns) for table in p.tables)
        and p.mix.weights.shape[2] == embedded
        and all(layer.weights.shape[::2] == (width, 3 * width) for layer in p.encoder)
        and p.linear.shape == (features, width)
        and p.lower.shape == (_STATE_FEATURES, hidden, pieces, features)
        and p.lower_missing.shape == (_STATE_FEATURES, hidden, pieces)
        and p.upper.shape == (len(p.actions), hidden)
        and bool(p.encoder)
    )
    if not sound:
        raise Unsupported("shapes of the layers do not fit together")
    labels = [action for action in p.actions if action not in ("O", "U-")]
    moves = {(action[0], action[2:]) for action in labels if action[1:2] == "-"}
    named = {label for _, label in moves}
    if (
        "O" not in p.actions
        or len(moves) != len(labels)
        or moves != {(move, label) for move in _MOVES for label in named}
        or not named
    ):
        raise Unsupported("actions other than B, I, L and U of each label, and O")
