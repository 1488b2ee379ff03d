"""Words in no dictionary are personal data only where they could be."""

import pytest

from clearshard.records.transcript import Span
from clearshard.redaction.recognized import recognized
from clearshard.redaction.step_kinds import Seen


def left(possible: list[tuple[int, int]] | None, *ranges: tuple[int, int]) -> list[tuple[int, int]]:
    hits = [Span(*place, "UNKNOWN_WORD", 0.4, "test") for place in ranges]
    seen = Seen("x" * 40, [], [*hits, Span(0, 40, "URL", 0.5, "test")], possible)
    found = list(recognized(seen))
    assert found[-1].entity_type == "URL"
    return [(span.start, span.end) for span in found[:-1]]


@pytest.mark.parametrize(
    ("possible", "expected"),
    [
        ([], []),
        ([(0, 3)], []),
        ([(0, 5)], [(4, 9)]),
        ([(8, 20)], [(4, 9), (12, 15)]),
        ([(9, 12)], []),
        ([(0, 2), (5, 6), (14, 30)], [(4, 9), (12, 15)]),
        (None, [(4, 9), (12, 15)]),
    ],
)
def test_words_that_could_be_personal_stay(
    possible: list[tuple[int, int]] | None, expected: list[tuple[int, int]]
) -> None:
    assert left(possible, (4, 9), (12, 15)) == expected


@pytest.mark.parametrize(
    ("text", "word", "stays"),
    [
        ("take metformin twice", "metformin", True),
        ("take Metformin twice", "Metformin", True),
        # No drug and no jargon, whatever the tagger takes it for.
        ("take wexbr\u00edge twice", "wexbr\u00edge", False),
        ("it is jl@(qlqrq) ok", "qlqrq", False),
        ("it is qlqrq@ ok", "qlqrq", False),
        ("it is qlqrq ok jl@x", "qlqrq", True),
    ],
)
def test_only_plain_words_stay_for_not_being_possible(text: str, word: str, stays: bool) -> None:
    start = text.index(word)
    hit = Span(start, start + len(word), "UNKNOWN_WORD", 0.4, "test")
    assert list(recognized(Seen(text, [], [hit], []))) == ([] if stays else [hit])
