"""The lists of names, cities, countries and streets that values are drawn from."""

import re
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path


@dataclass(frozen=True)
class Names:
    """Lists that values are drawn from.

    Attributes:
        firsts: First names, most frequent first, and their cumulative counts.
        lasts: Surnames, likewise.
        cities: By region of the world: `us`, `gb`, `other`; each (city, region).
        countries: Of the same list.
        streets: Names of streets.
    """

    firsts: tuple[list[str], list[int]]
    lasts: tuple[list[str], list[int]]
    cities: dict[str, list[tuple[str, str]]]
    countries: list[str]
    streets: list[str]

    @classmethod
    def read(cls, folder: Path) -> "Names":
        """The lists of the corpora's folder of gazetteers."""
        firsts = [line.split("\t") for line in _lines(folder / "us_first_names_ssa.txt")]
        lasts = [line.split("\t") for line in _lines(folder / "us_surnames_census2010.txt")]
        cities: dict[str, list[tuple[str, str]]] = {"us": [], "gb": [], "other": []}
        countries = set()
        for line in _lines(folder / "world_cities_geonames.txt"):
            city, region, country = [*line.split("\t"), "", ""][:3]
            if not re.search(r"[A-Za-z]", city) or len(city) > 30:
                continue
            kind = {"United States": "us", "United Kingdom": "gb"}.get(country, "other")
            cities[kind].append((city, region))
            countries.add(country.partition(",")[0])
        return cls(
            ([row[0] for row in firsts], list(accumulate(int(row[2]) for row in firsts))),
            ([row[0] for row in lasts], list(accumulate(int(row[1]) for row in lasts))),
            cities,
            sorted(c for c in countries if c),
            [s for s in _lines(folder / "us_common_street_names.txt") if s.strip()],
        )


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
