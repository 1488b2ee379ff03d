"""Markup in a text → pieces with what is shown: characters for entities, nothing for tags.

What transcribers write of sounds ("[laughs]", "(pause)") and marks of emphasis ("**John**") are no
more part of what is said than a tag.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import html
import re
from collections.abc import Iterator, Sequence
from html.entities import html5

from clearshard.redaction.view.alignment import Piece

#: The sign itself as an entity, over and over: text that was escaped more than once.
_AGAIN = r"(?:(?:amp|#0*38|#[xX]0*26);?)*+"
_ENTITY = re.compile(
    rf"&(?P<again>{_AGAIN})"
    r"(?:#(?P<number>[xX][0-9a-fA-F]{1,8}|\d{1,8});|(?P<name>[A-Za-z][A-Za-z0-9]{1,31}+;?))?"
)
#: Nothing here is read twice from one "<": a tag ends before the next one begins.
_TAG = re.compile(
    r"<!--(?:.*?-->|.*+)"
    r"""|</?[A-Za-z](?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+>"""
    r"|</?[A-Za-z][^<>]*+>"
    r"|<[!?/][^<>]*+>",
    re.DOTALL,
)
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)")
#: A tag that is nothing but a name, and one that browsers know: it hides nothing.
_BARE = re.compile(r"</?[A-Za-z][A-Za-z0-9]*\s*/?>")
_BREAKS = frozenset(
    "address article aside blockquote br center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 "
    "h6 header hr li main nav ol option p pre section select table tbody td tfoot th thead title "
    "tr ul".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q rp rt ruby s "
    "samp small span strike strong sub sup time tt u var wbr".split()
)
_LONGEST_NAME = max(map(len, html5))

#: What is written of sounds and of what nobody could hear; a closed list, since what else stands in
#: brackets may be somebody's name.
_SOUND = (
    r"(?:(?:a|background|brief|foreign|line|long|loud|phone|short|slight|soft)\s)?"
    r"(?:pauses?|paus(?:ed|ing)|laugh(?:s|ed|ing|ter)?|chuckl(?:es?|ed|ing)|giggl(?:es?|ing)"
    r"|cough(?:s|ed|ing)?|sigh(?:s|ed|ing)?|sneez(?:es?|ing)|sniff(?:s|les?|ing)?|gasps?|yawns?"
    r"|breath(?:s|es?|ing)?|(?:in|ex)hal(?:es?|ing)|clears\s(?:his\s|her\s|their\s)?throat"
    r"|throat\sclearing|noises?|static|silence|music|chatter|conversation|talking|speech"
    r"|cross[\s\-]?talk|inaudible|unintelligible|indistinct|unclear|garbled|overlapping"
    r"|beep(?:s|ing)?|ring(?:s|ing)|typing|applause|hold|foreign|barking)"
)
_ASIDE = re.compile(
    rf"\[\s?{_SOUND}\s?\]|\(\s?{_SOUND}\s?\)|\{{\s?{_SOUND}\s?\}}|\*{{1,2}}{_SOUND}\*{{1,2}}",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(
    r"(?<![\w*])\*{1,3}(?=\w)|(?<=\w)\*{1,3}(?![\w*])|(?<![\w`])`(?=\w)|(?<=\w)`(?![\w`])"
    r"|(?<![\w~])~~(?=\w)|(?<=\w)~~(?![\w~])"
)
#: What asides and emphasis begin with.
SIGNS_OF_TYPING = "[({*`~"


def entities(text: str, ranges: Sequence[tuple[int, int]]) -> list[Piece]:
    """The entities within some ranges, as the characters that they stand for."""
    return [
        piece
        for start, end in ranges
        for found in _ENTITY.finditer(text, start, end)
        if (piece := _shown(found)) is not None
    ]


def tags(text: str, ranges: Sequence[tuple[int, int]]) -> list[Piece]:
    """The tags and comments within some ranges, as a blank or nothing."""
    return [
        Piece(*found.span(), " " if _name(found.group()) in _BREAKS else "")
        for start, end in ranges
        for found in _TAG.finditer(text, start, end)
    ]


def has_typing(text: str) -> bool:
    """Whether a text, with one of its signs, holds something that `typing` undoes."""
    return bool(_ASIDE.search(text) or _EMPHASIS.search(text))


def typing(text: str, ranges: Sequence[tuple[int, int]]) -> list[Piece]:
    """What is written within some ranges and not said: of sounds, and around what is emphasised."""
    if not any(sign in text for sign in SIGNS_OF_TYPING):
        return []
    pieces: list[Piece] = []
    for start, end in ranges:
        place = start
        for aside in _ASIDE.finditer(text, start, end):
            pieces += _emphasis(text, place, aside.start())
            place = aside.end()
            # One blank of two, or one where there was none.
            is_apart = aside.start() == start or text[aside.start() - 1].isspace()
            pieces.append(Piece(*aside.span(), "" if is_apart else " "))
        pieces += _emphasis(text, place, end)
    return pieces


def _emphasis(text: str, start: int, end: int) -> Iterator[Piece]:
    return (Piece(*mark.span(), "") for mark in _EMPHASIS.finditer(text, start, end))


def hides_text(text: str, pieces: Sequence[Piece]) -> bool:
    """Whether some of the tags hold text that is not shown: attributes, comments, other names."""
    return any(
        not _BARE.fullmatch(tag) or _name(tag) not in _BREAKS | _INLINE
        for tag in (text[piece.start : piece.end] for piece in pieces)
    )


def _name(tag: str) -> str:
    name = _NAME.match(tag)
    return name[1].lower() if name else ""


def _shown(found: "re.Match[str]") -> Piece | None:
    """What an entity is shown as; None if it is none."""
    if found["number"] is not None:
        return Piece(*found.span(), html.unescape(f"&#{found['number']};"))
    if found["name"] is not None:
        for known in _names(found["name"]):
            if known in html5:
                return Piece(found.start(), found.start("name") + len(known), html5[known])
    # What was escaped was no entity, but the sign was.
    return Piece(found.start(), found.end("again"), "&") if found["again"] else None


def _names(name: str) -> Iterator[str]:
    """What a browser tries: the name, and what it begins with; in lowercase too, to be sure."""
    yield name
    yield name.lower()
    for end in range(min(len(name), _LONGEST_NAME), 1, -1):
        yield name[:end]
