"""No text takes the square of its length, whatever it is made of."""

import time
from collections.abc import Callable

import pytest

from clearshard.records.transcript import Piece, Span, Transcript, Words
from clearshard.redaction.propagate import propagate
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.resolve import resolve
from clearshard.redaction.step_kinds import Seen

from ..effort import MOST_GROWTH, growth
from .hostile import GENERATORS
from .making import KEY, config

#: Twice the size takes twice the time, or four times where it is the square; between them is room
#: for a machine with something else to do.
_MOST = 3.0
_TRIES = 4


def grows(work: Callable[[int], object], size: int) -> float:
    """How much longer twice the size takes: the least of a few tries, by processor time."""
    least = 9.0
    for _ in range(_TRIES):
        times = []
        for letters in (size, 2 * size):
            started = time.process_time()
            work(letters)
            times.append(time.process_time() - started)
        least = min(least, times[1] / max(times[0], 1e-3))
        if least <= _MOST:
            break
    return least


#: By instructions each time; by the clock, and with sizes that it can tell apart, in the soak.
HOW = pytest.mark.parametrize(
    "is_linear",
    [
        pytest.param(lambda work, size: growth(work, size // 20) <= MOST_GROWTH, id="instructions"),
        pytest.param(
            lambda work, size: grows(work, size) <= _MOST, id="seconds", marks=pytest.mark.soak
        ),
    ],
)
IsLinear = Callable[[Callable[[int], object], int], bool]


def spans_of(kind: str, length: int, step: int, count: int) -> list[Span]:
    return [Span(n * step, n * step + length, kind, 0.5, "R") for n in range(count)]


@HOW
def test_a_text_in_which_everything_overlaps(is_linear: IsLinear) -> None:
    assert is_linear(lambda n: resolve("x" * 4 * n, spans_of("A", 3, 1, n)), 20_000)


@HOW
@pytest.mark.parametrize("kind", ["PHONE_NUMBER", "PERSON"])
def test_many_values_that_are_looked_for_again(kind: str, is_linear: IsLinear) -> None:
    def work(count: int) -> None:
        said = "0123456789" if kind == "PHONE_NUMBER" else "bcdfghjklm"
        values = [
            " ".join(said[int(d)] * 2 for d in f"{n:07}") for n in range(10**6, 10**6 + count)
        ]
        values = [value.replace(" ", "") for value in values]
        text = " ".join(values)
        places = [n * 15 for n in range(count)]
        list(propagate(Seen(text, (), ()), [Span(p, p + 14, kind, 0.5, "R") for p in places]))

    assert is_linear(work, 3_000)


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor(config(), KEY)


def one_turn(text: str) -> Transcript:
    text = text.strip() or "-"
    return Transcript(text, (Piece(0, len(text), 0, 1, 0),), Words.of(()), True, "en", 1)


@pytest.mark.soak
@pytest.mark.parametrize("name", GENERATORS)
def test_a_whole_redaction(redactor: Redactor, name: str) -> None:
    make = GENERATORS[name]
    assert len(GENERATORS) >= 40
    redactor.redact([one_turn(make(1_000))])
    assert grows(lambda letters: redactor.redact([one_turn(make(letters))]), 24_000) <= _MOST
