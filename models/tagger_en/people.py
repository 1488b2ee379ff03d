"""Names of people as they stand in talk: bare, with titles, initials, spelled, words as well."""

from random import Random

from said import Said
from snippets import Snippets
from vocabulary import SUFFIXES, TITLES, WORD_FIRSTS, WORD_LASTS

_INITIALS = "ABCDEFGHJKLMNPRSTW"


class People:
    """Draws names of all origins, and such as are words too."""

    def __init__(self, rng: Random, said: Said, snippets: Snippets) -> None:
        self._rng = rng
        self._said = said
        self._snippets = snippets

    def first(self) -> str:
        """A first name."""
        if self._rng.random() < 0.22:
            return WORD_FIRSTS[int(len(WORD_FIRSTS) * self._rng.random() ** 2)]
        return self._snippets.first()

    def last(self) -> str:
        """A surname."""
        if self._rng.random() < 0.34:
            return self._rng.choice(WORD_LASTS)
        return self._snippets.last()

    def full(self) -> str:
        """First name and surname, at times with something between or behind."""
        rng = self._rng
        if rng.random() < 0.5:
            return self._snippets.full()
        initial = rng.choice(_INITIALS)
        return rng.choice(
            (
                f"{self.first()} {self.last()}",
                f"{self.first()} {self.last()}",
                f"{self.first()} {initial} {self.last()}",
                f"{self.first()} {initial}. {self.last()}",
                f"{initial}. {self.last()}",
                f"{initial} {rng.choice(_INITIALS)} {self.last()}",
                f"{self.first()} {self.last()} {rng.choice(SUFFIXES)}",
                f"{self.first()} {rng.choice(('van', 'de', 'del', 'el', 'bin', 'von der'))} "
                f"{self.last()}",
                f"{self.last()}, {self.first()}",
                f"{self.first()} {self.last()}-{self.last()}",
            )
        )

    def of_words(self) -> str:
        """A whole name that is two ordinary words."""
        return f"{self._rng.choice(WORD_FIRSTS)} {self._rng.choice(WORD_LASTS)}"

    def anyone(self) -> str:
        """A whole name, a first name or a surname."""
        draw = self._rng.random()
        return self.full() if draw < 0.55 else self.first() if draw < 0.82 else self.last()

    def title(self) -> str:
        """What stands before a surname."""
        title = self._rng.choice(TITLES)
        # Corpora write the full stop of a title apart.
        return title.replace(".", " .") if self._rng.random() < 0.15 else title

    def spelled(self) -> str:
        """A name letter by letter."""
        return self._said.spelled(self.last() if self._rng.random() < 0.6 else self.first())
