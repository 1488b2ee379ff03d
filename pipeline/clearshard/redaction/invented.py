"""Names of people and places to draw surrogates from: Faker's lists, which make no list of ours.

A short list is recognised: who sees a few shards knows which names are surrogates, and so which are
not. Given and family names are drawn as often as people in the United States have them.
"""

from bisect import bisect
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from importlib import util
from itertools import accumulate

from clearshard.errors import ConfigError
from clearshard.redaction.identities import words_of

_NUMBERS = 2**32
_COUNTRY = "US"


@dataclass(frozen=True, slots=True)
class Pool:
    """Values to draw from.

    Attributes:
        values: All of them, always in the same order.
        cumulative: How often each comes and all before it, in parts of the last one.
    """

    values: tuple[str, ...]
    cumulative: tuple[float, ...]

    @classmethod
    def of(cls, weights: Mapping[str, float]) -> "Pool":
        """Of values and how often each comes, in any unit."""
        values = tuple(sorted(weights))
        return cls(values, tuple(accumulate(weights[value] for value in values)))

    def draw(self, number: int, taken: AbstractSet[str]) -> str:
        """The value that a number stands for, or the next one without a word that is taken.

        Args:
            number: From 0 to less than 2 to the power of 32.
            taken: Words as `words_of` gives them.
        """
        share = self.cumulative[-1] * number / _NUMBERS
        # Sums of floats may miss the last one by a little.
        first = min(bisect(self.cumulative, share), len(self.values) - 1)
        following = (*self.values[first:], *self.values[:first])
        return next(value for value in following if taken.isdisjoint(words_of(value)))


def require_names() -> None:
    """Says what is missing before any transcript is read.

    Raises:
        ConfigError: The package with the names is not installed.
    """
    if util.find_spec("faker") is None:
        problem = (
            "redaction.operators → surrogate needs a package: pip install 'clearshard[surrogates]'"
        )
        raise ConfigError("configuration", [problem])


@cache
def given_names() -> Pool:
    """Given names of all genders."""
    from faker.providers.person.en_US import Provider

    return Pool.of(Provider.first_names)


@cache
def family_names() -> Pool:
    """Family names."""
    from faker.providers.person.en_US import Provider

    return Pool.of(Provider.last_names)


@cache
def places() -> Pool:
    """Towns of the United States, each as often as any other."""
    from faker.providers.geo import Provider

    return Pool.of({place[2]: 1.0 for place in Provider.land_coords if place[3] == _COUNTRY})
