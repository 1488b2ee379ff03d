"""Numbers of driver's licences, which are longer than a letter and a digit."""

import pytest
from presidio_analyzer.predefined_recognizers import UsLicenseRecognizer

from clearshard.recognizers.fail_closed import fail_closed
from clearshard.recognizers.gate import gate_of
from clearshard.recognizers.license import LicenseRecognizer


def found(text: str) -> dict[str, float]:
    recognizer = fail_closed(LicenseRecognizer(), 3.0)
    results = recognizer.analyze(text, recognizer.supported_entities)
    return {text[r.start : r.end]: r.score for r in results or ()}


@pytest.mark.parametrize(
    "text",
    [
        "the o2 level is fine",
        "size a4 paper and a d2 battery",
        "N1 of the study",
        "in Q4, 2020",
        "take the m25 then the a303",
        "flight mh37",
        "he plays e4",
    ],
)
def test_what_is_too_short_is_none(text: str) -> None:
    assert found(text) == {}


@pytest.mark.parametrize(
    "number",
    ["d12345", "D1234567", "ab123456", "h12345678", "12abc34567", "w123456789012", "1234567a"],
)
def test_what_is_long_enough_is_found_by_itself(number: str) -> None:
    assert found(f"it is {number} yes")[number] == 0.3


def test_what_is_in_between_is_found_near_its_words() -> None:
    assert found("it is d1234 yes") == {"d1234": 0.01}
    assert "license" in LicenseRecognizer().context


def test_its_gate_is_as_narrow_as_that_of_stock() -> None:
    assert gate_of(LicenseRecognizer()) == gate_of(UsLicenseRecognizer())
