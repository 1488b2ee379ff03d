"""What an NER finds that is no personal data by itself."""

from clearshard.recognizers import dates, street_address
from clearshard.recognizers.no_name import is_joint, is_no_place
from clearshard.recognizers.vocabulary import COMMON_PLACES, CONTRACTION, MEDICAL
from clearshard.records.transcript import Span

_PLACE = "LOCATION"
_NAMED = frozenset(("PERSON", _PLACE))


def personal_part(text: str, span: Span) -> Span | None:
    """What an NER has read, or None.

    Times are no addresses; of dates only those that could be a birthday are personal data. Words of
    medicine and contractions are no names, common nouns no place, and what no name can look like
    is none (`clearshard.recognizers.no_name`).
    """
    return span if _is_personal(text, span) else None


def _is_personal(text: str, span: Span) -> bool:
    said = text[span.start : span.end].lower()
    if span.entity_type == street_address.ENTITY_TYPE:
        return not (dates.is_time(said) or is_joint(said))
    if span.entity_type in _NAMED and (
        MEDICAL.fullmatch(said)
        or CONTRACTION.fullmatch(said)
        or is_no_place(text, span.start, span.end)
    ):
        return False
    if span.entity_type == _PLACE:
        return not COMMON_PLACES.issuperset(said.split())
    if span.entity_type == dates.ENTITY_TYPE:
        return dates.may_be_birthday(text[span.start : span.end])
    return True
