"""What recognizers found, under the name that it deserves.

A name decides what stands in the place of a value and what a report counts; what is removed is the
same under any.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from clearshard.recognizers import number_sequence, street_address, unknown_word
from clearshard.recognizers.vocabulary import PLACE_NOUNS, any_of
from clearshard.records.transcript import Span

_ADDRESS: Final = street_address.ENTITY_TYPE
_NUMBER: Final = number_sequence.ENTITY_TYPE
_UNKNOWN: Final = unknown_word.ENTITY_TYPE
_PLACE: Final = "LOCATION"
_PHONE: Final = "PHONE_NUMBER"
_PERSON: Final = "PERSON"
_PLACES = frozenset((_ADDRESS, _PLACE))
#: A zip code with or without its further four digits, or a postal code of six.
_CODE_OF_PLACE = re.compile(r"\d{5,6}|\d{5}-\d{4}")
#: Both, where they are found as one.
_PLACE_AND_CODE = re.compile(rf"(?P<place>[^\W\d_]+)[ \t,]{{1,4}}(?:{_CODE_OF_PLACE.pattern})")
_STATE = re.compile(street_address.CODES_OF_STATES, re.IGNORECASE)
#: What stands between a place and its code, and between the parts of an address.
_BETWEEN, _BETWEEN_PARTS, _BETWEEN_NAMES = " \t,", " \t,\n", " \t"
_POSSESSIVE = ("'s", "\u2019s", "'S")
_ENDS_A_PLACE = re.compile(rf"\s(?:{any_of(PLACE_NOUNS)})\Z", re.IGNORECASE)
#: Letters before a name that are looked at for one of these.
_LETTERS_BEFORE = 40
#: What a person is said or done to, not a place.
_BEFORE_A_PERSON = re.compile(
    r"\b(?:(?<!\bit )(?<!\bhe )(?<!\bshe )(?<!\bthat )(?<!\bthis )(?<!\bwho )says"
    r"|(?:shout|yell|smil|wav|laugh)(?:s|es|ed|ing)? at"
    r"|(?:assistant|secretary|married|engaged) to"
    r"|(?:named|called|call) (?:him|her)"
    r"|(?:my|his|her|your|our|their) (?:wife|husband|son|daughter|brother|sister|mother|father"
    r"|mom|mum|dad|uncle|aunt|cousin|nephew|niece|friend|boyfriend|girlfriend|partner|boss"
    r"|manager|assistant|colleague|neighbou?r|teacher)"
    r")[ ]\Z",
    re.IGNORECASE,
)
#: What follows whom one turns to.
_BEHIND_WHO_IS_SPOKEN_TO = re.compile(
    r",?[ ](?:can|could|may|would|will) (?:i|you)\b", re.IGNORECASE
)
#: Ten digits whose check digit is right by chance in one phone number of eleven.
_LIKE_A_PHONE: Final = "UK_NHS"
_SAYS_SO = re.compile(r"\bn\.?\s?h\.?\s?s\b", re.IGNORECASE)


def named_by_others(text: str, spans: Sequence[Span]) -> Sequence[Span]:
    """Candidates of one text, those renamed of which the text or others tell what they are.

    A number beside a place is part of its address, one that is a valid phone number is a phone
    number (also if it could be one of the NHS, unless the NHS is spoken of). What ends as places
    do, or stands between the parts of an address, is a place. A word in no dictionary that owns
    something is a person, and so is one beside the name of a person; so are it and what was taken
    for a place behind "says" or "my brother".
    """
    kinds = {span.entity_type for span in spans}
    if kinds.isdisjoint(_NAMERS):
        return spans
    others = _Others.of(text, spans)
    named = []
    for span in spans:
        namer = _NAMERS.get(span.entity_type)
        name = None if namer is None else namer(text, span, others)
        named.append(span if name is None else _renamed(span, name, span.score))
    return named


@dataclass(frozen=True, slots=True)
class _Others:
    """Where the candidates of a text are that tell what others are.

    Attributes:
        ends: Of places and addresses.
        starts: Of parts of addresses.
        phones: Ranges of phone numbers.
        nhs: Whether the NHS is spoken of.
        people: Where people begin, and where they end.
    """

    ends: Collection[int]
    starts: Collection[int]
    phones: Collection[tuple[int, int]]
    nhs: bool
    people: tuple[Collection[int], Collection[int]]

    def are_people(self, start: int, end: int, text: str) -> bool:
        """Whether a person stands right before or behind a word: it is part of the name."""
        starts, ends = self.people
        return _before(text, start, _BETWEEN_NAMES) in ends or (
            _behind(text, end, _BETWEEN_NAMES) in starts
        )

    @classmethod
    def of(cls, text: str, spans: Sequence[Span]) -> "_Others":
        return cls(
            {span.end for span in spans if span.entity_type in _PLACES},
            {span.start for span in spans if span.entity_type in _PLACES},
            {(span.start, span.end) for span in spans if span.entity_type == _PHONE},
            # Once for all: a text of such numbers would be read again for each.
            any(span.entity_type == _LIKE_A_PHONE for span in spans)
            and _SAYS_SO.search(text) is not None,
            (
                {span.start for span in spans if span.entity_type == _PERSON},
                {span.end for span in spans if span.entity_type == _PERSON},
            ),
        )


def _name_of_number(text: str, span: Span, others: _Others) -> str | None:
    if (span.start, span.end) in others.phones:
        return _PHONE
    if _CODE_OF_PLACE.fullmatch(text, span.start, span.end) and (
        _before(text, span.start, _BETWEEN) in others.ends
        or _behind(text, span.end, _BETWEEN) in others.starts
    ):
        return _ADDRESS
    place = _PLACE_AND_CODE.fullmatch(text, span.start, span.end)
    if place and (place.end("place") in others.ends or _STATE.fullmatch(place["place"])):
        return _ADDRESS
    return None


def _name_of_person(text: str, span: Span, others: _Others) -> str | None:
    return _PLACE if _stands_as_a_place(text, span, others) else None


def _name_of_place(text: str, span: Span, others: _Others) -> str | None:
    # Else the two would take turns.
    if _is_behind_a_cue(text, span) and not _stands_as_a_place(text, span, others):
        return _PERSON
    return None


def _stands_as_a_place(text: str, span: Span, others: _Others) -> bool:
    """Whether it ends as the name of a place does, or stands between the parts of an address."""
    return _ENDS_A_PLACE.search(text, span.start, span.end) is not None or (
        _before(text, span.start, _BETWEEN_PARTS) in others.ends
        and _behind(text, span.end, _BETWEEN_PARTS) in others.starts
    )


def _name_of_unknown_word(text: str, span: Span, others: _Others) -> str | None:
    if text.endswith(_POSSESSIVE, span.start, span.end) or _is_behind_a_cue(text, span):
        return _PERSON
    if others.are_people(span.start, span.end, text):
        return _PERSON
    begins_a_turn = text[span.start - 1 : span.start] in ("", "\n")
    if begins_a_turn and _BEHIND_WHO_IS_SPOKEN_TO.match(text, span.end):
        return _PERSON
    return None


def _name_of_nhs_number(text: str, span: Span, others: _Others) -> str | None:
    if (span.start, span.end) in others.phones and not others.nhs:
        return _PHONE
    return None


_NAMERS: Mapping[str, Callable[[str, Span, _Others], str | None]] = {
    _NUMBER: _name_of_number,
    _PERSON: _name_of_person,
    _PLACE: _name_of_place,
    _UNKNOWN: _name_of_unknown_word,
    _LIKE_A_PHONE: _name_of_nhs_number,
}


def _is_behind_a_cue(text: str, span: Span) -> bool:
    start = max(0, span.start - _LETTERS_BEFORE)
    return _BEFORE_A_PERSON.search(text, start, span.start) is not None


def _before(text: str, place: int, between: str) -> int:
    """Where what stands before a place ends, but for what stands between."""
    while place and text[place - 1] in between:
        place -= 1
    return place


def _behind(text: str, place: int, between: str) -> int:
    """Where what stands behind a place begins, but for what stands between."""
    while place < len(text) and text[place] in between:
        place += 1
    return place


def _renamed(span: Span, entity_type: str, score: float) -> Span:
    """Under another name, and no surer: whoever knows what it was asked for names it better."""
    return Span(span.start, span.end, entity_type, min(span.score, score), span.recognizer)
