"""Digits, numbers, letters and codes as people say them and recognisers write them."""

from random import Random

from spoken_form import words_of
from vocabulary import HEDGES
from word_lists import AS_IN, AS_IN_2, MONTHS, NATO, ONES, ORDINALS, TENS

_REPEATED = {2: ("double",), 3: ("triple", "treble")}
#: What recognisers hear instead of a digit.
_HEARD = {
    "2": ("to", "too"),
    "4": ("for", "fore"),
    "1": ("won", "wan"),
    "8": ("ate",),
    "0": ("o", "owe"),
}
#: In numerals: how likely a value is, in one conversation and another.
_NUMERALS = (0.08, 0.15, 0.4, 0.9)


def ordinal(number: int) -> str:
    """The word for a place below a hundred."""
    if number <= 20:
        return ORDINALS[number - 1]
    if number % 10 == 0:
        return TENS[number // 10][:-1] + "ieth"
    return f"{TENS[number // 10]} {ORDINALS[number % 10 - 1]}"


class Said:
    """Says digits, numbers and codes, each value in one of many ways."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._numeral_share = 0.3

    def begin(self) -> None:
        """Another conversation: digits may be written or spoken ones."""
        self._numeral_share = self._rng.choice(_NUMERALS)

    def random_digits(self, *lengths: int) -> str:
        """Digits of one of the lengths."""
        return "".join(self._rng.choices("0123456789", k=self._rng.choice(lengths)))

    def pair(self, number: int) -> str:
        """Two digits as a pair: `oh five`, `forty two`."""
        if number < 10:
            return self._rng.choice(("oh ", "oh ", "o ", "zero ")) + ONES[number]
        return words_of(number)

    def digits(self, digits: str) -> str:
        """Digits, in numerals or in words, in groups, hedged at times."""
        if self._rng.random() < self._numeral_share:
            return self._numerals(digits)
        rng, out, at = self._rng, list[str](), 0
        style, size, clean = rng.random(), rng.choice((3, 3, 4, 2, 99)), rng.random() < 0.6
        misheard = 0.6 if rng.random() < 0.1 else 0.015
        zero = rng.choice(("zero", "oh", "oh", "o", "nought", "naught", "zero", "aught"))
        while at < len(digits):
            said, taken = self._next(digits, at, style, zero, misheard)
            out.append(said)
            at += taken
            if at < len(digits) and at % size == 0 and not clean:
                draw = rng.random()
                if draw < 0.14:
                    out.append(rng.choice(HEDGES))
                elif draw < 0.26:
                    out.append(rng.choice((",", "-", "...", "and")))
        return " ".join(out)

    def _next(
        self, digits: str, at: int, style: float, zero: str, misheard: float
    ) -> tuple[str, int]:
        """The next words, and how many digits they stand for."""
        rng, digit = self._rng, digits[at]
        word = zero if digit == "0" else ONES[int(digit)]
        run = 1
        while run < 3 and at + run < len(digits) and digits[at + run] == digit:
            run += 1
        if run > 1 and rng.random() < 0.45:
            return f"{rng.choice(_REPEATED[run])} {word}", run
        if style < 0.22 and at + 1 < len(digits) and rng.random() < 0.8:
            return self.pair(int(digits[at : at + 2])), 2
        if style < 0.32 and digit != "0" and digits[at + 1 : at + 4] == "000":
            return word + " thousand", 4
        if style < 0.32 and digit != "0" and digits[at + 1 : at + 3] == "00":
            return word + " hundred", 3
        if 0.32 < style < 0.36 and digit != "0" and at + 2 < len(digits) and rng.random() < 0.5:
            return words_of(int(digits[at : at + 3])), 3
        if rng.random() < 0.04:
            return digit, 1
        if len(digits) > 3 and digit in _HEARD and rng.random() < misheard:
            return rng.choice(_HEARD[digit]), 1
        return word, 1

    def _numerals(self, digits: str) -> str:
        draw = self._rng.random()
        if draw < 0.45:
            return digits
        if draw < 0.8:
            size = self._rng.choice((2, 3, 3, 4))
            between = self._rng.choice((" ", "-", " ", ".", ". ", " ", ", "))
            return between.join(digits[i : i + size] for i in range(0, len(digits), size))
        return " ".join(digits)

    def letter(self, letter: str) -> str:
        """One small letter, alone, in capitals or by a word that begins with it."""
        draw, place = self._rng.random(), ord(letter) - 97
        if draw < 0.6:
            return letter
        if draw < 0.8:
            return "zed" if letter == "z" and draw < 0.75 else letter.upper()
        if draw < 0.9:
            word = self._rng.choice((NATO, AS_IN, AS_IN_2))[place]
            return f"{letter} {self._rng.choice(('as in', 'for', 'like'))} {word}"
        return NATO[place]

    def code(self, code: str) -> str:
        """Letters and digits, written or letter by letter."""
        rng, draw = self._rng, self._rng.random()
        if draw < 0.3:
            return code.upper() if rng.random() < 0.7 else code
        if draw < 0.4:
            return " ".join(code.upper())
        if draw < 0.48:
            cut = rng.randrange(2, len(code) - 1) if len(code) > 3 else 1
            return code.upper()[:cut] + rng.choice(("-", " ", ".")) + code.upper()[cut:]
        out, at = [], 0
        written = rng.random() < 0.35
        while at < len(code):
            end = at
            while end < len(code) and code[end].isdigit():
                end += 1
            if end > at:
                out.append(code[at:end] if written else self.digits(code[at:end]))
                at = end
            else:
                out.append(self.letter(code[at]) if code[at].isalpha() else "dash")
                at += 1
            if at < len(code) and rng.random() < 0.04:
                out.append(rng.choice(HEDGES))
        return " ".join(out)

    def spelled(self, word: str) -> str:
        """A word letter by letter; letters outside of a to z stay as they are."""
        rng = self._rng
        letters = [c.lower() for c in word if c.isalpha()]
        if rng.random() < 0.25:
            return " ".join(self.letter(c) if c.isascii() else c for c in letters)
        if rng.random() < 0.5:
            letters = [c.upper() for c in letters]
        return rng.choice((" ", "-", ", ", " ", ". ", "  ")).join(letters)

    def year(self, year: int) -> str:
        """A year, written or in words."""
        if self._rng.random() < 0.35:
            return str(year)
        if 2000 <= year < 2010:
            rest = f" {ONES[year % 10]}" if year % 10 else ""
            return "two thousand" + self._rng.choice(("", " and")) * bool(rest) + rest
        if year % 100 == 0:
            return words_of(year // 100) + " hundred"
        return f"{words_of(year // 100)} {self.pair(year % 100)}"

    def count(self, number: int) -> str:
        """A number that counts, in digits or words."""
        if self._rng.random() < max(0.2, self._numeral_share) or number > 9999:
            return str(number)
        return words_of(number)

    def month(self, month: int) -> str:
        """The name of a month, short at times."""
        name = MONTHS[month - 1]
        return name[:3] if self._rng.random() < 0.12 else name
