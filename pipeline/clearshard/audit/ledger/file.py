"""The two files of a ledger on the disk; what their lines mean is not known here."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clearshard import layout
from clearshard.storage.files import write_atomic

_BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger.

    Attributes:
        number: From 1.
        content: Without its newline.
        whole: Whether it has one.
    """

    number: int
    content: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of the ledger.

    Attributes:
        newest: The last whole line, without its newline, or None if there is none.
        torn: What stands after the last newline.
        size: Bytes of the file.
    """

    newest: bytes | None
    torn: bytes
    size: int


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A ledger by its path, and the copy of its newest line beside it; neither need be there."""

    path: Path

    @property
    def copy(self) -> Path:
        """Path of the copy."""
        return self.path.with_name(layout.LEDGER_COPY_NAME)

    @property
    def shown(self) -> str:
        """Path below the output folder."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def copy_shown(self) -> str:
        """The same of the copy."""
        return f"{self.copy.parent.name}/{self.copy.name}"

    def lines(self) -> Iterator[Line]:
        """All lines, from the front."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield Line(number, line.removesuffix(b"\n"), line.endswith(b"\n"))

    def contains(self, content: bytes) -> bool:
        """Whether any line has some bytes in it, whole or not."""
        if not self.path.exists():
            return False
        with self.path.open("rb") as file:
            return any(content in line for line in file)

    def tail(self) -> Tail:
        """The end, found from behind."""
        try:
            handle = os.open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return Tail(None, b"", 0)
        try:
            return tail_of(handle)
        finally:
            os.close(handle)

    def read_copy(self) -> bytes | None:
        """The copy with its newline, or None if there is none."""
        try:
            return self.copy.read_bytes()
        except FileNotFoundError:
            return None

    def write_copy(self, line: bytes) -> None:
        """Replaces the copy.

        Args:
            line: The newest line, with its newline.
        """
        write_atomic(self.copy, line)


def tail_of(handle: int) -> Tail:
    """The end of an open ledger."""
    size = start = os.fstat(handle).st_size
    buffer = b""
    # Two newlines bound the last whole line; at the start of the file one is enough.
    while start > 0 and buffer.count(b"\n") < 2:
        block = min(_BLOCK_BYTES, start)
        start -= block
        buffer = os.pread(handle, block, start) + buffer
    whole, newline, torn = buffer.rpartition(b"\n")
    if not newline:
        return Tail(None, torn, size)
    return Tail(whole.rpartition(b"\n")[2], torn, size)


def write_durably(handle: int, content: bytes) -> None:
    """Writes at the end of an open ledger; when it returns, it is on the disk."""
    written = os.write(handle, content)
    while written < len(content):  # only where the disk fills up: the rest, or the error
        written += os.write(handle, content[written:])
    os.fsync(handle)
