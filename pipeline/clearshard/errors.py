"""One error tree, one exit code each.

Every error that a user can meet is one of these. Messages hold ids, paths, counts and types, never
text of a transcript: errors of parsers and validators quote their input, so they are re-raised as
one of these with ``from None``.

Exit codes are a contract with schedulers: 0 done, 1 anything else, 2 usage or configuration, 3 more
quarantined than the configured share, or more gone than a run may lose or a sweep delete, 4
registry, source or bucket unavailable, or registry stale, 5 integrity check failed, 6 another run
holds the lock or was faster.
"""

import traceback
from collections.abc import Mapping, Sequence
from typing import ClassVar


class ClearshardError(Exception):
    """An error with a message for the user that says what to do next.

    Attributes:
        refusal: What metrics call it where an input was refused, so that nothing was published.
    """

    exit_code: ClassVar[int] = 1
    refusal: ClassVar[str | None] = None

    @property
    def details(self) -> dict[str, object]:
        """Numbers that the message holds, as JSON values, for programs."""
        return {}


class ConfigError(ClearshardError):
    """The configuration or the policy is wrong; every problem is listed.

    Attributes:
        problems: ``location → message``, one for each problem.
    """

    exit_code = 2

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__("\n".join([f"{source}:", *(f"  {p}" for p in self.problems)]))

    def __reduce__(self) -> tuple[type["ConfigError"], tuple[str, tuple[str, ...]]]:
        # A worker that cannot load its redactor sends this to the parent.
        return type(self), (self.source, self.problems)


class QueryRefused(ClearshardError):
    """An ad-hoc query is wrong, or asks for what no query may have."""

    exit_code = 2


class QueryStopped(ClearshardError):
    """An ad-hoc query needs more time or memory than it may have."""


class OutputUnusable(ClearshardError):
    """The output folder cannot be written or belongs to something else."""

    exit_code = 2


class OutputFull(ClearshardError):
    """The disk that holds the output is full; nothing became visible."""


class Interrupted(BaseException):
    """Somebody asked the run to stop; what was finished is kept as far as the run can keep it.

    No `Exception`: nothing may take it for an error of the work in hand.
    """

    exit_code: ClassVar[int] = 1


class InterruptedAtOnce(BaseException):
    """Somebody asked twice: nothing is waited for."""

    exit_code: ClassVar[int] = 1


class RunFailed(ClearshardError):
    """The run could not be finished; nothing became visible."""


class TooManyQuarantined(ClearshardError):
    """More files were quarantined than the configured share; the run is visible."""

    exit_code = 3


class TooManyGone(ClearshardError):
    """Too much of what the run before had written would be gone; nothing became visible.

    Attributes:
        gone: Files that would be gone for other reasons than those that files are meant to go for.
        before: Files that the run before had written.
        due: Files that must go, and are in its shards until a run is published.
    """

    exit_code = 3
    refusal = "too_many_gone"

    def __init__(self, message: str, gone: Mapping[str, int], before: int, due: int) -> None:
        super().__init__(message)
        self.gone = dict(gone)
        self.before = before
        self.due = due

    @property
    def details(self) -> dict[str, object]:
        """See the attributes."""
        return {"gone": self.gone, "files_before": self.before, "due": self.due}


class SourceUnavailable(ClearshardError):
    """A manifest or registry is missing, empty, unreadable or of the wrong schema."""

    exit_code = 4
    refusal = "source_unavailable"


class RegistryStale(ClearshardError):
    """The whole registry is older than the policy allows: no decision can be taken on it."""

    exit_code = 4
    refusal = "registry_stale"


class KmsUnavailable(ClearshardError):
    """A key management service does not answer, or refuses this user; nothing was written."""

    exit_code = 4


class EngineUnavailable(ClearshardError):
    """The cluster that is to work cannot be reached, or has no place; nothing was written."""

    exit_code = 4


class NotConfirmed(ClearshardError):
    """Of something that was deleted it could not be seen that it is gone."""

    exit_code = 4


class TooMuchDue(ClearshardError):
    """A sweep would delete more of what is kept than the configured share; nothing was deleted."""

    exit_code = 3
    refusal = "too_much_due"


class EndpointUnavailable(ClearshardError):
    """An endpoint has no address or does not answer, so nobody knows what it offers."""

    exit_code = 4


class EndpointOutsidePolicy(ClearshardError):
    """An endpoint offers what the published policy does not name, or nothing that it does."""

    exit_code = 5


class StoreError(ClearshardError):
    """A store did not do what it was asked; says which object, never what is in it."""


class KeyRefused(StoreError):
    """The key is none that every store can hold."""


class ObjectNotFound(StoreError):
    """No object has this key."""


class ObjectExists(StoreError):
    """An object has this key already, so none was put."""


class ObjectChanged(StoreError):
    """The object is no longer of the version that was named, or is gone."""


class ObjectTooLarge(StoreError):
    """The object has more bytes than the caller takes; none were returned."""


class NotAnObject(StoreError):
    """A link, a pipe, a device or a folder stands where an object was expected."""


class StoreUnavailable(StoreError):
    """The store does not answer, or refuses this user; what was asked may have been done or not."""

    exit_code = 4


class ListingRefused(StoreUnavailable):
    """The store cannot list what is there; whoever knows a key may get at its object."""


class ObjectDenied(StoreUnavailable):
    """The store does not let this user get at one object; at others it may."""


class ObjectShared(StoreError):
    """The file has other names, hard links: its content would stay under them."""


class StoreRefused(StoreError):
    """This place can be no store: its uri says none, or it cannot hold to a condition."""

    exit_code = 2


class IntegrityError(ClearshardError):
    """What is on disk is not what was recorded, or the counts do not reconcile."""

    exit_code = 5


class ShardsUnread(ClearshardError):
    """Shards are encrypted with a key that is not here, so that nobody can say what they hold."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count:,} shards could not be read: the key that they hang on is not here. Name the "
            "configuration that has it with --config; if it was destroyed, they are lost."
        )
        self.count = count

    def __reduce__(self) -> tuple[type["ShardsUnread"], tuple[int]]:
        return type(self), (self.count,)


class RunLocked(ClearshardError):
    """Another run holds the lock of this output folder, or was published before this one."""

    exit_code = 6


def unexpected(error: BaseException) -> str:
    """The type of an exception and where it came from; its message could quote a transcript."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"unexpected {type(error).__name__} at {places}. This is a defect."
