"""A store in a bucket, through `obstore`.

What may be done there, and as whom, the surroundings say (`clearshard.storage.clients`).
"""

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from clearshard.errors import (
    ObjectChanged,
    ObjectExists,
    ObjectNotFound,
    ObjectTooLarge,
    StoreError,
    StoreUnavailable,
)
from clearshard.storage.answers import changed, told, unconditional
from clearshard.storage.clients import require_obstore
from clearshard.storage.places import (
    MAX_PLACE_BYTES,
    PLACE_NAME,
    new_place_id,
    read_place_id,
    spelled,
)
from clearshard.storage.store import (
    RESERVED,
    Content,
    Found,
    Listed,
    Unlisted,
    VersionTag,
    is_key,
    key_parts,
)

if TYPE_CHECKING:
    from obstore import ObjectMeta, PutMode, PutResult, UpdateVersion
    from obstore.store import ObjectStore as Client

_PROBES = f"{RESERVED}probe"
#: A probe takes seconds. What is older was left by a process that was killed.
_PROBE_LIFE = timedelta(hours=1)


def in_memory() -> "ObjectStore":
    """A store that ends with this process, for tests."""
    require_obstore()
    from obstore.store import MemoryStore

    return ObjectStore(MemoryStore())


class ObjectStore:
    """The objects of a bucket, or those below a prefix in it.

    A version is known by its ETag: another content has another.
    """

    def __init__(self, client: "Client", prefix: str = "") -> None:
        """Asks nothing of the server.

        Args:
            client: Of the bucket.
            prefix: Stands before every key, with a slash between them.

        Raises:
            KeyRefused: The prefix could be no key.
        """
        self._client = client
        self._prefix = f"{'/'.join(key_parts(prefix))}/" if prefix else ""

    def head(self, key: str) -> Found | None:
        """See `ReadableStore`."""
        key_parts(key)
        try:
            return _found(key, self._meta(key))
        except ObjectNotFound:
            return None

    def read(self, key: str, max_bytes: int) -> Content:
        """See `ReadableStore`."""
        key_parts(key)
        return self._read(key, max_bytes)

    def read_range(self, key: str, start_byte: int, max_bytes: int, tag: VersionTag) -> bytes:
        """See `ReadableStore`."""
        key_parts(key)
        found = _found(key, self._meta(key))
        if found.tag != tag:
            raise changed(key)
        end_byte = min(start_byte + max_bytes, found.size_bytes)
        if start_byte >= end_byte:
            return b""  # servers refuse a range without bytes in it, each in its way
        with told(key):
            answer = self._client.get(
                f"{self._prefix}{key}",
                options={"range": (start_byte, end_byte), "if_match": tag.value},
            )
            return _whole(key, bytes(answer.bytes()), end_byte - start_byte)

    def list_below(self, folder: str = "") -> Iterator[Listed]:
        """See `ReadableStore`.

        Raises:
            StoreUnavailable: The server lists in another order.
        """
        if folder:
            key_parts(folder)
        return (one for one in self._listed(folder) if isinstance(one, Listed))

    def find_below(self, folder: str = "") -> Iterator[Listed | Unlisted]:
        """See `ReadableStore`."""
        if folder:
            key_parts(folder)
        for key, meta in self._metas(folder):
            if is_key(key):
                yield Listed(key, _found(key, meta))
            elif key != PLACE_NAME and not key.startswith(_PROBES):
                yield Unlisted(spelled(key))

    def list_all(self) -> Iterator[Listed | Unlisted]:
        """See `ReadableStore`; raises as `list_below`. Empty objects that mark folders are none."""
        return self._listed("")

    def put_if_absent(self, key: str, data: bytes | memoryview) -> VersionTag:
        """See `Store`."""
        key_parts(key)
        return _tag(key, self._put(key, data, "create"))

    def replace_if_unchanged(
        self, key: str, data: bytes | memoryview, tag: VersionTag
    ) -> VersionTag:
        """See `Store`."""
        key_parts(key)
        try:
            there = self._meta(key)
        except ObjectNotFound:
            raise changed(key) from None
        if _tag(key, there) != tag:
            raise changed(key)
        return _tag(key, self._put(key, data, _only_over(there)))

    def delete_if_unchanged(self, key: str, tag: VersionTag) -> None:
        """See `Store`. The provider's deletion knows no condition: a look comes before it."""
        key_parts(key)
        try:
            there = _tag(key, self._meta(key))
        except ObjectNotFound:
            raise changed(key) from None
        if there != tag:
            raise changed(key)
        self._delete(key)

    def place_id(self, folder: str = "") -> str:
        """See `Store`. A bucket is of one piece, and has no folders that could be missing."""
        if folder:
            key_parts(folder)
        try:
            return read_place_id(self._read(PLACE_NAME, MAX_PLACE_BYTES).data)
        except ObjectNotFound:
            pass
        with suppress(ObjectExists):  # somebody else was faster
            self._put(PLACE_NAME, new_place_id(), "create")
        return read_place_id(self._read(PLACE_NAME, MAX_PLACE_BYTES).data)

    def delete(self, key: str) -> None:
        """See `Store`."""
        key_parts(key)
        self._delete(key)

    def sweep(self) -> int:
        """See `Store`. No server shows an unfinished object: only probes can be left."""
        old = datetime.now(UTC) - _PROBE_LIFE
        left = [key for key, meta in self._metas(_PROBES) if meta["last_modified"] < old]
        for key in left:
            self._delete(key)
        return len(left)

    def require_conditional_writes(self) -> None:
        """Makes sure that both conditions hold here; what it writes for that is gone afterwards.

        It writes one after the other. That the conditions hold for two at once is what a store that
        knows them promises.

        Raises:
            StoreRefused: It writes although a condition does not hold, or knows no conditions.
        """
        key = f"{_PROBES}/{secrets.token_hex(16)}"
        try:
            first = self._put(key, b"first", "create")
            with _refusing(ObjectExists, "puts an object where there is one"):
                self._put(key, b"put over another", "create")
            self._require_last(key, b"first", first)
            second = self._put(key, b"second", _only_over(first))
            with _refusing(ObjectChanged, "replaces a version that is not the one named"):
                self._put(key, b"put over a newer one", _only_over(first))
            self._require_last(key, b"second", second)
        except (ObjectExists, ObjectChanged, ObjectNotFound, ObjectTooLarge):
            raise unconditional("does not do what a condition that holds asks for") from None
        finally:
            with suppress(StoreError):
                self._delete(key)

    def _require_last(self, key: str, data: bytes, put: "PutResult") -> None:
        content = self._read(key, len(data))
        if content.data != data or content.found.tag != _tag(key, put):
            raise unconditional("does not give back what was put last, and its version")

    def _meta(self, key: str) -> "ObjectMeta":
        with told(key):
            return self._client.head(f"{self._prefix}{key}")

    def _read(self, key: str, max_bytes: int) -> Content:
        with told(key):
            answer = self._client.get(f"{self._prefix}{key}")
            found = _found(key, answer.meta)
            # Its bytes were not asked for yet.
            if found.size_bytes > max_bytes:
                raise ObjectTooLarge(f"{key} has {found.size_bytes} bytes, more than {max_bytes}.")
            return Content(_whole(key, bytes(answer.bytes()), found.size_bytes), found)

    def _put(self, key: str, data: bytes | memoryview, mode: "PutMode") -> "PutResult":
        try:
            with told(key):
                # In one request: in several it would not be under a condition.
                return self._client.put(
                    f"{self._prefix}{key}", data, mode=mode, use_multipart=False
                )
        except ObjectNotFound:
            raise StoreUnavailable("The bucket is not there. Make it, or mend its name.") from None

    def _delete(self, key: str) -> None:
        with suppress(ObjectNotFound), told(key):
            self._client.delete(f"{self._prefix}{key}")

    def _metas(self, folder: str) -> Iterator[tuple[str, "ObjectMeta"]]:
        """What is below a folder; not the empty object by which consoles show the folder itself."""
        above = f"{self._prefix}{folder}".rstrip("/")
        with told(folder or "the bucket"):
            for chunk in self._client.list(above or None):
                for meta in chunk:
                    if meta["path"] != above or meta["size"] != 0:
                        yield meta["path"][len(self._prefix) :], meta

    def _listed(self, folder: str) -> Iterator[Listed | Unlisted]:
        before = ""
        #: The keys so far that the last one begins with, shortest first. Until ``a/`` comes, every
        #: key after ``a`` begins with it.
        begun: list[str] = []
        for key, meta in self._metas(folder):
            if not is_key(key):
                if key != PLACE_NAME and not key.startswith(_PROBES):
                    yield Unlisted(spelled(key))
                continue
            if self._is_marker(key, meta, begun):
                continue
            if key < before:
                raise StoreUnavailable(
                    "The store lists its objects in no order that can be relied on. Use another "
                    "kind of bucket."
                )
            before = key
            while begun and not key.startswith(begun[-1]):
                begun.pop()
            begun.append(key)
            yield Listed(key, _found(key, meta))

    def _is_marker(self, key: str, meta: "ObjectMeta", begun: Collection[str]) -> bool:
        """Whether it is the empty object ``a/`` by which consoles show a folder.

        It is told to us as ``a``, which may be there as well and was listed then, or not.
        """
        return meta["size"] == 0 and (key in begun or self.head(key) is None)


def _only_over(there: "ObjectMeta | PutResult") -> "UpdateVersion":
    """The condition that this version is there: by its ETag, or of Google by its generation."""
    marks: UpdateVersion = {}
    if there["e_tag"] is not None:
        marks["e_tag"] = there["e_tag"]
    if there["version"] is not None:
        marks["version"] = there["version"]
    return marks


def _tag(key: str, there: "ObjectMeta | PutResult") -> VersionTag:
    if not there["e_tag"]:
        raise StoreUnavailable(f"The store gives {key} no ETag, so its versions are not known.")
    return VersionTag(there["e_tag"])


def _found(key: str, meta: "ObjectMeta") -> Found:
    # The server makes a new ETag with each write: there is no clock to wait for.
    return Found(meta["size"], _tag(key, meta), settled=True)


def _whole(key: str, data: bytes, wanted_bytes: int) -> bytes:
    if len(data) != wanted_bytes:
        raise StoreUnavailable(f"{key} came with {len(data)} bytes in place of {wanted_bytes}.")
    return data


@contextmanager
def _refusing(how: type[StoreError], what: str) -> Iterator[None]:
    """What is done in it must be refused, or the store is.

    Raises:
        StoreRefused: It was done.
    """
    try:
        yield
    except how:
        return
    raise unconditional(what)
