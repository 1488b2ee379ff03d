"""A gate loses nothing: wherever a pattern matches, one of its signs does too."""

import re
import warnings
from pathlib import Path

import pytest
import regex
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from presidio_analyzer import Pattern, PatternRecognizer

from clearshard.recognizers.gate import Extent, Gate, gate_of, gate_of_patterns
from clearshard.recognizers.table import STRICT, WRITTEN, recognizers_of

FLAGS = re.DOTALL | re.MULTILINE | re.IGNORECASE
PATTERNS = [
    pytest.param(pattern.regex, id=f"{make.__name__}-{number}")
    for make in WRITTEN
    if isinstance(made := make(), PatternRecognizer)
    for number, pattern in enumerate(made.patterns)
]


def signs(*patterns: str, flags: int = FLAGS) -> set[str] | None:
    gate = gate_of_patterns(patterns, flags)
    return None if gate is None else set(gate.signs)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_whatever_a_pattern_of_presidio_matches_has_a_sign(pattern: str) -> None:
    gate = gate_of_patterns([pattern], FLAGS)
    assert gate is not None
    assert gate.extent is not Extent.TEXT
    # Letters of one case are enough for long lists of endings.
    compiled = re.compile(pattern, 0 if len(pattern) > 1000 else re.ASCII)

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(st.from_regex(compiled))
    def check(text: str) -> None:
        for found in regex.finditer(pattern, text, FLAGS):
            assert any(regex.search(sign, found.group()) for sign in gate.signs)
            assert "\n" not in found.group()

    check()


def test_all_recognizers_but_that_for_words_have_a_gate() -> None:
    without = [r.name for r in recognizers_of("strict", None, 1.0).every if gate_of(r) is None]
    assert without == ["UnknownWordRecognizer"]
    assert len(WRITTEN) + len(STRICT) == 23


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\d", {r"\d"}),
        (r"\d{3}", {r"\d{3}"}),
        (r"[0-9]+", {r"\d"}),
        (r"\d\d?5[0-9]{2,4}x", {r"\d{4}"}),
        (r"\d{2} \d{3}", {r"\d{3}"}),
        (r"\d{2}|\d{3}x", {r"\d{2}"}),
        (r"\d{20}", {r"\d{7}"}),
        (r"\d(?:\d|x)\d", {r"\d"}),
        (r"(?:\d\d)+", {r"\d{2}"}),
        (r"\d*", None),
        (r"\d?x", None),
        (r"(?:\d|@)x", {r"\d", "@"}),
        (r"(?:\d|y)x", None),
        (r"a@b\.c", {"@"}),
        (r"\w+\.\w+", {r"\.\w"}),
        (r"\w+[.](?:com|net)", {r"\.\w"}),
        (r"\d\.(?:25[0-5]|[01]?[0-9])", {r"\.\w"}),
        (r"\d\.(?: ?[0-9])", {r"\d"}),
        (r"\w\.(?: ?[0-9]|x)", {r"\."}),
        (r"\w\.x*", {r"\."}),
        (r"\d-\d", {r"\-"}),
        (r"\w+\.(?:com|\s)", {r"\."}),
        (r"\w+\.\s", {r"\."}),
        (r"[:-]", {":", r"\-"}),
        (r"[^\d]5", {r"\d"}),
        (r"[a-z]+", None),
        (r"[ -9]", None),
        (r"(?=.*\d)[a-z]+", None),
        (r"(?!\d)\w+#", {r"\#"}),
        (r"(\d)x\1", {r"\d"}),
        (r"(?>\d+)x", {r"\d"}),
        (r"\d++x", {r"\d"}),
        ("_+", None),
        # `regex` reads these otherwise than `re`.
        (r"[[:digit:]]", None),
        (r"[x[:digit:]]5", None),
        (r"[0-9--5]", None),
        (r"[0-9&&a]5", None),
        (r"(?:ab5){e<=1}", None),
        (r"5{e}", None),
        (r"\p{N}5", None),
        (r"(?V1)5", None),
        (r"(?r)5", None),
        (r"\L<words>5", None),
        (r"5(?|a|b)", None),
        ("5(", None),
        (r"(?x) 5 # digit", None),
    ],
)
def test_signs(pattern: str, expected: set[str] | None) -> None:
    assert signs(pattern) == expected


def test_one_pattern_that_has_to_be_tried_everywhere_is_enough() -> None:
    assert signs(r"\d", r"[a-z]") is None
    assert signs(r"\d", "@") == {r"\d", "@"}


@pytest.mark.parametrize(
    ("pattern", "flags", "extent"),
    [
        (r"\b\d+\b", FLAGS, Extent.CHUNK),
        (r"(?<!\w)\d(?!\w)", FLAGS, Extent.CHUNK),
        (r"\d[^\s]", FLAGS, Extent.CHUNK),
        (r"\d\S", FLAGS, Extent.CHUNK),
        (r"\d[^ \n]", FLAGS, Extent.CHUNK),
        (r"\d\B", re.IGNORECASE, Extent.CHUNK),
        (r"\d[^\n]", FLAGS, Extent.LINE),
        (r"\d \d", FLAGS, Extent.LINE),
        (r"\d[ -]\d", FLAGS, Extent.LINE),
        (r"\d[ -/]\d", FLAGS, Extent.LINE),
        (r"\d(?! )", FLAGS, Extent.LINE),
        (r"^\d+$", FLAGS, Extent.LINE),
        (r"^\d", re.IGNORECASE, Extent.TEXT),
        (r"\d$", re.IGNORECASE, Extent.TEXT),
        (r"\d\Z", FLAGS, Extent.TEXT),
        (r"\A\d", FLAGS, Extent.TEXT),
        (r"\d\s\d", FLAGS, Extent.TEXT),
        (r"\d.", FLAGS, Extent.TEXT),
        (r"\d.", re.MULTILINE, Extent.TEXT),
        (r"\d[^x]", FLAGS, Extent.TEXT),
        (r"\d\W", FLAGS, Extent.TEXT),
        (r"\d(?=\s)", FLAGS, Extent.TEXT),
        (r"\d(?!\s)", FLAGS, Extent.TEXT),
        (r"\d(?:a|\n)", FLAGS, Extent.TEXT),
        (r"\d[\x00-\x20]", FLAGS, Extent.TEXT),
    ],
)
def test_extent(pattern: str, flags: int, extent: Extent) -> None:
    gate = gate_of_patterns([pattern], flags)
    assert gate is not None
    assert gate.extent is extent


def test_patterns_together_need_what_the_largest_needs() -> None:
    for patterns in ((r"\d", r"\d \d"), (r"\d \d", r"\d")):
        gate = gate_of_patterns(patterns, FLAGS)
        assert gate is not None
        assert gate.extent is Extent.LINE


def test_words_are_looked_for_in_lines_and_texts() -> None:
    with pytest.raises(ValueError, match="lines and texts"):
        Gate(frozenset(), Extent.CHUNK, frozenset(("word",)))


ATOMS = st.sampled_from(
    [
        *(
            r"\d",
            "5",
            "a",
            r"\.",
            "[.]",
            "[:-]",
            r"\w",
            r"\s",
            "@",
            "[^5]",
            r"[^\s]",
            "[0-9a]",
            " ",
        ),
        *(r"\S", r"\b", "^", "$", r"(?<!\w)", r"(?=\d)", r"(?!\s)", ".", r"\D", "[.@]", r"\n"),
    ]
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    group = inner.map("(?:{})".format)
    return st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.builds("{}{}".format, group, st.sampled_from(["?", "+", "{2}", "{0,2}", "+?", "{2,}"])),
        inner.map("({})".format),
    )


_ANY_PATTERN = given(
    st.recursive(ATOMS, _larger, max_leaves=8),
    st.sampled_from([FLAGS, re.IGNORECASE, re.MULTILINE]),
    st.lists(st.text("a5.:@- x\n", max_size=8), min_size=1, max_size=4).map("\n".join),
)


@settings(max_examples=300, deadline=None)
@_ANY_PATTERN
def test_a_gate_loses_nothing_of_any_pattern(pattern: str, flags: int, text: str) -> None:
    _loses_nothing(pattern, flags, text)


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@_ANY_PATTERN
def test_a_gate_loses_nothing_of_many_patterns(pattern: str, flags: int, text: str) -> None:
    _loses_nothing(pattern, flags, text)


def _loses_nothing(pattern: str, flags: int, text: str) -> None:
    gate = gate_of_patterns([pattern], flags)
    assume(gate is not None)
    assert gate is not None
    compiled = regex.compile(pattern, flags)
    spans = [m.span() for m in compiled.finditer(text) if m.group()]
    for start, end in spans:
        assert any(regex.search(sign, text[start:end]) for sign in gate.signs), pattern
    if gate.extent is not Extent.TEXT:
        alone, place = [], 0
        for piece in re.split("\n" if gate.extent is Extent.LINE else "[ \n]", text):
            alone += [
                (place + m.start(), place + m.end()) for m in compiled.finditer(piece) if m.group()
            ]
            place += len(piece) + 1
        assert alone == spans


def test_a_recognizer_that_does_more_than_match_has_no_gate() -> None:
    class More(PatternRecognizer):  # type: ignore[misc]  # untyped base
        def analyze(self, *_: object, **__: object) -> list[object]:
            return []

    patterns = [Pattern("p", r"\d", 0.5)]
    assert gate_of(PatternRecognizer("X", patterns=patterns)) == Gate(
        frozenset((r"\d",)), Extent.CHUNK
    )
    assert gate_of(More("X", patterns=patterns)) is None


def test_lists_of_words_have_none(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "recognizers:\n"
        "  - {name: M, supported_entity: CODE, patterns: [{name: p, regex: 'Q\\d', score: 0.7}]}\n"
        "  - {name: Words, supported_entity: WORD, deny_list: [foo, bar]}\n"
    )
    mine, words = recognizers_of("strict", own, 1.0).written[-2:]
    assert gate_of(mine) == Gate(frozenset((r"\d",)), Extent.CHUNK)
    assert gate_of(words) is None


def test_a_warning_of_the_parser_is_no_output() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert signs("[[a]5") is None
