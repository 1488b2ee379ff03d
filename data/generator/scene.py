"""One call being written: who speaks, in which style, and what has been said so far."""

import random
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from . import identifiers, people, saying
from .people import Person
from .saying import Voice
from .turns import Piece, Said, Turn, fields, fill, marked

# What a recogniser without formatting leaves out: signs at the end of a token, and dashes. Signs
# inside a token stay, as in "o'clock".
_SIGNS = re.compile(r"[.,?!;:…]+(?=\s|$)|[\"“”()]|(?<=\s)[-–—]+(?=\s)|[–—]")  # noqa: RUF001 - dashes
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
T = TypeVar("T")
FILLERS = ("uh", "um", "uh", "er", "uh", "um", "like")
# A turn is only interrupted after one of these, where people do hesitate.
_PAUSE_AFTER = re.compile(r"\b(?:is|it's|and|the|my|a|at|so|on|that|for|with|was)(?= )")
_FALSE_START = re.compile(r"\b(?:I|I'm|the|my|and|it|we|so)(?= )")


class Scene:
    """Collects the turns of one call.

    Everything that must stay the same within a call (who the caller is, the order that it is about)
    is drawn once; days, times, amounts and links hold for one script, and are said anew each time.
    """

    def __init__(self, rng: random.Random, voice: Voice, caller: Person, firm: str, topic: str):
        """Start an empty call.

        Args:
            rng: The only source of chance.
            voice: The style of the whole call.
            caller: Who rings.
            firm: Who is rung.
            topic: The order, ticket or booking that the call is about.
        """
        self.rng = rng
        self.voice = voice
        self.caller_person = caller
        self.turns: list[Turn] = []
        self.topic = topic
        self.firm = firm
        self.agent_first, self.agent_last = people.some_name(rng)
        self.other_first, self.other_last = people.some_name(rng)
        self.third_first, self.third_last = people.some_name(rng)
        self.member_id = identifiers.member(rng)
        self.account_id = identifiers.account(rng)
        self.place = rng.choice(people.UK_CITIES if caller.country == "uk" else people.US_CITIES)[0]
        self.abroad = rng.choice(people.CITIES_ABROAD)
        self._used: set[str] = set()
        self._drawn: dict[str, Any] = {}
        self._matter: dict[str, Any] = {}
        drawn = self._same_within_subject
        recalled = self._as_in_matter
        self._slots: dict[str, Callable[[], Said]] = {
            "first": lambda: marked(caller.first, "PERSON"),
            "last": lambda: marked(caller.last, "PERSON"),
            "name": lambda: marked(caller.full, "PERSON"),
            "formal": lambda: (Piece(f"{caller.title} "), Piece(caller.last, "PERSON")),
            "agent": lambda: marked(self.agent_first, "PERSON"),
            "agent_full": lambda: marked(f"{self.agent_first} {self.agent_last}", "PERSON"),
            "other": lambda: marked(self.other_first, "PERSON"),
            "other_full": lambda: marked(f"{self.other_first} {self.other_last}", "PERSON"),
            "other_last": lambda: marked(self.other_last, "PERSON"),
            "third": lambda: marked(self.third_first, "PERSON"),
            "third_full": lambda: marked(f"{self.third_first} {self.third_last}", "PERSON"),
            "third_last": lambda: marked(self.third_last, "PERSON"),
            "firm": lambda: marked(firm, "ORG"),
            "work": lambda: marked(caller.workplace, "ORG"),
            "city": lambda: marked(caller.city, "LOCATION"),
            "place": lambda: marked(self.place, "LOCATION"),
            "abroad": lambda: marked(self.abroad, "LOCATION"),
            "street": lambda: marked(caller.street, "ADDRESS"),
            "day": lambda: saying.day(drawn("day", saying.some_day), rng, voice),
            "day2": lambda: saying.day(drawn("day2", saying.some_day), rng, voice),
            "clock": lambda: saying.clock(drawn("clock", saying.some_time), rng, voice),
            "clock2": lambda: saying.clock(drawn("clock2", saying.some_time), rng, voice),
            "amount": lambda: saying.amount(drawn("amount", saying.some_cents), rng, voice),
            "amount2": lambda: saying.amount(drawn("amount2", saying.some_cents), rng, voice),
            "topic": lambda: saying.code(topic, "ORDER_NUMBER", rng, voice).whole(),
            "member": lambda: saying.code(self.member_id, "MEMBER_ID", rng, voice).whole(),
            "account": lambda: saying.code(self.account_id, "ACCOUNT_NUMBER", rng, voice).whole(),
            "phone": lambda: saying.phone(caller, rng, voice).whole(),
            "email": lambda: saying.email(caller.email, rng, voice).whole(),
            "url": self._url,
            "that_day": lambda: saying.day(recalled("day", saying.some_day), rng, voice),
            "that_clock": lambda: saying.clock(recalled("clock", saying.some_time), rng, voice),
            "that_amount": lambda: saying.amount(recalled("amount", saying.some_cents), rng, voice),
            "usual_amount": lambda: saying.amount(
                recalled("amount2", saying.some_cents), rng, voice
            ),
        }

    def _url(self) -> Said:
        url = self._same_within_subject("url", identifiers.url)
        return saying.host(url, "URL", self.rng, self.voice)

    def _same_within_subject(self, slot: str, draw: Callable[[random.Random], T]) -> T:
        if slot not in self._drawn:
            self._drawn[slot] = draw(self.rng)
        value: T = self._drawn[slot]
        return value

    def _as_in_matter(self, slot: str, draw: Callable[[random.Random], T]) -> T:
        if slot not in self._matter:
            self._matter[slot] = draw(self.rng)
        value: T = self._matter[slot]
        return value

    def remember_matter(self) -> None:
        """Let `{that_day}` and the like mean what was just said, until the call ends."""
        self._matter.update(self._drawn)

    def new_subject(self) -> None:
        """From here on, days, times, amounts and links are other ones than before."""
        self._drawn.clear()

    def name_is_known(self) -> bool:
        """Whether the caller's surname has been said."""
        return self._has_been_said(self.caller_person.last)

    def _has_been_said(self, name: str) -> bool:
        sought = name.lower().replace("-", " ")
        said = (piece.text.lower().replace("-", " ") for turn in self.turns for piece in turn.said)
        return any(sought in text for text in said)

    def chance(self, likelihood: float) -> bool:
        """Whether something that happens this often happens now."""
        return self.rng.random() < likelihood

    def pick(self, options: Sequence[str]) -> str:
        """One of the options, preferring those that this call has not used yet."""
        fresh = [option for option in options if option not in self._used]
        chosen = self.rng.choice(fresh or list(options))
        self._used.add(chosen)
        return chosen

    def agent(self, *options: str, **slots: Said) -> None:
        """The agent says one of the options."""
        self.says("agent", *options, **slots)

    def caller(self, *options: str, **slots: Said) -> None:
        """The caller says one of the options."""
        self.says("caller", *options, **slots)

    def says(self, role: str, *options: str, **slots: Said) -> None:
        """Add a turn: one of the templates, its slots filled, in the style of the call."""
        if role != "agent" and not self._has_been_said(self.agent_first):
            # Nobody thanks by name an agent who never gave one.
            options = tuple(option for option in options if "{agent}" not in option) or options
        template = self.pick(options)
        if role != "agent":
            template = self._hesitant(template)
        named = {field: slots.get(field) or self._slots[field]() for field in fields(template)}
        said = fill(template, named.__getitem__)
        self.turns.append(Turn(role, self._styled(said)))

    def lines(self, script: Sequence[str], **slots: Said) -> None:
        """Play a short script: lines that begin with `A:`, `C:` or another part and a colon.

        Several wordings of a line are separated by ` | `.
        """
        self.new_subject()
        roles = {"A": "agent", "C": "caller"}
        for line in script:
            part, _, words = line.partition(": ")
            self.says(roles.get(part, part.lower()), *words.split(" | "), **slots)

    def _hesitant(self, template: str) -> str:
        """Put a filler or a false start into a template, at the voice's rate."""
        hesitation = self.voice.hesitation
        if self.chance(hesitation):
            places = list(_PAUSE_AFTER.finditer(template))
            if places:
                place = self.rng.choice(places)
                filler = self.rng.choice(FILLERS if self.voice.asr else FILLERS[:3])
                sign = "" if self.voice.asr else ","
                template = (
                    f"{template[: place.end()]}{sign} {filler}{sign}{template[place.end() :]}"
                )
        if self.chance(hesitation / 2):
            start = _FALSE_START.search(template)
            if start:
                sign = " " if self.voice.asr else self.rng.choice(("- ", ", "))
                template = template[: start.end()] + sign + template[start.start() :]
        return template

    def _styled(self, said: Said) -> Said:
        if not self.voice.asr:
            # A sentence may begin with a slot that was rendered for the middle of one.
            first, *rest = said
            return (Piece(first.text[:1].upper() + first.text[1:], first.label), *rest)
        return tuple(Piece(_unformatted(piece.text), piece.label) for piece in said)


def _unformatted(text: str) -> str:
    bare = _SIGNS.sub("", text).lower()
    # Signs of an address that is written out ("ana_ruiz@example.com") are all the address there is.
    return bare if "@" in bare and "." in bare else _HYPHEN.sub(" ", bare)


def new_scene(rng: random.Random, country: str, firm: str, topic: str, *, asr: bool) -> Scene:
    """A scene with a new caller and a voice of its own."""
    voice = Voice(
        asr=asr,
        numerals=rng.choice((0.0, 0.0, 0.1, 0.3)) if asr else rng.choice((0.55, 0.8, 0.95, 1.0)),
        hesitation=rng.choice((0.08, 0.2, 0.35)) if asr else rng.choice((0.0, 0.08, 0.15)),
        unit="pounds" if country == "uk" else "dollars",
    )
    return Scene(rng, voice, people.some_person(rng, country), firm, topic)
