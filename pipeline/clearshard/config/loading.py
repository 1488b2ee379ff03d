"""A configuration file → a `Config`, or all that is wrong with it."""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from clearshard.config.whole import Config, read_text
from clearshard.errors import ConfigError
from clearshard.toml import parse_toml, unfit

#: Finds what is wrong with a configuration whose keys and types are right.
MoreProblems = Callable[[Config], list[str]]


def load_config(path: Path, more: MoreProblems | None = None) -> Config:
    """Reads a configuration file.

    Args:
        path: The file.
        more: Looks for what else is wrong, in all that is of the right type.

    Raises:
        ConfigError: With every unknown key, wrong type and missing value, and what `more` finds.
    """
    raw = parse_toml(read_text(path), str(path))
    return parse_config(raw, path.absolute().parent, str(path), more)


def parse_config(
    raw: Mapping[str, Any], base: Path, source: str, more: MoreProblems | None = None
) -> Config:
    """Checks what is, or would be, in a configuration file.

    Args:
        raw: Its tables; lists may be tuples, and texts paths.
        base: The folder that relative paths start from.
        source: What to call it in errors.
        more: See `load_config`.

    Raises:
        ConfigError: With every unknown key, wrong type and missing value, and what `more` finds.
    """
    if problem := unfit(raw):
        raise ConfigError(source, [problem])
    problems = ["base → unknown key"] if "base" in raw else []
    raw = {name: value for name, value in raw.items() if name != "base"}
    problems += _not_in_json(raw)
    # TOML has arrays only; tuples keep the values frozen. Strict mode would refuse the change.
    content = json.dumps(raw, default=_plain_value)
    config: Config | None
    try:
        config = Config.model_validate_json(content)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)
        problems += [
            f"{'.'.join(str(p) for p in e['loc'])} → {_plain(e['type'], e['msg'])}" for e in wrong
        ]
        config = _what_is_right(json.loads(content), [e["loc"] for e in wrong])
    if config is not None:
        config = config.model_copy(update={"base": base})
        problems += more(config) if more is not None else []
    if problems or config is None:
        raise ConfigError(source, problems)
    return config


def _what_is_right(raw: dict[str, Any], wrong: Sequence[tuple[int | str, ...]]) -> Config | None:
    """A configuration without the settings that are wrong, so that the others can be looked at."""
    for section, *names in wrong:
        inside = raw.get(str(section))
        if names and isinstance(inside, dict):
            inside.pop(str(names[0]), None)
        else:
            raw.pop(str(section), None)
    nowhere = {"manifest": "", "registry": "", "transcripts": ""}
    raw["sources"] = {**nowhere, **raw.get("sources", {})}
    try:
        return Config.model_validate_json(json.dumps(raw))
    except ValidationError:
        return None


def _not_in_json(value: object, place: str = "") -> Iterator[str]:
    """What TOML has and JSON has not: there a date is a text, and `nan` or `inf` is nothing at all.

    A setting that was written would be taken for one that was not.
    """
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _not_in_json(inner, f"{place}.{name}" if place else str(name))
        case list() | tuple():
            for number, inner in enumerate(value):
                yield from _not_in_json(inner, f"{place}.{number}")
        case float() if not math.isfinite(value):
            yield f"{place} → must be a finite number"
        case date() | time():
            yield f"{place} → must not be a date or a time; put it in quotes if it is a text"


def _plain_value(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _plain(kind: str, message: str) -> str:
    plain = {"extra_forbidden": "unknown key", "missing": "is required"}
    return plain.get(kind, message.removeprefix("Value error, "))
