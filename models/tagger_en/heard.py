"""What a recogniser makes of words that it does not know: other words, syllables, starts."""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Sequence
from random import Random

from spoken_form import Span, Text

#: What is written instead of a letter or digit that was said.
_INSTEAD = {
    "a": "hey eh ay", "b": "be bee baby", "c": "see sea", "d": "the dee", "e": "he ea",
    "f": "if eff half", "g": "gee she", "h": "each age", "i": "I eye hi", "j": "jay",
    "k": "okay kay",
    "l": "ell well hell", "m": "em am him", "n": "and in an", "o": "oh owe all", "p": "pea be",
    "q": "queue cue", "r": "are our or", "s": "as yes is us", "t": "tea tee", "u": "you",
    "v": "we vee", "w": "double you", "x": "ex eggs", "y": "why", "z": "said zed that set",
    "0": "oh owe all no", "1": "one won want on", "2": "to too two", "3": "three free tree",
    "4": "for four fall", "5": "five find fine", "6": "six sicks", "7": "seven heaven",
    "8": "eight ate", "9": "nine mine night",
}  # fmt: skip
#: What a date begins with, or seems to.
_BEFORE_DATES = "for just can you and the this so it at a on is".split()
#: Short words that names are taken for most.
_SHORT = (
    "are a the call later you we've he will all in let is one and an our she see be do was it "
    "to for of hall tell ray may more less any many how who well oil old hour hot head had her "
    "him his harm ham hand land lead let late ate eat each reach rich ridge bridge make mark "
    "market rose row low law lawn long wrong ring king can could good wood would won want when "
    "then than ten sand send said set sit seat sell sail say day date they there they'll we'll "
    "he'll I'll aisle isle while white wide wife life left lift list last cost coast boat both "
    "bath bar car far"
).split()
_VOWELS = "aeiou"


class Heard:
    """Mishears values, each in one of many ways.

    Args:
        rng: Of the draws.
        words: Ordinary words.
    """

    def __init__(self, rng: Random, words: Sequence[str]) -> None:
        self._rng = rng
        self._words = words

    def name(self, name: str) -> str:
        """A name of which at least a part became something else."""
        parts = name.split()
        changed = self._rng.randrange(len(parts))
        heard = [
            self._part(part) if place == changed or self._rng.random() < 0.5 else part
            for place, part in enumerate(parts)
        ]
        if self._rng.random() < 0.12:
            heard.insert(0, self._rng.choice(("and", "are", "it", "a", "is", "the", "he")))
        return " ".join(heard)

    def letters(self, code: str) -> str:
        """Letters and digits that were said one by one."""
        rng, out, at = self._rng, list[str](), 0
        capitals = rng.choice((0.0, 0.1, 0.5, 1.0))
        while at < len(code):
            size = rng.choice((1, 1, 1, 1, 2, 2, 3)) if code[at].isalpha() else 1
            part = code[at : at + size]
            if len(part) == 1 and rng.random() < (0.25 if part.isalpha() else 0.12):
                part = self._instead(part)
            elif rng.random() < capitals:
                part = part.upper()
            out.append(part)
            at += size
        return " ".join(out)

    def date(self, date: str) -> str:
        """A date whose beginning became something else."""
        rest = date.split()[1:] if " " in date and self._rng.random() < 0.7 else [date]
        return " ".join([self._rng.choice(_BEFORE_DATES), *rest])

    def _word(self) -> str:
        return self._rng.choice(_SHORT if self._rng.random() < 0.6 else self._words)

    def _instead(self, sign: str) -> str:
        return self._rng.choice(_INSTEAD.get(sign.lower(), sign).split())

    def _part(self, part: str) -> str:
        """Part of a name: ordinary words, its halves apart, or other sounds."""
        rng, draw = self._rng, self._rng.random()
        if draw < 0.4:
            return self._word()
        if draw < 0.55:
            return f"{self._word()} {self._word()}"
        cut = rng.randint(1, max(1, len(part) - 1))
        if draw < 0.7:
            return f"{part[:cut]} {part[cut:]}".strip()
        if draw < 0.85:
            return f"{self._word()}{part[cut:]}"
        return "".join(
            rng.choice(_VOWELS) if c.lower() in _VOWELS and rng.random() < 0.6 else c for c in part
        )


def with_starts(text: str, spans: Sequence[Span], rng: Random, share: float) -> Text:
    """A text in which some words are begun before they are said: `th th the`.

    Args:
        text: What was said.
        spans: Words in them are left alone.
        rng: Of the draws.
        share: Of the words.
    """
    out, at, moved = "", 0, list[Span]()
    added = [0] * (len(text) + 1)
    within = {place for start, end, _ in spans for place in range(start, end)}
    for match in re.finditer(r"[A-Za-z]{3,}", text):
        if match.start() in within or rng.random() >= share:
            continue
        word = match.group()
        begun = word if rng.random() < 0.2 else word[: rng.randint(1, min(5, len(word) - 1))]
        begun += rng.choice(("", "", "", "", "-"))
        again = " ".join([begun] * rng.choice((1, 1, 1, 2, 3))) + " "
        out += text[at : match.start()] + again
        at = match.start()
        added[at] = len(again)
    out += text[at:]
    total, shift = 0, list[int]()
    for extra in added:
        total += extra
        shift.append(total)
    moved = [(s + shift[s], e + shift[e - 1], label) for s, e, label in spans]
    return out, moved
