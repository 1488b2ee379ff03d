"""Values found once are found wherever the transcript says them again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.records.transcript import Span
from clearshard.redaction.propagate import RECOGNIZER
from clearshard.redaction.propagate import propagate as propagated
from clearshard.redaction.step_kinds import Seen

from ..effort import MOST_GROWTH, growth


def _span(text: str, value: str, entity_type: str = "PHONE_NUMBER") -> Span:
    start = text.index(value)
    return Span(start, start + len(value), entity_type, 0.7, "Test")


def propagate(
    text: str, spans: list[Span], possible: list[tuple[int, int]] | None = None
) -> list[Span]:
    return [*propagated(Seen(text, (), (), possible), spans)]


def _found(text: str, spans: list[Span]) -> set[str]:
    return {text[s.start : s.end] for s in propagate(text, spans)}


@pytest.mark.parametrize(
    "again", ["212-555-0187", "212 555 0187", "2125550187", "212,\n555. 0187", "(212) 555/0187"]
)
def test_a_number_is_found_again_however_it_is_written(again: str) -> None:
    text = f"it is 2125550187 you said {again} right"
    spans = propagate(text, [_span(text, "2125550187")])
    shown = "".join(c for c in text[spans[-1].start : spans[-1].end] if c.isdecimal())
    assert shown == "2125550187"
    assert {span.recognizer for span in spans} == {RECOGNIZER}
    assert {span.entity_type for span in spans} == {"PHONE_NUMBER"}


def test_case_and_letters_that_grow_in_lowercase_do_not_matter() -> None:
    text = "write to STRASSE-77-X, that is straße 77 x"
    assert "straße 77 x" in _found(text, [_span(text, "STRASSE-77-X", "EMAIL_ADDRESS")])


@pytest.mark.parametrize("entity_type", ["LOCATION", "DATE_TIME", "NRP"])
def test_names_of_places_and_days_are_not_looked_for_again(entity_type: str) -> None:
    text = "hopefield hopefield"
    assert propagate(text, [_span(text, "hopefield", entity_type)]) == []


def test_a_name_is_found_as_a_word_and_not_within_one() -> None:
    text = "aroha said arohanui to AROHA and koaroha, aroha's"
    spans = propagate(text, [_span(text, "aroha", "PERSON")])
    assert [s.start for s in spans] == [0, 23, 42]
    # "İ" becomes two letters when case is folded.
    longer = "İzmir: " + text
    spans = propagate(longer, [_span(longer, "aroha", "PERSON")])
    assert [s.start - 7 for s in spans] == [0, 23, 42]


def test_short_values_are_not_looked_for_again() -> None:
    text = "code 123456 and 123456"
    assert propagate(text, [_span(text, "123456")]) == []


@given(
    value=st.text(st.sampled_from("0123456789abcß"), min_size=7, max_size=12),
    gaps=st.lists(st.sampled_from(["", " ", "-", ".\n"]), min_size=12, max_size=12),
)
def test_every_mention_is_covered(value: str, gaps: list[str]) -> None:
    spread = "".join(a + b for a, b in zip(value, gaps, strict=False)).strip(" -.\n")
    text = f"say {value} | and {spread} |"
    spans = propagate(text, [_span(text, value)])
    place = text.index(spread, len(value) + 6)
    left = set(range(place, place + len(spread))) - {
        i for span in spans for i in range(span.start, span.end)
    }
    assert not [text[i] for i in left if text[i].isalnum()]


def test_names_are_looked_for_again_as_a_whole_and_word_by_word() -> None:
    text = "this is Jennifer Lopez calling okay jennifer lopez thank you jennifer"
    assert _found(text, [_span(text, "Jennifer Lopez", "PERSON")]) == {
        "Jennifer Lopez",
        "jennifer lopez",
        "Jennifer",
        "Lopez",
        "jennifer",
        "lopez",
    }


@pytest.mark.parametrize(("value", "entity_type"), [("Hope", "PERSON"), ("a turtle", "PASSWORD")])
def test_ordinary_words_count_where_they_are_possible(value: str, entity_type: str) -> None:
    text = f"it is {value} i said {value} is slow and {value} is it"
    first, second, third = (m.span() for m in re.finditer(value, text))
    span = Span(*first, entity_type, 0.7, "Test")
    assert [(s.start, s.end) for s in propagate(text, [span], [first])] in ([first], [])
    found = {(s.start, s.end) for s in propagate(text, [span], [first, (third[0] + 2, third[1])])}
    assert third in found
    assert second not in found
    # Where nobody tells, all of them count.
    assert {second, third} <= {(s.start, s.end) for s in propagate(text, [span])}


def test_what_is_no_ordinary_word_or_a_number_counts_wherever_it_is_said() -> None:
    for value, kind in (("Jurvetson", "PERSON"), ("one two three four five six", "CODE")):
        text = f"it is {value} and {value}"
        assert len({s.start for s in propagate(text, [_span(text, value, kind)], [])}) == 2


@pytest.mark.parametrize(
    ("value", "text", "again"),
    [
        ("sophistic", "sophistic\nit is sophisticated", []),
        ("competi", "competi\nmore competition now", []),
        ("billings", "billings\nnew billing slightly up", []),
        # In a word that nobody knows, a number or a code; `whole_words` adds the rest of it.
        ("zorvanex", "zorvanex\nthe zorvanexes came", ["zorvanex"]),
        ("kd84201", "kd84201\nit is xkd84201y", ["kd84201"]),
        # What is spelled ends before the word beside it.
        ("zorvanexa", "zorvanexa\nhello r v a z o r v a n e x a now", ["z o r v a n e x a"]),
        ("lowardenz", "lowardenz\nhello w a r d en z now", ["w a r d en z"]),
    ],
)
def test_a_value_is_said_again_in_whole_words(value: str, text: str, again: list[str]) -> None:
    found = propagate(text, [Span(0, len(value), "UNKNOWN_WORD", 0.5, "x")])
    assert [text[s.start : s.end].strip() for s in found if s.start] == again


def test_a_word_that_is_a_value_many_times_is_looked_at_once() -> None:
    def work(times: int) -> None:
        text = f"it is Wordword and {'Wordword' * times}"
        propagate(text, [_span(text, "Wordword", "CODE")])

    assert growth(work, 60) <= MOST_GROWTH


def test_what_nobody_says_again_is_not_looked_for() -> None:
    for letters, times in ((1_000, 2), (1_001, 0)):
        value = "".join(str(n) for n in range(1_000))[:letters]
        found = propagate(f"{value} {value}", [Span(0, letters, "CODE", 0.7, "Test")])
        assert len(found) == times
