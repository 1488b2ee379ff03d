"""What each recognizer and each step costs for a letter of the worst text, at three sizes.

By processor time, so behind `make soak`; `tests/recognizers/test_bounded.py` looks at the patterns
themselves, without a clock.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pytest
from presidio_analyzer import EntityRecognizer

from clearshard.recognizers.fail_closed import silence_presidio
from clearshard.recognizers.table import recognizers_of
from clearshard.records.states import Quarantine
from clearshard.records.transcript import Piece, Transcript, Words
from clearshard.redaction.detector import text_with_line_breaks
from clearshard.redaction.patterns import Hit, Patterns
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.residual import check_residual
from clearshard.redaction.steps import each
from clearshard.redaction.view.views import views_of
from clearshard.redaction.written.forms import written_forms

from ..redaction.hostile import GENERATORS
from ..redaction.making import KEY, config
from .pathological import PLAIN, Make, families, in_words
from .speech import growing_speech

SIZES = (1_000, 10_000, 100_000)
#: Twice as much for ten times as long is the noise of a machine that has other things to do, and
#: what does not fit into a cache; the square would be ten times as much.
_MOST = 3.0
#: Whatever it is, nothing takes longer for a letter: a hundred thousand letters are done in 20 s.
_MOST_MICROSECONDS = 200.0
#: So many families, those that take longest at the second size, are read at the third.
_WORST = 3
#: What costs less may grow by more: what is remembered of other texts does.
_HARDLY_ANY = 4.0
#: Less says nothing.
_LEAST_SECONDS = 2e-4

EVERY: Mapping[str, Make] = {
    **PLAIN,
    **{name: in_words(make) for name, make in GENERATORS.items()},
}
Tell = Callable[[str], None]


#: How many times as long a text is in which it is looked whether a step that has just begun to find
#: something goes on growing.
_LONGER = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """What a letter of a kind of text costs, in microseconds, at each size."""

    family: str
    at: tuple[float, ...]

    @property
    def growth(self) -> float:
        """How many times more a letter costs at the largest size than at the one before."""
        return 0.0 if self.at[-1] < _HARDLY_ANY else self.at[-1] / max(self.at[-2], 0.05)

    def __str__(self) -> str:
        return f"{'  '.join(f'{cost:6.2f}' for cost in self.at)}  {self.family}"


def one_turn(text: str) -> Transcript:
    text = text.strip() or "-"
    return Transcript(text, (Piece(0, len(text), 0, 1, 0),), Words.of(()), True, "en", 1)


def as_read(text: str) -> str:
    """What of a text reaches the recognizers: nothing has two blanks in a row."""
    return text_with_line_breaks(views_of(one_turn(text))[0].transcript)


def microseconds(work: Callable[[str], object], text: str) -> float:
    """For a letter: the least of three times, or one if it takes long."""
    least = float("inf")
    for _ in range(3):
        started = time.process_time()
        work(text)
        least = min(least, time.process_time() - started)
        if least > 0.5:
            break
    return least * 1e6 / len(text) if least > _LEAST_SECONDS else 0.0


def costs(work: Callable[[str], object], made: Mapping[str, Make]) -> list[Cost]:
    """Of the families that cost most, or grow most, at all sizes; dearest first."""
    texts = {name: [as_read(make(size)) for size in SIZES[:2]] for name, make in made.items()}
    first = {
        name: tuple(microseconds(work, text) for text in of_one) for name, of_one in texts.items()
    }
    by_cost = sorted(first, key=lambda name: -first[name][1])
    by_growth = sorted(first, key=lambda name: -first[name][1] / max(first[name][0], 0.3))
    found = [
        Cost(name, (*first[name], microseconds(work, as_read(made[name](SIZES[2])))))
        for name in dict.fromkeys((*by_cost[:_WORST], *by_growth[:_WORST]))
    ]
    return sorted(found, key=lambda cost: -cost.at[-1])


def check(name: str, found: list[Cost], kinds: int, tell: Tell) -> None:
    tell(f"{name:28} {kinds:4} kinds of text  {found[0]}")
    for cost in found:
        assert cost.growth <= _MOST, (name, str(cost))
        assert cost.at[-1] <= _MOST_MICROSECONDS, (name, str(cost))


def every_recognizer() -> list[EntityRecognizer]:
    silence_presidio()
    found = recognizers_of("strict", None, 60.0)
    return [*found.every, *found.requested]


@pytest.mark.soak
@pytest.mark.parametrize("recognizer", every_recognizer(), ids=lambda recognizer: recognizer.name)
def test_a_recognizer(recognizer: EntityRecognizer, tell: Tell) -> None:
    patterns = Patterns([recognizer], recognizer.supported_entities)
    made = {**EVERY, **families(recognizer)}

    def work(text: str) -> list[list[Hit] | Quarantine]:
        return patterns.find([text])

    assert not isinstance(work("call 415 555 0132 today")[0], Quarantine)
    check(recognizer.name, costs(work, made), len(made), tell)


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    # A pattern may take five seconds for a transcript, and ten megabytes are seven times the limit.
    return Redactor(config(regex_timeout_seconds=300), KEY)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("name", "work"),
    [
        ("view", lambda text: views_of(one_turn(text))),
        ("written forms", written_forms),
        ("residual check", lambda text: _unless_refused(check_residual, text, (), ())),
    ],
)
def test_what_reads_a_text(name: str, work: Callable[[str], object], tell: Tell) -> None:
    check(name, costs(work, EVERY), len(EVERY), tell)


def steps_in(redactor: Redactor, text: str) -> dict[str, float]:
    """Microseconds for a letter of each step after detection, with what was really found."""
    (seen,) = redactor._detector.detect([one_turn(text)], [text.strip() or "-"])
    assert not isinstance(seen, Quarantine)
    per_letter: dict[str, float] = {}
    started = time.process_time()
    for step, _ in each(seen, redactor._steps, redactor._detector.asked):
        seconds = time.process_time() - started
        # One that is made several times is one.
        per_letter[step.name] = per_letter.get(step.name, 0.0) + seconds * 1e6 / len(text)
        started = time.process_time()
    return per_letter


@pytest.mark.soak
@pytest.mark.parametrize("family", [*EVERY])
def test_a_step(redactor: Redactor, family: str, timed: dict[str, list[Cost]]) -> None:
    texts = [as_read(EVERY[family](size)) for size in SIZES]
    if len(texts[0]) < SIZES[0] // 2:
        return  # nothing but blanks, which are one
    found = [steps_in(redactor, text) for text in texts]
    longer: dict[str, float] = {}
    for name in found[0]:
        cost = Cost(family, tuple(of_one[name] for of_one in found))
        timed.setdefault(name, []).append(cost)
        if cost.growth > _MOST:
            # Some of what is found is found in the largest alone: it is linear from there.
            longer = longer or steps_in(redactor, as_read(EVERY[family](_LONGER * SIZES[-1])))
            assert longer[name] <= _MOST * cost.at[-1], (name, str(cost), longer[name])


@pytest.fixture(scope="module")
def timed(request: pytest.FixtureRequest) -> Iterator[dict[str, list[Cost]]]:
    """Told when all families have been read."""
    found: dict[str, list[Cost]] = {}
    yield found
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None
    for name, of_one in found.items():
        worst = max(of_one, key=lambda cost: cost.at[-1])
        reporter.write_line(f"step {name:23} {len(of_one):4} kinds of text  {worst}")


def _unless_refused(work: Callable[..., Any], *arguments: Any) -> None:
    with suppress(Quarantine):
        work(*arguments)


@pytest.mark.soak
@pytest.mark.parametrize("letters", [100_000, 10_000_000])
def test_a_transcript_of_speech(redactor: Redactor, letters: int, tell: Tell) -> None:
    """One transcript, all of it, and the same speech in small ones."""
    spoken = growing_speech(7)
    turns: list[str] = []
    size = 0
    while size < letters:
        content, _ = next(spoken)
        turns.append(_said(content))
        size += len(turns[-1]) + 1
    small = [_of_turns([turn]) for turn in islice(turns, 200)]
    in_small = _seconds(redactor, small) / sum(len(t.text) for t in small)
    large = _of_turns(turns)
    in_large = _seconds(redactor, [large]) / len(large.text)
    tell(
        f"a transcript of {len(large.text):,} letters: {in_large * 1e6:.2f} us a letter, "
        f"{in_large / in_small:.2f} times as much as in small ones"
    )
    assert in_large <= 2 * in_small


def _seconds(redactor: Redactor, transcripts: list[Transcript]) -> float:
    started = time.process_time()
    for result in redactor.redact(transcripts):
        # What was said at random may look like an address: it was read all the same.
        assert not isinstance(result, Quarantine) or result.reason == "residual_pii", result
    return time.process_time() - started


def _said(content: bytes) -> str:
    text: str = json.loads(content)["text"]
    return text


def _of_turns(turns: list[str]) -> Transcript:
    pieces = []
    place = 0
    for number, turn in enumerate(turns):
        pieces.append(Piece(place, place + len(turn), number, number + 1, number % 2))
        place += len(turn) + 1
    text = " ".join(turns)
    return Transcript(text, tuple(pieces), Words.of(()), True, "en", len(turns) + 1)
