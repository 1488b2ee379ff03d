"""An independent look at a redacted transcript: is anything left, do the views agree?

It stands on other ground than the recognizers: it shares no list, no pattern and no code with what
it checks, and takes nothing for granted of how a value is written. What is left between the
replacements is read as somebody reads it who sees it (`readings`); then digits are counted where
all but letters and digits is gone, however much stood between them. What it finds was missed, so
the file is quarantined rather than mended: nobody knows what else was missed.

On plain text the shapes are a part of what the recognizers find, so that they fire where a
recognizer was deceived or is at fault, and nowhere else.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence, Set
from itertools import groupby
from typing import NamedTuple

from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.redaction.policy_names import ON_REQUEST
from clearshard.redaction.readings import HOLE, folded, readings

#: As many digits in a row are somebody's number.
_NUMBER = 6
#: So many of them left beside a part that was removed are no size or count behind it.
_REST_OF_NUMBER = 4

# Bytes of a reading in UTF-8: beyond ASCII it has nothing but letters.
_SMALL = bytes(range(256)).lower()
_NO_LETTERS = bytes(c for c in range(128) if not chr(c).isalnum() and chr(c) != HOLE)
_BLANKED = bytes(ord(" ") if c in _NO_LETTERS else c for c in _SMALL)
_LETTER = rb"a-z0-9\x80-\xff"

_DIGITS = re.compile(rb"[0-9]{%d}" % _NUMBER)
_REST = re.compile(rb"[0-9]{%d}\0|\0[0-9]{%d}" % (_REST_OF_NUMBER, _REST_OF_NUMBER))

# When a turn begins, as transcripts have it, "[00:00:26]": minutes and seconds that a clock shows.
_HANDS = rb"(?:(?:[01]?[0-9]|2[0-3]):)?[0-5]?[0-9]:[0-5][0-9](?:[.,][0-9]{1,3})?"
_CLOCK = re.compile(rb"[\[(]%s(?: ?(?:-|--?>|to) ?%s)?[\])]" % (_HANDS, _HANDS))

# Words that say digits: a list of its own. One that is shared with the recognizers could not tell
# what is missing in it.
_ONE_DIGIT = (
    b"zero oh nought naught aught nil one wun two three four fower five fife six seven eight nine "
    b"niner"
)
_TWO_DIGITS = b"ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = b"twenty thirty forty fourty fifty sixty seventy eighty ninety"
_SEVERAL = b"zeros zeroes twos threes fours fives sixes sevens eights nines"
_SAID_AGAIN = b"double triple treble quadruple quintuple"
_FILLERS = (
    b"uh uhm um erm er ah hmm hm mm uhh uhhh umm ummm hmmm err ahh mhm huh eh comma period "
    b"and then next like okay ok so"
)


def _any(*lists: bytes) -> bytes:
    """A pattern for one of some words: by first letters, of two that begin alike the longer one."""
    words = sorted(b" ".join(lists).split(), key=lambda word: (word[:1], -len(word)))
    by_letter = (
        first + b"(?>" + b"|".join(word[1:] for word in rest) + b")"
        for first, rest in groupby(words, key=lambda word: word[:1])
    )
    return b"(?>" + b"|".join(by_letter) + b")"


# Nothing has to stand between two words: what stood there may have been nothing that is seen.
_GAP = rb" *+(?:%s *+){0,4}+" % _any(_FILLERS)
# An "o" is one by itself alone: "ooooooh".
_SAID_WORDS = b" ".join((_ONE_DIGIT, _SEVERAL, _TWO_DIGITS, _TENS, _SAID_AGAIN))
_SAID = rb"(?>[0-9]++|%s|(?<![a-z])o(?![a-z]))" % _any(_SAID_WORDS)
_FIRST_LETTERS = bytes(sorted({word[0] for word in _SAID_WORDS.split()}))
_RUN = re.compile(
    # The letters that the words begin with rule most of a text out at once.
    rb"[ \0](?=[%s0-9])%s(?:%s%s)+(?![%s])" % (_FIRST_LETTERS, _SAID, _GAP, _SAID, _LETTER)
)
_NEXT_SAID = re.compile(rb"%s(%s)" % (_GAP, _SAID))
_WORTH = {
    **dict.fromkeys((_ONE_DIGIT + b" " + _SEVERAL).split(), 1),
    b"o": 1,
    **dict.fromkeys((_TWO_DIGITS + b" " + _TENS).split(), 2),
    b"double": 1,
    b"triple": 2,
    b"treble": 2,
    b"quadruple": 3,
    b"quintuple": 4,
}

# What comes before the sign is of no interest, only that there is something: to look for all of it
# would take the square of the length of a text without white space.
_EMAIL = re.compile(r"(?<=[^\s@<>])@([^\s@<>]{1,253})")
# An address of which a recognizer took only a part.
_EMAIL_REST = re.compile(rf"[\w{HOLE}]@[^\s@]*{HOLE}|{HOLE}@\w")
_EMAIL_HOST = re.compile(r"\.[^\W\d_]{2}")
# With blanks around its signs only where the ending is no word: "we meet @ nine . in the end".
_EMAIL_APART = re.compile(
    rf"[^\s@<>{HOLE}]\s*+@\s*+[a-z0-9\-]++(?:\s*+\.\s*+[a-z0-9\-]++){{0,4}}?"
    r"\s*+\.\s*+(?:com|net|org|edu|gov|info|biz|uk|de)(?![a-z0-9])",
    re.IGNORECASE,
)

#: Types whose values may recur as ordinary words ("May", "two weeks"): not looked for again.
_WORDLIKE = frozenset(("PERSON", "LOCATION", "DATE_TIME", "NRP", *ON_REQUEST))
#: Shorter values recur by chance.
_MIN_VALUE_LETTERS = 7
#: So many values are faster looked for one after the other.
_FEW = 100


class Replaced(NamedTuple):
    """A replacement.

    Attributes:
        start: Where it starts in the redacted text.
        end: One past its last code point.
        entity_type: Of what it stands for.
        value: All of that; a value that goes on over turns is replaced once in each.
    """

    start: int
    end: int
    entity_type: str
    value: str


def check_residual(text: str, replaced: Sequence[Replaced], views: Sequence[Sequence[str]]) -> None:
    """Looks for what redaction should have removed.

    Args:
        text: The redacted text.
        replaced: Its replacements, in order.
        views: The redacted pieces of each other view that the source had.

    Raises:
        Quarantine: `view_mismatch` or `residual_pii`, with the name of the check.
    """
    squeezed = _squeeze(text)
    for view in views:
        if _squeeze("".join(view)) != squeezed:
            raise Quarantine(QuarantineReason.VIEW_MISMATCH, "redacted_views")
    pieces = _left(text, replaced)
    found = _cut_in_two(pieces, replaced)
    if found is not None:
        raise Quarantine(QuarantineReason.RESIDUAL_PII, found)
    values = _values(replaced)
    for reading in readings(pieces):
        found = _shape_in(reading, replaced, values)
        if found is not None:
            raise Quarantine(QuarantineReason.RESIDUAL_PII, found)


def _left(text: str, replaced: Sequence[Replaced]) -> list[str]:
    """What is left of a text before, between and behind its replacements."""
    pieces = []
    place = 0
    for replacement in replaced:
        pieces.append(text[place : replacement.start])
        place = replacement.end
    pieces.append(text[place:])
    return pieces


def _cut_in_two(pieces: Sequence[str], replaced: Sequence[Replaced]) -> str | None:
    """Whether a letter was parted from its marks, an address or a name from its own letters."""
    for before, replacement, behind in zip(pieces, replaced, pieces[1:], strict=False):
        first, last = behind[:1], before[-1:]
        if not first.isascii() and unicodedata.category(first)[0] == "M":
            return "letter_cut"
        value = replacement.value
        if (last.isalnum() and value[0] == "@") or (first.isalnum() and value[-1] == "@"):
            return "address_cut"
        if replacement.entity_type != "PERSON":
            continue
        # A name of several words may have been taken too far, into a word that is none of it.
        if len(value.split()) == 1 and (
            (_has_case(first) and _has_case(value[-1])) or (_has_case(last) and _has_case(value[0]))
        ):
            return "name_cut"
    return None


def _has_case(letter: str) -> bool:
    """Whether it is a letter of a script that sets blanks between words and around names."""
    return letter.islower() or letter.isupper()


def _shape_in(reading: str, replaced: Sequence[Replaced], values: Set[bytes]) -> str | None:
    """Name of a shape that no shard may hold, if a reading has one."""
    raw = reading.encode()
    if ":" in reading:
        # What stands on both sides of one is read as if it were not there.
        raw = _CLOCK.sub(b" ", raw)
    letters = raw.translate(_SMALL, _NO_LETTERS)
    if _DIGITS.search(letters):
        return "digits"
    if _REST.search(letters) and _has_rest_of_number(letters, replaced):
        return "digits"
    if _says_number(raw.translate(_BLANKED)):
        return "spoken_digits"
    if "@" in reading and _has_address(reading):
        return "email"
    if values and _any_in(letters, values):
        return "value_again"
    return None


def _says_number(text: bytes) -> bool:
    return any(_worth(run.group()) >= _NUMBER for run in _RUN.finditer(b" " + text))


def _worth(run: bytes) -> int:
    """How many digits a run of words and digits says: "twenty one" is two."""
    digits, ten = 0, False
    for found in _NEXT_SAID.finditer(run, 1):
        word = found.group(1)
        digits += _WORTH.get(word, len(word)) - (ten and _WORTH.get(word) == 1)
        ten = word in _TENS.split()
    return digits


def _has_rest_of_number(letters: bytes, replaced: Sequence[Replaced]) -> bool:
    """Whether digits are left beside some that were removed, which make a number together."""
    pieces = letters.split(b"\0")
    return any(
        _is_number(replacement.value)
        and _REST.search(before[-_REST_OF_NUMBER:] + b"\0" + behind[:_REST_OF_NUMBER])
        for before, replacement, behind in zip(pieces, replaced, pieces[1:], strict=False)
    )


def _is_number(value: str) -> bool:
    """Whether a value is digits and signs alone, and enough of them to be half a number."""
    letters = folded(value).encode().translate(_SMALL, _NO_LETTERS)
    return letters.isdigit() and len(letters) >= _NUMBER - _REST_OF_NUMBER


def _has_address(reading: str) -> bool:
    if _EMAIL_REST.search(reading) or _EMAIL_APART.search(reading):
        return True
    return any(_EMAIL_HOST.search(found.group(1)) for found in _EMAIL.finditer(reading))


def _values(replaced: Sequence[Replaced]) -> set[bytes]:
    """Letters and digits of the values that may stand nowhere else."""
    removed = {
        replacement.value
        for replacement in replaced
        if replacement.entity_type not in _WORDLIKE
        or (replacement.entity_type == "PERSON" and len(replacement.value.split()) > 1)
    }
    letters = {
        reading.encode().translate(_SMALL, _NO_LETTERS)
        for value in removed
        for reading in readings([value])
    }
    return {value for value in letters if len(value) >= _MIN_VALUE_LETTERS}


def _any_in(text: bytes, values: Set[bytes]) -> bool:
    """Whether one of the values is in the text, in time that does not grow with their number."""
    if len(values) <= _FEW:
        return any(value in text for value in values)
    # Of values that begin alike only the lengths are tried, which are few.
    lengths: defaultdict[bytes, set[int]] = defaultdict(set)
    for value in values:
        lengths[value[:_MIN_VALUE_LETTERS]].add(len(value))
    return any(
        text[place : place + length] in values
        for place in range(len(text) - _MIN_VALUE_LETTERS + 1)
        for length in lengths.get(text[place : place + _MIN_VALUE_LETTERS], ())
    )


def _squeeze(text: str) -> str:
    return "".join(text.split())
