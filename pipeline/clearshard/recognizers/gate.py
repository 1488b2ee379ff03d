"""Where a recognizer need not look: a cheap test that loses nothing.

Almost every pattern needs a digit, an "@" or the like, and most lines of a conversation have none.
What a pattern needs is read off the pattern itself, so that it is right for the patterns of
Presidio's next release and for those of the user too. A pattern that cannot be understood for
certain has no gate: it is tried everywhere.

The syntax is read by the parser of the standard library. Patterns are matched by `regex`, whose
syntax holds more; where the two might read a pattern differently, there is no gate either.
"""

import re
import string
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]  # the parser has no public name
from re import _parser  # type: ignore[attr-defined]  # the same
from typing import Any

import regex
from presidio_analyzer import EntityRecognizer, PatternRecognizer

_DIGIT = r"\d"
#: A full stop inside a word: between sentences it says nothing.
_INNER_DOT = r"\.\w"
#: Characters that may be a sign: they are neither letters, whose case may be ignored, nor blanks.
_MARKS = frozenset(string.punctuation) - {"_"}
#: What transcripts have most, the most frequent last; any other mark is rarer than these.
_FREQUENT = (_INNER_DOT, r"\-", r"\d{3}", r"\d{2}", _DIGIT, r"\?", "'", ",", r"\.")
#: Longer runs of digits are so rare that it makes no difference.
_MOST_DIGITS = 7
#: Flags of `re` that `regex` reads in the same way.
_KNOWN_FLAGS = regex.DOTALL | regex.MULTILINE | regex.IGNORECASE
#: What `regex` reads otherwise than `re`, or `re` takes for ordinary characters: POSIX classes and
#: set operations.
_READ_OTHERWISE = re.compile(r"\[\[|\[[:.=][^\]]*[:.=]\]|--|&&|\|\||~~")

#: A full stop as the parser gives it.
_DOTS = [(op.LITERAL, ord(".")), (op.IN, [(op.LITERAL, ord("."))])]

Nodes = Sequence[tuple[Any, Any]]


class Extent(IntEnum):
    """How much of a text a recognizer has to see to find something in it; more is larger.

    Nothing that is found, nor anything that is looked at around it, reaches over the end of the
    extent, and the end of a text is as good as one. But for these ends, a character beside it may
    be looked at for whether it is one of a word.
    """

    #: What stands between blanks or line breaks.
    CHUNK = 0
    LINE = 1
    TEXT = 2


@dataclass(frozen=True, slots=True)
class Gate:
    """Where something can be found at all.

    Wherever something is found, there is a sign or a word in its extent.

    Attributes:
        signs: Regular expressions for `regex`, of which one matches in lowercase text. A long list
            of literals is looked for in a tenth of the time that one pattern for them takes.
        extent: What has to be read.
        words: In lowercase, runs of letters and digits, of which one is said. Not of chunks: those
            are told apart by their signs.

    Raises:
        ValueError: Words of a chunk.
    """

    signs: frozenset[str]
    extent: Extent
    words: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.words and self.extent is Extent.CHUNK:
            raise ValueError("words are looked for in lines and texts")


def gate_of(recognizer: EntityRecognizer) -> Gate | None:
    """The gate of a recognizer; None if it must look everywhere.

    A recognizer that does more than to match its patterns may say so in an attribute `gate`.
    """
    stated = getattr(recognizer, "gate", None)
    if isinstance(stated, Gate):
        return stated
    # Whatever else a recognizer does to find something, nobody can tell from its patterns.
    if not isinstance(recognizer, PatternRecognizer) or not _only_matches(recognizer):
        return None
    return gate_of_patterns((p.regex for p in recognizer.patterns), recognizer.global_regex_flags)


def gate_of_patterns(patterns: Iterable[str], flags: int) -> Gate | None:
    """The gate of regular expressions; None if one of them has to be tried everywhere."""
    return _gate(tuple(patterns), flags)


# A recognizer is asked for its gate twice where written forms are read too, and reading the list of
# all top-level domains takes longer than to make any recognizer.
@lru_cache(maxsize=1024)
def _gate(patterns: tuple[str, ...], flags: int) -> Gate | None:
    signs: set[str] = set()
    extent = Extent.CHUNK
    for pattern in patterns:
        nodes = parsed(pattern, flags)
        needed = None if nodes is None else _needed(nodes)
        if nodes is None or needed is None:
            return None
        signs |= needed
        extent = max(extent, _extent(nodes, multiline=bool(flags & re.M)))
    return Gate(frozenset(signs), extent)


def _only_matches(recognizer: PatternRecognizer) -> bool:
    return type(recognizer).analyze is PatternRecognizer.analyze


def parsed(pattern: str, flags: int) -> Nodes | None:
    """The expressions of a pattern in order; None if it cannot be understood for certain."""
    if flags & ~_KNOWN_FLAGS or _READ_OTHERWISE.search(pattern):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # "possible nested set": `regex` may see one
            parsed: Any = _parser.parse(pattern, flags)
    except (re.error, Warning, RecursionError, OverflowError):
        return None
    if parsed.state.flags & ~(_KNOWN_FLAGS | re.UNICODE):
        return None
    nodes: Nodes = list(parsed)
    # A brace that `re` takes for itself may be a fuzzy quantifier to `regex`.
    return None if any(node == (op.LITERAL, ord("{")) for node in _walk(nodes)) else nodes


def _walk(nodes: Nodes) -> Iterable[tuple[Any, Any]]:
    for node in nodes:
        yield node
        for part in _parts(*node):
            yield from _walk(part)


def _parts(kind: Any, value: Any) -> Sequence[Nodes]:
    """The expressions inside a node."""
    if kind is op.BRANCH:
        return list(value[1])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return [list(value[2])]
    if kind is op.SUBPATTERN:
        return [list(value[3])]
    if kind is op.ATOMIC_GROUP:
        return [list(value)]
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [list(value[1])]
    if kind is op.GROUPREF_EXISTS:
        return [list(part) for part in value[1:] if part]
    return []


def _needed(nodes: Nodes) -> frozenset[str] | None:
    """Signs of which every match has at least one: of all such sets the rarest."""
    flat = flattened(nodes)
    found = [_needed_by(*node) for node in flat]
    found += [
        frozenset((_INNER_DOT,))
        for place, node in enumerate(flat)
        if node in _DOTS and _begins_with_word(flat[place + 1 :])
    ]
    found += [frozenset((_digits(count),)) for count in _runs_of_digits(flat)]
    return min(filter(None, found), key=_frequency, default=None)


def _digits(count: int) -> str:
    """The sign for so many digits in a row."""
    return _DIGIT if count < 2 else rf"\d{{{min(count, _MOST_DIGITS)}}}"


def _runs_of_digits(flat: Nodes) -> list[int]:
    """How many digits every match has in a row, for each place where it has any."""
    runs = [0]
    for kind, value in flat:
        least, node = 1, (kind, value)
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT) and len(value[2]) == 1:
            least, node = value[0], value[2][0]
        if node[0] in (op.IN, op.LITERAL) and _needed_by(*node) == frozenset((_DIGIT,)):
            # Be there as many more as may: they are digits in a row.
            runs[-1] += least
        else:
            runs.append(0)
    return [count for count in runs if count]


def flattened(nodes: Nodes) -> list[tuple[Any, Any]]:
    """The nodes in order, with groups that match once taken apart."""
    flat: list[tuple[Any, Any]] = []
    for kind, value in nodes:
        flat += flattened(list(value[3])) if kind is op.SUBPATTERN else [(kind, value)]
    return flat


def _begins_with_word(nodes: Nodes) -> bool:
    """Whether whatever they match begins with a letter, a digit or an underscore."""
    for kind, value in flattened(nodes):
        if kind is op.BRANCH:
            return all(_begins_with_word(list(part)) for part in value[1])
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            if not _begins_with_word(list(value[2])):
                return False
            if value[0] > 0:
                return True
            # It may be missing: then it is about what follows.
            continue
        return all(_is_word(*m) for m in value) if kind is op.IN else _is_word(kind, value)
    return False


def _is_word(kind: Any, value: Any) -> bool:
    if kind is op.LITERAL:
        return chr(value).isalnum() or value == ord("_")
    if kind is op.RANGE:
        low, high = value
        return high < 128 and all(chr(c).isalnum() or c == ord("_") for c in range(low, high + 1))
    return kind is op.CATEGORY and value in (op.CATEGORY_DIGIT, op.CATEGORY_WORD)


def _needed_by(kind: Any, value: Any) -> frozenset[str] | None:
    if kind is op.LITERAL:
        return _sign_of(chr(value))
    if kind is op.IN:
        return _union(_sign_of_member(*member) for member in value)
    if kind is op.BRANCH:
        return _union(_needed(list(part)) for part in value[1])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return _needed(list(value[2])) if value[0] > 0 else None
    if kind is op.ATOMIC_GROUP:
        return _needed(list(value))
    return None


def _sign_of(character: str) -> frozenset[str] | None:
    if character.isdecimal():
        return frozenset((_DIGIT,))
    return frozenset((re.escape(character),)) if character in _MARKS else None


def _sign_of_member(kind: Any, value: Any) -> frozenset[str] | None:
    if kind is op.LITERAL:
        return _sign_of(chr(value))
    if kind is op.RANGE:
        low, high = value
        return _union(_sign_of(chr(c)) for c in range(low, high + 1)) if high < 128 else None
    if kind is op.CATEGORY and value is op.CATEGORY_DIGIT:
        return frozenset((_DIGIT,))
    return None


def _union(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """Signs of alternatives: of which there are none as soon as one of them has none."""
    union: set[str] = set()
    for signs in sets:
        if not signs:
            return None
        union |= signs
    # A run of digits is no sign of its own where a shorter one is.
    shortest = min((sign for sign in union if sign.startswith(_DIGIT)), default=None)
    return frozenset(s for s in union if s == shortest or not s.startswith(_DIGIT))


def _frequency(signs: frozenset[str]) -> tuple[int, int, list[str]]:
    ranks = [_FREQUENT.index(sign) + 1 if sign in _FREQUENT else 0 for sign in signs]
    return max(ranks), len(ranks), sorted(signs)


def _extent(nodes: Nodes, *, multiline: bool) -> Extent:
    """How much has to be read so that what is not read makes no difference."""
    walked = list(_walk(nodes))
    ends = {value for kind, value in walked if kind is op.AT} - _BOUNDARIES
    if (not multiline and ends) or ends - _ENDS_OF_LINE or any(_sees("\n", *n) for n in walked):
        return Extent.TEXT
    return Extent.LINE if ends or any(_sees(" ", *n) for n in walked) else Extent.CHUNK


def _sees(blank: str, kind: Any, value: Any) -> bool:
    """Whether it makes a difference to a node that there is a blank, or what follows one."""
    if kind is op.LITERAL:
        return bool(value == ord(blank))
    if kind is op.NOT_LITERAL:
        return bool(value != ord(blank))
    if kind is op.ANY:
        return True
    if kind is op.IN:
        negated = any(member == (op.NEGATE, None) for member in value)
        return negated != any(_is(blank, *member) for member in value)
    return kind is not op.AT and kind not in _WITH_PARTS


def _is(blank: str, kind: Any, value: Any) -> bool:
    if kind is op.LITERAL:
        return bool(value == ord(blank))
    if kind is op.RANGE:
        return bool(value[0] <= ord(blank) <= value[1])
    if kind is op.CATEGORY:
        return value not in (op.CATEGORY_DIGIT, op.CATEGORY_WORD, op.CATEGORY_NOT_SPACE)
    return False


#: Places beside which only that there is a word makes a difference.
_BOUNDARIES = frozenset((op.AT_BOUNDARY, op.AT_NON_BOUNDARY))
_ENDS_OF_LINE = frozenset((op.AT_BEGINNING, op.AT_END))
#: Nodes that look at nothing by themselves.
_WITH_PARTS = frozenset(
    (
        op.BRANCH,
        op.MAX_REPEAT,
        op.MIN_REPEAT,
        op.POSSESSIVE_REPEAT,
        op.SUBPATTERN,
        op.ATOMIC_GROUP,
        op.ASSERT,
        op.ASSERT_NOT,
        op.GROUPREF,
        op.GROUPREF_EXISTS,
    )
)
