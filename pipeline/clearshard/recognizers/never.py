"""Patterns that can never find anything, as far as that can be told from the pattern alone.

Whoever writes one believes that something is removed which is not. Of a pattern that cannot be
understood for certain nothing is said; the others are wrong beyond doubt: they match nothing but
the empty text, of which nothing is ever removed, or no text at all.
"""

from itertools import pairwise
from re import _constants as op  # type: ignore[attr-defined]  # the parser has no public name
from typing import Any

from clearshard.recognizers.gate import Nodes, flattened, parsed

_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


def never_matches(pattern: str, flags: int) -> bool:
    """Whether no text has anything in it, not empty, that the pattern matches.

    Args:
        pattern: A regular expression that `regex` can compile.
        flags: As it is compiled with.
    """
    nodes = parsed(pattern, flags)
    if nodes is None:
        return False
    return _takes_nothing(nodes) or _fails(nodes)


def _takes_nothing(nodes: Nodes) -> bool:
    """Whether whatever they match is empty."""
    return all(_is_empty(*node) for node in flattened(nodes))


def _is_empty(kind: Any, value: Any) -> bool:
    if kind is op.BRANCH:
        return all(_takes_nothing(list(part)) for part in value[1])
    if kind in _REPEATS:
        return value[1] == 0 or _takes_nothing(list(value[2]))
    if kind is op.ATOMIC_GROUP:
        return _takes_nothing(list(value))
    return kind in (op.AT, op.ASSERT, op.ASSERT_NOT)


def _fails(nodes: Nodes) -> bool:
    """Whether they match no text."""
    sequence = flattened(nodes)
    return any(_node_fails(*node) for node in sequence) or any(
        _contradict(a, b) for a, b in pairwise(sequence)
    )


def _node_fails(kind: Any, value: Any) -> bool:
    if kind is op.BRANCH:
        return all(_fails(list(part)) for part in value[1])
    if kind in _REPEATS:
        return value[0] > 0 and _fails(list(value[2]))
    if kind is op.ATOMIC_GROUP:
        return _fails(list(value))
    if kind is op.ASSERT:
        return _fails(list(value[1]))
    if kind is op.ASSERT_NOT:
        return len(value[1]) == 0
    return False


def _contradict(first: tuple[Any, Any], second: tuple[Any, Any]) -> bool:
    """Whether two nodes cannot follow each other."""
    boundaries = (op.AT, op.AT_BOUNDARY), (op.AT, op.AT_NON_BOUNDARY)
    if (first, second) in (boundaries, boundaries[::-1]):
        return True
    if first[0] is op.AT and first[1] in (op.AT_END, op.AT_END_STRING):
        return _is_visible(second)
    if second[0] is op.AT and second[1] in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
        return _is_visible(first)
    return False


def _is_visible(node: tuple[Any, Any]) -> bool:
    """Whether the node is one character, and not a line break."""
    return bool(node[0] is op.LITERAL and chr(node[1]).isprintable())
