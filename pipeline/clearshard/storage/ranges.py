"""A file to read from that is somewhere else, and is fetched in blocks as it is read."""

import io
from collections.abc import Callable

#: One request brings so much: at 50 ms each, 160 MiB a second.
BLOCK_BYTES = 8 * 1024 * 1024


class RangeFile(io.RawIOBase):
    """Bytes of one version of an object; two blocks of it are in memory.

    Two, since who reads a Parquet file goes to and fro between its end and its columns.
    """

    def __init__(self, size_bytes: int, fetch: Callable[[int, int], bytes]) -> None:
        """Fetches nothing yet.

        Args:
            size_bytes: Of the object.
            fetch: Gives the bytes from a place on, so many: of that version, or raises.
        """
        super().__init__()
        self._size = size_bytes
        self._fetch = fetch
        self._at = 0
        self._blocks: dict[int, bytes] = {}

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes elsewhere; beyond the end nothing is read."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]  # any buffer
        """Reads up to so many bytes; fewer at the end of a block, none beyond the end of all."""
        view = memoryview(buffer).cast("B")
        if self._at >= self._size or not view:
            return 0
        number, within = divmod(self._at, BLOCK_BYTES)
        piece = memoryview(self._block(number))[within : within + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            if len(self._blocks) > 1:
                del self._blocks[next(iter(self._blocks))]
            start = number * BLOCK_BYTES
            self._blocks[number] = self._fetch(start, min(BLOCK_BYTES, self._size - start))
        return self._blocks[number]


def buffered(size_bytes: int, fetch: Callable[[int, int], bytes]) -> io.BufferedReader:
    """The same as a file of which any number of bytes can be read at a time."""
    return io.BufferedReader(RangeFile(size_bytes, fetch), 1 << 16)
