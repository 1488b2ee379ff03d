"""What workers need is imported beside what the command needs itself, where there will be any."""

from collections.abc import Sequence

import pytest

from clearshard import __main__
from clearshard.engines import choice
from clearshard.errors import RunFailed
from clearshard.run import PRELOAD


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    made: list[Sequence[str]] = []
    monkeypatch.setattr(choice, "prepare", made.append)
    return made


def test_a_run_is_prepared_for(prepared: list[Sequence[str]]) -> None:
    __main__._begin(["run", "--config", "job.toml"])
    assert prepared == [PRELOAD]


@pytest.mark.parametrize(
    "arguments",
    [[], ["--help"], ["run", "--help"], ["run", "-h"], ["gate", "run"], ["audit", "run"]],
)
def test_nothing_else_is(arguments: list[str], prepared: list[Sequence[str]]) -> None:
    __main__._begin(arguments)
    assert prepared == []


def test_that_it_cannot_be_is_left_to_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(_: Sequence[str]) -> None:
        raise RunFailed("the folder for temporary files is full")

    monkeypatch.setattr(choice, "prepare", prepare)
    __main__._begin(["run"])
