"""Transcripts that are somebody else's too: taken out when all of them are known.

Of two rows that are about one transcript the worse decision counts for both. The manifest may say
so (`clearshard.run.intake`); the disk may (`clearshard.run.links`); the content may: two accounts'
files without ids of their own that are the same to the byte, or a file that is what another one
was, as far as the visible run tells, before that one was excluded. Nothing depends on who came
first, how many worked, or what a killed run has left.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.reading import read_rows
from clearshard.eligibility.duplicates import DuplicateFinder, is_member
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.spelling import folded
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.run.intake import Intake, Provisional
from clearshard.run.links import Row
from clearshard.run.outcomes import NEW, BatchOutcomes, read_outcomes, write_outcomes
from clearshard.run.resume.bytes_columns import unpacked

_SAME_FILE = Quarantine(QuarantineReason.DUPLICATE_FILE_ID, "SharedFile")
_SAME_CONTENT = Quarantine(QuarantineReason.DUPLICATE_FILE_ID, "SharedContent")
#: Kept for ever in a folder: when the other file's decision no longer says what it held, this
#: file's still does.
_OF_EXCLUDED = Quarantine(QuarantineReason.DUPLICATE_FILE_ID, "ExcludedContent")
_DUPLICATE = str(QuarantineReason.DUPLICATE_FILE_ID)
_COLUMNS = ["file_id", "reasons", "error_type", "content_sha256"]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A file that was redacted and must not be written.

    Attributes:
        redactor_digest: What redacted it.
    """

    file_id: str
    redactor_digest: str | None


def withhold(
    intake: Intake,
    outcomes: Path,
    linked: set[Row],
    before: VisibleRun | None,
    scratch: Path,
    target: Path,
) -> list[Withheld]:
    """Quarantines files that share a file or content with what may not be used.

    Args:
        intake: The provisional decisions.
        outcomes: What became of the eligible files.
        linked: Rows whose file another row points to as well.
        before: The newest visible run, if it is believed.
        scratch: A folder to work in.
        target: The outcomes with those files quarantined; not made if there are none.
    """
    excluded = _digests(() if before is None else _excluded_contents(intake, outcomes, before))
    two_owners = _digests(_of_two_accounts(intake, outcomes, scratch))
    if not linked and not len(excluded) and not len(two_owners):
        return []
    withheld: list[Withheld] = []
    why_by_rank = [_OF_EXCLUDED, _SAME_FILE, _SAME_CONTENT]

    def judged() -> Iterator[BatchOutcomes]:
        for batch, known in zip(intake.batches(), read_outcomes(outcomes), strict=False):
            reasons, contents = known.table.column("reason"), known.table.column("content_sha256")
            asked = pc.or_kleene(reasons.is_null(), pc.equal(reasons, _DUPLICATE)).fill_null(False)
            ours = np.array([(known.batch, row) in linked for row in known.rows.tolist()], np.bool_)
            meets = [pc.is_in(contents, excluded), pa.array(ours), pc.is_in(contents, two_owners)]
            ranks = np.select([_truth(one) for one in meets], [0, 1, 2], len(meets))
            ranks[~_truth(asked)] = len(meets)
            rows = np.flatnonzero(ranks < len(meets))
            if not len(rows):
                yield known
                continue
            redacted = rows[_truth(reasons.is_null())[rows]]
            names = batch.scratch.column("file_id").take(pa.array(known.rows[redacted]))
            redactors = known.table.column("redactor_digest").take(pa.array(redacted))
            withheld.extend(map(Withheld, names.to_pylist(), redactors.to_pylist()))
            problems = [why_by_rank[rank].error_type for rank in ranks[rows].tolist()]
            yield BatchOutcomes(known.batch, _refused(known.table, rows, problems))

    write_outcomes(target, judged())
    return withheld


def _refused(
    outcomes: pa.RecordBatch, rows: npt.NDArray[np.int64], why: list[str]
) -> pa.RecordBatch:
    """The outcomes with some rows quarantined as somebody else's too."""
    here = np.zeros(outcomes.num_rows, np.bool_)
    here[rows] = True
    changes = {
        "reason": pa.array([_DUPLICATE] * len(rows), pa.string()),
        "error_type": pa.array(why, pa.string()),
        "source": pa.array([NEW] * len(rows), pa.int32()),
    }
    columns = [
        pc.replace_with_mask(column, pa.array(here), changes[name]) if name in changes else column
        for name, column in zip(outcomes.schema.names, outcomes.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=outcomes.schema)


def _excluded_contents(intake: Intake, outcomes: Path, before: VisibleRun) -> frozenset[str]:
    """Digests of what files held that are not eligible now, and of what was withheld for them."""
    known_ends = chain(read_outcomes(outcomes), map(BatchOutcomes, repeat(-1)))
    hashes = [
        _not_eligible(batch, ends)
        for batch, ends in zip(intake.batches(), known_ends, strict=False)
    ]
    out = np.sort(np.concatenate(hashes)) if hashes else np.empty(0, np.uint64)
    found: set[str] = set()
    for batch in read_rows(before.table, _COLUMNS):
        known = batch.filter(batch.column("content_sha256").is_valid())
        if not known.num_rows:
            continue
        kept = pc.equal(known.column("error_type"), _OF_EXCLUDED.error_type)
        gone = is_member(hash_ids(folded(known.column("file_id").cast(pa.string()))), out)
        gone &= ~_bears_another_id(known)
        gone |= np.asarray(kept.fill_null(False).to_numpy(zero_copy_only=False))
        found.update(known.column("content_sha256").filter(pa.array(gone)).to_pylist())
    return frozenset(found)


def _not_eligible(batch: Provisional, ends: BatchOutcomes) -> UInt64:
    """Hashes of the ids of files that are excluded, or held back before anything is opened.

    So are those of which nothing is left but that their customer has deleted them.
    """
    out = batch.held | (batch.reason_bits != 0)
    out[ends.deleted] = True
    hashes: UInt64 = batch.scratch.column("id_hash").to_numpy()
    found: UInt64 = hashes[out]
    return found


def _bears_another_id(decisions: pa.RecordBatch) -> npt.NDArray[np.bool_]:
    """Whose content was another's by its own word: it takes nobody else's file with it."""
    reasons = decisions.column("reasons")
    mismatch = pc.equal(reasons.flatten(), str(QuarantineReason.ID_MISMATCH))
    found = np.zeros(decisions.num_rows, np.bool_)
    found[pc.list_parent_indices(reasons).filter(mismatch).to_numpy()] = True
    return found


def _of_two_accounts(intake: Intake, outcomes: Path, scratch: Path) -> Iterator[str]:
    """Digests of what files of several accounts hold."""
    finder = DuplicateFinder(scratch / "contents.bin")
    for batch in _with_content(outcomes):
        finder.add(_hashes(batch))
    repeated = finder.finish()
    if not len(repeated):
        return
    owners: dict[bytes, str] = {}
    several: set[bytes] = set()
    for batch, known in zip(intake.batches(), _with_content(outcomes), strict=False):
        again = known.filter(pa.array(is_member(_hashes(known), repeated)))
        if again.num_rows:
            accounts = batch.account_ids.take(again.column("row")).to_pylist()
            for content, account in zip(
                again.column("content_sha256").to_pylist(), accounts, strict=True
            ):
                if owners.setdefault(content, account) != account:
                    several.add(content)
    yield from (content.hex() for content in several)


def _hashes(outcomes: pa.RecordBatch) -> UInt64:
    """A number for each content; what has the same is compared as a whole."""
    contents, _ = unpacked(outcomes.column("content_sha256"))
    return np.ascontiguousarray(contents[:, :8]).view("<u8").reshape(-1)


def _digests(contents: Iterable[str]) -> pa.Array:
    return pa.array([bytes.fromhex(one) for one in contents], pa.binary(32))


def _truth(column: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.bool_)


def _with_content(outcomes: Path) -> Iterator[pa.RecordBatch]:
    """The outcomes, by batch, of files whose content is known and is not another's by its id."""
    for batch in read_outcomes(outcomes):
        own = pc.not_equal(batch.table.column("reason"), str(QuarantineReason.ID_MISMATCH))
        known = batch.table.column("content_sha256").is_valid()
        yield batch.table.filter(pc.and_(known, own.fill_null(True)))
