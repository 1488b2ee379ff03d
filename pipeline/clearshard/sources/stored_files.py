"""The files of a table of facts that lie in a store; what `clearshard.sources.files` is of folders.

One object, all below a prefix, or those that a pattern names. What is read is the version that was
found, so a table that changes meanwhile is told and never mixed.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from glob import has_magic
from io import BufferedReader
from pathlib import PurePosixPath
from typing import BinaryIO

from clearshard.errors import KeyRefused, ObjectChanged, ObjectNotFound, SourceUnavailable
from clearshard.sources.parts import NO_PART, Part, not_every_file, saying
from clearshard.storage.ranges import buffered
from clearshard.storage.store import Found, Listed, ReadableStore, Unlisted


@dataclass(frozen=True, slots=True)
class InStore:
    """Where something lies in a store.

    Attributes:
        store: The store.
        key: An object in it, what begins with a prefix and a slash, or a pattern; all if empty.
        address: What to call it.
    """

    store: ReadableStore
    key: str
    address: str

    def __str__(self) -> str:
        return self.address


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """The files of a table, each as it was when its digest was taken; a `PartFiles`.

    Attributes:
        sha256: Of the file; of several, of their names and digests: the same as in a folder.
    """

    sha256: str
    _what: str
    _place: InStore
    _suffixes: tuple[str, ...]
    _files: dict[str, Found]

    def opened(self) -> Iterator[tuple[Part, BinaryIO]]:
        """Each file, open, in the order of their names.

        Raises:
            SourceUnavailable: The table is another one than its digest is of; also while the
                caller reads.
            StoreUnavailable: The store does not answer.
        """
        for key, found in self._files.items():
            folders = _within(self._place.key, key).split("/")[:-1]
            with _open(self._what, self._place, key, found) as file:
                yield Part(key, tuple(folders)), file
        if dict(_parts(self._what, self._place, self._suffixes)) != self._files:
            raise _changed(self._what, self._place)


def stored_files(what: str, place: InStore, suffixes: Collection[str]) -> StoredFiles:
    """Finds the files of a table and takes their digest.

    Args:
        what: Its name in errors.
        place: Where it is.
        suffixes: What the name of a table can end with.

    Raises:
        SourceUnavailable: There is none, or something else lies there.
        StoreUnavailable: The store does not answer.
    """
    files = dict(_parts(what, place, tuple(suffixes)))
    digests: dict[str, str] = {}
    for key, found in files.items():
        with _open(what, place, key, found) as file:
            digests[key] = hashlib.file_digest(file, "sha256").hexdigest()
    if [*files] == [place.key] and "/" not in _within(place.key, place.key):
        whole = digests[place.key]
    else:
        # With its folders: they say something of its rows.
        names = "".join(f"{one}  {_within(place.key, key)}\n" for key, one in digests.items())
        whole = hashlib.sha256(names.encode("utf-8")).hexdigest()
    return StoredFiles(whole, what, place, tuple(suffixes), files)


def _open(what: str, place: InStore, key: str, found: Found) -> BufferedReader:
    def block(start_byte: int, size_bytes: int) -> bytes:
        try:
            return place.store.read_range(key, start_byte, size_bytes, found.tag)
        except (ObjectChanged, ObjectNotFound):
            raise _changed(what, place) from None

    return buffered(found.size_bytes, block)


def _parts(what: str, place: InStore, suffixes: tuple[str, ...]) -> Iterator[tuple[str, Found]]:
    store, key = place.store, place.key
    try:
        single = store.head(key) if key else None
    except KeyRefused:  # a pattern may be none
        single = None
    if single is not None:
        yield key, single
        return
    names = key.split("/") if key else []
    fixed = _fixed(key)
    folder, pattern = "/".join(names[:fixed]), names[fixed:] or ["**", "*"]
    try:
        found_below = [*store.find_below(folder)]
    except KeyRefused:
        raise SourceUnavailable(f"{what} {place}: is no name of an object or prefix") from None
    if (odd := next((one for one in found_below if isinstance(one, Unlisted)), None)) is not None:
        raise SourceUnavailable(
            f"{what} {place}: {odd.name} has a name that cannot be read. Rename it or move it"
        )
    below = [(one.key, one.found) for one in found_below if isinstance(one, Listed)]
    inside = [name.split("/")[fixed:] for name, _ in below]
    if meaning := not_every_file(partial(_has, inside)):
        raise SourceUnavailable(
            f"{what} {place}: {meaning}. Name a plain export of it that is finished"
        )
    parts = [
        (name, found)
        for name, found in sorted(below)
        if _is_part(within := name.split("/")[fixed:]) and _matches(within, pattern)
    ]
    strange = [name for name, _ in parts if not name.lower().endswith(suffixes)]
    if strange:
        raise SourceUnavailable(
            f"{what} {place}: {PurePosixPath(strange[0]).name} is no table "
            f"({', '.join(suffixes)}). The parts of a table stand alone below a prefix: move it, "
            "or name them by a pattern"
        )
    if not parts:
        raise SourceUnavailable(f"{what} {place}: there is no object that could be a part of it")
    yield from parts


def _fixed(key: str) -> int:
    """How many names of folders the parts of what a key or a pattern names have in common."""
    names = key.split("/") if key else []
    return next((at for at, name in enumerate(names) if has_magic(name)), len(names))


def _within(named: str, key: str) -> str:
    """The folders that say something of a part, and its name."""
    names = key.split("/")
    fixed = len(names) - 1 if key == named else _fixed(named)
    return "/".join((*saying(names[:fixed]), *names[fixed:]))


def _has(keys: Sequence[Sequence[str]], pattern: str) -> bool:
    """Whether an object, or a folder that is one on its way, is called so."""
    wanted = pattern.split("/")
    return any(_matches(names[: len(wanted)], wanted) for names in keys)


def _is_part(names: Sequence[str]) -> bool:
    return bool(names) and not any(name.startswith(NO_PART) for name in names)


def _matches(names: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether names of folders and a file are those of a pattern; ``**`` is any folders."""
    if not pattern:
        return not names
    rest = partial(_matches, pattern=pattern[1:])
    if pattern[0] == "**":
        return any(rest(names[start:]) for start in range(len(names) + 1))
    return bool(names) and fnmatchcase(names[0], pattern[0]) and rest(names[1:])


def _changed(what: str, place: InStore) -> SourceUnavailable:
    return SourceUnavailable(f"{what} {place}: was changed while it was read; run again")
