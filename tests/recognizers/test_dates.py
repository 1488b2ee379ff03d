"""Which dates may be somebody's birthday."""

import pytest

from clearshard.recognizers.dates import may_be_birthday


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("the 2nd of November 1970", True),
        ("may fifth nineteen eighty", True),
        ("12/25/1999", True),
        ("may the second nineteen eighty one", True),
        ("one second and twenty five", False),
        ("one one seventy four", True),
        ("friday morning", False),
        ("two hours", False),
        ("march", False),
        ("march 4th", False),
        ("10:30 pm", False),
        ("twenty one years old", False),
        ("2019", False),
        ("one hundred and thirty two", False),
        ("a hundred and five six", False),
        ("nineteen hundred and thirty two", True),
        ("may one hundred and two", True),
        ("3 hours 20 minutes and 5 seconds", False),
        ("next week", False),
    ],
)
def test_whole_dates(said: str, expected: bool) -> None:
    assert may_be_birthday(said) is expected
