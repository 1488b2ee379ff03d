"""Which keys an output folder has: each wrapped, and named by everything that hangs on it.

The file is small and replaced as a whole, so that whoever opens the folder sees the keys as they
were wrapped before, or as they are wrapped now. It holds no secret: without the key that wraps
them, nobody has the keys in it. The last is in use; the others are for what was written earlier.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated

import msgspec

from clearshard import layout
from clearshard.errors import IntegrityError, ObjectChanged, ObjectNotFound
from clearshard.storage.store import ReadableStore, Store

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


def read_keys(store: ReadableStore) -> KeyFile | None:
    """The keys of an output; None where nothing was ever encrypted.

    Raises:
        IntegrityError: The file is not what was written.
        StoreError: It cannot be read.
    """
    try:
        content = store.read(layout.ENCRYPTION_KEYS, _MOST_BYTES)
    except ObjectNotFound:
        return None
    return _decoded(content.data)


def _decoded(content: bytes) -> KeyFile:
    try:
        found: KeyFile | None = msgspec.json.decode(content, type=KeyFile)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        found = None
    if found is None or found.format != 1 or len({key.id for key in found.keys}) < len(found.keys):
        raise IntegrityError(
            f"{layout.ENCRYPTION_KEYS} is not what was written: it was edited, or a later version "
            "wrote it. Restore it from a backup: without it nothing encrypted can be read."
        )
    return found


def destroyed(file: KeyFile | None, key_ids: Iterable[str]) -> frozenset[str]:
    """Those of some keys that the folder has no more, so that nobody can have them again.

    Args:
        file: The keys of the folder.
        key_ids: What shards hang on; on none hangs what is plain.
    """
    there = {"", *(key.id for key in (file.keys if file is not None else ()))}
    return frozenset(key_ids) - there


def without(file: KeyFile, key_ids: Collection[str]) -> KeyFile:
    """The same keys but for some, whether or not they are there."""
    return KeyFile(tuple(key for key in file.keys if key.id not in key_ids))


def put_keys(stores: Sequence[Store], file: KeyFile) -> None:
    """Writes the keys of an output that had none.

    Args:
        stores: The output, wherever it is kept; the first is what counts.
        file: The keys.

    Raises:
        StoreError: Somebody else has written them, or they cannot be written.
    """
    for store in stores:
        store.put_if_absent(layout.ENCRYPTION_KEYS, _encoded(file))


def replace_keys(stores: Sequence[Store], before: KeyFile, file: KeyFile) -> None:
    """Replaces the keys of an output.

    Args:
        stores: The output, wherever it is kept; the first is what counts.
        before: The keys that were read.
        file: The keys.

    Raises:
        StoreError: They are others now, or cannot be written.
    """
    for store in stores:
        there = store.read(layout.ENCRYPTION_KEYS, _MOST_BYTES)
        if _decoded(there.data) != before:
            raise ObjectChanged(f"{layout.ENCRYPTION_KEYS} was changed meanwhile. Try again.")
        store.replace_if_unchanged(layout.ENCRYPTION_KEYS, _encoded(file), there.found.tag)


def _encoded(file: KeyFile) -> bytes:
    """The bytes of the file."""
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"
