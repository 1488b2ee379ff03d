"""Codes and account names of letters and digits in one token: "QX7T2L", "m4r1a_l0p3z", "kd84201".

Speech has no such words, and what is typed has few: measures, versions, models, times, quarters.
Those are known by their form, or are on a list of what everybody says; any other token in which
letters and digits change often enough names something of somebody.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator
from itertools import pairwise

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.unknown_word import ordinary_words
from clearshard.recognizers.vocabulary import any_of

CODE, ACCOUNT_NAME = "NUMBER_SEQUENCE", "USERNAME"
_SCORE = 0.5

#: Where letters and digits change.
_CHANGE = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")
#: Letters and digits without a blank; hyphens and underscores may stand within. Not what is part of
#: an address, a sum, a word or a decimal number; but what is quoted, owns or is named ("id:").
_CHUNK = re.compile(r"[\w\-]+")
_NOT_BEHIND = re.compile(r"(?<=[@&$%+\\])|(?<=[^\W_]['\u2019.,])|(?<=\d[/:])")
_NOT_BEFORE = re.compile(r"['\u2019](?!s\b)\w|[@%+]|[.:]\w")
_PART = re.compile(r"[^\W_]+")
_RUN = re.compile(r"\d+|[^\W\d_]+")

#: A token by itself has so many letters and digits, or one less if they change often.
_LEAST = 6
_LEAST_DIGITS = 2
_LEAST_CHANGES = 2
_OFTEN = 3
#: Where letters and digits change but once: "kd8420". Else it is a model or a word.
_LEAST_DIGITS_BESIDE_LETTERS = 4
_MOST_LETTERS_BESIDE_DIGITS = 2
#: A run of so many letters may be a word.
_LEAST_OF_WORD = 3

_UNITS = (
    "k m g t b p i c f w v a s h d x l n mm cm km nm um in ft yd mi mg kg gm gr lb lbs oz ml cl dl "
    "mcg ug iu cc gb mb kb tb bit bits kbps mbps gbps bps hz khz mhz ghz kw kwh mw mwh gw gwh kv "
    "mah va rpm mph kph kmh fps dpi ppi px ppm psi bar db min mins hr hrs hour hours sec secs ms "
    "us day days wk wks week weeks mo mos month months yr yrs year years am pm st nd rd th usd eur "
    "gbp cad aud bn bps pct percent bucks dollars cents ish man pt pts pcs mp inch inches foot "
    "feet yo hp cal kcal deg sqft"
).split()
_UNIT = any_of(_UNITS)
_BETWEEN = any_of("x by to v vs on of for and or e".split())
_NUMBERED = any_of("v ver rev rc no nr q h fy cy ch pg ep s e x".split())
#: Measures, versions, times, parts of a year or of a series.
_MEASURE = re.compile(
    rf"\d+(?:(?:{_BETWEEN})\d+){{0,3}}(?:{_UNIT})?"
    r"|(?:\d+(?:d|h|hr|hrs|m|min|mins|s|sec|secs))+\d*"
    r"|\d+(?:ft|foot|feet|lb|lbs|st)\d+(?:in|inch|oz|lb|lbs)?"
    rf"|(?:(?:{_NUMBERED})\d+)+(?:{_UNIT})?"
    r"|(?:q[1-4]|[1-4]q|h[12]|[12]h|fy|cy|(?:19|20)?\d\d)+e?"
    r"|[a-z]{1,2}(?:19|20)\d\d|(?:19|20)\d\d[a-z]{1,2}"
    r"|v?\d+(?:rc|a|b|beta|alpha|p|r)\d+"
    r"|(?:gtx|rtx|rx|hp|wd|mp|iso|iec|rfc|din|en|sha|ddr|utf)\d+[a-z]{0,2}"
    r"|x86|cyp\d[a-z]\d+"
)
#: "A4", "T1", "L5": a size, a place in a building or a spine.
_LABEL = re.compile(r"[a-z]\d{1,2}")
#: What everybody says, though it looks like a code.
_COMMON = frozenset(
    "b2b b2c b2b2c d2c p2p c2c m2m e2e f2f h2h o2o h1n1 h5n1 h3n2 r2d2 c3po hba1c a1c h2o co2 p90x "
    "5ht2a utf8mb4 k8s i18n l10n a11y log4j 4x4 2fa w3c h264 h265 e2ee u2f mp3 mp4 m4a 7zip".split()
)


def mixed_codes() -> Finder:
    """The recognizer, with the ordinary words: without them it is not made."""
    ordinary_words()
    return Finder(
        "MixedCodeRecognizer",
        [CODE, ACCOUNT_NAME],
        find_mixed_codes,
        _SCORE,
        Gate(frozenset((r"\d",)), extent=Extent.LINE),
    )


def find_mixed_codes(text: str) -> Iterator[Found]:
    """Tokens of letters and digits that are no measure and nothing that everybody says."""
    reached = 0
    for change in _CHANGE.finditer(text):
        if change.start() < reached:
            continue
        start = change.start()
        while start > reached and (text[start - 1].isalnum() or text[start - 1] in "_-"):
            start -= 1
        chunk = _CHUNK.match(text, start)
        assert chunk is not None  # it has the change
        reached = chunk.end()
        if _NOT_BEHIND.match(text, start) or _NOT_BEFORE.match(text, reached):
            continue
        said = chunk.group().lower()
        if _is_code(said):
            yield Found(start, reached, ACCOUNT_NAME if "_" in said else CODE)


def _is_code(said: str) -> bool:
    parts = _PART.findall(said)
    odd = [part for part in parts if _is_odd(part)]
    if len(parts) == 1:
        return bool(odd) and _is_long(said)
    size, digits = sum(map(len, parts)), sum(map(str.isdecimal, said))
    return (
        size >= _LEAST
        and digits >= _LEAST_DIGITS
        and (len(odd) > 1 or any(map(_changes_enough, odd)))
    )


def _is_odd(part: str) -> bool:
    """Whether letters and digits stand together that are no known form of a word or a number."""
    if not _changes(part) or _is_known(part):
        return False
    # "s21ultra", "win32api": what is left without the words.
    rest = "".join(run for run in _RUN.findall(part) if not _is_word(run))
    return rest == part or (not _is_known(rest) and _is_long(rest))


def _changes_enough(part: str) -> bool:
    """Whether a part with others beside it is no size or number of them."""
    changes, digits = _changes(part), sum(map(str.isdecimal, part))
    return changes >= _OFTEN or (changes >= _LEAST_CHANGES and digits >= _LEAST_DIGITS)


def _is_known(part: str) -> bool:
    return part in _COMMON or bool(_MEASURE.fullmatch(part) or _LABEL.fullmatch(part))


def _is_long(part: str) -> bool:
    """Whether a part is a code without others beside it."""
    changes, digits = _changes(part), sum(map(str.isdecimal, part))
    if changes < _LEAST_CHANGES:
        return (
            digits >= _LEAST_DIGITS_BESIDE_LETTERS
            and len(part) >= _LEAST
            and len(part) - digits <= _MOST_LETTERS_BESIDE_DIGITS
        )
    return digits >= _LEAST_DIGITS and len(part) >= _LEAST - (changes >= _OFTEN)


def _changes(part: str) -> int:
    """How often letters change to digits or digits to letters."""
    return sum(one.isdecimal() != other.isdecimal() for one, other in pairwise(part))


def _is_word(run: str) -> bool:
    return len(run) >= _LEAST_OF_WORD and run in ordinary_words()
