"""What is written is this user's alone, whatever the umask, unless it is opened on purpose."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Everything that is allowed to the group and to others.
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@contextmanager
def private() -> Iterator[int]:
    """Whatever this process makes meanwhile only its user can read: 0600, folders 0700.

    Not only what is written through this module: Arrow makes files by itself.

    Yields:
        The umask that the user had chosen, for what is opened to others (`share`).
    """
    umask = os.umask(_OF_OTHERS)
    try:
        yield umask
    finally:
        os.umask(umask)


def share(path: Path, umask: int) -> None:
    """Opens a file, or a folder and what is in it, to whom the umask lets in."""
    for inner in (path, *path.rglob("*")):
        inner.chmod((0o777 if inner.is_dir() else 0o666) & ~umask)


def keep_private(path: Path) -> None:
    """Takes from others what they may do with a file, or with a folder and what is in it.

    Raises:
        OSError: It belongs to somebody else.
    """
    for folder, _, files in os.walk(path):
        for inner in (Path(folder), *(Path(folder, name) for name in files)):
            _close(inner)
    if not path.is_dir():
        _close(path)


def _close(path: Path) -> None:
    with suppress(FileNotFoundError):  # what a crash has left goes while we look
        status = path.lstat()
        mode = stat.S_IMODE(status.st_mode)
        if mode & _OF_OTHERS and not stat.S_ISLNK(status.st_mode):
            path.chmod(mode & ~_OF_OTHERS)
