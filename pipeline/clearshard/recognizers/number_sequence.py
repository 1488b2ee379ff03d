"""Six or more digits, written or spoken, whatever they mean.

Whoever hears "four one five, uh, no, four one six / double five oh nine" cannot tell a phone number
from an account number; both must go. So every run of at least `MIN_DIGITS` digits is found, over
fillers, single punctuation marks and changes of turn.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator, Set

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.number_words import (
    HEARD_FOR_DIGITS,
    NUMBER_WORDS,
    REPEATS,
    SCALES,
    TEENS,
    TENS,
    UNITS,
)
from clearshard.recognizers.vocabulary import (
    FILLERS,
    HESITATION,
    any_of,
    is_letter,
    lowercase,
    says_a_digit,
    words_of,
)

MIN_DIGITS = 6
ENTITY_TYPE = "NUMBER_SEQUENCE"
_SCORE = 0.6
#: Of what another took for something else.
SCORE_OF_A_GUESS = 0.5

_UNITS = (
    "gb mb kb tb gigs? gigabytes? megabytes? mbps gbps kg kilos? km cm mm miles? dollars? bucks? "
    "euros? percent minutes? mins? hours? hrs? days? weeks? months? years? am pm people"
).split()
#: More fillers than this in a row end a sequence.
_MAX_FILLERS = 6

_SAID = sorted(NUMBER_WORDS)
_FIRST_LETTERS = "".join(sorted({word[0] for word in _SAID}))
#: A word that is part of a number: what `_digits_of` gives a worth. Most words are ruled out by
#: their first letter, and no word is given back, so that the time grows with the text alone.
_NUMBER = re.compile(
    rf"(?<![^\W_])(?:(?=[{_FIRST_LETTERS}])(?!a[^u])(?:{'|'.join(_SAID)})(?![^\W_])"
    r"|[^\W\d_]*+\d[^\W_]*+)"
)
#: When a turn begins, as transcripts have it: "[00:00:26]". It is said by nobody, and no part of a
#: number; but one may go on behind it.
_TIME = r"(?:(?:[01]?\d|2[0-3]):)?[0-5]?\d:[0-5]\d(?:[.,]\d{1,3})?"
_STAMP = rf"[\[(]{_TIME}(?: ?(?:-|--?>|to) ?{_TIME})?[\])]"
_STAMPS = re.compile(_STAMP)
#: What may stand between two parts of one number besides words: any signs, in longer gaps than the
#: residual check allows, so that it never fires on what this recognizer should have found. But not
#: signs that nobody sees: digits held apart by those are a deception, and that check's business.
_GAP = rf"(?:{_STAMP}|[^\w\u200b-\u200f\u2060-\u206f\ufeff]|_){{0,16}}+"
#: What people say between two parts of a number to win time, or to hear that they are followed. It
#: stands between them in one turn, or fills a turn by itself: "okay two tickets" begins another.
_ASIDES = (
    "like next okay ok so yes yeah right alright sorry please it's "
    r"you\s+know i\s+mean got\s+(?:it|that) let\s+me\s+see excuse\s+me hold\s+on hang\s+on "
    r"the\s+rest\s+is comma period slash stop yes\s+sir yes\s+ma'am followed\s+by"
).split()
_ASIDE = rf"(?:{'|'.join(_ASIDES)})(?![^\W_])"
#: What whoever writes a number down says while it is given, as a turn of its own. Not that it be
#: repeated: behind that often comes something else.
_LISTENING = (
    r"go\s+(?:on|ahead)|carry\s+on|keep\s+going|i'm\s+listening|bear\s+with\s+me"
    r"|(?:let\s+me|i'll)\s+(?:just\s+)?write\s+(?:that|it|this)\s+down|just\s+a\s+(?:moment|second|sec)"
)
_HEARD = rf"(?:{'|'.join(_ASIDES)}|{_LISTENING}|{HESITATION})(?![^\W_])"
_QUIET = r"[ \t,.;:!?\-]"
_ASIDE_IN_A_TURN = rf"(?<={_QUIET}){_ASIDE}(?={_QUIET}{{1,8}}+(?!\n))"
_ASIDE_AS_A_TURN = rf"(?<=\n){_HEARD}(?:{_QUIET}{{1,8}}{_HEARD}){{0,2}}{_QUIET}{{0,8}}(?=\n)"
_HESITATION = rf"(?:{'|'.join(sorted(FILLERS))}|{HESITATION})(?![^\W_])"
_FILLER = rf"(?:{_HESITATION}|{_ASIDE_IN_A_TURN}|{_ASIDE_AS_A_TURN})"
_BETWEEN = re.compile(rf"{_GAP}(?:{_FILLER}{_GAP}){{0,{_MAX_FILLERS}}}")
#: "oh won for seven": digits that were heard as other words.
_HEARD_AS_WORDS = re.compile(
    rf"(?:[ \t]{{1,4}}(?:{any_of(HEARD_FOR_DIGITS)})(?![^\W_])){{1,2}}[ \t]{{1,4}}"
)
#: Behind one of these a number may well be another one.
_BREAK = re.compile(rf"\n|{_ASIDE_IN_A_TURN}")
#: What is counted or measured is no part of the number of the turn before: "94107 / 5 gb", nor of
#: the one before an aside: "94107 okay 5 gb".
_UNIT = re.compile(rf" ?(?:{'|'.join(_UNITS)})\b", re.IGNORECASE)
_LONGEST_QUANTITY = 5


def number_sequences() -> Finder:
    """The recognizer."""
    return Finder(
        "NumberSequenceRecognizer",
        [ENTITY_TYPE],
        find_number_sequences,
        _SCORE,
        Gate(frozenset((r"\d",)), Extent.TEXT, NUMBER_WORDS),
    )


def find_number_sequences(text: str) -> Iterator[Found]:
    """Every sequence, less what is counted or measured at its end."""
    for start, end in find_sequences(text):
        yield Found(start, _end_without_quantity(text, start, end), ENTITY_TYPE)


def _end_without_quantity(text: str, start: int, end: int) -> int:
    if not _UNIT.match(text, end):
        return end
    small = lowercase(text[start:end])
    breaks = list(_BREAK.finditer(small))
    if not breaks:
        return end
    last = breaks[-1].end()
    numbers = list(_NUMBER.finditer(small))
    before = [number for number in numbers if number.start() < last]
    measured = start + numbers[len(before)].start()
    return end if end - measured > _LONGEST_QUANTITY else start + before[-1].end()


def is_code(said: str) -> bool:
    """Whether something is nothing but digits and letters, said one by one or written."""
    words = words_of(said.lower())
    return all(says_a_digit(word) or is_letter(word) for word in words)


def find_sequences(text: str) -> list[tuple[int, int]]:
    """Ranges of the text that hold at least `MIN_DIGITS` digits in a row."""
    found: list[tuple[int, int]] = []
    start = end = digits = 0
    last_is_digit = False
    open_ten = False  # "twenty", to which a unit may still belong: "twenty one" is two digits
    small = lowercase(text)
    stamps = _places_of_stamps(small)
    for number in _NUMBER.finditer(small):
        if number.start() in stamps:
            continue
        word = number.group()
        is_digit = word in UNITS or (len(word) == 1 and word.isdecimal())
        goes_on = _BETWEEN.fullmatch(small, end, number.start()) or (
            is_digit and last_is_digit and _HEARD_AS_WORDS.fullmatch(small, end, number.start())
        )
        if digits and not goes_on:
            if digits >= MIN_DIGITS:
                found.append((start, end))
            digits = 0
            open_ten = False
        worth = _digits_of(word)
        # "send a new one to five five five": alone it is no digit.
        last_is_digit = is_digit and not (word == "one" and not digits)
        if not digits:
            start = number.start()
        belongs_to_ten = open_ten and word in UNITS
        digits += 0 if belongs_to_ten else worth
        open_ten = word in TENS
        end = number.end()
    if digits >= MIN_DIGITS:
        found.append((start, end))
    return found


def _places_of_stamps(text: str) -> Set[int]:
    """The places in a text that are within the time of a turn."""
    if ":" not in text:
        return frozenset()
    return {place for stamp in _STAMPS.finditer(text) for place in range(*stamp.span())}


def _digits_of(word: str) -> int:
    """How many digits a word of a number stands for."""
    if word.isdecimal():
        return len(word)
    if word in UNITS:
        return 1
    if word in TEENS or word in TENS:
        return 2
    if word in REPEATS:
        return REPEATS[word]
    if word in SCALES:
        # It has no digit of its own.
        return 0
    # "415b", "2nd", "4th": digits that carry letters still count for what they show.
    return sum(letter.isdecimal() for letter in word)
