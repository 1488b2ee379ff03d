"""How redaction is configured: what is wrong with it, and which redactor and promise it is.

To know that takes importing everything that redacts, which takes as long as deciding on half a
million files. So it can be asked in a process beside this one, forked from the one that has
imported it all for the workers: then a run in which nothing is new imports none of it.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from clearshard.config import Config
from clearshard.engines.engine import Loss
from clearshard.engines.helper import Help, Helper
from clearshard.engines.stopping import Stop
from clearshard.errors import ConfigError, RunFailed
from clearshard.run import PRELOAD

#: What takes long to import; where it is there already, nothing is to be gained.
_LONG = "presidio_analyzer"
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Examined:
    """What a configuration says of redaction.

    Attributes:
        problems: What is wrong with it; then nothing else is known.
        redactor_digest: See `clearshard.run.fingerprint`.
        promise_digest: The same.
        plugins: What a run record says of each plugin.
    """

    problems: tuple[str, ...]
    redactor_digest: str = ""
    promise_digest: str = ""
    plugins: tuple[str, ...] = ()


#: Gives what was found, and waits for it if need be. Raises ConfigError if anything is wrong, and
#: RunFailed if nobody can tell.
Examination = Callable[[], Examined]


def examine(config: Config) -> Examined:
    """Looks at how redaction is configured, here and now."""
    from clearshard.recognizers.plugins import find_plugins
    from clearshard.redaction.checks import problems_of_redaction
    from clearshard.run import fingerprint

    if problems := problems_of_redaction(config):
        return Examined(tuple(problems))
    return Examined(
        (),
        fingerprint.redactor_digest(config),
        fingerprint.promise_digest(config),
        tuple(plugin.told for plugin in find_plugins(config.redaction.plugins)),
    )


def examined_here(config: Config, source: str = "configuration") -> Examination:
    """Looks when it is asked, once.

    Args:
        config: The configuration.
        source: What to call it in errors.
    """
    return cache(lambda: _sound(examine(config), source))


@contextmanager
def examined_beside(config: Config, source: str, stop: Stop) -> Iterator[Examination]:
    """Looks in another process, meanwhile; here, if what it takes is imported already.

    Args:
        config: The configuration.
        source: What to call it in errors.
        stop: Looked at while waiting.
    """
    if _LONG in sys.modules:
        yield examined_here(config, source)
        return
    what: Help[Config, Examined] = Help(
        "that looks at the configuration", _make, config.limits.worker_memory_bytes, PRELOAD
    )
    with Helper(what, stop) as helper, ThreadPoolExecutor(1) as pool:
        found: Future[Examined] = pool.submit(_ask, helper, config)
        try:
            yield lambda: _sound(found.result(), source)
        finally:
            found.cancel()
            helper.close()


def _ask(helper: Helper[Config, Examined], config: Config) -> Examined:
    [examined] = helper.answer(lambda: config, _give_up, _SECONDS)
    return examined


def _give_up(loss: Loss) -> Sequence[Examined]:
    raise RunFailed(
        f"The process that looks at the configuration was lost ({loss}). Is there enough memory "
        "for it, and is limits.worker_memory_bytes large enough?"
    )


def _sound(examined: Examined, source: str) -> Examined:
    if examined.problems:
        raise ConfigError(source, list(examined.problems))
    return examined


def _make() -> Callable[[Config | None], Sequence[Examined]]:
    """The function of the process: one portion for a request, and no other."""
    return lambda config: [] if config is None else [examine(config)]
