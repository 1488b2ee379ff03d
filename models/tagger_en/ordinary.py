"""What stays in a transcript: quantities, times, versions, medicine, trade and other words."""

from collections.abc import Sequence
from random import Random

from medicine import (
    ANATOMY,
    CONDITION_HEADS,
    CONDITION_TAILS,
    DRUG_HEADS,
    DRUG_TAILS,
    KINDS_OF_ILLNESS,
)
from said import Said, ordinal
from vocabulary import (
    JARGON_HEADS,
    JARGON_ROOTS,
    JARGON_TAILS,
    MODELS,
    UNITS,
)
from word_lists import DAYS, ONES

from clearshard.recognizers.lists.medicine import CONDITIONS, DRUGS


class Ordinary:
    """Draws words and numbers that say nothing about who somebody is.

    Args:
        rng: Of the draws.
        said: How numbers are said.
        words: Ordinary words that are no names.
    """

    def __init__(self, rng: Random, said: Said, words: Sequence[str]) -> None:
        self._rng = rng
        self._said = said
        self._words = words

    def word(self) -> str:
        """Any ordinary word, as likely rare as common."""
        return self._rng.choice(self._words)

    def caption(self) -> str:
        """What is written on a button, a tab or a menu."""
        return " ".join(self.word().capitalize() for _ in range(self._rng.choice((1, 2, 2, 3))))

    def cut_off(self) -> str:
        """A word begun, and at times said again whole."""
        word = self.word()
        begun = word[: self._rng.randrange(1, max(2, len(word) - 1))]
        mark = self._rng.choice(("-", "-", "", " -"))
        return self._rng.choice((f"{begun}{mark} {word}", f"{begun}{mark}", f"{begun}{mark} uh"))

    def jargon(self) -> str:
        """A made-up word of some trade."""
        rng = self._rng
        head = rng.choice(JARGON_HEADS) + rng.choice(("", "", "-"))
        return head + rng.choice(JARGON_ROOTS) + rng.choice(JARGON_TAILS)

    def abbreviation(self) -> str:
        """Letters that stand for a thing, in one of the ways that transcribers have."""
        letters = self._rng.choices("abcdefghilmnoprstuvx", k=self._rng.choice((2, 3, 3, 4)))
        upper = "".join(letters).upper()
        return self._rng.choice(
            ("_".join(letters) + "_", upper, " ".join(letters), ".".join(upper) + ".", upper,
             " ".join(letters), ".".join(letters) + ".", ". ".join(letters) + ".",
             "_".join(upper) + "_", f"{letters[0]}_ {letters[1]}_", f"{letters[0]}_")
        )  # fmt: skip

    def sign(self) -> str:
        """A sign or its name, said for its own sake."""
        return self._rng.choice(
            ("slash", "forward slash", "backslash", "dash", "hyphen", "underscore", "dot", "comma",
             "period", "question mark", "exclamation mark", "asterisk", "percent sign", "plus",
             "minus", "equals", "ampersand", "at sign", "open bracket", "close bracket", "colon",
             "semicolon", "quote", "end quote", "new line", "new paragraph", "apostrophe", "&", "+",
             "=", "*", "#", "@", "-", "--", "...", "%")
        )  # fmt: skip

    def drug(self) -> str:
        """A drug, as likely made up of parts as real."""
        if self._rng.random() < 0.6:
            return self._rng.choice(DRUG_HEADS) + self._rng.choice(DRUG_TAILS)
        return self._rng.choice(DRUGS)

    def condition(self) -> str:
        """A condition or a procedure, real or of Greek parts."""
        draw = self._rng.random()
        if draw < 0.3:
            return self._rng.choice(CONDITION_HEADS) + self._rng.choice(CONDITION_TAILS)
        if draw < 0.45:
            return (
                f"{self._rng.choice((*ANATOMY, self.word()))} {self._rng.choice(KINDS_OF_ILLNESS)}"
            )
        return self._rng.choice(CONDITIONS)

    def count(self) -> str:
        """How many of something."""
        rng = self._rng
        high = rng.choice((12, 12, 99, 99, 999, 20000))
        return self._said.count(rng.randint(2, high))

    def quantity(self) -> str:
        """How much of something, as it is answered: in pairs, hundreds, thousands, or about."""
        rng, said = self._rng, self._said
        one, ten, high = ONES[rng.randint(1, 9)], rng.randint(10, 99), rng.randint(11, 99)
        return rng.choice(
            (
                self.count(),
                f"{one} {said.pair(ten)}",
                f"{one} hundred",
                f"{one} hundred and {said.pair(ten)}",
                f"{said.count(high)} hundred",
                f"{said.pair(ten)} {said.pair(high)}",
                f"{said.pair(ten)} {one}",
                f"{said.count(high)} thousand",
                f"{said.count(high)} thousand {one} hundred",
                f"{high},{rng.randint(0, 9)}00",
                f"{one} and a half",
                f"{one} maybe {ONES[rng.randint(1, 9)]}",
                f"{one} or {ONES[rng.randint(1, 9)]}",
                f"a {rng.choice(('couple', 'few', 'dozen', 'hundred', 'thousand', 'lot'))}",
            )
        )

    def digit(self) -> str:
        """One digit that is a choice, a grade or a count."""
        digit = self._rng.randint(1, 9)
        return str(digit) if self._rng.random() < 0.5 else ONES[digit]

    def nth(self) -> str:
        """A place in a row."""
        return ordinal(self._rng.randint(1, 31))

    def age(self) -> str:
        """Somebody's age in years."""
        return self._said.count(self._rng.randint(2, 95))

    def decimal(self) -> str:
        """A number with a point."""
        whole, rest = self._rng.randint(0, 120), self._said.random_digits(1, 2)
        if self._rng.random() < 0.6:
            return f"{whole}.{rest}"
        zero = self._rng.choice(("zero", "oh", "o"))
        digits = " ".join(ONES[int(digit)] if digit != "0" else zero for digit in rest)
        return f"{self._said.count(whole)} point {digits}"

    def year(self) -> str:
        """A year or a decade that is nobody's birth."""
        if self._rng.random() < 0.12:
            decade = self._rng.choice((50, 60, 70, 80, 90))
            return self._rng.choice(
                (
                    f"the {decade}s",
                    f"the 19{decade}s",
                    f"19{decade}s",
                    "the nineties",
                    "the eighties",
                )
            )
        return self._said.year(self._rng.randint(1950, 2027))

    def money(self) -> str:
        """An amount of money."""
        rng, said = self._rng, self._said
        amount, cents = rng.randint(1, rng.choice((60, 900, 90000))), said.random_digits(2)
        words = said.count(amount)
        return rng.choice(
            (
                f"${amount}",
                f"${amount:,}.{cents}",
                f"{words} dollars",
                f"{words} dollars and {said.pair(int(cents))} cents",
                f"{words} bucks",
                f"{amount} USD",
                f"{amount} euros",
                f"£{amount}",
                f"€{amount}",
                f"{words} pounds",
                f"{words} euro fifty",
                f"{ONES[rng.randint(1, 9)]} hundred dollars",
                f"{ONES[rng.randint(1, 9)]} thousand",
                f"{amount % 90 + 5} grand",
                f"{said.pair(amount % 90 + 10)} {said.pair(int(cents) % 89 + 10)}",
                f"{words} rupees",
            )
        )

    def clock(self) -> str:
        """A time of day, with seconds at times."""
        rng = self._rng
        hour, minute, second = rng.randint(1, 12), rng.choice((0, 15, 30, 45, 7, 52)), 1
        minute, second = rng.choice((minute, rng.randint(1, 59))), rng.randint(0, 59)
        half = rng.choice(("am", "pm", "a.m.", "p.m.", "a m", "p m", "AM", "PM", "in the morning"))
        said_minute = self._said.pair(minute or 15)
        return rng.choice(
            (
                f"{hour}:{minute:02}",
                f"{hour}:{minute:02} {half}",
                f"{hour} {half}",
                f"{hour}:{minute:02}:{second:02}",
                f"{rng.randint(13, 23)}:{minute:02}",
                f"{rng.randint(0, 23):02}:{minute:02}:{second:02}",
                f"{ONES[hour]} {said_minute}",
                f"{ONES[hour]} {said_minute} {half}",
                f"{ONES[hour]} {half}",
                f"half past {ONES[hour]}",
                f"quarter to {ONES[hour]}",
                f"{ONES[hour]} o'clock",
                f"{hour}{half.replace(' ', '')}",
                f"{hour}:{minute:02}{half.replace(' ', '')}",
                f"{hour}.{minute:02}{half.replace(' ', '')}",
                f"@ {hour} {half}",
                f"@ {hour}:{minute:02}",
            )
        )

    def date(self) -> str:
        """A day that is nobody's birthday."""
        rng, said = self._rng, self._said
        day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(2012, 2028)
        name, nth = said.month(month), ordinal(day)
        return rng.choice(
            (
                f"{name} {nth}",
                f"{name} {day}",
                f"{name} {day}th",
                f"the {nth} of {name}",
                f"{name} {nth} {said.year(year)}",
                f"{month}/{day}",
                f"{month}/{day}/{year}",
                f"{year}-{month:02}-{day:02}",
                f"next {rng.choice(DAYS)}",
                f"last {rng.choice((*DAYS, 'week', 'month', 'summer'))}",
                f"{rng.choice(DAYS)} the {nth}",
                f"the {nth}",
                f"{name} {said.year(year)}",
                "tomorrow",
                f"in {self.digit()} weeks",
                rng.choice(DAYS),
            )
        )

    def measure(self) -> str:
        """A number and its unit."""
        rng, said = self._rng, self._said
        number = rng.choice(
            (
                str(rng.randint(1, 900)),
                self.count(),
                f"{rng.randint(0, 99)}.{rng.randint(0, 9)}",
                f"{said.count(rng.randint(1, 99))} point {self.digit()}",
                f"{self.digit()} to {self.digit()}",
                f"{self.digit()} and a half",
                f"{rng.randint(1, 9)}-{rng.randint(2, 12)}",
            )
        )
        return number + rng.choice((" ", " ", "-")) + rng.choice(UNITS)

    def pressure(self) -> str:
        """A blood pressure or a score: one number and another."""
        rng, one, two = self._rng, self._rng.randint(95, 190), self._rng.randint(45, 110)
        return rng.choice(
            (
                f"{one} over {two}",
                f"{one}/{two}",
                f"one {self._said.pair(one % 100)} over {self._said.count(two)}",
                f"{self._said.count(one)} over {self._said.count(two)}",
            )
        )

    def score(self) -> str:
        """The score of a game or of a scale."""
        one, two = self.digit(), self.digit()
        between = self._rng.choice((" to ", "-", " nil ", " out of ", " plus ", " all ", ":"))
        return one + between + (two if between != " out of " else "10")

    def spot(self) -> str:
        """A place in a building or on a map of seats, by its letter and number."""
        rng, number = self._rng, self._rng.randint(1, 30)
        letter, word = rng.choice("abcdefghjlpx"), ONES[rng.randint(1, 9)]
        return rng.choice(
            (f"{letter}{number}", f"{letter.upper()}{number}", f"{letter} {word}",
             f"{letter.upper()} {number}", f"{number}{letter}", word, str(number))
        )  # fmt: skip

    def version(self) -> str:
        """A model, a version, a size of paper: letters and digits that are no reference."""
        rng, digit = self._rng, self._rng.randint(1, 9)
        letter = rng.choice("abcdefghklmnopqrstuvxz")
        return rng.choice(
            (
                f"version {rng.randint(1, 15)}.{digit}",
                f"v{digit}.{rng.randint(0, 9)}.{rng.randint(0, 30)}",
                f"{letter}{digit}",
                f"{letter.upper()}{digit}",
                f"{letter.upper()}-{digit}",
                f"{letter} {ONES[digit]}",
                f"{letter.upper()} {rng.randint(1, 90)}",
                f"{rng.choice(MODELS)} {self.count()}",
                f"{rng.choice(MODELS)} {letter.upper()}",
                f"{digit}g",
                f"{digit}x",
                f"{digit}d",
                f"{rng.choice(('mp', 'usb', 'http', 'ip', 'b', 'vitamin b', 'omega', 'covid'))}"
                f"{rng.choice(('', '-', ' '))}{rng.randint(2, 19)}",
                f"{letter.upper()}{rng.choice('abcdemnprst').upper()}{rng.randint(2, 990)}",
                f"{rng.choice((480, 720, 1080, 2160))}p",
                f"{rng.randint(1, 8)}K",
                f"{digit} by {rng.randint(1, 9)}",
                f"{digit}x{rng.randint(1, 9)}",
                f"{letter}{digit}{rng.choice('abcnpx')}{rng.randint(1, 9)}",
                f"{letter}{digit}{rng.choice('abcnpx')}",
            )
        )
