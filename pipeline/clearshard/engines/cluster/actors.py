"""Ray: members are actors, and their methods are called with bytes. Nothing else knows it.

Ray writes and reads objects with pickle, which runs what it reads. So nothing but bytes is given to
it and taken from it: while an answer is read, no class or function can be looked up by whatever
the cluster has sent. What Ray itself pickles is the class of an actor, by its name: each node has
the code from its own installation.
"""

import ctypes
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from typing import Any

from clearshard.children import CREDENTIALS_OF_STORES, child_environment
from clearshard.engines.cluster.ground import Call, Hand, MemberLost
from clearshard.engines.cluster.reaching import QUIET, Question
from clearshard.engines.cluster.shell import Shell
from clearshard.errors import EngineUnavailable, RunFailed
from clearshard.surroundings import ENCRYPTION_VARIABLE, OLD_ENCRYPTION_VARIABLE, PSEUDONYM_VARIABLE

#: Read when Ray is imported. Whether the cluster still answers is for us to decide: after a minute
#: without its head, Ray would end this process.
_PATIENT = {**QUIET, "RAY_gcs_rpc_server_reconnect_timeout_s": "3600"}
#: What the members of a cluster of our own read from their environment: they open what is sealed,
#: ask for the keys of an encrypted output, and read transcripts. No member signs anything.
_NEEDED = (
    PSEUDONYM_VARIABLE,
    ENCRYPTION_VARIABLE,
    OLD_ENCRYPTION_VARIABLE,
    *CREDENTIALS_OF_STORES,
)
_AUTH_MODE, _AUTH_TOKEN = "RAY_AUTH_MODE", "RAY_AUTH_TOKEN"
#: Nothing large crosses; the least that Ray takes.
_OBJECT_STORE_BYTES = 80 << 20
#: For what a cluster that is up does in less than two; without its head, Ray waits for good.
_SECONDS_TO_ANSWER = 5.0
#: Of many things that a silent cluster is asked for only the first is waited for so long.
_SECONDS_SILENT = 0.2
#: Where a member answers that it is alive while it works.
_PULSE = "pulse"
#: Of a cluster of our own; the same for all that this process starts, since Ray reads it once.
_OWN_TOKEN = secrets.token_hex(32)
_reading = threading.local()
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
#: More than what any system keeps of a signal.
_SIGACTION_BYTES = 1024


class RayCluster:
    """A cluster of Ray, this program's own or one that is there; see `ground.Cluster`.

    Attributes:
        strange: Folders that Ray lets its workers import from, and members do not.
    """

    def __init__(self, asked: Question | None, workers: int) -> None:
        """Connects, or starts one on this machine.

        Args:
            asked: One that is up; None to start one.
            workers: How many processors one that is started has.

        Raises:
            EngineUnavailable: It cannot be reached, or has other versions.
            RunFailed: It cannot be started.
        """
        script = os.path.dirname(os.path.realpath(sys.argv[0] or "."))  # noqa: PTH120 - as Ray does
        self.strange: tuple[str, ...] = (os.getcwd(), script)  # noqa: PTH109 - the same
        self._folder: str | None = None
        self._connected = False
        self._seconds = _SECONDS_TO_ANSWER
        self._ray = ray = load_ray(own=asked is None)
        if asked is not None:
            asked.require_same(ray.__version__, _versions_at)
        with child_environment(_environment(own=asked is None), _NEEDED), _own_signals():
            if not ray.is_initialized():
                self._init(None if asked is None else asked.address, workers)
        remote = ray.remote(
            num_cpus=1,
            max_restarts=0,
            max_task_retries=0,
            max_concurrency=2,
            concurrency_groups={_PULSE: 1},
        )
        self._actor: Any = remote(Shell)

    def hire(self) -> Hand:
        """Asks for an actor on a free processor."""
        return self._actor.remote()

    def call(self, hand: Hand, method: str, *arguments: bytes | int) -> Call:
        """Calls a method; calls are begun in order, two at a time, and the pulse beside them."""
        bound = getattr(hand, method)
        if method == _PULSE:
            bound = bound.options(concurrency_group=_PULSE)
        return bound.remote(*arguments)

    def wait(self, calls: Sequence[Call], seconds: float) -> Set[Call]:
        """Waits until one is answered; those that are by then."""
        if not calls:
            threading.Event().wait(seconds)
            return frozenset()
        done, _ = self._ray.wait(list(calls), num_returns=1, timeout=seconds)
        if done:
            done, _ = self._ray.wait(list(calls), num_returns=len(calls), timeout=0)
        return frozenset(done)

    def answer(self, call: Call) -> bytes:
        """The bytes that a method has returned."""
        answer: object = None
        with _only_bytes() as refused:
            try:
                answer = self._ray.get(call)
            except Exception as error:  # noqa: BLE001 - whatever Ray makes of what it has read
                if isinstance(error, self._ray.exceptions.RayError) and not refused:
                    raise MemberLost from None
        if not isinstance(answer, bytes):
            raise RunFailed("A node of the cluster has sent something else than bytes.")
        return answer

    def dismiss(self, hand: Hand) -> None:
        """Kills an actor; its worker ends with it."""
        self._in_time(lambda: self._ray.kill(hand, no_restart=True))

    def processors(self) -> tuple[float, float]:
        """How many there are, and how many are free."""
        told: list[float] = []

        def ask() -> None:
            for of_all in (self._ray.cluster_resources, self._ray.available_resources):
                told.append(of_all().get("CPU", 0.0))

        self._in_time(ask)
        # Nobody answers: none that we know of.
        return (told[0], told[1]) if len(told) == 2 else (0.0, 0.0)

    def close(self) -> None:
        """Disconnects; a cluster of our own ends."""
        if self._connected:
            with _own_signals():
                self._in_time(self._ray.shutdown)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _in_time(self, do: Callable[[], object]) -> None:
        """Does what takes a moment, and lets go of it where the cluster does not answer."""
        self._seconds = _SECONDS_TO_ANSWER if _done_in(self._seconds, do) else _SECONDS_SILENT

    def _init(self, address: str | None, workers: int) -> None:
        settings: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        if address is None:
            self._folder = tempfile.mkdtemp(prefix="cs.")
            settings |= {
                "num_cpus": workers,
                "include_dashboard": False,
                "object_store_memory": _OBJECT_STORE_BYTES,
                # Within, since Ray opens its own to everybody.
                "_temp_dir": f"{self._folder}/r",
            }
        try:
            self._ray.init(address=address or "local", **settings)
        except Exception as error:  # noqa: BLE001 - whatever Ray raises
            self.close()
            kind = type(error).__name__
            if address is not None:
                raise EngineUnavailable(
                    f"The cluster at {address} does not let this program in ({kind}). Its logs say "
                    "more."
                ) from None
            raise RunFailed(
                f"Ray could not be started on this machine ({kind}). Its sockets lie in the folder "
                "for temporary files: is that writable, and its path shorter than 40 letters? Or "
                "run with --engine local."
            ) from None
        self._connected = True


def load_ray(*, own: bool = False) -> Any:
    """Ray itself, imported with what it reads of the environment as that happens.

    Args:
        own: Whether a cluster of our own is to be started.
    """
    with child_environment(_environment(own=own), _NEEDED), _own_signals():
        import ray
    return ray


def _versions_at(address: str) -> tuple[str, str]:
    """What a cluster has of Ray and of Python; waits for most of a minute where nobody answers."""
    from ray._common.usage.usage_lib import get_cluster_metadata
    from ray._raylet import GcsClient  # type: ignore[attr-defined]  # compiled

    found = get_cluster_metadata(GcsClient(address=address))
    return str(found["ray_version"]), str(found["python_version"])


#: Not empty once Ray was imported with the token that is ours alone.
_with_own_token: list[bool] = []


def _environment(*, own: bool) -> dict[str, str]:
    """What Ray finds in its environment while it starts; also what it starts.

    Nobody else on this machine may give a cluster of our own work to do.
    """
    if not own or _AUTH_MODE in os.environ:
        return _PATIENT
    if "ray" not in sys.modules:
        _with_own_token.append(True)
    # Ray keeps how it was imported: every later cluster of this process must be as the first.
    return (
        {**_PATIENT, _AUTH_MODE: "token", _AUTH_TOKEN: _OWN_TOKEN} if _with_own_token else _PATIENT
    )


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keeps what signals do in this program: Ray takes them for itself.

    In Python, which it and we can do in the first thread alone; and below it, in any thread.
    """
    is_first = threading.current_thread() is threading.main_thread()
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    actions = {number: ctypes.create_string_buffer(_SIGACTION_BYTES) for number in _SIGNALS}
    system = ctypes.CDLL(None)
    for number, action in actions.items():
        system.sigaction(ctypes.c_int(number), None, action)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            if is_first:
                signal.signal(number, handler)
            system.sigaction(ctypes.c_int(number), actions[number], None)


def _done_in(seconds: float, do: Callable[[], object]) -> bool:
    """Whether something was done within a time; it goes on where it was not."""

    def doing() -> None:
        with suppress(Exception):  # what was there is gone, or the cluster is
            do()

    thread = threading.Thread(target=doing, daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


class _NoBytes(Exception):
    """What was sent names a class or a function."""


def _refuse_names(event: str, arguments: tuple[object, ...]) -> None:
    refused: list[object] | None = getattr(_reading, "refused", None)
    if event == "pickle.find_class" and refused is not None:
        refused.append(arguments)
        raise _NoBytes


@contextmanager
def _only_bytes() -> Iterator[Sequence[object]]:
    """Lets no name be looked up by what is read meanwhile: bytes are read without.

    Yields:
        The names that were asked for.
    """
    refused: list[object] = []
    _reading.refused = refused
    try:
        yield refused
    finally:
        _reading.refused = None


sys.addaudithook(_refuse_names)
