"""Shards that were read and found to be what was recorded need not be read again every night.

As of transcripts (`clearshard.run.resume.looks`), a version stands for a shard: its size, times and
number in the file system. It is taken before the shard is read, kept if nothing was changed just
before, and holds while the next look gives the same. What is kept is sealed under the pseudonym
key: whoever can write to the folder but does not hold it cannot vouch for a shard. What a version
that lies can cost: docs/decisions/0037-a-version-stands-for-a-shard-too.md.
"""

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import msgspec

from clearshard.keys import PseudonymKey
from clearshard.records.run import ShardFile
from clearshard.storage.files import sha256_file, write_atomic
from clearshard.storage.versions import GRANULE_NS

_PURPOSE = b"clearshard seen"
_DIGEST_BYTES = 16


class _Kept(msgspec.Struct, frozen=True):
    """What the file holds: the version of each shard by its name, and their seal."""

    seal: str
    versions: dict[str, str]


class SeenShards:
    """Says of shards whether they are what was recorded."""

    def __init__(self, path: Path, key: PseudonymKey, now_ns: int) -> None:
        """Reads what was seen; nothing if nobody who holds the key has sealed it.

        Args:
            path: The file that it is kept in.
            key: The key.
            now_ns: The time by the clock of the file system, before a shard is looked at.
        """
        self._path = path
        self._key = key
        self._settled_before_ns = now_ns - GRANULE_NS
        self._before = self._read()
        self._now: dict[str, str] = {}

    def holds(self, path: Path, shard: ShardFile) -> bool:
        """Whether a shard is there and is what was recorded; it is read unless its version stands.

        Args:
            path: Where it is.
            shard: What its record says.
        """
        try:
            found = os.lstat(path)
        except OSError:
            return False
        if not stat.S_ISREG(found.st_mode):
            return False
        version = _version(found, shard)
        if version in (self._before.get(shard.name), self._now.get(shard.name)):
            self._now[shard.name] = version
            return True
        if sha256_file(path) != shard.sha256:
            return False
        if max(found.st_mtime_ns, found.st_ctime_ns) < self._settled_before_ns:
            self._now[shard.name] = version
        return True

    def save(self) -> None:
        """Keeps what was found of the shards that were asked for, if it is not what was kept."""
        if self._now != self._before:
            kept = _Kept(self._seal(self._now), self._now)
            write_atomic(self._path, msgspec.json.encode(kept))

    def _read(self) -> dict[str, str]:
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except (OSError, ValueError, msgspec.MsgspecError):
            return {}
        return kept.versions if kept.seal == self._seal(kept.versions) else {}

    def _seal(self, versions: Mapping[str, str]) -> str:
        content = msgspec.json.encode(versions, order="sorted")
        digest = hashlib.blake2b(
            content, key=self._key.secret, person=_PURPOSE, digest_size=_DIGEST_BYTES
        )
        return digest.hexdigest()


def _version(found: os.stat_result, shard: ShardFile) -> str:
    marks = found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev
    text = f"{marks}{shard.name} {shard.sha256}"
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()
