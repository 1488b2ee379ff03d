"""The files of a table of facts: one, all in a folder, or those that a pattern names.

A warehouse exports a table as a folder of parts. All of them are the table, in the order of their
names; what stands between them and is no part (`_SUCCESS`, hidden files) is known by its name.
"""

import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path
from typing import BinaryIO

from clearshard.errors import SourceUnavailable
from clearshard.storage.files import open_file

#: What systems put beside the parts of a table.
_NO_PART = (".", "_")


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The files of a table, each as it was when its digest was taken.

    Attributes:
        sha256: Of the file; of several, of their names and digests.
    """

    sha256: str
    _what: str
    _path: Path
    _suffixes: tuple[str, ...]
    _files: dict[Path, tuple[int, int, int]]

    def opened(self) -> Iterator[tuple[Path, BinaryIO]]:
        """Each file, open, in the order of their names.

        Raises:
            SourceUnavailable: One cannot be read, or the table is another one than its digest is
                of; also while the caller reads.
        """
        for path, identity in self._files.items():
            try:
                with open_file(path) as file:
                    yield path, file
                    if _identity(file) != identity:
                        raise _changed(self._what, path)
            except OSError as error:
                raise _unreadable(self._what, path, error) from None
        if [*_paths(self._what, self._path, self._suffixes)] != [*self._files]:
            raise _changed(self._what, self._path)


def table_files(what: str, path: Path, suffixes: Collection[str]) -> TableFiles:
    """Finds the files of a table and takes their digest.

    Args:
        what: Its name in errors.
        path: A file, a folder, or a pattern (`exports/*.parquet`, `**` for folders).
        suffixes: What the name of a table can end with.

    Raises:
        SourceUnavailable: There is none, one cannot be read, or a folder holds something else.
    """
    digests: dict[str, str] = {}
    files: dict[Path, tuple[int, int, int]] = {}
    for part in _paths(what, path, suffixes):
        try:
            with open_file(part) as file:
                files[part] = _identity(file)
                digests[str(part)] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _unreadable(what, part, error) from None
    if [*files] == [path]:
        whole = digests[str(path)]
    else:
        names = "".join(f"{digest}  {Path(name).name}\n" for name, digest in digests.items())
        whole = hashlib.sha256(names.encode("utf-8", "surrogateescape")).hexdigest()
    return TableFiles(whole, what, path, tuple(suffixes), files)


def _paths(what: str, path: Path, suffixes: Collection[str]) -> Iterator[Path]:
    if path.is_dir():
        folder, pattern = path, "**/*"
    elif has_magic(str(path)) and not path.exists():
        folder = next(parent for parent in path.parents if not has_magic(str(parent)))
        pattern = str(path.relative_to(folder))
    else:
        yield path
        return
    found = sorted(p for p in folder.glob(pattern) if not _is_no_part(p.relative_to(folder)))
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
    return any(name.startswith(_NO_PART) for name in path.parts)


def _changed(what: str, path: Path) -> SourceUnavailable:
    return SourceUnavailable(f"{what} {path}: was changed while it was read; run again")


def _unreadable(what: str, path: Path, error: OSError) -> SourceUnavailable:
    return SourceUnavailable(f"{what} {path}: cannot be read ({error.strerror})")


def _identity(file: BinaryIO) -> tuple[int, int, int]:
    status = os.fstat(file.fileno())
    return status.st_ino, status.st_size, status.st_mtime_ns
