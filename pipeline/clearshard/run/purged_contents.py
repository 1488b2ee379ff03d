"""What purged files held: under no other id does it come in again.

A tombstone lasts for ever, and whoever can guess a transcript could find it by its SHA-256. So it
holds a digest under the pseudonym key, which tells nothing to who has not that key, and nothing at
all once the key is gone (docs/decisions/0049-what-a-purged-file-held-stays-out.md).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from clearshard.audit.events import Event
from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.spelling import folded
from clearshard.errors import ConfigError
from clearshard.keys import PseudonymKey
from clearshard.records.schemas import CONTENT_KEY_BYTES
from clearshard.run.resume.bytes_columns import packed, unpacked
from clearshard.run.tombstones import files_of, in_force

_KEYS = pa.binary(CONTENT_KEY_BYTES)


@dataclass(frozen=True, eq=False, slots=True)
class PurgedContents:
    """What purged files are known to have held.

    Attributes:
        key: That their digests are made with.
        kept_out: Keyed digests of what files in force held; no file may hold it.
        lifted: The same of files whose tombstones were lifted.
        lifted_files: Marks of these files, one for each of `lifted`.
    """

    key: PseudonymKey
    kept_out: pa.Array
    lifted: pa.Array
    lifted_files: UInt64

    def __bool__(self) -> bool:
        return bool(len(self.kept_out) or len(self.lifted))

    def keyed(self, digests: pa.Array) -> pa.Array:
        """Keyed digests for some SHA-256, which may be null; nulls only, if nothing is known."""
        return content_keys(self.key, digests) if self else pa.nulls(len(digests), _KEYS)

    def lifted_of(self, files: UInt64) -> pa.Array:
        """What files held whose tombstones were lifted and that are out for something else.

        Args:
            files: Sorted marks of the files that are out.
        """
        return self.lifted.filter(pa.array(is_member(self.lifted_files, files)))


def content_keys(key: PseudonymKey, digests: pa.Array) -> pa.Array:
    """A keyed digest for each SHA-256 (32 bytes); null for null.

    The first half of it as one block of AES: whole columns in one call, as each night asks for all
    files. Blocks of digests show nothing but which are the same, which is what they are for.
    """
    secret = hashlib.blake2b(b"clearshard held", key=key.secret, digest_size=32).digest()
    rows, known = unpacked(digests)
    blocks = np.ascontiguousarray(rows[:, :CONTENT_KEY_BYTES]).tobytes()
    made = Cipher(algorithms.AES(secret), modes.ECB()).encryptor().update(blocks)  # noqa: S305 - see above
    return packed(np.frombuffer(made, np.uint8).reshape(-1, CONTENT_KEY_BYTES), known)


def purged_contents(out: Path, events: Sequence[Event], key: PseudonymKey) -> PurgedContents:
    """What was purged, and what was lifted since.

    All that any purge knew of a file counts, as long as the file itself is kept out.

    Args:
        out: The output folder.
        events: Of its ledger, oldest first.
        key: The pseudonym key.

    Raises:
        ConfigError: It is not the key of a purge: nobody could tell what has to stay out.
        IntegrityError: A file of tombstones is missing, or is not what was written.
    """
    now = in_force(out, events)
    files, keys = [np.empty(0, np.uint64)], [pa.array([], _KEYS)]
    for placed in now.purges:
        if placed.key_id is None:
            continue
        if placed.key_id != key.key_id:
            problem = f"keys.file → is not the key of purge {placed.run_id} in {out}"
            raise ConfigError("configuration", [problem])
        of_files = files_of(placed.read(out))
        held = of_files.column("content_keys").combine_chunks()
        ids = of_files.column("id").combine_chunks().take(pc.list_parent_indices(held))
        files.append(hash_ids(folded(ids)))
        keys.append(held.flatten())
    marks, contents = np.concatenate(files), pa.concat_arrays(keys)
    is_out = is_member(marks, now.tombstones.files)
    kept_out = pc.unique(contents.filter(pa.array(is_out)))
    return PurgedContents(key, kept_out, contents.filter(pa.array(~is_out)), marks[~is_out])
