"""Whole dates in words."""

import pytest

from clearshard.recognizers.whole_date import find_whole_dates


def found(text: str) -> list[str]:
    return [text[f.start : f.end] for f in find_whole_dates(text)]


@pytest.mark.parametrize(
    "date",
    [
        "may the second nineteen eighty one",
        "second of may eighty one",
        "fifth of february eighty one",
        "the ninth of the sixth eighty one",
        "9th of the 6th 1981",
        "9 Jun 81",
        "May 2nd, '81",
        "May 2, 1981",
        "2 May 1981",
        "twenty first of december two thousand four",
        "december thirty first two thousand and four",
        "the thirty first of december twenty oh four",
        "june nine eighty one",
        "Sept. 3rd 2001",
    ],
)
def test_a_day_a_month_and_a_year(date: str) -> None:
    assert found(f"it is {date}, yes") == [date]
    assert found(f"{date}\nfour") == [date]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "on may the second",
        "march 4th at 10",
        "you may nine times out of ten",
        "the second of the third party",
        "in june twenty people came",
        "one second may i ask",
        "it rose 3 may 20.5",
        "first of all",
        "on dec 25 05:50 it rained",
        "may second 5 percent",
        "march 4 20 percent",
        "the first of the second half",
    ],
)
def test_none(text: str) -> None:
    assert found(text) == []
