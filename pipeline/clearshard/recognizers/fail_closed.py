"""Makes Presidio's pattern recognizers fail closed, offline and silent.

Presidio skips a pattern whose regular expression times out and goes on, which would pass a text on
that nobody has scanned. Here the time-out becomes `PatternTimeout`, which is not a `TimeoutError`
and so is not swallowed: the file is quarantined. Three more of its habits end here: the public
suffix list is not fetched over the network, its loggers, which quote text, are silenced, and
results are not compared each with each, which takes minutes where there are many.
"""

import copy
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import regex
import tldextract.tldextract
from presidio_analyzer import EntityRecognizer, PatternRecognizer, RecognizerResult

from clearshard.recognizers.reach import Reach

#: Loggers that quote the text they work on, with all loggers below them.
_TALKATIVE = ("presidio-analyzer", "presidio-anonymizer", "decision_process", "tldextract")


class PatternTimeout(Exception):
    """A regular expression took longer than it may; the text was not fully scanned."""


class _FailClosedPattern:
    """Stands in for a compiled regular expression in Presidio's recognizers.

    It is compiled when it is first tried, which most of them hardly ever are: those for addresses
    name every domain, and take as long as half of all else that a redactor needs.
    """

    def __init__(self, expression: str, flags: int, seconds: float) -> None:
        self._expression = expression
        self._flags = flags
        self._seconds = seconds

    @cached_property
    def _compiled(self) -> Any:
        return regex.compile(self._expression, flags=self._flags)

    def prepare(self) -> None:
        """Compiles it now."""
        _ = self._compiled

    def finditer(self, text: str, **_: object) -> Iterator[Any]:
        try:
            yield from self._compiled.finditer(text, timeout=self._seconds)
        except TimeoutError:
            raise PatternTimeout from None


def fail_closed(
    recognizer: EntityRecognizer, seconds: float, *, of_user: bool = False
) -> EntityRecognizer:
    """Returns the recognizer, changed so that a pattern that takes too long raises.

    Args:
        recognizer: Any recognizer; those without patterns are returned as they are.
        seconds: Time that one pattern may take on one transcript.
        of_user: Whether it is one of the user's: what cannot be compiled is seen at once.
    """
    if isinstance(recognizer, PatternRecognizer):
        # Presidio's patterns are shared by all instances of a recognizer; the time-out is not.
        recognizer.patterns = [copy.copy(pattern) for pattern in recognizer.patterns]
        flags = recognizer.global_regex_flags
        for pattern in recognizer.patterns:
            pattern.compiled_regex = _FailClosedPattern(pattern.regex, flags, seconds)
            if of_user:
                pattern.compiled_regex.prepare()
            pattern.compiled_with_flags = flags
    return recognizer


def without_contained(results: Iterable[RecognizerResult]) -> list[RecognizerResult]:
    """What Presidio's `remove_duplicates` keeps: what lies in no better result of its type."""
    ordered = sorted(set(results), key=lambda r: (-r.score, r.start, r.start - r.end))
    starts: defaultdict[str, list[int]] = defaultdict(list)
    for result in ordered:
        starts[result.entity_type].append(result.start)
    reach = {kind: Reach(places) for kind, places in starts.items()}
    kept = []
    for result in ordered:
        of_type = reach[result.entity_type]
        if result.score != 0 and of_type.until(result.start) < result.end:
            kept.append(result)
            of_type.add(result.start, result.end)
    return kept


def silence_presidio() -> None:
    """Keeps Presidio from logging (its messages quote text), the network, and squares of time."""
    EntityRecognizer.remove_duplicates = staticmethod(without_contained)
    for name in _TALKATIVE:
        _silence(name)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(tuple(f"{parent}." for parent in _TALKATIVE)):
            _silence(name)
    # The snapshot of the public suffix list that travels with the package, and no cache on disk.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _silence(name: str) -> None:
    logger = logging.getLogger(name)
    logger.disabled = True
    # Whatever switches it on again, or logs below it later, still reaches nobody.
    logger.propagate = False
    logger.handlers = [logging.NullHandler()]
