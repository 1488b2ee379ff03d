"""Marked pieces of speech, turns, and the text with offsets that they make."""

import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """A stretch of text that is either one datum (`label` set) or nothing personal (`None`)."""

    text: str
    label: str | None = None


Said = tuple[Piece, ...]


@dataclass(frozen=True)
class Span:
    """A half-open range of code points with the label of the datum in it."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Turn:
    """What one speaker says without a break; `role` is `agent`, `caller` or another part played."""

    role: str
    said: Said


def plain(text: str) -> Said:
    """Text without personal data."""
    return (Piece(text),)


def marked(text: str, label: str) -> Said:
    """Text that is one datum."""
    return (Piece(text, label),)


def fields(template: str) -> list[str]:
    """The names of the slots in a template such as `"I'm {name} from {city}."`."""
    return [field for _, field, _, _ in string.Formatter().parse(template) if field]


def fill(template: str, slot: Callable[[str], Said]) -> Said:
    """Put what `slot` gives for each name into a template."""
    pieces: list[Piece] = []
    for literal, field, _, _ in string.Formatter().parse(template):
        if literal:
            pieces.append(Piece(literal))
        if field:
            pieces.extend(slot(field))
    return tuple(pieces)


def assemble(pieces: Iterable[Piece]) -> tuple[str, list[Span]]:
    """Join pieces into text with single blanks, and say where the marked ones ended up.

    Templates and renderings may leave doubled or outer blanks, which a transcript never has, so
    blanks are folded here, in the one place where offsets are made.
    """
    text = ""
    spans: list[Span] = []
    for piece in pieces:
        start: int | None = None
        for character in piece.text:
            blank = character.isspace()
            if blank and (not text or text[-1] == " "):
                continue
            if not blank and start is None:
                start = len(text)
            text += " " if blank else character
        if piece.label and start is not None:
            spans.append(Span(start, len(text.rstrip(" ")), piece.label))
    return text.rstrip(" "), spans


def gold(turns: Iterable[Turn]) -> tuple[str, list[Span], list[tuple[str, int, int]]]:
    """The text of a call, turns joined by a newline, with its spans and turn ranges.

    Returns:
        The text, the spans, and `(role, start, end)` for each turn, all in code points.
    """
    text = ""
    spans: list[Span] = []
    ranges: list[tuple[str, int, int]] = []
    for turn in turns:
        offset = len(text) + 1 if text else 0
        said, found = assemble(turn.said)
        text += ("\n" if text else "") + said
        spans += [Span(span.start + offset, span.end + offset, span.label) for span in found]
        ranges.append((turn.role, offset, offset + len(said)))
    return text, spans, ranges
