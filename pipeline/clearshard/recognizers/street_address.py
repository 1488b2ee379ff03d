"""Street addresses, written or spoken: "five five two main street", "22 Oak Ave, apartment 4 b".

A number, up to four words and a word for a street make an address; what stands behind it and
belongs to it goes too: apartment, town, state, zip, in the same turn or the next ones.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator
from itertools import islice, zip_longest

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.number_words import NUMBER_WORDS, ORDINALS
from clearshard.recognizers.vocabulary import (
    MONTHS,
    TOKEN,
    any_of,
    lowercase,
    says_a_digit,
    words_of,
)

ENTITY_TYPE = "STREET_ADDRESS"
_SCORE = 0.7

#: Words for a street that say so by themselves, and their abbreviations (USPS Publication 28, C1).
_STREETS = (
    "street str avenue ave av road rd drive dr lane ln boulevard blvd court ct circle cir "
    "terrace ter "
    "place pl parkway pkwy highway hwy freeway expressway trail trl alley aly crescent cres "
    "esplanade "
    "square sq turnpike causeway plaza plz loop mews close grove crossing row walk gardens grv "
    "hill "
    "heights run ridge path pike way common commons quay wharf"
).split()
#: Of these, words that people use for other things all the time: only behind a number and a name.
_UNITS_OF_HOUSE = "apartment apt suite ste unit flat floor fl room rm building bldg lot".split()
#: Blanks within a line: no more than people type, so that no time is lost in them.
_B, _B0 = r"[ \t]{1,4}", r"[ \t]{0,4}"
#: States and territories of the USA, provinces of Canada; two-letter codes only in capitals.
_STATES = (
    "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia"
    "|hawaii"
    "|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan"
    "|minnesota|mississippi|missouri|montana|nebraska|nevada|new\\s{1,4}hampshire|new\\s{1,4}jersey"
    "|new\\s{1,4}mexico|new\\s{1,4}york|north\\s{1,4}carolina|north\\s{1,4}dakota|ohio|oklahoma"
    "|oregon|pennsylvania"
    "|rhode\\s{1,4}island|south\\s{1,4}carolina|south\\s{1,4}dakota|tennessee|texas|utah"
    "|vermont|virginia"
    "|washington|west\\s{1,4}virginia|wisconsin|wyoming|puerto\\s{1,4}rico|ontario|quebec"
    "|british\\s{1,4}columbia"
    "|alberta|manitoba|saskatchewan|nova\\s{1,4}scotia|new\\s{1,4}brunswick|newfoundland"
)
CODES_OF_STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]"
    "|T[NX]"
    "|UT|V[AIT]|W[AIVY]"
)

#: No word of a name of a street, so that "one event taking place" is none.
_FUNCTION_WORDS = (
    "a about after all am an and any are as at be been before but by can can't could day days "
    "did do "
    "does doing don't for from get going had has have he her here him his hour hours how i i'm "
    "if in "
    "into is it it's its just know like me minute minutes month months more much my near no "
    "not on or "
    "our out over per please rooms room see she so some star stars taking than that that's "
    "their them "
    "then there there's these they this those through time times to too up us was we week "
    "weeks were "
    "what when where which who will with would year years yes you your"
).split()
_NOT_FUNCTION = rf"(?!(?:{any_of(_FUNCTION_WORDS)})(?![^\W_]))"
_WORD = rf"{_NOT_FUNCTION}[^\W\d_]+(?:['\u2019.-][^\W\d_]+)*"
_SEP = rf"(?:{_B0}[,.]?{_B}|{_B0},?{_B0}\n{_B0})"
_NUMBER_WORD = rf"(?:{any_of(NUMBER_WORDS)}|and|dash)"
_HOUSE = (
    rf"(?:\d{{1,6}}(?:[-/]\d{{1,4}})?[a-z]?(?:{_B}\d{{1,5}}){{0,5}}"
    rf"|(?:{any_of(NUMBER_WORDS)})(?:[ \t-]+{_NUMBER_WORD}){{0,7}})"
)
_ORDINAL = (
    rf"(?:\d{{1,3}}(?:st|nd|rd|th)|(?:(?:{any_of(NUMBER_WORDS)})[ \t-]+)?(?:{any_of(ORDINALS)}))"
)
_DIRECTION = r"(?:north|south|east|west|northeast|northwest|southeast|southwest|[nsew]\.?|[ns][ew])"
_STREET = rf"(?:{any_of(_STREETS)})\.?(?![^\W_])"
#: "rue de pologne", "via roma": the word for a street comes first.
_FOREIGN = (
    r"(?:rue|rua|via|calle|avenida|avenue\s{1,4}de|carrer|ulica|ul\.?|plaza|piazza|pla[cç]a|strada"
    r"|viale"
    r"|corso|chemin|all[ée]e|quai|camino|paseo|carrera|travessa|largo|jalan|jl\.?|us\s{1,4}rt"
    r"|us\s{1,4}route"
    r"|state\s{1,4}route|route|highway|county\s{1,4}road|hwy)"
)
#: "lindenstrasse", "kungsgatan": it is the end of the name.
_ENDINGS = tuple(
    "strasse stra\u00dfe weg gasse platz gatan gata v\u00e4gen veien vegen vej gade straat "
    "laan plein dreef katu".split()
)
_JOINED = rf"[^\W\d_]{{5,}}+(?:{'|'.join(f'(?<={ending})' for ending in _ENDINGS)})"
_OTHER_STREET = (
    rf"(?:{_FOREIGN}{_SEP}(?:{_WORD}|\d{{1,4}})(?:{_B}{_WORD}){{0,3}}|{_JOINED}"
    rf"|{_WORD}{_B}(?:utca|útja|utja|tér|ter|u\.|cesta|ulice|sokak|cad\.?"
    rf"|caddesi))(?![^\W_])"
)
_NAME = rf"(?:{_DIRECTION}{_SEP})?(?:(?:{_ORDINAL}|{_WORD}){_SEP}){{1,4}}?"
_UNIT = (
    rf"(?:(?:{any_of(_UNITS_OF_HOUSE)}|number|no)(?![^\W\d_])\.?|\#){_B0}(?:number{_B})?"
    rf"(?:[a-z]?\d{{1,5}}[a-z]?|{_NUMBER_WORD}(?:{_B}{_NUMBER_WORD}){{0,4}}|[a-z])"
    rf"(?:{_B}[a-z](?![^\W_]))?(?![^\W_])"
)
_ZIP = (
    rf"(?:\d{{5}}(?:-\d{{4}})?|[a-z]{{1,2}}\d[a-z\d]?{_B0}\d[a-z]{{2}}"
    rf"|(?:{any_of(NUMBER_WORDS)})(?:{_B}(?:{any_of(NUMBER_WORDS)})){{3,8}})(?![^\W_])"
)
_STATE = rf"(?:(?:{_STATES})(?![^\W_])|(?-i:{CODES_OF_STATES})(?![^\W_]))"
#: A town of up to three words counts with a state or a zip behind it.
_TOWN = rf"(?:{_WORD}(?:{_B}{_WORD}){{0,2}}?)"
_TAIL = (
    rf"(?:{_SEP}(?:(?:in|and){_B})?(?:{_UNIT}|{_DIRECTION}(?![^\W_]))){{0,4}}"
    rf"(?:(?:{_SEP}(?:in{_B})?{_TOWN})?{_SEP}{_STATE}(?:{_SEP}(?:zip(?:{_B}code)?[ \t]+)?{_ZIP})?"
    rf"|{_SEP}{_TOWN}{_SEP}{_ZIP})?"
)
_FIRST_LETTERS = "".join(sorted({word[0] for word in NUMBER_WORDS}))
#: What stands behind a street; the codes of states only in capitals.
_REST = re.compile(_TAIL, re.IGNORECASE)
_ADDRESS = re.compile(
    rf"(?<![\w.])(?=[\d{_FIRST_LETTERS}])(?!a[^u])(?:{_HOUSE}){_SEP}"
    rf"(?:{_NAME}{_STREET}|{_OTHER_STREET}(?:{_SEP}{_HOUSE})?)"
)
#: Where the number comes behind the street.
_NUMBER_LAST = re.compile(rf"(?<![\w.]){_OTHER_STREET}{_SEP}{_HOUSE}(?![^\W_])")
#: What follows a word for a place to go or send to, if it has a number in it.
_CUE = re.compile(
    r"\b(?:address(?:es)?(?:\s{1,4}(?:is|was|to|of|at|as|on|in|now|with|linked|registered))*\s{0,4}:?"
    r"|(?:located|live|lives|living|stay|staying|deliver(?:ed|y)?(?:\s{1,4}it)?|shipped"
    r"|ship(?:\s{1,4}it)?"
    r"|sen[dt](?:\s{1,4}(?:it|one|them))?(?:\s{1,4}over)?|returned|return|moved|move|off"
    r"|pick\s{1,4}(?:me\s{1,4})?up"
    r"|reside|resides|residing)\s{1,4}(?:to|at|in|on|from))\s{1,4}"
)
_SENTENCE_END = re.compile(r"[.?!]+(?:\s|$)|\n\s{0,4}\n")
#: Lines of a written address behind its first one.
_NEXT_LINE = re.compile(
    rf"{_B0},?{_B0}\n[ \t,]{{0,4}}(?:[^\n?!]{{0,40}}?[ \t,])?(?:{_STATE}[ \t,]{{1,4}})?{_ZIP}",
    re.IGNORECASE,
)
_MOST_WORDS_AFTER_CUE = 14
_MILITARY = re.compile(
    rf"\b(?:psc|unit|cmr|usns|uscgc|uss|usnv){_B}(?:{_WORD}|{_HOUSE})(?:[ \t,]+box[ \t]+{_HOUSE})?"
    rf"{_SEP}(?:apo|fpo|dpo){_B}(?:a[aep])(?:{_B}{_ZIP})?"
)
_BOX = re.compile(rf"\b(?:p\.?{_B0}o\.?|post{_B}office){_B0}box{_B}(?:number{_B})?{_HOUSE}")
_CORNER_NAME = rf"(?:{_WORD}\.?|\d{{1,5}}\.?)(?:{_B}(?:{_WORD}\.?|\d{{1,5}}\.?))"
#: A unit of a house by itself; "flat" and "floor" are said of much else.
_UNIT_ALONE = re.compile(
    rf"\b(?:(?:suite|ste|apt|apartment)\.?{_B}(?:number{_B}|\#)?\d{{1,5}}[a-z]?"
    rf"|(?:apt|apartment){_B}(?:number{_B})?(?:{any_of(NUMBER_WORDS)})"
    rf"(?:{_B}(?:{any_of(NUMBER_WORDS)})){{0,4}})(?:{_B}[a-z])?(?![^\W_])"
)
_CORNER = re.compile(
    rf"\b(?:the{_B})?(?:corner|intersection){_B}of{_B}{_CORNER_NAME}{{0,5}}?{_B}(?:and|&){_B}"
    rf"{_CORNER_NAME}{{0,2}}"
)
#: Words that end what a cue has announced, and, behind an "and" or an "in", begin something else.
_STOPS = frozenset(_FUNCTION_WORDS).union(
    "cost costs price prices priced ticket tickets till until".split()
) - frozenset("a and in no on".split())
_OTHER_THINGS = {
    "and": frozenset(
        "phone telephone mobile number call contact email name their the my your his her our it "
        "they i we you is that this".split()
    ),
    "in": frozenset("case order time person full advance".split()),
    "on": MONTHS,
}
#: The place itself can begin with one of these.
_DETERMINERS = frozenset("my our his her their your that this an".split())
_TIME = re.compile(
    rf"\d{{1,2}}:\d{{2}}|(?:\d{{1,2}}|{_NUMBER_WORD}){_B0}(?:[ap]\.?{_B0}m\b|o'?clock)",
    re.IGNORECASE,
)
#: What an address has in which a word for a street comes first, or is no word of its own.
_OTHER_WORDS = frozenset(
    "rue rua via calle avenida carrer ulica ul plaza piazza pla\u00e7a placa strada viale "
    "corso chemin "
    "all\u00e9e allee quai camino paseo carrera travessa largo jalan jl rt route highway "
    "county avenue "
    "hwy utca \u00fatja utja t\u00e9r ter u cesta ulice sokak cad caddesi".split()
)
_STREET_WORDS = frozenset(_STREETS) | _OTHER_WORDS
_DIGIT = re.compile(r"\d")
_DAY = re.compile(r"\d{1,2}(?:st|nd|rd|th)")
_CORNER_WORDS = frozenset(("corner", "intersection"))
_UNIT_WORDS = frozenset(("suite", "ste", "apt", "apartment"))
_MILITARY_WORDS = frozenset("apo fpo dpo".split())
_CUE_WORDS = frozenset(
    "address addresses located live lives living stay staying deliver "
    "delivered delivery shipped ship send sent returned return moved move off up "
    "reside resides residing".split()
)
_WORDS = _STREET_WORDS | _MILITARY_WORDS | _CORNER_WORDS | _UNIT_WORDS | _CUE_WORDS | {"box"}


def street_addresses() -> Finder:
    """The recognizer."""
    return Finder(
        "StreetAddressRecognizer",
        [ENTITY_TYPE],
        find_street_addresses,
        _SCORE,
        Gate(frozenset(_ENDINGS), extent=Extent.TEXT, words=_WORDS),
    )


def find_street_addresses(text: str) -> Iterator[Found]:
    """Addresses with a number and a street, or a box."""
    small = lowercase(text)
    words = set(words_of(small))
    for pattern in _patterns_for(small, words):
        place = 0
        while found := pattern.search(small, place):
            rest = _REST.match(text, found.end())
            place = rest.end() if rest else found.end()
            yield Found(found.start(), place, ENTITY_TYPE)
    if _CUE_WORDS.isdisjoint(words):
        return
    for cue in _CUE.finditer(small):
        announced = _place_at(text, cue.end())
        if announced is not None:
            yield Found(*announced, ENTITY_TYPE)


def _patterns_for(text: str, words: set[str]) -> Iterator["re.Pattern[str]"]:
    """The patterns that can match in a lowercase text with these words."""
    has_ending = any(ending in text for ending in _ENDINGS)
    has_number = not NUMBER_WORDS.isdisjoint(words) or _DIGIT.search(text) is not None
    if has_number and (has_ending or not _STREET_WORDS.isdisjoint(words)):
        yield _ADDRESS
    if "box" in words:
        yield _BOX
    if not _MILITARY_WORDS.isdisjoint(words):
        yield _MILITARY
    if has_number and (has_ending or not _OTHER_WORDS.isdisjoint(words)):
        yield _NUMBER_LAST
    if not _CORNER_WORDS.isdisjoint(words):
        yield _CORNER
    if not _UNIT_WORDS.isdisjoint(words):
        yield _UNIT_ALONE


def _words_of_place(words: list[str]) -> int:
    """How many of the words that follow a cue are of the place that it has announced."""
    if not words or words[0] == "and" or words[0] in _STOPS - _DETERMINERS:
        return 0
    for place, (word, following) in enumerate(zip_longest(words, words[1:], fillvalue="")):
        if (word in _STOPS and place) or following in _OTHER_THINGS.get(word, ()):
            return place
    return min(len(words), _MOST_WORDS_AFTER_CUE)


def _begin_with_a_date(words: list[str]) -> bool:
    """Whether it is "the 4th of march" or "fourth of march" that a cue has announced."""
    day, *behind = words[words[:1] == ["the"] :] or [""]
    return (_DAY.fullmatch(day) is not None or day in ORDINALS) and (
        behind[:1] == ["of"] or not MONTHS.isdisjoint(behind[:1])
    )


def _place_at(text: str, start: int) -> tuple[int, int] | None:
    """The range of an address that a cue has announced: up to the end of its sentence or line."""
    tokens = list(islice(TOKEN.finditer(text, start), _MOST_WORDS_AFTER_CUE + 1))
    # No further than that: an end is looked for behind each cue, and some texts have none.
    read = tokens[-1].end() if tokens else start
    line_end = text.find("\n", start, read)
    stop = _SENTENCE_END.search(text, start, read if line_end < 0 else line_end)
    end = stop.start() if stop else read if line_end < 0 else line_end
    tokens = [token for token in tokens if token.end() <= end]
    words = [token.group().lower() for token in tokens]
    count = _words_of_place(words)
    if not any(map(says_a_digit, words[:count])) or _TIME.match(text, start):
        return None
    if _begin_with_a_date(words):
        return None
    end = tokens[count - 1].end()
    while following := _NEXT_LINE.match(text, end):
        end = following.end()
    return start, end
