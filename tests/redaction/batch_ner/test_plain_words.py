"""Words that need no tokenizer are those of which its patterns say so, and no others."""

import random
import re
import string
from functools import cache

import pytest
import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

from clearshard.redaction.batch_ner.parameters import read_parameters
from clearshard.redaction.batch_ner.plain_words import leaves_letters_whole
from clearshard.redaction.batch_ner.word_cache import SpecialCases, WordCache
from clearshard.redaction.batch_ner.word_types import WordTypes

from .making import recognizer


def words(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    letters = string.ascii_lowercase * 3 + string.ascii_uppercase
    return ["".join(rng.choices(letters, k=rng.randint(1, 9))) for _ in range(count)]


def cache_of(nlp: Language) -> WordCache:
    parameters = read_parameters(nlp)
    types = WordTypes(parameters)
    return WordCache(nlp, SpecialCases(nlp.tokenizer), parameters.columns, types)


@cache
def blank_english() -> Language:
    """Made once: tokenizers take its words and patterns, and change neither."""
    return spacy.blank("en")


def with_patterns(
    prefixes: tuple[str, ...] = (), suffixes: tuple[str, ...] = (), infixes: tuple[str, ...] = ()
) -> Tokenizer:
    english = blank_english()
    defaults = english.Defaults
    return Tokenizer(
        english.vocab,
        prefix_search=compile_prefix_regex([*(defaults.prefixes or ()), *prefixes]).search,
        suffix_search=compile_suffix_regex([*(defaults.suffixes or ()), *suffixes]).search,
        infix_finditer=compile_infix_regex([*(defaults.infixes or ()), *infixes]).finditer,
    )


def test_english_leaves_letters_whole(nlp: Language) -> None:
    assert leaves_letters_whole(nlp.tokenizer)
    assert leaves_letters_whole(with_patterns())


@pytest.mark.parametrize(
    "pattern",
    ["un", "(?:-|x)", "[-a-c]", "[^0-9]", ".", r"\w", "-?z", "(?i:\u017f)", r"(?<!\d)e", "(?=k)"],
)
def test_a_pattern_that_sees_letters_is_found_out(pattern: str) -> None:
    assert not leaves_letters_whole(with_patterns(infixes=(pattern,)))
    assert not leaves_letters_whole(with_patterns(prefixes=(pattern,)))


@pytest.mark.parametrize(
    "pattern", [r"(?<=\d)km", "(?:-|x+[0-9])", "(?:abc=)+", r"[\d\s]", "a(?=:)"]
)
def test_a_pattern_that_needs_more_is_none(pattern: str) -> None:
    assert leaves_letters_whole(with_patterns(suffixes=(pattern,)))
    assert leaves_letters_whole(with_patterns(infixes=(pattern,)))


def test_what_cannot_be_read_is_not_relied_on() -> None:
    vocab = blank_english().vocab
    assert not leaves_letters_whole(Tokenizer(vocab, prefix_search=lambda _: None))
    ignoring = re.compile("\u017f", re.IGNORECASE)
    assert not leaves_letters_whole(Tokenizer(vocab, prefix_search=ignoring.search))


@pytest.mark.parametrize("attributes", [["ORTH", "LOWER"], ["NORM", "PREFIX", "SUFFIX", "SHAPE"]])
def test_types_are_those_of_the_tokenizer(attributes: list[str]) -> None:
    embed = {"@architectures": "spacy.MultiHashEmbed.v2", "width": 16, "attrs": attributes}
    embed |= {"rows": [90] * len(attributes), "include_static_vectors": False}
    encode = {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": 16, "depth": 2}
    encode |= {"window_size": 1, "maxout_pieces": 2}
    nlp = recognizer(
        tok2vec={"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}
    )
    # Some are symbols of spaCy, whose numbers are no hashes.
    said = [*words(400, 3), "ORTH", "X", "nsubj", "cannot", "dont", "im", "Ill", "x" * 200]
    asked = cache_of(nlp)
    asked._leaves_letters_whole = False
    text = " ".join(said)
    told = cache_of(nlp)
    # The tokenizer's types first: what the shortcut makes of the words must be known already.
    by_tokenizer = asked.tokens([text])
    told._types = asked._types
    before = len(asked._types)
    by_letters = told.tokens([text])
    assert len(asked._types) == before
    assert by_letters.types.tolist() == by_tokenizer.types.tolist()
    assert by_letters.words == by_tokenizer.words == [t.text for t in nlp.make_doc(text)]


def test_a_tokenizer_that_cuts_letters_is_asked(nlp: Language) -> None:
    cutting = recognizer()
    cutting.tokenizer.infix_finditer = re.compile("(?<=[a-z])[A-Z]").finditer
    text = "oneTwo three"
    assert cache_of(cutting).tokens([text]).words == [t.text for t in cutting.make_doc(text)]
    assert len(cache_of(cutting).tokens([text]).words) > 2


def test_words_of_letters_leave_nothing_in_the_vocabulary(nlp: Language) -> None:
    cache = cache_of(nlp)
    strings = cache._tokenizer.vocab.strings
    before = len(strings)
    cache.tokens([" ".join(words(300, 5))])
    assert cache.vocabulary_size < 10
    assert len(strings) < before + 10
