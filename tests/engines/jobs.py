"""Jobs that workers of the engine tests run; must be importable in a fresh process."""

import os
import resource
import signal
import time
from collections.abc import Callable
from typing import NoReturn

from pipeline.engines.local import Job, Loss
from pipeline.errors import ConfigError, OutputFull

Numbers = tuple[int, ...]


def split(unit: Numbers) -> tuple[Numbers, Numbers] | None:
    middle = len(unit) // 2
    return (unit[:middle], unit[middle:]) if middle else None


def give_up(unit: Numbers, loss: Loss) -> list[str]:
    return [f"{number} {loss}" for number in unit]


def job(
    make: Callable[..., Callable[[Numbers], list[str]]], seconds: float = 60
) -> Job[Numbers, list[str]]:
    return Job(make, (), split, give_up, seconds)


def make_names() -> Callable[[Numbers], list[str]]:
    def names(unit: Numbers) -> list[str]:
        # Later units finish first, so that order is not luck.
        time.sleep(0.02 / (1 + unit[0]))
        return [str(number) for number in unit]

    return names


def make_poisoned() -> Callable[[Numbers], list[str]]:
    """Dies in four ways, on multiples of ten."""

    def poisoned(unit: Numbers) -> list[str]:
        for number in unit:
            if number == 10:
                os.kill(os.getpid(), signal.SIGSEGV)
            if number == 20:
                os.kill(os.getpid(), signal.SIGKILL)
            if number == 30:
                raise ValueError("a secret that must not be printed")
            if number == 40:
                os._exit(0)
        return [str(number) for number in unit]

    return poisoned


def make_hanging() -> Callable[[Numbers], list[str]]:
    def hanging(unit: Numbers) -> list[str]:
        if 3 in unit:
            time.sleep(60)
        return [str(number) for number in unit]

    return hanging


def make_config_error() -> NoReturn:
    raise ConfigError("job.toml", ["redaction.spacy_model → no such thing"])


def make_secret_error() -> NoReturn:
    raise RuntimeError("a secret that must not be printed")


def make_dying() -> NoReturn:
    os._exit(3)


def make_full_disk() -> Callable[[Numbers], list[str]]:
    def full(unit: Numbers) -> list[str]:
        raise OutputFull("No space left. Free some.")

    return full


def make_limits() -> Callable[[Numbers], list[str]]:
    def limits(unit: Numbers) -> list[str]:
        return [
            str(resource.getrlimit(resource.RLIMIT_CORE)),
            os.environ["OPENBLAS_NUM_THREADS"],
        ]

    return limits
