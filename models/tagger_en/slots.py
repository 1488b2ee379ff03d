"""What fills the slots of phrases: values, names, places, and words of all topics."""

from collections.abc import Callable, Sequence
from random import Random

import talk
from credentials import Credentials
from heard import Heard
from identifiers import Identifiers
from medicine import (
    ANATOMY,
    EXAMS,
    FINDINGS,
    FREQUENCIES,
    SECTIONS,
    SIGNS,
    TREATMENTS,
)
from names import Names
from ordinary import Ordinary
from people import People
from phrases import Piece, Slot, fill, lines
from requested import Requested
from said import Said, ordinal
from snippets import Snippets
from vocabulary import (
    ACCOUNT_NAMES,
    BRANDS,
    CARS,
    CRIES,
    DECADES,
    DIRECTIONS,
    DISHES,
    GOODS,
    ID_NAMES,
    PETS,
    PLACES,
    QUALITIES,
    REGION_CODES,
    ROLES,
    SHORT_PLACES,
    SONGS,
    TECH,
    WEATHER,
)

from clearshard.recognizers.lists.occupations import OCCUPATIONS

#: The label of each kind of value, where it is not its name.
_LABELS = {"CARD_CODE": "CARD", "CODE": "PASSWORD", "SECRET": "PASSWORD", "MAC": "ID"}
_STREETS = ("street", "street", "street", "street", "long", "road", "box", "foreign")


def label_of(kind: str) -> str:
    """The label of a kind of value."""
    return _LABELS.get(kind, kind)


class Slots:
    """Fills phrases, with values of the kind chosen last.

    Args:
        names: Where names and places come from.
        rng: Of the draws.
        seed: Of the draws of names and places.
        words: Ordinary words that are no names.
    """

    def __init__(self, names: Names, rng: Random, seed: int, words: Sequence[str]) -> None:
        self._rng = rng
        self._streets = names.streets
        self._snippets = Snippets(names, seed, words=words)
        self.said = Said(rng)
        self._people = People(rng, self.said, self._snippets)
        self._identifiers = Identifiers(rng, self.said)
        self._credentials = Credentials(rng, self.said, self._snippets, words)
        self._ordinary = Ordinary(rng, self.said, words)
        self._word_sentences = lines(talk.NAME_WORD_SENTENCES)
        self._kind = "ID"
        self._id_name = self._account_name = "number"
        self._slots = self._all_slots()

    def begin(self) -> None:
        """Another conversation: names and streets may be written or spoken ones."""
        self._snippets.written = self._rng.random() < 0.45
        self.said.begin()

    def choose(self, kind: str) -> None:
        """The kind of the values to come."""
        self._kind = kind
        self._id_name = self._rng.choice(ID_NAMES)
        self._account_name = self._rng.choice(ACCOUNT_NAMES)

    def fill(self, phrases: Sequence[str], **slots: Slot) -> list[Piece]:
        """One of the phrases in one wording, filled; `slots` go before those of all phrases."""
        return fill(self._rng.choice(phrases), self._rng, {**self._slots, **slots})

    def value(self) -> Sequence[Piece]:
        """A value of the kind at hand."""
        values, words, kind = self._identifiers, self._credentials, self._kind
        if kind == "ADDRESS":
            return self._snippets.value(self._rng.choice(_STREETS))
        said = {
            "PERSON": self._people.anyone,
            "PHONE": values.phone,
            "CARD": values.card,
            "CARD_CODE": values.card_code,
            "ACCOUNT": values.account,
            "SSN": values.social,
            "ID": lambda: values.reference(self._id_name),
            "PASSWORD": words.password,
            "CODE": values.pin,
            "SECRET": self._secret,
            "USERNAME": words.username,
            "EMAIL": words.email,
            "DOB": values.birth,
            "LOCATION": self._city,
            "URL": words.site,
            "IP": values.network,
            "MAC": values.hardware,
        }[kind]
        return [(said(), label_of(kind))]

    def misheard(self, kind: str, heard: Heard) -> list[Piece]:
        """A name, postcode or date of birth as a recogniser misheard it."""
        rng = self._rng
        if kind == "DOB":
            return [(heard.date(self._identifiers.birth()), "DOB")]
        if kind == "ADDRESS":
            area = "".join(rng.choices("abcdeghklmnprstw", k=rng.choice((1, 2, 2))))
            rest = "".join(rng.choices("abdefghjlnpqrstuwxyz", k=2))
            code = f"{area}{rng.randint(1, 39)}{rng.randint(0, 9)}{rest}"
            return [(heard.letters(code), "ADDRESS")]
        if rng.random() < 0.45:
            letters = "".join(c for c in self._people.anyone().lower() if c.isalpha())
            return [(heard.letters(letters), "PERSON")]
        return [(heard.name(self._people.full()), "PERSON")]

    def _secret(self) -> str:
        """The answer to a question that only one person should be able to answer."""
        draw = self._rng.random()
        if draw < 0.5:
            return self._rng.choice(PETS)
        return self._ordinary.word() if draw < 0.65 else self._people.anyone()

    def _role(self) -> list[Piece]:
        """Somebody's relation to the one who speaks, which may be a trade."""
        role = self._rng.choice(ROLES)
        return [(role, "OCCUPATION" if role in OCCUPATIONS else None)]

    def _crossing(self) -> list[Piece]:
        """Two streets that meet, without the word street."""
        rng = self._rng
        names = []
        for _ in "ab":
            road = self._snippets.value("road")[0][0]
            bare = road.rsplit(" ", 1)[0] if rng.random() < 0.85 else road
            nth = rng.randint(1, 60)
            numbered = rng.choice((ordinal(nth), f"{nth}th"))
            names.append(rng.choice((bare, bare, *(self._street() for _ in "abcde"), numbered)))
        quote = rng.choice(("", "", "", "'", '"'))
        between = rng.choice((" and ", " and ", " & ", " at ", " / "))
        return [(quote, None), (names[0], "LOCATION"), (between, None), (names[1], "LOCATION"),
                (quote, None)]  # fmt: skip

    def _street(self) -> str:
        """The name of a street, a common one above all."""
        return self._streets[int(len(self._streets) * self._rng.random() ** 3)]

    def _city(self) -> str:
        """A city, now and then as people shorten it, or with its region."""
        if self._rng.random() < 0.05:
            return self._rng.choice(SHORT_PLACES)
        city = self._snippets.city()[0]
        if self._rng.random() < 0.08:
            city += self._rng.choice((", ", ", ", " ")) + self._rng.choice(REGION_CODES)
        return city

    def _title_of_work(self) -> list[Piece]:
        """The title of a song or film, which may hold a name and is none."""
        rng = self._rng
        of = self._people.first() if rng.random() < 0.4 else self._ordinary.word()
        title = f"{rng.choice(SONGS)} {of}" if rng.random() < 0.6 else (
            f"the {self._ordinary.word()} {self._ordinary.word()}"
        )  # fmt: skip
        return [(title, None)]

    def _all_slots(self) -> dict[str, Callable[[], Sequence[Piece]]]:
        rng, ordinary, people, values = self._rng, self._ordinary, self._people, self._identifiers
        requested = Requested(rng, self.said, ordinary)

        def drawn(value: Callable[[], str], label: str | None = None) -> Callable[[], list[Piece]]:
            return lambda: [(value(), label)]

        def one_of(words: Sequence[str], label: str | None = None) -> Callable[[], list[Piece]]:
            return lambda: [(rng.choice(words), label)]

        def titled(
            value: Callable[[], str], share: float, label: str | None = None
        ) -> Callable[[], list[Piece]]:
            """Some of them with a capital, as those who know what it is called write it."""
            return lambda: [(_capital(value()) if rng.random() < share else value(), label)]

        return {
            "v": self.value,
            "p": drawn(people.anyone, "PERSON"),
            "f": drawn(people.first, "PERSON"),
            "l": drawn(people.last, "PERSON"),
            "s": drawn(people.spelled, "PERSON"),
            "w": drawn(people.of_words, "PERSON"),
            "title": drawn(people.title),
            "c": drawn(self._city, "LOCATION"),
            "st": lambda: self._snippets.value("state"),
            "region": one_of(REGION_CODES, "LOCATION"),
            "z": lambda: self._snippets.value(rng.choice(("zip", "zip", "zip", "postcode"))),
            "o": lambda: self._snippets.value("org"),
            "unit": lambda: [(values.extension(), "ADDRESS")],
            "crossing": self._crossing,
            "cvv": drawn(values.card_code, "CARD"),
            "exp": drawn(values.expiry, "CARD"),
            "ext": drawn(values.extension, "PHONE"),
            "three": drawn(lambda: self.said.digits(self.said.random_digits(3)), "PHONE"),
            "seven": drawn(lambda: self.said.digits(self.said.random_digits(7)), "PHONE"),
            "four_phone": drawn(values.last_four, "PHONE"),
            "four_card": drawn(values.last_four, "CARD"),
            "four_account": drawn(values.last_four, "ACCOUNT"),
            "four_ssn": drawn(values.last_four, "SSN"),
            "four_id": drawn(values.last_four, "ID"),
            "user": drawn(self._credentials.username, "USERNAME"),
            "pet": drawn(self._secret, "PASSWORD"),
            "id_name": drawn(lambda: self._id_name),
            "account_name": drawn(lambda: self._account_name),
            "drug": titled(ordinary.drug, 0.4, "DRUG"),
            "condition": titled(ordinary.condition, 0.2, "CONDITION"),
            "occupation": drawn(requested.occupation, "OCCUPATION"),
            "age": drawn(requested.age, "AGE"),
            "money": drawn(requested.money, "MONEY"),
            "event": drawn(requested.event, "EVENT"),
            "language": drawn(requested.language, "LANGUAGE"),
            "decade": one_of(DECADES, "AGE"),
            "role": self._role,
            "anatomy": one_of(ANATOMY),
            "exam": titled(lambda: rng.choice(EXAMS), 0.25),
            "finding": one_of(FINDINGS),
            "sign_of": one_of(SIGNS),
            "section": one_of(SECTIONS),
            "treatment": one_of(TREATMENTS),
            "treatment_do": one_of(("start", "increase", "continue", "stop", "refill", "order")),
            "freq": one_of(FREQUENCIES),
            "tech": titled(lambda: rng.choice(TECH), 0.25),
            "brand": titled(lambda: rng.choice(BRANDS), 0.6),
            "car": one_of(CARS),
            "quality": one_of(QUALITIES),
            "goods": one_of(GOODS),
            "dish": titled(lambda: rng.choice(DISHES), 0.3),
            "place": one_of(PLACES),
            "direction": one_of(DIRECTIONS),
            "weather": one_of(WEATHER),
            "cry": one_of(CRIES),
            "assistant": one_of(talk.ASSISTANTS),
            "question_after": one_of(talk.QUESTIONS_AFTER),
            "file_end": one_of(talk.FILE_ENDS),
            "interface": drawn(ordinary.caption),
            "decimal": drawn(ordinary.decimal),
            "called": drawn(lambda: rng.choice((ordinary.word(), rng.choice(talk.ASSISTANTS)))),
            "month": drawn(lambda: self.said.month(rng.randint(1, 12))),
            "name_word_sentence": lambda: self.fill(self._word_sentences),
            "title_of_work": self._title_of_work,
            "plain_word": titled(ordinary.word, 0.04),
            "Plain_word": drawn(lambda: ordinary.word().capitalize()),
            "cut_off": drawn(ordinary.cut_off),
            "jargon": titled(ordinary.jargon, 0.2),
            "abbreviation": drawn(ordinary.abbreviation),
            "sign": drawn(ordinary.sign),
            "count": drawn(ordinary.count),
            "quantity": drawn(ordinary.quantity),
            "digit": drawn(ordinary.digit),
            "nth": drawn(ordinary.nth),
            "year": drawn(ordinary.year),
            "time": drawn(ordinary.clock),
            "date": drawn(ordinary.date),
            "measure": drawn(ordinary.measure),
            "pressure": drawn(ordinary.pressure),
            "score": drawn(ordinary.score),
            "version": drawn(ordinary.version),
            "spot": drawn(ordinary.spot),
        }


def _capital(said: str) -> str:
    """With a capital; short ones are written in capitals for the most part."""
    return said.upper() if len(said) < 4 else said[:1].upper() + said[1:]
