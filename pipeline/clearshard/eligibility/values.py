"""The values that a text fact can have, and what else they are called where files are kept.

A fact with any other value is not known. A warehouse says `US`, or the name of the region that its
storage is in; which of these is which value, the policy says (`also_called`), since who runs the
servers knows and nobody else does.
"""

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

#: Values of the contract (contracts: File manifest). Of other text facts every value is known.
KNOWN_VALUES = {"product": ("async", "streaming", "llm_gateway"), "region": ("us", "eu")}

#: Fact → value → what else it is called.
OtherNames = Mapping[str, Mapping[str, Sequence[str]]]

#: Words that only a server in Europe is called by.
_EUROPEAN = ("eu", "europe", "emea")


def spelled(name: str) -> str:
    """What a name is compared by: `US_West_2` is `us-west-2`."""
    return name.lower().replace("_", "-").replace(".", "-")


class Readings:
    """What each text fact may say, in the names that a policy knows."""

    def __init__(self, also_called: OtherNames) -> None:
        self._values = {
            fact: {
                spelled(name): value
                for value in values
                for name in (value, *also_called.get(fact, {}).get(value, ()))
            }
            for fact, values in KNOWN_VALUES.items()
        }

    def value(self, fact: str, name: str) -> str | None:
        """The value that a name stands for; None if it is not known."""
        return self._values[fact].get(spelled(name))

    def known(self, fact: str, column: pa.DictionaryArray) -> pa.DictionaryArray:
        """A column of names as the values that they stand for; null for any other."""
        readings = self._values.get(fact)
        if readings is None:
            return column
        names = column.dictionary.to_pylist()
        values = [None if name is None else readings.get(spelled(name)) for name in names]
        if values == names:
            return column
        wanted = sorted(set(filter(None, values)))
        places = pa.array(
            [None if value is None else wanted.index(value) for value in values], pa.int32()
        )
        return pa.DictionaryArray.from_arrays(
            places.take(column.indices), pa.array(wanted, pa.string())
        )


def problems_of(also_called: OtherNames) -> Iterator[str]:
    """What is wrong with other names: of what they name, or because a name says otherwise."""
    for fact, values in also_called.items():
        if fact not in KNOWN_VALUES:
            yield f"also_called.{fact} → only {', '.join(KNOWN_VALUES)} have other names"
            continue
        taken = {spelled(value): value for value in KNOWN_VALUES[fact]}
        for value, names in values.items():
            place = f"also_called.{fact}.{value} → "
            if value not in KNOWN_VALUES[fact]:
                yield f"{place}{fact} can only be {', '.join(KNOWN_VALUES[fact])}"
                continue
            for name in names:
                if taken.setdefault(spelled(name), value) != value:
                    yield f"{place}{name} is {taken[spelled(name)]} already"
                elif fact == "region" and value != "eu" and _is_european(name):
                    yield f"{place}{name} says that it is in Europe: no policy may call it {value}"


def _is_european(name: str) -> bool:
    """Whether a region is called after Europe: `eu-central-1`, `westeurope`, `EUR4`."""
    words = "".join(c if c.isalpha() else " " for c in spelled(name)).split()
    return any(word in _EUROPEAN or "europe" in word or word.startswith("eur") for word in words)
