"""Names of accounts behind an "@": "@jo_smith", and "RT @ jo _ smith" where tokens were set apart.

Together with its "@" a name is an account whatever it says. With a blank between, "@" may as well
stand for "at", so it counts only where a message begins or is passed on. People and groups of a
forum are named by their path: "/u/jo_smith", "r/smalltown".
"""

import re
from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate

ENTITY_TYPE = "USERNAME"
_SCORE = 0.6

_NAME = r"\w+(?:[ \t]{0,2}_(?:[ \t]{0,2}\w+)?){0,4}"
_APART = rf"@[ \t]{{1,4}}{_NAME}"
_HANDLE = re.compile(r"(?<![\w.+\-])@(?P<name>\w+(?:[.\-]\w+){0,8})")
_HANDLE_APART = re.compile(rf"@[ \t]{{1,4}}(?P<name>{_NAME})")
#: Several people may be spoken to.
_TO_PEOPLE = re.compile(
    rf"(?:^|\brt)[ \t.:]{{0,4}}{_APART}(?:[ \t]{{1,4}}{_APART}){{0,16}}",
    re.IGNORECASE | re.MULTILINE,
)
#: "and/or", "w/u" are none: a path begins with its slash, or with its letter after a blank.
_FORUM = re.compile(
    r"(?:(?<![\w/.:])/[ \t]?[ru][ \t]?/[ \t]?|(?<![\w/.:\-])[ru]/)(?P<name>\w{2,}(?:-\w+){0,8})",
    re.IGNORECASE,
)


def handles() -> Finder:
    """The recognizer."""
    return Finder(
        "HandleRecognizer",
        [ENTITY_TYPE],
        find_handles,
        _SCORE,
        Gate(frozenset(("@", "/")), extent=Extent.LINE),
    )


def find_handles(text: str) -> Iterator[Found]:
    """Names behind an "@" or the path of a forum, without it."""
    for place in _FORUM.finditer(text):
        yield Found(*place.span("name"), ENTITY_TYPE)
    for handle in _HANDLE.finditer(text):
        yield Found(*handle.span("name"), ENTITY_TYPE)
    for people in _TO_PEOPLE.finditer(text):
        for handle in _HANDLE_APART.finditer(text, *people.span()):
            yield Found(*handle.span("name"), ENTITY_TYPE)
