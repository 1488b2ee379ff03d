"""What recognizers found, under the name that it deserves.

A name decides what stands in the place of a value and what a report counts; what is removed is the
same under any. So nothing here drops a candidate, and none is renamed to a type that nobody asked
for.
"""

import re
from collections.abc import Collection, Sequence

from pipeline.recognizers import number_sequence, street_address, unknown_word
from pipeline.records import Span

_ADDRESS = street_address.ENTITY_TYPE
_NUMBER = number_sequence.ENTITY_TYPE
_POSTAL_CODE = "POSTAL_CODE"
_PHONE = "PHONE_NUMBER"
_PERSON = "PERSON"
_PLACES = frozenset((_ADDRESS, "LOCATION"))
#: A zip code with or without its further four digits, or a postal code of six.
_CODE_OF_PLACE = re.compile(r"\d{5,6}|\d{5}-\d{4}")
#: What stands between a place and its code.
_BETWEEN = " \t,"
_POSSESSIVE = ("'s", "\u2019s", "'S")
#: Ten digits whose check digit is right by chance in one phone number of eleven.
_LIKE_A_PHONE = "UK_NHS"
_SAYS_SO = re.compile(r"\bn\.?\s?h\.?\s?s\b", re.IGNORECASE)


def address_or_number(text: str, span: Span, wanted: Collection[str], threshold: float) -> Span:
    """What the NER found: a number or a code alone is no address."""
    if (
        span.entity_type != _ADDRESS
        or _NUMBER not in wanted
        or not number_sequence.is_code(text[span.start : span.end])
    ):
        return span
    # Whoever knows what it was asked for names it better; but no threshold may lose it that would
    # have kept the address.
    score = min(span.score, max(number_sequence.SCORE_OF_A_GUESS, threshold))
    return Span(span.start, span.end, _NUMBER, score, span.recognizer)


def named_by_others(text: str, spans: Sequence[Span], wanted: Collection[str]) -> list[Span]:
    """Candidates of one text, those renamed of which other candidates tell what they are.

    A number behind a place is its postal code. A word in no dictionary that owns something is a
    person more often than a place or a firm. What is a phone number and could be one of the NHS
    is the former, unless the NHS is spoken of.
    """
    named = list(spans)
    kinds = {span.entity_type for span in spans}
    if _NUMBER in kinds and not kinds.isdisjoint(_PLACES) and _POSTAL_CODE in wanted:
        ends = {span.end for span in spans if span.entity_type in _PLACES}
        named = [
            _renamed(span, _POSTAL_CODE) if _is_code_of_place(text, span, ends) else span
            for span in named
        ]
    if unknown_word.ENTITY_TYPE in kinds and _PERSON in wanted:
        named = [
            _renamed(span, _PERSON)
            if span.entity_type == unknown_word.ENTITY_TYPE
            and text.endswith(_POSSESSIVE, span.start, span.end)
            else span
            for span in named
        ]
    if kinds.issuperset((_LIKE_A_PHONE, _PHONE)) and not _SAYS_SO.search(text):
        phones = {(span.start, span.end) for span in spans if span.entity_type == _PHONE}
        named = [
            _renamed(span, _PHONE)
            if span.entity_type == _LIKE_A_PHONE and (span.start, span.end) in phones
            else span
            for span in named
        ]
    return named


def _is_code_of_place(text: str, span: Span, ends_of_places: Collection[int]) -> bool:
    if span.entity_type != _NUMBER or not _CODE_OF_PLACE.fullmatch(text, span.start, span.end):
        return False
    before = span.start
    while before and text[before - 1] in _BETWEEN:
        before -= 1
    return before in ends_of_places


def _renamed(span: Span, entity_type: str) -> Span:
    return Span(span.start, span.end, entity_type, span.score, span.recognizer)
