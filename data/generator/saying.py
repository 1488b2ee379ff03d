"""One datum as one speaker would say it, cut where people pause, and marked with its label."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from . import spoken
from .people import Person
from .turns import Piece, Said

AIDS = ("letters", "letters", "letters", "as in", "mixed", "nato")


@dataclass(frozen=True)
class Voice:
    """How a call was transcribed.

    Attributes:
        asr: Lower case, no punctuation, as a recogniser without formatting writes.
        numerals: How likely a number is written with numerals rather than in words.
        hesitation: How likely a caller's turn has a filler or a false start.
        unit: `dollars` or `pounds`.
    """

    asr: bool
    numerals: float
    hesitation: float
    unit: str


@dataclass(frozen=True)
class Datum:
    """A datum in the parts between which a speaker may pause.

    Attributes:
        parts: The parts in order.
        joint: What stands between two parts that follow without a pause.
        slip: A wrong first part, for speakers who correct themselves; empty if there is none.
    """

    parts: tuple[Piece, ...]
    joint: str = " "
    slip: str = ""

    def whole(self) -> Said:
        """All parts in one breath; neighbours with the same label become one span."""
        joined: list[Piece] = []
        for part in self.parts:
            if joined and joined[-1].label == part.label:
                joined[-1] = Piece(joined[-1].text + self.joint + part.text, part.label)
            else:
                joined += [Piece(self.joint), part] if joined else [part]
        return tuple(joined)

    def halves(self) -> tuple[Said, Said]:
        """The same in two breaths, for answers that are broken over two turns."""
        middle = (len(self.parts) + 1) // 2
        first, second = self.parts[:middle], self.parts[middle:]
        return Datum(first, self.joint).whole(), Datum(second, self.joint).whole()

    def repaired(self, correction: str) -> Said:
        """A wrong start, a correction, then all of it."""
        if not self.slip:
            return self.whole()
        return (Piece(self.slip, self.parts[0].label), Piece(f" {correction} "), *self.whole())


def _wrong(digits: str, rng: random.Random) -> str:
    at = rng.randrange(len(digits))
    return digits[:at] + str((int(digits[at]) + rng.randint(1, 8)) % 10) + digits[at + 1 :]


def grouped(
    groups: Sequence[str], label: str, rng: random.Random, voice: Voice, joints: Sequence[str]
) -> Datum:
    """Digits in groups, with numerals or in words.

    Args:
        groups: The digits as they are said together.
        label: The label of all of them.
        rng: Chooses the rendering.
        voice: Says how likely numerals are.
        joints: What the written form may put between groups.
    """
    wrong = _wrong(groups[0], rng)
    if rng.random() < voice.numerals:
        joint = " " if voice.asr else rng.choice(joints)
        if not voice.asr and rng.random() < 0.08:
            return Datum(
                tuple(Piece(" ".join(group), label) for group in groups), " ", " ".join(wrong)
            )
        return Datum(tuple(Piece(group, label) for group in groups), joint, wrong)
    parts: list[Piece] = []
    for at, group in enumerate(groups):
        filler = rng.choice(("uh ", "um ", "then ")) if at and rng.random() < 0.08 else ""
        parts.append(Piece(filler + spoken.digits(group, rng), label))
    return Datum(
        tuple(parts), " " if voice.asr else rng.choice((" ", ", ")), spoken.digits(wrong, rng)
    )


def phone(person: Person, rng: random.Random, voice: Voice) -> Datum:
    """A telephone number."""
    joints = ("-", "-", " ", ".") if person.country == "us" else (" ", " ", "")
    groups = person.phone
    if person.country == "us" and rng.random() < 0.08:
        return grouped(("1", *groups), "PHONE_NUMBER", rng, voice, joints)
    return grouped(groups, "PHONE_NUMBER", rng, voice, joints)


def in_threes(digits: str, rng: random.Random) -> tuple[str, ...]:
    """Digits of unknown shape in the groups in which a caller happens to read them."""
    size = rng.choice((2, 3, 3, 4))
    return tuple(digits[at : at + size] for at in range(0, len(digits), size))


def code(text: str, label: str, rng: random.Random, voice: Voice) -> Datum:
    """A code of letters and digits; signs are said aloud or left out."""
    if text.isdigit():
        return grouped(in_threes(text, rng), label, rng, voice, ("", "", "-", " "))
    if rng.random() < voice.numerals:
        if voice.asr:
            return Datum((Piece(" ".join(text.replace("-", "")), label),))
        if rng.random() < 0.8:
            return Datum((Piece(text, label),))
        return Datum((Piece("-".join(text.replace("-", "")), label),))
    aid = rng.choice(AIDS)
    runs = [run for run in text.split("-") if run]
    parts = [Piece(spoken.spelled(run, rng, aid=aid), label) for run in runs]
    if voice.asr:
        return Datum(tuple(parts), rng.choice((" dash ", " ", " ")))
    return Datum(tuple(Piece(part.text.upper(), label) for part in parts), ", ")


def spelled_name(name: str, rng: random.Random, voice: Voice) -> Said:
    """A name letter by letter."""
    letters = [letter for letter in name if letter.isalpha()]
    if not voice.asr and rng.random() < 0.8:
        joint = rng.choice(("-", "-", ", ", " "))
        return (Piece(joint.join(letter.upper() for letter in letters), "PERSON"),)
    said = spoken.spelled("".join(letters), rng, aid=rng.choice(AIDS))
    return (Piece(said if voice.asr else said.capitalize(), "PERSON"),)


def email(address: str, rng: random.Random, voice: Voice, *, careful: bool = False) -> Datum:
    """A mail address; `careful` spells the local part."""
    label = "EMAIL_ADDRESS"
    local, host = address.split("@")
    if not voice.asr and rng.random() < voice.numerals:
        return Datum((Piece(address, label),))
    at = rng.choice(("at", "at", "at", "@"))
    said_host = spoken.handle(host, rng)
    if careful:
        first = spoken.spelled(local, rng, aid=rng.choice(AIDS)) if local.isalnum() else ""
        first = first or spoken.handle(local, rng)
    else:
        first = spoken.handle(local, rng)
    return Datum((Piece(first, label), Piece(f"{at} {said_host}", label)))


def date_of_birth(
    birth: tuple[int, int, int], country: str, rng: random.Random, voice: Voice
) -> Datum:
    """A date of birth, day or month first as the country has it."""
    label = "DATE_OF_BIRTH"
    year, month, day = birth
    name = spoken.MONTHS[month - 1]
    if rng.random() < voice.numerals:
        numeric = (
            f"{month:02d}/{day:02d}/{year}" if country == "us" else f"{day:02d}/{month:02d}/{year}"
        )
        ending = {1: "st", 2: "nd", 3: "rd"}.get(0 if day in (11, 12, 13) else day % 10, "th")
        ordinal = f"{day}{ending}"
        if voice.asr:
            return Datum((Piece(f"{name} {day}", label), Piece(str(year), label)))
        forms = (
            ((numeric,), ""),
            ((f"{name} {ordinal}", str(year)), ", "),
            ((f"{name} {day}", str(year)), ", "),
            ((f"the {ordinal} of {name}", str(year)), ", "),
            ((f"{day} {name}", str(year)), " "),
        )
        texts, joint = rng.choice(forms if country == "us" else (forms[0], *forms[3:]))
        return Datum(tuple(Piece(text, label) for text in texts), joint)
    said_year = spoken.year(year, rng)
    manner = rng.random()
    if manner < 0.25:
        pair = (month, day) if country == "us" else (day, month)
        first = " ".join(
            f"oh {spoken.DIGITS[value]}"
            if value < 10 and rng.random() < 0.4
            else spoken.number(value)
            for value in pair
        )
    elif country == "us":
        first = f"{name} {spoken.ordinal(day)}"
    else:
        first = rng.choice(("the ", "")) + f"{spoken.ordinal(day)} of {name}"
    return Datum((Piece(first, label), Piece(said_year, label)))


def postcode(text: str, rng: random.Random, voice: Voice) -> Said:
    """A postcode or zip code."""
    if text.isdigit():
        return grouped((text,), "ADDRESS", rng, voice, ("",)).whole()
    if rng.random() < voice.numerals:
        return (Piece(text, "ADDRESS"),)
    aid = rng.choice(("letters", "letters", "nato", "as in"))
    halves = [spoken.spelled(half, rng, aid=aid) for half in text.split()]
    said = " ".join(halves)
    return (Piece(said if voice.asr else said.upper(), "ADDRESS"),)


def address(person: Person, rng: random.Random, voice: Voice, *, full: bool = True) -> Datum:
    """Street, then place, then postcode unless `full` is false."""
    house, flat = person.house, person.flat
    if voice.asr and rng.random() >= voice.numerals:
        house = spoken.digits(house, rng) if rng.random() < 0.6 else _house_number(int(house))
        if flat:
            kind, count = flat.split()
            flat = f"{kind} {spoken.number(int(count))}"
    street = f"{house} {person.street}" + (f" {flat}" if flat and voice.asr else "")
    street += f", {flat}" if flat and not voice.asr else ""
    parts = [Piece(street, "ADDRESS"), Piece(person.city, "LOCATION")]
    if person.country == "us" or rng.random() < 0.25:
        parts.append(Piece(person.state, "LOCATION"))
    if full:
        parts += postcode(person.postcode, rng, voice)
    return Datum(tuple(parts), " " if voice.asr else ", ")


def _house_number(value: int) -> str:
    """A house number in pairs: `fourteen twenty`."""
    head, rest = divmod(value, 100)
    if head and rest >= 10:
        return f"{spoken.number(head)} {spoken.number(rest)}"
    return spoken.number(value)


def some_day(rng: random.Random) -> tuple[str, str, int]:
    """A weekday, a month and a day of the month, to be said by `day`."""
    weekday = rng.choice(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"))
    return weekday, rng.choice(spoken.MONTHS), rng.randint(1, 28)


def day(date: tuple[str, str, int], rng: random.Random, voice: Voice) -> Said:
    """A calendar day that is nobody's birthday."""
    weekday, month, number = date
    if rng.random() < 0.3:
        return (Piece(weekday, "DATE_TIME"),)
    if rng.random() < voice.numerals:
        forms = (f"{month} {number}", f"{weekday}, {month} {number}", f"{number} {month}")
        return (Piece(rng.choice(forms), "DATE_TIME"),)
    ordinal = spoken.ordinal(number)
    forms = (f"{month} {ordinal}", f"the {ordinal} of {month}", f"{weekday} the {ordinal}")
    return (Piece(rng.choice(forms), "DATE_TIME"),)


def some_time(rng: random.Random) -> tuple[int, int]:
    """An hour and a minute within office hours, to be said by `clock`."""
    return rng.randint(8, 18), rng.choice((0, 0, 15, 20, 30, 30, 40, 45))


def clock(time: tuple[int, int], rng: random.Random, voice: Voice) -> Said:
    """A time of day."""
    hour, minute = time
    if not voice.asr and rng.random() < voice.numerals:
        shown = (hour - 1) % 12 + 1
        half = "AM" if hour < 12 else "PM"
        said = rng.choice((f"{shown}:{minute:02d} {half}", f"{hour}:{minute:02d}"))
        return (Piece(said, "DATE_TIME"),)
    return (Piece(spoken.clock(hour, minute, rng), "DATE_TIME"),)


def some_cents(rng: random.Random) -> int:
    """A sum, to be said by `amount`."""
    return rng.randint(8, 480) * 100 + rng.choice((0, 0, 20, 49, 50, 75, 99))


def amount(cents: int, rng: random.Random, voice: Voice) -> Said:
    """A sum of money, which is not personal data."""
    if not voice.asr:
        sign = "£" if voice.unit == "pounds" else "$"
        return (Piece(f"{sign}{cents // 100}" + (f".{cents % 100:02d}" if cents % 100 else "")),)
    return (Piece(spoken.money(cents, rng, voice.unit)),)


def host(text: str, label: str, rng: random.Random, voice: Voice) -> Said:
    """A URL, IP address, user name or password."""
    if not voice.asr and rng.random() < voice.numerals + 0.1:
        return (Piece(text, label),)
    said = spoken.handle(text, rng)
    return (Piece(said, label),)
