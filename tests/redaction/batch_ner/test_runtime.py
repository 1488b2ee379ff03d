"""The runtime finds what spaCy finds, in any text, with any weights of the form it computes."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from clearshard.redaction.batch_ner import runtime
from clearshard.redaction.batch_ner.runtime import BatchNer
from clearshard.redaction.entities import Entity

from .making import LABELS, of_spacy, recognizer, tok2vec, turns

ODD = ["", " ", "\n", "\u00a0 \u2003", "Anna", "?", "\U0001f600", "\u200b", "x\x00y", "  Rome  "]
ODD += ["in  Paris\non Monday ", "word " * 3000, "Ann\tLee", "London", "it 's 5 pm", ": )", "a .m."]
WORDS = st.sampled_from(
    [
        "Anna",
        "Lee",
        "on",
        "Monday",
        "in",
        "Paris",
        "at",
        "5pm",
        "she's",
        "Mr.",
        "(",
        ":-)",
        "\n",
        "é",
    ]
)
TEXT = st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=14).map(" ".join)


@pytest.fixture(scope="module")
def ner(nlp: Language) -> BatchNer:
    return BatchNer(nlp)


def assert_same(nlp: Language, ner: BatchNer, texts: list[str]) -> int:
    """Tokens and entities are spaCy's. How many entities there are."""
    readings = ner.read(texts)
    expected = of_spacy(nlp, texts)
    assert [reading.entities for reading in readings] == expected
    for text, reading in zip(texts, readings, strict=True):
        doc = nlp.make_doc(text)
        assert reading.words == [token.text for token in doc]
        assert reading.starts == [token.idx for token in doc]
    return sum(len(entities) for entities in expected)


def test_same_as_spacy_on_calls(nlp: Language, ner: BatchNer) -> None:
    assert assert_same(nlp, ner, turns(6000)) > 400


def test_same_as_spacy_on_odd_texts(nlp: Language, ner: BatchNer) -> None:
    assert assert_same(nlp, ner, ODD) > 3


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(TEXT, max_size=6))
def test_same_as_spacy_on_any_text(nlp: Language, ner: BatchNer, texts: list[str]) -> None:
    assert_same(nlp, ner, texts)


@pytest.mark.parametrize(
    ("width", "depth", "pieces", "hidden", "parser_pieces"),
    [(16, 1, 2, 8, 1), (16, 2, 1, 8, 2), (24, 3, 2, 12, 3), (128, 4, 3, 64, 2), (8, 6, 4, 16, 2)],
)
def test_same_as_spacy_with_chance_weights(
    width: int, depth: int, pieces: int, hidden: int, parser_pieces: int
) -> None:
    nlp = recognizer(
        width,
        tok2vec=tok2vec(width, depth, pieces),
        hidden=hidden,
        pieces=parser_pieces,
    )
    texts = turns(800)
    # Chance weights begin entities anywhere, so that all that spaCy forbids comes up.
    blanks = random.Random(2)
    texts += [
        "".join(w + blanks.choice([" ", "  ", "\n", " \t "]) for w in t.split()) for t in texts
    ]
    assert assert_same(nlp, BatchNer(nlp), texts + ODD) > 200


def test_same_as_spacy_with_other_attributes() -> None:
    embed = {"@architectures": "spacy.MultiHashEmbed.v2", "width": 16, "attrs": ["ORTH", "LOWER"]}
    encode = {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": 16, "depth": 2}
    for attributes in (["ORTH"], ["SHAPE", "LOWER"]):
        embed |= {"attrs": attributes, "rows": [90] * len(attributes)}
        nlp = recognizer(
            tok2vec={
                "@architectures": "spacy.Tok2Vec.v2",
                "embed": {**embed, "include_static_vectors": False},
                "encode": {**encode, "window_size": 1, "maxout_pieces": 2},
            }
        )
        assert assert_same(nlp, BatchNer(nlp), turns(600)) > 50


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_BATCH_CHARACTERS", 500)
    monkeypatch.setattr(runtime, "_MAX_SLOTS", 20)
    nlp = recognizer()
    ner = BatchNer(nlp, max_types=150, max_words=150)
    assert_same(nlp, ner, turns(1500))
    # No more than the limit and what one batch adds.
    assert len(ner._types) < 300
    assert len(ner._words) < 300
    assert len(ner._encoder._first._embedded) < 150


def test_vocabulary_does_not_grow(nlp: Language, ner: BatchNer) -> None:
    strings, lexemes = len(nlp.vocab.strings), nlp.vocab.length
    ner.read([f"Blorp{number} is xyz{number}-ish" for number in range(500)])
    assert len(nlp.vocab.strings) == strings
    # A text that spaCy reads itself may add some: it counts transient ones and never uncounts.
    assert nlp.vocab.length - lexemes <= 20


def test_words_of_texts_that_are_not_taken_apart_are_forgotten_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runtime, "_BATCH_CHARACTERS", 500)
    ner = BatchNer(recognizer(), max_words=150)
    for number in range(60):
        ner.read([f"blorp{number}{letter}  xyz{number}{letter}" for letter in "abcdefgh"])
        assert ner._words.vocabulary_size < 300


def test_runs_within_a_memory_zone_of_the_caller(nlp: Language, ner: BatchNer) -> None:
    with nlp.memory_zone():
        inside = ner.entities(["Anna Lee from Zzyzx went to Paris"])
    assert inside == ner.entities(["Anna Lee from Zzyzx went to Paris"])


def test_texts_in_which_actions_tie_are_left_to_spacy(monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = recognizer()
    upper = nlp.get_pipe("ner").model.get_ref("upper")
    names = [nlp.get_pipe("ner").moves.get_class_name(i) for i in range(upper.get_dim("nO"))]
    for move in "BILU":
        first, second = (names.index(f"{move}-{label}") for label in LABELS[:2])
        upper.get_param("W")[first] = upper.get_param("W")[second]
        upper.get_param("b")[first] = upper.get_param("b")[second]
    ner = BatchNer(nlp)
    asked: list[str] = []

    def by_spacy(text: str) -> list[Entity]:
        asked.append(text)
        return BatchNer._by_spacy(ner, text)

    monkeypatch.setattr(ner, "_by_spacy", by_spacy)
    texts = turns(400)
    assert ner.entities(texts) == of_spacy(nlp, texts)
    assert asked


def test_spacys_limit_of_length_holds(nlp: Language, ner: BatchNer) -> None:
    with pytest.raises(ValueError, match="max_length"):
        ner.read(["a " * (nlp.max_length // 2 + 1)])
    assert ner.entities(["Anna Lee"]) == of_spacy(nlp, ["Anna Lee"])


def test_no_texts(ner: BatchNer) -> None:
    assert ner.read([]) == []
    assert ner.read([""])[0].words == []
