"""Tests that look at, or end, a run before one of its stages, or an operation of its commit."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from clearshard.run import job
from clearshard.run.output.operations import InFolder
from clearshard.run.output.steps import Operation
from clearshard.run.stages import events


def at_stage(monkeypatch: pytest.MonkeyPatch, stage: str, happens: Callable[[], object]) -> None:
    """Calls a function as a stage of `job.STAGES` begins, in every run that is called."""
    assert stage in [one.name for one in job.STAGES]

    def observe(begins: str) -> None:
        if begins == stage:
            happens()

    monkeypatch.setattr(job, "run", partial(job.run, observer=observe))


def before_each(monkeypatch: pytest.MonkeyPatch, look: Callable[[Operation], None]) -> None:
    """Calls a function before each operation that is carried out in a folder."""
    carry_out = InFolder.__call__

    def watched(self: InFolder, operation: Operation) -> Any:
        look(operation)
        return carry_out(self, operation)

    monkeypatch.setattr(InFolder, "__call__", watched)


def tidy_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that is killed: after an error nothing is removed, and nobody is told."""
    monkeypatch.setattr(events, "forget", lambda *_: None)
