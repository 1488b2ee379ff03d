"""TOML → values of which every reader can be sure that it can hold and walk them."""

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from clearshard.errors import ConfigError

#: Tables and arrays within each other; the deepest setting lies in five.
_MOST_LEVELS = 16
#: Larger ones cannot be written down again; what a setting may be, its own bounds say.
_LARGEST = 10**1_000


def parse_toml(text: str, source: str, where: str = "") -> dict[str, Any]:
    """The tables of a text.

    Args:
        text: What may be TOML.
        source: What to call it in errors.
        where: What stands before each problem.

    Raises:
        ConfigError: It is no TOML, is nested deeper than any setting, or has a number of more
            than a thousand digits.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(source, [f"{where}is not TOML: {error}"]) from None
    except RecursionError:
        raise ConfigError(source, [f"{where}is nested too deeply"]) from None
    except ValueError:  # of numbers that Python does not read, and of dates that are none
        raise ConfigError(source, [f"{where}holds a number or a date that is none"]) from None
    if problem := unfit(raw):
        raise ConfigError(source, [problem])
    return raw


def unfit(raw: Mapping[str, Any]) -> str | None:
    """What is wrong with values that are nested too deeply, or have a number that is too large."""
    level: list[tuple[str, object]] = [("", raw)]
    for _ in range(_MOST_LEVELS):
        for place, value in level:
            if type(value) is int and abs(value) >= _LARGEST:
                return f"{place} → is a number that is too large"
        level = [
            (f"{place}.{name}".removeprefix("."), inner)
            for place, value in level
            for name, inner in _inside(value)
        ]
        if not level:
            return None
    return "is nested too deeply"


def _inside(value: object) -> Iterable[tuple[object, object]]:
    if isinstance(value, Mapping):
        return value.items()
    return enumerate(value) if isinstance(value, list | tuple) else ()
