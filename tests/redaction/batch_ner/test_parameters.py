"""What is not exactly the network that the runtime computes is refused, with a reason."""

from collections.abc import Callable

import pytest
import spacy
from spacy.language import Language

from clearshard.redaction.batch_ner.parameters import Unsupported
from clearshard.redaction.batch_ner.runtime import BatchNer, supports

from .making import LABELS, recognizer, tok2vec


def listening() -> Language:
    nlp = spacy.blank("en")
    shared = {"@architectures": "spacy.Tok2VecListener.v1", "width": 16}
    nlp.add_pipe("tok2vec", config={"model": tok2vec()})
    nlp.add_pipe("ner", config={"model": {"tok2vec": shared}}).add_label(LABELS[0])
    nlp.initialize()
    return nlp


def listening_to_nobody() -> Language:
    nlp = listening()
    nlp.remove_pipe("tok2vec")
    return nlp


def with_a_sentencizer() -> Language:
    nlp = recognizer()
    nlp.add_pipe("sentencizer", first=True)
    return nlp


def with_another_tokenizer() -> Language:
    nlp = recognizer()
    tokenizer = nlp.tokenizer
    nlp.tokenizer = lambda text: tokenizer(text)
    return nlp


def with_a_late_label() -> Language:
    nlp = recognizer()
    nlp.get_pipe("ner").add_label("LATER")
    return nlp


def with_a_window_of_five() -> Language:
    return recognizer(tok2vec=tok2vec(window_size=2))


def with_a_special_case_over_a_line() -> Language:
    nlp = recognizer()
    nlp.tokenizer.add_special_case("a\n\nb", [{"ORTH": "a\n\nb"}])
    return nlp


CASES: list[tuple[Callable[[], Language], str]] = [
    (listening, "2 pipes"),
    (listening_to_nobody, "tok2vec of"),
    (with_a_sentencizer, "2 pipes"),
    (with_another_tokenizer, "tokenizer function"),
    (with_a_late_label, "labels that were added"),
    (with_a_window_of_five, "padding of 4"),
    (with_a_special_case_over_a_line, "special case"),
    (lambda: recognizer(factory="beam_ner"), "beam"),
    (lambda: recognizer(extra_state_tokens=True), "6 state features"),
    (lambda: recognizer(use_upper=False), "upper"),
    (lambda: spacy.blank("en"), "0 pipes"),
]


@pytest.mark.parametrize(("make", "reason"), CASES)
def test_refused(make: Callable[[], Language], reason: str) -> None:
    nlp = make()
    assert reason in str(supports(nlp))
    with pytest.raises(Unsupported, match=reason):
        BatchNer(nlp)


def test_supported(nlp: Language) -> None:
    assert supports(nlp) is None
    assert supports(recognizer()) is None
