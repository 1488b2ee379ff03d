"""A store in a folder of this machine.

Each part of a key is opened relative to the one before with ``O_NOFOLLOW``: no symbolic link is
followed, the root is never left, and there is no moment between a check and an opening in which a
link could be slipped in. An object is written under a name that no listing shows, and gets its own
by `link`, which fails where there is one already, or by `rename`.

Whoever replaces or deletes first looks at what is there, and holds a lock from then on: the
kernel's, on a file in the root, which ends with its holder however that ends. Putting a new object
needs none, for `link` looks and writes in one step.
"""

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clearshard.errors import (
    NotAnObject,
    ObjectChanged,
    ObjectDenied,
    ObjectExists,
    ObjectNotFound,
    ObjectShared,
    ObjectTooLarge,
    OutputUnusable,
    StoreUnavailable,
)
from clearshard.storage import beneath
from clearshard.storage.failures import output_errors
from clearshard.storage.places import PLACE_NAME, give_place, place_in, require_one_disk
from clearshard.storage.store import Content, Found, Listed, Unlisted, VersionTag, key_parts
from clearshard.storage.versions import found_of, tag_of
from clearshard.storage.walking import walked


class LocalStore:
    """The objects in and below a folder, which must be there.

    Where a file is there can be no folder: unlike on an object store, ``a`` and ``a/b`` exclude
    each other.
    """

    def __init__(
        self,
        root: Path,
        *,
        umask: int = 0o077,
        shared: frozenset[str] = frozenset(),
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Touches nothing.

        Args:
            root: The folder. It may be reached by a link; nothing below it is.
            umask: What others may not do with what is shared.
            shared: First parts of keys that are opened to others; everything else is this user's
                alone.
            now_ns: The clock of the file system.
        """
        self._root = root
        self._umask, self._shared = umask, shared
        self._now_ns = now_ns

    def head(self, key: str) -> Found | None:
        """See `ReadableStore`."""
        *names, name = key_parts(key)
        now_ns = self._now_ns()
        try:
            with self._reading(key), beneath.folders(self._root, names) as opened:
                status = os.stat(name, dir_fd=opened[-1], follow_symlinks=False)
        except ObjectNotFound:
            return None
        return found_of(status, now_ns) if _is_file(key, status) else None

    def read(self, key: str, max_bytes: int) -> Content:
        """See `ReadableStore`."""
        now_ns = self._now_ns()
        with self._opened(key) as (handle, before):
            if before.st_size > max_bytes:
                raise ObjectTooLarge(f"{key} has {before.st_size} bytes, more than {max_bytes}.")
            data = _read(key, handle, before, 0, before.st_size)
        return Content(data, found_of(before, now_ns))

    def read_range(self, key: str, start_byte: int, max_bytes: int, tag: VersionTag) -> bytes:
        """See `ReadableStore`."""
        with self._opened(key) as (handle, before):
            if tag_of(before) != tag:
                raise _changed(key)
            wanted_bytes = max(0, min(max_bytes, before.st_size - start_byte))
            return _read(key, handle, before, start_byte, wanted_bytes)

    def list_below(self, folder: str = "") -> Iterator[Listed]:
        """See `ReadableStore`. The names in one folder, at each depth, are in memory at a time."""
        listed = self._listed(folder, key_parts(folder) if folder else [], told=False)
        return (one for one in listed if isinstance(one, Listed))

    def find_below(self, folder: str = "") -> Iterator[Listed | Unlisted]:
        """See `ReadableStore`."""
        return self._listed(folder, key_parts(folder) if folder else [], told=True)

    def list_all(self) -> Iterator[Listed | Unlisted]:
        """See `ReadableStore`."""
        return self._listed("", [], told=True)

    def put_if_absent(self, key: str, data: bytes | memoryview) -> VersionTag:
        """See `Store`."""
        *names, name = key_parts(key)
        file_mode, folder_mode = self._modes(key)
        with (
            self._writing(key),
            beneath.folders(self._root, names, make=folder_mode) as opened,
        ):
            folder = opened[-1]
            _require_none(key, folder, name)  # before anything is written in vain
            with beneath.unfinished(folder, data, file_mode, self._now_ns()) as new:
                self._link(new.name, folder, name, key)
                # To have a name less is a change of the file: its tag is taken after that.
                os.unlink(new.name, dir_fd=folder)
                tag = tag_of(os.fstat(new.handle))
                beneath.fsync_inner_first(opened)
        return tag

    def replace_if_unchanged(
        self, key: str, data: bytes | memoryview, tag: VersionTag
    ) -> VersionTag:
        """See `Store`."""
        *names, name = key_parts(key)
        file_mode, _ = self._modes(key)
        with (
            self._rewriting(key),
            beneath.folders(self._root, names) as opened,
            beneath.unfinished(opened[-1], data, file_mode, self._now_ns()) as new,
            beneath.locked(opened[0]),
        ):
            before = os.stat(name, dir_fd=opened[-1], follow_symlinks=False)
            if not _is_file(key, before) or tag_of(before) != tag:
                raise _changed(key)
            # The file system uses its numbers of files again: the third version could have the
            # first one's, and be written in the same tick. Times that only grow tell them apart.
            if os.fstat(new.handle).st_mtime_ns <= before.st_mtime_ns:
                os.utime(new.handle, ns=(before.st_mtime_ns + 1, before.st_mtime_ns + 1))
                os.fsync(new.handle)
            os.rename(new.name, name, src_dir_fd=opened[-1], dst_dir_fd=opened[-1])
            tag = tag_of(os.fstat(new.handle))
            beneath.fsync_inner_first(opened)
        return tag

    def delete_if_unchanged(self, key: str, tag: VersionTag) -> None:
        """See `Store`. Other writers of this program wait; folders stay."""
        *names, name = key_parts(key)
        with (
            self._rewriting(key),
            _permitted(key),
            beneath.folders(self._root, names) as opened,
            beneath.locked(opened[0]),
        ):
            there = os.stat(name, dir_fd=opened[-1], follow_symlinks=False)
            if not _is_file(key, there) or tag_of(there) != tag:
                raise _changed(key)
            if there.st_nlink > 1:
                raise ObjectShared(
                    f"{key} has {there.st_nlink} names (hard links), so its content would stay. "
                    "Remove the other ones (find -samefile), then sweep again."
                )
            os.unlink(name, dir_fd=opened[-1])
            beneath.fsync_inner_first(opened)

    def place_id(self, folder: str = "") -> str:
        """See `Store`. A folder bound to another one of the same disk is not told apart."""
        names = key_parts(folder) if folder else []
        with self._reading(folder), beneath.folders(self._root, names) as opened:
            require_one_disk(opened, folder)
            if (known := place_in(opened[0])) is not None:
                return known
        with self._writing(PLACE_NAME), beneath.folders(self._root, []) as opened:
            return give_place(opened[0], self._now_ns())

    def delete(self, key: str) -> None:
        """See `Store`. Folders stay."""
        *names, name = key_parts(key)
        with (
            suppress(ObjectChanged),
            self._rewriting(key),
            beneath.folders(self._root, names) as opened,
            beneath.locked(opened[0]),
        ):
            with suppress(FileNotFoundError):
                if _is_file(key, os.stat(name, dir_fd=opened[-1], follow_symlinks=False)):
                    os.unlink(name, dir_fd=opened[-1])
            # Also where it was gone: whoever has deleted it may not have come to that yet.
            beneath.fsync_inner_first(opened)

    def move_if_absent(self, key: str, file: Path) -> None:
        """Puts a file as it is, which is on the same disk and written to no more.

        As `put_if_absent`, but nothing is copied; the file loses its name.

        Args:
            key: Where to.
            file: Whole and on the disk.

        Raises:
            ObjectExists: There is one; both are left as they are.
            NotAnObject: Something else is in the way.
        """
        *names, name = key_parts(key)
        file_mode, folder_mode = self._modes(key)
        with (
            self._writing(key),
            beneath.folders(self._root, names, make=folder_mode) as opened,
        ):
            _require_none(key, opened[-1], name)
            file.chmod(file_mode)
            self._link(str(file.absolute()), opened[-1], name, key)
            file.unlink()
            beneath.fsync_inner_first(opened)

    def sweep(self) -> int:
        """See `Store`."""
        with self._writing("what was left"), beneath.folders(self._root, []) as opened:
            return beneath.sweep(opened[0])

    def _link(self, unfinished: str, folder: int, name: str, key: str) -> None:
        try:
            os.link(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError:
            _require_none(key, folder, name)
            raise _exists(key) from None  # and was deleted just now
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP):
                raise
            raise OutputUnusable(
                f"The file system of {self._root} has no hard links, so two runs could both take "
                "themselves for the one that was published. Choose a folder on another one with "
                "--out."
            ) from None

    def _modes(self, key: str) -> tuple[int, int]:
        """Of a file and of the folders it lies in."""
        if key.split("/")[0] not in self._shared:
            return 0o600, 0o700
        return 0o666 & ~self._umask, 0o777 & ~self._umask

    def _require_root(self) -> None:
        if not self._root.is_dir():
            raise StoreUnavailable(
                f"The folder {self._root} is not there. Is its disk mounted?"
            ) from None

    @contextmanager
    def _reading(self, key: str) -> Iterator[None]:
        """Tells what a store tells, in place of what the operating system does."""
        try:
            yield
        except (FileNotFoundError, NotADirectoryError):
            self._require_root()
            raise ObjectNotFound(f"{key or self._root} is not there.") from None
        except PermissionError:
            raise _denied(key or str(self._root)) from None
        except OSError as error:
            raise StoreUnavailable(
                f"{key or self._root} cannot be read ({type(error).__name__}). Look after its "
                "disk and permissions."
            ) from None

    @contextmanager
    def _writing(self, key: str) -> Iterator[None]:
        try:
            with output_errors(self._root):
                yield
        except OSError as error:
            self._require_root()
            raise StoreUnavailable(
                f"{key} cannot be written ({type(error).__name__}). Look after the disk of "
                f"{self._root}."
            ) from None

    @contextmanager
    def _rewriting(self, key: str) -> Iterator[None]:
        with self._writing(key):
            try:
                yield
            except (FileNotFoundError, NotADirectoryError):
                self._require_root()
                raise _changed(key) from None

    @contextmanager
    def _opened(self, key: str) -> Iterator[tuple[int, os.stat_result]]:
        *names, name = key_parts(key)
        with self._reading(key):
            with beneath.folders(self._root, names) as opened:
                handle = beneath.open_file(opened[-1], name)
            try:
                status = os.fstat(handle)
                if not _is_file(key, status):
                    raise ObjectNotFound(f"{key} is not there.")
                yield handle, status
            finally:
                os.close(handle)

    def _listed(self, key: str, names: list[str], *, told: bool) -> Iterator[Listed | Unlisted]:
        with self._reading(key):
            try:
                with beneath.folders(self._root, names) as opened:
                    folder = os.dup(opened[-1])
            except (FileNotFoundError, NotADirectoryError):
                self._require_root()
                return
            try:
                yield from walked(folder, f"{key}/" if key else "", self._now_ns, told=told)
            finally:
                os.close(folder)


@contextmanager
def _permitted(key: str) -> Iterator[None]:
    try:
        yield
    except PermissionError:
        raise _denied(key) from None


def _is_file(key: str, status: os.stat_result) -> bool:
    """Whether an object is there; a folder is none, and is nothing to an object store.

    Raises:
        NotAnObject: Something else is there.
    """
    if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode):
        return stat.S_ISREG(status.st_mode)
    raise NotAnObject(f"{key} is a link, a pipe or a device. Only plain files are objects.")


def _require_none(key: str, folder: int, name: str) -> None:
    with suppress(FileNotFoundError):
        if _is_file(key, os.stat(name, dir_fd=folder, follow_symlinks=False)):
            raise _exists(key)
        raise NotAnObject(f"{key} is a folder, so no object can be put there.")


def _read(
    key: str, handle: int, before: os.stat_result, start_byte: int, wanted_bytes: int
) -> bytes:
    data = beneath.pread(handle, start_byte, wanted_bytes)
    after = os.fstat(handle)
    # Not the time of change: a writer may still be taking the other name from a whole object.
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise _changed(key)
    if len(data) != wanted_bytes:
        raise StoreUnavailable(f"{key} ends before its {before.st_size} bytes.")
    return data


def _exists(key: str) -> ObjectExists:
    return ObjectExists(f"{key} is there already. It is left as it is.")


def _denied(key: str) -> ObjectDenied:
    return ObjectDenied(f"{key} is not this user's to get at. Look after its permissions.")


def _changed(key: str) -> ObjectChanged:
    return ObjectChanged(f"{key} has changed since it was looked at, or is gone.")
