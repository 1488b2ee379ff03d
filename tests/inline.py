"""Workers without processes: what a worker does is done here, with what is loaded once.

A worker takes a second to load what it needs, and most tests of whole runs are about something
else. Those that are about processes ask for the fixture `processes`.
"""

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import TypeVar

import pytest

from clearshard.config import Config
from clearshard.engines.local import Job, LocalEngine
from clearshard.engines.stopping import Stop
from clearshard.engines.worker import prepare
from clearshard.keys import PseudonymKey
from clearshard.redaction.ner import STOCK_NER, load_ner, pipeline_digest, speech_model
from clearshard.redaction.reading import reader_of
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.replace import Replacer

Unit = TypeVar("Unit")
Result = TypeVar("Result")

#: Who makes engines and redactors, and whoever starts to load for workers.
_ENGINES = ("clearshard.run.job.LocalEngine", "clearshard.run.detect.LocalEngine")
_REDACTORS = ("clearshard.run.work.Redactor", "clearshard.run.detect.Redactor")
_PREPARE = "clearshard.cli.run_gate.prepare"
_NER = "clearshard.redaction.detector.load_ner"
_READER = "clearshard.redaction.detector.reader_of"
_DIGEST = "clearshard.run.fingerprint.pipeline_digest"
#: The pipelines that are installed, which no test changes. Any other is read each time.
_INSTALLED = frozenset((STOCK_NER, str(speech_model())))

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


_digest_of_installed = cache(pipeline_digest)


def digest_of(model: str) -> str:
    """Every run asks for it, and it takes longer to read a model than to redact a small world."""
    return _digest_of_installed(model) if model in _INSTALLED else pipeline_digest(model)


@contextmanager
def without_processes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in _ENGINES:
            patch.setattr(name, InlineEngine)
        for name in _REDACTORS:
            patch.setattr(name, redactor_of)
        patch.setattr(_PREPARE, lambda _: None)
        patch.setattr(_NER, lru_cache(maxsize=4)(load_ner))
        patch.setattr(_READER, lru_cache(maxsize=4)(reader_of))
        patch.setattr(_DIGEST, digest_of)
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
