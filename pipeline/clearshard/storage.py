"""The one seam to the file system: safe reads of sources, durable writes of results.

Reads of customers' files never follow a symbolic link and never leave the configured root. Writes
become visible by rename only, after the bytes and the folder entry have reached the disk. What is
written is this user's alone, whatever the umask, unless it is opened to others on purpose.
"""

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from clearshard.errors import ClearshardError, OutputFull, OutputUnusable, RunFailed
from clearshard.records.states import Quarantine, QuarantineReason

#: Everything that is allowed to the group and to others.
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


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
        if os.fstat(file.fileno()).st_size > max_bytes:
            raise Quarantine(QuarantineReason.TOO_LARGE, "max_transcript_bytes")
        try:
            content = file.read(max_bytes + 1)
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
        return (root / uri).lstat()
    except (OSError, ValueError):
        return None


def size_inside(root: Path, uri: str) -> int:
    """Size in bytes of the file at `uri`, for balancing work; 0 where it cannot be told."""
    found = stat_inside(root, uri)
    return 0 if found is None else found.st_size


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
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        # What a crash has left goes first: the new file has its own owner and permissions.
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)


def write_atomic(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Writes a file so that readers see the old content or the new, never a part."""
    with new_file(path, mode) as file:
        file.write(content)


def publish(staged: Path, visible: Path) -> None:
    """Renames a finished file or folder to where readers look."""
    visible.parent.mkdir(parents=True, exist_ok=True)
    staged.replace(visible)
    fsync_folder(visible.parent)
    fsync_folder(staged.parent)


def remove_tree(folder: Path) -> None:
    """Removes a folder and what is in it, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)
        fsync_folder(folder.parent)


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


@contextmanager
def output_errors(out: Path) -> Iterator[None]:
    """Turns the operating system's errors on writing into errors that say what to do.

    Raises:
        OutputFull: The disk or the quota is full.
        OutputUnusable: The folder cannot be written.
        RunFailed: The disk does not do what it should.
    """
    try:
        yield
    except ClearshardError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputFull(
                f"No space left for {out}. Nothing became visible. Free space, then run again."
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise OutputUnusable(
                f"{out} cannot be written ({errno.errorcode[error.errno]}). Nothing became "
                "visible. Choose another folder with --out, or mend its permissions."
            ) from None
        if error.errno in (errno.EIO, errno.ESTALE, errno.ENXIO):
            raise RunFailed(
                f"The disk of {out} or of the sources failed ({errno.errorcode[error.errno]}). "
                "Nothing became visible by halves. Look after the disk, then run again."
            ) from None
        raise
