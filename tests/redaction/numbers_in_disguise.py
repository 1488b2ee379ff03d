"""Numbers of people with all kinds of things between their digits, and whether any got through."""

import random
import re
import string
from collections.abc import Iterator

from clearshard.records.states import Quarantine
from clearshard.records.transcript import RedactedTranscript

#: Shown as nothing, or nearly: format characters, marks, fillers, private use, noncharacters,
#: controls, halves of pairs, and the character that stands for an object.
UNSEEN = (
    *map(
        chr,
        (
            *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180E, 0x200B, 0x200C),
            *(0x200D, 0x200E, 0x200F, 0x202A, 0x202E, 0x2060, 0x2063, 0x2066, 0x2069, 0x206F),
            *(0x2800, 0x3164, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFC, 0xFFFD, 0x1D173, 0xE0001),
            *(0xE0020, 0xE0061, 0xE0100, 0xE000, 0xF8FF, 0xF0000, 0x10FFFD, 0xFDD0, 0xFFFE),
            *(0x1FFFF, 0xD800, 0xDFFF, 0x0000, 0x0001, 0x0008, 0x001B, 0x007F, 0x0301, 0x0338),
        ),
    ),
)
BLANKS = (
    " ",
    "  ",
    "\t",
    "\u00a0",
    "\u2003",
    "\u2009",
    "\u202f",
    "\u3000",
    "\u2028",
    "\x0b",
    "\x1f",
)
SIGNS = ("-", ".", "/", "(", ")", ",", ":", "_", "*", "|", "~", "#", "\u2013", "\u2014", "\u00b7")
#: Each shown as nothing, a blank or a line break by what understands it.
MARKUP = (
    *("&nbsp;", "&#160;", "&#xA0;", "&#8203;", "&zwnj;", "&shy;", "&amp;nbsp;", "&ensp;"),
    *(
        "<br>",
        "<br/>",
        "<b>",
        "</b>",
        "<span class='x'>",
        "<!-- -->",
        "</td><td>",
        "\uff1cbr\uff1e",
    ),
    *("\\u200b", "\\n", "\\u{2060}", "%E2%80%8B", "%C2%A0"),
)
ZEROS = "0\u0660\u06f0\u0966\u09e6\uff10\U0001d7ce\U0001d7d8\U0001d7f6\U0001fbf0"
_REPLACEMENT = re.compile(r"<[A-Z_]+_\d+>")
_MARKUP = re.compile("|".join(map(re.escape, sorted(MARKUP, key=len, reverse=True))))
_LEAST = 6


def disguised(draw: random.Random) -> tuple[str, str]:
    """Six to nineteen digits, and the same in a disguise."""
    number = "".join(draw.choices(string.digits, k=draw.choice((6, 7, 9, 9, 10, 10, 11, 16, 19))))
    between = draw.choices((UNSEEN, BLANKS, SIGNS, MARKUP), k=draw.randint(1, 3))
    often, zero = draw.choice((0.2, 0.4, 1.0)), draw.choice(ZEROS)
    parts = []
    for digit in number:
        parts.append(chr(ord(zero) + int(digit)) if draw.random() < 0.5 else digit)
        if draw.random() < often:
            parts += [draw.choice(draw.choice(between)) for _ in range(draw.choice((1, 2, 4, 20)))]
    return number, "".join(parts)


def left_of(number: str, result: RedactedTranscript | Quarantine) -> Iterator[str]:
    """Every six digits of a number that stand in a view, whatever is between them."""
    if isinstance(result, Quarantine):
        return
    views = (
        result.text,
        "".join(utterance.text for utterance in result.utterances),
        "".join(word.text for word in result.words),
    )
    for view in views:
        # Nothing joins over a replacement.
        left = _MARKUP.sub("", _REPLACEMENT.sub("x", view))
        digits = "".join(map(_plain, left))
        for start in range(len(number) - _LEAST + 1):
            if number[start : start + _LEAST] in digits:
                yield number[start : start + _LEAST]


def _plain(character: str) -> str:
    for zero in ZEROS:
        if 0 <= ord(character) - ord(zero) < 10:
            return str(ord(character) - ord(zero))
    return "x" if character.isalpha() and character not in UNSEEN else ""
