"""Calls of the operating system relative to an open folder, so that no link can lead elsewhere."""

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from clearshard.errors import NotAnObject
from clearshard.storage.store import RESERVED

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
#: O_NONBLOCK: opening a named pipe would otherwise wait for a writer for ever.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
#: Held while an object is replaced or deleted, in the root; it stays.
LOCK_NAME = f"{RESERVED}lock"
_UNFINISHED = f"{RESERVED}tmp-"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A file that is whole and on the disk, but has no name that anybody is told."""

    name: str
    handle: int


@contextmanager
def folders(root: Path, names: Sequence[str], *, make: int | None = None) -> Iterator[list[int]]:
    """The folders from the root to the innermost of `names`, open.

    Args:
        root: Where to begin; a link may lead there.
        names: Of folders, each in the one before.
        make: The mode of those that are made where they are not there; None if none are.

    Raises:
        NotAnObject: One is a link, or where some are to be made, a file.
        OSError: One is not there, or cannot be opened.
    """
    handles: list[int] = []
    try:
        handles.append(os.open(root, os.O_RDONLY | os.O_DIRECTORY))
        for name in names:
            handles.append(_folder(handles[-1], name, make))
        yield handles
    finally:
        for handle in handles:
            os.close(handle)


def _folder(parent: int, name: str, make: int | None) -> int:
    if make is None:
        return open_folder(parent, name)
    try:
        return open_folder(parent, name)
    except NotADirectoryError:
        raise NotAnObject(f"{name} is a file, so no object can be put below it.") from None
    except FileNotFoundError:
        made = False
        with suppress(FileExistsError):  # somebody else has just made it
            os.mkdir(name, 0o700, dir_fd=parent)
            made = True
    handle = open_folder(parent, name)
    if made:
        os.fchmod(handle, make)  # whatever the umask
    return handle


def open_folder(parent: int, name: str) -> int:
    """Opens a folder in a folder.

    Raises:
        NotAnObject: It is a link, or neither folder nor file.
        NotADirectoryError: It is a file.
        OSError: It is not there, or cannot be opened.
    """
    try:
        return os.open(name, _FOLDER, dir_fd=parent)
    except OSError as error:
        if error.errno not in (errno.ENOTDIR, errno.ELOOP):
            raise
        status = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if stat.S_ISREG(status.st_mode):
            raise
        raise NotAnObject(f"{name} is a link, a pipe or a device. None is followed.") from None


def open_file(folder: int, name: str) -> int:
    """Opens what may be a file in a folder, for reading.

    Raises:
        NotAnObject: It is a link or a socket.
        OSError: It is not there, or cannot be opened.
    """
    try:
        return os.open(name, _FILE, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise NotAnObject(f"{name} is a link or a socket. None is followed.") from None
        raise


def pread(handle: int, start_byte: int, wanted_bytes: int) -> bytes:
    """Reads from a file; fewer bytes where it ends."""
    parts = []
    while wanted_bytes > 0 and (part := os.pread(handle, wanted_bytes, start_byte)):
        parts.append(part)
        start_byte += len(part)
        wanted_bytes -= len(part)
    return b"".join(parts)


def fsync_inner_first(handles: Sequence[int]) -> None:
    """Makes the entries of folders durable, and those by which they are reached.

    All of them: whoever has made the outer ones may not have come to that yet.
    """
    for handle in reversed(handles):
        os.fsync(handle)


def is_ours(name: str) -> bool:
    """Whether a name is of the lock, or of a file that is not finished."""
    return name == LOCK_NAME or name.startswith(_UNFINISHED)


@contextmanager
def locked(root: int) -> Iterator[None]:
    """Waits until no other writer holds the lock of a root, and holds it."""
    while True:
        handle = os.open(LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600, dir_fd=root)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _has_name(handle, LOCK_NAME, root):
                break
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # somebody has removed the file meanwhile: there may be a new one
    try:
        yield
    finally:
        # A process forked off meanwhile has the handle too; closing ours alone would free nothing.
        fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)


def _has_name(handle: int, name: str, folder: int) -> bool:
    try:
        there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    ours = os.fstat(handle)
    return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)


@contextmanager
def unfinished(
    folder: int, data: bytes | memoryview, mode: int, time_ns: int
) -> Iterator[Unfinished]:
    """A new file, whole and on the disk, under a name that is gone afterwards.

    The writer holds a lock on it: what a killed one leaves is told apart by that it holds none.
    """
    name, handle = _new_file(folder)
    try:
        os.fchmod(handle, mode)  # whatever the umask
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.utime(handle, ns=(time_ns, time_ns))
        os.fsync(handle)
        yield Unfinished(name, handle)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)


def _new_file(folder: int) -> tuple[str, int]:
    while True:
        name = f"{_UNFINISHED}{secrets.token_hex(8)}"
        handle = os.open(name, _NEW, 0o600, dir_fd=folder)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(handle).st_nlink:
                return name, handle
        except BlockingIOError:
            pass
        except BaseException:
            os.unlink(name, dir_fd=folder)
            os.close(handle)
            raise
        os.close(handle)  # a sweep was faster than our lock


def sweep(folder: int) -> int:
    """Removes unfinished files that no living writer holds, in and below a folder; counts them."""
    removed = 0
    with os.scandir(folder) as found:
        entries = list(found)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            with suppress(FileNotFoundError, NotADirectoryError, NotAnObject):  # gone meanwhile
                inner = open_folder(folder, entry.name)
                try:
                    removed += sweep(inner)
                finally:
                    os.close(inner)
        elif entry.name.startswith(_UNFINISHED) and entry.is_file(follow_symlinks=False):
            with suppress(FileNotFoundError, NotAnObject):
                removed += _removed_if_left(folder, entry.name)
    if removed:
        os.fsync(folder)
    return removed


def _removed_if_left(folder: int, name: str) -> bool:
    handle = open_file(folder, name)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(name, dir_fd=folder)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
