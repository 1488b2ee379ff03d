"""Workers without processes: what a worker does is done here, with what is loaded once.

A worker takes a second to load what it needs, and most tests of whole runs are about something
else. Those that are about processes ask for the fixture `processes`.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

import pytest

from clearshard.config import Config
from clearshard.engines import choice
from clearshard.engines.engine import CRASHES_ALONE, Job, Loss, Result, Unit
from clearshard.engines.local import LocalEngine
from clearshard.engines.stopping import Stop
from clearshard.errors import ClearshardError, Interrupted, RunFailed
from clearshard.keys import PseudonymKey
from clearshard.redaction.ner import STOCK_NER, load_ner, pipeline_digest
from clearshard.redaction.reading import reader_of
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.replace import Replacer
from clearshard.tagger.model import read_model

#: The one place that chooses an engine.
ENGINE = "clearshard.engines.choice.LocalEngine"
#: Who makes redactors.
_REDACTORS = tuple(f"clearshard.run.{user}.Redactor" for user in ("work", "detect", "redact"))
_NER = "clearshard.redaction.detector.load_ner"
_MODEL = "clearshard.redaction.conversation.read_model"
_READER = "clearshard.redaction.detector.reader_of"
_DIGEST = "clearshard.run.fingerprint.pipeline_digest"
#: The pipelines that are installed, which no test changes. Any other is read each time.
_INSTALLED = frozenset((STOCK_NER,))

_loaded: dict[str, Redactor] = {}


class InlineEngine:
    """An engine that does in this process what workers do.

    A unit is lost by an error that would end its worker; what ends a process, or takes for ever,
    does so to this one.
    """

    def __init__(self, workers: int, stop: Stop | None = None) -> None:
        self._stop = Stop() if stop is None else stop

    @staticmethod
    def prepare(preload: Sequence[str]) -> None:
        pass

    def map(self, job: Job[Unit, Result], units: Iterable[Unit]) -> Iterator[Result]:
        work: Callable[[Unit], Result] | None = None
        source = iter(units)
        with self._stop.heed():
            while not self._stop.requested:
                unit = next(source, None)
                if unit is None:
                    break
                work = work or _made(job)
                yield from _results(job, work, unit)
            if self._stop.requested:
                raise Interrupted


def _made(job: Job[Unit, Result]) -> Callable[[Unit], Result]:
    try:
        return job.make(*job.arguments)
    except (ClearshardError, AssertionError):
        raise
    except Exception as error:  # noqa: BLE001 - as a worker does
        raise RunFailed(f"A worker could not start: {type(error).__name__}.") from None


def _results(
    job: Job[Unit, Result], work: Callable[[Unit], Result], unit: Unit, crashes: int = 0
) -> Iterator[Result]:
    loss: Loss
    try:
        result = work(unit)
    except (ClearshardError, AssertionError):  # the latter is a test's
        raise
    except MemoryError:
        loss = "out_of_memory"
    except Exception:  # noqa: BLE001 - as a worker does
        loss, crashes = "crashed", crashes + 1
    else:
        yield result
        return
    parts = job.split(unit)
    if parts is not None:
        for part in parts:
            yield from _results(job, work, part)
    elif loss == "crashed" and crashes < CRASHES_ALONE:
        yield from _results(job, work, unit, crashes)
    else:
        yield job.give_up(unit, loss)


def chosen() -> Any:
    """The engine that runs have at the moment, to make another one of."""
    return vars(choice)["LocalEngine"]


def redactor_of(config: Config, key: PseudonymKey) -> Redactor:
    """One for each configuration: loading it takes longer than all the work of a test."""
    settings = config.redaction.model_dump_json()
    if config.redaction.recognizers is not None:
        settings += config.path(config.redaction.recognizers).read_text()
    if settings not in _loaded:
        _loaded[settings] = Redactor(config, key)
    redactor = copy.copy(_loaded[settings])
    # The only part of it that a key makes another one.
    redactor._replacer = Replacer(config.redaction.operator, config.redaction.operators, key)
    return redactor


_digest_of_installed = cache(pipeline_digest)


def digest_of(model: str) -> str:
    """Every run asks for it, and it takes longer to read a model than to redact a small world."""
    return _digest_of_installed(model) if model in _INSTALLED else pipeline_digest(model)


@contextmanager
def without_processes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ENGINE, InlineEngine)
        for name in _REDACTORS:
            patch.setattr(name, redactor_of)
        patch.setattr(_NER, lru_cache(maxsize=4)(load_ner))
        patch.setattr(_MODEL, lru_cache(maxsize=1)(read_model))
        patch.setattr(_READER, lru_cache(maxsize=4)(reader_of))
        patch.setattr(_DIGEST, digest_of)
        yield


@contextmanager
def with_processes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ENGINE, LocalEngine)
        for name in _REDACTORS:
            patch.setattr(name, Redactor)
        yield
