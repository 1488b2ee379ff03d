"""Which words a spaCy tokenizer leaves whole whatever they are, read off its patterns.

spaCy tries its prefixes, suffixes and infixes on every word it has not seen, which takes most of
the time that a new word costs. All of English's need a sign or a digit, so a word of letters alone
can do without. That is not assumed: it is read off the patterns of the tokenizer at hand.
"""

import re
import string
from collections.abc import Sequence
from re import _constants as op  # type: ignore[attr-defined]  # the parser has no public name
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from spacy.tokenizer import Tokenizer

Nodes = Sequence[tuple[Any, Any]]

_LETTERS = frozenset(map(ord, string.ascii_letters))


def leaves_letters_whole(tokenizer: Tokenizer) -> bool:
    """Whether a run of ASCII letters between blanks that is no special case is always one token.

    False also where that cannot be told from the patterns.
    """
    searches = (tokenizer.prefix_search, tokenizer.suffix_search, tokenizer.infix_finditer)
    return all(search is None or _needs_more_than_letters(search) for search in searches)


def _needs_more_than_letters(search: Any) -> bool:
    """Whether a method of a compiled pattern finds nothing in letters alone."""
    pattern = getattr(search, "__self__", None)
    # Where case is ignored, some letters beyond ASCII are the same as one of ASCII.
    if not isinstance(pattern, re.Pattern) or pattern.flags & re.IGNORECASE:
        return False
    return _needs(_parser.parse(pattern.pattern, pattern.flags))


def _needs(nodes: Nodes) -> bool:
    """Whether what matches all the nodes in turn has, or stands beside, more than letters."""
    return any(_node_needs(*node) for node in nodes)


def _node_needs(kind: Any, value: Any) -> bool:
    if kind is op.IN:
        return all(_member_needs(*member) for member in value)
    if kind is op.BRANCH:
        return all(_needs(part) for part in value[1])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return value[0] > 0 and _needs(value[2])
    if kind is op.SUBPATTERN:
        return not value[1] and _needs(value[3])  # no flags of its own
    if kind is op.ASSERT:
        # Patterns are tried on the word by itself: there is nothing else to look at.
        return _needs(value[1])
    return kind is op.LITERAL and value not in _LETTERS


def _member_needs(kind: Any, value: Any) -> bool:
    if kind is op.LITERAL:
        return value not in _LETTERS
    if kind is op.RANGE:
        low, high = value
        return _LETTERS.isdisjoint(range(low, high + 1))
    return kind is op.CATEGORY and value in (op.CATEGORY_DIGIT, op.CATEGORY_SPACE)
