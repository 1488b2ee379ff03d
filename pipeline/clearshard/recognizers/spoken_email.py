"""Email addresses said aloud, and written ones whose parts came apart in recognition.

"maria dot lopez at example dot com", "j o h n four two at example dot com", "john@gmail dot com",
"clem 74 @ example.org". The end must be a domain ending, said or written, so that "meet me at five"
is none. Before an "at" that was said, one word must be no word of the sentence: "i work at", "sign
up at", "the site at" stand before a host. Where all signs are written any ending will do
("jo@mail.corp"); Presidio refuses those that are not in the public list.
"""

# ruff: noqa: SIM905 - lists of words read better as words

from typing import Any

import regex
from presidio_analyzer import Pattern, PatternRecognizer, RecognizerResult
from spacy.lang.en.stop_words import STOP_WORDS

from clearshard.recognizers.domains import CLEAR_ENDING, ENDING
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.number_words import NUMBER_WORDS
from clearshard.recognizers.unknown_word import ordinary_words
from clearshard.recognizers.vocabulary import HESITATION, MONTHS, any_of, words_of

_JOINT = r"(?:dot|point|period|underscore|under\s+score|dash|hyphen|minus|plus)"
# Parts and what joins them share no character, and a part is never given back: otherwise a line of
# dashes could be split in more ways than there is time to try.
_PART = r"[^\W_]++"
#: Words are said one by one, and recognition may set signs behind them: "jo, at, example. dot com".
_B = r"[,.]?\s+"
_JOINED = rf"(?:{_B}{_JOINT}{_B}|\s*[._+\-]{{1,3}}\s*){_PART}"
#: Said letter by letter or digit by digit, with nothing but blanks between.
_SPELLED = rf"(?>{any_of(NUMBER_WORDS - {'o'})}|[^\W\d_]|\d++)(?![^\W_])"
#: What stands before an address and is no part of it, although a blank may join the next part.
_BEFORE = r"(?!(?:s|is|as|at|to|and|my|the|it|email|mail|address|it's|under|with)(?![^\W_]))"
#: "j smith", but no "a" or "i", and not the "s" of "it's".
_INITIALS = r"(?:(?<!['\u2019])[b-hj-z]\.?\s+){0,3}"
_LOCAL = (
    rf"(?P<local>{_BEFORE}{_PART}(?:\s+{_SPELLED}|{_JOINED}){{1,24}}"
    rf"|{_INITIALS}{_PART}(?:{_JOINED}){{0,6}})"
)
#: In brackets, or between hyphens or underscores, against those who collect addresses.
_OPEN, _CLOSE = r"\s*[\[({<_\-]\s*", r"\s*[\])}>_\-]\s*"
_UH = rf"(?:{HESITATION}{_B})?"
_AT_SAID = rf"at(?:(?:\s+|-)(?:sign|symbol)|\s+the\s+rate(?:\s+of)?)?{_B}{_UH}"
_AT = rf"(?:(?P<said>{_B}{_UH}{_AT_SAID})|\s*@\s*|{_OPEN}(?:at|@){_CLOSE})"
_DOT_IN_BRACKETS = rf"{_OPEN}(?:dot|\.){_CLOSE}"
_DOT = rf"(?:{_B}{_UH}(?:dot|point|period){_B}|\s*\.\s*|{_DOT_IN_BRACKETS})"
#: "at the dot com bubble"
_HOST = rf"(?!(?:the|a|an)(?![^\W_])){_PART}(?:(?:\s+(?:dash|hyphen)\s+|-){_PART}){{0,3}}"
#: "look at me. It is" and "at one point in time" are no addresses.
_DOT_SAID = rf"{_B}{_UH}dot(?:{_B}|(?=com|net|org))"
_END = rf"(?:(?:{_DOT_SAID}|\.|{_DOT_IN_BRACKETS}){ENDING}|{_DOT}{CLEAR_ENDING})(?![^\W_])"
_AFTER_AT = rf"{_HOST}(?:{_DOT}{_HOST}){{0,2}}{_END}"
_SPOKEN = rf"(?<![^\W_]){_LOCAL}{_AT}{_AFTER_AT}"
#: How every address said aloud ends: what is behind an "at".
_SIGN = rf"(?<=\s){_AT_SAID}{_AFTER_AT}"
_SIGN_IN_BRACKETS = rf"{_OPEN}(?:at|@){_CLOSE}{_AFTER_AT}"
_WRITTEN = r"[\w.+\-]{1,64}@[\w\-]++(?:\.[\w\-]++)*?\.[^\W\d_]{2,}"
#: An address whose signs may have been said.
ADDRESS_SAID = regex.compile(_SPOKEN, regex.IGNORECASE)
#: Words that are no names and no numbers: none of them is an address by itself.
_FUNCTION_WORDS = STOP_WORDS - NUMBER_WORDS - MONTHS - {"will"}
#: Behind one of these an ordinary word is of the sentence: "i work at", "the site at".
_LEADS_ON = frozenset(
    "i you we they he she who the a an this that these those our their its".split()
)
_LAST_WORD = regex.compile(r"([^\W_]+)(?:['\u2019][^\W_]+)?[ \t]{1,4}$")
#: Letters before an address that are looked at.
_BEHIND = 24


def is_address(found: "regex.Match[str]") -> bool:
    """Whether what the pattern of an address matches is one, and no sentence before a host."""
    if found["said"] is None:
        return True
    words = words_of(found["local"].lower())
    if len(words) != 1:
        return True
    (word,) = words
    before = found.string[max(0, found.start() - _BEHIND) : found.start()]
    if word in _FUNCTION_WORDS or before.endswith(("'", "\u2019")):
        return False
    last = _LAST_WORD.search(before)
    return last is None or last[1].lower() not in _LEADS_ON or word not in ordinary_words()


class SpokenEmailRecognizer(PatternRecognizer):  # type: ignore[misc]  # untyped base
    """Finds addresses whose signs were spoken."""

    gate = Gate(frozenset(("@", _SIGN, _SIGN_IN_BRACKETS)), extent=Extent.TEXT)

    def __init__(self) -> None:
        super().__init__(
            supported_entity="EMAIL_ADDRESS",
            name="SpokenEmailRecognizer",
            patterns=[
                Pattern("address said aloud", _SPOKEN, 0.7),
                Pattern("address with any ending", _WRITTEN, 0.5),
            ],
        )
        ordinary_words()  # without them it is not made

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: Any = None,
        regex_flags: int | None = None,
    ) -> list[RecognizerResult]:
        """One result for each address."""
        found = super().analyze(text, entities, nlp_artifacts, regex_flags)
        return [result for result in found or () if _is_result(text, result)]


def _is_result(text: str, result: RecognizerResult) -> bool:
    said = ADDRESS_SAID.fullmatch(text, result.start, result.end)
    return said is None or is_address(said)
