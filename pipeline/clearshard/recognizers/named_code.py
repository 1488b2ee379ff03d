"""Numbers and codes behind the words that name them: "my pin is …", "order number …", "zip …".

With such a word before it a number is what the word says, however short it is, and whether it is
said digit by digit, letter by letter, or both.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.number_words import HEARD_FOR_DIGITS, UNITS
from clearshard.recognizers.unknown_word import ordinary_words
from clearshard.recognizers.vocabulary import (
    FILLERS,
    NO_NAME,
    SHORT_WORDS,
    TOKEN,
    is_letter,
    lowercase,
    says_a_digit,
    words_of,
)

_SCORE = 0.65
#: Letters and digits that a code has at least.
_LEAST = 3
#: Fillers in a row within a code.
_MOST_FILLERS = 2

_NUMBER = r"(?:\s{1,4}(?:number|numbers|no|num|code|id|digits))"
#: Words that name a code → its type. The last one before a number counts.
_NAMES: tuple[tuple[str, str], ...] = (
    (
        r"(?:social\s{1,4}security|social|ssn|national\s{1,4}insurance|tax)" + _NUMBER + "?",
        "US_SSN",
    ),
    (r"(?:credit|debit|bank)?\s{0,4}card" + _NUMBER, "CREDIT_CARD"),
    (r"(?:cvv|cvc|security\s{1,4}code)" + _NUMBER + "?", "CREDIT_CARD_CVV"),
    (r"(?:expiry|expiration)(?:\s{1,4}date)?", "CREDIT_CARD_EXPIRATION"),
    (r"(?:pin|passcode|password|pass\s{1,4}word|pass\s{1,4}code)" + _NUMBER + "?", "PASSWORD"),
    (r"(?:zip|postal|post)\s{0,4}code|zipcode|postcode|zip", "POSTAL_CODE"),
    (
        r"(?:phone|telephone|mobile|cell|cellphone|contact|fax|callback)" + _NUMBER + "?",
        "PHONE_NUMBER",
    ),
    (
        r"(?:account|acct|routing|order|booking|confirmation|reference|ref|tracking|customer|member"
        r"|membership|policy|claim|case|ticket|invoice|reservation|license|licence|passport"
        r"|registration|plate|vehicle|serial|employee|student|patient|medical\s{1,4}record|loyalty"
        r"|frequent\s{1,4}flyer|transaction|application|device|file|flight\s{1,4}booking)"
        + _NUMBER
        + r"|last\s{1,4}(?:four|4)(?:\s{1,4}(?:digits|numbers))?"
        r"(?:\s{1,4}of\s{1,4}(?:my\s{1,4}|the\s{1,4}|your\s{1,4})?[^\W\d_]{1,12}){0,2}",
        "ACCOUNT_NUMBER",
    ),
    # Without "number", only with digits right behind it.
    (r"(?:account|acct)(?=\s{1,4}\d{3})", "ACCOUNT_NUMBER"),
    (
        r"license\s{1,4}plate|licence\s{1,4}plate|driver'?s\s{1,4}licen[sc]e|passport",
        "ACCOUNT_NUMBER",
    ),
)
ENTITY_TYPES = sorted({kind for _, kind in _NAMES})
_LINK = (
    r"(?:\s{0,4}[,:#=-]|\s{1,4}(?:is|was|are|it['\u2019]?s|that['\u2019]?s|would\s{1,4}be"
    r"|will\s{1,4}be|of|ending\s{1,4}(?:in|with)|ends\s{1,4}(?:in|with)|starts\s{1,4}with|uh|um|yes"
    r"|okay|ok|so|please|sure|did\s{1,4}you\s{1,4}say|you\s{1,4}said|for\s{1,4}(?:it|that|you)"
    r"|i\s{1,4}have)\b){0,6}\s{0,4}"
)
_EACH_NAME = "|".join(rf"(?P<k{i}>(?:{name})\b)" for i, (name, _) in enumerate(_NAMES))
_CUE = re.compile(rf"\b(?:{_EACH_NAME})")
_LINKED = re.compile(_LINK, re.IGNORECASE)
#: Between two parts of a code: signs, blanks, a change of turn.
_GAP = re.compile(r"[\s.,\-/#]{0,4}")
_DIGITS_BEHIND = re.compile(r"[ \t.,\-/#]{1,4}\d")
#: In a row, within a code of digits.
_MOST_LETTERS = 3
_WORDLIKE_LETTERS = frozenset("aio")
_WORD_BEHIND = re.compile(r"['\u2019 \t][ \t]{0,4}\w")
_WORDS = frozenset(
    "number numbers no num code id digits social ssn insurance tax cvv cvc expiry "
    "expiration pin passcode password pass zip zipcode postcode phone telephone mobile "
    "cell cellphone contact fax callback plate license licence passport last account acct".split()
)


def named_codes() -> Finder:
    """The recognizer, with the ordinary words: without them it is not made."""
    ordinary_words()
    return Finder(
        "NamedCodeRecognizer",
        ENTITY_TYPES,
        find_named_codes,
        _SCORE,
        Gate(frozenset(), extent=Extent.TEXT, words=_WORDS),
    )


def find_named_codes(text: str) -> Iterator[Found]:
    """Codes behind words that name them."""
    for cue in _cues(text):
        linked = _LINKED.match(text, cue.end())
        code = code_at(text, linked.end() if linked else cue.end())
        if code is not None:
            assert cue.lastgroup is not None
            yield Found(*code, _NAMES[int(cue.lastgroup[1:])][1])


def _cues(text: str) -> Iterator[re.Match[str]]:
    """Words that name a code, looked for where one of them can be."""
    start = 0
    small = lowercase(text)
    for line in small.split("\n"):
        end = start + len(line)
        if not _WORDS.isdisjoint(words_of(line)):
            yield from _CUE.finditer(small, start, end)
        start = end + 1


def _is_of_code(word: str, text: str, end: int, behind_digit: bool) -> bool:
    """Whether two or three letters are no word, and stand with digits: "vvc 210", "kl 58 ew"."""
    return (
        len(word) <= _MOST_LETTERS
        and word.isalpha()
        and word not in SHORT_WORDS
        and word not in FILLERS
        and (behind_digit or _DIGITS_BEHIND.match(text, end) is not None)
    )


def code_at(text: str, place: int) -> tuple[int, int] | None:
    """The range of a code that begins at a place, if it is long enough to be one."""
    parts: list[re.Match[str]] = []
    end, fillers = place, 0
    has_digit = False
    while True:
        gap = _GAP.match(text, end)
        token = TOKEN.match(text, gap.end() if gap else end)
        if token is None:
            break
        word = token.group().lower()
        if (
            says_a_digit(word)
            or is_letter(word)
            or _is_of_code(word, text, token.end(), has_digit and not fillers)
        ):
            has_digit = has_digit or says_a_digit(word)
            fillers = 0
        elif parts and word in FILLERS and fillers < _MOST_FILLERS:
            fillers += 1
        elif parts and word in HEARD_FOR_DIGITS and _is_between_digits(parts[-1], token, text):
            pass
        else:
            break
        parts.append(token)
        end = token.end()
    while parts and _is_of_sentence(parts[-1], text):
        parts.pop()
    words = [part.group().lower() for part in parts]
    worth = sum(map(_worth, words))
    # Letters alone are a word that was cut to pieces, or "a" and "i".
    if worth >= _LEAST and (worth > _LEAST or any(map(says_a_digit, words))):
        return parts[0].start(), parts[-1].end()
    return None


def _is_between_digits(before: re.Match[str], token: re.Match[str], text: str) -> bool:
    """Whether a word may have been heard for a digit: one is said by itself on either side."""
    gap = _GAP.match(text, token.end())
    behind = TOKEN.match(text, gap.end() if gap else token.end())
    return behind is not None and _is_one_digit(before.group()) and _is_one_digit(behind.group())


def _is_one_digit(word: str) -> bool:
    return word.lower() in UNITS or (len(word) == 1 and word.isdecimal())


def _worth(word: str) -> int:
    """How many letters and digits a part of a code stands for."""
    if word in FILLERS or word in HEARD_FOR_DIGITS:
        return 0
    return len(word) if any(map(str.isdecimal, word)) else 1


def _is_of_sentence(part: re.Match[str], text: str) -> bool:
    """Whether the last part of a code is none, but a word of what is said behind it.

    "40719 and a friend", "40719 got it", "6 8 9 0 1 / i am moving": a pause, a letter that is a
    word and has one behind it, or a word that everybody knows.
    """
    word = part.group().lower()
    if word in FILLERS:
        return True
    if word in _WORDLIKE_LETTERS:
        return _WORD_BEHIND.match(text, part.end()) is not None
    if says_a_digit(word) or is_letter(word):
        return False
    return word in (NO_NAME if len(word) < _MOST_LETTERS else ordinary_words())
