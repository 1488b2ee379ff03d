"""Names of accounts behind an "@": "@jo_smith", and "RT @ jo _ smith" where tokens were set apart.

Together with its "@" a name is an account whatever it says. With a blank between, "@" may as well
stand for "at", so it counts only where a message begins or is passed on.
"""

import re
from collections.abc import Iterator

from pipeline.recognizers.finder import Finder, Found
from pipeline.recognizers.gate import Gate

ENTITY_TYPE = "USERNAME"
_SCORE = 0.6

_TOGETHER = r"(?<![\w.+\-])@(?P<together>\w[\w.\-]{0,63})"
_APART = r"@[ \t]{1,4}(?P<apart>\w+(?:[ \t]{0,2}_(?:[ \t]{0,2}\w+)?){0,4})"
_ADDRESSED = rf"(?:^|\brt)[ \t.:]{{0,4}}{_APART.replace('P<apart>', ':')}"
_HANDLE = re.compile(_TOGETHER, re.IGNORECASE)
_HANDLE_APART = re.compile(_APART)
#: Several people may be spoken to.
_TO_PEOPLE = re.compile(
    rf"{_ADDRESSED}(?:[ \t]{{1,4}}{_APART.replace('P<apart>', ':')}){{0,16}}",
    re.IGNORECASE | re.MULTILINE,
)


def handles() -> Finder:
    """The recognizer."""
    return Finder(
        "HandleRecognizer",
        [ENTITY_TYPE],
        find_handles,
        _SCORE,
        Gate(frozenset(("@",)), within_line=True),
    )


def find_handles(text: str) -> Iterator[Found]:
    """Names behind an "@", without it."""
    for handle in _HANDLE.finditer(text):
        yield Found(*handle.span("together"), ENTITY_TYPE)
    for people in _TO_PEOPLE.finditer(text):
        for handle in _HANDLE_APART.finditer(text, *people.span()):
            yield Found(*handle.span("apart"), ENTITY_TYPE)
