"""Which keys an output folder has: each wrapped, and named by everything that hangs on it.

The file is small and replaced as a whole, so that whoever opens the folder sees the keys as they
were wrapped before, or as they are wrapped now. It holds no secret: without the key that wraps
them, nobody has the keys in it. The last is in use; the others are for what was written earlier.
"""

from typing import Annotated

import msgspec

from clearshard import layout
from clearshard.errors import IntegrityError, ObjectNotFound
from clearshard.storage.store import ReadableStore, VersionTag

_MOST_BYTES = 1 << 20


class Wrapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of the folder.

    Attributes:
        id: Its name.
        made_at: When, RFC 3339.
        wrapped_by: Who has wrapped it; see `clearshard.vault.kms`.
        wrapped: The key, wrapped.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
    made_at: str
    wrapped_by: str
    wrapped: str


class KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All keys of a folder, the one in use last; none if all were taken out."""

    keys: tuple[Wrapped, ...]
    format: int = 1


def read_keys(store: ReadableStore) -> tuple[KeyFile, VersionTag] | None:
    """The keys of an output, and the version of the file; None where nothing was ever encrypted.

    Raises:
        IntegrityError: The file is not what was written.
        StoreError: It cannot be read.
    """
    try:
        content = store.read(layout.ENCRYPTION_KEYS, _MOST_BYTES)
    except ObjectNotFound:
        return None
    try:
        found = msgspec.json.decode(content.data, type=KeyFile)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        found = None
    if found is None or found.format != 1 or len({key.id for key in found.keys}) < len(found.keys):
        raise IntegrityError(
            f"{layout.ENCRYPTION_KEYS} is not what was written: it was edited, or a later version "
            "wrote it. Restore it from a backup: without it nothing encrypted can be read."
        )
    return found, content.found.tag


def encoded(file: KeyFile) -> bytes:
    """The bytes of the file."""
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"
