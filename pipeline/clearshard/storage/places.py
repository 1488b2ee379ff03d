"""What tells one place from another that can be reached by the same name (`Store.place_id`)."""

import os
import re
import secrets
from collections.abc import Sequence

from clearshard.errors import NotAnObject, StoreUnavailable
from clearshard.storage import beneath
from clearshard.storage.store import RESERVED

#: What a place is known by, in its root; it stays.
PLACE_NAME = f"{RESERVED}place"
#: More than the id of a place has.
MAX_PLACE_BYTES = 64
_PLACE = re.compile(rb"[0-9a-f]{32}\n")


def new_place_id() -> bytes:
    """What a store puts in a place that has no id yet."""
    return f"{secrets.token_hex(16)}\n".encode()


def read_place_id(data: bytes) -> str:
    """The id of a place.

    Raises:
        StoreUnavailable: It is none: somebody else has put it there.
    """
    if not _PLACE.fullmatch(data):
        raise StoreUnavailable(
            f"{RESERVED}place in the root of a store is not what was put there. Restore it from a "
            "backup, or remove it: a new one is made."
        )
    return data.decode("ascii").strip()


def require_one_disk(opened: Sequence[int], folder: str) -> None:
    """Passes if folders, from the root to the innermost, lie on one disk.

    Raises:
        NotAnObject: They do not.
    """
    if len({os.fstat(handle).st_dev for handle in opened}) > 1:
        raise NotAnObject(
            f"{folder} lies on another disk than its root, and could be missing while that is "
            "there. Name each of the two in retention.roots, and not what holds both."
        )


def place_in(root: int) -> str | None:
    """The id of the place that an open folder is; None if it has none yet.

    Raises:
        StoreUnavailable: What lies there is none.
        NotAnObject: It is a link.
        OSError: It cannot be read.
    """
    try:
        handle = beneath.open_file(root, PLACE_NAME)
    except FileNotFoundError:
        return None
    try:
        return read_place_id(beneath.pread(handle, 0, MAX_PLACE_BYTES))
    finally:
        os.close(handle)


def give_place(root: int, now_ns: int) -> str:
    """Gives the place that an open folder is its id, unless somebody was faster; raises as above.

    Args:
        root: The folder.
        now_ns: The clock of the file system.
    """
    data = new_place_id()
    # No link gives it its name: where it is only deleted, a file system need have none.
    with beneath.unfinished(root, data, 0o600, now_ns) as new, beneath.locked(root):
        known = place_in(root)
        if known is None:
            os.rename(new.name, PLACE_NAME, src_dir_fd=root, dst_dir_fd=root)
            os.fsync(root)
        return known or read_place_id(data)


def spelled(name: str) -> str:
    """A name of any kind in letters that show, so that it can be stored and told."""
    return "".join(
        letter if letter.isprintable() else ascii(letter)[1:-1].replace("udc", "x")
        for letter in name
    )
