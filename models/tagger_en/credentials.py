"""What people log in with and are written to: passwords, user names, mail addresses, sites."""

from collections.abc import Sequence
from random import Random

from said import Said
from snippets import Snippets
from vocabulary import DOMAINS, PASS_WORDS, PETS, TOP_DOMAINS

_SIGNS = {
    ".": ("dot", "dot", "point", "period", "full stop", "."),
    "_": ("underscore", "under score", "_"),
    "-": ("dash", "hyphen", "minus", "-"),
    "!": ("exclamation point", "exclamation mark", "bang", "!"),
    "@": ("at sign", "at", "@"),
    "#": ("hash", "pound sign", "hashtag", "#"),
}
_AT = ("at", "at", "at", "at", "@", "at the rate", "at the rate of", "at sign", "[at]", "arroba")


class Credentials:
    """Draws credentials and addresses, written or said."""

    def __init__(self, rng: Random, said: Said, snippets: Snippets, words: Sequence[str]) -> None:
        self._rng = rng
        self._words = words
        self._said = said
        self._snippets = snippets

    def _word(self) -> str:
        return self._rng.choice(PASS_WORDS if self._rng.random() < 0.4 else self._words)

    def _sign(self, sign: str) -> str:
        return self._rng.choice(_SIGNS[sign])

    def _name(self) -> str:
        return self._rng.choice((self._snippets.first, self._snippets.last))().lower()

    def password(self) -> str:
        """A password or a pass phrase."""
        rng, said = self._rng, self._said
        one, two, digits = self._word(), self._word(), said.random_digits(2, 3, 4)
        return rng.choice(
            (
                one + digits,
                f"{one.capitalize()}{digits}!",
                f"{one} {two}",
                f"{one} {said.digits(digits)}",
                f"capital {one[0]} {one[1:]} {said.digits(digits)}",
                f"{one}{two}{digits}",
                f"{one} {two} {self._word()}",
                f"{one} {two} {self._word()} {self._word()}",
                f"{one} {rng.choice(('as', 'is', 'in', 'of', 'for', 'and', 'on', 'to'))} {two} "
                f"{rng.choice('abkmqrxz')} {said.digits(digits)}",
                f"{one} as {two} {said.digits(digits)}",
                f"{one}-{two}-{self._word()}",
                said.code("".join(rng.choices("abcdefghkmnpqrstwxyz23456789", k=7))),
                f"{rng.choice(('my', 'the', 'big', 'little', 'happy'))} {one} "
                f"{rng.choice(('loves', 'eats', 'sees', 'and'))} {two}",
                f"{one} {self._sign('_')} {two} {said.digits(digits)}",
                f"{one} {said.digits(digits)} {self._sign('!')}",
                f"{one} {self._sign('#')} {said.digits(digits)}",
                self._name() + digits,
                f"{self._name()} {said.digits(digits)}",
                f"{one}{digits} with a capital {one[0]}",
                rng.choice(PETS),
                said.spelled(one),
            )
        )

    def username(self) -> str:
        """The name of a login."""
        rng, said = self._rng, self._said
        first, last = self._snippets.first().lower(), self._snippets.last().lower()
        digits = said.random_digits(2, 3)
        return rng.choice(
            (
                first + last,
                first[0] + last,
                f"{first}_{last}",
                first + digits,
                f"{first} {last} {said.digits(digits)}",
                self._word() + digits,
                f"{self._word()} {self._word()} {said.digits(digits)}",
                f"{first} {self._sign('_')} {last}",
                f"{first}.{last}",
                f"{first[0]} {last} {said.digits(digits)}",
                said.spelled(first[0] + last[:6]),
            )
        )

    def _local(self) -> list[str]:
        first, last = self._snippets.first().lower(), self._snippets.last().lower()
        digits = self._said.random_digits(1, 2, 2, 3, 4)
        one = self._word()
        return self._rng.choice(
            (
                [first, ".", last],
                [first[0], last],
                [first, last],
                [first, last, digits],
                [first, "_", last],
                [first, digits],
                [last, ".", first, digits],
                [one, digits],
                [one, self._word()],
                [first, "-", last],
                [first],
                [first[0], ".", last, digits],
                [self._rng.choice(("info", "support", "contact", "billing", "hello", "admin"))],
            )
        )

    def email(self) -> str:
        """A mail address: written, said, spelled, or with its dots lost."""
        rng, said = self._rng, self._said
        parts, domain, top = self._local(), rng.choice(DOMAINS), rng.choice(TOP_DOMAINS)
        if rng.random() < 0.18:
            domain = rng.choice((self._word(), self._word(), "my", "the", "our"))
            domain += rng.choice((" ", " ", "")) + rng.choice((self._word(), self._word(), "work"))
        if rng.random() < 0.25:
            return "".join(parts) + "@" + domain.replace(" ", "") + "." + top
        spoken = []
        lost = rng.random() < 0.06
        for part in parts:
            if part in _SIGNS:
                spoken.append("" if lost else self._sign(part))
            elif part.isdigit():
                spoken.append(said.digits(part))
            else:
                spoken.append(said.spelled(part) if rng.random() < 0.2 else part)
        dot = "" if lost else rng.choice(("dot", "dot", "dot", "dot", "point", "."))
        end = f" {dot} ".join(["", *top.split(".")])
        host = said.spelled(domain) if rng.random() < 0.08 else domain
        draw = rng.random()
        if draw < 0.05:
            host, end = domain + top.replace(".", ""), ""
        elif draw < 0.1:
            end = ""
        return " ".join(f"{' '.join(spoken)} {rng.choice(_AT)} {host}{end}".split())

    def site(self) -> str:
        """The address of somebody's page."""
        rng = self._rng
        name = (self._snippets.first() + self._snippets.last()).lower().replace("'", "")
        top = rng.choice(TOP_DOMAINS)
        return rng.choice(
            (
                f"www.{name}.{top}",
                f"w w w dot {name} dot {top}",
                f"https://{name}.{top}/{self._word()}",
                f"http://www.{name}.{top}/",
                f"{name} dot {top}",
                f"linkedin.com/in/{name}",
                f"facebook dot com slash {name}",
                f"{self._word()}{self._word()}.{top}",
            )
        )
