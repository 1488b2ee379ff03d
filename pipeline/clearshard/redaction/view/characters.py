# ruff: noqa: RUF001 - letters that are drawn alike are what this is about

"""Characters → those that they look like, and nothing where nobody sees any."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

import regex

from clearshard.redaction.view.alignment import Piece

#: Characters whose fold is remembered.
_REMEMBERED = 1 << 13

#: Letters of Cyrillic, Greek and Armenian that are drawn as letters of Latin, in pairs.
_PAIRS = (
    "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwӏlкkмmтtвbнhгrпnьbёeїiѵvүyөoғfԍgАAВBЕEКKМMНHОOРPСCТTУYХX"
    "ІIЇIЈJЅSԚQԜWҺHҒFЅSЁEӀIЬbҮYѴV"
    "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaεeηnιiκkνvοoρpσoτtυuχxγyωwμuβbϲcϳjάaέeήnίiόoύuώwϊi"
    "օoսuհhոnցgզqյjՏSՕOՍUҽe"
)
ALIKE: Mapping[int, str] = {ord(a): b for a, b in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)}
#: Small capitals and other letters of Latin that have no decomposition.
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢꜰꜱ", "abcdeghijklmnoprtuvwyzfs", strict=True))
#: Those of phonetics, and with hooks and strokes that no language of Europe has.
_HOOKED = (
    "ƀbɓbƅbƈcȼcɕcɖdɗdɇeɘeəeɛeƒfɠgɣyɦhɨiɩiɉjʝjȷjƙkɭlɫlƚlɱmɯwɲnɳnɵoɔoƥpɍrɽrɾrʂsƭtʈtʉuʋvʌvɏyƴyƶzȥzʐzʑz"
)
_LATIN = {
    **_SMALL_CAPITALS,
    **dict(zip(_HOOKED[::2], _HOOKED[1::2], strict=True)),
    "ı": "i",
    "ɡ": "g",
    "ɑ": "a",
    "ǫ": "q",
}
#: What is a blank to the eye, although its category says otherwise.
_BLANK = "\u2800\u3164\uffa0\x1c\x1d\x1e\x1f"
_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"
#: Nobody sees them, although their category says otherwise.
_UNSEEN = "\ufffc\u034f\u115f\u1160\u17b4\u17b5"
_SIGNS = {
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4\uff07", "'"),
    **dict.fromkeys("\u2212\u2043\u02d7", "-"),
    **dict.fromkeys("\u2044\u2215", "/"),
    "\u3002": ".",
}
#: What compatibility characters become that is itself drawn as something else.
_COMPATIBLE = {ord(sign): shown for sign, shown in _SIGNS.items()}
#: Signs of one character that say the same as more; as many of them stand in ordinary text.
_KEPT = "\u2026\u2122\u2120\u00a8\u00af\u00b8\u02dc\u02da\u02d8\u02d9\u02db\u02dd\u2017\u203e"
_TABLE = {
    **dict.fromkeys(_BLANK, " "),
    **dict.fromkeys(_BREAKS, "\n"),
    **dict.fromkeys(_UNSEEN, ""),
    **dict.fromkeys(_KEPT, None),
    **_SIGNS,
    **_LATIN,
}
#: First of 26 letters in order that are drawn in a square or a circle, or of a flag.
_ENCLOSED = (0x1F110, 0x1F130, 0x1F150, 0x1F170, 0x1F1E6)
#: The same of small letters, in brackets.
_SMALL_IN_BRACKETS = 0x249C
#: Letters, digits and signs of ASCII as characters that nobody sees.
_TAGS = range(0xE0020, 0xE007F)
_TAG_OFFSET = 0xE0000

_DRESSED = regex.compile(r"(?:\p{Latin}\p{M}++){3,}+(?!\p{L})")
_CLUSTER = regex.compile(r"\P{M}?\p{M}++")
_NO_FOREIGN = regex.compile(r"[\p{Latin}\p{Common}\p{Inherited}]")
_WORD = regex.compile(r"[\w\p{M}]+")
_LATIN_OR_DIGIT = regex.compile(r"[\p{Latin}\p{Nd}]")


#: Letters of languages of Europe that look like another and have no decomposition.
_STROKES = dict(zip("øØłŁđĐħĦŧŦ", "oOlLdDhHtT", strict=True))
_MARKED_WORD = regex.compile(r"\p{L}{3,}+")
#: Of a word of which so many letters have a mark, none is meant: no language has as many.
_MOST_MARKED = 0.6

#: What may stand between two letters or digits without a blank, and is no part of either.
_BETWEEN = regex.compile(
    r"(?<=[\p{L}\p{N}])[^\x00-\x7f\p{L}\p{M}\p{N}\p{Z}\p{C}\p{Sc}](?=[\p{L}\p{N}])"
    r"|(?<=[\p{Latin}\p{N}])\u30fc(?=[\p{Latin}\p{N}])"
)

#: Of an address so many letters are looked at on both sides.
_NEAR = 64

_LOST = "\N{REPLACEMENT CHARACTER}"
_LOST_SIGN = regex.compile(rf"(?<=\p{{L}}){_LOST}(?=(?:s|t|d|m|re|ve|ll)\b)", regex.IGNORECASE)
_LOST_LETTERS = regex.compile(rf"(?<=\p{{L}}){_LOST}+(?=\p{{L}})")
_ANY_LETTER = "\u00f8"


def folds_of(text: str, *, reads_tags: bool) -> dict[str, str]:
    """The characters of a text that look like others, and which.

    Args:
        text: Any text.
        reads_tags: Whether the characters that spell ASCII unseen are read, or dropped.
    """
    folds = {c: folded for c in set(text) if (folded := _fold(c)) is not None}
    if reads_tags:
        folds |= {c: chr(ord(c) - _TAG_OFFSET) for c in folds if ord(c) in _TAGS}
    return folds


def spells_unseen(text: str) -> bool:
    """Whether a text holds ASCII in characters that nobody sees."""
    return any(ord(c) in _TAGS for c in set(text))


def folded(text: str, folds: Mapping[str, str]) -> list[Piece]:
    """Each character that some folds name, as a piece."""
    return [Piece(i, i + 1, folds[c]) for i, c in enumerate(text) if c in folds]


def marks(text: str, ranges: Sequence[tuple[int, int]]) -> list[Piece]:
    """Letters with the marks behind them within some ranges, as one character each.

    Marks that make no character with their letter are dropped, where the letter is of Latin, a
    digit or a sign: they are ornament, as all marks are where each letter of a word has one. In
    other scripts they may be vowels.
    """
    dressed = {
        place
        for start, end in ranges
        for found in _DRESSED.finditer(text, start, end)
        for place in range(*found.span())
    }
    return [
        Piece(found.start(), found.end(), shown)
        for start, end in ranges
        for found in _CLUSTER.finditer(text, start, end)
        if (shown := _shown(found.group(), found.start() in dressed)) != found.group()
    ]


def has_marks(text: str) -> bool:
    """Whether a text has any marks that combine."""
    return any(map(_is_mark, set(text)))


def with_latin_letters(text: str) -> str:
    """The text with letters of Latin in the words that have some, for all that are drawn alike.

    Every character stays where it was.
    """
    if ALIKE.keys().isdisjoint(map(ord, set(text))):
        return text
    latin: str = _WORD.sub(_latin_word, text)
    return latin


def with_lost_letters(text: str) -> str:
    """The text with a letter, or an apostrophe, for each that an encoding has lost within a word.

    Every character stays where it was. No word has the letter: what it stands in is in no
    dictionary.
    """
    if _LOST not in text:
        return text
    signed = _LOST_SIGN.sub("'", text)
    filled: str = _LOST_LETTERS.sub(lambda lost: _ANY_LETTER * len(lost.group()), signed)
    return filled


def with_plain_letters(text: str) -> str:
    """The text with letters without marks in words of which nearly every letter has one.

    Every character stays where it was.
    """
    if text.isascii():
        return text
    plain: str = _MARKED_WORD.sub(_without_marks, text)
    return plain


def with_plain_signs(text: str) -> str:
    """The text with blanks for signs beyond ASCII between letters; in an address, with full stops.

    Every character stays where it was.
    """
    if text.isascii():
        return text
    plain: str = _BETWEEN.sub(lambda sign: "." if _is_in_address(sign) else " ", text)
    return plain


def _is_in_address(sign: "regex.Match[str]") -> bool:
    """Whether there is an "@" between the same blanks."""
    start, end = sign.span()
    near = sign.string[max(0, start - _NEAR) : start].rsplit(maxsplit=1)
    behind = sign.string[end : end + _NEAR].split(maxsplit=1)
    return any("@" in part for part in (*near[-1:], *behind[:1]))


def _without_marks(word: "regex.Match[str]") -> str:
    said: str = word.group()
    if said.isascii():
        return said
    plain = "".join(map(_base, said))
    marked = sum(letter != base for letter, base in zip(said, plain, strict=True))
    return plain if marked >= _MOST_MARKED * len(said) else said


@lru_cache(maxsize=_REMEMBERED)
def _base(letter: str) -> str:
    """The letter of Latin without its marks, or itself."""
    base = _STROKES.get(letter) or unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else letter


def _latin_word(word: "regex.Match[str]") -> str:
    said: str = word.group()
    return said.translate(ALIKE) if _LATIN_OR_DIGIT.search(said) else said


@lru_cache(maxsize=_REMEMBERED)
def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _shown(cluster: str, is_dressed: bool) -> str:
    return cluster[0] if is_dressed else _composed(cluster)


def _composed(cluster: str) -> str:
    composed = unicodedata.normalize("NFC", cluster)
    if _NO_FOREIGN.match(cluster):
        return "".join(c for c in composed if not _is_mark(c))
    return composed


@lru_cache(maxsize=_REMEMBERED)
def _fold(character: str) -> str | None:
    """What a character is shown as; None for itself."""
    if character in "\t\n" or " " <= character <= "~":
        return None
    if character in _TABLE:
        return _TABLE[character]
    category = unicodedata.category(character)
    # A surrogate by itself is no character: such text is not redacted but quarantined.
    if category[0] == "C" and category != "Cs":
        return ""
    if category == "Zs":
        return " "
    if category == "Pd":
        return "-"
    if category in ("Nd", "No"):
        number = unicodedata.numeric(character, None)
        if number is not None and number == int(number):
            return str(int(number))
    for first in _ENCLOSED:
        if first <= ord(character) < first + 26:
            return chr(ord("A") + ord(character) - first)
    if _SMALL_IN_BRACKETS <= ord(character) < _SMALL_IN_BRACKETS + 26:
        return chr(ord("a") + ord(character) - _SMALL_IN_BRACKETS)
    if category[0] == "M":
        return None
    shown = unicodedata.normalize("NFKC", character).translate(_COMPATIBLE)
    return None if shown == character else shown
