"""What the manifest declares of the content of files, and the version that stands on it.

The hints of a row (`clearshard.sources.hints`) are taken into a version with what else decides what
is read: the file, the record of the container that is meant, how large the file is, who may read
it, and the limits that it is read under. No time is in it, so it stands while the hints do,
whatever becomes of times. When it may be kept, `clearshard.run.resume.kept_versions` says.

Of a container the size is left out: it grows by other records. Of a file it is not: whoever
declares the same of another content is found out wherever that has another length.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.config import Limits
from clearshard.eligibility.ids import UInt64
from clearshard.run.listed import flags
from clearshard.run.resume.bytes_columns import Bytes, from_text
from clearshard.run.resume.versions import VERSION_BYTES, made_of, numbers_for
from clearshard.sources.hints import HINTS

DIGEST_BYTES = 32
_Bools = npt.NDArray[np.bool_]
#: No version of what a file looks like is made with them.
_NUMBERS = numbers_for(b"declared ")
#: How large something is, and who may read it: what is taken away from this user is to be missed.
Held = tuple[int, int, int, int]
#: Of a container: it grows by other records.
_NO_SIZE = np.uint64(2**64 - 1)


@dataclass(frozen=True, eq=False, slots=True)
class Declared:
    """What the manifest declares of some files.

    Attributes:
        digests: The SHA-256 of each transcript, `DIGEST_BYTES` of it; zeros where there is none.
        has_digest: Whether there is one.
        versions: A digest of the value in the column that changes with the transcript; zeros where
            there is none.
        has_version: Whether there is one.
    """

    digests: Bytes
    has_digest: _Bools
    versions: Bytes
    has_version: _Bools

    @property
    def is_any(self) -> _Bools:
        """Of each file whether anything is declared of it."""
        return self.has_digest | self.has_version


def declared_of(listed: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> Declared:
    """What is declared of some rows of a batch of the manifest, as it lies on disk."""
    digests, versions = (listed.column(name) for name in HINTS)
    return Declared(*_taken(digests, rows, DIGEST_BYTES), *_taken(versions, rows, VERSION_BYTES))


def _taken(column: pa.Array, rows: npt.NDArray[np.int64], size_bytes: int) -> tuple[Bytes, _Bools]:
    if column.null_count == len(column):  # as in most manifests
        return np.zeros((len(rows), size_bytes), np.uint8), np.zeros(len(rows), np.bool_)
    taken = column.take(pa.array(rows))
    return from_text(taken, size_bytes), flags(taken.is_valid())


def declared_versions(
    declared: Declared, places: pa.Array, held: Sequence[Held], limits: Limits
) -> Bytes:
    """A row of `VERSION_BYTES` bytes for each file; zeros if of none anything is declared.

    Args:
        declared: What is declared of each.
        places: Where each is; see `clearshard.run.resume.versions.Marks`.
        held: Of each how large it is and who may read it.
        limits: What decides, besides the transcript, whether it is read.
    """
    if not declared.is_any.any():
        return np.zeros((len(places), VERSION_BYTES), np.uint8)
    of_container = flags(pc.match_substring(places, "\0"))
    marks = np.array(held, np.int64).reshape(len(held), 4).astype(np.uint64)
    said = [
        np.where(of_container, _NO_SIZE, marks[:, 0]),
        *marks[:, 1:].T,
        (declared.has_digest + 2 * declared.has_version).astype(np.uint64),
        *_words(declared.digests),
        *_words(declared.versions),
    ]
    return made_of(places, said, limits, _NUMBERS)


def held_by(seen: os.stat_result | None) -> Held:
    """Of a file; None is one that is not there."""
    return (0, 0, 0, 0) if seen is None else (seen.st_size, seen.st_mode, seen.st_uid, seen.st_gid)


def _words(rows: Bytes) -> UInt64:
    words: UInt64 = np.ascontiguousarray(rows).view("<u8").astype(np.uint64).T
    return words
