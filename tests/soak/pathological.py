"""Texts that a recognizer likes and does not: what its own patterns begin with, over and over.

Taken from the patterns themselves, so that a new one is attacked without anybody thinking of it: a
text that it would match is drawn from its syntax and cut off somewhere, so that the match fails at
the last moment and everything before was in vain.
"""

import random
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from re import _constants as op  # type: ignore[attr-defined]  # the parser has no public name
from re import _parser  # type: ignore[attr-defined]  # the same
from typing import Any

import regex
from presidio_analyzer import EntityRecognizer

#: As long as a word may be that anything reads; see `clearshard.redaction.detector`.
LONGEST_WORD = 4_000
_SAMPLES = 10
_MOST_AGAIN = 2
_JOINTS = ("", " ", "\n")
_OF_CATEGORY = {op.CATEGORY_DIGIT: "7", op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: "ab7_"}

Make = Callable[[int], str]


def families(recognizer: EntityRecognizer) -> dict[str, Make]:
    """Name → texts of about so many letters, made of what the patterns of a recognizer match."""
    found: dict[str, Make] = {}
    for number, pattern in enumerate(_patterns(recognizer)):
        chance = random.Random(f"{type(recognizer).__name__} {number}")
        for _ in range(_SAMPLES):
            piece = _piece(pattern, chance)
            for joint in _JOINTS:
                found[_name(piece + joint)] = _again(piece, joint)
    return found


def _patterns(recognizer: EntityRecognizer) -> Iterator[str]:
    """Those that it has, and those of the module that finds for it."""
    yield from (pattern.regex for pattern in getattr(recognizer, "patterns", ()))
    find = getattr(recognizer, "_find", None)
    module = sys.modules[find.__module__ if find is not None else type(recognizer).__module__]
    if module.__name__.startswith("clearshard"):
        for value in vars(module).values():
            if isinstance(value, re.Pattern | regex.Pattern) and isinstance(value.pattern, str):
                yield value.pattern


def _piece(pattern: str, chance: random.Random) -> str:
    """A beginning of something that the pattern matches, in one case or another."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sets that `regex` would read otherwise
        try:
            drawn = "".join(_draw(list(_parser.parse(pattern)), chance, {}))
        except re.error:  # what only `regex` knows
            drawn = "x"
    cut = drawn[: chance.randint(1, max(1, len(drawn)))]
    return chance.choice((cut, cut, cut.upper(), drawn)) or "x"


def _draw(nodes: Sequence[tuple[Any, Any]], chance: random.Random, groups: dict[int, str]) -> str:
    return "".join(_draw_one(kind, value, chance, groups) for kind, value in nodes)


def _draw_one(kind: Any, value: Any, chance: random.Random, groups: dict[int, str]) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind in (op.NOT_LITERAL, op.ANY):
        return "x" if value != ord("x") else "y"
    if kind is op.IN:
        return _member(value, chance)
    if kind is op.BRANCH:
        return _draw(list(chance.choice(value[1])), chance, groups)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, most, inner = value
        times = chance.randint(least, min(most, least + _MOST_AGAIN))
        return "".join(_draw(list(inner), chance, groups) for _ in range(times))
    if kind is op.SUBPATTERN:
        drawn = _draw(list(value[3]), chance, groups)
        if value[0] is not None:
            groups[value[0]] = drawn
        return drawn
    if kind is op.ATOMIC_GROUP:
        return _draw(list(value), chance, groups)
    return groups.get(value, "") if kind is op.GROUPREF else ""


def _member(members: Sequence[tuple[Any, Any]], chance: random.Random) -> str:
    if members[0][0] is op.NEGATE:
        taken = _member(members[1:], chance)
        return next(letter for letter in "x7 -y" if letter != taken)
    kind, value = chance.choice(members)
    if kind is op.RANGE:
        return chr(chance.randint(*value))
    if kind is op.CATEGORY:
        return chance.choice(_OF_CATEGORY.get(value, "x"))
    return chr(value)


def _again(piece: str, joint: str) -> Make:
    """So many letters of it, with a blank where a word would be longer than any is read."""

    def text(letters: int) -> str:
        unit = piece + joint
        if any(c.isspace() for c in unit):
            return unit * (letters // len(unit) + 1)
        word = unit * (LONGEST_WORD // len(unit))
        return f"{word} " * (letters // len(word)) + word[: letters % len(word)]

    return text


def _name(piece: str) -> str:
    return ascii(piece)[1:-1][:40]


def _alternating(letters: int) -> str:
    return "a1" * (letters // 2)


def in_words(make: Make) -> Make:
    """The same, with a blank where a word would be longer than any is read."""

    def text(letters: int) -> str:
        parts = []
        for word in make(letters).split(" "):
            cuts = range(0, max(1, len(word)), LONGEST_WORD)
            parts += [word[cut : cut + LONGEST_WORD] for cut in cuts]
        return " ".join(parts)

    return text


def _of(piece: str) -> Make:
    return in_words(lambda letters: piece * (letters // len(piece) + 1))


#: What nobody's pattern has to name: one character, two in turn, quotes in quotes, long words.
PLAIN: dict[str, Make] = {
    **{f"all {ascii(c)[1:-1]}": _of(c) for c in "a1.@-'\"/:(<&\\%_ \n\t,"},
    **{f"all {ascii(c)[1:-1]} with a blank": _of(c + " ") for c in "a1.@-'\"/:(<&_,A"},
    **{
        f"in turn {ascii(pair)[1:-1]}": _of(pair)
        for pair in ("a1", "a.", "1.", "a@", "1-", "a-", "a'", "1:", "(1", "A.", "a_", "\"'", "1 ,")
    },
    "nested quotes": in_words(lambda n: "\"'" * (n // 4) + "a" + "'\"" * (n // 4)),
    "long words": lambda n: ("x" * 3_999 + " ") * (n // 4_000) + "y" * (n % 4_000),
    "long numbers": lambda n: ("8" * 3_999 + " ") * (n // 4_000) + "9" * (n % 4_000),
    "words of 60": lambda n: ("antidisestablishment" * 3 + " ") * (n // 61 + 1),
    "no break": _of("word"),
    "capitals": _of("Word"),
    "capitals with blanks": _of("Word Other "),
}
