"""What a NER finds that is no personal data by itself."""

from clearshard.recognizers import dates
from clearshard.records.transcript import Span
from clearshard.redaction.scores import TAGGER


def personal_part(text: str, span: Span) -> Span | None:
    """What was read, or None: of a NER's dates only those that could be a birthday are personal.

    The tagger has learned what is.
    """
    if span.recognizer == TAGGER or span.entity_type != dates.ENTITY_TYPE:
        return span
    return span if dates.may_be_birthday(text[span.start : span.end]) else None
