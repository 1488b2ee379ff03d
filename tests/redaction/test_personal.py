"""What a NER reads that is no personal data by itself."""

from clearshard.records.transcript import Span
from clearshard.redaction.personal import personal_part
from clearshard.redaction.scores import TAGGER


def _read(said: str, kind: str, by: str = "SpacyRecognizer") -> Span:
    return Span(0, len(said), kind, 0.85, by)


def test_of_dates_of_a_ner_those_count_that_may_be_birthdays() -> None:
    assert personal_part("next friday", _read("next friday", "DATE_TIME")) is None
    for said, kind in (("may 2nd 1970", "DATE_TIME"), ("9:30 am", "STREET_ADDRESS")):
        assert personal_part(said, _read(said, kind)) == _read(said, kind)


def test_what_the_tagger_takes_for_personal_is() -> None:
    read = _read("next friday", "DATE_TIME", TAGGER)
    assert personal_part("next friday", read) == read
