"""Characters in the escapes of other encodings → themselves.

What looks like an escape may as well be text ("41%55%23" has six digits), so a transcript with any
has a view without them too.
"""

import html
import re
from collections.abc import Sequence

import regex

from clearshard.redaction.view.alignment import Piece

#: Characters that nobody sees, by number: digits behind them are those of the text, not theirs.
_UNSEEN = r"(?:0*(?:9|10|13|32|160|173|820[1-9])|[xX]0*(?:9|[aA]0|[aA][dD]|20(?:0[0-9a-fA-F])?))"
#: What escapes begin with.
_SIGNS = "&\\%"
_ESCAPE = re.compile(
    rf"&#(?P<entity>{_UNSEEN}|[xX][0-9a-fA-F]{{1,8}}|\d{{1,8}})"
    r"|(?P<json>(?:\\u[0-9a-fA-F]{4})+)"
    r"|\\x(?P<byte>[0-9a-fA-F]{2})"
    r"|(?P<url>(?:%[0-9a-fA-F]{2})+)"
    r"|(?<=\d)\\+(?P<blank>[nrt])(?=\d)"
)
_CONTINUED = (
    r"[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    r"\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]{1,3}"
)
#: Characters of UTF-8 that were read as if each byte was one: by itself a letter of Latin, a sign,
#: a mark or an emoji; of other scripts only several in a row. One by itself is what it seems, a
#: capital letter before a sign: the end of "ANDR\u00c9\u2019S", of a quotation, of a word before a
#: fixed blank.
_MISREAD = regex.compile(
    rf"[\u00c2-\u00c7\u00e1\u00e2\u00f0]{_CONTINUED}|\u00cc[\u0080-\u009f\u00a7\u0192\u02c6\u20ac]"
    rf"|(?:[\u00c8-\u00f4]{_CONTINUED}){{2,}}"
)


def escapes(text: str, ranges: Sequence[tuple[int, int]]) -> list[Piece]:
    """What may be an escape within some ranges, as the characters that it stands for."""
    if not any(sign in text for sign in _SIGNS):
        return []
    return [
        Piece(found.start(), found.end(), shown)
        for start, end in ranges
        for found in _ESCAPE.finditer(text, start, end)
        if (shown := _shown(found)) is not None
    ]


def misread(text: str, ranges: Sequence[tuple[int, int]]) -> list[Piece]:
    """What was read in another encoding within some ranges, as it was meant: "Ã©" is "é"."""
    if text.isascii():
        return []
    return [
        Piece(found.start(), found.end(), meant)
        for start, end in ranges
        for found in _MISREAD.finditer(text, start, end)
        if (meant := _decoded(b"".join(map(_byte, found.group())))) is not None
    ]


def _shown(found: "re.Match[str]") -> str | None:
    if found["entity"]:
        return html.unescape(f"&#{found['entity']};")
    if found["json"]:
        units = bytes.fromhex(found["json"].replace("\\u", ""))
        return units.decode("utf-16-be", "replace")
    if found["byte"]:
        return chr(int(found["byte"], 16))
    if found["url"]:
        return _decoded(bytes.fromhex(found["url"].replace("%", "")))
    return " "


def _decoded(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _byte(character: str) -> bytes:
    # Bytes that the code page leaves out are read as controls.
    return character.encode("latin-1" if character < "\u0100" else "cp1252")
