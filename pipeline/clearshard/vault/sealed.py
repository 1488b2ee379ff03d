"""Arrow data in frames, each encrypted: checkpoints, and what a run works with on the way.

Arrow's own files cannot be encrypted, and as Parquet they would take far longer to write and read.
So a file is this, all numbers in big-endian order:

    magic, 4 bytes with the size of a header, the header (JSON): which key of the folder wraps the
    data key, and the wrapped data key; the schema; the rows, in frames of some hundred kilobytes;
    an index of the frames; 8 bytes with the place of the index.

Schema, frames and index are AES-GCM under the data key, which no other file has. The nonce is the
number of the frame, and the authenticated data are what stands before the frames and what a frame
is: none can be taken for another or moved, and by the index none can be left out.
"""

import json
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clearshard.vault.wrapping import FolderKey, unwrap, wrap

MAGIC = b"clearshard sealed 1\n"
#: What is read and decrypted at least, whoever wants one row; so none is large.
_FRAME_BYTES = 256 * 1024
_SIZE = struct.Struct(">I")
_PLACE = struct.Struct(">Q")
#: The nonce of the index: so many frames there cannot be.
_OF_INDEX = b"\xff" * 12
_NOT_SEALED = "is not what was sealed, or not with these keys"
_BROKEN = (ValueError, struct.error, pa.ArrowException, InvalidTag)


class BrokenSeal(ValueError):
    """A file is not what was sealed, or was sealed with other keys; says nothing of its content."""


class Sink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes) -> object:
        """Takes some more."""


class Bytes(Protocol):
    """Gives bytes of a file."""

    def read_at(self, size: int, place: int) -> bytes:
        """So many bytes from a place on; fewer if the file ends there."""

    def size(self) -> int:
        """Of the file."""


@dataclass(frozen=True, slots=True)
class _Frame:
    place: int
    size: int
    rows: int


def seal(table: pa.Table, sink: Sink, key: FolderKey, bits: int) -> None:
    """Writes a table, its metadata included.

    Args:
        table: The rows.
        sink: Where to.
        key: Of the folder; wraps the data key.
        bits: Of the data key.
    """
    secret = secrets.token_bytes(bits // 8)
    cipher = AESGCM(secret)
    header = json.dumps({"key": key.id, "data_key": wrap(secret, key.secret, key.id)}).encode()
    head = MAGIC + _SIZE.pack(len(header)) + header
    sink.write(head)
    place = len(head)
    frames: list[_Frame] = []

    def put(kind: bytes, content: pa.Buffer, rows: int) -> None:
        nonlocal place
        sealed = cipher.encrypt(_nonce(len(frames)), memoryview(content).cast("B"), head + kind)
        sink.write(sealed)
        frames.append(_Frame(place, len(sealed), rows))
        place += len(sealed)

    put(b"schema", table.schema.serialize(), 0)
    for batch in table.to_batches(max(1, table.num_rows * _FRAME_BYTES // max(1, table.nbytes))):
        put(b"rows", batch.serialize(), batch.num_rows)
    index = json.dumps([[frame.size, frame.rows] for frame in frames]).encode()
    sink.write(cipher.encrypt(_OF_INDEX, index, head + b"index") + _PLACE.pack(place))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


class Unsealed:
    """A sealed file, opened."""

    def __init__(self, source: Bytes, keys: Mapping[str, FolderKey]) -> None:
        """Reads its head, schema and index.

        Args:
            source: The file.
            keys: Of the folder, by their names.

        Raises:
            BrokenSeal: It is not what was sealed, or with none of these keys.
        """
        self._source = source
        try:
            head = source.read_at(len(MAGIC) + _SIZE.size, 0)
            [size] = _SIZE.unpack(head[len(MAGIC) :])
            content = source.read_at(size, len(head))
            header = json.loads(content)
            key = keys[header["key"]]
            self._cipher = AESGCM(unwrap(header["data_key"], key.secret, key.id))
            [place] = _PLACE.unpack(source.read_at(_PLACE.size, source.size() - _PLACE.size))
            self._head = head + content
            self._frames = self._index(len(self._head), place)
            self.schema = pa.ipc.read_schema(self._open(self._frames[0], 0, b"schema"))
        except (*_BROKEN, KeyError, IndexError, TypeError, OverflowError):
            raise BrokenSeal(_NOT_SEALED) from None

    def _index(self, first: int, place: int) -> list[_Frame]:
        size = self._source.size() - _PLACE.size - place
        if not (first <= place and size > 0):
            raise ValueError
        sealed = self._source.read_at(size, place)
        frames: list[_Frame] = []
        for size, rows in json.loads(
            self._cipher.decrypt(_OF_INDEX, sealed, self._head + b"index")
        ):
            frames.append(_Frame(first, size, rows))
            first += size
        return frames

    def _open(self, frame: _Frame, number: int, kind: bytes) -> pa.Buffer:
        sealed = self._source.read_at(frame.size, frame.place)
        return pa.py_buffer(self._cipher.decrypt(_nonce(number), sealed, self._head + kind))

    def rows(self, first: int = 0, end: int | None = None) -> pa.Table:
        """Some rows, by default all; only frames that hold any of them are opened.

        Raises:
            BrokenSeal: They are not what was sealed.
        """
        batches, skipped, at = [], 0, 0
        try:
            for number, frame in enumerate(self._frames):
                if frame.rows and at + frame.rows > first and (end is None or at < end):
                    content = self._open(frame, number, b"rows")
                    batches.append(pa.ipc.read_record_batch(content, self.schema))
                elif at < first:
                    skipped += frame.rows
                at += frame.rows
        except _BROKEN:
            raise BrokenSeal(_NOT_SEALED) from None
        table = pa.Table.from_batches(batches, self.schema)
        return table.slice(first - skipped, None if end is None else end - first)
