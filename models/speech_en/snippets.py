"""Generated snippets of calls with marked names, places, addresses, organisations and dates.

Values come from public lists (names of the US Social Security Administration and the US Census,
GeoNames' cities) and from rules; the carrier phrases are written here. Nothing is copied from a
corpus except, where the caller asks for it, unmarked sentences that stand before or after.
"""

# ruff: noqa: SIM905, S311 - lists of words read better as words; seeded randomness is the point

import random
import re
from bisect import bisect
from collections.abc import Callable, Sequence

from carriers import CARRIERS, CLOSERS, OPENERS, WEIGHTS
from names import Names
from spoken_form import Text, speech_form, words_of
from word_lists import (
    ABBREVIATIONS,
    AS_IN,
    AS_IN_2,
    DAYS,
    DEEDS,
    FILLERS,
    FOREIGN,
    MONTHS,
    MORE_FIRSTS,
    MORE_LASTS,
    NATO,
    ONES,
    ORDINALS,
    ORG_KINDS,
    PARTS,
    SIDES,
    STATE_CODES,
    STATES,
    STREET_WORDS,
    SUFFIXES,
    TENS,
    WELL_KNOWN,
)

#: A piece of text and its label, if it has one.
Piece = tuple[str, str | None]


class Snippets:
    """Draws snippets, the same ones for the same seed.

    Args:
        names: Where values come from.
        seed: Of the draws.
        sentences: Unmarked sentences that may stand before or after a carrier.
        words: Ordinary words that are no names.

    Attributes:
        written: Whether values are drawn as people write them, not as they say them.
    """

    def __init__(
        self,
        names: Names,
        seed: int,
        sentences: Sequence[str] = (),
        words: Sequence[str] = ("thing",),
    ) -> None:
        self._names = names
        self._rng = random.Random(seed)
        self._sentences = sentences
        self._words = words
        self._carriers = {kind: text.split("|") for kind, text in CARRIERS.items()}
        self.written = False
        self._values: dict[str, Callable[[], list[Piece]]] = {
            "first": lambda: [(self.first(), "PERSON")],
            "last": lambda: [(self.last(), "PERSON")],
            "full": lambda: [(self.full(), "PERSON")],
            "inverted": lambda: [(self._inverted(), "PERSON")],
            "did": lambda: [(self._rng.choice(DEEDS), None)],
            "word": lambda: [(self._rng.choice(self._words), None)],
            "part": lambda: [(self._rng.choice(PARTS), None)],
            "title": lambda: [(self._rng.choice(("Mr", "Mrs", "Ms", "Miss", "Doctor")), None)],
            "spelled": lambda: [(self._spelled(), "PERSON")],
            "asin": lambda: [(self._as_in(), "PERSON")],
            "letter": lambda: [(self._rng.choice("abcdefghiklmnprstyz"), None)],
            "city": lambda: [(self.city()[0], "LOCATION")],
            "state": lambda: [(self._state(), "LOCATION")],
            "citystate": self._city_state,
            "country": lambda: [(self._country(), "LOCATION")],
            "street": lambda: [(self._street(), "ADDRESS")],
            "road": lambda: [(self._road(), "ADDRESS")],
            "foreign": lambda: [(self._foreign_street(), "ADDRESS")],
            "house": lambda: [(self._house(), "ADDRESS")],
            "box": lambda: [(self._box(), "ADDRESS")],
            "long": lambda: [(self._long(), "ADDRESS")],
            "station": lambda: [(self._station(), "LOCATION")],
            "zip": lambda: [(self._zip(), "ADDRESS")],
            "postcode": lambda: [(self._postcode(), "ADDRESS")],
            "org": lambda: [(self._org(), "ORG")],
            "date": lambda: [(self._date(), "DATE")],
            "num": lambda: [(self._number(self._rng.randint(1, 999)), None)],
            "small": lambda: [(self._number(self._rng.randint(2, 30)), None)],
            "amount": lambda: [(self._amount(), None)],
            "phone": lambda: [(self._digits(10, (3, 6)), "PHONE")],
            "digits": lambda: [
                (self._digits(self._rng.choice((6, 8, 9, 10, 12, 16)), (4, 8)), "ID")
            ],
            "four": lambda: [(self._digits(4, ()), "ID")],
            "code": lambda: [(self._code(), "ID")],
        }

    def draw(self) -> Text:
        """One snippet, cased or as a recogniser of speech would write it."""
        rng = self._rng
        self.written = rng.random() < 0.35
        kind = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        pieces = self._fill(rng.choice(self._carriers[kind]))
        if rng.random() < 0.22:
            also = rng.choice([k for k in WEIGHTS if k != "BARE"])
            pieces += [(", " if self.written else " ", None)]
            pieces += self._fill(rng.choice(self._carriers[also]))
        if rng.random() < 0.15:
            pieces = [(rng.choice(OPENERS) + " ", None), *pieces]
        if rng.random() < 0.12:
            pieces = [*pieces, (" " + rng.choice(CLOSERS), None)]
        if self._sentences and kind != "BARE" and rng.random() < 0.35:
            sentence = rng.choice(self._sentences)
            before = rng.random() < 0.5
            pieces = (
                [(sentence + " ", None), *pieces] if before else [*pieces, (" " + sentence, None)]
            )
        if not self.written and rng.random() < 0.2:
            pieces = self._disfluent(pieces)
        text, spans = _join(pieces)
        if self.written:
            return (text[:1].upper() + text[1:] + rng.choice((".", "", "?", "."))), spans
        return speech_form(text, spans) if rng.random() < 0.85 else (text, spans)

    def value(self, kind: str) -> list[Piece]:
        """A value of a kind that carriers name in braces.

        Raises:
            KeyError: There is no such kind.
        """
        return self._values[kind]()

    def first(self) -> str:
        """A first name: a frequent one, any one, or a made-up one."""
        draw = self._rng.random()
        if draw < 0.1:
            return self._made_up(self._names.firsts[0])
        if draw < 0.18:
            return self._rng.choice(MORE_FIRSTS)
        return self._pick(self._names.firsts, rare=0.4)

    def last(self) -> str:
        """A surname, likewise."""
        draw = self._rng.random()
        if draw < 0.22:
            return self._made_up(self._names.lasts[0])
        if draw < 0.27:
            return self._pick(self._names.lasts, 0.5) + "-" + self._pick(self._names.lasts, 0.5)
        if draw < 0.36:
            return self._rng.choice(MORE_LASTS)
        if draw < 0.38:
            return self._rng.choice(("O'", "Mc", "Mac", "D'")) + self._pick(self._names.lasts, 0.5)
        return self._pick(self._names.lasts, rare=0.5)

    def full(self) -> str:
        """First name and surname, at times with something between."""
        first, last, draw = self.first(), self.last(), self._rng.random()
        if draw < 0.06:
            return f"{first} {self.first()} {last}"
        if draw < 0.1:
            initial = self._rng.choice("ABCDEFGHJKLMNPRSTW")
            dot = "." if self.written and self._rng.random() < 0.7 else ""
            return f"{first} {initial}{dot} {last}"
        if draw < 0.14:
            between = self._rng.choice(("de", "van", "von", "al", "de la", "el", "di", "bin", "da"))
            return f"{first} {between} {last}"
        return f"{first} {last}"

    def _inverted(self) -> str:
        """A name as lists have it: surname first."""
        initial = self._rng.choice("ABCDEFGHJKLMNPRSTW") + self._rng.choice(("", "."))
        comma = "," if self.written and self._rng.random() < 0.5 else ""
        rest = self._rng.choice((self.first(), f"{self.first()} {initial}", initial))
        return f"{self.last()}{comma} {rest}"

    def city(self) -> tuple[str, str]:
        """A city and its region."""
        if self._rng.random() < 0.3:
            return self._rng.choice(WELL_KNOWN), ""
        kind = self._rng.choices(("us", "gb", "other"), (50, 12, 38))[0]
        return self._rng.choice(self._names.cities[kind])

    def _fill(self, carrier: str) -> list[Piece]:
        pieces: list[Piece] = []
        for text in re.split(r"(\{\w+\})", carrier):
            if text.startswith("{"):
                pieces += self._values[text[1:-1]]()
            elif text:
                pieces.append((text, None))
        return pieces

    def _disfluent(self, pieces: list[Piece]) -> list[Piece]:
        """A filler between words, or words said twice."""
        at = self._rng.choice([i for i, piece in enumerate(pieces) if piece[0].strip()])
        text, label = pieces[at]
        core = text.strip()
        before, after = text[: text.index(core)], text[text.index(core) + len(core) :]
        words = core.split(" ")
        where = self._rng.randrange(len(words) + 1)
        if label is None or self._rng.random() < 0.6:
            said = [self._rng.choice(FILLERS)] if self._rng.random() < 0.7 else words[:where][-2:]
            words[where:where] = said
        elif len(words) > 1:
            words = [*words[:1], *words]
        return [*pieces[:at], (before + " ".join(words) + after, label), *pieces[at + 1 :]]

    def _pick(self, names: tuple[list[str], list[int]], rare: float) -> str:
        words, counts = names
        if self._rng.random() < rare:
            return self._rng.choice(words)
        return words[min(bisect(counts, self._rng.random() * counts[-1]), len(words) - 1)]

    def _made_up(self, words: list[str]) -> str:
        """The head of one name and the tail of another, so that no list can be learned."""
        head, tail = self._rng.choice(words), self._rng.choice(words)
        if self._rng.random() < 0.5:
            tail = self.city()[0].split(" ")[-1]
        return (head[: max(2, len(head) // 2)] + tail[len(tail) // 2 :].lower()).capitalize()

    def _spelled(self) -> str:
        name = self.first() if self._rng.random() < 0.4 else self.last()
        letters = list(re.sub(r"[^a-z]", "", name.lower())[:12])
        if self._rng.random() < 0.2:
            # As recognisers hear it: letters run together and doubled letters said as such.
            at = self._rng.randrange(len(letters)) if letters else 0
            letters[at : at + 2] = ["".join(letters[at : at + 2])]
        if self._rng.random() < 0.5:
            letters = [letter.upper() for letter in letters]
        return " ".join(letters) or "a"

    def _as_in(self) -> str:
        name = re.sub(r"[^a-z]", "", self.last().lower())[:8] or "ab"
        form = self._rng.choice(("{0} as in {1}", "{0} for {1}", "{0} like {1}", "{1}"))
        words = self._rng.choice((NATO, AS_IN, AS_IN_2))
        if form == "{1}":
            words = NATO
        said = (form.format(c, words[ord(c) - 97]) for c in name)
        some = self._rng.random() < 0.3 and form != "{1}"
        return " ".join(
            c if some and self._rng.random() < 0.6 else phrase
            for c, phrase in zip(name, said, strict=True)
        )

    def _state(self) -> str:
        if self.written and self._rng.random() < 0.5:
            return self._rng.choice(STATE_CODES)
        return self._rng.choice(STATES)

    def _city_state(self) -> list[Piece]:
        city, region = self.city()
        if self._rng.random() < 0.6 or not region:
            region = self._state()
        between = ", " if self.written else " "
        if self._rng.random() < 0.5:
            return [(city, "LOCATION"), (between, None), (region, "LOCATION")]
        return [(city + between + region, "LOCATION")]

    def _country(self) -> str:
        # The last of the well-known places are countries and the largest cities far away.
        well_known = self._rng.random() < 0.5
        return self._rng.choice(WELL_KNOWN[-60:] if well_known else self._names.countries)

    def _station(self) -> str:
        kind = self._rng.choice(
            (
                "Airport|International Airport|Station|Central Station|Bus Station|Park|Beach|Mall|"
                "River|Lake|Island|Valley|County|Stadium|Bridge"
            ).split("|")
        )
        return f"{self._rng.choice((self.city()[0], self.last()))} {kind}"

    def _box(self) -> str:
        number = self._number(self._rng.randint(1, 9999))
        if self._rng.random() < 0.75:
            box = self._rng.choice(("P.O. Box", "PO Box", "Post Office Box") if self.written
                                   else ("p o box", "po box", "post office box"))  # fmt: skip
            return f"{box} {number}"
        unit = self._rng.choice(("PSC", "Unit", "CMR"))
        station = self._rng.choice(("APO AE", "APO AP", "FPO AE", "FPO AP", "APO AA", "DPO AE"))
        box = self._number(self._rng.randint(1, 9999))
        return f"{unit} {number} Box {box} {station} {self._zip()}"

    def _long(self) -> str:
        """Street, place and code in one, as they are written on an envelope."""
        rng = self._rng
        city, region = self.city()
        parts = [self._street() if rng.random() < 0.65 else self._foreign_street()]
        if rng.random() < 0.25:
            kind = rng.choice(("Suite", "Apt.", "Flat", "Unit"))
            parts.append(f"{kind} {self._number(rng.randint(1, 900))}")
        code = self._zip() if rng.random() < 0.75 else self._postcode()
        draw = rng.random()
        if draw < 0.4:
            parts.append(f"{city}{',' if self.written else ''} {region or self._state()} {code}")
        elif draw < 0.55:
            area = "".join(rng.choices("ABCDEFGHILMNOPRSTUVZ", k=2))
            end = rng.choice((f"{self._country()} {code}", self._country()))
            parts += [city, f"{area}{rng.choice((chr(10), ' ', ', '))}{end}"]
        else:
            parts += [city, rng.choice((code, f"{self._country()} {code}", self._country()))]
        if not self.written:
            return " ".join(parts)
        return rng.choice((", ", ", ", "\n", "\n ", "\n ", " ")).join(parts)

    def _road(self) -> str:
        if self._rng.random() < 0.15:
            return re.sub(r"\s*\{n\}\s*", "", self._rng.choice(FOREIGN)).format(self._root())
        suffix = self._rng.choice(SUFFIXES)
        if self.written and self._rng.random() < 0.4:
            suffix = ABBREVIATIONS.get(suffix, suffix)
        side = ""
        if self._rng.random() < 0.15:
            side = self._rng.choice(SIDES) + " "
        return f"{side}{self._street_name()} {suffix}"

    def _street_name(self) -> str:
        draw = self._rng.random()
        if draw < 0.3:
            return self._rng.choice(STREET_WORDS)
        if draw < 0.5:
            return self._rng.choice(self._names.streets)
        if draw < 0.8:
            return self.last()
        if draw < 0.9:
            number = self._rng.randint(1, 99)
            return self._ordinal(number)
        return f"{self._rng.choice(STREET_WORDS)} {self._rng.choice(STREET_WORDS)}"

    def _root(self) -> str:
        return self._rng.choice((self.last, lambda: self.city()[0], self.first))()

    def _foreign_street(self) -> str:
        number = self._number(self._rng.randint(1, 250))
        if self._rng.random() < 0.15:
            number += " " + self._rng.choice("abcdABCD")
        return self._rng.choice(FOREIGN).format(self._root(), n=number)

    def _house(self) -> str:
        return self._number(self._rng.randint(1, 9999) if self._rng.random() < 0.7 else 12)

    def _street(self) -> str:
        if self._rng.random() < 0.18:
            return self._foreign_street()
        rest = ""
        if self._rng.random() < 0.25:
            kind = self._rng.choice(
                ("apartment", "apt", "unit", "suite", "flat", "floor", "number")
            )
            if self.written:
                kind = self._rng.choice((kind.capitalize(), "Apt.", "#", "Suite", "Unit"))
            number = self._number(self._rng.randint(1, 400))
            letter = self._rng.choice("abcdef")
            rest = f" {kind} {self._rng.choice((number, letter, number + ' ' + letter))}"
            if self.written and self._rng.random() < 0.5:
                rest = "," + rest
        return f"{self._house()} {self._road()}{rest}"

    def _zip(self) -> str:
        digits = f"{self._rng.randint(501, 99950):05d}"
        if self.written or self._rng.random() < 0.15:
            return digits + (
                f"-{self._rng.randint(1000, 9999)}" if self._rng.random() < 0.1 else ""
            )
        return self._said_digits(digits)

    def _postcode(self) -> str:
        rng = self._rng
        area = "".join(rng.choices("ABCDEGHKLMNPRSTW", k=rng.choice((1, 2))))
        outward = (
            area + str(rng.randint(1, 99)) + (rng.choice("AEHPW") if rng.random() < 0.05 else "")
        )
        inward = str(rng.randint(0, 9)) + "".join(rng.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
        if self.written:
            return outward + rng.choice((" ", " ", "")) + inward
        if rng.random() < 0.08:
            # Spoken, one in twelve is a Dutch, German or Canadian one.
            return rng.choice(
                (
                    f"{self._said_digits(str(rng.randint(1000, 9999)))} {inward[1]} {inward[2]}",
                    self._said_digits(str(rng.randint(10000, 99999))),
                    " ".join(
                        f"{rng.choice('ABCEGHJKLMNPRSTVXY')}{rng.randint(0, 9)}" for _ in "123"
                    ),
                )
            )
        digits_as_words, style = rng.random() < 0.5, rng.random()
        parts = []
        for c in outward + inward:
            if c.isdigit():
                parts.append(ONES[int(c)] if digits_as_words else c)
            elif style < 0.12:
                parts.append(NATO[ord(c.lower()) - 97])
            elif style < 0.2:
                parts.append(f"{c} for {AS_IN[ord(c.lower()) - 97]}")
            else:
                parts.append(c if rng.random() < 0.6 else c.lower())
        text = " ".join("oh" if p == "zero" and rng.random() < 0.5 else p for p in parts)
        if rng.random() < 0.25:
            text = re.sub(r"(?<=\d) (?=\d)", "", text)
        if rng.random() < 0.12:
            # As recognisers hear it: a letter lost or another in its place.
            said = text.split(" ")
            said[rng.randrange(len(said))] = rng.choice(
                ("", "be", "see", "are", "you", "why", "to")
            )
            text = " ".join(word for word in said if word) or text
        return text

    def _org(self) -> str:
        kind, draw = self._rng.choice(ORG_KINDS), self._rng.random()
        if draw < 0.45:
            return f"{self.last()} {kind}"
        if draw < 0.65:
            return f"{self.city()[0]} {kind}"
        if draw < 0.85:
            return f"{self._rng.choice(STREET_WORDS)} {self._rng.choice(STREET_WORDS)} {kind}"
        if draw < 0.93:
            return f"First {self.city()[0]} {kind}"
        return self._made_up(self._names.lasts[0]) + " " + kind

    def _date(self) -> str:
        rng = self._rng
        day, month, year = rng.randint(1, 28), rng.choice(MONTHS), rng.randint(1930, 2026)
        said_year = self._year(year)
        return rng.choice(
            (
                f"{month} {self._ordinal(day)}",
                f"{month} {self._ordinal(day)} {said_year}",
                f"{self._ordinal(day)} of {month} {said_year}",
                f"the {self._ordinal(day)} of {month}",
                f"{self._number(day)} {month} {said_year}",
                f"{rng.choice(DAYS)} the {self._ordinal(day)}",
                rng.choice(DAYS),
                f"next {rng.choice(DAYS)}",
                f"{rng.choice(DAYS)} at {self._number(rng.randint(1, 12))} "
                + rng.choice(("a m", "p m", "pm", "am")),
                f"{month} {said_year}",
                f"{day}/{MONTHS.index(month) + 1}/{year}" if self.written else "tomorrow",
            )
        )

    def _year(self, year: int) -> str:
        if self.written or self._rng.random() < 0.2:
            return str(year)
        if 2000 <= year < 2010:
            return f"two thousand {ONES[year % 10] if year % 10 else ''}".strip()
        return f"{words_of(year // 100)} {words_of(year % 100)}"

    def _ordinal(self, number: int) -> str:
        if self.written or self._rng.random() < 0.2:
            suffix = (
                "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
            )
            return f"{number}{suffix}"
        if number <= 20:
            return ORDINALS[number - 1]
        rest = number % 10
        if not rest:
            return TENS[number // 10][:-1] + "ieth"
        return f"{TENS[number // 10]} {ORDINALS[rest - 1]}"

    def _amount(self) -> str:
        amount = self._rng.randint(1, 2000)
        if self.written:
            return f"${amount}"
        return f"{words_of(amount)} {self._rng.choice(('dollars', 'pounds', 'bucks', 'euros'))}"

    def _number(self, number: int) -> str:
        draw = self._rng.random()
        if self.written or draw < 0.2:
            return str(number)
        if draw < 0.55 or number < 10:
            return (
                words_of(number) if number < 100 or draw < 0.3 else self._said_digits(str(number))
            )
        text = str(number)
        if len(text) == 3 and text[1] != "0":
            return f"{ONES[number // 100]} {words_of(number % 100)}"
        if len(text) == 4 and text[2] != "0":
            return f"{words_of(number // 100)} {words_of(number % 100)}"
        return words_of(number)

    def _said_digits(self, digits: str) -> str:
        oh = self._rng.random() < 0.5
        return " ".join("oh" if oh and d == "0" else ONES[int(d)] for d in digits)

    def _digits(self, length: int, breaks: Sequence[int]) -> str:
        digits = "".join(self._rng.choices("0123456789", k=length))
        if self.written:
            return "-".join(filter(None, re.split(r"(?<=^...)|(?<=^......)", digits)))
        if self._rng.random() < 0.2:
            return digits
        parts = [digits[a:b] for a, b in zip((0, *breaks), (*breaks, length), strict=True)]
        return " ".join(self._said_digits(part) for part in parts if part)

    def _code(self) -> str:
        letters = "abcdefghijklmnopqrstuvwxyz"
        chars = self._rng.choices(letters + "0123456789" * 2, k=self._rng.randint(5, 9))
        if self.written:
            return "".join(chars).upper()
        said = self._rng.random() < 0.6
        return " ".join(ONES[int(c)] if c.isdigit() and said else c for c in chars)


def _join(pieces: Sequence[Piece]) -> Text:
    text, spans = "", []
    for piece, label in pieces:
        if not piece:
            continue
        if label:
            spans.append((len(text), len(text) + len(piece), label))
        text += piece
    return text, spans
