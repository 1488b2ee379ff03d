"""Which dates may be somebody's birthday: a day, a month and a year, or numbers that look like it.

An NER calls "friday morning", "two hours" and "next week" dates too. They identify nobody, and
without them a transcript is worth much less for training; so only whole dates are personal data.
"""

# ruff: noqa: SIM905 - lists of words read better as words

from itertools import pairwise

from clearshard.recognizers.number_words import NUMBER_WORDS, ORDINALS
from clearshard.recognizers.vocabulary import MONTHS, TOKEN

ENTITY_TYPE = "DATE_TIME"
#: Numbers of a whole date: with the name of its month, and without.
_WITH_MONTH = 2
_WITHOUT_MONTH = 3
#: Abbreviations of months.
_SHORT = frozenset(month[:3] for month in MONTHS)
#: What else numbers may count.
_TIMES = frozenset(
    "am pm hour hours minute minutes second seconds day days week weeks month months year "
    "years old quarter clock ago".split()
)
#: Beside a month it is a day: "may the second".
_ALSO_A_DAY = frozenset(("second",))
#: "one hundred and two" is no year, "nineteen hundred and two" is one.
_FEW = frozenset("a one two three four five six seven eight nine".split())


def may_be_birthday(said: str) -> bool:
    """Whether what an NER calls a date is a whole one."""
    words = [token.group().lower() for token in TOKEN.finditer(said)]
    has_month = any(word in MONTHS or word[:3] in _SHORT for word in words)
    if _TIMES.intersection(words) - (_ALSO_A_DAY if has_month else set()):
        return False
    numbers = sum(
        word in NUMBER_WORDS or word in ORDINALS or any(map(str.isdecimal, word)) for word in words
    )
    if not has_month and any(a in _FEW and b == "hundred" for a, b in pairwise(words)):
        return False
    return numbers >= (_WITH_MONTH if has_month else _WITHOUT_MONTH)
