"""A tagger that must be surer finds less, and nothing else is different."""

from itertools import pairwise
from typing import Any

import pytest

from clearshard.errors import ConfigError
from clearshard.records.states import Quarantine
from clearshard.records.transcript import Span, Transcript
from clearshard.redaction.patterns import Patterns
from clearshard.redaction.redactor import Redactor
from clearshard.tagger.network import Network

from .making import KEY, config, transcript

OFFSETS = (-1.0, -0.4, 0.0, 0.4, 1.0, 4.0, 1000.0)
CALLS = [
    transcript(
        "hi my name is brantley okonjo and i live in wexbridge",
        "can you send it to twenty two maple avenue apartment four",
        "my card is 4111 1111 1111 1111 and the zorbulated flimmer is broken",
        "what are the last four digits of your social",
        "four eight two five",
    ),
    transcript("so we met orlaith and marlow near the grange", "and may asked for it"),
]


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor(config(), KEY)


def spans(redactor: Redactor, sources: list[Transcript]) -> list[tuple[Span, ...]]:
    found = redactor.spans(sources)
    return [of_one for of_one in found if not isinstance(of_one, Quarantine)]


def letters(found: list[tuple[Span, ...]]) -> set[tuple[int, int]]:
    return {
        (number, place)
        for number, of_one in enumerate(found)
        for span in of_one
        for place in range(span.start, span.end)
        # Between two findings of one type it may be part of both.
        if not CALLS[number].text[place].isspace()
    }


def test_not_shifted_it_is_the_redactor_itself(redactor: Redactor) -> None:
    (same,) = redactor.shifted([0.0])
    assert same.spans(CALLS) == redactor.spans(CALLS)


def test_the_surer_it_must_be_the_less_goes(redactor: Redactor) -> None:
    removed = [letters(spans(shifted, CALLS)) for shifted in redactor.shifted(OFFSETS)]
    for more, less in pairwise(removed):
        assert less <= more
    assert removed[-1] < removed[0]
    # What is no matter of likelihood is found whatever the tagger says.
    (found, _) = spans(redactor.shifted(OFFSETS)[-1], CALLS)
    assert "CREDIT_CARD" in {span.entity_type for span in found}


def test_in_whatever_order_they_are_asked(redactor: Redactor) -> None:
    first, _, _, _, _, last, _ = shifted = redactor.shifted(OFFSETS)
    expected = [spans(one, CALLS) for one in shifted]
    assert spans(last, CALLS[:1]) == expected[5][:1]
    assert spans(first, CALLS) == expected[0]
    assert spans(last, CALLS) == expected[5]
    assert spans(redactor, CALLS) == expected[2]


def test_texts_are_read_once_for_all(redactor: Redactor, monkeypatch: pytest.MonkeyPatch) -> None:
    called = {"read": 0, "looked": 0}

    def counted(name: str, function: Any) -> Any:
        def count(*arguments: Any) -> Any:
            called[name] += 1
            return function(*arguments)

        return count

    monkeypatch.setattr(Network, "scores", counted("read", Network.scores))
    monkeypatch.setattr(Patterns, "find", counted("looked", Patterns.find))
    for shifted in redactor.shifted(OFFSETS):
        shifted.spans(CALLS)
    assert called == {"read": 1, "looked": 1}


def test_stock_has_no_tagger() -> None:
    with pytest.raises(ConfigError, match="Name strict or balanced"):
        Redactor(config(profile="stock"), KEY).shifted(OFFSETS)
