"""What is spelled out letter by letter."""

import pytest

from clearshard.recognizers.spelled import find_spelled_values


def found(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.entity_type) for f in find_spelled_values(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it is s m y t h e yes", [("s m y t h e", "PERSON")]),
        ("b as in bravo 3 j 0", [("b as in bravo 3 j 0", "NUMBER_SEQUENCE")]),
        (
            "sierra one eight five papa zulu",
            [("sierra one eight five papa zulu", "NUMBER_SEQUENCE")],
        ),
        ("that's J-O-H-N okay", [("J-O-H-N", "PERSON")]),
        ("A F Z P K 7190 K", [("A F Z P K 7190 K", "NUMBER_SEQUENCE")]),
        ("my mrn is m r 44710 ok", [("m r 44710", "NUMBER_SEQUENCE")]),
        (
            "B as in boy, K as in kite, 70441",
            [("B as in boy, K as in kite, 70441", "NUMBER_SEQUENCE")],
        ),
        ("2019 s m y t h", [("s m y t h", "PERSON")]),
        ("4 p m x 2 1", [("4 p m x 2 1", "NUMBER_SEQUENCE")]),
        ("it is s a m", [("s a m", "PERSON")]),
        (
            "b for bravo nought four six zed",
            [("b for bravo nought four six zed", "NUMBER_SEQUENCE")],
        ),
        ("it's zed o next e and then y", [("zed o next e and then y", "PERSON")]),
        ("j for juliet, o, and e", [("j for juliet, o, and e", "PERSON")]),
        ("it is S.M.I.T.H. yes", [("S.M.I.T.H", "PERSON")]),
        ("it is s/m/i/t/h yes", [("s/m/i/t/h", "PERSON")]),
        ("it is s,m,i,t,h yes", [("s,m,i,t,h", "PERSON")]),
        ("s... m... i... t... h...", [("s... m... i... t... h", "PERSON")]),
        ("s / m / i / t / h", [("s / m / i / t / h", "PERSON")]),
        ("s m i uhhh t ummm h", [("s m i uhhh t ummm h", "PERSON")]),
        ("s capital m small i t", [("s capital m small i t", "PERSON")]),
        ("the letter s the letter m letter i", [("s the letter m letter i", "PERSON")]),
        ("S. as in Sam. M, as in 'May'. I", [("S. as in Sam. M, as in 'May'. I", "PERSON")]),
        ("B-as-in-boy O-as-in-oh D", [("B-as-in-boy O-as-in-oh D", "PERSON")]),
    ],
)
def test_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the a t m is here",
        "b.i.d and u.s.a. or p.r.n.",
        "i.e. this, e.g. that",
        "u s a",
        "i a b",
        "plan a or b or c",
        "don't i see a b",
        "one two three four",
        "from nine thirty a m a m to five p m",
        "at nine thirty a m 2024 people",
        "in the u s 2020 election",
        "e g 2019 and plan b 2024",
        "between a 1200 and b 1300",
        "7190 k b or at 1500 b c 2000",
        "5                                  ",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert found(text) == []


def test_a_spelling_ends_with_its_line() -> None:
    assert found("it is t i e n\nlike the others") == [("t i e n", "PERSON")]
    assert found("it is t i e n as\nin the others") == [("t i e n", "PERSON")]
