"""The type carries the safety: only redaction makes a `RedactedTranscript`."""

import ast
import copy
import pickle
from pathlib import Path

import pytest

import clearshard
from clearshard.records.transcript import RedactedTranscript
from clearshard.redaction.apply import apply

from .making import transcript

SEALED = apply(transcript("hello there"), [], [])


def test_it_cannot_be_constructed() -> None:
    with pytest.raises(TypeError):
        RedactedTranscript()


def test_it_cannot_be_copied_pickled_or_changed() -> None:
    with pytest.raises(TypeError):
        copy.copy(SEALED)
    with pytest.raises(TypeError):
        copy.deepcopy(SEALED)
    with pytest.raises(TypeError):
        pickle.dumps(SEALED)
    with pytest.raises(AttributeError):
        SEALED.text = "other"
    assert not hasattr(SEALED, "__dict__")


def test_pickle_that_names_it_does_not_make_one() -> None:
    named = b"cclearshard.records.transcript\nRedactedTranscript\n)R."
    with pytest.raises(TypeError):
        pickle.loads(named)


def test_apply_alone_seals() -> None:
    """Nobody else names `_sealed`, nor makes one behind the constructor's back."""
    root = Path(clearshard.__file__).parent
    callers = []
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = getattr(node, "attr", None) == "_sealed" or (
                isinstance(node, ast.Constant) and node.value == "_sealed"
            )
            made = (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == "__new__"
                and path != root / "records" / "transcript.py"
            )
            if named or made:
                callers.append(path.relative_to(root).as_posix())
    assert callers == ["redaction/apply.py"]
