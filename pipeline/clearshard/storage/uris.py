"""Which store a uri of the configuration means.

No message repeats a uri: somebody may have written a password into it.
"""

import errno
import os
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from clearshard.errors import KeyRefused, StoreRefused, StoreUnavailable
from clearshard.storage.clients import bucket
from clearshard.storage.failures import output_errors
from clearshard.storage.files import fsync_folder
from clearshard.storage.local import LocalStore
from clearshard.storage.objects import ObjectStore, in_memory
from clearshard.storage.store import ReadableStore, Store

_BUCKETS = ("s3", "gs", "az")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(//)?")
#: As RFC 8089 has it, with the slash that the path begins with.
_FILE = re.compile(r"file:(//(localhost)?)?/(?!/)", re.IGNORECASE)
#: Providers have narrower rules. This one leaves no room for a user, a password or a query.
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_POSSIBLE = (
    "Possible are a path, file:///FOLDER, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX and "
    "az://CONTAINER/PREFIX, without user, password, query or fragment: credentials are taken from "
    "the environment."
)
#: Stores that tests have named; a program has none.
_IN_MEMORY: dict[str, ObjectStore] = {}


def open_store(uri: str, base: Path) -> Store:
    """A store to write to.

    A folder that is not there is made, for this user alone. A bucket must be there, and is tried
    out: whether it holds to conditions.

    Args:
        uri: A path, or one of a store.
        base: The folder that a relative path begins at.

    Raises:
        StoreRefused: The uri means no store, a package is not installed, or the bucket writes
            although a condition does not hold.
        StoreUnavailable: The server does not answer, or does not let this user write.
        OutputUnusable: The folder cannot be made.
    """
    place = _place(uri, base)
    if isinstance(place, Path):
        _make(place)
        return LocalStore(place)
    place.require_conditional_writes()
    return place


def open_readable(uri: str, base: Path) -> ReadableStore:
    """A store to read from. Nothing is written to it, not even to try it out.

    Args:
        uri: A path, or one of a store.
        base: The folder that a relative path begins at.

    Raises:
        StoreRefused: The uri means no store, or a package is not installed.
        StoreUnavailable: The folder is not there.
    """
    place = _place(uri, base)
    if not isinstance(place, Path):
        return place
    if not place.is_dir():
        raise StoreUnavailable(f"The folder {place} is not there. Is its disk mounted?")
    return LocalStore(place)


def open_within(uri: str) -> tuple[ReadableStore, str]:
    """A bucket to read from, and the key in it that a uri names; nothing is asked of it yet.

    Args:
        uri: As in ``s3://BUCKET/KEY``; what is behind the bucket need be no key.

    Raises:
        StoreRefused: The uri means no bucket, or a package is not installed.
    """
    scheme, _, rest = uri.partition("://")
    name, _, key = rest.partition("/")
    place = _place(f"{scheme}://{name}", Path("/"))
    # Of patterns ``*`` and ``[ab]`` are left.
    if isinstance(place, Path) or "?" in key or "#" in key:
        raise StoreRefused(f"This uri names no bucket. {_POSSIBLE}")
    return place, key.removesuffix("/")


@contextmanager
def named_in_memory(name: str) -> Iterator[Store]:
    """A new store that ``memory://NAME`` means meanwhile, in this process: for tests."""
    _IN_MEMORY[name] = in_memory()
    try:
        yield _IN_MEMORY[name]
    finally:
        del _IN_MEMORY[name]


def _place(uri: str, base: Path) -> Path | ObjectStore:
    found = _SCHEME.match(uri)
    scheme = found[1].lower() if found else ""
    if not found or not (found[2] or scheme in ("file", "memory", *_BUCKETS)):
        return _folder(uri, base)
    rest = uri[found.end() :]
    if found[2] and scheme == "file":
        return _folder(_decoded(rest), Path("/"))
    if found[2] and scheme in _BUCKETS:
        return _in_bucket(scheme, rest)
    if found[2] and scheme == "memory" and rest in _IN_MEMORY:
        return _IN_MEMORY[rest]
    raise StoreRefused(f"This uri means no store. {_POSSIBLE}")


def _folder(path: str, base: Path) -> Path:
    if not path or "\0" in path:
        raise StoreRefused(f"This path means no folder. {_POSSIBLE}")
    return base / path


def _decoded(rest: str) -> str:
    """The path of a file uri, which has no host."""
    if not rest.startswith("/") or "?" in rest or "#" in rest:
        raise StoreRefused(
            "A file uri has three slashes and an absolute path, in which '%', '?' and '#' are "
            f"written as %25, %3F and %23. {_POSSIBLE}"
        )
    return os.fsdecode(unquote_to_bytes(rest))


def _in_bucket(scheme: str, rest: str) -> ObjectStore:
    name, _, prefix = rest.partition("/")
    if not _BUCKET.fullmatch(name) or "?" in prefix or "#" in prefix:
        raise StoreRefused(f"This uri names no bucket. {_POSSIBLE}")
    try:
        return ObjectStore(bucket(scheme, name), prefix.removesuffix("/"))
    except KeyRefused as error:
        raise StoreRefused(f"The prefix within the bucket is none. {error}") from None


def _make(folder: Path) -> None:
    with output_errors(folder):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
            fsync_folder(path.parent)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "is a file")


def file_path(uri: str) -> str | None:
    """The absolute path that a file uri of this machine stands for; None if it is none."""
    found = _FILE.match(uri)
    if not found or "?" in uri or "#" in uri:
        return None
    return unquote(uri[found.end() - 1 :])


def straight(address: str) -> str:
    """A path or an address without anything encoded, doubled or taken back in it.

    Decoded until nothing is left to decode: who compares takes two places for one rather than one
    for two.
    """
    text = address
    while (decoded := unquote(text)) != text:
        text = decoded
    scheme, colon, rest = text.rpartition("://")
    plain = posixpath.normpath(rest) if rest else ""
    return scheme + colon + ("/" + plain.lstrip("/") if rest[:1] == "/" else plain)
