"""What a spoken number is in digits: "double four twenty one, oh" → "44210"."""

from collections.abc import Iterable

from pipeline.recognizers.vocabulary import REPEATS, SCALES, UNITS

_UNITS = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = {
    "twenty": "20", "thirty": "30", "forty": "40", "fourty": "40", "fifty": "50", "sixty": "60",
    "seventy": "70", "eighty": "80", "ninety": "90",
}  # fmt: skip


def digits_said(words: Iterable[str]) -> str | None:
    """The digits of a number, in order; None where the words leave open which they are.

    Args:
        words: Lowercase, the parts of one number without what stands between them.
    """
    parts: list[str] = []
    times = 1
    open_ten = False
    for word in words:
        if word in REPEATS:
            times, open_ten = REPEATS[word] + 1, False
            continue
        if word in SCALES:
            return None  # "four hundred twenty": 420 or 4, 100, 20
        if open_ten and word in UNITS and word not in ("zero", "oh", "o"):
            parts[-1], open_ten = parts[-1][0] + _UNITS[word], False
            continue
        said = word if word.isdecimal() else (_UNITS | _TEENS | _TENS).get(word)
        if said is None:
            return None
        parts.append(said * times if len(said) == 1 else said)
        times, open_ten = 1, word in _TENS
    return "".join(parts)


def has_card_check_digit(digits: str) -> bool:
    """Whether a number has the length and the check digit of a card (ISO/IEC 7812-1, Annex B)."""
    if not 13 <= len(digits) <= 19:
        return False
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
