"""Whole and durable files: what is written becomes visible by rename only.

That is after the bytes and the folder's entry have reached the disk.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO


def open_file(path: Path) -> BufferedReader:
    """Opens a file of the user's, or of this program, wherever a link leads to.

    Raises:
        OSError: It cannot be opened, or is a pipe or a device: a reader would wait for its end.
    """
    # O_NONBLOCK: opening a named pipe would otherwise wait for a writer for ever.
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "is not a file")
    return os.fdopen(handle, "rb")


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's bytes, hex; raises as `open_file`."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fsync_folder(path: Path) -> None:
    """Makes the entries of a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_tree(folder: Path) -> None:
    """Makes every file below `folder`, and the folders, durable."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        elif path.is_dir():
            fsync_folder(path)
    fsync_folder(folder)


def temporary_name(name: str) -> str:
    """The name of what `write_atomic` has not finished."""
    return f".{name}.tmp"


@contextmanager
def new_file(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file to write; readers see it whole, in the place of the old one, or not at all."""
    temporary = path.with_name(temporary_name(path.name))
    with os.fdopen(_made_by_us(temporary, mode), "wb") as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    fsync_folder(path.parent)


def _made_by_us(path: Path, mode: int) -> int:
    """Makes a file that nobody else is writing, and holds its lock until it is closed.

    What a crash has left goes: a new file has its own owner and permissions. Of somebody who is at
    work it is waited for that he has finished; else he would give his name to our half.
    """
    while True:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        except FileExistsError:
            _wait_and_remove(path)
            continue
        _lock(handle)
        if _is_still(handle, path):
            return handle
        os.close(handle)  # somebody took it for left before it was locked


def _wait_and_remove(path: Path) -> None:
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        return
    except OSError:  # a link, or of another user
        path.unlink(missing_ok=True)
        return
    try:
        _lock(handle)
        if _is_still(handle, path):
            path.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    """Waits for whoever has it; some file systems know no locks, and there nobody is waited for."""
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX)


def _is_still(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


def write_atomic(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Writes a file so that readers see the old content or the new, never a part."""
    with new_file(path, mode) as file:
        file.write(content)


def remove_tree(folder: Path) -> None:
    """Removes a folder and what is in it, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)
        fsync_folder(folder.parent)
