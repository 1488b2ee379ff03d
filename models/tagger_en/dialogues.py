"""Generated conversations: data asked for, told, read back, broken off, repaired; and other talk.

Names, places and streets come from the lists and rules of `models/speech_en`, everything else from
the phrases and rules beside this module. Values are labelled as entities; drugs, conditions,
occupations, ages, amounts of money, events and languages too, for whoever asks for those.
"""

# ruff: noqa: S311 - seeded randomness is the point

import random
from collections.abc import Sequence

import replies
from answers import ANSWERS
from asked import EXCHANGES
from heard import Heard, with_starts
from meetings import kept_going
from names import Names
from phrases import Piece, join, lines
from questions import QUESTIONS, WEIGHTS
from slots import Slots, label_of
from spoken_form import Text
from statements import STATEMENTS
from talk import TALK
from talk import WEIGHTS as TOPICS
from vocabulary import ACKS, HEDGES, REPAIRS
from writing import Turn, written

#: Labels that are told apart on request only.
ON_REQUEST = frozenset(("DRUG", "CONDITION", "OCCUPATION", "AGE", "MONEY", "EVENT", "LANGUAGE"))
#: Kinds whose value may be said again in digits.
_NUMBERS = frozenset(("PHONE", "CARD", "ACCOUNT", "SSN", "ID", "CODE"))
#: How often, instead of a sentence that holds nothing, somebody asks and is answered nothing.
_ASKED = 0.16
#: Kinds of value that recognisers make other words of.
_MISHEARD = ("PERSON", "PERSON", "PERSON", "ADDRESS", "ADDRESS", "DOB")


class Dialogues:
    """Draws conversations, the same ones for the same seed.

    Args:
        names: Where names and places come from.
        seed: Of the draws.
        words: Ordinary words that are no names.
    """

    def __init__(self, names: Names, seed: int, words: Sequence[str]) -> None:
        self._rng = random.Random(seed)
        self._slots = Slots(names, self._rng, seed + 1, words)
        self._heard = Heard(self._rng, words)
        self._questions = {kind: lines(text) for kind, text in QUESTIONS.items()}
        self._answers = {kind: lines(text) for kind, text in ANSWERS.items()}
        self._statements = {kind: lines(text) for kind, text in STATEMENTS.items()}
        self._misheard_questions = {
            "PERSON": self._questions["PERSON"],
            "DOB": self._questions["DOB"],
            "ADDRESS": [q for q in self._questions["ADDRESS"] if "postcode" in q],
        }
        self._talk = {topic: lines(text) for topic, text in TALK.items()}
        self._phrases = {
            name: lines(getattr(replies, name))
            for name in ("READ_BACKS", "THANKS", "OPENINGS", "BETWEEN", "AGAIN", "ACKNOWLEDGED")
        }
        self._asked = [line.split(" => ") for line in lines(EXCHANGES)]
        self._topics = list(TOPICS.values())
        self._addressee: Turn = []
        self._density = 0.0

    def draw(self) -> Text:
        """One conversation, written or as a recogniser of speech would write it."""
        rng = self._rng
        self._slots.begin()
        self._topics = [w * rng.choice((1, 1, 1, 6)) for w in TOPICS.values()]
        self._density = rng.choice((0.0, 0.0, 0.12, 0.35, 0.6, 0.85))
        turns: list[Turn] = []
        self._addressee = self._slots.fill(["{f}"])
        if rng.random() < 0.4:
            turns.append(self._phrase("OPENINGS"))
        for _ in range(rng.choice((1, 1, 2, 4, 8, 14))):
            draw = rng.random()
            if draw > self._density:
                for _ in range(rng.choice((1, 1, 2, 3))):
                    turns += self._nothing()
            elif draw < self._density * 0.54:
                turns += self._exchange()
            elif draw < self._density * 0.6:
                turns += self._misheard()
            elif draw < self._density * 0.93:
                turns.append(self._statement())
            else:
                turns.append(self._record())
        text, spans = written(kept_going(turns, rng), rng)
        return with_starts(text, spans, rng, 0.04) if rng.random() < 0.2 else (text, spans)

    def told(self) -> Text:
        """One turn that tells what is found on request."""
        self._slots.begin()
        return join(self._slots.fill(self._talk["requested"]))

    def _phrase(self, name: str) -> Turn:
        return self._slots.fill(self._phrases[name])

    def _nothing(self) -> list[Turn]:
        """A sentence that holds nothing, or a question with an answer that does not."""
        rng = self._rng
        if rng.random() >= _ASKED:
            return [self._aside()]
        question, answer = rng.choice(self._asked)
        asked, told = self._slots.fill([question]), self._slots.fill([answer])
        if rng.random() < 0.6:
            asked.append(("?", None))
        if rng.random() < 0.25:
            asked = [*self._phrase("ACKNOWLEDGED"), (rng.choice((" ", ", ", ". ")), None), *asked]
        if rng.random() < 0.1:
            return [[*asked, (" ", None), *told]]
        said = [asked, told]
        if rng.random() < 0.25:
            said.append(self._phrase("ACKNOWLEDGED"))
        return said

    def _aside(self) -> Turn:
        """A sentence that holds nothing."""
        rng = self._rng
        topic = rng.choices(list(TOPICS), self._topics)[0]
        if topic == "about_data":
            self._slots.choose("ID")
        turn = self._slots.fill(self._talk[topic])
        if rng.random() < 0.04 and self._density:
            turn = self._addressed(turn)
        if rng.random() < 0.08:
            turn = [(rng.choice(HEDGES) + " ", None), *turn]
        return turn

    def _addressed(self, turn: Turn) -> Turn:
        """A sentence said to somebody by name, before or behind it."""
        rng = self._rng
        name = self._addressee if rng.random() < 0.5 else self._slots.fill(["{f}"])
        if rng.random() < 0.5:
            opener = rng.choice(
                ("so ", "okay ", "well ", "alright ", "now ", "", "", "and ", "hey ")
            )
            return [(opener, None), *name, (rng.choice((" ", ", ", " , ")), None), *turn]
        return [*turn, (rng.choice((" ", ", ", " okay ", " right ")), None), *name]

    def _statement(self) -> Turn:
        """A sentence that tells something unasked."""
        rng = self._rng
        kind = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self._slots.choose(kind)
        turn = self._slots.fill(self._statements[kind])
        if rng.random() < 0.3:
            turn = [*turn, (rng.choice((" ", ". ", ", ", " and ")), None), *self._aside()]
        if rng.random() < 0.2:
            turn = [*self._aside(), (rng.choice((" ", ". ", " and ")), None), *turn]
        return turn

    def _record(self) -> Turn:
        """Values one after the other, as forms and lists have them."""
        rng = self._rng
        between = rng.choice((", ", ", ", "; ", " ", "\n", "\n", " - ", " | "))
        turn: Turn = []
        kinds = rng.sample(list(WEIGHTS), k=rng.randint(2, 5))
        if "PERSON" not in kinds and rng.random() < 0.6:
            kinds[0] = "PERSON"
        for kind in kinds:
            self._slots.choose(kind)
            if turn:
                turn.append((between, None))
            turn += self._slots.value()
        return turn

    def _exchange(self) -> list[Turn]:
        """A question, an answer, what comes between, and what is said to it."""
        rng = self._rng
        kind = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self._slots.choose(kind)
        question = self._slots.fill(self._questions[kind])
        if rng.random() < 0.25:
            question = [*self._phrase("ACKNOWLEDGED"), (rng.choice((" ", ", ", ". ")), None),
                        *question]  # fmt: skip
        if rng.random() < 0.6:
            question.append(("?", None))
        if rng.random() < 0.12:
            # Asked, and not answered.
            return [question, self._phrase("BETWEEN") if rng.random() < 0.6 else self._aside()]
        answer = self._answer(kind)
        label = label_of(kind)
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
        while rng.random() < 0.1:
            turns.append(self._slots.fill(self._phrases["AGAIN"]))
            turns.append(self._answer(kind))
        if value:
            turns += self._taken(kind, value)
        return turns

    def _misheard(self) -> list[Turn]:
        """A question whose answer is not understood, and asked for again."""
        rng = self._rng
        kind = rng.choice(_MISHEARD)
        said: list[Turn] = [self._slots.fill(self._misheard_questions[kind])]
        for _ in range(rng.choice((1, 1, 2, 3))):
            if rng.random() < 0.25:
                said.append(self._phrase("BETWEEN"))
            told = self._slots.misheard(kind, self._heard)
            if rng.random() < 0.12:
                before = rng.choice(("it's ", "yes ", "um ", "sure it's ", "that's "))
                told = [(before, None), *told]
            said.append(told)
            if rng.random() < 0.8:
                said.append(self._slots.fill(self._phrases["AGAIN"]))
        return said

    def _answer(self, kind: str) -> Turn:
        rng = self._rng
        answer = self._slots.fill(self._answers[kind])
        if rng.random() < 0.07:
            repair = f" {rng.choice(REPAIRS)} "
            answer = [*answer, (repair, None), *self._slots.value()]
        if rng.random() < 0.16:
            between = rng.choice((" and ", ". ", ", ", " ", " but ", " then "))
            answer = [*answer, (between, None), *self._aside()]
        return answer

    def _broken_off(self, answer: Turn, value: Piece) -> list[Turn]:
        """The answer in two turns, with a word of the other one between."""
        words, at = value[0].split(), answer.index(value)
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
                value = (self._slots.said.digits(digits), value[1])
            return [self._slots.fill(self._phrases["READ_BACKS"], v=lambda: [value])]
        if draw < 0.5:
            return [self._phrase("ACKNOWLEDGED")]
        return [self._phrase("THANKS")] if draw < 0.6 else []
