"""The lists of words, and that what measures the recognizers is not what they know."""

import re

import pytest

from clearshard.recognizers.lists.medicine import CONDITIONS, DRUGS
from clearshard.recognizers.lists.occupations import OCCUPATIONS
from clearshard.recognizers.lists.things import (
    ALSO_NATIONALITIES,
    EVENTS,
    KINDS_OF_EVENTS,
    LANGUAGES,
)
from tests.benchmarks.on_request import LISTED, PHRASES, VALUES, calls

LISTS = {
    "CONDITIONS": CONDITIONS,
    "DRUGS": DRUGS,
    "OCCUPATIONS": OCCUPATIONS,
    "EVENTS": EVENTS,
    "KINDS_OF_EVENTS": KINDS_OF_EVENTS,
    "LANGUAGES": [*LANGUAGES, *ALSO_NATIONALITIES],
}


@pytest.mark.parametrize("name", LISTS)
def test_each_word_stands_once_in_lowercase(name: str) -> None:
    words = LISTS[name]
    assert len(set(words)) == len(words)
    assert all(word == word.lower().strip() for word in words)


def test_no_list_holds_a_value_that_is_measured_as_unlisted() -> None:
    for kind, words in LISTED.items():
        values = {re.sub(r"^(?:an?|the) ", "", value.lower()) for value in VALUES[kind]}
        bare = {word.removeprefix("the ") for word in words}
        assert values.isdisjoint(bare), (kind, values & bare)


def test_calls_that_are_measured_say_where_values_are() -> None:
    assert set(VALUES) == set(PHRASES)
    told = list(calls(40, 3))
    assert told == list(calls(40, 3))
    seen = set()
    for call in told:
        for value in call.values:
            said = call.text[value.start : value.end].lower()
            known = [w.lower() for w in (*VALUES[value.kind], *LISTED.get(value.kind, ()))]
            assert any(word.endswith(said) for word in known)
            assert any(a <= value.start < value.end <= b for a, b in call.looked_at)
            seen.add(value.kind)
    assert len(seen) > 20
