"""Addresses whose signs were said: "jo dot smith at example dot com" → "jo.smith@example.com"."""

import re
from collections.abc import Iterable, Iterator

import regex

from clearshard.recognizers.domains import ENDING
from clearshard.recognizers.spoken_email import ADDRESS_SAID, is_address
from clearshard.recognizers.spoken_url import WEB_ADDRESS_SAID
from clearshard.redaction.written.alignment import Piece
from clearshard.redaction.written.numbers import values_of
from clearshard.redaction.written.parts import SIGNS, parts_of

_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
#: What each address has, so that most lines with a "point" or a "period" need not be read.
_ENDS = regex.compile(
    rf"(?:(?<![^\W_])(?:dot|point|period)\s+|\.\s*){ENDING}(?![^\W_])", regex.IGNORECASE
)
_AT = frozenset(("at", "@"))
#: "at sign", "at the rate of"
_BEHIND_AT = frozenset(("symbol", "the", "rate", "of"))


def addresses_of(text: str, lines: Iterable[tuple[int, int]]) -> Iterator[list[Piece]]:
    """Pieces of each address of mail or of the web whose signs were said.

    Args:
        text: A lowered text.
        lines: Those of its lines that have a sign of an address.
    """
    for start, end in lines:
        if _ENDS.search(text, start, end) is None:
            continue
        for pattern in (ADDRESS_SAID, WEB_ADDRESS_SAID):
            for found in pattern.finditer(text, start, end):
                if pattern is ADDRESS_SAID and not is_address(found):
                    continue
                pieces = [*_address_pieces(text, *found.span())]
                if any(text[p.start : p.end] != p.written for p in pieces):
                    yield pieces


def _address_pieces(text: str, start: int, end: int) -> Iterator[Piece]:
    words = [*_WORD.finditer(text, start, end)]
    numbers = values_of(text, [*parts_of(text, start, end)])
    written = {value.start: value for value in numbers if value.said}
    place = start
    is_at = False
    for word in words:
        if word.start() < place:
            continue  # within the number before it
        if place < word.start():
            yield Piece(place, word.start(), "")
        value = written.get(word.start())
        if value is not None:
            yield Piece(value.start, value.end, value.written)
            place = value.end
            continue
        said = word.group()
        sign = "@" if said in _AT else SIGNS.get(said)
        if said == "sign" or (is_at and said in _BEHIND_AT):
            sign = ""
        else:
            is_at = said == "at"
        yield Piece(word.start(), word.end(), said if sign is None else sign)
        place = word.end()
