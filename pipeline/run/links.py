"""Files that are one file on the disk, whatever the manifest calls them.

A hard link, a folder mounted twice, or a file system that folds the case of names gives a file a
second path: an excluded file would come in by it. An eligible file is looked at anyway before it is
opened, and its inode says whether it has another name. Only if one has, the other rows' files are
looked at too, and still not opened; most folders have none, and backups that are linked to the one
before are looked through once.
"""

import os
import re
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.run.intake import Intake
from pipeline.sources.uris import pointed
from pipeline.storage import stat_inside

#: A folder that is mounted twice shows here and nowhere else; only Linux has it.
_MOUNTS = Path("/proc/self/mountinfo")

Row = tuple[int, int]


class Links:
    """Which rows point to one file: asked after each eligible row was seen once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._mounted_twice = mounted_twice(root)
        self._folds: dict[int, bool] = {}
        # In step: 24 bytes for each file that may have another name.
        self._identities = array("Q")
        self._batches = array("L")
        self._rows = array("L")

    def saw(self, row: Row, path: str, record_id: str | None) -> int:
        """Takes in an eligible row (number of the batch, row in it); returns the file's size."""
        identity, size = self._look(path, record_id)
        if identity is not None:
            self._identities.append(identity)
            self._batches.append(row[0])
            self._rows.append(row[1])
        return size

    def shared(self, intake: Intake) -> set[Row]:
        """Eligible rows whose file another row points to, by whatever name."""
        if not self._identities:
            return set()
        others = (self._look(path, record_id)[0] for path, record_id in _others(intake))
        taken = np.array([other for other in others if other is not None], np.uint64)
        mine = np.array(self._identities, np.uint64)
        known, counts = np.unique(mine, return_counts=True)
        found = np.isin(mine, known[counts > 1]) | np.isin(mine, taken)
        return {(self._batches[at], self._rows[at]) for at in np.flatnonzero(found).tolist()}

    def _look(self, path: str, record_id: str | None) -> tuple[int | None, int]:
        """What tells the file from others if it may have several names, and its size."""
        found = stat_inside(self._root, path)
        if found is None:
            return None, 0
        if (
            found.st_nlink < 2
            and str(found.st_dev) not in self._mounted_twice
            and not self._is_folded(found.st_dev, found.st_ino, path)
        ):
            return None, found.st_size
        return hash((found.st_dev, found.st_ino, record_id)) & 2**64 - 1, found.st_size

    def _is_folded(self, device: int, inode: int, path: str) -> bool:
        """Whether names that differ in case are one, asked once of each file system."""
        if device not in self._folds:
            folder, _, name = path.rpartition("/")
            other = stat_inside(self._root, f"{folder}/{name.swapcase()}".lstrip("/"))
            self._folds[device] = (
                name != name.swapcase() and other is not None and other.st_ino == inode
            )
        return self._folds[device]


def mounted_twice(root: Path, mounts: Path = _MOUNTS) -> frozenset[str]:
    """File systems (as `st_dev`) of which several folders are seen at or below a folder."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return frozenset()
    whole = f"{root.resolve()}/"
    above: tuple[int, str] | None = None
    seen: list[str] = []
    for line in lines:
        _, _, device, _, point, *_ = line.split(" ")
        major, _, minor = device.partition(":")
        place = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), point).rstrip("/") + "/"
        found = str(os.makedev(int(major), int(minor)))
        if whole.startswith(place):
            # The one that the folder itself is in: the longest, and of those the last.
            if above is None or len(place) >= above[0]:
                above = len(place), found
        elif place.startswith(whole):
            seen.append(found)
    if above is not None:
        seen.append(above[1])
    return frozenset(device for device in seen if seen.count(device) > 1)


def _others(intake: Intake) -> Iterator[tuple[str, str | None]]:
    """What rows point to that are excluded, or held back before anything is opened."""
    with pa.OSFile(str(intake.hidden)) as file:
        for batch in pa.ipc.open_stream(file):
            for uri in batch.column("transcript_uri").to_pylist():
                # Spelled out: the file's own id is in it where it counts.
                place = pointed(uri, "")
                yield place.path, place.record_id
    for decided in intake.batches():
        held = [row for row, reason in enumerate(decided.quarantine) if reason is not None]
        for entry in decided.scratch.take(held).to_pylist() if held else ():
            if entry["transcript_uri"] is not None:
                place = pointed(entry["transcript_uri"], entry["file_id"])
                yield place.path, place.record_id
