"""Each eligible file is looked at once, and not opened: how large it is, and which version of it.

A version stands for all that is known of a transcript from outside: where it is, its size, its
times, its number in the file system, and the limits that it was read under. While it stands, what
was made of the transcript stands, and it is not read again. What a version that lies can cost:
docs/decisions/0034-a-version-stands-for-a-transcript.md.

It is taken before the transcript is read. Whoever changes it between the two gives it another one,
so it is read again next time; the other way round a change would go unseen.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.config import Limits
from clearshard.run.links import Links
from clearshard.run.listed import Listed, flags
from clearshard.run.resume.bytes_columns import packed, unpacked
from clearshard.run.resume.declared import declared_of, declared_versions, held_by
from clearshard.run.resume.versions import VERSION_BYTES, Marks, versions_of, whole_numbers
from clearshard.sources.uris import Pointed, names_containers, pointed
from clearshard.storage.sources import is_plain_folder
from clearshard.storage.versions import GRANULE_NS

_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int32(), nullable=False),
        pa.field("size_bytes", pa.int64(), nullable=False),
        pa.field("readable", pa.bool_(), nullable=False),
        pa.field("version", pa.binary(VERSION_BYTES)),
        pa.field("declared", pa.binary(VERSION_BYTES)),
    ]
)
_NOT_THERE = -1
_NO_NAME = r"(?:\A|/)\.{0,2}\z"
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
        declared: `VERSION_BYTES` of what the manifest declares of each; zeros where it is nothing.
        is_declared: Whether anything is declared of it, and it is there and reached without a link.
    """

    rows: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    readable: npt.NDArray[np.bool_]
    versions: npt.NDArray[np.uint8]
    lasting: npt.NDArray[np.bool_]
    declared: npt.NDArray[np.uint8]
    is_declared: npt.NDArray[np.bool_]


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
        self._limits = limits
        self._settled_before_ns = now_ns - GRANULE_NS
        self._plain: dict[str, bool] = {}
        #: Folders without a link on the way of which `Links` knows that names are names: the device
        #: that they are on.
        self._quiet: dict[str, int] = {}

    def look(self, number: int, batch: Listed) -> Looks:
        """Looks at every eligible file of a batch."""
        rows = batch.eligible
        count = len(rows)
        chosen = batch.scratch.select(["transcript_uri", "file_id"]).take(pa.array(rows))
        glanced = flags(_is_glanced_at(chosen.column("transcript_uri"))).tolist()
        # Lists: millions of single values are put into them much faster than into arrays.
        sizes, wrote, changed, inodes = ([none] * count for none in (_NOT_THERE, 0, 0, 0))
        plain, of_container = bytearray(count), bytearray(count)
        declared = declared_of(batch.scratch, rows)
        seen: list[os.stat_result | None] = [None] * count
        any_declared = bool(declared.is_any.any())
        quiet, root, lstat = self._quiet, self._root, os.lstat
        places = places_of(chosen)
        for at, place in enumerate(places):
            if place is None:
                continue
            path, record_id = place
            folder = path.rpartition("/")[0]
            device = quiet.get(folder) if glanced[at] else None
            found = None
            if device is not None:
                try:
                    found = lstat(f"{root}/{path}")
                except (OSError, ValueError):
                    found = None
            # Most are files that have no other name, in folders of which all is known: of others
            # all is asked.
            if found is not None and found.st_nlink < 2 and found.st_dev == device:
                plain[at] = True
            else:
                found = self._links.saw((number, int(rows[at])), path, record_id)
                if found is None:
                    continue
                self._note_folder(found.st_dev, folder)
                plain[at] = self._is_plain(folder)
            sizes[at], wrote[at] = found.st_size, found.st_mtime_ns
            changed[at], inodes[at] = found.st_ctime_ns, found.st_ino
            of_container[at] = record_id is not None
            if any_declared:
                seen[at] = found
        of_size = np.array(sizes, np.int64)
        there = of_size != _NOT_THERE
        fits = of_size <= self._limits.max_transcript_bytes
        marks = Marks(
            as_texts(chosen, places),
            of_size,
            whole_numbers(wrote),
            whole_numbers(changed),
            np.array(inodes, np.uint64),
        )
        reached = there & np.frombuffer(plain, np.bool_)
        settled = np.maximum(marks.wrote_ns, marks.changed_ns) < self._settled_before_ns
        return Looks(
            rows,
            np.where(there, of_size, 0),
            there & (np.frombuffer(of_container, np.bool_) | fits),
            versions_of(marks, self._limits),
            reached & settled,
            declared_versions(declared, marks.places, [*map(held_by, seen)], self._limits),
            reached & declared.is_any,
        )

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
                packed(looks.declared, looks.is_declared),
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=_SCHEMA))


def read_looks(path: Path) -> Iterator[Looks]:
    """What was looked at, by batch."""
    with pa.OSFile(str(path)) as file:
        for batch in pa.ipc.open_stream(file):
            versions, lasting = unpacked(batch.column("version"))
            declared, is_declared = unpacked(batch.column("declared"))
            yield Looks(
                batch.column("row").to_numpy().astype(np.int64),
                batch.column("size_bytes").to_numpy(),
                np.asarray(batch.column("readable").to_numpy(zero_copy_only=False)),
                versions,
                lasting,
                declared,
                is_declared,
            )


def places_of(files: pa.RecordBatch) -> Sequence[tuple[str, str | None] | None]:
    """What each file points to: a path, and a record of the container there."""
    uris: Sequence[str | None] = files.column("transcript_uri").to_pylist()
    if not names_containers(files.column("transcript_uri")):
        return [None if uri is None else (uri, None) for uri in uris]
    each: list[tuple[str, str | None] | None] = []
    for uri, file_id in zip(uris, files.column("file_id").to_pylist(), strict=True):
        place: Pointed | None = None if uri is None else pointed(uri, file_id)
        each.append(None if place is None else (place.path, place.record_id))
    return each


def as_texts(files: pa.RecordBatch, places: Sequence[tuple[str, str | None] | None]) -> pa.Array:
    """The same as texts, two of which are equal only if the places are."""
    if not names_containers(files.column("transcript_uri")):
        return files.column("transcript_uri").fill_null("")
    return pa.array([_as_text(place) for place in places], pa.string())


def _as_text(place: tuple[str, str | None] | None) -> str:
    # The same as where no file of the batch is a container.
    path, record_id = place or ("", None)
    return path if record_id is None else f"{path}\0{record_id}"


def _is_glanced_at(uris: pa.Array) -> pa.BooleanArray:
    """Of each `transcript_uri` whether its path has one spelling, as nearly all have.

    Not those with other letters than ASCII's, a backslash, or no name at the end.
    """
    odd = pc.or_(pc.match_substring(uris, "\\"), pc.match_substring_regex(uris, _NO_NAME))
    return pc.and_not(pc.string_is_ascii(uris), odd).fill_null(False)
