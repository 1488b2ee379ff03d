"""Bytes of a file as chunks and lines, whatever its compression, in bounded memory."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyarrow as pa
import zstandard

_CHUNK_BYTES = 1 << 20
#: A block of four compressed bytes can stand for 128 KiB: what is fed at a time bounds what comes
#: out at a time (32 MiB).
_ZSTD_FEED_BYTES = 1 << 10

#: What reading a damaged or cut off file can raise.
DAMAGED = (OSError, EOFError, zlib.error, zstandard.ZstdError)
#: The same of a Parquet file, whose columns need not have names in UTF-8.
DAMAGED_PARQUET = (OSError, UnicodeDecodeError, pa.ArrowException)


def chunks(file: BinaryIO, name: str) -> Iterator[bytes]:
    """The file's content; `name` tells its compression.

    Raises:
        OSError: It cannot be read, or its compression is damaged (also `zlib.error` and
            `zstandard.ZstdError`).
        EOFError: A compressed file was cut off.
    """
    if name.lower().endswith(".zst"):
        yield from _zstd(file)
        return
    stream = gzip.GzipFile(fileobj=file, mode="rb") if name.lower().endswith(".gz") else file
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk


def lines(content: Iterable[bytes], max_bytes: int) -> Iterator[bytes | None]:
    """The lines without their ends; None for a line that is longer than `max_bytes`, unkept."""
    parts: list[bytes] = []
    size = 0
    for chunk in content:
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            yield b"".join((*parts, piece)) if size + len(piece) <= max_bytes else None
            parts, size = [], 0
        size += len(rest)
        if size <= max_bytes:
            parts.append(rest)
        else:
            parts = []
    if size:
        yield b"".join(parts) if size <= max_bytes else None


def _zstd(file: BinaryIO) -> Iterator[bytes]:
    # Not `stream_reader`: at the end of a file that was cut off it says "end", and whatever came
    # after would be missing without anybody noticing.
    decompressor = zstandard.ZstdDecompressor()
    frame = None
    while chunk := file.read(_CHUNK_BYTES):
        for start in range(0, len(chunk), _ZSTD_FEED_BYTES):
            fed = chunk[start : start + _ZSTD_FEED_BYTES]
            while fed:
                frame = frame or decompressor.decompressobj()
                if made := frame.decompress(fed):
                    yield made
                fed = b""
                if frame.eof:
                    fed, frame = frame.unused_data, None
    if frame is not None:
        raise EOFError
