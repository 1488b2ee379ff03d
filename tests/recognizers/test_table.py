"""What runs, and that it fails closed: a pattern that takes too long is never skipped."""

import io
import logging
import os
import time
from pathlib import Path
from typing import Any

import pytest
import regex
import tldextract
from presidio_analyzer import Pattern, PatternRecognizer, RemoteRecognizer
from presidio_analyzer.predefined_recognizers import EmailRecognizer
from presidio_analyzer.predefined_recognizers import IbanRecognizer as StockIban
from presidio_analyzer.predefined_recognizers import PhoneRecognizer as StockPhone
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

from clearshard.recognizers.fail_closed import PatternTimeout, fail_closed, silence_presidio
from clearshard.recognizers.iban import FailClosedIbanRecognizer
from clearshard.recognizers.phone import GatedPhoneRecognizer
from clearshard.recognizers.table import STRICT, WRITTEN, recognizers_of

from ..effort import MOST_GROWTH, growth

OWN_FILE = """
recognizers:
  - {name: Mine, supported_entity: CODE, patterns: [{name: p, regex: 'Q\\d', score: 0.7}]}
  - {name: Words, supported_entity: WORD, deny_list: [foo, bar]}
"""
PATTERNS = [
    (place, number)
    for place, make in enumerate((*WRITTEN, *STRICT))
    if isinstance(made := make(), PatternRecognizer)
    for number in range(len(made.patterns))
]


class TimesOut:
    """A compiled pattern that never comes to an end."""

    def finditer(self, text: str, timeout: float | None = None) -> Any:
        assert timeout == 3.0
        raise TimeoutError


@pytest.mark.parametrize(("place", "number"), PATTERNS)
def test_every_pattern_of_every_recognizer_fails_closed(place: int, number: int) -> None:
    recognizer = recognizers_of("strict", None, 3.0).every[place]
    recognizer.patterns[number].compiled_regex._compiled = TimesOut()
    with pytest.raises(PatternTimeout):
        recognizer.analyze("some text", recognizer.supported_entities)


def test_profiles_differ_by_what_they_are_for() -> None:
    strict, balanced, stock = (
        [recognizer.name for recognizer in recognizers_of(profile, None, 3.0).every]
        for profile in ("strict", "balanced", "stock")
    )
    assert strict == [*balanced, "UnknownWordRecognizer"]
    assert set(stock) < set(balanced)


def test_patterns_of_the_user_fail_closed(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN_FILE)
    made = recognizers_of("strict", own, 3.0).written[-2:]
    assert [r.name for r in made] == ["Mine", "Words"]
    for recognizer in made:
        recognizer.patterns[0].compiled_regex._compiled = TimesOut()
        with pytest.raises(PatternTimeout):
            recognizer.analyze("some text", recognizer.supported_entities)


def test_nothing_with_patterns_escapes(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN_FILE)
    for recognizer in recognizers_of("strict", own, 3.0).every:
        assert not isinstance(recognizer, RemoteRecognizer)
        for pattern in getattr(recognizer, "patterns", ()):
            assert type(pattern.compiled_regex).__name__ == "_FailClosedPattern"
            # Presidio compiles it anew, and so without us, where these differ.
            assert pattern.compiled_with_flags == recognizer.global_regex_flags


def test_a_real_time_out() -> None:
    slow = PatternRecognizer("X", patterns=[Pattern("p", "(?:a|aa)+b", 0.5)])
    with pytest.raises(PatternTimeout) as caught:
        fail_closed(slow, 0.02).analyze("a" * 80, ["X"])
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_time_outs_of_two_tables_do_not_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    # Presidio alone, as other tests ask it, compiles the pattern where it stands.
    monkeypatch.setattr(EmailRecognizer.PATTERNS[0], "compiled_regex", None)
    first, second = (recognizers_of("strict", None, seconds).every for seconds in (1.0, 2.0))
    assert first[0].patterns[0].compiled_regex._seconds == 1.0
    assert second[0].patterns[0].compiled_regex._seconds == 2.0
    assert EmailRecognizer.PATTERNS[0].compiled_regex is None


IBANS = [
    "GB33BUKB20201555555555",
    "my iban is DE89370400440532013000 2 days from today",
    "DE89 3704 0044 0532 0130 00 and GB33 BUKB 2020 1555 5555 55",
    "gb33bukb20201555555555",
    "GB33BUKB20201555555556",
    "XX33BUKB20201555555555",
    "AB12 CDEF GHIJ",
    "DE89-3704-0044-0532-0130-00x",
    "",
]


@pytest.mark.parametrize("text", IBANS)
def test_ibans_are_those_of_presidio(text: str) -> None:
    ours = fail_closed(FailClosedIbanRecognizer(), 5.0).analyze(text, ["IBAN_CODE"])
    assert [(r.start, r.end, r.score) for r in ours] == [
        (r.start, r.end, r.score) for r in StockIban().analyze(text, ["IBAN_CODE"])
    ]


@pytest.mark.parametrize(
    "text",
    [
        "call 212 555 0143 or (415) 555-0199",
        "+44 20 7946 0958, +49 30 901820 ext 5",
        "it is 12345 on 2024-01-02",
        "nothing",
    ],
)
def test_phone_numbers_are_those_of_presidio(text: str) -> None:
    ours = GatedPhoneRecognizer().analyze(text, ["PHONE_NUMBER"])
    stock = StockPhone().analyze(text, ["PHONE_NUMBER"])
    assert [(r.start, r.end, r.score) for r in ours] == [(r.start, r.end, r.score) for r in stock]


def test_phone_number_behind_any_number_of_candidates_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Presidio stops after 65,535 candidates and returns what it has; here, after none.
    tries = []
    from clearshard.recognizers.phone import _Matcher

    def matcher(text: str, region: str, leniency: int, max_tries: int) -> Any:
        tries.append(max_tries)
        return _Matcher(text, region, leniency=leniency, max_tries=max_tries)

    monkeypatch.setattr("clearshard.recognizers.phone._Matcher", matcher)
    (found,) = GatedPhoneRecognizer().analyze("call 212 555 0143", [])
    assert (found.start, found.end) == (5, 17)
    assert min(tries) > 10**9


HOSTILE = pytest.mark.parametrize(
    "text",
    ["-" * 4000, "a-" * 2000, "a." * 200, "a" * 4000, "dot " * 5000, "a at " * 5000, "1 " * 5000,
     "_" * 4000, "a@" * 2000, "x at y dot " * 2000, "one " * 5000, "address is 5 " * 2000,
     "5 main " * 4000, "5 street " * 4000, "5 main street in " * 2000, "5 " + " " * 20000,
     "a b c " * 3000, "5\n" * 8000, "pin a " * 4000, "what is your name\n" * 3000,
     "one " * 3000 + "street ", "straße" * 600, "name is " * 3000],
    ids=lambda text: repr(text[:5]),
)  # fmt: skip


@HOSTILE
def test_no_recognizer_takes_more_work_for_hostile_text(text: str) -> None:
    made = recognizers_of("strict", None, 60.0)
    for recognizer in (*made.every, *made.requested):

        def work(letters: int, one: Any = recognizer) -> None:
            one.analyze(text[:letters], one.supported_entities)

        assert growth(work, 250) <= MOST_GROWTH, recognizer.name


@pytest.mark.soak
@HOSTILE
def test_no_recognizer_takes_long_on_hostile_text(text: str) -> None:
    made = recognizers_of("strict", None, 5.0)
    for recognizer in (*made.every, *made.requested):
        started = time.process_time()
        recognizer.analyze(text, recognizer.supported_entities)
        assert time.process_time() - started < 5, recognizer.name


def test_presidio_is_silent_and_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler(written)])
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)
    logging.getLogger("tldextract.cache")
    silence_presidio()
    for name in (
        "presidio-analyzer",
        "presidio-anonymizer",
        "decision_process",
        "tldextract.cache",
    ):
        logging.getLogger(name).critical("text of a customer")
        logging.getLogger(f"{name}.later").critical("text of a customer")
    assert written.getvalue() == ""
    extractor = tldextract.tldextract.TLD_EXTRACTOR
    assert extractor.suffix_list_urls == ()
    assert extractor._cache.enabled is False


def test_regex_environment_of_presidio_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "REGEX_TIMEOUT_SECONDS", "0")
    email = recognizers_of("strict", None, 5.0).every[
        [m.__name__ for m in WRITTEN].index("EmailRecognizer")
    ]
    assert len(email.analyze("jo@example.com", ["EMAIL_ADDRESS"])) == 1


def test_stand_in_finds_what_the_pattern_finds() -> None:
    one = fail_closed(PatternRecognizer("X", patterns=[Pattern("p", r"\d+", 0.5)]), 5.0)
    compiled = one.patterns[0].compiled_regex
    assert [m.span() for m in compiled.finditer("a 12 b 3", timeout=60)] == [
        m.span() for m in regex.finditer(r"\d+", "a 12 b 3")
    ]


def test_the_stock_profile_runs_what_presidio_switches_on_by_itself() -> None:
    registry = RecognizerRegistryProvider().create_recognizer_registry()
    by_itself = registry.get_recognizers("en", all_fields=True)
    ours = recognizers_of("stock", None, 5.0).every
    assert sorted(r.name for r in by_itself) == sorted(r.name for r in ours)
    # Stock Presidio in the same process must not pick up classes of ours.
    assert {type(recognizer).__module__.split(".")[0] for recognizer in by_itself} == {
        "presidio_analyzer"
    }


def test_what_cannot_be_compiled_is_seen_at_once_if_it_is_the_users() -> None:
    """A wrong flag shows only when a pattern is compiled; until a text comes that is too late."""
    wrong = PatternRecognizer("X", patterns=[Pattern("p", "x", 0.5)])
    wrong.global_regex_flags = regex.V0 | regex.V1
    with pytest.raises(ValueError, match="VERSION0 and VERSION1"):
        fail_closed(wrong, 5.0, of_user=True)
