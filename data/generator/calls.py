"""One scenario played to its end: a call with its text, its turns and its gold spans."""

import random
from dataclasses import dataclass

from . import identifiers, smalltalk
from .exchanges import ask_name
from .scenarios import SCENARIOS, Scenario, meeting, voicemail
from .scene import Scene, new_scene
from .turns import Span, Turn, gold

FEWEST_TURNS, MOST_TURNS = 6, 40
LANGUAGES = {"us": ("en_us", "en_us", "en"), "uk": ("en_uk", "en"), "au": ("en_au",)}


@dataclass(frozen=True)
class Call:
    """A finished call; `asr` says which of the two styles it is in."""

    source: str
    language_code: str
    asr: bool
    turns: tuple[Turn, ...]
    text: str
    spans: tuple[Span, ...]
    ranges: tuple[tuple[str, int, int], ...]


def _topic(scenario: Scenario, rng: random.Random) -> str:
    if scenario.topic == "ticket":
        return identifiers.ticket(rng) if rng.random() < 0.7 else identifiers.order(rng)
    if scenario.topic == "loyalty":
        return identifiers.loyalty(rng) if rng.random() < 0.5 else identifiers.order(rng)
    return identifiers.order(rng)


def _country(rng: random.Random) -> str:
    return rng.choice(("us", "us", "us", "us", "us", "uk", "uk", "au"))


def _finished(scene: Scene, source: str, rng: random.Random) -> Call:
    text, spans, ranges = gold(scene.turns)
    return Call(
        source=source,
        language_code=rng.choice(LANGUAGES[scene.caller_person.country]),
        asr=scene.voice.asr,
        turns=tuple(scene.turns),
        text=text,
        spans=tuple(spans),
        ranges=tuple(ranges),
    )


def telephone_call(scenario: Scenario, rng: random.Random, *, asr: bool) -> Call:
    """A call between an agent and a caller."""
    scene = new_scene(
        rng, _country(rng), rng.choice(scenario.firms), _topic(scenario, rng), asr=asr
    )
    matter = rng.choice(scenario.matters)
    # How much is asked differs more between calls than between kinds of calls.
    thoroughness = rng.choice((0.2, 0.35, 0.5, 0.6, 0.8, 1.2))
    checks = [check for check, often in scenario.checks if scene.chance(often * thoroughness)]
    smalltalk.open_call(scene, outbound=matter.trouble and scene.chance(0.25))
    early = ask_name in checks[:1] and scene.chance(0.2)
    if early:
        checks.pop(0)(scene)
    scene.lines(matter.problem)
    scene.remember_matter()
    if matter.trouble and scene.chance(0.3):
        scene.agent(*smalltalk.BACKCHANNELS)
        scene.caller(
            "So that's where we are.",
            "And I've been on the phone about this twice already.",
            "I don't know if that's you or somebody else.",
            "It's probably something silly.",
            "It wasn't like this last year.",
            "I've got the letter right in front of me.",
            "My blood pressure is through the roof.",
            "Anyway, I thought I'd better ring.",
            "I would've done it online but, you know.",
        )
    smalltalk.accept(scene, trouble=matter.trouble)
    middles = list(scenario.middles)
    rng.shuffle(middles)
    for check in checks:
        check(scene)
        if middles and scene.chance(0.22):
            scene.lines(middles.pop())
        elif scene.chance(0.1 * thoroughness):
            smalltalk.drift(scene)
    if middles and scene.chance(0.75):
        scene.lines(middles.pop())
    scene.lines(scenario.endings[rng.choice(matter.endings)])
    smalltalk.close_call(scene)
    return _finished(scene, scenario.name, rng)


def recording(rng: random.Random, *, asr: bool) -> Call:
    """A voicemail or a meeting."""
    scene = new_scene(rng, _country(rng), "Copperline", identifiers.ticket(rng), asr=asr)
    part = rng.choice((voicemail, meeting))
    part(scene)
    return _finished(scene, part.__name__, rng)


def some_call(number: int, rng: random.Random) -> Call:
    """The call with this number: all kinds in turn, a recording now and then, in either style."""
    asr = rng.random() < 0.5
    while True:
        if number % 16 == 15:
            call = recording(rng, asr=asr)
        else:
            call = telephone_call(SCENARIOS[number % len(SCENARIOS)], rng, asr=asr)
        if FEWEST_TURNS <= len(call.turns) <= MOST_TURNS:
            return call
