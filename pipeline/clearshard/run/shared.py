"""Transcripts that are somebody else's too: taken out when all of them are known.

Of two rows that are about one transcript the worse decision counts for both. The manifest may say
so (`clearshard.run.intake`); the disk may (`clearshard.run.links`); the content may: two accounts'
files without ids of their own that are the same to the byte, or a file that is what another one
was, as far as the visible run tells, before that one was excluded. Nothing depends on who came
first, how many worked, or what a killed run has left.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.decisions import read_decisions
from clearshard.audit.reading import VisibleRun
from clearshard.eligibility.duplicates import DuplicateFinder, is_member
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.spelling import folded
from clearshard.records.states import Deleted, Quarantine, QuarantineReason
from clearshard.run.intake import Intake, Provisional
from clearshard.run.links import Row
from clearshard.run.outcomes import BatchOutcomes, OutcomeWriter, read_outcomes

_SAME_FILE = Quarantine(QuarantineReason.DUPLICATE_FILE_ID, "SharedFile")
_SAME_CONTENT = Quarantine(QuarantineReason.DUPLICATE_FILE_ID, "SharedContent")
#: Kept for ever in a folder: when the other file's decision no longer says what it held, this
#: file's still does.
_OF_EXCLUDED = Quarantine(QuarantineReason.DUPLICATE_FILE_ID, "ExcludedContent")
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
    excluded = frozenset() if before is None else _excluded_contents(intake, outcomes, before)
    two_owners = _of_two_accounts(intake, outcomes, scratch)
    if not linked and not excluded and not two_owners:
        return []
    withheld: list[Withheld] = []

    def judged() -> Iterator[BatchOutcomes]:
        for batch, known in zip(intake.batches(), read_outcomes(outcomes), strict=False):
            for row, outcome in known.rows.items():
                content, why = outcome.content_sha256, outcome.refused
                if isinstance(why, Deleted) or (
                    why is not None and why.reason is not QuarantineReason.DUPLICATE_FILE_ID
                ):
                    continue
                if content in excluded:
                    problem = _OF_EXCLUDED
                elif (known.batch, row) in linked:
                    problem = _SAME_FILE
                elif content in two_owners:
                    problem = _SAME_CONTENT
                else:
                    continue
                if why is None:
                    file_id = batch.scratch.column("file_id")[row].as_py()
                    withheld.append(Withheld(file_id, outcome.redactor_digest))
                known.rows[row] = replace(outcome, refused=problem)
            yield known

    with OutcomeWriter(target, "", judged()):
        pass
    return withheld


def _excluded_contents(intake: Intake, outcomes: Path, before: VisibleRun) -> frozenset[str]:
    """Digests of what files held that are not eligible now, and of what was withheld for them."""
    known_ends = chain(read_outcomes(outcomes), map(BatchOutcomes, repeat(-1)))
    hashes = [
        _not_eligible(batch, ends)
        for batch, ends in zip(intake.batches(), known_ends, strict=False)
    ]
    out = np.sort(np.concatenate(hashes)) if hashes else np.empty(0, np.uint64)
    found: set[str] = set()
    for batch in read_decisions(before.decisions_paths, _COLUMNS):
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
    out = np.array([reason is not None for reason in batch.quarantine], np.bool_)
    out |= batch.reason_bits != 0
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


def _of_two_accounts(intake: Intake, outcomes: Path, scratch: Path) -> set[str]:
    """Digests of what files of several accounts hold."""
    finder = DuplicateFinder(scratch / "contents.bin")
    for batch in _with_content(outcomes):
        finder.add(hash_ids(batch.column("content_sha256")))
    repeated = finder.finish()
    if not len(repeated):
        return set()
    owners: dict[str, str] = {}
    several: set[str] = set()
    for batch, known in zip(intake.batches(), _with_content(outcomes), strict=False):
        again = known.filter(
            pa.array(is_member(hash_ids(known.column("content_sha256")), repeated))
        )
        if again.num_rows:
            accounts = batch.table.column("account_id").take(again.column("row")).to_pylist()
            for content, account in zip(
                again.column("content_sha256").to_pylist(), accounts, strict=True
            ):
                if owners.setdefault(content, account) != account:
                    several.add(content)
    return several


def _with_content(outcomes: Path) -> Iterator[pa.RecordBatch]:
    """The outcomes, by batch, of files whose content is known and is not another's by its id."""
    with pa.OSFile(str(outcomes)) as file:
        for batch in pa.ipc.open_stream(file):
            own = pc.not_equal(batch.column("reason"), str(QuarantineReason.ID_MISMATCH))
            known = batch.column("content_sha256").is_valid()
            yield batch.filter(pc.and_(known, own.fill_null(True)))
