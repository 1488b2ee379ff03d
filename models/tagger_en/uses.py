"""How common each word is and as what: an ordinary word, a first name, a surname, a place.

A use is a number below 64, which is a row of the weights (`clearshard.tagger.features`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from clearshard.tagger.features import Uses, hash_of

_ORDINARY = Path(__file__).parents[1] / "words_en" / "words.txt"
#: Places in the order of how often a word is said, where its commonness changes.
_RANKS = (500, 1500, 4000, 10_000)
#: In the list of ordinary words; not in it.
_ORDINARY_BASE, _OTHER_BASE = 1, 10
_FIRST_BASE, _LAST_BASE = 20, 28
#: Births in a year, and bearers, from which on a name is more common.
_FIRST_CUTS, _LAST_CUTS = (200, 2000, 10_000), (2000, 20_000, 100_000)
_CITY, _PART_OF_CITY, _CITY_NEAR, _COUNTRY, _REGION, _STREET = 36, 37, 38, 40, 41, 44
_NEAR = ("United States", "United Kingdom")
_FEWEST_TIMES = 3
#: Frequent or ordinary, and so no name that nobody has tagged.
_COMMON = frozenset((*range(3, 7), *range(12, 16)))
_MOST_COMMON = frozenset((5, 6, 14, 15))
_NAMES = frozenset(range(20, 41))
_FREQUENT_FIRST = frozenset((_FIRST_BASE + 2, _FIRST_BASE + 3))


def uses_of(gazetteers: Path, texts: Iterable[str]) -> dict[str, frozenset[int]]:
    """Word in lower case → its uses.

    Args:
        gazetteers: The lists of names and places.
        texts: What is said, without its names and places.
    """
    uses: dict[str, set[int]] = defaultdict(set)
    _add_commonness(uses, texts)
    _add_names(uses, gazetteers / "us_first_names_ssa.txt", 2, _FIRST_BASE, _FIRST_CUTS)
    _add_names(uses, gazetteers / "us_surnames_census2010.txt", 1, _LAST_BASE, _LAST_CUTS)
    for line in _lines(gazetteers / "world_cities_geonames.txt"):
        city, region, country, *_ = [*line.split("\t"), "", ""]
        words = city.lower().split()
        for word in words:
            if re.fullmatch(r"[^\W\d_]{3,}", word):
                uses[word].add(_CITY if len(words) == 1 else _PART_OF_CITY)
                if country in _NEAR:
                    uses[word].add(_CITY_NEAR)
        uses[country.lower()].add(_COUNTRY)
        for word in region.lower().split():
            uses[word].add(_REGION)
    for line in _lines(gazetteers / "us_street_suffixes_usps.txt"):
        uses[line.split("\t")[0].lower().strip()].add(_STREET)
    return {word: frozenset(found) for word, found in uses.items() if word}


def names_nobody_tagged(uses: dict[str, frozenset[int]]) -> frozenset[str]:
    """Words that may be a name where nobody has looked for names."""
    return frozenset(word for word, found in uses.items() if found & _NAMES and not found & _COMMON)


def ordinary_words(uses: dict[str, frozenset[int]]) -> list[str]:
    """The list of ordinary words without those that are frequent names or places too, sorted."""
    names = {_FIRST_BASE + 1, _FIRST_BASE + 2, _FIRST_BASE + 3, _LAST_BASE + 2, _LAST_BASE + 3,
             _CITY, _COUNTRY}  # fmt: skip
    return sorted(
        word
        for word in _ORDINARY.read_text(encoding="ascii").split()
        if re.fullmatch(r"[a-z']{2,}", word) and not uses.get(word, frozenset()) & names
    )


def packed(uses: dict[str, frozenset[int]]) -> Uses:
    """The same by hashes: no word is in it."""
    by_hash: dict[int, int] = defaultdict(int)
    for word, found in uses.items():
        for use in found:
            by_hash[hash_of(word, 0)] |= 1 << use
    masks: dict[int, int] = {}
    sets = [masks.setdefault(by_hash[value], len(masks)) for value in sorted(by_hash)]
    return Uses(
        np.array(sorted(by_hash), np.uint32),
        np.array(sets, np.uint16),
        np.array(list(masks), np.uint64),
    )


def _add_commonness(uses: dict[str, set[int]], texts: Iterable[str]) -> None:
    times: Counter[str] = Counter()
    for text in texts:
        times.update(re.findall(r"[a-z']+", text))
    ranks = {word: rank for rank, (word, n) in enumerate(times.most_common()) if n >= _FEWEST_TIMES}
    ordinary = frozenset(_ORDINARY.read_text(encoding="ascii").split())
    for word in ordinary | set(ranks):
        rank = ranks.get(word)
        # 0 if it is never said, 1 if seldom, and 5 if it is among the most frequent.
        common = 0 if rank is None else 1 + sum(rank <= cut for cut in _RANKS)
        uses[word].add((_ORDINARY_BASE if word in ordinary else _OTHER_BASE) + common)


def _add_names(
    uses: dict[str, set[int]], path: Path, column: int, base: int, cuts: tuple[int, ...]
) -> None:
    seen = set()
    for line in _lines(path):
        values = line.split("\t")
        word = values[0].lower()
        # A name that both sexes have is listed twice, the more frequent one first.
        if word not in seen and re.fullmatch(r"[a-z']+", word):
            seen.add(word)
            uses[word].add(base + sum(int(values[column]) >= cut for cut in cuts))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
