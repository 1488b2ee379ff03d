"""Phrases composed of parts: `[may|can] I have your {name}[ please|]`."""

import re
from collections.abc import Callable, Sequence
from random import Random

#: A piece of text and its label, if it has one.
Piece = tuple[str, str | None]
#: What a slot in braces draws.
Slot = Callable[[], Sequence[Piece]]

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


def lines(text: str) -> list[str]:
    """The phrases of a text, one on each line."""
    return [line.strip() for line in text.strip().splitlines() if line.strip()]


def wordings(phrase: str, rng: Random) -> str:
    """One wording of a phrase: each choice in brackets drawn, the innermost first."""
    while "[" in phrase:
        phrase = _CHOICE.sub(lambda match: rng.choice(match.group(1).split("|")), phrase)
    return " ".join(phrase.split())


def fill(phrase: str, rng: Random, slots: dict[str, Slot]) -> list[Piece]:
    """One wording, its slots filled.

    Raises:
        KeyError: A slot has a name that `slots` does not hold.
    """
    pieces: list[Piece] = []
    for i, part in enumerate(_SLOT.split(wordings(phrase, rng))):
        if i % 2:
            pieces += slots[part]()
        elif part:
            pieces.append((part, None))
    return pieces


def join(pieces: Sequence[Piece]) -> tuple[str, list[tuple[int, int, str]]]:
    """The text of pieces, and the spans of those that have a label."""
    text, spans = "", []
    for piece, label in pieces:
        if label and piece.strip():
            spans.append((len(text), len(text) + len(piece), label))
        text += piece
    return text, spans
