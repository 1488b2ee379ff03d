"""What is asked of a place that keeps objects: a folder of this machine, or a bucket.

An object is whole: nobody sees half of one. It is read with an upper bound, and it is written under
a condition alone, that there is none or that it is still the one that was read, so that of two
writers one wins and the other is told. What a call has written or deleted is durable when it
returns.

`ObjectExists` and `ObjectChanged` may be the answer to a caller's own write, whose first answer was
lost on the way. Who has to know reads the object and compares: content that names its writer tells.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from clearshard.errors import KeyRefused

#: What a store keeps for itself begins with this: no key may, and no listing shows it.
RESERVED = ".clearshard-"
#: As S3 has it; a component must be a name in a folder too.
_MAX_KEY_BYTES, _MAX_NAME_BYTES = 1024, 255
#: Lone surrogates are the name of no file.
_NAME = rf"(?!\.\.?(?:/|\Z))(?!{re.escape(RESERVED)})[^/\\\x00-\x1f\x7f\ud800-\udfff]+"
_KEY = re.compile(rf"{_NAME}(?:/{_NAME})*")


@dataclass(frozen=True, slots=True)
class VersionTag:
    """What tells one version of an object from the others.

    Two versions of one key with different bytes have different tags, unless somebody has set the
    marks of a file back. Other than that it says nothing: not which bytes these are.
    """

    value: str

    def __post_init__(self) -> None:
        if not self.value:
            raise ValueError("a version tag says something")


@dataclass(frozen=True, slots=True)
class Found:
    """An object, without its bytes.

    Attributes:
        size_bytes: How long it is.
        tag: Its version, to replace that one alone, or to read on in it.
        settled: Whether a later change would have another tag. A file that was changed just now
            may be changed again before its clock ticks.
    """

    size_bytes: int
    tag: VersionTag
    settled: bool

    @property
    def lasting_tag(self) -> VersionTag | None:
        """The tag that may be kept, to know this version again tomorrow; None if none may."""
        return self.tag if self.settled else None


@dataclass(frozen=True, slots=True)
class Content:
    """An object, and the version that its bytes are of."""

    data: bytes = field(repr=False)
    found: Found


@dataclass(frozen=True, slots=True)
class Listed:
    """An object in a listing."""

    key: str
    found: Found


@dataclass(frozen=True, slots=True)
class Unlisted:
    """What is there, and can be no object in a listing.

    Attributes:
        name: Fit to be shown: what does not show is spelled as in Python.
    """

    name: str


class ReadableStore(Protocol):
    """A place whose objects can be read; nothing here writes.

    Every method raises `KeyRefused` for what is no key, and `StoreUnavailable` where the store does
    not answer.
    """

    def head(self, key: str) -> Found | None:
        """The object without its bytes, which are not opened; None if there is none.

        Raises:
            NotAnObject: Something else is there.
        """
        ...

    def read(self, key: str, max_bytes: int) -> Content:
        """The whole object, if it has no more than `max_bytes`.

        Raises:
            ObjectNotFound: There is none.
            ObjectTooLarge: It has more; no more than that were read.
            ObjectChanged: It was changed meanwhile.
            NotAnObject: Something else is there.
        """
        ...

    def read_range(self, key: str, start_byte: int, max_bytes: int, tag: VersionTag) -> bytes:
        """Up to `max_bytes` from `start_byte` on; fewer at the end, none beyond it.

        Raises:
            ObjectNotFound: There is none.
            ObjectChanged: It is not of this version, so the ranges would not fit together.
            NotAnObject: Something else is there.
        """
        ...

    def list_below(self, folder: str = "") -> Iterator[Listed]:
        """The objects whose keys begin with `folder` and a slash, or all, in order of their keys.

        The order is that of code points. What a store keeps for itself, and what could not be
        read by its name, is not listed. One that comes or goes meanwhile may be in it or not.

        Raises:
            NotAnObject: The folder is a link.
        """
        ...

    def find_below(self, folder: str = "") -> Iterator[Listed | Unlisted]:
        """The same and what that leaves out, in any order, as the store finds it.

        Nothing is asked of each: an empty one may be what a console shows a folder by, and no
        object at all.

        Raises:
            ListingRefused: Something is there that the store cannot name, so that it lists nothing.
        """
        ...

    def list_all(self) -> Iterator[Listed | Unlisted]:
        """All objects as `list_below` has them, and between them what it leaves out.

        That is what has a name that is no key, is no file, or is a folder that this user may not
        look into. What a store keeps for itself is in neither.
        """
        ...


class Store(ReadableStore, Protocol):
    """A place that objects can be written to as well.

    What cannot be written for lack of space or permission is told as `storage.failures` has it.
    """

    def put_if_absent(self, key: str, data: bytes | memoryview) -> VersionTag:
        """Puts a new object.

        Raises:
            ObjectExists: There is one; it is left as it is.
            NotAnObject: Something else is in the way.
        """
        ...

    def replace_if_unchanged(
        self, key: str, data: bytes | memoryview, tag: VersionTag
    ) -> VersionTag:
        """Puts an object in the place of the version named.

        Raises:
            ObjectChanged: It is of another version, or gone; it is left as it is.
            NotAnObject: Something else is in the way.
        """
        ...

    def delete_if_unchanged(self, key: str, tag: VersionTag) -> None:
        """Deletes the version named, if that is the only name of what is in it.

        The look and the deletion are two steps: other programs, and on object stores anybody, can
        put another version between them, which goes in the place of the one that was meant.

        Raises:
            ObjectChanged: It is of another version, or gone; it is left as it is.
            ObjectShared: It has other names (hard links); it is left as it is.
            ObjectDenied: This user may not delete it.
            NotAnObject: Something else is there.
        """
        ...

    def place_id(self, folder: str = "") -> str:
        """What tells this place from any other that can be reached by the same name.

        A disk that is not mounted leaves an empty folder behind, which is another place. The id is
        random, put there when it is first asked for, and moves with the place.

        Args:
            folder: That must be there, and of the same disk.

        Raises:
            ObjectNotFound: The folder is not there.
            NotAnObject: It is a link, or on another disk than the root, which could go by itself.
        """
        ...

    def delete(self, key: str) -> None:
        """Deletes the object, whatever its version; if there is none it is done already.

        Raises:
            NotAnObject: Something else is there.
        """
        ...

    def sweep(self) -> int:
        """Removes what killed writers have left, which no listing shows; says how much.

        What a living writer has not finished is left alone.
        """
        ...


def key_parts(key: str) -> list[str]:
    """The names that a key is made of.

    Raises:
        KeyRefused: It is no relative name that all stores can hold: a part is empty, "." or "..",
            belongs to the store, or holds a backslash or control character; or it is too long.
    """
    parts = key.split("/")
    if not _KEY.fullmatch(key) or _is_too_long(key, parts):
        raise KeyRefused(
            "A key of a store is names with single slashes between them: none of them empty, '.' "
            f"or '..', or beginning with '{RESERVED}', no backslash or control character, at most "
            f"{_MAX_NAME_BYTES} bytes each and {_MAX_KEY_BYTES} together."
        )
    return parts


def is_key(key: str) -> bool:
    """Whether `key_parts` takes it."""
    try:
        key_parts(key)
    except KeyRefused:
        return False
    return True


def _is_too_long(key: str, parts: list[str]) -> bool:
    if len(key) * 4 <= _MAX_NAME_BYTES:  # a character has no more bytes
        return False
    longest_bytes = max(len(part.encode("utf-8")) for part in parts)
    return longest_bytes > _MAX_NAME_BYTES or len(key.encode("utf-8")) > _MAX_KEY_BYTES
