"""Personal data as hostile or careless writers write it: the same to the eye, or nearly so."""

# ruff: noqa: RUF001 - letters that are drawn alike are what this is about

import html
import json
import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from urllib.parse import quote

#: Unicode's own, one of each kind that nobody sees.
UNSEEN = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u202e\u2060\u2063\u2066\u2069"
    "\u206f\ufe00\ufe0f\ufeff\ufffc\ufff9\x00\x01\x7f\U000e0001\U000e0100\U0001d173\u115f\u1160"
)
BLANKS = "\u00a0\u1680\u2000\u2003\u2007\u2009\u202f\u205f\u3000\u2800\u3164\t\x0b\r\x1f\u2028"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
#: What stands between the parts of a number, as HTML shows it.
SHOWN_AS_BLANKS = (
    *("&nbsp;", "&#160;", "&#xa0;", "&#xA0;", "&NonBreakingSpace;", "&ensp;", "&#32;", "&nbsp"),
    *("&amp;nbsp;", "&amp;amp;#160;", "&#38;nbsp;", "<br>", "<br/>", "<br />", "</p><p>", "<BR>"),
    *("<div class='x'>", "&#8203; ", " &shy;", "<td>", "\t<i>\t"),
)
SHOWN_AS_NOTHING = (
    *("<b>", "</b>", "<i>", "</span>", '<span style="a > b">', "<!-- x -->", "<wbr>", "&shy;"),
    *("&#8203;", "&zwnj;", "&#x200b;", "&amp;shy;", "<font color=red>", "<a href='#'>"),
)
MARKS = "\u0334\u0335\u0336\u0338\u20dd\u20e3\u0323\u0301"
ALIKE = str.maketrans("aeopcyxAEOPCXTHKMB", "аеорсухАЕОРСХТНКМВ")

NAMES = (
    *(
        "José Núñez",
        "Renée Côté",
        "Zoë Grünwald",
        "Łukasz Dvořák",
        "Ångström Öberg",
        "Anaïs Lefèvre",
    ),
    *(
        "Jennifer Lopez",
        "Siobhán Súilleabháin",
        "Nguyễn Thị Hạnh",
        "François Peña",
        "Oksana Kovalenko",
    ),
)
FOREIGN = (
    "राजेश कुमार",
    "Владимир Иванов",
    "李明",
    "محمد علي",
    "Γιώργος",
    "דוד",
    "山田太郎",
    "김민수",
)

Random = random.Random
_UNIT = re.compile(r"&(?:(?:amp|#38);)*#?\w+;?|<[^>]*>|.", re.DOTALL)


def number(draw: Random) -> str:
    """A card, a phone number, a social security number or an account, in parts."""
    sizes = draw.choice([(4, 4, 4, 4), (3, 3, 4), (3, 2, 4), (5, 4), (9,), (16,), (2, 2, 2, 2)])
    parts = ["".join(draw.choices("0123456789", k=size)) for size in sizes]
    return draw.choice([" ", "-", "  ", " - ", " -- "]).join(parts)


def sprinkled(text: str, draw: Random, signs: Sequence[str]) -> str:
    """The text with signs between its characters, entities and tags, in some places or in all."""
    share = draw.choice([0.1, 0.4, 1.0])
    units = _UNIT.findall(text)
    return "".join(
        unit + ("".join(draw.choices(signs, k=draw.randint(1, 2))) if draw.random() < share else "")
        for unit in units[:-1]
    ) + "".join(units[-1:])


def _decomposed(text: str, draw: Random) -> str:
    return unicodedata.normalize(draw.choice(["NFD", "NFKD"]), text)


def _wide(text: str, draw: Random) -> str:
    zero = ord(draw.choice("\uff10٠۰०০๐𝟎𝟘𝟬𝟶߀၀"))
    upper, lower = draw.choice(
        [("\uff21", "\uff41"), ("𝐀", "𝐚"), ("𝗔", "𝗮"), ("𝙰", "𝚊"), ("Ⓐ", "ⓐ")]
    )
    return text.translate(
        {
            **{ord("0") + i: zero + i for i in range(10)},
            **{ord("A") + i: ord(upper) + i for i in range(26)},
            **{ord("a") + i: ord(lower) + i for i in range(26)},
        }
    )


def _alike(text: str, draw: Random) -> str:
    return "".join(c.translate(ALIKE) if draw.random() < 0.4 else c for c in text)


def _with_marks(text: str, draw: Random) -> str:
    return sprinkled(text, draw, MARKS) if text.isascii() else text


def _unseen(text: str, draw: Random) -> str:
    return sprinkled(text, draw, UNSEEN)


def _other_dashes(text: str, draw: Random) -> str:
    return "".join(draw.choice(DASHES) if c == "-" else c for c in text)


def _as_entities(text: str, draw: Random) -> str:
    form = draw.choice(["&#{};", "&#{:05d};", "&#x{:x};", "&#X{:X};", "&amp;#{};"])
    return "".join(form.format(ord(c)) if c.isalnum() and draw.random() < 0.5 else c for c in text)


def _other_blanks(text: str, draw: Random) -> str:
    kind = draw.choice([BLANKS, SHOWN_AS_BLANKS, " " * 30, ("    ", "\t \t")])
    return "".join(draw.choice(kind) * draw.choice([1, 1, 2, 5]) if c == " " else c for c in text)


def _tagged(text: str, draw: Random) -> str:
    return sprinkled(text, draw, SHOWN_AS_NOTHING)


def _in_another_encoding(text: str, draw: Random) -> str:
    misread = text.encode().decode("cp1252", "ignore")
    return draw.choice([misread, quote(text), json.dumps(text)[1:-1], html.escape(quote(text))])


#: In the order in which they can be put on: nothing is written into a tag or an entity.
DISGUISES: tuple[Callable[[str, Random], str], ...] = (
    _decomposed,
    _wide,
    _alike,
    _with_marks,
    _unseen,
    _other_dashes,
    _as_entities,
    _other_blanks,
    _tagged,
)


def disguised(draw: Random) -> str:
    """A number or a name in one to three disguises, or a name in another script."""
    if draw.random() < 0.05:
        return draw.choice(FOREIGN)
    value = number(draw) if draw.random() < 0.6 else draw.choice(NAMES)
    if draw.random() < 0.1:
        return _in_another_encoding(value, draw)
    for place in sorted(draw.sample(range(len(DISGUISES)), draw.randint(1, 3))):
        value = DISGUISES[place](value, draw)
    return value


_REPLACED = re.compile(r"<[A-Z_]+>")
_TAG = re.compile(r"""<!--.*?-->|<(?:"[^"]*"|[^<>"])*>""", re.DOTALL)


def left_of(text: str) -> list[str]:
    """The words and numbers that somebody can still read in a redacted text, however written."""
    shown = _REPLACED.sub(" ", text)
    while shown != (shown := html.unescape(shown)):
        pass
    shown = unicodedata.normalize("NFKD", _TAG.sub("", shown))
    kept = [
        " " if c.isspace() else c if unicodedata.category(c)[0] in "LN" and c not in UNSEEN else ""
        for c in shown
    ]
    return "".join(kept).split()
