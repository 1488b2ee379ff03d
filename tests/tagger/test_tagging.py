"""A text is read as it would be alone, however long it is and whatever it is read with."""

import dataclasses
import itertools
import random
import time

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.tagger import tagging as module
from clearshard.tagger.tagging import Conversation, Tagged, Tagger, found_on_request
from clearshard.tagger.tokens import tokens_of
from clearshard.tagger.vectors import Vectors

from .making import CLASSES, model

#: Above which the weights of these tests take a token for something about one time in six.
LEAST = 100_000
WORDS = [
    "mark",
    "called",
    "from",
    "paris\nat",
    "7",
    "7",
    "3",
    "yes",
    "o'brien",
    "said",
    ",",
    "um\n",
    "thirty-two",
]


def text(seed: int, words: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


def tagger(profile: str = "strict") -> Tagger:
    return Tagger(model(), profile)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 40)), max_size=5))
def test_together_as_alone(drawn: list[tuple[int, int]]) -> None:
    texts = [text(*one) for one in drawn]
    assert tagger().read(texts) == [tagger().read([one])[0] for one in texts]


def test_in_stretches_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    long = text(3, 700)
    (whole,) = tagger().read([long])
    assert len({part.label for part in whole.parts}) > 1
    for together in (1, 10, 64, 333):
        monkeypatch.setattr(module, "_TOGETHER", together)
        assert tagger().read([long, "mark", long]) == [whole, *tagger().read(["mark"]), whole]


@given(st.text(alphabet="ab7\n @'.", max_size=60))
def test_parts_are_in_order_and_within_a_turn(said: str) -> None:
    (conversation,) = tagger().read([said])
    parts = conversation.parts
    assert all(one.end <= two.start for one, two in itertools.pairwise(parts))
    for start, end in [(p.start, p.end) for p in parts] + conversation.possible:
        found = said[start:end]
        assert found
        assert "\n" not in found
        assert found == found.strip()


def test_neighbours_of_one_class_are_one_part() -> None:
    found = tagger().read([text(seed, 200) for seed in range(5)])
    parts = [part for of_one in found for part in of_one.parts]
    assert any(" " in text(0, 200)[p.start : p.end] for p in found[0].parts)
    assert {part.label for part in parts} <= {"PERSON", "PHONE_NUMBER", "LOCATION"}


def test_what_has_no_threshold_is_not_found_and_a_threshold_is_kept() -> None:
    assert tagger("balanced").labels == ("PERSON",)
    (conversation,) = tagger("balanced").read([text(1, 300)])
    assert conversation.parts == []


@given(st.integers(0, 200))
def test_what_is_personal_is_possible(seed: int) -> None:
    wider = model(least=LEAST, possible=LEAST)
    (conversation,) = Tagger(wider, "strict").read([text(seed, 80)])
    for part in conversation.parts:
        assert any(s <= part.start and part.end <= e for s, e in conversation.possible)
    (fewer,) = Tagger(model(least=LEAST, possible=0), "strict").read([text(seed, 80)])
    assert fewer.parts == conversation.parts
    assert sum(e - s for s, e in fewer.possible) < sum(e - s for s, e in conversation.possible)


def test_a_number_has_one_name_and_what_is_unbroken_is_one_part() -> None:
    """With the classes as if they came from the weights: of those the tests are sure of nothing."""
    reading = Tagger(model(), "strict")
    person, phone = (reading.labels.index(of) + 1 for of in ("PERSON", "PHONE_NUMBER"))

    def parts(said: str, *classes: int) -> list[tuple[str, str]]:
        sure = np.ones(len(classes), np.float32)
        found = reading._parts(tokens_of(said), np.array(classes, np.intp), sure)
        return [(said[part.start : part.end], part.label) for part in found]

    reading._numbers = frozenset((phone - 1, person - 1))
    assert parts("4 5 6 7", phone, person, phone, phone) == [("4 5 6 7", "PHONE_NUMBER")]
    assert parts("4 5\n7", phone, person, 0, person) == [
        ("4 5", "PHONE_NUMBER"),
        ("7", "PERSON"),
    ]
    reading._numbers = frozenset((phone - 1,))
    assert parts("ann 7", person, phone) == [("ann", "PERSON"), ("7", "PHONE_NUMBER")]
    assert parts("ann%20x-lee", person, 0, 0, 0, 0, 0, person) == [("ann%20x-lee", "PERSON")]
    assert parts("ann %lee", person, 0, person) == [("ann", "PERSON"), ("lee", "PERSON")]
    assert parts("ann/and/lee", person, 0, 0, 0, person) == [("ann", "PERSON"), ("lee", "PERSON")]


@pytest.mark.soak
def test_the_name_of_a_long_number_takes_no_longer() -> None:
    reading = tagger()
    reading._numbers = frozenset((0, 1))
    sure = [(place, 1 + place % 2) for place in range(40_000)]
    started = time.process_time()
    assert [*reading._labelled(sure)] == [(0, 39_999, 0)]
    assert time.process_time() - started < 2


def _place(part: Tagged) -> tuple[int, int]:
    return part.start, part.end


@given(st.integers(0, 200))
def test_what_is_asked_for_besides_changes_nothing_of_what_is_personal(seed: int) -> None:
    reading = model()
    facts = msgspec.structs.replace(
        reading.facts, thresholds={"strict": dict.fromkeys(CLASSES[1:3], 0)}
    )
    fewer = dataclasses.replace(reading, facts=facts)
    assert found_on_request(fewer, "strict") == ("LOCATION",)
    said = text(seed, 80)
    (without,) = Tagger(fewer, "strict").read([said])
    (asked,) = Tagger(fewer, "strict", ["LOCATION"]).read([said])
    assert asked.possible == without.possible
    assert asked.parts[: len(without.parts)] == without.parts
    besides = asked.parts[len(without.parts) :]
    assert {part.label for part in besides} <= {"LOCATION"}
    # A class is found where it is likelier than all others, as if its threshold were none.
    (whole,) = Tagger(reading, "strict").read([said])
    assert [_place(part) for part in whole.parts if part.label == "LOCATION"] == [
        _place(part) for part in besides
    ]


@given(st.integers(0, 200))
def test_nothing_is_both_personal_and_asked_for_besides(seed: int) -> None:
    reading = model()
    # So low that a token is personal where another class is likelier.
    facts = msgspec.structs.replace(reading.facts, thresholds={"strict": {"PERSON": -LEAST}})
    (found,) = Tagger(dataclasses.replace(reading, facts=facts), "strict", CLASSES[2:]).read(
        [text(seed, 80)]
    )
    people = {p for part in found.parts if part.label == "PERSON" for p in range(*ends(part))}
    assert people
    for part in found.parts:
        assert part.label == "PERSON" or people.isdisjoint(range(*ends(part)))


def ends(part: Tagged) -> tuple[int, int]:
    return part.start, part.end


def test_nothing_to_read() -> None:
    assert tagger().read([]) == []
    assert tagger().read(["", " \n \n"]) == [Conversation([], [])] * 2


def test_words_are_forgotten_without_a_trace() -> None:
    made = model()
    few, many = Vectors(made.table, 1023, most_words=3), Vectors(made.table, 1023)
    for seed in range(6):
        words = text(seed, 30).split()
        for vectors in (few, many):
            places = vectors.places(words)
            assert len(places) == len(words)
        in_few, in_many = few.places(words), many.places(words)
        assert (few.table[in_few] == many.table[in_many]).all()


def test_more_words_than_there_was_room_for() -> None:
    vectors = Vectors(model().table, 1023)
    words = [f"w{number}" for number in range(3000)]
    places = vectors.places(words)
    assert sorted(places) == list(range(3000))
    again = Vectors(model().table, 1023)
    expected = again.places(words)
    assert (vectors.table[places] == again.table[expected]).all()


def test_a_part_is_a_plain_value() -> None:
    assert Tagged(0, 4, "PERSON", 7) == Tagged(0, 4, "PERSON", 7)


def test_signs_around_a_value_stay_but_for_what_any_sign_is_part_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = Tagger(model(), "strict")
    person = reading.labels.index("PERSON") + 1

    def parts(said: str) -> list[str]:
        classes = np.full(len(tokens_of(said).words), person, np.intp)
        found = reading._parts(tokens_of(said), classes, np.ones(len(classes), np.float32))
        return [said[part.start : part.end] for part in found]

    assert parts(", Perpetua.") == ["Perpetua"]
    assert parts(": Hall, J. ?") == ["Hall, J"]
    assert parts("?!") == []
    assert parts("(Jo)") == ["(Jo)"]
    monkeypatch.setattr(module, "_OF_ANY_SIGN", frozenset(("PERSON",)))
    assert parts("hunter2!") == ["hunter2!"]
