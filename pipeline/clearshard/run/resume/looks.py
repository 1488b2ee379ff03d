"""Each eligible file is looked at once, and not opened: how large it is, and which version of it.

A version stands for all that is known of a transcript from outside: where it is, its size, its
times, its number in the file system, and the limits that it was read under. While it stands, what
was made of the transcript stands, and it is not read again. What a version that lies can cost:
docs/decisions/0034-a-version-stands-for-a-transcript.md.

It is taken before the transcript is read. Whoever changes it between the two gives it another one,
so it is read again next time; the other way round a change would go unseen.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.config import Limits
from clearshard.run.links import Links
from clearshard.run.listed import Listed
from clearshard.run.resume.bytes_columns import packed, unpacked
from clearshard.sources.uris import Pointed, names_containers, pointed
from clearshard.storage.local import GRANULE_NS
from clearshard.storage.sources import is_plain_folder

VERSION_BYTES = 16
_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int32(), nullable=False),
        pa.field("size_bytes", pa.int64(), nullable=False),
        pa.field("readable", pa.bool_(), nullable=False),
        pa.field("version", pa.binary(VERSION_BYTES)),
    ]
)
_NOT_THERE = -1
_NO_VERSION = bytes(VERSION_BYTES)
_NO_NAMES = ("", ".", "..")
#: Some layouts have a folder for each file: not every one is remembered.
_MOST_FOLDERS = 65_536


@dataclass(frozen=True, slots=True)
class Looks:
    """What the eligible files of one batch look like from outside.

    Attributes:
        rows: Their rows, ascending.
        sizes: Bytes of the file that each points to, which may be a container; 0 if it cannot be
            told.
        readable: Whether it may be read: it is there, and not too large.
        versions: `VERSION_BYTES` of each.
        lasting: Whether its version may be kept, to know it again.
    """

    rows: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    readable: npt.NDArray[np.bool_]
    versions: npt.NDArray[np.uint8]
    lasting: npt.NDArray[np.bool_]


class Looker:
    """Looks at files below a folder."""

    def __init__(self, root: Path, links: Links, limits: Limits, now_ns: int) -> None:
        """Prepares to look.

        Args:
            root: The folder of the transcripts.
            links: Told of each file.
            limits: What decides, besides the transcript, whether it is read.
            now_ns: A moment before anything is looked at, by the clock of the file system.
        """
        self._folder = root
        self._root = str(root)
        self._links = links
        self._max_bytes = limits.max_transcript_bytes
        self._settled_before_ns = now_ns - GRANULE_NS
        terms = f"{limits.max_transcript_bytes} {limits.max_transcript_words}\0"
        self._hash = hashlib.blake2b(terms.encode(), digest_size=VERSION_BYTES)
        self._plain: dict[str, bool] = {}
        #: Folders without a link on the way of which `Links` knows that names are names: the device
        #: that they are on.
        self._quiet: dict[str, int] = {}

    def look(self, number: int, batch: Listed) -> Looks:
        """Looks at every eligible file of a batch."""
        rows = batch.eligible
        count = len(rows)
        chosen = batch.scratch.select(["transcript_uri", "file_id"]).take(pa.array(rows))
        # Lists: millions of single values are put into them much faster than into arrays.
        sizes, versions = [_NOT_THERE] * count, [_NO_VERSION] * count
        lasting, of_container = bytearray(count), bytearray(count)
        before_ns = self._settled_before_ns
        for at, place in enumerate(_places(chosen)):
            if place is None:
                continue
            path, record_id = place
            folder, _, name = path.rpartition("/")
            found = self._glance(folder, name, path)
            plain = found is not None
            if found is None:
                found = self._links.saw((number, int(rows[at])), path, record_id)
                if found is None:
                    continue
                self._note_folder(found.st_dev, folder)
                plain = self._is_plain(folder)
            size, wrote, changed = found.st_size, found.st_mtime_ns, found.st_ctime_ns
            sizes[at] = size
            of_container[at] = record_id is not None
            lasting[at] = plain and wrote < before_ns and changed < before_ns
            state = self._hash.copy()
            marks = f"({size}, {wrote}, {changed}, {found.st_ino}){path}\0{record_id or ''}"
            state.update(marks.encode("utf-8", "surrogatepass"))
            versions[at] = state.digest()
        of_size = np.array(sizes, np.int64)
        there = of_size != _NOT_THERE
        return Looks(
            rows,
            np.where(there, of_size, 0),
            there & (np.frombuffer(of_container, np.bool_) | (of_size <= self._max_bytes)),
            np.frombuffer(b"".join(versions), np.uint8).reshape(-1, VERSION_BYTES),
            np.frombuffer(lasting, np.bool_),
        )

    def _glance(self, folder: str, name: str, path: str) -> os.stat_result | None:
        """What a file is that has no other name, in a folder of which all is known; else None.

        Most are such files, and there are millions of them: all else is asked of them by `Links`.
        """
        device = self._quiet.get(folder)
        if device is None or not path.isascii() or "\\" in name or name in _NO_NAMES:
            return None
        try:
            found = os.lstat(f"{self._root}/{path}")
        except (OSError, ValueError):
            return None
        return found if found.st_nlink < 2 and found.st_dev == device else None

    def _note_folder(self, device: int, folder: str) -> None:
        if self._links.tells_apart(device, folder) and self._is_plain(folder):
            if len(self._quiet) == _MOST_FOLDERS:
                self._quiet.clear()
            self._quiet[folder] = device

    def _is_plain(self, folder: str) -> bool:
        """Whether a folder is reached without a link, as reading what is in it would ask again."""
        plain = self._plain.get(folder)
        if plain is None:
            if len(self._plain) == _MOST_FOLDERS:
                self._plain.clear()
            plain = self._plain[folder] = is_plain_folder(self._folder, folder)
        return plain


def write_looks(path: Path, batches: Iterable[Looks]) -> None:
    """Writes what the eligible files of every batch look like, from 0 on."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, _SCHEMA) as writer:
        for looks in batches:
            columns = [
                pa.array(looks.rows, pa.int32()),
                pa.array(looks.sizes),
                pa.array(looks.readable),
                packed(looks.versions, looks.lasting),
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=_SCHEMA))


def read_looks(path: Path) -> Iterator[Looks]:
    """What was looked at, by batch."""
    with pa.OSFile(str(path)) as file:
        for batch in pa.ipc.open_stream(file):
            versions, lasting = unpacked(batch.column("version"))
            yield Looks(
                batch.column("row").to_numpy().astype(np.int64),
                batch.column("size_bytes").to_numpy(),
                np.asarray(batch.column("readable").to_numpy(zero_copy_only=False)),
                versions,
                lasting,
            )


def _places(files: pa.RecordBatch) -> Iterator[tuple[str, str | None] | None]:
    """What each file points to: a path, and a record of the container there."""
    uris: Sequence[str | None] = files.column("transcript_uri").to_pylist()
    if not names_containers(files.column("transcript_uri")):
        yield from (None if uri is None else (uri, None) for uri in uris)
        return
    for uri, file_id in zip(uris, files.column("file_id").to_pylist(), strict=True):
        place: Pointed | None = None if uri is None else pointed(uri, file_id)
        yield None if place is None else (place.path, place.record_id)
