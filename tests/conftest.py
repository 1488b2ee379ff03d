"""What all tests rely on."""

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from clearshard.children import child_environment, module_path
from clearshard.engines.worker import ONE_THREAD

# As in a worker, whose work is done here: several processes of tests share the cores.
with child_environment(ONE_THREAD):
    import numpy  # noqa: F401 - it reads them now, and no other time

# On a busy machine the first example takes longer than any deadline.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


# Until then: what is imported and collected stays.
gc.disable()


def pytest_collection_finish() -> None:
    """What has been collected stays to the end: no search for garbage need look at it again."""
    gc.freeze()
    gc.enable()


def pytest_sessionfinish() -> None:
    """Python looks at everything once more when it ends."""
    gc.unfreeze()


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """Commands that tests start can be interrupted from their first moment on.

    A shell lets what it starts in the background ignore SIGINT, and that is handed on to the tests
    and to every command that they start, until it has a handler of its own.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _without_processes() -> Iterator[None]:
    """Runs do in this process what workers would do, where a test does not say otherwise."""
    # Here, and not above: who only deals out tests to others needs no model, and begins sooner.
    from .inline import without_processes

    with without_processes():
        yield


@pytest.fixture(autouse=True, scope="session")
def _without_new_databases() -> Iterator[None]:
    """Questions are asked of parts of one database, where a test does not say otherwise."""
    from .one_database import parts_of_one

    with parts_of_one():
        yield


@pytest.fixture(autouse=True, scope="session")
def _workers_find_the_tests() -> Iterator[None]:
    """What tests give workers to do lies in the working folder, which workers do not look in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "clearshard.engines.forking.module_path",
            lambda: [*module_path(), str(Path(__file__).parents[1])],
        )
        yield


@pytest.fixture(autouse=True, scope="session")
def _workers_are_forked_from_all_that_they_need() -> Iterator[None]:
    """The first test with workers starts what all are forked from, and may need little itself."""
    from clearshard.engines.forking import ensure_running
    from clearshard.run import PRELOAD

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "clearshard.engines.worker.ensure_running",
            lambda preload: ensure_running([*PRELOAD, *preload]),
        )
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_waiting_for_disks() -> Iterator[None]:
    """No test loses power, so nothing need be on the disk already; whether it is open is looked at.

    Real commands wait. That they fail where a disk refuses is tested where that is made to happen.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)
        yield


@pytest.fixture
def processes() -> Iterator[None]:
    """Runs have real workers."""
    from .inline import with_processes

    with with_processes():
        yield


@pytest.fixture
def queries_here() -> Iterator[None]:
    """Queries are answered in this process."""
    from .query_here import queries_here

    with queries_here():
        yield
