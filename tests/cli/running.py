"""Commands as they are called, and a run that is a rehearsal."""

import json
from typing import Any

import pytest

from clearshard.cli.entry import _exit_code

from ..run.world import World

AS_OF = ("--as-of", "2026-11-22T12:00:00Z")


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def replayed(world: World) -> tuple[object, ...]:
    return ("--config", world.config, "--out", world.out, "--workers", 1, *AS_OF, "--replay")
