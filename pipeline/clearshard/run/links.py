"""Files that are one file on the disk, whatever the manifest calls them.

A hard link, a folder mounted twice, or a file system that takes names for one that differ in case
or in their form of Unicode gives a file a second path: an excluded file would come in by it. An
eligible file is looked at anyway before it is opened, and its inode says whether it has another
name. Only if one has, the other rows' files are looked at too, and still not opened; most folders
have none, and backups that are linked to the one before are looked through once.
"""

import hashlib
import os
import re
import string
import sys
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.eligibility.ids import UInt64
from clearshard.records.tasks import Row
from clearshard.run.listed import Listing
from clearshard.sources.uris import pointed
from clearshard.storage.sources import stat_inside

#: A folder that is mounted twice shows here and nowhere else; only Linux has it.
_MOUNTS = Path("/proc/self/mountinfo")
#: Some layouts have a folder for each file: which of them fold names is not remembered for ever.
_MOST_FOLDERS = 65_536
#: The letters of ASCII, each in its other case.
_SWAPPED = str.maketrans(string.ascii_letters, string.ascii_uppercase + string.ascii_lowercase)

#: File systems that show what lies in other folders, under inodes that may say which layer in their
#: upper half.
_LAYERS = ("overlay ", "aufs ")
_INODE_OF_A_LAYER = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Seen:
    """Files of eligible rows that may have another name; 33 bytes for each.

    Attributes:
        read: Hash of the file and of the record that is read.
        file: Hash of the file.
        whole: Whether all of it is one transcript.
        batches: Number of the row's batch.
        rows: Number of the row in it.
    """

    read: UInt64
    file: UInt64
    whole: npt.NDArray[np.bool_]
    batches: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]


class Links:
    """Looks at files, and keeps what tells those apart that may have another name."""

    def __init__(self, root: Path, key: bytes) -> None:
        """Looks at how file systems are mounted, and at nothing else yet.

        Args:
            root: The folder of the transcripts.
            key: Of the hashes; whoever compares what several have seen gave them the same.
        """
        self._root = root
        self._key = key
        mounts = Mounts.below(root)
        self._mounted_twice = mounts.twice
        self._layered = mounts.layered
        self._folds: dict[tuple[int, str], bool] = {}
        # In step.
        self._read = array("Q")
        self._files = array("Q")
        self._whole = array("B")
        self._batches = array("q")
        self._rows = array("q")

    def saw(self, row: Row, path: str, record_id: str | None) -> os.stat_result | None:
        """Takes in an eligible row; returns what its file is."""
        identity, found = self._look(path, record_id)
        if identity is not None:
            self._read.append(identity.read)
            self._files.append(identity.file)
            self._whole.append(identity.whole)
            self._batches.append(row[0])
            self._rows.append(row[1])
        return found

    def take(self) -> Seen:
        """What was taken in since this was asked for the last time."""
        columns = (self._read, self._files, self._whole, self._batches, self._rows)
        read, files, whole, batches, rows = (np.array(column) for column in columns)
        for column in columns:
            del column[:]
        return Seen(
            read.astype(np.uint64),
            files.astype(np.uint64),
            whole.astype(np.bool_),
            batches.astype(np.int64),
            rows.astype(np.int64),
        )

    def tells_apart(self, device: int, folder: str) -> bool:
        """Whether files of a folder with one link and a name in ASCII are known to have no other.

        Known is what was asked: false of a folder of which no file was seen.
        """
        return not self._mounted_twice and self._folds.get((device, folder)) is False

    def shared(self, seen: Sequence[Seen], listing: Listing) -> frozenset[Row]:
        """Eligible rows whose file another row points to, by whatever name.

        Args:
            seen: What was seen of all eligible rows, under the key of this object.
            listing: All rows of the manifest.
        """
        read, files, whole, batches, rows = (
            np.concatenate([getattr(one, name.name) for one in seen]) for name in fields(Seen)
        )
        if not len(read):
            return frozenset()
        looked = (self._look(path, record_id)[0] for path, record_id in _others(listing))
        others = [other for other in looked if other is not None]
        known, counts = np.unique(read, return_counts=True)
        found = np.isin(read, known[counts > 1])
        found |= np.isin(read, np.array([other.read for other in others], np.uint64))
        # One name can be that of a transcript and another that of a container which holds it.
        for all_of_it in (True, False):
            mine = whole == all_of_it
            theirs = [other.file for other in others if other.whole != all_of_it]
            found |= mine & np.isin(files, np.append(files[~mine], np.array(theirs, np.uint64)))
        return frozenset(zip(batches[found].tolist(), rows[found].tolist(), strict=True))

    def _look(
        self, path: str, record_id: str | None
    ) -> "tuple[_Identity | None, os.stat_result | None]":
        """What tells the file from others if it may have several names, and what it is."""
        found = stat_inside(self._root, path)
        if found is None:
            return None, None
        if (
            found.st_nlink < 2
            and not self._mounted_twice
            and not self._is_folded(found, path)
            and not self._is_normalised(found, path)
        ):
            return None, found
        # A layer keeps the inode of what it shows, and has a device of its own.
        device, inode = found.st_dev, found.st_ino
        place = (0, inode & _INODE_OF_A_LAYER) if self._layered else (device, inode)
        return self._identity(place, record_id), found

    def _identity(self, place: tuple[int, int], record_id: str | None) -> "_Identity":
        text = f"{place[0]} {place[1]}"
        if record_id is None:
            number = self._hash(text)
            return _Identity(number, number, whole=True)
        return _Identity(self._hash(f"{text} {record_id}"), self._hash(text), whole=False)

    def _hash(self, text: str) -> int:
        # Ids of records come from outside, and Python's own hash is not that of another process.
        state = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=8)
        return int.from_bytes(state.digest(), "little")

    def _is_folded(self, found: os.stat_result, path: str) -> bool:
        """Whether names that differ in case are one in a folder of the path, asked once of each.

        Of a file system it cannot be said: ext4 has folders of both kinds.
        """
        # Once the innermost folder was asked, those that it is in were: for most files this is all.
        innermost = self._folds.get((found.st_dev, path.rpartition("/")[0]))
        if innermost is not None:
            return innermost
        parts = path.split("/")
        for place, name in enumerate(parts):
            asked = (found.st_dev, "/".join(parts[:place]))
            if asked not in self._folds:
                other = _other_case(name)
                if other == name:
                    continue  # says nothing of the folder; it has no other case itself
                if len(self._folds) == _MOST_FOLDERS:
                    self._folds.clear()
                self._folds[asked] = self._is_same(found, _instead(parts, place, other))
            if self._folds[asked]:
                return True
        return False

    def _is_normalised(self, found: os.stat_result, path: str) -> bool:
        """Whether another form of Unicode is the same name, asked of each that has one."""
        if path.isascii():
            return False
        parts = path.split("/")
        others = {
            _instead(parts, place, unicodedata.normalize(form, name))
            for place, name in enumerate(parts)
            for form in ("NFC", "NFD")
        }
        return any(self._is_same(found, other) for other in sorted(others - {path}))

    def _is_same(self, found: os.stat_result, path: str) -> bool:
        other = stat_inside(self._root, path)
        return other is not None and os.path.samestat(found, other)


@dataclass(frozen=True, slots=True)
class _Identity:
    """What tells a file, and what is read of it, from others.

    Attributes:
        read: Hash of the file and of the record that is read.
        file: Hash of the file.
        whole: Whether all of it is one transcript.
    """

    read: int
    file: int
    whole: bool


def _other_case(name: str) -> str:
    """A name that is the same only where case is folded, by whatever rule.

    What has no letter of ASCII is turned as a whole; otherwise only those are, since not every rule
    makes of an "ß" two letters.
    """
    other = name.translate(_SWAPPED)
    return name.swapcase() if other == name else other


def _instead(parts: Sequence[str], place: int, name: str) -> str:
    return "/".join((*parts[:place], name, *parts[place + 1 :]))


@dataclass(frozen=True, slots=True)
class Mounts:
    """How file systems are mounted at or below a folder.

    Attributes:
        twice: Several folders of one file system may be seen there. Which files that are is not
            said: what Btrfs and overlays call their device is not what the kernel lists as mounted.
        layered: An overlay is mounted there, which can show what lies elsewhere in the folder.
    """

    twice: bool
    layered: bool

    @classmethod
    def below(cls, root: Path, mounts: Path = _MOUNTS) -> Self:
        """What the kernel says of a folder."""
        try:
            lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
        except OSError:
            # Where there is no such list nobody can say; elsewhere there is none to be had.
            return cls(twice=sys.platform == "linux", layered=False)
        whole = f"{root.resolve()}/"
        above: tuple[int, str] | None = None
        seen: list[str] = []
        layered = False
        for line in lines:
            _, _, found, _, point, *_ = line.split(" ")
            place = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), point)
            place = place.rstrip("/") + "/"
            if whole.startswith(place):
                # The one that the folder itself is in: the longest, and of those the last.
                if above is None or len(place) >= above[0]:
                    above = len(place), found
            elif place.startswith(whole):
                seen.append(found)
                layered |= line.partition(" - ")[2].startswith(_LAYERS)
        if above is not None:
            seen.append(above[1])
        return cls(twice=layered or len(set(seen)) < len(seen), layered=layered)


def _others(listing: Listing) -> Iterator[tuple[str, str | None]]:
    """What rows point to that are excluded, or held back before anything is opened."""
    with pa.OSFile(str(listing.hidden)) as file:
        for batch in pa.ipc.open_stream(file):
            for uri in batch.column("transcript_uri").to_pylist():
                # Spelled out: the file's own id is in it where it counts.
                place = pointed(uri, "")
                yield place.path, place.record_id
    for decided in listing.batches():
        held = decided.scratch.filter(pa.array(decided.held))
        for entry in held.select(["transcript_uri", "file_id"]).to_pylist():
            if entry["transcript_uri"] is not None:
                place = pointed(entry["transcript_uri"], entry["file_id"])
                yield place.path, place.record_id
