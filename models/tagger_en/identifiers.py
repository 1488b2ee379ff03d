"""Numbers and codes that stand for somebody: telephones, cards, accounts, references, births."""

# ruff: noqa: SIM905 - lists of words read better as words

from random import Random

from said import Said, ordinal

#: Letters and digits of references: A a letter, 9 a digit, the rest as it is.
PATTERNS = (
    "A9999999 AA999999 99999 999999 9999999 99999999 AAA9999 A99A99 AA99AAA 9A99A9 AAAAAA A9A9A9 "
    "99AA99 AAA999 AA9999 A999-9999 99-9999-99 AAAA9999 1Z999AA99 A99999A 999AAA 9999 99999A "
    "AAA-99999 AA-9999 9999A 9AA9 AA999AA999 999-999-999 9AA9-AA9-AA99 AA99-9999 AA 9999999999999 "
    "A-9999 99A999 AAAAA9 A9AA9A 999999-A9 AAA-999-A 9999-9999 A999 99AAA9 AA999"
).split()
#: References of one kind look like one another.
FORMS = {
    "vin": ("9AAAA99A9AA999999", "AA9AA99A9A9999999", "9A9AA99A99A999999"),
    "imei": ("999999999999999",),
    "plate": ("AAA 9999", "9AAA999", "AA99 AAA", "AAA999", "AA-999-AA", "99AAA9", "AAA-9999"),
    "medicare": ("9AA9-AA9-AA99", "9A99A99AA99", "9999 99999 9"),
    "national": ("AA999999A", "999 999 999", "AAAAA9999A", "9999 9999 9999"),
}
_COUNTRY = (
    "+44 |plus four four |0044 |+1 |plus one |+49 |plus four nine |+91 |plus nine one |+61 |"
    "plus six one |+33 |plus three three |country code nine one |+353 |+27 |+34 |+971 "
).split("|")
#: How numbers begin where a zero stands before the area.
_TRUNK = "07 07 01 02 03 04 06 08 09".split()


class Identifiers:
    """Draws numbers and codes, said in one of many ways."""

    def __init__(self, rng: Random, said: Said) -> None:
        self._rng = rng
        self._said = said

    def phone(self) -> str:
        """A telephone number, of North America or not, with extension at times."""
        rng, said = self._rng, self._said
        draw = rng.random()
        if draw < 0.62:
            digits = said.random_digits(10)
            if rng.random() < 0.3:
                form = rng.choice(("({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "{} {} {}", "({}){}-{}"))
                value = form.format(digits[:3], digits[3:6], digits[6:])
            else:
                value = said.digits(digits)
        elif draw < 0.75:
            value = said.digits(said.random_digits(7, 7, 6, 8))
        elif draw < 0.9:
            digits = rng.choice(_TRUNK) + said.random_digits(8, 9, 9)
            cut = rng.choice((3, 4, 5))
            written = f"{digits[:cut]} {digits[cut : cut + 3]} {digits[cut + 3 :]}"
            value = written if rng.random() < 0.4 else said.digits(digits)
        else:
            value = rng.choice(_COUNTRY) + said.digits(said.random_digits(9, 10, 10, 8))
        if rng.random() < 0.08:
            value += " " + rng.choice(("extension", "ext", "ext.", "x")) + " " + self.extension()
        return value

    def extension(self) -> str:
        """Two to five digits behind a telephone number."""
        return self._said.digits(self._said.random_digits(2, 3, 4, 4, 5))

    def card(self) -> str:
        """The number of a card."""
        return self._said.digits(self._said.random_digits(16, 16, 16, 16, 15, 19, 13))

    def card_code(self) -> str:
        """The three or four digits on a card."""
        return self._said.digits(self._said.random_digits(3, 3, 4))

    def expiry(self) -> str:
        """Month and year in which a card ends."""
        rng, month, year = self._rng, self._rng.randint(1, 12), self._rng.randint(24, 35)
        name = self._said.month(month)
        return rng.choice(
            (
                f"{month:02}/{year}",
                f"{month}/{year}",
                f"{month:02}/20{year}",
                f"{month:02}{year}",
                f"{month:02} {year}",
                f"{self._said.pair(month)} {self._said.pair(year)}",
                f"{self._said.count(month)} {self._said.pair(year)}",
                f"{self._said.pair(month)} slash {self._said.pair(year)}",
                f"{name} 20{year}",
                f"{name} {self._said.year(2000 + year)}",
                f"{name} of {self._said.pair(year)}",
            )
        )

    def last_four(self) -> str:
        """The last digits of something longer."""
        return self._said.digits(self._said.random_digits(4, 4, 4, 4, 3))

    def account(self) -> str:
        """The number of an account."""
        if self._rng.random() < 0.05:
            return self._filled("AA99AAAA99999999999999").upper()
        return self._said.digits(self._said.random_digits(5, 6, 7, 8, 8, 9, 10, 10, 12, 13))

    def social(self) -> str:
        """A social security number."""
        digits = self._said.random_digits(9)
        if self._rng.random() < 0.25:
            return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
        return self._said.digits(digits)

    def reference(self, name: str) -> str:
        """A reference, formed as its name asks.

        Args:
            name: What it is called, `order number`, `VIN`, ...
        """
        low = name.lower()
        for key, forms in FORMS.items():
            hints = {
                "vin": ("vin", "vehicle", "chassis"),
                "national": ("insurance number", "nation"),
            }
            if any(hint in low for hint in hints.get(key, (key,))) and self._rng.random() < 0.75:
                return self._code(self._rng.choice(forms))
        return self._code(self._rng.choice(PATTERNS))

    def _code(self, pattern: str) -> str:
        value = self._filled(pattern)
        bare = value.replace("-", "").replace(" ", "")
        if bare.isdigit() and self._rng.random() < 0.85:
            return self._said.digits(bare)
        return self._said.code(bare) if self._rng.random() < 0.6 else value.upper()

    def _filled(self, pattern: str) -> str:
        draw = {"A": "abcdefghjklmnpqrstuvwxyz", "9": "0123456789"}
        return "".join(self._rng.choice(draw.get(c, c)) for c in pattern)

    def network(self) -> str:
        """The address of a machine, version 4 or 6."""
        rng = self._rng
        if rng.random() < 0.25:
            groups = [
                "".join(rng.choices("0123456789abcdef", k=rng.choice((1, 4)))) for _ in "12345678"
            ]
            if rng.random() < 0.5:
                groups[rng.randint(1, 3) : rng.randint(5, 7)] = [""]
            return ":".join(groups)
        parts = [str(rng.randint(1, 254)) for _ in "1234"]
        if rng.random() < 0.6:
            return ".".join(parts)
        dot = rng.choice((" dot ", " dot ", " point ", " period "))
        return dot.join(
            rng.choice((self._said.digits(part), self._said.count(int(part)))) for part in parts
        )

    def hardware(self) -> str:
        """The address of a network card."""
        pairs = ["".join(self._rng.choices("0123456789ABCDEF", k=2)) for _ in "123456"]
        if self._rng.random() < 0.7:
            return self._rng.choice((":", "-")).join(pairs)
        between = self._rng.choice((" ", " ", " colon ", " dash "))
        return between.join(self._said.code(pair.lower()) for pair in pairs)

    def pin(self) -> str:
        """A PIN or a code for once."""
        return self._said.digits(self._said.random_digits(4, 4, 4, 4, 6, 6, 5))

    def birth(self) -> str:
        """A date of birth, whole or nearly, month or day first."""
        rng, said = self._rng, self._said
        day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1928, 2014)
        name = said.month(month)
        th = {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if not 10 < day < 14 else 0, "th")
        nth = ordinal(day) if rng.random() < 0.6 else f"{day}{th}"
        plain = rng.choice((str(day), said.pair(day), said.count(day)))
        numeric = rng.choice((str(month), f"{month:02}", said.pair(month), said.count(month)))
        nth_month = ordinal(month)
        end = rng.choice(
            (said.year(year), said.year(year), said.pair(year % 100), f"{year % 100:02}")
        )
        return rng.choice(
            (
                f"{name} {nth} {end}",
                f"{name} {nth}, {end}",
                f"{name} {plain} {end}",
                f"{name} the {nth} {end}",
                f"{nth} of {name} {end}",
                f"the {nth} of {name} {end}",
                f"{nth} {name} {end}",
                f"{plain} {name} {end}",
                f"{month}/{day}/{year}",
                f"{month:02}/{day:02}/{year % 100:02}",
                f"{day:02}-{month:02}-{year}",
                f"{day}.{month}.{year}",
                f"{year}-{month:02}-{day:02}",
                f"{month} {day} {year % 100:02}",
                f"{day} {month} {year}",
                f"{numeric} {plain} {end}",
                f"{plain} {numeric} {end}",
                f"the {nth} of the {nth_month} {end}",
                f"{nth} of the {nth_month} of {end}",
                said.digits(f"{month:02}{day:02}{year}"),
                f"month {numeric} day {plain} of {end}",
                f"the {nth} of {name}",
                f"day {plain} month {numeric} year {end}",
                f"{nth} of {name}, {end}",
                f"{name} {end}",
                f"{name} {nth}",
                f"{nth} {name[:3]} {year}",
            )
        )
