"""Six or more digits, written or spoken, whatever they mean.

Whoever hears "four one five, uh, no, four one six / double five oh nine" cannot tell a phone number
from an account number; both must go. So every run of at least `MIN_DIGITS` digits is found, over
fillers, single punctuation marks and changes of turn.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from typing import Any

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult

MIN_DIGITS = 6
ENTITY_TYPE = "NUMBER_SEQUENCE"
_SCORE = 0.6

_UNITS = frozenset("zero oh o one two three four five six seven eight nine".split())
_TEENS = frozenset(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
)
_TENS = frozenset("twenty thirty forty fourty fifty sixty seventy eighty ninety".split())
_REPEATS = {"double": 1, "triple": 2, "treble": 2}
#: Scale words carry no digit of their own and keep a number together.
_SCALES = frozenset(("hundred", "thousand"))
_FILLERS = frozenset("uh um er erm ah hm hmm and then dash hyphen minus dot point space no".split())
#: More fillers than this in a row end a sequence.
_MAX_FILLERS = 3

_SAID = sorted((*_UNITS, *_TEENS, *_TENS, *_REPEATS, *_SCALES))
_FIRST_LETTERS = "".join(sorted({word[0] for word in _SAID}))
#: A word that is part of a number: what `_digits_of` gives a worth. Most words are ruled out by
#: their first letter, and no word is given back, so that the time grows with the text alone.
_NUMBER = re.compile(
    rf"(?<![^\W_])(?:(?=[{_FIRST_LETTERS}])(?:{'|'.join(_SAID)})(?![^\W_])"
    r"|[^\W\d_]*+\d[^\W_]*+)",
    re.IGNORECASE,
)
#: What may stand between two parts of one number besides words: any signs, in longer gaps than the
#: residual check allows, so that it never fires on what this recognizer should have found. But not
#: signs that nobody sees: digits held apart by those are a deception, and that check's business.
_GAP = r"(?:[^\w\u200b-\u200f\u2060-\u206f\ufeff]|_){0,16}+"
_BETWEEN = re.compile(
    rf"{_GAP}(?:(?:{'|'.join(sorted(_FILLERS))})(?![^\W_]){_GAP}){{0,{_MAX_FILLERS}}}",
    re.IGNORECASE,
)


class NumberSequenceRecognizer(EntityRecognizer):  # type: ignore[misc]  # untyped base
    """Finds digit sequences that are long enough to identify somebody."""

    def __init__(self) -> None:
        super().__init__(supported_entities=[ENTITY_TYPE], name="NumberSequenceRecognizer")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None
    ) -> list[RecognizerResult]:
        """One result for each sequence."""
        if ENTITY_TYPE not in entities:
            return []
        return [self._result(start, end) for start, end in find_sequences(text)]

    def _result(self, start: int, end: int) -> RecognizerResult:
        return RecognizerResult(
            entity_type=ENTITY_TYPE,
            start=start,
            end=end,
            score=_SCORE,
            analysis_explanation=AnalysisExplanation(recognizer=self.name, original_score=_SCORE),
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            },
        )


def find_sequences(text: str) -> list[tuple[int, int]]:
    """Ranges of the text that hold at least `MIN_DIGITS` digits in a row."""
    found: list[tuple[int, int]] = []
    start = end = digits = 0
    open_ten = False  # "twenty", to which a unit may still belong: "twenty one" is two digits
    for number in _NUMBER.finditer(text):
        if digits and not _BETWEEN.fullmatch(text, end, number.start()):
            if digits >= MIN_DIGITS:
                found.append((start, end))
            digits = 0
            open_ten = False
        word = number.group().lower()
        worth = _digits_of(word)
        if not digits:
            start = number.start()
        belongs_to_ten = open_ten and word in _UNITS
        digits += 0 if belongs_to_ten else worth
        open_ten = word in _TENS
        end = number.end()
    if digits >= MIN_DIGITS:
        found.append((start, end))
    return found


def _digits_of(word: str) -> int:
    """How many digits a word of a number stands for."""
    if word.isdecimal():
        return len(word)
    if word in _UNITS:
        return 1
    if word in _TEENS or word in _TENS:
        return 2
    if word in _REPEATS:
        return _REPEATS[word]
    if word in _SCALES:
        # It has no digit of its own.
        return 0
    # "415b", "2nd", "4th": digits that carry letters still count for what they show.
    return sum(letter.isdecimal() for letter in word)
