"""Which spans name the same person or the same value."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from clearshard.recognizers import vocabulary
from clearshard.records.transcript import Span

#: Types whose values are names of people: "Jennifer" is "Jennifer Lopez" of the same transcript.
PERSON = "PERSON"

_POSSESSIVE = re.compile(r"(?<=\w)['\u2019]s(?!\w)")
_INSIDE_WORD = re.compile(r"(?<=\w)['\u2019](?=\w)")


def words_of(value: str) -> list[str]:
    """The words of a value without case, punctuation or possessives: "O'Shea's" is ``oshea``."""
    plain = unicodedata.normalize("NFKC", value).casefold()
    if not plain.isalnum():
        plain = _INSIDE_WORD.sub("", _POSSESSIVE.sub("", plain))
    if plain.isascii():
        return vocabulary.words_of(plain)
    # Marks count: in many scripts the vowels are marks, and values differ in nothing else.
    kept = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in plain)
    return "".join(kept).split()


def identity_of(value: str) -> str:
    """The same for values that differ in case, punctuation and spacing alone."""
    return "".join(words_of(value)) or value.strip()


def number_identities(spans: Sequence[Span], values: Sequence[str]) -> list[int]:
    """Numbers per type in order of appearance; equal values, and names of one person, share one."""
    people = _People(
        [v for span, v in zip(spans, values, strict=True) if span.entity_type == PERSON]
    )
    numbers: defaultdict[str, dict[object, int]] = defaultdict(dict)
    result = []
    for span, value in zip(spans, values, strict=True):
        identity = people.identity(value) if span.entity_type == PERSON else identity_of(value)
        known = numbers[span.entity_type]
        result.append(known.setdefault(identity, len(known) + 1))
    return result


class _People:
    """The people of one transcript: names that are part of one longer name and of no other."""

    def __init__(self, values: Sequence[str]) -> None:
        self._by_word: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
        self._longest: dict[frozenset[str], frozenset[str]] = {}
        names = {frozenset(words_of(value)) for value in values} - {frozenset()}
        # From long to short, and within one length in a fixed order: whoever is part of a longer
        # name is no person of his own.
        for name in sorted(names, key=lambda n: (-len(n), sorted(n))):
            holders = self._holders(name)
            if not holders:
                for word in name:
                    self._by_word[word].append(name)
            self._longest[name] = holders[0] if len(holders) == 1 else name

    def identity(self, value: str) -> object:
        """The same for all names of one person."""
        name = frozenset(words_of(value))
        return self._longest[name] if name else identity_of(value)

    def _holders(self, name: frozenset[str]) -> list[frozenset[str]]:
        """Up to two longer names that this one is part of."""
        candidates = min((self._by_word.get(word, []) for word in sorted(name)), key=len)
        holders: list[frozenset[str]] = []
        for other in candidates:
            if name < other:
                holders.append(other)
                if len(holders) > 1:
                    break
        return holders
