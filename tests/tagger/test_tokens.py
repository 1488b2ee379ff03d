"""Every letter of a text is in one token, and what belongs together is in the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.tagger.tokens import Kind, kind_of, tokens_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my name's O\u2019Brien", ["my", "name's", "O\u2019Brien"]),
        ("it is 4821-x", ["it", "is", "4", "8", "2", "1", "-", "x"]),
        ("yes\nno\n", ["yes", "\n", "no", "\n"]),
        ("'quoted'", ["'", "quoted", "'"]),
        # A letter and its mark are one, in either form.
        ("Jose\u0301 Jos\u00e9", ["Jose\u0301", "Jos\u00e9"]),
        ("ana_ruiz@x.de", ["ana", "_", "ruiz", "@", "x", ".", "de"]),
        ("\u0664\u0662", ["\u0664", "\u0662"]),
        ("", []),
    ],
)
def test_tokens(text: str, words: list[str]) -> None:
    assert tokens_of(text).words == words


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_has_the_tokens_that_it_has_among_other_text(text: str) -> None:
    plain, among = tokens_of(text), tokens_of(f"{text}\n\u00e9")
    assert (plain.words, plain.starts) == (among.words[:-2], among.starts[:-2])


@given(st.text())
def test_all_but_white_space_is_in_one_token_where_it_stands(text: str) -> None:
    tokens = tokens_of(text)
    place = 0
    for word, start in zip(tokens.words, tokens.starts, strict=True):
        assert start >= place
        between = text[place:start]
        assert "\n" not in between
        assert not between or between.isspace()
        assert text[start : start + len(word)] == word
        place = start + len(word)
    assert not text[place:].strip()


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("\n", Kind.END_OF_TURN),
        ("7", Kind.DIGIT),
        ("seven", Kind.NUMBER_WORD),
        ("nought", Kind.NUMBER_WORD),
        ("eighty", Kind.TEEN),
        ("double", Kind.TEEN),
        ("ninth", Kind.ORDINAL),
        ("j", Kind.LETTER),
        ("zulu", Kind.SPELLING),
        ("um", Kind.FILLER),
        ("milligrams", Kind.MEASURE),
        ("@", Kind.SIGN),
        ("kitchen", Kind.WORD),
    ],
)
def test_what_a_token_is(word: str, kind: Kind) -> None:
    assert kind_of(word) is kind
