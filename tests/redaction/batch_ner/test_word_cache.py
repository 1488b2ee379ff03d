"""Texts put together from remembered pieces have spaCy's tokens."""

import random

import pytest
from spacy.language import Language

from clearshard.redaction.batch_ner.parameters import read_parameters
from clearshard.redaction.batch_ner.word_cache import SpecialCases, WordCache
from clearshard.redaction.batch_ner.word_types import WordTypes

SIGNS = list(".,;:!?()[]<>*-_/\\'\"\u2019=|^8dDpPxXoO03")


@pytest.fixture(scope="module")
def cache(nlp: Language) -> WordCache:
    parameters = read_parameters(nlp)
    types = WordTypes(parameters)
    return WordCache(nlp, SpecialCases(nlp.tokenizer), parameters.columns, types)


def test_special_cases_torn_apart_by_blanks(nlp: Language, cache: WordCache) -> None:
    rng = random.Random(5)
    texts = []
    for rule in sorted(nlp.tokenizer.rules):
        place = rng.randrange(len(rule) + 1)
        texts.append(f"so {rule[:place]} {rule[place:]} then")
        texts.append(f"{rng.choice(SIGNS)}{rule} {rng.choice(SIGNS)}{rng.choice(texts)[3:]}")
        texts.append("".join(rng.choice([*SIGNS, " ", " ", "it"]) for _ in range(12)))
    tokens = cache.tokens(texts)
    docs = [nlp.make_doc(text) for text in texts]
    assert tokens.words == [token.text for doc in docs for token in doc]
    assert tokens.starts.tolist() == [token.idx for doc in docs for token in doc]
    assert tokens.counts.tolist() == [len(doc) for doc in docs]
    assert tokens.spaces.tolist() == [token.is_space for doc in docs for token in doc]


def test_tokens_that_look_the_same_have_one_type(cache: WordCache) -> None:
    types = cache.tokens(["Anna saw Anna", "Anna ran"]).types.tolist()
    assert types[0] == types[2] == types[3]
    assert types[1] != types[4]


def test_whole_texts_are_not_remembered(cache: WordCache) -> None:
    cache.tokens(["plain words"])
    before = len(cache), len(cache._words), len(cache._tokens), len(cache._pieces)
    tokens = cache.tokens(["two  blanks\nand a line", "plain words"])
    assert tokens.words == ["two", " ", "blanks", "\n", "and", "a", "line", "plain", "words"]
    assert (len(cache), len(cache._words), len(cache._tokens), len(cache._pieces)) == before
