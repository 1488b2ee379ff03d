"""Values in letters, digits and signs of Unicode that are drawn as their own: each class by itself.

Values are generated. A class is a function from a value to how it may be written.
"""

# ruff: noqa: RUF001 - letters that are drawn alike are what this is about

import random
import string
import sys
import unicodedata
from collections.abc import Callable, Sequence

Random = random.Random
Disguise = Callable[[str, Random], str]

_FIRST = ("Jennifer", "Oksana", "Marcus", "Priya", "Caleb", "Brigitte", "Hector")
_LAST = ("Lopez", "Okonkwo", "Whitfield", "Kovalenko", "Brannigan", "Mercado")


def _digits(draw: Random, count: int) -> str:
    return "".join(draw.choices(string.digits, k=count))


def _card(draw: Random) -> str:
    digits = "4" + _digits(draw, 14)
    doubled = [int(d) * (2 - place % 2) for place, d in enumerate(digits)]
    digits += str(-sum(n - 9 * (n > 9) for n in doubled) % 10)
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


#: Kind → one made by chance.
VALUES: dict[str, Callable[[Random], str]] = {
    "card": _card,
    "phone": lambda draw: (
        f"{draw.randrange(201, 989)}-{draw.randrange(200, 999)}-{_digits(draw, 4)}"
    ),
    "ssn": lambda draw: f"{draw.randrange(101, 665)}-{draw.randrange(10, 99)}-{_digits(draw, 4)}",
    "name": lambda draw: f"{draw.choice(_FIRST)} {draw.choice(_LAST)}",
    "email": lambda draw: f"{draw.choice(_FIRST)}.{draw.choice(_LAST)}@northwind.com".lower(),
    "address": lambda draw: f"{draw.randrange(100, 999)} {draw.choice(_LAST)} Street",
}
NUMBERS = ("card", "phone", "ssn")
WITH_LETTERS = ("name", "email", "address")

#: The zero of every script that has digits.
ZEROS = tuple(
    chr(c)
    for c in range(0x80, sys.maxunicode + 1)
    if unicodedata.category(chr(c)) == "Nd" and unicodedata.digit(chr(c)) == 0
)
#: The first of ten digits, or of nine from one on, in other shapes.
SHAPES_FROM_ZERO = (0xFF10, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1FBF0, 0x1F101)
SHAPES_FROM_ONE = (0x2460, 0x2474, 0x2488, 0x24F5, 0x2776, 0x2780, 0x278A, 0x2160, 0x2170)
#: The first of 26 capitals and of 26 small letters.
FONTS = (
    *((0xFF21, 0xFF41), (0x1D400, 0x1D41A), (0x1D5A0, 0x1D5BA), (0x1D5D4, 0x1D5EE)),
    *((0x1D670, 0x1D68A), (0x24B6, 0x24D0), (0x1F110, 0x249C), (0x1D468, 0x1D482)),
)
#: Nobody sees them.
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u180e\u180f\u200b\u200c\u200d\u200e\u200f\u2060"
    "\u2061\u2062\u2063\u2064\u2065\u206a\u206f\ufe00\ufe0f\ufeff\ufff9\ufffa\ufffb\U0001d173"
    "\U0001bca0\U000e0001\U000e0061\U000e0100"
)
#: What begins and ends directions, and turns nothing around here.
DIRECTIONS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069"
MARKS = "\u0301\u0305\u030a\u0334\u0336\u0338\u0489\u05b0\u064b\u093c\u20dd\u20e3\u3099"
BLANKS = "\u00a0\u1680\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000\x0b\x0c\x1c\x85"
#: Between parts of a number any sign; between names and in addresses these are read too.
SIGNS = "\u00ac\u00b7\u066a\u066b\u060c\u2022\u2027\u2053\u2219\u22c5\u2500\u25cf\u3001\u30fb\u30fc"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d"
FULL_STOPS = "\u3002\uff0e\uff61\u2024\ufe52\u00b7\u2027\u0701\u06d4\u22c5\u2e33\u30fb\ua60e"
_ALIKE = {
    "cyrillic": dict(zip("aeopcyxAEOPCXTHKMBijsIJS", "аеорсухАЕОРСХТНКМВіјѕІЈЅ", strict=True)),
    "greek": dict(zip("ABEZHIKMNOPTYXovu", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονυ", strict=True)),
    "small capitals": dict(
        zip("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", strict=True)
    ),
    "raised": dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True)),
    "phonetic": dict(zip("abdefghijklmnorstuvwyz", "ɑƅɗҽƒɡɦıʝƙɭɱɳσɾʂƭυѵɯɣʐ", strict=True)),
    "hooks": dict(zip("acdeghijklnorstuwyz", "ąçđęğħįĵķłņøŗşŧųŵŷž", strict=True)),
}
#: A letter or a sign for a digit.
_FOR_DIGITS = {
    **{f"{c} for 0": {"0": c} for c in "OoQDΟОоՕ○◯"},
    **{f"{c} for 1": {"1": c} for c in "lI|ІӀǀ"},
    **{
        f"{c} for another": {d: c}
        for c, d in zip("ZƧЗƷȜSЅƼGбBВȢ", "2233355566888"[:13], strict=True)
    },
    "all that look alike": {"0": "O", "1": "l", "5": "S", "8": "B"},
}


def _each(table: dict[str, str]) -> Disguise:
    return lambda value, _: "".join(table.get(c, c) for c in value)


def _some(table: dict[str, str]) -> Disguise:
    return lambda value, draw: "".join(table.get(c, c) if draw.random() < 0.4 else c for c in value)


def _between(sign: str, share: float) -> Disguise:
    return lambda value, draw: (
        "".join(c + (sign if c.isalnum() and draw.random() < share else "") for c in value[:-1])
        + value[-1]
    )


def _instead_of(blanks: str, sign: str) -> Disguise:
    return lambda value, _: value.translate(dict.fromkeys(map(ord, blanks), sign))


def _ten_from(zero: int) -> dict[str, str]:
    return {str(n): chr(zero + n) for n in range(10)}


def _nine_from(one: int) -> dict[str, str]:
    return {str(n): chr(one + n - 1) for n in range(1, 10)}


def _font(upper: int, lower: int) -> dict[str, str]:
    return {
        chr(first + n): chr(to + n) for first, to in ((65, upper), (97, lower)) for n in range(26)
    }


def _named(prefix: str, characters: Sequence[str]) -> list[tuple[str, str]]:
    return [(f"{prefix} {ord(c):04x}", c) for c in characters]


def _turned(value: str, _: Random) -> str:
    return f"\u202e{value[::-1]}\u202c"


def _turned_words(value: str, _: Random) -> str:
    return " ".join(f"\u2067\u202e{word[::-1]}\u202c\u2069" for word in value.split(" "))


#: Name of a class → how it is written, and the kinds of values that it is for.
CLASSES: dict[str, tuple[Disguise, tuple[str, ...]]] = {
    **{name: (_each(_ten_from(ord(z))), NUMBERS) for name, z in _named("digits of", ZEROS)},
    **{name: (_some(_ten_from(ord(z))), NUMBERS) for name, z in _named("some digits of", ZEROS)},
    **{f"shape {z:04x}": (_each(_ten_from(z)), NUMBERS) for z in SHAPES_FROM_ZERO},
    **{f"shape {one:04x}": (_each(_nine_from(one)), NUMBERS) for one in SHAPES_FROM_ONE},
    **{f"font {lo:04x}": (_each(_font(up, lo)), WITH_LETTERS) for up, lo in FONTS},
    **{name: (_each(table), WITH_LETTERS) for name, table in _ALIKE.items()},
    **{f"some {name}": (_some(_ALIKE[name]), WITH_LETTERS) for name in _ALIKE if name != "hooks"},
    **{name: (_some(table), NUMBERS) for name, table in _FOR_DIGITS.items()},
    **{name: (_between(c, 1.0), tuple(VALUES)) for name, c in _named("unseen", UNSEEN)},
    **{name: (_between(c, 0.4), tuple(VALUES)) for name, c in _named("direction", DIRECTIONS)},
    **{name: (_between(c, 1.0), tuple(VALUES)) for name, c in _named("mark", MARKS)},
    **{name: (_instead_of(" -", c), tuple(VALUES)) for name, c in _named("blank", BLANKS)},
    **{name: (_instead_of(" -", c), tuple(VALUES)) for name, c in _named("sign", SIGNS)},
    **{name: (_instead_of(" -", c), NUMBERS) for name, c in _named("dash", DASHES)},
    **{name: (_instead_of(".", c), ("email",)) for name, c in _named("full stop", FULL_STOPS)},
    **{name: (_instead_of("@", c), ("email",)) for name, c in _named("at", "\uff20\ufe6b")},
    "turned around": (_turned, tuple(VALUES)),
    "words turned around": (_turned_words, tuple(VALUES)),
}
