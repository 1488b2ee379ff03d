"""What a killed run has made: it need not be redacted again, if a transcript is still the same.

Asked with the pseudonyms of a file and the digest of its transcript, as it is now, the index says
what was made of exactly that. It takes 52 bytes a file, and workers know nothing of it.

Which of several results counts: a row of this redactor; then its refusal; then a row of an earlier
redactor, which is stale. A refusal of an earlier redactor never counts: this one may do better.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clearshard.records.run import ShardFile
from clearshard.records.states import Quarantine
from clearshard.records.tasks import StagedFile


@dataclass(frozen=True, slots=True)
class Source:
    """A file that holds rows of earlier work.

    Attributes:
        path: A shard or a checkpoint.
        sha256: Of its bytes when they were believed.
        staged: The same as a file that shards can be made of, if it is a checkpoint.
        shard: What its record says of it, if it is a shard.
    """

    path: Path
    sha256: str
    staged: StagedFile | None = None
    shard: ShardFile | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What an earlier run made of a transcript.

    Attributes:
        redactor_digest: What made it.
        source: Number of the source that has its row, or None if it was quarantined.
        quarantine: Why it was, if it was.
        stale: Whether an earlier redactor made it.
    """

    redactor_digest: str
    source: int | None
    quarantine: Quarantine | None
    stale: bool = False

    @property
    def rank(self) -> int:
        """Of two results for the same transcript the one with the lower rank counts."""
        if self.stale:
            return 2
        return 0 if self.quarantine is None else 1


@dataclass(frozen=True, slots=True)
class Checkpointed:
    """The index, made by `Builder`.

    Attributes:
        sources: The files that hold the rows.
    """

    sources: tuple[Source, ...]
    _kinds: tuple[Found, ...]
    _names: npt.NDArray[np.uint64]
    _contents: npt.NDArray[np.uint8]
    _codes: npt.NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self._codes)

    def find(self, doc_key: str, account_key: str, content_sha256: str) -> Found | None:
        """What was made of this transcript of this file of this account, if anything."""
        name = np.frombuffer(_name(doc_key, account_key), np.uint64)
        content = bytes.fromhex(content_sha256)
        row = int(np.searchsorted(self._names[:, 0], name[0]))
        while row < len(self._codes) and self._names[row, 0] == name[0]:
            same = self._names[row, 1] == name[1]
            if same and self._contents[row].tobytes() == content:
                return self._kinds[int(self._codes[row])]
            row += 1
        return None


class Builder:
    """Collects results in any order."""

    def __init__(self, first_source: int = 0) -> None:
        """Begins with nothing; sources are numbered from `first_source` on."""
        self._first_source = first_source
        self._sources: list[Source] = []
        self._kinds: list[Found] = []
        self._known: dict[tuple[object, ...], int] = {}
        self._names = bytearray()
        self._contents = bytearray()
        self._codes = bytearray()

    def source(self, source: Source) -> int:
        """Takes in a file that holds rows; returns its number."""
        self._sources.append(source)
        return self._first_source + len(self._sources) - 1

    def add(self, doc_key: str, account_key: str, content_sha256: str, found: Found) -> None:
        """Takes in one result."""
        self._names += _name(doc_key, account_key)
        self._contents += bytes.fromhex(content_sha256)
        self._codes += np.uint32(self._code(found)).tobytes()

    def build(self) -> Checkpointed:
        """The index of all that was added."""
        names = np.frombuffer(self._names, np.uint64).reshape(-1, 2)
        codes = np.frombuffer(self._codes, np.uint32)
        ranks = np.array([kind.rank for kind in self._kinds], np.uint8)
        order = np.lexsort((ranks[codes], names[:, 0])) if len(codes) else np.arange(0)
        return Checkpointed(
            tuple(self._sources),
            tuple(self._kinds),
            names[order],
            np.frombuffer(self._contents, np.uint8).reshape(-1, 32)[order],
            codes[order],
        )

    def _code(self, found: Found) -> int:
        """Equal results share a number: there are few kinds and many files."""
        why = found.quarantine
        reason = None if why is None else (why.reason, why.error_type)
        kind = (found.redactor_digest, found.source, reason, found.stale)
        code = self._known.setdefault(kind, len(self._kinds))
        if code == len(self._kinds):
            self._kinds.append(found)
        return code


def _name(doc_key: str, account_key: str) -> bytes:
    """One name for both: a file that was moved to another account has a row of another account."""
    return hashlib.blake2b(f"{doc_key}{account_key}".encode(), digest_size=16).digest()
