"""What a run stood on: while all of it is as it was, nothing of that run has to be looked up again.

A night on which nothing is new reads what the run before has decided, decides all again and
compares. Most of that need not be done: what is decided follows from the manifest, the registry,
the terms, the moment and what files look like, and of all these a digest is kept. Where it is the
same, so are the decisions. It is made under the pseudonym key: who does not hold that cannot make
a run believe that it has nothing to do.

A digest is only kept of a run after which no file has to be opened: each that could be read was,
and is known by a version (`clearshard.run.resume.kept_versions`). Whatever is otherwise, be it the
order of the manifest, costs the long way and nothing else. Why this is safe:
docs/decisions/0054-what-a-run-stood-on.md.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.keys import PseudonymKey
from clearshard.records.tasks import Row
from clearshard.run.intake import Intake
from clearshard.run.outcomes import BatchOutcomes, read_outcomes
from clearshard.run.resume.bytes_columns import unpacked
from clearshard.run.resume.declared import declared_of
from clearshard.run.resume.kept_versions import versions_to_keep, wrongly_declared
from clearshard.run.resume.looks import read_looks
from clearshard.storage.files import write_atomic

_PURPOSE = b"clearshard grnds"
_DIGEST_BYTES = 32
_READ_BYTES = 1 << 20


class Standstill(msgspec.Struct, frozen=True):
    """What is kept of a run after which no file has to be opened.

    Attributes:
        run_id: Its name.
        manifest_sha256: Of the manifest that it read: of another one nothing more need be asked.
        digest: Of all that it stood on; see `Grounds.digest`.
    """

    run_id: str
    manifest_sha256: str
    digest: str


@dataclass(frozen=True, eq=False, slots=True)
class Grounds:
    """What the decisions of a run follow from.

    Attributes:
        key: The key of the pseudonyms.
        terms: Whatever was configured, accepted, purged or believed, as bytes.
        intake: What was decided on the tables before any file was opened.
    """

    key: PseudonymKey
    terms: bytes
    intake: Intake

    def standstill(self, run_id: str, looks: Path, linked: Iterable[Row]) -> Standstill:
        """What would be kept of a run that stands on these.

        Args:
            run_id: The run.
            looks: What the eligible files look like; see `clearshard.run.resume.looks`.
            linked: Rows whose file another row points to as well.
        """
        manifest = self.intake.manifest.sha256
        digest = hashlib.blake2b(key=self.key.secret, person=_PURPOSE, digest_size=_DIGEST_BYTES)
        rows = np.array(sorted(linked), np.int64)
        for part in (run_id.encode(), manifest.encode(), self.terms, rows.tobytes()):
            _add(digest, part)
        for column in self.intake.gate.known_of_accounts():
            for part in _bytes_of(column):
                _add(digest, part)
        for batch in self.intake.batches():
            _add(digest, batch.reason_bits.tobytes())
            # Which of its times have come yet: the manifest does not say what is to be forgotten.
            submitted = self.intake.gate.submitted_at(batch.scratch)
            _add(digest, np.packbits(_valid(submitted)).tobytes())
        with looks.open("rb") as file:
            while part := file.read(_READ_BYTES):
                _add(digest, part)
        return Standstill(run_id, manifest, digest.hexdigest())


def no_file_is_to_be_opened(intake: Intake, outcomes: Path, looks: Path) -> bool:
    """Whether each eligible file that can be read was read, and has a version that is kept.

    Args:
        intake: The decisions on the tables.
        outcomes: What became of the eligible files.
        looks: What they look like.
    """
    if wrongly_declared(intake, outcomes):
        return False  # which is told every night
    no_more = (BatchOutcomes(number) for number in repeat(-1))
    each = chain(read_outcomes(outcomes), no_more)
    for batch, known, looked in zip(
        intake.listing.batches(), each, read_looks(looks), strict=False
    ):
        contents, has_content = unpacked(known.table.column("content_sha256"))
        declared = declared_of(batch.scratch, looked.rows)
        read = known.rows[has_content], contents[has_content]
        _, is_kept = versions_to_keep(looked, declared, *read)
        if (looked.readable & ~is_kept).any():
            return False
    return True


def read_standstill(path: Path) -> Standstill | None:
    """What was kept; nothing if it cannot be read. Its digest shows whether it may be believed."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Standstill)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def keep_standstill(path: Path, standstill: Standstill) -> None:
    """Keeps it for the next run."""
    write_atomic(path, msgspec.json.encode(standstill))


def _add(digest: hashlib.blake2b, part: bytes) -> None:
    # With its length, so that no two sequences of parts are one.
    digest.update(len(part).to_bytes(8, "little"))
    digest.update(part)


def _bytes_of(column: pa.Array) -> Iterator[bytes]:
    """A column as bytes: of two that say the same they are the same."""
    yield np.packbits(_valid(column)).tobytes()
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    if pa.types.is_string(column.type):
        texts = column.fill_null("")
        yield pc.binary_length(texts).to_numpy().tobytes()
        yield pc.binary_join(pa.array([texts.to_pylist()]), "").to_pylist()[0].encode()
        return
    numbers = column.cast(pa.int64()).fill_null(0)
    yield numbers.to_numpy(zero_copy_only=False).tobytes()


def _valid(column: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(column.is_valid().to_numpy(zero_copy_only=False), np.bool_)
