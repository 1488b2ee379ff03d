"""Every word that detection takes for a number, for a part of one, or for a letter that is said.

Whatever reads numbers in speech reads these, so that no list lacks what another one has. (The
residual check does not: it has a list of its own on purpose.)
"""

# ruff: noqa: SIM905 - lists of words read better as words

from collections.abc import Mapping
from enum import StrEnum

_UNITS = "zero one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SEVERAL = "twos threes fours fives sixes sevens eights nines".split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()

#: The ten digits as they are mostly said, in order.
DIGITS = tuple(_UNITS)
#: Lowercase word → its value, by what kind of number word it is.
UNITS = {word: value for value, word in enumerate(_UNITS)} | {
    **dict.fromkeys("oh o nought naught aught".split(), 0),
    "niner": 9,
    # "three fives", and as on the radio
    **{word: value for value, word in enumerate(_SEVERAL, start=2)},
    **dict.fromkeys("zeros zeroes nil".split(), 0),
    "wun": 1,
    "fower": 4,
    "fife": 5,
}
TEENS = {word: value for value, word in enumerate(_TEENS, start=10)}
TENS = {word: 10 * value for value, word in enumerate(_TENS, start=2)} | {"fourty": 40}
#: They carry no digit of their own and keep a number together.
SCALES = {"hundred": 100, "thousand": 1000}
ORDINALS = {word: value for value, word in enumerate(_ORDINALS, start=1)} | {"thirtieth": 30}
#: Words for how often the next digit is said again.
REPEATS = {"double": 1, "triple": 2, "treble": 2, "quadruple": 3, "quintuple": 4}
#: Other words that recognition makes of a digit; only between two that are said one by one.
HEARD_FOR_DIGITS = frozenset("to too for won ate".split())
NUMBER_WORDS = frozenset((*UNITS, *TEENS, *TENS, *SCALES, *REPEATS))

#: The spelling alphabet of NATO, with the spellings that recognizers of speech choose → its letter.
NATO = {
    word: word[0]
    for word in (
        "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo "
        "lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey "
        "whisky xray yankee zulu"
    ).split()
}
#: Names of letters that are written as words and are no other word.
_NAMES_OF_LETTERS = {"zed": "z", "zee": "z", "aitch": "h", "haitch": "h", "double u": "w"}
#: Word that is said for a letter → that letter; the letters themselves are not among them.
LETTER_WORDS = NATO | _NAMES_OF_LETTERS


class WordKind(StrEnum):
    """What a word of these is, each a letter: a pattern can read a row of them."""

    UNIT = "u"
    TEEN = "e"
    TEN = "t"
    SCALE = "s"
    REPEAT = "r"
    ORDINAL = "n"
    LETTER = "l"


_TABLES: dict[WordKind, Mapping[str, int | str]] = {
    WordKind.UNIT: UNITS,
    WordKind.TEEN: TEENS,
    WordKind.TEN: TENS,
    WordKind.SCALE: SCALES,
    WordKind.REPEAT: REPEATS,
    WordKind.ORDINAL: ORDINALS,
    WordKind.LETTER: LETTER_WORDS,
}
#: Word → what it is; letters themselves are not among them.
KINDS = {word: kind for kind, words in _TABLES.items() for word in words}
#: Word → its value in digits, or its letter.
WRITTEN = {word: str(value) for words in _TABLES.values() for word, value in words.items()}
