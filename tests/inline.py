"""Workers without processes: what a worker does is done here, with what is loaded once.

A worker takes a second to load what it needs, and most tests of whole runs are about something
else. Those that are about processes ask for the fixture `processes`.
"""

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

import pytest

from pipeline.config import Config
from pipeline.engines.local import Job, LocalEngine
from pipeline.engines.stopping import Stop
from pipeline.engines.worker import prepare
from pipeline.keys import PseudonymKey
from pipeline.redaction.ner import load_ner
from pipeline.redaction.redactor import Redactor
from pipeline.redaction.replace import Replacer

Unit = TypeVar("Unit")
Result = TypeVar("Result")

#: Who makes engines and redactors, and whoever starts to load for workers.
_ENGINES = ("pipeline.run.job.LocalEngine", "pipeline.run.detect.LocalEngine")
_REDACTORS = ("pipeline.run.work.Redactor", "pipeline.run.detect.Redactor")
_PREPARE = "pipeline.cli.run_gate.prepare"
_NER = "pipeline.redaction.detector.load_ner"

_loaded: dict[str, Redactor] = {}


class InlineEngine:
    """Does in this process what workers do; nothing is made before there is a unit."""

    def __init__(self, workers: int, stop: Stop | None = None) -> None:
        pass

    def map(self, job: Job[Unit, Result], units: Iterable[Unit]) -> Iterator[Result]:
        work: Callable[[Unit], Result] | None = None
        for unit in units:
            work = work or job.make(*job.arguments)
            yield work(unit)


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


@contextmanager
def without_processes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in _ENGINES:
            patch.setattr(name, InlineEngine)
        for name in _REDACTORS:
            patch.setattr(name, redactor_of)
        patch.setattr(_PREPARE, lambda _: None)
        patch.setattr(_NER, lru_cache(maxsize=4)(load_ner))
        yield


@contextmanager
def with_processes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in _ENGINES:
            patch.setattr(name, LocalEngine)
        for name in _REDACTORS:
            patch.setattr(name, Redactor)
        patch.setattr(_PREPARE, prepare)
        yield
