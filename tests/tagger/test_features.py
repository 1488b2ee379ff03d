"""What a token is made of does not hang on the machine, and stays within the weights."""

from hypothesis import given
from hypothesis import strategies as st

from clearshard.tagger.features import ROWS, WHOLE, hash_of, rows_of
from clearshard.tagger.tokens import tokens_of

from .making import model

USES = model().table.uses


def test_hashes_are_the_same_everywhere() -> None:
    """The weights were made with them: another hash would be another language."""
    assert hash_of("mark", 0) == 0x6674F271
    assert hash_of("mark", 1) != hash_of("mark", 0)


def test_uses_are_those_of_the_word() -> None:
    found = {word: USES.of(word) for word in ("mark", "paris", "nobody", "")}
    assert sorted(found.values()) == [[], [], [0, 2], [63]]
    assert found["nobody"] == found[""] == []


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_token_has_rows_and_weights(text: str) -> None:
    for word in tokens_of(text).words:
        rows, weights = rows_of(word, USES)
        assert len(rows) == len(weights)
        assert all(0 <= row < ROWS for row in rows)
        assert all(0 < weight <= WHOLE for weight in weights)


def test_case_and_apostrophe_change_the_form_alone() -> None:
    small, large = rows_of("o'brien", USES)[0], rows_of("O\u2019Brien", USES)[0]
    assert len(small) == len(large)
    assert sum(one != two for one, two in zip(small, large, strict=True)) == 1


def test_a_long_word_has_no_more_parts_than_a_word_of_two_dozen_letters() -> None:
    assert len(rows_of("a" * 4000, USES)[0]) == len(rows_of("a" * 24, USES)[0])
