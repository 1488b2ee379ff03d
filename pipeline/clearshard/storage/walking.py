"""A folder as a listing: what is in it and below, in the order of keys."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress

from clearshard.errors import NotAnObject
from clearshard.storage import beneath
from clearshard.storage.places import PLACE_NAME, spelled
from clearshard.storage.store import Listed, Unlisted, is_key
from clearshard.storage.versions import found_of


def walked(
    folder: int, prefix: str, now_ns: Callable[[], int], *, told: bool
) -> Iterator[Listed | Unlisted]:
    """What is in and below an open folder.

    Args:
        folder: The folder.
        prefix: What its keys begin with.
        now_ns: The clock of the file system.
        told: Whether what can be no object is told; else it is left out, and a folder that is
            closed is an error.
    """
    with os.scandir(folder) as found:
        # In the order of whole keys, in which what is in `a` comes after `a-b`.
        names = sorted(
            f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name
            for entry in found
            if told or is_key(prefix + entry.name)
        )
    for name in names:
        if not is_key(prefix + name.rstrip("/")):
            if name != PLACE_NAME and not beneath.is_ours(name):
                yield Unlisted(spelled(prefix + name))
            continue
        with suppress(FileNotFoundError, NotADirectoryError, NotAnObject):  # it went meanwhile
            if name.endswith("/"):
                try:
                    inner = beneath.open_folder(folder, name[:-1])
                except PermissionError:
                    if not told:
                        raise
                    yield Unlisted(spelled(prefix + name))
                    continue
                try:
                    yield from walked(inner, prefix + name, now_ns, told=told)
                finally:
                    os.close(inner)
            else:
                looked_ns = now_ns()
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    yield Listed(prefix + name, found_of(status, looked_ns))
                else:
                    yield Unlisted(spelled(prefix + name))
