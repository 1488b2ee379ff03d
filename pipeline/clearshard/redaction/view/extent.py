"""Where words and characters end that must not be cut.

A recognizer may take a part of a word that it does not know how to read, and a range may end
between a letter and its marks: what stays would still say most of it, or be no character at all.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import lru_cache

import regex

_REMEMBERED = 1 << 13
#: A stretch with characters of more than one code point, and the code point that it begins with.
_STRETCH = regex.compile(r"[\x00-\x7f]?[^\x00-\x7f]++")
_CHARACTER = regex.compile(r"\X")
_CONTINUES = regex.compile(r"[\p{M}\p{Cf}\p{Emoji_Modifier}\p{Regional_Indicator}\u1100-\u11ff]")


class Words:
    """The words of a text, to be asked for in order: each is looked at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known = (0, 0)

    def whole(
        self, start: int, end: int, may_be_cut: Callable[[int, int], bool]
    ) -> tuple[int, int]:
        """A range with all of the words that it begins and ends in.

        Args:
            start: First code point, not before that of the range asked for last.
            end: One past the last.
            may_be_cut: Tells of the range of a word whether it may stay as it is.
        """
        first = self._around(start)
        if first is not None and not may_be_cut(*first):
            start = first[0]
        last = self._around(end)
        if last is not None and not may_be_cut(*last):
            end = last[1]
        return start, end

    def _around(self, place: int) -> tuple[int, int] | None:
        """The range of the word that a place is inside of."""
        start, end = self._known
        if start < place < end:
            return self._known
        word = word_around(self._text, place)
        if word is not None:
            self._known = word
        return word


def word_around(text: str, place: int) -> tuple[int, int] | None:
    """The range of the word that a place is inside of."""
    if not 0 < place < len(text):
        return None
    before, behind = text[place - 1], text[place]
    # Nearly always there is a blank.
    if " " in (before, behind) or not (_is_of_word(before) and _is_of_word(behind)):
        return None
    start = end = place
    while start and _is_of_word(text[start - 1]):
        start -= 1
    while end < len(text) and _is_of_word(text[end]):
        end += 1
    return start, end


class Characters:
    """The characters of a text that take more than one code point, as people see them."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        if text.isascii() or not any(map(_continues, set(text))):
            return
        for stretch in _STRETCH.finditer(text):
            for found in _CHARACTER.finditer(text, *stretch.span()):
                start, end = found.span()
                if end > start + 1:
                    self._starts.append(start)
                    self._ends.append(end)

    def whole(self, start: int, end: int) -> tuple[int, int]:
        """A range with all of the characters that it holds a part of."""
        if not self._starts:
            return start, end
        first = bisect_right(self._ends, start)
        if first < len(self._starts):
            start = min(start, self._starts[first])
        last = bisect_left(self._starts, end) - 1
        if last >= 0:
            end = max(end, self._ends[last])
        return start, end


@lru_cache(maxsize=_REMEMBERED)
def _is_of_word(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"


@lru_cache(maxsize=_REMEMBERED)
def _continues(character: str) -> bool:
    return _CONTINUES.match(character) is not None
