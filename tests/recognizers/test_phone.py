"""Phone numbers are those of Presidio, without trying every region on every line."""

import re
from typing import Any

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata
from presidio_analyzer.predefined_recognizers import PhoneRecognizer as StockPhone

from pipeline.recognizers.phone import (
    SHORTEST_ABROAD,
    GatedPhoneRecognizer,
    _most_digits,
    _shortest,
)

STOCK, OURS = StockPhone(), GatedPhoneRecognizer()


def test_no_number_from_abroad_is_shorter() -> None:
    """Two digits to dial out, one of a country, and a number of it."""
    regions = [PhoneMetadata.metadata_for_region(r, None) for r in phonenumbers.SUPPORTED_REGIONS]
    networks = [
        PhoneMetadata.metadata_for_nongeo_region(code)
        for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
    ]
    assert len(regions) > 200
    descriptions: list[Any] = [m.general_desc for m in (*regions, *networks) if m is not None]
    shortest = min(length for d in descriptions for length in d.possible_length)
    dialled: list[Any] = [
        PhoneMetadata.metadata_for_region(region, None) for region in STOCK.supported_regions
    ]
    for metadata in filter(None, dialled):
        # Every prefix is two digits at least: no match of the pattern is shorter.
        assert not any(
            re.fullmatch(metadata.international_prefix, str(digit)) for digit in range(10)
        )
    assert shortest + 1 + 2 >= SHORTEST_ABROAD


@pytest.mark.parametrize(
    ("region", "shortest"), [("US", 7), ("DE", 4), ("IL", 7), ("UK", float("inf"))]
)
def test_shortest(region: str, shortest: float) -> None:
    assert _shortest(region) == shortest


@pytest.mark.parametrize(
    ("line", "most"),
    [("", 0), ("in 2019", 4), ("2019 or 12345", 5), ("call 5 ext 12", 6), ("12 / x34", 8)],
)
def test_most_digits(line: str, most: int) -> None:
    assert _most_digits(line) >= most


def test_a_number_with_a_plus_may_be_of_any_region() -> None:
    assert [region for region, *_ in OURS._lines("+43 1234")] == list(STOCK.supported_regions)
    assert [region for region, *_ in OURS._lines("43 1234")] == ["DE"]


PIECES = [
    "5",
    "12",
    "2019",
    "555",
    "0143",
    "212",
    "1691",
    "30",
    "49",
    "972",
    "91",
    "011",
    "00",
    "44",
]
SIGNS = [
    " ",
    "-",
    "/",
    ".",
    "(",
    ")",
    "x",
    "xxx",
    "+",
    " ext ",
    " ext. ",
    "#",
    ", ",
    "\n",
    " and ",
    "a",
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, *SIGNS, *SIGNS]), min_size=1, max_size=14).map("".join))
@example("call 5 ext 1234567 now")
@example("1691 Monument")
@example("+44 20 7946 0958\n(212) 555-0143x12")
@example("00 44 20 7946 0958")
@example("12/ x2125550143")
def test_numbers_are_those_of_presidio(text: str) -> None:
    ours = OURS.analyze(text, ["PHONE_NUMBER"])
    stock = STOCK.analyze(text, ["PHONE_NUMBER"])
    assert {(r.start, r.end, r.score) for r in ours} == {(r.start, r.end, r.score) for r in stock}
