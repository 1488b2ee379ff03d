"""Reads of customers' files: no symbolic link is followed, and the root is never left."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from clearshard.errors import NotAnObject
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.storage import beneath


def open_inside(root: Path, uri: str) -> BinaryIO:
    """Opens the regular file at `uri` below `root` without following any symbolic link.

    Each component is opened relative to the one before with ``O_NOFOLLOW``, so that there is no
    moment between a check and the opening in which a link could be slipped in.

    Raises:
        Quarantine: `missing`, with ``OutsideRoot`` where the path leaves the root, and the name of
            the operating system's error where it cannot be opened.
    """
    parts = _parts(uri)
    if parts is None:
        raise Quarantine(QuarantineReason.MISSING, "OutsideRoot")
    folder = -1
    try:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        # O_NONBLOCK: opening a named pipe would otherwise wait for a writer for ever.
        handle = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        outside = error.errno in (errno.ELOOP, errno.ENOTDIR)
        name = "OutsideRoot" if outside else type(error).__name__
        raise Quarantine(QuarantineReason.MISSING, name) from None
    except ValueError:  # a lone surrogate cannot be a file name
        raise Quarantine(QuarantineReason.MISSING, "ValueError") from None
    finally:
        if folder >= 0:
            os.close(folder)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Quarantine(QuarantineReason.MISSING, "NotARegularFile")
    return os.fdopen(handle, "rb")


def _parts(uri: str) -> list[str] | None:
    """The components of a path below a root, or None if it is anything else."""
    parts = uri.split("/")
    plain = "\\" not in uri and "\0" not in uri
    return parts if plain and not any(part in ("", ".", "..") for part in parts) else None


def read_inside(root: Path, uri: str, max_bytes: int) -> bytes:
    """Returns the content of the file at `uri` below `root`.

    Raises:
        Quarantine: `missing` as in `open_inside`, or where reading fails; `too_large` above
            `max_bytes`, before any of it is read.
    """
    with open_inside(root, uri) as file:
        size = os.fstat(file.fileno()).st_size
        if size > max_bytes:
            raise Quarantine(QuarantineReason.TOO_LARGE, "max_transcript_bytes")
        try:
            # Room is made for all that is asked for: the most that is allowed would be megabytes.
            content = file.read(size + 1)
            if len(content) > size:
                content += file.read(max_bytes)
        except OSError as error:
            raise Quarantine(QuarantineReason.MISSING, type(error).__name__) from None
    if len(content) > max_bytes:  # it grew while it was read
        raise Quarantine(QuarantineReason.TOO_LARGE, "max_transcript_bytes")
    return content


def stat_inside(root: Path, uri: str) -> os.stat_result | None:
    """What is known of the file at `uri` without opening it; None where nothing is."""
    if _parts(uri) is None:
        return None
    try:
        return os.lstat(f"{root}/{uri}")
    except (OSError, ValueError):
        return None


def is_plain_folder(root: Path, folder: str) -> bool:
    """Whether a folder below `root` is reached without following any symbolic link."""
    try:
        with beneath.folders(root, folder.split("/") if folder else []):
            return True
    except (OSError, ValueError, NotAnObject):
        return False


def size_inside(root: Path, uri: str) -> int:
    """Size in bytes of the file at `uri`, for balancing work; 0 where it cannot be told."""
    found = stat_inside(root, uri)
    return 0 if found is None else found.st_size
