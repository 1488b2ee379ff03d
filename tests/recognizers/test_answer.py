"""A turn asks for a datum; the next turns are that datum."""

import pytest

from clearshard.recognizers.answer import answers, find_answers
from clearshard.recognizers.number_sequence import number_sequences


def found(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.entity_type) for f in find_answers(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "what is your date of birth\nO2 11\nsorry could you repeat that\n2nd november 1970",
            [("O2 11", "DATE_OF_BIRTH"), ("2nd november 1970", "DATE_OF_BIRTH")],
        ),
        ("and your birthday\nthe second of may", [("second of may", "DATE_OF_BIRTH")]),
        ("what is your date of birth\none second please\nmay 3rd", [("may 3rd", "DATE_OF_BIRTH")]),
        ("may i have your name please\nsure it's aroha ngata", [("aroha ngata", "PERSON")]),
        ("and your postcode\nB 3 j 0 z w", [("B 3 j 0 z w", "POSTAL_CODE")]),
        (
            "what's your address?\nyes that's twelve elm road",
            [("twelve elm road", "STREET_ADDRESS")],
        ),
        ("can you spell that for me\nn g a t a", [("n g a t a", "PERSON")]),
        (
            "What's the email on the account?\nclem at that big one dot com, thanks",
            [("clem at that big one dot com", "EMAIL_ADDRESS")],
        ),
        ("and which city are you in\nlyon\nokay\nlyon", [("lyon", "LOCATION")]),
        (
            "your name and your phone number?\nfive five five oh one",
            [("five five five oh one", "PHONE_NUMBER")],
        ),
        (
            "what's their phone number?\nIt has a garden, and you can call them at 212-555-0143",
            [("212-555-0143", "PHONE_NUMBER")],
        ),
        ("your phone number?\n212 555 0143 is the number", [("212 555 0143", "PHONE_NUMBER")]),
        ("the address?\nThe shop is on 5 main street", [("5 main street", "STREET_ADDRESS")]),
        (
            "the address?\nthe old mill at the pond, 5 main street",
            [("old mill at the pond, 5 main street", "STREET_ADDRESS")],
        ),
        (
            "the address?\n5 main street, the door is 7",
            [("5 main street, the door is 7", "STREET_ADDRESS")],
        ),
        (
            "their phone number?\nyou may reach all of us there: 212-555-0143 and on any day",
            [("212-555-0143", "PHONE_NUMBER")],
        ),
        ("the phone number?\nwon too to 2 5 5 for", [("won too to 2 5 5 for", "PHONE_NUMBER")]),
        # Money is no part of a number, and neither are the sentences around the one that has it.
        (
            "their phone number?\nIt costs $80 a day, and you can call them at 212-555-0143",
            [("212-555-0143", "PHONE_NUMBER")],
        ),
        (
            "the phone number?\n212-555-0143. They take 40 euros for it.",
            [("212-555-0143", "PHONE_NUMBER")],
        ),
        (
            "the address?\nA ticket is 12 dollars. The address is 5 main street",
            [("5 main street", "STREET_ADDRESS")],
        ),
        (
            "the address?\nI have done that. They are in a side street at 5 Main St. Apt 4",
            [("They are in a side street at 5 Main St. Apt 4", "STREET_ADDRESS")],
        ),
        (
            "the account number?\n44 1. Is that enough? 7 2 9",
            [("44 1. Is that enough? 7 2 9", "ACCOUNT_NUMBER")],
        ),
        ("what is the company name\nthe company is sea gull", [("sea gull", "PERSON")]),
        ("the name please?\nthe car is called sea gull", [("sea gull", "PERSON")]),
        ("whose name?\nrachel is the one", [("rachel", "PERSON")]),
        (
            "the name?\nkim is the lady jo",
            [("the lady jo", "PERSON")],
        ),
        ("whose name?\nrachel is", [("rachel is", "PERSON")]),
        ("whose name?\nthe one is rachel", [("rachel", "PERSON")]),
        ("what is the name?\nplease provide your website", []),
        (
            "the email?\njo at home at example dot com",
            [("jo at home at example dot com", "EMAIL_ADDRESS")],
        ),
    ],
)
def test_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "what is your name\ni lost my credit card",
        "",
        "what is your phone number\ni don't have one",
        "what is your phone number\nit is fine",
        "what is your phone number\ngreen door",
        "you'll get an email shortly\nthanks",
        "what is your name",
        "the name was changed on tuesday by us\nokay bob",
        "what is your name\nyes",
        "what time is it\nnoon",
        "what's your phone number?\nthe one that i am calling with",
        "what's your phone number?\nit costs 80 dollars",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert found(text) == []


def test_a_question_is_remembered_for_so_long() -> None:
    assert found("what is your name\nyes\nokay\nmaria") == []
    assert found("what is your name\nsorry could you repeat\nmaria") == [("maria", "PERSON")]


def test_a_long_turn_is_no_answer() -> None:
    assert (
        found("what is your name\nmy brother used that one at home last summer again and so on")
        == []
    )


def test_an_answer_names_a_number_that_is_nothing_but_a_number_otherwise() -> None:
    text = "what is your date of birth\n2701 1988"
    (answer,) = answers().analyze(text, ["DATE_OF_BIRTH"])
    (number,) = number_sequences().analyze(text, ["NUMBER_SEQUENCE"])
    assert (answer.start, answer.end) == (number.start, number.end)
    assert answer.score > number.score


@pytest.mark.parametrize(
    "text",
    [
        "may i have your name please\nthe usual one",
        "what is your password\ncan i reset it online",
        "may i have your email address\nis this for the newsletter",
        "what is your account number\nthe one at the top",
        "what is your policy number\nThe one with two letters?",
    ],
)
def test_a_turn_that_asks_back_is_no_answer(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("what is your account number\nis it four oh seven one", "four oh seven one"),
        ("what is your account number\nthe one ending in 4 4 7 1", "4 4 7 1"),
        ("may i have your name please\nwill jones?", "jones"),
        ("what is your name\nwhich one\nthe new one\n", None),
    ],
)
def test_what_begins_so_may_be_one(text: str, answer: str | None) -> None:
    answers_ = [one for one, _ in found(text)]
    assert answers_ == [] if answer is None else answer in answers_[0]
