"""Text as somebody reads it who sees it, for the residual check.

Nothing is invisible in it, all that look alike are one sign, and tags and escapes are what they
show. The recognizers have a reading of their own. This one shares nothing with it on purpose: what
is wrong in one would be wrong in both.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import unquote

#: Stands for a replacement in a reading. No text that is read has this character: it prints
#: nothing, and whatever prints nothing is left out.
HOLE = "\0"

#: Characters that print nothing although their category says otherwise: fillers and blank letters.
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")
#: Letters of other alphabets that look like one of the Latin one → that one.
_LOOKS_LIKE = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХаеѕіјһӏорсухԁԛԝ"  # noqa: RUF001 - Cyrillic
        "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχı",
        "ABESIJKMHOPCTYXaesijhlopcyxdqwABEZHIKMNOPTYXaikvoptuxi",
        strict=True,
    )
)
_FULL_STOPS = frozenset("\u3002\uff0e\uff61\u2024")
#: Digits that are invisible, but machines read them: tags of Unicode.
_TAG_DIGITS = range(0xE0030, 0xE003A)
_MOST_DIGITS_OF_ONE = 1000

_SIGNS_OF_MARKUP = ("<", "&", "\\", "%")
_TAG = re.compile(r"<[/!?]?[a-zA-Z\-][^<>]{0,1024}>")
_ESCAPE = re.compile(
    r"\\(?:u(?:(?P<u>[0-9a-fA-F]{4})|\{(?P<b>[0-9a-fA-F]{1,6})\})|x(?P<x>[0-9a-fA-F]{2})|U(?P<U>[0-9a-fA-F]{8})|[nrtvfb])"
)
#: So often an entity may have been escaped again.
_MOST_UNESCAPED = 3


def readings(pieces: Sequence[str]) -> Iterator[str]:
    """How a text may be read of which only some pieces are left; they never meet.

    Args:
        pieces: What stands before, between and behind the replacements.

    Yields:
        The pieces, joined by `HOLE`, as the characters that they are; and where they hold tags,
        entities or escapes, as what those show. All but ASCII is in lowercase.
    """
    joined = HOLE.join(map(folded, pieces))
    yield joined
    if any(sign in joined for sign in _SIGNS_OF_MARKUP):
        shown = HOLE.join(folded(_shown(piece)) for piece in joined.split(HOLE))
        if shown != joined:
            yield shown


def folded(text: str) -> str:
    """The text without marks and what is invisible, one character for all that look alike.

    ASCII stays what it is. A digit of any script or shape is one of ASCII, a sign that is none of
    ASCII a blank.
    """
    if text.isascii() and text.isprintable():
        return text
    folded_ = unicodedata.normalize("NFKD", text)
    return folded_.translate({ord(c): _folded_character(c) for c in set(folded_)})


@lru_cache(maxsize=1 << 12)
def _folded_character(character: str) -> str:
    if character.isspace():
        return " "
    if character.isascii():
        return character if character.isprintable() else ""
    if ord(character) in _TAG_DIGITS:
        return chr(ord(character) - _TAG_DIGITS.start + ord("0"))
    category = unicodedata.category(character)
    if category[0] in "CM" or character in _INVISIBLE:
        return ""
    if character in _FULL_STOPS:
        return "."
    if category[0] in "NL":
        value = unicodedata.numeric(character, -1)
        if value in range(10 if category[0] == "L" else _MOST_DIGITS_OF_ONE):
            return str(int(value))
        return _LOOKS_LIKE.get(character, character).casefold()
    return " "


def _shown(text: str) -> str:
    """The text as it is shown where its tags, entities and escapes are understood."""
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    if "%" in text:
        text = unquote(text, errors="replace")
    for _ in range(_MOST_UNESCAPED):
        if "&" not in text:
            break
        text = html.unescape(text)
    return _TAG.sub("", text) if "<" in text else text


def _unescaped(escape: "re.Match[str]") -> str:
    code = escape["u"] or escape["b"] or escape["x"] or escape["U"]
    if code is None:
        return " "
    return chr(number) if (number := int(code, 16)) <= 0x10FFFF else ""
