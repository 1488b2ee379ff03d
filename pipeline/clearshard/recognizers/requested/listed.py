"""Drugs, conditions, occupations, events and languages that are in a list."""

# ruff: noqa: E501, SIM905 - a pattern stays together; lists of words read better as words

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.late import Late
from clearshard.recognizers.lists.medicine import CONDITIONS, DRUGS
from clearshard.recognizers.lists.occupations import OCCUPATIONS
from clearshard.recognizers.lists.things import (
    ALSO_NATIONALITIES,
    EVENTS,
    KINDS_OF_EVENTS,
    LANGUAGES,
)
from clearshard.recognizers.vocabulary import TOKEN, any_of, lowercase

DRUG, CONDITION, OCCUPATION = "DRUG", "MEDICAL_CONDITION", "OCCUPATION"
EVENT, LANGUAGE = "EVENT", "LANGUAGE"
_SCORE = 0.6
_ENDINGS = ("", "s", "es", "'s")
#: What a language stands behind, or before, that may be a nationality as well.
_BEFORE_A_LANGUAGE = frozenset(
    "in speak speaks speaking spoke spoken understand understands understood learn learns learned "
    "learning study studying taught teach teaches teaching translate translated into only language "
    "fluent for is was and or know knows".split()
)
_BEHIND_A_LANGUAGE = frozenset(
    "speaking speaker speakers language interpreter interpreters translator translators "
    "translation subtitles lessons class classes dictionary accent version".split()
)
#: A name of its own before what it is: "the Lakeside jazz festival", "Storm Ada".
_NAMED_EVENT = Late(
    rf"\b(?:[Tt]he[ ])?(?:[A-Z][\w'\u2019]+[ ]){{1,3}}(?:(?i:{any_of(KINDS_OF_EVENTS)})\b|Day\b|Week\b"
    r"|Night\b|Games\b|Cup\b|War\b|Parade\b|Awards\b|Olympics\b|Fair\b|Open\b)"
    r"|\b(?:[Hh]urricane|(?:[Tt]ropical )?[Ss]torm|[Tt]yphoon|[Cc]yclone)[ ][A-Z]\w+"
    rf"|\bthe[ ](?:[a-z]{{3,20}}[ ]){{1,2}}(?:{any_of(KINDS_OF_EVENTS)})\b|\bhurricane[ ][a-z]{{3,15}}\b"
)


class _Phrases:
    """Phrases of some words each, looked for word by word."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for phrase in phrases:
            words = tuple(TOKEN.findall(phrase))
            for first in (words[0], *(words[0] + ending for ending in _ENDINGS[1:])):
                if len(words) == 1 or first == words[0]:
                    self._by_first[first].append(words)
        for first, found in self._by_first.items():
            self._by_first[first] = sorted(found, key=len, reverse=True)

    def length_at(self, words: Sequence[str], breaks: Sequence[bool], place: int) -> int:
        """How many words the longest phrase has that begins here; 0 if none does."""
        for phrase in self._by_first.get(words[place], ()):
            end = place + len(phrase)
            if (
                end <= len(words)
                and not any(breaks[place + 1 : end])
                and tuple(words[place : end - 1]) == phrase[:-1]
                and words[end - 1] in {phrase[-1] + ending for ending in _ENDINGS}
            ):
                return len(phrase)
        return 0


_KINDS = {
    DRUG: _Phrases(DRUGS),
    CONDITION: _Phrases(CONDITIONS),
    OCCUPATION: _Phrases(OCCUPATIONS),
    EVENT: _Phrases(EVENTS),
    LANGUAGE: _Phrases(LANGUAGES),
}
_NATIONALITIES = _Phrases(ALSO_NATIONALITIES)


def listed() -> Finder:
    """The recognizer."""
    return Finder("ListedRecognizer", _KINDS, find_listed, _SCORE, None)


def find_listed(text: str) -> Iterator[Found]:
    """What is in a list, the longest of each kind; of nationalities those that are spoken."""
    tokens = list(TOKEN.finditer(lowercase(text).replace("\u2019", "'")))
    words = [token.group() for token in tokens]
    # Whether anything but a blank or a hyphen stands before a word.
    breaks = [True] + [
        bool(text[one.end() : two.start()].strip(" -")) or "\n" in text[one.end() : two.start()]
        for one, two in pairwise(tokens)
    ]
    for kind, phrases in _KINDS.items():
        yield from _found(kind, phrases, tokens, words, breaks)
    for found in _found(LANGUAGE, _NATIONALITIES, tokens, words, breaks):
        if _is_spoken(text, found):
            yield found
    for match in _NAMED_EVENT.finditer(text):
        yield Found(*match.span(), EVENT)


def _found(
    kind: str,
    phrases: _Phrases,
    tokens: Sequence[re.Match[str]],
    words: Sequence[str],
    breaks: Sequence[bool],
) -> Iterator[Found]:
    place = 0
    while place < len(words):
        length = phrases.length_at(words, breaks, place)
        if length:
            yield Found(tokens[place].start(), tokens[place + length - 1].end(), kind)
        place += length or 1


def _is_spoken(text: str, found: Found) -> bool:
    before = TOKEN.findall(lowercase(text[max(0, found.start - 24) : found.start]))
    behind = TOKEN.findall(lowercase(text[found.end : found.end + 24]))
    return (bool(before) and before[-1] in _BEFORE_A_LANGUAGE) or (
        bool(behind) and behind[0] in _BEHIND_A_LANGUAGE
    )
