"""Generated conversations: data asked for, told, read back, broken off, repaired; and other talk.

Names, places and streets come from the lists and rules of `models/speech_en`, everything else from
the phrases and rules beside this module. Values are labelled as entities; drugs, conditions,
occupations, ages, amounts of money, events and languages too, for whoever asks for those.
"""

# ruff: noqa: S311 - seeded randomness is the point

import random
from collections.abc import Callable, Sequence

import asked
import talk
from credentials import Credentials
from identifiers import Identifiers
from medicine import (
    ANATOMY,
    EXAMS,
    FINDINGS,
    FREQUENCIES,
    TREATMENTS,
)
from names import Names
from ordinary import Ordinary
from people import People
from phrases import Piece, fill, join, lines
from said import Said
from snippets import Snippets
from spoken_form import Text, speech_form
from vocabulary import (
    ACCOUNT_NAMES,
    ACKS,
    BRANDS,
    CARS,
    CRIES,
    DIRECTIONS,
    DISHES,
    EVENTS,
    HEDGES,
    ID_NAMES,
    LANGUAGES,
    OCCUPATIONS,
    PETS,
    PLACES,
    REPAIRS,
    ROLES,
    SONGS,
    TECH,
    WEATHER,
)

Turn = list[Piece]

#: Labels that are told apart on request only.
ON_REQUEST = frozenset(
    ("DRUG", "CONDITION", "OCCUPATION", "AGE", "MONEY", "EVENT", "LANGUAGE")
)  # fmt: skip
#: The label of each kind of value, where it is not its name.
_LABELS = {"CARD_CODE": "CARD", "CODE": "PASSWORD", "SECRET": "PASSWORD"}
#: Kinds whose value may be said again in digits.
_NUMBERS = frozenset(("PHONE", "CARD", "ACCOUNT", "SSN", "ID", "CODE"))
_STREETS = ("street", "street", "street", "long", "road", "house", "box", "foreign")


class Dialogues:
    """Draws conversations, the same ones for the same seed.

    Args:
        names: Where names and places come from.
        seed: Of the draws.
        words: Ordinary words that are no names.
    """

    def __init__(self, names: Names, seed: int, words: Sequence[str]) -> None:
        self._rng = random.Random(seed)
        self._snippets = Snippets(names, seed + 1, words=words)
        self._said = Said(self._rng)
        self._people = People(self._rng, self._said, self._snippets)
        self._identifiers = Identifiers(self._rng, self._said)
        self._credentials = Credentials(self._rng, self._said, self._snippets)
        self._ordinary = Ordinary(self._rng, self._said, words)
        self._questions = {kind: lines(text) for kind, text in asked.QUESTIONS.items()}
        self._answers = {kind: lines(text) for kind, text in asked.ANSWERS.items()}
        self._statements = {kind: lines(text) for kind, text in asked.STATEMENTS.items()}
        self._talk = {topic: lines(text) for topic, text in talk.TALK.items()}
        self._phrases = {
            name: lines(getattr(asked, name))
            for name in ("READ_BACKS", "THANKS", "OPENINGS", "BETWEEN", "ACKNOWLEDGED")
        }
        self._word_sentences = lines(talk.NAME_WORD_SENTENCES)
        self._topics = list(talk.WEIGHTS.values())
        self._kind = "ID"
        self._id_name = self._account_name = "number"
        self._slots = self._all_slots()

    def draw(self) -> Text:
        """One conversation, written or as a recogniser of speech would write it."""
        rng = self._rng
        self._snippets.written = rng.random() < 0.45
        self._topics = [w * rng.choice((1, 1, 1, 6)) for w in talk.WEIGHTS.values()]
        density = rng.choice((0.0, 0.0, 0.12, 0.35, 0.6, 0.85))
        turns: list[Turn] = []
        if rng.random() < 0.4:
            turns.append(self._phrase("OPENINGS"))
        for _ in range(rng.choice((1, 2, 4, 8, 14))):
            draw = rng.random()
            if draw > density:
                turns += [self._aside() for _ in range(rng.choice((1, 1, 2, 3)))]
            elif draw < density * 0.6:
                turns += self._exchange()
            elif draw < density * 0.93:
                turns.append(self._statement())
            else:
                turns.append(self._record())
        return self._rendered(turns)

    def _all_slots(self) -> dict[str, Callable[[], Sequence[Piece]]]:
        rng, ordinary, people, values = self._rng, self._ordinary, self._people, self._identifiers

        def drawn(value: Callable[[], str], label: str | None = None) -> Callable[[], list[Piece]]:
            return lambda: [(value(), label)]

        def one_of(words: Sequence[str], label: str | None = None) -> Callable[[], list[Piece]]:
            return lambda: [(rng.choice(words), label)]

        return {
            "v": self._value,
            "p": drawn(people.anyone, "PERSON"),
            "f": drawn(people.first, "PERSON"),
            "l": drawn(people.last, "PERSON"),
            "s": drawn(people.spelled, "PERSON"),
            "title": drawn(people.title),
            "c": drawn(lambda: self._snippets.city()[0], "LOCATION"),
            "st": lambda: self._snippets.value("state"),
            "z": lambda: self._snippets.value(rng.choice(("zip", "zip", "zip", "postcode"))),
            "o": lambda: self._snippets.value("org"),
            "unit": lambda: [(values.extension(), "ADDRESS")],
            "crossing": self._crossing,
            "cvv": drawn(values.card_code, "CARD"),
            "exp": drawn(values.expiry, "CARD"),
            "ext": drawn(values.extension, "PHONE"),
            "three": drawn(lambda: self._said.digits(self._said.random_digits(3)), "PHONE"),
            "seven": drawn(lambda: self._said.digits(self._said.random_digits(7)), "PHONE"),
            "four_phone": drawn(values.last_four, "PHONE"),
            "four_card": drawn(values.last_four, "CARD"),
            "four_account": drawn(values.last_four, "ACCOUNT"),
            "four_ssn": drawn(values.last_four, "SSN"),
            "four_id": drawn(values.last_four, "ID"),
            "user": drawn(self._credentials.username, "USERNAME"),
            "pet": drawn(self._secret, "PASSWORD"),
            "id_name": drawn(lambda: self._id_name),
            "account_name": drawn(lambda: self._account_name),
            "drug": drawn(ordinary.drug, "DRUG"),
            "condition": drawn(ordinary.condition, "CONDITION"),
            "occupation": one_of(OCCUPATIONS, "OCCUPATION"),
            "age": drawn(ordinary.age, "AGE"),
            "money": drawn(ordinary.money, "MONEY"),
            "event": one_of(EVENTS, "EVENT"),
            "language": one_of(LANGUAGES, "LANGUAGE"),
            "role": one_of(ROLES),
            "anatomy": one_of(ANATOMY),
            "exam": one_of(EXAMS),
            "finding": one_of(FINDINGS),
            "treatment": one_of(TREATMENTS),
            "treatment_do": one_of(("start", "increase", "continue", "stop", "refill", "order")),
            "freq": one_of(FREQUENCIES),
            "tech": one_of(TECH),
            "brand": one_of(BRANDS),
            "car": one_of(CARS),
            "dish": one_of(DISHES),
            "place": one_of(PLACES),
            "direction": one_of(DIRECTIONS),
            "weather": one_of(WEATHER),
            "cry": one_of(CRIES),
            "assistant": one_of(talk.ASSISTANTS),
            "question_after": one_of(talk.QUESTIONS_AFTER),
            "file_end": one_of(talk.FILE_ENDS),
            "month": drawn(lambda: self._said.month(rng.randint(1, 12))),
            "name_word_sentence": lambda: fill(rng.choice(self._word_sentences), rng, self._slots),
            "title_of_work": self._title_of_work,
            "plain_word": drawn(ordinary.word),
            "Plain_word": drawn(lambda: ordinary.word().capitalize()),
            "cut_off": drawn(ordinary.cut_off),
            "jargon": drawn(ordinary.jargon),
            "abbreviation": drawn(ordinary.abbreviation),
            "sign": drawn(ordinary.sign),
            "count": drawn(ordinary.count),
            "digit": drawn(ordinary.digit),
            "nth": drawn(ordinary.nth),
            "year": drawn(ordinary.year),
            "time": drawn(ordinary.clock),
            "date": drawn(ordinary.date),
            "measure": drawn(ordinary.measure),
            "pressure": drawn(ordinary.pressure),
            "score": drawn(ordinary.score),
            "version": drawn(ordinary.version),
        }

    def _choose(self, kind: str) -> None:
        self._kind = kind
        self._id_name = self._rng.choice(ID_NAMES)
        self._account_name = self._rng.choice(ACCOUNT_NAMES)

    def _phrase(self, name: str) -> Turn:
        return fill(self._rng.choice(self._phrases[name]), self._rng, self._slots)

    def _value(self) -> Sequence[Piece]:
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
            "LOCATION": lambda: self._snippets.city()[0],
            "URL": words.site,
        }[kind]
        return [(said(), _LABELS.get(kind, kind))]

    def _secret(self) -> str:
        """The answer to a question that only one person should be able to answer."""
        draw = self._rng.random()
        if draw < 0.5:
            return self._rng.choice(PETS)
        return self._ordinary.word() if draw < 0.65 else self._people.anyone()

    def _crossing(self) -> list[Piece]:
        """Two streets that meet, without the word street."""
        rng = self._rng
        names = []
        for _ in "ab":
            road = self._snippets.value("road")[0][0]
            bare = road.rsplit(" ", 1)[0]
            names.append(bare if rng.random() < 0.85 else road)
        quote = rng.choice(("", "", "", "'", '"'))
        between = rng.choice((" and ", " and ", " & ", " at ", " / "))
        return [(quote, None), (names[0], "LOCATION"), (between, None), (names[1], "LOCATION"),
                (quote, None)]  # fmt: skip

    def _title_of_work(self) -> list[Piece]:
        """The title of a song or film, which may hold a name and is none."""
        rng = self._rng
        of = self._people.first() if rng.random() < 0.4 else self._ordinary.word()
        title = f"{rng.choice(SONGS)} {of}" if rng.random() < 0.6 else (
            f"the {self._ordinary.word()} {self._ordinary.word()}"
        )  # fmt: skip
        return [(title, None)]

    def _aside(self) -> Turn:
        """A sentence that holds nothing."""
        rng = self._rng
        topic = rng.choices(list(talk.WEIGHTS), self._topics)[0]
        if topic == "about_data":
            self._choose("ID")
        turn = fill(rng.choice(self._talk[topic]), rng, self._slots)
        if rng.random() < 0.08:
            turn = [(rng.choice(HEDGES) + " ", None), *turn]
        return turn

    def _statement(self) -> Turn:
        """A sentence that tells something unasked."""
        rng = self._rng
        kind = rng.choices(list(asked.WEIGHTS), list(asked.WEIGHTS.values()))[0]
        self._choose(kind)
        turn = fill(rng.choice(self._statements[kind]), rng, self._slots)
        if rng.random() < 0.3:
            turn = [*turn, (rng.choice((" ", ". ", ", ", " and ")), None), *self._aside()]
        if rng.random() < 0.2:
            turn = [*self._aside(), (rng.choice((" ", ". ", " and ")), None), *turn]
        return turn

    def _record(self) -> Turn:
        """Values one after the other, as forms and lists have them."""
        rng = self._rng
        between = rng.choice((", ", ", ", "; ", " ", "\n", " - ", " | "))
        turn: Turn = []
        for kind in rng.sample(list(asked.WEIGHTS), k=rng.randint(2, 5)):
            self._choose(kind)
            if turn:
                turn.append((between, None))
            turn += self._value()
        return turn

    def _exchange(self) -> list[Turn]:
        """A question, an answer, what comes between, and what is said to it."""
        rng = self._rng
        kind = rng.choices(list(asked.WEIGHTS), list(asked.WEIGHTS.values()))[0]
        self._choose(kind)
        question = fill(rng.choice(self._questions[kind]), rng, self._slots)
        if rng.random() < 0.25:
            question = [*self._phrase("ACKNOWLEDGED"), (rng.choice((" ", ", ", ". ")), None),
                        *question]  # fmt: skip
        if rng.random() < 0.6:
            question.append(("?", None))
        if rng.random() < 0.12:
            # Asked, and not answered.
            return [question, self._phrase("BETWEEN") if rng.random() < 0.6 else self._aside()]
        answer = self._answer(kind)
        label = _LABELS.get(kind, kind)
        value = next((piece for piece in answer if piece[1] == label), None)
        turns = [question]
        while rng.random() < 0.15:
            turns.append(self._phrase("BETWEEN"))
        if rng.random() < 0.07:
            turns[-1] = [*turns[-1], (" ", None), *answer]
        elif rng.random() < 0.2 and value and len(value[0].split()) > 3:
            turns += self._broken_off(answer, value)
        else:
            turns.append(answer)
        if value:
            turns += self._taken(kind, value)
        return turns

    def _answer(self, kind: str) -> Turn:
        rng = self._rng
        answer = fill(rng.choice(self._answers[kind]), rng, self._slots)
        if rng.random() < 0.1:
            answer = [*answer, (rng.choice((" and ", ". ", ", ", " ")), None), *self._aside()]
        if rng.random() < 0.07:
            repair = f" {rng.choice(REPAIRS)} "
            answer = [*answer, (repair, None), *self._value()]
        return answer

    def _broken_off(self, answer: Turn, value: Piece) -> list[Turn]:
        """The answer in two turns, with a word of the other one between."""
        words, at = value[0].split(" "), answer.index(value)
        cut = self._rng.randint(1, len(words) - 1)
        first = [*answer[:at], (" ".join(words[:cut]), value[1])]
        second = [(" ".join(words[cut:]), value[1]), *answer[at + 1 :]]
        return [first, [(self._rng.choice(ACKS), None)], second]

    def _taken(self, kind: str, value: Piece) -> list[Turn]:
        """What the one who asked says to it: reads it back, thanks, or nothing."""
        rng, draw = self._rng, self._rng.random()
        if draw < 0.27:
            digits = value[0].replace(" ", "")
            if kind in _NUMBERS and digits.isdigit() and rng.random() < 0.6:
                value = (self._said.digits(digits), value[1])
            slots = {**self._slots, "v": lambda: [value]}
            return [fill(rng.choice(self._phrases["READ_BACKS"]), rng, slots)]
        if draw < 0.5:
            return [self._phrase("ACKNOWLEDGED")]
        return [self._phrase("THANKS")] if draw < 0.6 else []

    def _rendered(self, turns: Sequence[Turn]) -> Text:
        """The text of turns in one of the ways that transcripts are written."""
        rng = self._rng
        style = rng.random()
        written = style > 0.5
        between = " " if rng.random() < 0.12 else "\n"
        pieces: list[Piece] = []
        for i, turn in enumerate(turns):
            if i:
                pieces.append((between, None))
            pieces += turn
            if written and rng.random() < 0.8:
                pieces.append((rng.choice((".", ".", ",", "?", ".", "!")), None))
                if between == " " and rng.random() < 0.03:
                    # A sentence joined to the next without a blank.
                    between = ""
        text, spans = join(pieces)
        if not written:
            return speech_form(text, spans)
        if style > 0.96 and len(text.upper()) == len(text):
            return text.upper(), spans
        if style > 0.9:
            return _apart(text, spans)
        if style > 0.72:
            text = "\n".join(line[:1].upper() + line[1:] for line in text.split("\n"))
        return text, spans


def _apart(text: str, spans: Sequence[tuple[int, int, str]]) -> Text:
    """Punctuation set apart from words, as tokenised transcripts have it, in lower case."""
    out, places = "", []
    for i, char in enumerate(text):
        ends = i + 1 == len(text) or text[i + 1].isspace()
        if char in ".,?!" and ends and i and not text[i - 1].isspace():
            out += " "
        places.append(len(out))
        out += char.lower() if len(char.lower()) == 1 else char
    places.append(len(out))
    return out, [(places[a], places[b - 1] + 1, label) for a, b, label in spans]
