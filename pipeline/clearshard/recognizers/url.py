"""Presidio's recognizer of web addresses, with evidence asked of what ends like one.

Presidio takes whatever stands before a full stop and two letters of any domain: "it.nice" of "we
did it.nice work", "os.system", "um...yeah". Where a scheme, a "www" or a path says what it is, it
is an address. Else it ends with a domain, to the letter; and if that is a word as well ("so", "is",
"work") or the ending of a file ("py"), something before it must be no ordinary word. Behind a full
stop a capital begins a sentence. What ends with no domain but has a part that is no word
("john.cooper") may be the name of an account, and counts as ever.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import copy
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import regex
from presidio_analyzer import Pattern, RecognizerResult
from presidio_analyzer.predefined_recognizers import UrlRecognizer

from clearshard.recognizers.gate import Gate, gate_of_patterns
from clearshard.recognizers.late import Late
from clearshard.recognizers.unknown_word import ordinary_words
from clearshard.recognizers.vocabulary import NO_NAME

#: Nobody says or writes one of these behind a full stop for anything else, capital or not.
_CLEAR = frozenset("com net org edu gov mil info biz co uk".split())
#: Domains of countries that more files end with than addresses.
_OF_FILES = frozenset("py sh rs pl md cc ps mov zip".split())
_SCHEME_END = "://"
#: Between several full stops nothing is joined: "um...example.com".
_JOINED = re.compile(r"\w[\w\-]*(?:\.\w[\w\-]*)+")
_QUOTES = "\"'"
#: A last part of so many letters may be the ending of a file: it says nothing of whose it is.
_MOST_OF_AN_ENDING = 4
#: Shorter parts say nothing of what they are.
_LEAST_OF_WORD = 3
_REMEMBERED = 1 << 12
#: All the domains of a pattern, none of which has a blank; reading them takes as long as making a
#: redactor. What is in every match of the wider pattern is in every match of the narrower.
_ENDINGS = re.compile(r"(?:\(\?:[a-z]{2,63}\)\|){200,9999}\(\?:[a-z]{2,63}\)")
_ANY_RUN = "[a-z]+"
#: Where what stands before an ending begins. Presidio tries every letter of it, each to its end: of
#: four thousand letters and full stops that is half a minute. Behind the first of them there is
#: nothing to find that it does not find from there.
_FIRST = r"(?<![a-z0-9.\-])"


class WebAddressRecognizer(UrlRecognizer):  # type: ignore[misc]  # untyped base
    """Finds web addresses, and names of accounts that look like one."""

    def __init__(self) -> None:
        # Under Presidio's name, but not as a class of that name: see `FailClosedIbanRecognizer`.
        super().__init__(
            name=UrlRecognizer.__name__,
            patterns=[*map(_from_its_first_letter, UrlRecognizer.PATTERNS)],
        )
        ordinary_words()  # without them it is not made

    @property
    def gate(self) -> Gate | None:
        """That of its patterns: what is looked at around a match stands between the same blanks."""
        wider = (_ENDINGS.sub(_ANY_RUN, pattern.regex) for pattern in self.patterns)
        return gate_of_patterns(wider, self.global_regex_flags)

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: Any = None,
        regex_flags: int | None = None,
    ) -> list[RecognizerResult]:
        """One result for each address, to its end."""
        found: list[RecognizerResult] | None = super().analyze(
            text, entities, nlp_artifacts, regex_flags
        )
        return [*_addresses(text, found or [])]


def _from_its_first_letter(pattern: Pattern) -> Pattern:
    """A pattern for an address of which nothing else tells where it begins, tried only there."""
    if pattern.regex != f"(?i){UrlRecognizer.BASE_URL_REGEX}":
        return pattern
    first = copy.copy(pattern)  # a new one would be compiled to see whether it can be
    first.regex = f"(?i){_FIRST}{UrlRecognizer.BASE_URL_REGEX}"
    return first


def _addresses(text: str, results: list[RecognizerResult]) -> Iterator[RecognizerResult]:
    """The addresses that some results are of, each once, however many results are of it."""
    joined = [part.span() for part in _JOINED.finditer(text)] if results else []
    starts = [start for start, _ in joined]
    seen: set[tuple[int, float]] = set()
    for result in results:
        if _is_said_to_be_one(text, result.start, result.end):
            yield result
            continue
        first = max(0, bisect_right(starts, result.start) - 1)
        for start, end in joined[first : bisect_left(starts, result.end)]:
            length = _length(text[start:end])
            if length and result.start < end and (start, result.score) not in seen:
                seen.add((start, result.score))
                address = copy.copy(result)
                address.start, address.end = start, start + length
                yield address


def _is_said_to_be_one(text: str, start: int, end: int) -> bool:
    """Whether something beside its ending says that a match is an address."""
    said = text[start:end].strip(_QUOTES).lower()
    before = text[max(0, start - len(_SCHEME_END)) : start]
    return said.startswith(("http", "www")) or "/" in said or before.endswith(("@", _SCHEME_END))


@lru_cache(maxsize=_REMEMBERED)
def _length(said: str) -> int:
    """How many letters of some parts with full stops between are an address, from the first on."""
    parts = said.split(".")
    never = len(parts)
    named = next((i for i, part in enumerate(parts) if _names_something(part)), never)
    letters = next((i for i, part in enumerate(parts) if any(map(str.isalpha, part))), never)
    length = len(said)
    for i in range(len(parts) - 1, 0, -1):
        if _may_end(parts[i], is_named=named < i, may_be_named=named <= i, has_letters=letters < i):
            return length
        length -= len(parts[i]) + 1
    return 0


def _may_end(last: str, *, is_named: bool, may_be_named: bool, has_letters: bool) -> bool:
    """Whether an address ends with a part.

    Args:
        last: The part.
        is_named: Whether a part before it is no word.
        may_be_named: Whether one of all the parts is none.
        has_letters: Whether there are letters before it.
    """
    ending = last.lower()
    is_capital = last[:1].isupper() and not last[1:].isupper()
    if is_capital and ending not in _CLEAR:
        return False
    if not _is_ending(ending):
        return may_be_named if len(last) > _MOST_OF_AN_ENDING else is_named
    if ending not in _CLEAR and (_is_said(ending) or ending in _OF_FILES):
        return is_named
    return has_letters


def _is_said(ending: str) -> bool:
    """Whether it is a word; of two letters also the list of words has what is none."""
    return ending in NO_NAME if len(ending) < _LEAST_OF_WORD else ending in ordinary_words()


def _names_something(part: str) -> bool:
    """Whether it is no word, nor a number: a name, or letters with digits."""
    if part.isalpha():
        return len(part) >= _LEAST_OF_WORD and part.lower() not in ordinary_words()
    return not part.isdecimal()


@lru_cache(maxsize=_REMEMBERED)
def _is_ending(part: str) -> bool:
    """Whether Presidio knows a domain that ends so, to the letter."""
    return _ANY_ENDING.fullmatch(f"x.{part}") is not None


_ANY_ENDING = Late(UrlRecognizer.BASE_URL_REGEX, regex.IGNORECASE, regex)
