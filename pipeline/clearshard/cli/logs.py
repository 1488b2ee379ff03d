"""Log lines on stderr: for people, or one JSON object a line.

A line says when, how bad, what happened (`event`, a stable name) and a sentence; counts and ids are
fields of their own. Never text of a transcript.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal

from clearshard.records.times import utc_text

Level = Literal["info", "warning", "error"]


class LogFormat(StrEnum):
    """How log lines look."""

    HUMAN = "human"
    JSON = "json"


def chosen_format(arguments: Sequence[str]) -> LogFormat:
    """The format that a command line asks for: `--log-format`, else JSON lines with `--json`.

    Looked up in the words themselves, for an error can come before they are parsed.
    """
    words = iter(arguments)
    for word in words:
        name, _, value = word.partition("=")
        if name == "--log-format":
            value = value or next(words, "")
            return LogFormat.JSON if value == LogFormat.JSON else LogFormat.HUMAN
    return LogFormat.JSON if "--json" in arguments else LogFormat.HUMAN


class JsonLog:
    """Writes JSON lines."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def line(self, level: Level, event: str, message: str, **fields: object) -> str:
        """One line, with its newline."""
        told = {"at": utc_text(self._clock()), "level": level, "event": event, "message": message}
        return json.dumps({**told, **fields}, ensure_ascii=True, allow_nan=False) + "\n"

    def write(self, level: Level, event: str, message: str, **fields: object) -> None:
        """Writes one line."""
        sys.stderr.write(self.line(level, event, message, **fields))
        sys.stderr.flush()


def write_unbuffered(line: str) -> None:
    """Writes to stderr from a signal handler, which may have interrupted another write."""
    os.write(2, line.encode("utf-8", "backslashreplace"))
