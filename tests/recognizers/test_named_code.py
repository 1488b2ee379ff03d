"""Numbers and codes behind the words that name them."""

import pytest

from clearshard.recognizers.named_code import find_named_codes


def found(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.entity_type) for f in find_named_codes(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my pin is four two seven nine okay", [("four two seven nine", "PASSWORD")]),
        ("zip code 68901\ni am moving", [("68901", "POSTAL_CODE")]),
        ("zip code is 6 8 9 0 1\ni am moving", [("6 8 9 0 1", "POSTAL_CODE")]),
        ("order number a b 4 5 c thanks", [("a b 4 5 c", "ACCOUNT_NUMBER")]),
        ("confirmation number is q r z 210", [("q r z 210", "ACCOUNT_NUMBER")]),
        ("confirmation number is qrz 210", [("qrz 210", "ACCOUNT_NUMBER")]),
        ("booking number kq 58 ew yes", [("kq 58 ew", "ACCOUNT_NUMBER")]),
        ("booking number kq 58 e\nok", [("kq 58 e", "ACCOUNT_NUMBER")]),
        ("booking number kq 58 ew\nok yep", [("kq 58 ew", "ACCOUNT_NUMBER")]),
        ("account number 58 24 ssn", [("58 24", "ACCOUNT_NUMBER")]),
        ("booking number 67 yu 9 i\nok", [("67 yu 9 i", "ACCOUNT_NUMBER")]),
        ("the last four of my account are 7 2 4 5", [("7 2 4 5", "ACCOUNT_NUMBER")]),
        ("last 4 is 8579 and", [("8579", "ACCOUNT_NUMBER")]),
        ("this is jo account 5213", [("5213", "ACCOUNT_NUMBER")]),
        ("card number ending in 4 4 1", [("4 4 1", "CREDIT_CARD")]),
        ("zip code did you say seven oh one one four", [("seven oh one one four", "POSTAL_CODE")]),
        ("security code, uh, 9 1 1", [("9 1 1", "CREDIT_CARD_CVV")]),
        ("it has expiration date 02 28", [("02 28", "CREDIT_CARD_EXPIRATION")]),
        ("social security number\nthree two one uh four", [("three two one uh four", "US_SSN")]),
    ],
)
def test_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the account number of my wife",
        "pin two",
        "number one reason",
        "the order number for 200 people",
        "my account has 250 dollars",
        "the last four weeks are 28 days",
        "my phone is broken",
        "the order number is a bit long",
        "the order number is four to six digits",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("my order number is 40719 and a friend paid", "40719"),
        ("my account number is 40719 then i was cut off", "40719"),
        ("my order number is 40719 um i think", "40719"),
        ("my pin is 4821 got it", "4821"),
        ("my claim number is 40719 sir", "40719"),
        ("the order number is 40719 too bad", "40719"),
        ("the order number is 40719 and bob paid", "40719"),
        ("zip code is nine four one three two\ngot it", "nine four one three two"),
        # Digits that were heard as words.
        ("my pin is four to seven one", "four to seven one"),
        ("my pin is four seven one two for you", "four seven one two"),
        # Of the code.
        ("booking number is rt 58 and kl", "rt 58"),
        ("booking number is rt 58 and 7 kl", "rt 58 and 7 kl"),
        ("booking number is 58 um 7 a", "58 um 7 a"),
        ("booking number is got 58 and a 3", "got 58 and a 3"),
        ("booking number is 58 dash 7 ew yes", "58 dash 7 ew"),
    ],
)
def test_a_code_ends_before_the_words_behind_it(text: str, code: str) -> None:
    assert [one for one, _ in found(text)] == [code]
