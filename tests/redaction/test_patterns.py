"""Each recognizer looks only where it can find something, and finds the same as everywhere."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from presidio_analyzer import Pattern, PatternRecognizer

from clearshard.recognizers.fail_closed import PatternTimeout
from clearshard.recognizers.gate import Extent, Gate, gate_of
from clearshard.recognizers.table import recognizers_of
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.redaction import patterns as module
from clearshard.redaction.patterns import Patterns


class Watched(PatternRecognizer):  # type: ignore[misc]  # untyped base
    """Remembers what it was given to read."""

    def __init__(self, regex: str, kind: str = "X") -> None:
        super().__init__(kind, name=f"by {regex}", patterns=[Pattern("p", regex, 0.5)])
        self.read: list[str] = []
        self.gate = gate_of(PatternRecognizer(kind, patterns=[Pattern("p", regex, 0.5)]))

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> Any:
        self.read.append(text)
        return super().analyze(text, entities, nlp_artifacts)


def found(patterns: Patterns, texts: list[str]) -> list[set[tuple[int, int]]]:
    result = []
    for hits in patterns.find(texts):
        assert not isinstance(hits, Quarantine)
        result.append({(hit.start, hit.end) for hit in hits})
    return result


def test_chunks_without_a_sign_are_not_read() -> None:
    watched = Watched(r"\d\d")
    texts = ["no\nthere are x12 of them\nno", "nothing", "34\n5"]
    assert found(Patterns([watched], ["X"]), texts) == [{(14, 16)}, set(), {(0, 2)}]
    assert watched.read == ["x12\n34"]


def test_lines_without_a_sign_are_not_read() -> None:
    watched = Watched(r"\d\d \w")
    texts = ["no\nthere are 12 of them\nno", "nothing", "34\n5"]
    assert found(Patterns([watched], ["X"]), texts) == [{(13, 17)}, set(), set()]
    assert watched.read == ["there are 12 of them\n34"]


def test_over_lines_a_text_with_a_sign_is_read_as_a_whole() -> None:
    watched = Watched(r"\d\s\d")
    texts = ["a 1\n2 b", "nothing", "3", "4"]
    assert found(Patterns([watched], ["X"]), texts) == [{(2, 5)}, set(), set(), set()]
    assert watched.read == ["a 1\n2 b", "3", "4"]


def test_a_sign_that_reaches_into_the_next_text_hides_none_of_it() -> None:
    watched = Watched(r"a\s+a")
    watched.gate = Gate(frozenset((r"a\s+a",)), Extent.TEXT)
    assert found(Patterns([watched], ["X"]), ["1 a", "a\na 2"]) == [set(), {(0, 3)}]


def test_nor_one_that_reaches_over_whole_texts() -> None:
    watched = Watched("a[^x]*c")
    watched.gate = Gate(frozenset(("a[^x]*c",)), Extent.TEXT)
    assert found(Patterns([watched], ["X"]), ["a", "ac", "c"]) == [set(), {(0, 2)}, set()]


def test_a_pattern_without_a_gate_is_tried_everywhere() -> None:
    watched = Watched("ab+")
    assert watched.gate is None
    texts = ["xab", "", "abb\nab"]
    assert found(Patterns([watched], ["X"]), texts) == [{(1, 3)}, set(), {(0, 3), (4, 6)}]
    assert watched.read == texts


def test_a_recognizer_for_nothing_that_is_looked_for_never_runs() -> None:
    watched = Watched(r"\d", "Y")
    assert found(Patterns([watched], ["X"]), ["1"]) == [set()]
    assert watched.read == []


def test_nothing_to_read() -> None:
    assert Patterns([Watched(r"\d")], ["X"]).find([]) == []


REGEXES = [
    r"\d+",
    r"\d\s\d",
    r"\d \d",
    "@a",
    r"\ba",
    r"^\d",
    r"a\n",
    r"[:-]5",
    r"5(?=\n)",
    r"\w\.\w",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("a5.:@- \n", max_size=12), max_size=5), st.integers(1, 20))
def test_what_is_found_is_what_each_recognizer_finds_in_each_text(
    texts: list[str], excerpt: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_EXCERPT_LETTERS", excerpt)
        recognizers = [Watched(regex) for regex in REGEXES]
        together = Patterns(recognizers, ["X"]).find(texts)
    for text, hits in zip(texts, together, strict=True):
        assert not isinstance(hits, Quarantine)
        assert {(h.recognizer, h.start, h.end) for h in hits} == {
            (recognizer.name, r.start, r.end)
            for recognizer in recognizers
            for r in recognizer.analyze(text, ["X"])
        }


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PatternTimeout(), QuarantineReason.DETECTOR_TIMEOUT),
        (KeyError("secret"), QuarantineReason.DETECTOR_FAILED),
    ],
)
def test_a_text_that_fails_is_the_only_one_that_does(
    error: Exception, reason: QuarantineReason
) -> None:
    class Choosy(Watched):
        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> Any:
            if "poison" in text:
                raise error
            return super().analyze(text, entities, nlp_artifacts)

    patterns = Patterns([Choosy(r"\d")], ["X"])
    first, second, third = patterns.find(["1", "poison2", "x 3"])
    assert isinstance(second, Quarantine)
    assert (second.reason, second.error_type) == (reason, type(error).__name__)
    assert not isinstance(first, Quarantine)
    assert not isinstance(third, Quarantine)
    assert [(h.start, h.end) for h in (*first, *third)] == [(0, 1), (2, 3)]


def test_a_result_that_its_gate_rules_out_is_a_failure() -> None:
    class Liar(Watched):
        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> Any:
            results = super().analyze(text, entities, nlp_artifacts)
            for result in results:
                result.end = len(text)
            return results

    (hits,) = Patterns([Liar(r"\d")], ["X"]).find(["1\n2"])
    assert isinstance(hits, Quarantine)
    assert hits.error_type == "ValueError"


def test_a_word_lets_a_line_through() -> None:
    watched = Watched("ab")
    watched.gate = Gate(frozenset(), Extent.LINE, words=frozenset(("ab", "x")))
    texts = ["AB it is\nabx\nno ab's", "nothing"]
    assert found(Patterns([watched], ["X"]), texts) == [{(0, 2), (16, 18)}, set()]
    assert watched.read == ["AB it is\nno ab's"]


OURS = recognizers_of("strict", None, 5.0).spoken
#: Words that the recognizers for speech look for, and words between them.
SAID = """
    my name is maria lopez this calling call me mr dr. i'm Ana here speaking under the of b as in
    boy j o h n sierra one eight five papa zulu 3 j 0 pin zip code order number account card ending
    four two seven nine 68901 a4 expiry date social security password is what your please can you
    tell spell that phone address street avenue main oak 22 twenty apartment unit box p.o. po rue
    via kungsgatan 12 lindenstrasse us route 9 texas TX 75069 apo ae psc 1234 located at send it to
    return live moved email gmail gmailcom hotmail dot com at example www slash where do live born
    date birth and city username 3330 gh78 no yes it's sorry could repeat É ñ for like then next
    the letter capital double triple oh hundred dash qx7t2l k9 e mail
""".split()  # noqa: SIM905 - read better as words


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(SAID), min_size=1, max_size=8).map(" ".join),
        min_size=1,
        max_size=5,
    ).map("\n".join)
)
def test_the_gates_of_our_own_recognizers_lose_nothing(text: str) -> None:
    types = sorted({entity for r in OURS for entity in r.supported_entities})
    (hits,) = Patterns(OURS, types).find([text])
    assert not isinstance(hits, Quarantine)
    assert {(h.recognizer, h.entity_type, h.start, h.end) for h in hits} == {
        (r.name, x.entity_type, x.start, x.end) for r in OURS for x in r.analyze(text, types)
    }
