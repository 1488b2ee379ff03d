"""Six or more digits, written or spoken, whatever they mean."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.recognizers.number_sequence import (
    ENTITY_TYPE,
    find_number_sequences,
    find_sequences,
    is_code,
    number_sequences,
)

from ..effort import MOST_GROWTH, growth


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in find_sequences(text)]


@pytest.mark.parametrize(
    "said",
    [
        "123456",
        "12 34 56",
        "12 : 34 : 56",
        "4111~1111~1111",
        "nought seven naught seven aught niner",
        "four like one okay five and then five next five oh",
        "six two eight, you know, five five five i mean zero one",
        "6011 got that 11 okay 1",
        "four one five\nokay\nfive five five",
        "415\nyes, okay.\n555",
        "six two eight and the rest is five five five",
        "078|05|1120",
        "4 uhhh 1 ummm 5 hmmm 5 ahh 5 errr 5",
        "415, uh-huh, 555, mm-hmm, 0132",
        "four comma one comma five comma five comma five comma five",
        "four-comma-one-comma-five five five five",
        "415\ngo on\n555\nkeep going\n01",
        "415\nlet me write that down\n555",
        "three fives two sevens four nines",
        "quadruple five oh one",
        "four one and then, and then, and then five five five five",
        "fower wun fife fife niner nil",
        "415\u2044555\u20440123",
        "four: one; five, five = two * six",
        "212) 555-0143",
        "1.2.3.4.5.6",
        "12\n34\n56",
        "two four five\nfour nine six",
        "four one five uh no four one six",
        "double five triple nine 3",
        "twenty one forty two ten",
        "nineteen forty four oh one",
        "one hundred twenty three thousand four five six",
        "O one two three four five",
        "FIVE\u2026 four... three - two, one zero",
        "ab12 34 5678xy",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "one          two three four five six",
    ],
)
def test_sequence(said: str) -> None:
    assert found(f"well {said} yes") == [said]
    assert found(said) == [said]


@pytest.mark.parametrize(
    "said",
    [
        "",
        "12345",
        "one two three four five",
        "twenty one thirty two",
        "one or two or three or four or five or six",
        "123 and so on 456",
        "1 uh uh uh uh uh uh uh 23456",
        "no one and then one and one or one",
        "a hundred thousand",
        "94107\nokay one moment",
        "94107 is right\nyes, one moment",
        "it was 1999 or so like 5",
    ],
)
def test_no_sequence(said: str) -> None:
    assert found(f"well {said} yes") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80 94 107\n10 gb please", "80 94 107"),
        ("80 94 107\nuh ten minutes", "80 94 107"),
        ("80 94 107\n4155550100 gb", "80 94 107\n4155550100"),
        ("80 94 107\n4155550 10 gb", "80 94 107\n4155550 10"),
        ("80 94 107\n10 grams", "80 94 107\n10"),
        ("80 94 107 okay 10 gb please", "80 94 107"),
        ("12 gb\n80 94 107 10 GB", "80 94 107 10"),
    ],
)
def test_what_the_last_turn_measures_is_no_part_of_the_number(text: str, expected: str) -> None:
    assert [text[f.start : f.end] for f in find_number_sequences(text)] == [expected]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("5678", True),
        ("a 4 g 4 f 3", True),
        ("Five oh 12B", True),
        ("94107-1234", True),
        ("12 oak", False),
        ("delhi 12", False),
    ],
)
def test_what_is_a_number_or_a_code_and_nothing_else(said: str, expected: bool) -> None:
    assert is_code(said) is expected


def test_entity_that_is_not_asked_for() -> None:
    recognizer = number_sequences()
    assert recognizer.analyze("123456", ["OTHER"]) == []
    (result,) = recognizer.analyze("it is 123456", [ENTITY_TYPE])
    assert (result.start, result.end) == (6, 12)


WORDS = ["one", "two", "3", "45", "uh", "no", "twenty", "hundred", "x", ".", "-", "6th"]


@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_sequences_are_disjoint_and_begin_and_end_with_a_number(words: list[str]) -> None:
    text = " ".join(words)
    place = 0
    for start, end in find_sequences(text):
        assert place <= start < end <= len(text)
        place = end
        inside = text[start:end].split()
        assert inside[-1] not in {"uh", "no", "x", ".", "-"}
        assert inside[0] not in {"uh", "no", "x", ".", "-"}


@pytest.mark.parametrize("text", ["1 ", "-" * 50 + " uh ", "twenty one "])
def test_long_text_is_linear_work(text: str) -> None:
    recognizer = number_sequences()

    def work(times: int) -> None:
        recognizer.analyze(text * times, recognizer.supported_entities)

    assert growth(work, 1_000) <= MOST_GROWTH


@pytest.mark.soak
def test_long_text_takes_linear_time() -> None:
    recognizer = number_sequences()
    started = time.process_time()
    for text in ("1 " * 300_000 + ("-" * 50 + " uh ") * 50_000, "twenty one " * 200_000):
        recognizer.analyze(text, recognizer.supported_entities)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("[00:00:22] it's 628-555-0147.\n[00:00:26] perfect", ["628-555-0147"]),
        ("[00:12:22.500 --> 00:12:26.100] hello\n(1:02:03) yes", []),
        (
            "[00:00:22] four one five\n[00:00:26] five five five",
            ["four one five\n[00:00:26] five five five"],
        ),
        ("628 [00:26] 555", ["628 [00:26] 555"]),
        # No clock shows these.
        ("[41:55:12]", ["41:55:12"]),
        ("[10:62:12]", ["10:62:12"]),
        ("10:15:30", ["10:15:30"]),
    ],
)
def test_when_a_turn_begins_is_no_part_of_a_number(text: str, numbers: list[str]) -> None:
    assert found(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (
            "call six two eight five five five oh won for seven",
            "six two eight five five five oh won for seven",
        ),
        ("it's eight to six one four four too nine oh", "eight to six one four four too nine oh"),
        ("three to one five for nine ate seven six", "three to one five for nine ate seven six"),
        ("628 555 oh one for seven", "628 555 oh one for seven"),
        # Not between digits that are said one by one, nor where they alone make it long enough.
        ("from 100 to 200", None),
        ("2019 to 2020", None),
        ("two for one or three to five", None),
        ("send a new one to five five five oh one two", "five five five oh one two"),
        ("five five five oh one two for twenty people", "five five five oh one two"),
    ],
)
def test_digits_that_were_heard_as_words(text: str, numbers: str | None) -> None:
    assert found(text) == ([] if numbers is None else [numbers])
