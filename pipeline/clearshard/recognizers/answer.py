"""Answers: a turn asks for a datum, and the next turn is that datum, however garbled it was heard.

"what is your date of birth" / "O2 11" / "sorry could you repeat that" / "2nd November 1970":
nothing but the question tells what the answers are. So a question is remembered over requests to
repeat, and whatever a short turn behind it says, less the words around it, is the datum.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.number_words import ORDINALS
from clearshard.recognizers.vocabulary import (
    MONTHS,
    TOKEN,
    any_of,
    is_letter,
    lowercase,
    says_a_digit,
    words_of,
)

#: More than a number of which nobody knows what it is: of two that are as long, this names it.
_SCORE = 0.62
#: Turns after a question in which its answer may come, requests to repeat left out.
_PATIENCE = 2

#: Asks for something.
_ASKS = (
    r"\b(?:what|what['\u2019]?s|whats|which|who|where|may\s{1,4}i|can\s{1,4}i|could\s{1,4}i"
    r"|can\s{1,4}you"
    r"|could\s{1,4}you|would\s{1,4}you|will\s{1,4}you|please|pls|provide|tell\s{1,4}me"
    r"|give\s{1,4}me|gimme|confirm"
    r"|verify"
    r"|spell|need|require|share|enter|state|repeat|let\s{1,4}me\s{1,4}(?:have|get|know)"
    r"|how\s{1,4}(?:do|can)\s{1,4}"
    r"(?:i|you|we)\s{1,4}(?:spell|reach|call|contact)|do\s{1,4}you\s{1,4}have|say)\b|\?"
)


@dataclass(frozen=True, slots=True)
class Datum:
    """Something that is asked for.

    Attributes:
        entity_type: Of the answer.
        named: Pattern of the words that name it.
        most_words: An answer has no more, once the words around it are gone.
        is_number: Whether an answer has digits in it, or letters that are said one by one.
    """

    entity_type: str
    named: str
    most_words: int
    is_number: bool


_PHONE = "PHONE_NUMBER"
_NO = r"(?:\s{1,4}(?:number|no|code|id|digits))"
DATA = (
    Datum(
        "DATE_OF_BIRTH",
        r"date\s{1,4}of\s{1,4}birth|birth\s{0,4}dates?|birth\s{0,4}days?|d\.?o\.?b\.?|(?:you|he"
        r"|she|they)\s{1,4}born",
        10,
        is_number=True,
    ),
    Datum(
        "EMAIL_ADDRESS",
        r"e-?\s?mails?(?:\s{1,4}(?:address(?:es)?|id))?",
        16,
        is_number=False,
    ),
    Datum(
        "STREET_ADDRESS",
        r"(?:home\s{1,4}|mailing\s{1,4}|street\s{1,4}|billing\s{1,4}|shipping\s{1,4}"
        r"|delivery\s{1,4}|full\s{1,4}|postal\s{1,4}"
        r"|current\s{1,4}|permanent\s{1,4}|residential\s{1,4})?address|street"
        r"|where\s{1,4}(?:do\s{1,4}you|are\s{1,4}you)\s{1,4}"
        r"(?:live|living|located|calling\s{1,4}from)|you\s{1,4}live",
        16,
        is_number=True,
    ),
    Datum(
        "POSTAL_CODE", r"(?:zip|postal|post)\s{0,4}code|zipcode|postcode|zip", 12, is_number=True
    ),
    Datum(
        "LOCATION",
        r"(?:departure|arrival|destination|home|starting|departing|arriving)?\s{0,4}(?:city|town"
        r"|location"
        r"|destination)|which\s{1,4}state|what\s{1,4}state|your\s{1,4}state"
        r"|going\s{1,4}to\s{1,4}go|(?:flying|traveling"
        r"|travelling|departing|leaving)\s{1,4}(?:from|to)",
        3,
        is_number=False,
    ),
    Datum(
        _PHONE,
        r"(?:phone|telephone|mobile|cell|cellphone|contact|callback"
        r"|call\s{0,4}back)(?:\s{1,4}(?:number"
        r"|no))?"
        r"|number\s{1,4}to\s{1,4}(?:reach|call)|reach\s{1,4}you",
        16,
        is_number=True,
    ),
    Datum(
        "PASSWORD",
        r"(?:new\s{1,4})?(?:password|pass\s{0,4}code|pin)" + _NO + "?",
        8,
        is_number=False,
    ),
    Datum(
        "USERNAME",
        r"user\s{0,4}name|user\s{1,4}id|login(?:\s{1,4}id)?|log\s{1,4}in\s{1,4}id",
        6,
        is_number=False,
    ),
    Datum(
        "US_SSN",
        r"social(?:\s{1,4}security)?" + _NO + r"?|ssn|national\s{1,4}insurance" + _NO,
        14,
        is_number=True,
    ),
    Datum(
        "ACCOUNT_NUMBER",
        r"(?:account|order|booking|confirmation|reference|tracking|customer|member|membership"
        r"|policy"
        r"|claim|case|ticket|invoice|reservation|licen[sc]e|passport|registration|serial|employee"
        r"|vehicle|insurance|card|credit\s{1,4}card|debit\s{1,4}card|routing|cvv|security)"
        + _NO
        + r"|cvv|licen[sc]e\s{1,4}plate|last\s{1,4}(?:four|4)(?:\s{1,4}digits)?"
        + r"|expir\w+(?:\s{1,4}date)?",
        18,
        is_number=True,
    ),
    Datum(
        "PERSON",
        r"(?:(?:full|first|last|middle|maiden|sur|family|given|complete|passenger)\s{0,4})?"
        r"(?:and\s{1,4}last\s{1,4})?names?|who\s{1,4}(?:am|do)\s{1,4}i|whom\s{1,4}am\s{1,4}i"
        r"|(?:speaking"
        r"|talking)\s{1,4}(?:to|with)"
        r"|spell\s{1,4}(?:it|that)|call\s{1,4}you|address\s{1,4}you",
        6,
        is_number=False,
    ),
)
_EACH_NAMED = "|".join(rf"(?P<d{i}>(?:{datum.named})\b)" for i, datum in enumerate(DATA))
_NAMED = re.compile(rf"\b(?:{_EACH_NAMED})")
#: Of the words that name a datum each pattern has one of these.
_WORDS = frozenset(
    "birth birthdate birthdates birthday birthdays b dob born e email emails mail mails "
    "address street live living located zip zipcode postcode code city town location "
    "destination state flying traveling travelling departing leaving phone telephone "
    "mobile cell cellphone contact callback call calling reach password passcode pin "
    "username user login id social ssn insurance number digits cvv plate last expiry "
    "expiration expire expires expired expiring name names surname who whom spell "
    "speaking talking".split()
)
_ASKING = re.compile(_ASKS)
#: A turn that is no question by its words, but nothing else either: "and your postcode".
_MOST_WORDS_OF_ELLIPSIS = 5
_AGAIN = re.compile(
    r"\b(?:repeat|again|once\s{1,4}more|say\s{1,4}that|come\s{1,4}again|pardon"
    r"|didn['\u2019]?t\s{1,4}(?:catch"
    r"|get|hear)"
    r"|missed\s{1,4}that|slower)\b"
)
#: Words around an answer that are not of it.
_BEFORE = frozenset(
    "yes yeah yep yup sure ok okay alright right um uh er well so of course certainly hi "
    "hello hey sorry no and the it it's its that that's this is are was be would will my "
    "our his her their i i'm im am me he she name names full first last middle surname "
    "date birth birthday born on in at address street's postcode post code zip phone "
    "number mobile cell telephone email mail account order you can call reach to for a an "
    "as here goes ahead go one oh absolutely definitely please let see think thats dob id "
    "user password pin card city state from live living based located sir madam maam "
    "thanks thank".split()
)
_YOURS = frozenset(("your", "what", "whats", "what's"))
_BEHIND = frozenset(
    "please thanks thank you sir madam maam ok okay yes yeah right correct uh um so and "
    "thats that's all".split()
)
#: What comes behind one of these is the datum: "the company is".
_LEADS = frozenset("is called named".split())
#: And before it, if one of these follows: "rachel is the recipient".
_SAYS_WHAT_IT_IS = frozenset("a an the my your his her our their".split())
#: Behind more words than these there may be a name: "kim is the lady jo".
_MOST_WORDS_OF_WHAT = 2
#: And behind an "at" or "on" if one of these is before it: "the old mill at" is of the datum.
_LEADS_AT = frozenset(
    "is are be them us me him her there located based live lives living reached number".split()
)
#: A turn with one of these says something else than the datum.
_NO_ANSWER = frozenset(
    "don't dont not know what why how who when where which can't cant cannot couldn't "
    "have haven't need want help wanted trying remember forgot forget wait hold hang "
    "moment minute second sec nothing anything something because but if did does do could "
    "would should thing problem issue looking like just check checking let it'll i'd "
    "you're they're there's we're great good sounds works work perfect fine wonderful "
    "awesome nice instead make reserve book lost stolen provide".split()
)


#: A written sentence ends here, and one of these words begins another: "at 5 Main St. Apt 4" has
#: no end of a sentence in it.
_SENTENCE_END = re.compile(r"[.!?]\s")
_STARTS = frozenset(
    "i i've i'm i'd i'll we he she it it's its they they're there there's the this that that's "
    "you your their would will shall should could do does is are and but or anything please "
    "what shall".split()
)
#: Letters that are words, and mostly that.
_LETTERS_AND_WORDS = frozenset("ai")
#: Words beside digits that may be some that were misheard ("to to for"); more are a sentence.
_MOST_MISHEARD = 3
_MONEY_SIGNS = frozenset("$\u20ac\u00a3\u20b9")
_MONEY = frozenset("dollar dollars buck bucks euro euros pound pounds rupees usd percent".split())


#: "do you mean my work one", "which one do you want", "the one at the top of page two".
_ASKS_BACK = re.compile(
    r"[\s\W]{0,4}(?:(?:yes|yeah|um|uh|oh|well|so|sorry|and|or)\b[\s,]{1,4}){0,2}(?:"
    r"(?:do|does|did|is|are|can|could|should|would)\s{1,4}(?:you|i|we|it|this|that|they)\b"
    r"|(?:which|the|this|that|my|your)\s{1,4}(?:[^\W\d_]{2,12}\s{1,4})?ones?(?:[.,?!]|$"
    r"|\s{1,4}(?:on|in|at|with|for|from|do|did|that|you|i|we)\b))"
)
#: Numbers and parts of one that an answer has, whatever it begins with.
_LEAST_OF_NUMBER = 3
#: "the second of may" is no time that somebody asks for.
_SECOND_DAY = re.compile(
    rf"\bsecond\s{{1,4}}of\s{{1,4}}(?:{any_of(MONTHS)})\b"
    rf"|\b(?:{any_of(MONTHS)})\s{{1,4}}(?:the\s{{1,4}})?(?:twenty[\s\-]{{1,4}})?second\b"
)


def answers() -> Finder:
    """The recognizer."""
    return Finder(
        "AnswerRecognizer",
        sorted({datum.entity_type for datum in DATA}),
        find_answers,
        _SCORE,
        Gate(frozenset(), extent=Extent.TEXT, words=_WORDS),
    )


def find_answers(text: str) -> Iterator[Found]:
    """What short turns say behind a question for a datum."""
    return (answer for _, _, answer in answered(text))


def answered(text: str) -> Iterator[tuple[int, int, Found]]:
    """Where the line of a question starts, where that of its answer does, and the answer.

    Who speaks is not looked at: who asked hardly ever answers, and a recognition that confuses
    speakers would hide answers (``tests/benchmarks/answers_by_speaker.py``).
    """
    asked: Datum | None = None
    patience = place = asked_at = 0
    for line, small in zip(text.split("\n"), lowercase(text).split("\n"), strict=True):
        question = _question(small)
        if question is not None:
            asked, asked_at, patience = question, place, _PATIENCE
        elif asked is not None and _AGAIN.search(small):
            patience = _PATIENCE
        elif asked is not None and line.strip():
            answer = None if _asks_back(small) else _answer(line, asked)
            if answer is not None:
                found = Found(place + answer[0], place + answer[1], asked.entity_type)
                yield asked_at, place, found
            patience -= 1
            if patience == 0:
                asked = None
        place += len(line) + 1


def _asks_back(line: str) -> bool:
    """Whether a turn, in lowercase, says which datum is meant and not what it is."""
    words = words_of(line)
    if len(words) > _MOST_WORDS_OF_ELLIPSIS + _PATIENCE or _ASKS_BACK.match(line) is None:
        return False
    return sum(says_a_digit(word) for word in words if word != "one") < _LEAST_OF_NUMBER


def _question(line: str) -> Datum | None:
    """The datum that a turn asks for, in lowercase: of several the last."""
    if _WORDS.isdisjoint(words_of(line)):
        return None
    asks = _ASKING.search(line) is not None
    is_short = len(line.split()) <= _MOST_WORDS_OF_ELLIPSIS
    named = list(_NAMED.finditer(line)) if asks or is_short else []
    if not named:
        return None
    last = named[-1]
    assert last.lastgroup is not None
    if asks:
        return DATA[int(last.lastgroup[1:])]
    rest = line[: last.start()] + line[last.end() :]
    if not {w.group() for w in TOKEN.finditer(rest)} - _BEFORE - _YOURS:
        return DATA[int(last.lastgroup[1:])]
    return None


def _is_of_number(word: str) -> bool:
    return says_a_digit(word) or is_letter(word) or word in ORDINALS or word in MONTHS


def _numbers(line: str, tokens: list[re.Match[str]], words: list[str]) -> list[int]:
    """The places of words that are of a number, and of no sum of money."""
    return [
        place
        for place, word in enumerate(words)
        if _is_of_number(word)
        and word not in _LETTERS_AND_WORDS
        and line[tokens[place].start() - 1 : tokens[place].start()] not in _MONEY_SIGNS
        and not (place + 1 < len(words) and words[place + 1] in _MONEY)
    ]


def _without_other_sentences(
    line: str, tokens: list[re.Match[str]], words: list[str], numbers: list[int]
) -> tuple[int, int]:
    """The range of words from the first sentence with a number to the last."""
    starts = [
        place
        for place in range(1, len(words))
        if words[place] in _STARTS
        and _SENTENCE_END.search(line, tokens[place - 1].end(), tokens[place].start())
    ]
    first = max((start for start in starts if start <= numbers[0]), default=0)
    return first, min((start for start in starts if start > numbers[-1]), default=len(words))


def _without_sentence(
    words: list[str], first: int, end: int, numbers: list[int], *, is_digits: bool
) -> tuple[int, int]:
    """The range of words less what leads to a number in their sentence, or ends it."""
    leads = [
        place
        for place in range(first, numbers[0])
        if words[place] in _LEADS
        or (words[place] in ("at", "on") and place > 0 and words[place - 1] in _LEADS_AT)
    ]
    behind = [place for place in range(numbers[-1], end) if words[place] == "is"]
    first, end = (leads[-1] + 1 if leads else first), (behind[0] if behind else end)
    # A word or two may be what was made of a digit.
    if is_digits and numbers[0] - first > _MOST_MISHEARD:
        first = numbers[0]
    if is_digits and end - 1 - numbers[-1] > _MOST_MISHEARD:
        end = numbers[-1] + 1
    return first, end


def _without_what_it_is(words: list[str], first: int, end: int) -> tuple[int, int]:
    """The range of words less what leads to a name, or says what it is the name of."""
    leads = [place for place in range(first, end - 1) if words[place] in _LEADS]
    if not leads:
        return first, end
    lead = leads[0]
    is_behind = words[lead] == "is" and words[lead + 1] in _SAYS_WHAT_IT_IS
    if is_behind and first < lead and end - lead - 1 <= _MOST_WORDS_OF_WHAT:
        return first, lead
    while lead in leads:
        lead += 1
    return lead, end


def _answer(line: str, asked: Datum) -> tuple[int, int] | None:
    """The range of a turn that is an answer, without the words around it."""
    tokens = list(TOKEN.finditer(line))
    words = [token.group().lower().replace("\u2019", "'") for token in tokens]
    numbers = _numbers(line, tokens, words) if asked.is_number else []
    is_digits = asked.entity_type == _PHONE
    if is_digits:
        numbers = [place for place in numbers if words[place] not in MONTHS]  # "you may call …"
    first, end = 0, len(words)
    if numbers:
        first, end = _without_other_sentences(line, tokens, words, numbers)
    if _NO_ANSWER.intersection(words[first:end]) and not _SECOND_DAY.search(line.lower()):
        return None
    while first < end and words[first] in _BEFORE:
        first += 1
    while end > first and words[end - 1] in _BEHIND:
        end -= 1
    numbers = [place for place in numbers if first <= place < end]
    if asked.is_number and not numbers:
        return None
    # Letters count little: a name that is spelled is one word.
    said = words[first:end]
    size = sum(len(word) > 1 for word in said) + len(said) // 4
    if not said or size > asked.most_words:
        return None
    if numbers:
        first, end = _without_sentence(words, first, end, numbers, is_digits=is_digits)
    else:
        first, end = _without_what_it_is(words, first, end)
    return tokens[first].start(), tokens[end - 1].end()
