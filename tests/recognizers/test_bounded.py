"""No pattern can take the square of a text: told from the patterns themselves, without a clock.

Two shapes lead there. A repeat without a bound that begins a pattern is tried from each of its
letters to its end. And one within another parts the same letters in every way there is. Where one
of them is meant, it stands below with the reason why its text is short, or cannot be parted in two
ways. `tests/soak/test_growth_of_each.py` measures what each recognizer costs.
"""

import importlib
import pkgutil
import re
import warnings
from collections.abc import Iterator, Sequence
from re import _constants as op  # type: ignore[attr-defined]  # the parser has no public name
from re import _parser  # type: ignore[attr-defined]  # the same
from typing import Any

import pytest
import regex

import clearshard.recognizers
import clearshard.redaction
from clearshard.recognizers.gate import _parts
from clearshard.recognizers.late import Late
from clearshard.recognizers.table import recognizers_of
from clearshard.recognizers.whole_date import _DATE

Nodes = Sequence[tuple[Any, Any]]
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)

_BEFORE = "is given the few letters before something"
#: A repeat without a bound begins them.
BEGIN = {
    "recognizers.url._ANY_ENDING": "is given an ending",
    "recognizers.number_sequence._BETWEEN": "is given what stands between two numbers",
    "redaction.view.characters._DRESSED": "goes on behind what it took, and is given back nothing",
    "redaction.residual._NEXT_SAID": "is matched at a place, not looked for",
    "redaction.written.pieces._WORD_BEFORE": _BEFORE,
}
_PARTED = "a sign or a blank parts what is repeated, and no other repeat takes it"
#: They have one within another.
NESTED = {
    **dict.fromkeys(
        (
            "recognizers.vocabulary.TOKEN",
            "recognizers.unknown_word._TOKEN",
            "recognizers.unknown_word._LETTERS",
            "recognizers.url._JOINED",
            "recognizers.plugins._ENTITY_TYPE",
            "redaction.residual._RUN",
            "redaction.view.characters._DRESSED",
            "redaction.view.markup._ENTITY",
            "redaction.view.markup._TAG",
            "redaction.view.scripts._WORD",
            "EmailRecognizer",
        ),
        _PARTED,
    )
}


def _modules() -> Iterator[Any]:
    for package in (clearshard.recognizers, clearshard.redaction):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(module.name)


def _within(value: Any) -> Iterator[Any]:
    """The patterns of a value, also where it holds several."""
    if isinstance(value, re.Pattern | regex.Pattern | Late):
        yield value.pattern
    elif isinstance(value, dict | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _within(inner)


def _patterns() -> Iterator[tuple[str, str]]:
    for module in _modules():
        for name, value in vars(module).items():
            for text in _within(value):
                yield (
                    f"{module.__name__.removeprefix('clearshard.')}.{name}",
                    text if isinstance(text, str) else text.decode("latin-1"),
                )
    for recognizer in recognizers_of("strict", None, 5.0).every:
        for pattern in getattr(recognizer, "patterns", ()):
            yield recognizer.name, pattern.regex


@pytest.fixture(scope="module")
def parsed() -> dict[str, tuple[set[str], Nodes]]:
    """Pattern → where it is used, and its syntax."""
    found: dict[str, tuple[set[str], Nodes]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sets that `regex` would read otherwise
        for name, pattern in _patterns():
            if pattern in found:
                found[pattern][0].add(name)
                continue
            # Properties of Unicode and set operations, which only `regex` knows, are sets to this.
            known = re.sub(r"\\[pP]\{\w+\}", r"\\w", pattern).replace(r"\X", ".")
            known = re.sub(r"\[\[(.*?)\]--\[.*?\]\]", r"[\1]", known)
            found[pattern] = ({name}, list(_parser.parse(known)))
    return found


def _is_without_bound(kind: Any, value: Any) -> bool:
    return kind in _REPEATS and value[1] >= op.MAXREPEAT


def _can_fail(nodes: Nodes) -> bool:
    for kind, value in nodes:
        if kind is op.SUBPATTERN:
            if _can_fail(list(value[3])):
                return True
        elif kind not in _REPEATS or value[0] > 0:
            return True
    return False


def _begins_without_bound(nodes: Nodes, behind: Nodes = ()) -> bool:
    """Whether a repeat without a bound comes first, and a match may fail behind it."""
    for place, (kind, value) in enumerate(nodes):
        rest = [*nodes[place + 1 :], *behind]
        if kind is op.AT or (kind in (op.ASSERT, op.ASSERT_NOT) and value[0] < 0):
            return False  # it says where to begin
        if kind in (op.ASSERT, op.ASSERT_NOT):
            continue
        if kind is op.BRANCH:
            return any(_begins_without_bound(list(part), rest) for part in value[1])
        if kind in (op.SUBPATTERN, op.ATOMIC_GROUP):
            return _begins_without_bound(list(value[3] if kind is op.SUBPATTERN else value), rest)
        if _is_without_bound(kind, value):
            return _can_fail(rest)
        if kind not in _REPEATS:
            return False
        if _begins_without_bound(list(value[2]), rest):
            return True
        if value[0] > 0:
            return False
    return False


def _is_nested(nodes: Nodes, *, within: bool = False) -> bool:
    for kind, value in nodes:
        is_one = _is_without_bound(kind, value)
        if is_one and within:
            return True
        if any(_is_nested(part, within=within or is_one) for part in _parts(kind, value)):
            return True
    return False


def test_no_pattern_is_tried_from_each_letter_to_its_end(
    parsed: dict[str, tuple[set[str], Nodes]],
) -> None:
    found = [names for names, nodes in parsed.values() if _begins_without_bound(nodes)]
    assert len(parsed) > 130
    assert [names for names in found if names.isdisjoint(BEGIN)] == []
    assert set(BEGIN) <= {name for names in found for name in names}


def test_no_pattern_parts_the_same_letters_in_many_ways(
    parsed: dict[str, tuple[set[str], Nodes]],
) -> None:
    found = [names for names, nodes in parsed.values() if _is_nested(nodes)]
    assert [names for names in found if names.isdisjoint(NESTED)] == []
    assert set(NESTED) <= {name for names in found for name in names}


def test_dates_have_no_repeat_without_a_bound(
    parsed: dict[str, tuple[set[str], Nodes]],
) -> None:
    def bounded(nodes: Nodes) -> bool:
        return all(
            not _is_without_bound(kind, value) and all(map(bounded, _parts(kind, value)))
            for kind, value in nodes
        )

    assert bounded(parsed[_DATE.pattern][1])


@pytest.mark.parametrize(
    ("pattern", "begins", "nested"),
    [
        (r"[a-z0-9.]+\.(?:com|net)", True, False),
        (r"(?:www)?(?:x|[a-z.]+)\.com", True, False),
        (r"(?<![a-z.])[a-z.]+\.com", False, False),
        (r"\b\w+ing", False, False),
        (r"\w+", False, False),
        (r"(?:a+)+b", True, True),
        (r"-(?:\w+|\s)*-", False, True),
    ],
)
def test_what_is_told_from_a_pattern(pattern: str, begins: bool, nested: bool) -> None:
    nodes = list(_parser.parse(pattern))
    assert (_begins_without_bound(nodes), _is_nested(nodes)) == (begins, nested)
