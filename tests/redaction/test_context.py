"""Context words: the scores of stock Presidio, in linear time, and no ties left to chance."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st
from presidio_analyzer import AnalysisExplanation, RecognizerResult
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from spacy.language import Language

from pipeline.redaction.context import Artifacts, Context
from pipeline.redaction.ner import TurnwiseNlp


class Looker:
    """As much of a recognizer as an enhancer looks at."""

    def __init__(self, name: str, context: list[str]) -> None:
        self.id = self.name = name
        self.context = context


def result(start: int, end: int, score: float, by: str, kind: str = "X") -> RecognizerResult:
    return RecognizerResult(
        kind,
        start,
        end,
        score,
        AnalysisExplanation(by, score),
        {
            RecognizerResult.RECOGNIZER_NAME_KEY: by,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: by,
        },
    )


def read(words: list[str], nlp: Language) -> tuple[str, Artifacts]:
    starts, place = [], 0
    for word in words:
        starts.append(place)
        place += len(word) + 1
    return " ".join(words), Artifacts([], words, starts, TurnwiseNlp(nlp), "en")


WORDS = ["the", "of", "phone", "Card", "is", "a", "12345", "my:card", "yes", ",", "number", "to"]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=25),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=6, unique=True),
)
def test_scores_are_those_of_presidio(
    nlp: Language, words: list[str], places: list[tuple[int, int]]
) -> None:
    text, artifacts = read(words, nlp)
    results = [
        result(start, min(len(text), start + length), 0.2, by)
        for start, length in places
        for by in ("a", "b")
        if start < len(text)
    ]
    lookers = [Looker("a", ["card", "phone"]), Looker("b", [])]
    stock = LemmaContextAwareEnhancer().enhance_using_context(text, results, artifacts, lookers)
    ours = Context().enhance_using_context(text, results, artifacts, lookers)
    best: dict[tuple[int, int], float] = {}
    for x in stock:
        best[x.start, x.end] = max(best.get((x.start, x.end), 0), x.score)
    assert {(x.start, x.end): x.score for x in ours} == best


def test_no_tokens(nlp: Language) -> None:
    text, artifacts = read([], nlp)
    (found,) = Context().enhance_using_context(
        text, [result(0, 0, 0.2, "a")], artifacts, [Looker("a", ["card"])]
    )
    assert found.score == 0.2


def test_of_results_that_tie_the_same_one_is_kept_whatever_their_order(nlp: Language) -> None:
    text, artifacts = read(["12345"], nlp)
    tied = [result(0, 5, 0.5, "b"), result(0, 5, 0.5, "a"), result(0, 5, 0.4, "0")]
    for order in (tied, tied[::-1], [tied[1], tied[2], tied[0]]):
        (kept,) = Context().enhance_using_context(text, order, artifacts, [])
        assert kept.recognition_metadata[RecognizerResult.RECOGNIZER_NAME_KEY] == "a"


def test_many_results_take_linear_time(nlp: Language) -> None:
    text, artifacts = read(["the"] * 100_000, nlp)
    results = [result(4 * i, 4 * i + 3, 0.2, "a") for i in range(0, 100_000, 20)]
    started = time.process_time()
    Context().enhance_using_context(text, results, artifacts, [Looker("a", ["card"])])
    assert time.process_time() - started < 4
