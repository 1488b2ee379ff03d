"""Context words: the scores of stock Presidio, in linear time."""

from hypothesis import given, settings
from hypothesis import strategies as st
from presidio_analyzer import AnalysisExplanation, RecognizerResult
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

from clearshard.redaction.context import Words, score_in_context
from clearshard.redaction.entities import Reading
from clearshard.redaction.patterns import Hit

from ..effort import MOST_GROWTH, growth
from .presidio import artifacts


class Looker:
    """As much of a recognizer as an enhancer looks at."""

    def __init__(self, context: list[str]) -> None:
        self.id = self.name = "looker"
        self.context = context


def hit(start: int, end: int, score: float, context: tuple[str, ...]) -> Hit:
    return Hit(start, end, "X", score, "looker", context)


def read(words: list[str]) -> tuple[str, Reading]:
    starts, place = [], 0
    for word in words:
        starts.append(place)
        place += len(word) + 1
    return " ".join(words), Reading([], words, starts)


WORDS = ["the", "of", "phone", "Card", "is", "a", "12345", "my:card", "yes", ",", "number", "to"]


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from([*WORDS, "$", "The", "cards", "..."]), min_size=1, max_size=25),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=6, unique=True),
    st.sampled_from([("card", "Phone"), ("umb",), ()]),
)
def test_scores_are_those_of_presidio(
    words: list[str], places: list[tuple[int, int]], context: tuple[str, ...]
) -> None:
    text, reading = read(words)
    looked_for = [
        hit(start, min(len(text), start + length), 0.2, context)
        for start, length in places
        if start < len(text)
    ]
    stock = LemmaContextAwareEnhancer().enhance_using_context(
        text,
        [
            RecognizerResult(
                h.entity_type,
                h.start,
                h.end,
                h.score,
                AnalysisExplanation("looker", h.score),
                {
                    RecognizerResult.RECOGNIZER_NAME_KEY: "looker",
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: "looker",
                },
            )
            for h in looked_for
        ],
        artifacts([reading], [0]),
        [Looker(list(context))],
    )
    said = Words.read([reading], [0])
    assert [score_in_context(h, said) for h in looked_for] == [result.score for result in stock]


def test_no_words() -> None:
    assert score_in_context(hit(0, 0, 0.2, ("card",)), Words([], [])) == 0.2


def test_words_of_all_ranges_count() -> None:
    _, question = read(["your", "card", "number"])
    _, answer = read(["12345"])
    said = Words.read([question, answer], [0, 17])
    assert score_in_context(hit(17, 22, 0.01, ("card",)), said) == 0.4


def test_words_of_a_text_that_no_ner_has_read() -> None:
    text = "What's your card's number?\nIt is 12345."
    said = Words.said(text)
    assert said.around(text.index("12345")) == ["s", "card", "s", "number", "12345", "12345"]
    assert said.around(text.index("card")) == ["s", "card", "card"]


def test_many_hits_take_linear_time() -> None:
    def work(words: int) -> None:
        _, reading = read(["the"] * words)
        said = Words.read([reading], [0])
        for i in range(0, words, 20):
            score_in_context(hit(4 * i, 4 * i + 3, 0.2, ("card",)), said)

    assert growth(work, 2_000) <= MOST_GROWTH
