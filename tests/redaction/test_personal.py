"""What an NER reads that is no personal data by itself."""

import msgspec
import pytest

from clearshard.records.transcript import Span
from clearshard.redaction.personal import personal_part


def _read(said: str, kind: str) -> Span:
    return Span(0, len(said), kind, 0.85, "x")


def test_only_places_with_a_name_are_personal() -> None:
    text = "the bus station"
    common, named = Span(0, 15, "LOCATION", 0.8, "x"), Span(4, 15, "LOCATION", 0.8, "x")
    assert personal_part(text, common) is None
    assert personal_part(text, named) is None
    assert personal_part("the ash station", named) == named
    other = msgspec.structs.replace(named, entity_type="NRP")
    assert personal_part(text, other) == other


@pytest.mark.parametrize(
    ("said", "is_personal"),
    [
        ("gastroenteritis", False),
        ("Stomach", False),
        ("doesn ' t", False),
        ("n't", False),
        ("I ' d", False),
        ("euphemia", True),
        ("ganapathy", True),
        ("politis", True),
        ("theodosis", True),
        ("gastroenteritis ward", True),
        ("jo's", True),
        ("she", True),
        ("osis", True),
    ],
)
def test_words_of_medicine_and_contractions_are_no_names(said: str, is_personal: bool) -> None:
    for kind in ("PERSON", "LOCATION"):
        assert (personal_part(said, _read(said, kind)) is not None) == is_personal
    assert personal_part(said, _read(said, "NRP")) is not None


def test_times_are_no_addresses_and_of_dates_those_count_that_may_be_birthdays() -> None:
    assert personal_part("9:30 am", _read("9:30 am", "STREET_ADDRESS")) is None
    assert personal_part("9 main street", _read("9 main street", "STREET_ADDRESS")) is not None
    assert personal_part("next friday", _read("next friday", "DATE_TIME")) is None
    assert personal_part("may 2nd 1970", _read("may 2nd 1970", "DATE_TIME")) is not None
