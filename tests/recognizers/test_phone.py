"""Phone numbers are those of Presidio, without trying every region on every line."""

import re
from typing import Any

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata
from presidio_analyzer.predefined_recognizers import PhoneRecognizer as StockPhone

from clearshard.recognizers import phone
from clearshard.recognizers.phone import SHORTEST_ABROAD, GatedPhoneRecognizer, _shortest

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


def read_by_regions(monkeypatch: pytest.MonkeyPatch, line: str) -> list[str]:
    """The regions that the library was asked for."""
    asked: list[str] = []

    class Asked(phone._Matcher):
        def __init__(self, text: str, region: str, **options: Any) -> None:
            asked.append(region)
            super().__init__(text, region, **options)

    monkeypatch.setattr(phone, "_Matcher", Asked)
    OURS.analyze(line, ["PHONE_NUMBER"])
    return asked


@pytest.mark.parametrize(
    ("line", "regions"),
    [
        ("", []),
        ("in 201", []),
        ("in 2019", ["DE"]),
        ("+43 1234", list(STOCK.supported_regions)),
        ("call 2125550 now", ["US", "DE", "IL", "IN", "CA", "BR"]),
        ("12 / x34", list(STOCK.supported_regions)),
    ],
)
def test_regions_whose_numbers_are_longer_are_not_tried(
    monkeypatch: pytest.MonkeyPatch, line: str, regions: list[str]
) -> None:
    assert read_by_regions(monkeypatch, line) == regions


@pytest.mark.parametrize(
    ("line", "is_enough"),
    [
        ("call (212) 555-0143 now", True),
        ("call 212 555 0143 or 5", True),
        ("call 212 555 0143 in 2019", False),
        ("call 212 555 0143 x 12", True),
    ],
)
def test_a_number_that_was_found_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch, line: str, is_enough: bool
) -> None:
    assert (len(read_by_regions(monkeypatch, line)) == 1) is is_enough


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
