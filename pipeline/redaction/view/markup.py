"""HTML in a text → pieces with what a browser shows: characters for entities, nothing for tags."""

# ruff: noqa: SIM905 - lists of words read better as words

import html
import re
from collections.abc import Iterator, Sequence
from html.entities import html5

from pipeline.redaction.written.alignment import Piece

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
