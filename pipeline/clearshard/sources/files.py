"""The files of a table of facts: one, all in a folder, or those that a pattern names.

A warehouse exports a table as a folder of parts. All of them are the table, in the order of their
names; what stands between them and is no part (`_SUCCESS`, hidden files) is known by its name.
"""

import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from glob import has_magic
from pathlib import Path
from typing import BinaryIO

from clearshard.errors import SourceUnavailable
from clearshard.sources.parts import NO_PART, Part, not_every_file, saying
from clearshard.storage.files import open_file


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """The files of a table on this machine; `PartFiles`.

    Attributes:
        sha256: See there.
    """

    sha256: str
    _what: str
    _path: Path
    _suffixes: tuple[str, ...]
    _files: dict[Path, tuple[int, int, int]] = field(repr=False)

    def opened(self) -> Iterator[tuple[Part, BinaryIO]]:
        """See `PartFiles`."""
        folder = _folder(self._path)
        for path, identity in self._files.items():
            try:
                with open_file(path) as file:
                    yield Part(str(path), _within(folder, path)[:-1]), file
                    if _identity(file) != identity:
                        raise _changed(self._what, path)
            except OSError as error:
                raise _unreadable(self._what, path, error) from None
        if [*_paths(self._what, self._path, self._suffixes)] != [*self._files]:
            raise _changed(self._what, self._path)


def table_files(what: str, path: Path, suffixes: Collection[str]) -> LocalFiles:
    """Finds the files of a table and takes their digest.

    Args:
        what: Its name in errors.
        path: A file, a folder, or a pattern (`exports/*.parquet`, `**` for folders).
        suffixes: What the name of a table can end with.

    Raises:
        SourceUnavailable: There is none, one cannot be read, or a folder holds something else.
    """
    files: dict[Path, tuple[int, int, int]] = {}
    whole, last, name = hashlib.sha256(), "", ""
    folder = _folder(path)
    for part in _paths(what, path, suffixes):
        try:
            with open_file(part) as file:
                files[part] = _identity(file)
                last = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _unreadable(what, part, error) from None
        # With its folders: they say something of its rows.
        name = "/".join(_within(folder, part))
        whole.update(f"{last}  {name}\n".encode("utf-8", "surrogateescape"))
    alone = [*files] == [path] and name == path.name
    return LocalFiles(last if alone else whole.hexdigest(), what, path, tuple(suffixes), files)


def _folder_and_pattern(path: Path) -> tuple[Path, str] | None:
    """The folder that the parts lie below, and a pattern for them; None: the path is a file's."""
    if path.is_dir():
        return path, "**/*"
    if has_magic(str(path)) and not path.exists():
        folder = next(parent for parent in path.parents if not has_magic(str(parent)))
        return folder, str(path.relative_to(folder))
    return None


def _folder(path: Path) -> Path:
    """The folder of a table."""
    place = _folder_and_pattern(path)
    return path.parent if place is None else place[0]


def _within(folder: Path, part: Path) -> tuple[str, ...]:
    """The folders that say something of a part, and its name."""
    above = Path(os.path.normpath(folder.absolute())).parts
    return *saying(above), *part.relative_to(folder).parts


def _paths(what: str, path: Path, suffixes: Collection[str]) -> Iterator[Path]:
    place = _folder_and_pattern(path)
    if place is None:
        yield path
        return
    folder, pattern = place
    if meaning := not_every_file(lambda inside: any(folder.glob(inside))):
        raise SourceUnavailable(
            f"{what} {path}: {meaning}. Name a plain export of it that is finished"
        )
    names = {found: found.relative_to(folder) for found in folder.glob(pattern)}
    # Of keys in a store, the same order.
    found = sorted(
        (p for p, name in names.items() if not _is_no_part(name)), key=lambda p: names[p].as_posix()
    )
    # What lies behind a link, or in a folder that a pattern names, would be read by nobody.
    unread = [p for p in found if p.is_dir() and (p.is_symlink() or folder is not path)]
    if unread:
        raise SourceUnavailable(
            f"{what} {path}: {unread[0].name} is a folder that would not be read. Put its files "
            "where the link is, or write a pattern that names them (`**/*.parquet`)"
        )
    parts = [p for p in found if not p.is_dir()]
    strange = [p for p in parts if not p.name.lower().endswith(tuple(suffixes))]
    if strange:
        raise SourceUnavailable(
            f"{what} {path}: {strange[0].name} is no table ({', '.join(suffixes)}). The parts of a "
            "table stand alone in a folder: move it, or name them by a pattern"
        )
    if not parts:
        raise SourceUnavailable(f"{what} {path}: there is no file that could be a part of it")
    yield from parts


def _is_no_part(path: Path) -> bool:
    return any(name.startswith(NO_PART) for name in path.parts)


def _changed(what: str, path: Path) -> SourceUnavailable:
    return SourceUnavailable(f"{what} {path}: was changed while it was read; run again")


def _unreadable(what: str, path: Path, error: OSError) -> SourceUnavailable:
    return SourceUnavailable(f"{what} {path}: cannot be read ({error.strerror})")


def _identity(file: BinaryIO) -> tuple[int, int, int]:
    status = os.fstat(file.fileno())
    return status.st_ino, status.st_size, status.st_mtime_ns
