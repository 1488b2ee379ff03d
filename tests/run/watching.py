"""Tests that look at, or end, a run before an operation of its commit."""

from collections.abc import Callable
from typing import Any

import pytest

from clearshard.run import job
from clearshard.run.commit import Operation
from clearshard.run.operations import InFolder


def before_each(monkeypatch: pytest.MonkeyPatch, look: Callable[[Operation], None]) -> None:
    """Calls a function before each operation that is carried out in a folder."""
    carry_out = InFolder.__call__

    def watched(self: InFolder, operation: Operation) -> Any:
        look(operation)
        return carry_out(self, operation)

    monkeypatch.setattr(InFolder, "__call__", watched)


def tidy_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that is killed: after an error nothing is removed, and nobody is told."""
    monkeypatch.setattr(job, "forget", lambda *_: None)
