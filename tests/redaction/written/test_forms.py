"""What was said, as it would be written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.recognizers.number_words import KINDS
from clearshard.redaction.written.forms import written_forms
from clearshard.redaction.written.runs import SIGNS

from ...effort import MOST_GROWTH, growth


def written(text: str) -> list[str]:
    return [form.text for form in written_forms(text)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # Digit by digit, repeats and pauses.
        ("it is four one five, five five five, oh one nine nine ok", "it is 4155550199 ok"),
        ("double seven triple oh nine", "770009"),
        ("Double FIVE Twenty", "5520"),
        ("four uh one um and five", "415"),
        ("4 1 5 five", "4155"),
        ("call 415-555-0199 or 4 1 5", "call 415-555-0199 or 415"),
        ("one two three-four five-six seven eight nine", "123-45-6789"),
        # Cardinals, hundreds and teens in pairs.
        ("twenty one", "21"),
        ("forty-two years old", "42 years old"),
        ("nineteen eighty four", "1984"),
        ("twenty oh five", "2005"),
        ("nineteen forty four fifty five", "194455"),
        ("eight hundred five", "805"),
        ("four hundred and twenty one", "421"),
        ("one eight hundred five five five oh one nine nine", "18005550199"),
        ("nineteen hundred forty two", "1942"),
        ("two thousand and five", "2005"),
        ("two thousand twelve", "2012"),
        ("twelve thousand three hundred forty five dollars", "12345 dollars"),
        ("fourty fifteen", "4015"),
        ("twenty 5", "25"),
        ("eight hundred five hundred", "800500"),
        # Ordinals and dates.
        ("twenty first of may", "21st of may"),
        ("may third", "may 3rd"),
        ("may twenty twelfth", "may 20 12th"),
        ("june the eleventh and twelfth", "june the 11th 12th"),
        ("may twenty first nineteen eighty four", "may 21st 1984"),
        ("may twenty nineteen eighty", "may 20 1980"),
        ("at thirteen seventy pm", "at 1370 pm"),
        ("at five seventy pm", "at 570 pm"),
        # Signs.
        ("one nine two dot one six eight dot one dot ten", "192.168.1.10"),
        ("four slash twelve slash eighty", "4/12/80"),
        ("one two three dash four five dash six seven eight nine", "123-45-6789"),
        ("plus one four one five five five five", "+1415555"),
        ("three point five", "3.5"),
        ("a b space one two", "ab 12"),
        # Letters.
        ("b as in boy a as in alpha four two", "ba42"),
        ("november 1 2 8 alpha zulu", "n128az"),
        ("B C D one", "BCD1"),
        ("j o h n", "john"),
        ("double u a double l", "wall"),
        ("s a m", "sam"),
        ("b o four", "b04"),
        ("b o as in orange four", "bo4"),
        ("b for monday c", "b for monday c"),
        # Repairs.
        ("four one five no four one six", "415 416"),
        ("four one sorry four two", "41 42"),
        # Over lines, listening and reading back.
        ("four one five\nfive five", "41555"),
        ("four one five\nuh huh\nfive five", "41555"),
        ("four one five\nfour one five\nfive five\nmm hmm\noh one", "4155501"),
        ("four one five\ni see.\nfive five", "41555"),
        ("four one five\ni see five orders", "415"),
        ("m i z r a h\ni wrote", "mizrah"),
        ("four one five\nokay and your zip\nfive five", None),
        (f"forty{' ...........' * 2} uh{' ...........' * 2} uh{' ....' * 3} fifty", None),
    ],
)
def test_said_and_written(said: str, expected: str | None) -> None:
    if expected == "b for monday c":
        assert written(said) == []
    elif expected is None:
        assert not [form for form in written(said) if "41555" in form or "4050" in form]
    else:
        assert expected in written(said)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello there",
        "my number is 415-555-0199",
        "i have a dog and one cat",
        "oh i am fine",
        "mike is here",
        "five",
        "i'm a b'c",
        "jo.smith@example.com or www.example.com",
        "on 12/04/1980 at 4:30 pm",
        "pay it on the dot",
        "it is 25, 30 or 35",
    ],
)
def test_what_is_written_already_has_no_written_form(text: str) -> None:
    assert written(text) == []


def test_surroundings_are_whole_words_of_the_same_line() -> None:
    words = "lorem ipsum " * 20
    (form,) = written(f"some line\n{words}twenty two {words}\nlast line")
    assert "22" in form
    assert form.startswith(("lorem", "ipsum"))
    assert form.rstrip().endswith(("lorem", "ipsum"))
    assert 100 < len(form) < 180


def test_values_near_each_other_are_in_one_form() -> None:
    assert written("at twenty two main street, zip nine oh two one oh") == [
        "at 22 main street, zip 90210"
    ]


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        # What is read back in other words, and what somebody else said before.
        ("the badge is q x four double seven\nq x four seven seven", "qx477"),
        ("what is the badge of employee two\nq x four seven seven", "qx477"),
        ("is it four seven seven\nq x four seven seven", "qx477"),
        ("for employee two, q x four seven seven", "for employee two, qx477"),
        ("at four. five five one two", "at four. 5512"),
    ],
)
def test_each_phrase_is_written_by_itself_too(text: str, alone: str) -> None:
    joined, *phrases = written(text)
    assert joined != alone
    assert alone in phrases


def test_of_one_phrase_there_is_one_form() -> None:
    assert len(written("four one five five five")) == 1


VOCABULARY = [
    *sorted(KINDS | SIGNS),
    *"a b i 4 77 415 uh um no sorry at com example jo O'Neil may , . - / @ as in boy é İ".split(),  # noqa: SIM905 - read better as words
    "p m",
    "\n",
    "\nmm hmm\n",
]


def cuts_a_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1 : place + 1].isalnum()


@given(st.lists(st.sampled_from(VOCABULARY), max_size=25).map(" ".join))
def test_mapping_never_moves_a_boundary_into_or_out_of_a_value(text: str) -> None:
    for form in written_forms(text):
        for start in range(len(form.text)):
            for end in range(start + 1, min(start + 12, len(form.text)) + 1):
                said_start, said_end = form.original(start, end)
                # Whole words of the one are whole words of the other.
                assert not cuts_a_word(text, said_start) or cuts_a_word(form.text, start)
                assert not cuts_a_word(text, said_end) or cuts_a_word(form.text, end)
                again = form.written(said_start, said_end)
                assert again[0] <= start < end <= again[1]
                assert form.original(*again) == (said_start, said_end)


@given(st.lists(st.sampled_from(VOCABULARY), max_size=25).map(" ".join))
def test_everything_outside_of_numbers_and_spellings_is_copied(text: str) -> None:
    for form in written_forms(text):
        first, last = form.original(0, len(form.text))
        assert text[first:last].count("\n") >= form.text.count("\n")
        assert "O'Neil" not in text[first:last] or "O'Neil" in form.text


HOSTILE = pytest.mark.parametrize(
    "text",
    ["one " * 20000, "a " * 20000, "one\n" * 20000, "twenty two x " * 8000, "one " + " " * 50000,
     "one , " * 20000, "double " * 20000, "hundred " * 20000, "p m " * 20000, "one dot " * 20000,
     "jo dot " * 10000, "one uh um er " * 10000, "b as in " * 10000, "one\nmm hmm\n" * 10000,
     "one two\n" * 10000, "four five xq " * 20000, "at x dot " * 10000,
     "one" + "'" * 50000, "one plus " * 10000],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip


@HOSTILE
def test_hostile_text_is_no_more_work(text: str) -> None:
    assert growth(lambda letters: written_forms(text[:letters]), 1_000) <= MOST_GROWTH


@pytest.mark.soak
@HOSTILE
def test_hostile_text_takes_no_longer(text: str) -> None:
    started = time.process_time()
    written_forms(text)
    assert time.process_time() - started < 3
