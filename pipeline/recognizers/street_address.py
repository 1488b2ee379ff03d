"""Street addresses, written or spoken: "five five two main street", "22 Oak Ave, apartment 4 b".

A number, up to four words and a word for a street make an address; what stands behind it and
belongs to it goes too: apartment, town, state, zip, in the same turn or the next ones.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator

from pipeline.recognizers.finder import Finder, Found
from pipeline.recognizers.gate import Gate
from pipeline.recognizers.vocabulary import NUMBER_WORDS, ORDINALS, TOKEN, any_of, says_a_digit

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
_CODES = (
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
_SEP = r"(?:[ \t]{0,4}[,.]?[ \t]{1,4}|[ \t]{0,4},?[ \t]{0,4}\n[ \t]{0,4})"
_NUMBER_WORD = rf"(?:{any_of(NUMBER_WORDS)}|and|dash)"
_HOUSE = (
    rf"(?:\d{{1,6}}(?:[-/]\d{{1,4}})?[a-z]?(?:[ \t]{{1,4}}\d{{1,5}}){{0,5}}"
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
_JOINED = (
    r"[^\W\d_]{2,}(?:stra(?:ss|ß)e|str|weg|gasse|platz|gatan|gata|vägen|veien|vegen|vej|gade|straat"
    r"|laan|plein|dreef|katu|tie|vei)"
)
_OTHER_STREET = (
    rf"(?:{_FOREIGN}{_SEP}(?:{_WORD}|\d{{1,4}})(?:[ \t]{{1,4}}{_WORD}){{0,3}}|{_JOINED}"
    rf"|{_WORD}[ \t]{{1,4}}(?:utca|útja|utja|tér|ter|u\.|cesta|ulice|sokak|cad\.?"
    rf"|caddesi))(?![^\W_])"
)
_NAME = rf"(?:{_DIRECTION}{_SEP})?(?:(?:{_ORDINAL}|{_WORD}){_SEP}){{1,4}}?"
_UNIT = (
    rf"(?:{any_of(_UNITS_OF_HOUSE)}|number|no\.?|\#)[ \t]{{0,4}}(?:number[ \t]{{1,4}})?"
    rf"(?:[a-z]?\d{{1,5}}[a-z]?|{_NUMBER_WORD}(?:[ \t]{{1,4}}{_NUMBER_WORD}){{0,4}}|[a-z])"
    rf"(?:[ \t]{{1,4}}[a-z](?![^\W_]))?(?![^\W_])"
)
_ZIP = (
    r"(?:\d{5}(?:-\d{4})?|[a-z]{1,2}\d[a-z\d]?[ \t]{0,4}\d[a-z]{2}"
    rf"|(?:{any_of(NUMBER_WORDS)})(?:[ \t]{{1,4}}(?:{any_of(NUMBER_WORDS)})){{3,8}})(?![^\W_])"
)
_STATE = rf"(?:(?:{_STATES})(?![^\W_])|(?-i:{_CODES})(?![^\W_]))"
#: A town of up to three words counts with a state or a zip behind it.
_TOWN = rf"(?:{_WORD}(?:[ \t]{{1,4}}{_WORD}){{0,2}}?)"
_TAIL = (
    rf"(?:{_SEP}(?:(?:in|and)[ \t]{{1,4}})?(?:{_UNIT}|{_DIRECTION}(?![^\W_]))){{0,4}}"
    rf"(?:(?:{_SEP}(?:in[ \t]{{1,4}})?{_TOWN})?{_SEP}{_STATE}(?:{_SEP}(?:zip(?:[ \t]{{1,4}}code)?[ "
    rf"\t]+)?{_ZIP})?"
    rf"|{_SEP}{_TOWN}{_SEP}{_ZIP})?"
)
_ADDRESS = re.compile(
    rf"(?<![\w.])(?:{_HOUSE}){_SEP}(?:{_NAME}{_STREET}|{_OTHER_STREET}(?:{_SEP}{_HOUSE})?){_TAIL}"
    rf"|(?<![\w.]){_OTHER_STREET}{_SEP}{_HOUSE}(?![^\W_]){_TAIL}",
    re.IGNORECASE,
)
#: What follows a word for a place to go or send to, if it has a number in it.
_CUE = re.compile(
    r"\b(?:address(?:es)?(?:\s{1,4}(?:is|was|to|of|at|as|on|in|now|linked|registered))*\s{0,4}:?"
    r"|(?:located|live|lives|living|stay|staying|deliver(?:ed|y)?(?:\s{1,4}it)?|shipped"
    r"|ship(?:\s{1,4}it)?"
    r"|sen[dt](?:\s{1,4}(?:it|one|them))?(?:\s{1,4}over)?|returned|return|moved|move|off"
    r"|pick\s{1,4}(?:me\s{1,4})?up"
    r"|reside|resides|residing)\s{1,4}(?:to|at|in|on|from))\s{1,4}",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!]+(?:\s|$)|\n\s{0,4}\n")
#: Lines of a written address behind its first one.
_NEXT_LINE = re.compile(
    rf"[ \t]{{0,4}},?[ \t]{{0,4}}\n[ \t,]{{0,4}}(?:[^\n?!]{{0,40}}?[ \t,])?(?:{_STATE}[ "
    rf"\t,]{{1,4}})?{_ZIP}",
    re.IGNORECASE,
)
_MOST_WORDS_AFTER_CUE = 14
_MILITARY = re.compile(
    rf"\b(?:psc|unit|cmr|usns|uscgc|uss|usnv)[ \t]{{1,4}}(?:{_WORD}|{_HOUSE})(?:[ \t,]+box[ "
    rf"\t]+{_HOUSE})?"
    rf"{_SEP}(?:apo|fpo|dpo)[ \t]{{1,4}}(?:a[aep])(?:[ \t]{{1,4}}{_ZIP})?",
    re.IGNORECASE,
)
_BOX = re.compile(
    rf"\b(?:p\.?[ \t]{{0,4}}o\.?|post[ \t]{{1,4}}office)[ \t]{{0,4}}box[ \t]{{1,4}}(?:number[ "
    rf"\t]{{1,4}})?{_HOUSE}{_TAIL}",
    re.IGNORECASE,
)
#: Words that end what a cue has announced.
_STOPS = frozenset(_FUNCTION_WORDS) - frozenset("a and in no on".split())
_SIGN = (
    rf"(?i)\b(?:{any_of(_STREETS)}|box|apo|fpo|dpo|{_FOREIGN}|{_JOINED}|utca|útja|utja|tér|u\."
    rf"|cesta"
    r"|ulice|sokak|cad|caddesi|address(?:es)?|located|lives?|living|stay(?:ing)?|deliver\w*|ship\w*"
    r"|sen[dt]|return(?:ed)?|moved?|off|pick|resid\w+)"
)


def street_addresses() -> Finder:
    """The recognizer."""
    return Finder(
        "StreetAddressRecognizer",
        [ENTITY_TYPE],
        find_street_addresses,
        _SCORE,
        Gate(frozenset((_SIGN,)), within_line=False),
    )


def find_street_addresses(text: str) -> Iterator[Found]:
    """Addresses with a number and a street, or a box."""
    for pattern in (_ADDRESS, _BOX, _MILITARY):
        for found in pattern.finditer(text):
            yield Found(found.start(), found.end(), ENTITY_TYPE)
    for cue in _CUE.finditer(text):
        place = _place_at(text, cue.end())
        if place is not None:
            yield Found(*place, ENTITY_TYPE)


def _place_at(text: str, start: int) -> tuple[int, int] | None:
    """The range of an address that a cue has announced: up to the end of its sentence or line."""
    line_end = text.find("\n", start)
    ends = [len(text) if line_end < 0 else line_end]
    if stop := _SENTENCE_END.search(text, start):
        ends.append(stop.start())
    end = start
    has_number = False
    for words, token in enumerate(TOKEN.finditer(text, start, min(ends))):
        word = token.group().lower()
        if words == _MOST_WORDS_AFTER_CUE or (word in _STOPS and words):
            break
        has_number = has_number or says_a_digit(word)
        end = token.end()
    if not has_number:
        return None
    while following := _NEXT_LINE.match(text, end):
        end = following.end()
    return start, end
