"""Transcripts that are somebody else's too: taken out when all of them are known.

Of two rows that are about one transcript the worse decision counts for both. The manifest may say
so (`clearshard.run.intake`); the disk may (`clearshard.run.links`); the content may: two accounts'
files without ids of their own that are the same to the byte, or a file that is what another one
was, as far as the visible run tells, before that one was excluded, or was purged. Nothing depends
on who came first, how many worked, or what a killed run has left.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.stored.reading import read_placed, read_withheld
from clearshard.audit.stored.table import StoredTable
from clearshard.eligibility.duplicates import DuplicateFinder, is_member
from clearshard.eligibility.gate import Gate
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.spelling import folded
from clearshard.errors import ConfigError
from clearshard.keys import PseudonymKey
from clearshard.lifecycle.purge.rows import PURGED_CONTENT
from clearshard.records.schemas import WITHHELD_SCHEMA
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.tasks import Row
from clearshard.run.intake import Intake
from clearshard.run.listed import flags
from clearshard.run.outcomes import (
    DIGEST_BYTES,
    NEW,
    BatchOutcomes,
    read_outcomes,
    write_outcomes,
)
from clearshard.run.partitions import Partitions
from clearshard.run.purged_contents import PurgedContents, content_keys
from clearshard.run.resume.bytes_columns import from_text, unpacked
from clearshard.run.stored_facts import stored_as_manifest

_SAME_FILE = Quarantine(QuarantineReason.DUPLICATE_FILE_ID, "SharedFile")
_SAME_CONTENT = Quarantine(QuarantineReason.DUPLICATE_FILE_ID, "SharedContent")
#: Kept for ever in a folder, in the list of what was withheld (WITHHELD_SCHEMA): the other file's
#: decision no longer says what it held, nor does this file's on a night on which it is not read.
_OF_EXCLUDED = Quarantine(QuarantineReason.DUPLICATE_FILE_ID, "ExcludedContent")
#: Not kept: tombstones say it again each time, until they are lifted.
_OF_PURGED = Quarantine(QuarantineReason.DUPLICATE_FILE_ID, PURGED_CONTENT)
_DUPLICATE = str(QuarantineReason.DUPLICATE_FILE_ID)
_CONTENT = np.dtype([("hash", "<u8"), ("standing", "u1"), ("content", "u1", DIGEST_BYTES)])
_NAMED = np.dtype([("hash", "<u8")])
#: What a row of the run before says of what its file held.
_OWN, _KEPT, _OF_ANOTHER = range(3)


@dataclass(frozen=True, slots=True)
class Withheld:
    """A file that was redacted and must not be written.

    Attributes:
        redactor_digest: What redacted it.
    """

    file_id: str
    redactor_digest: str | None


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """What has come of looking for files that are somebody else's too.

    Attributes:
        withheld: Files that must not be written.
        contents: What no file may hold from now on, whoever held it: a digest under the key of
            each, once.
        is_longer: Whether there is more of it than the run before tells.
    """

    withheld: list[Withheld]
    contents: pa.Array
    is_longer: bool


class ContentsBefore:
    """What files held when the run before decided: digests, in scratch files.

    Attributes:
        table: Its decisions.
    """

    def __init__(self, table: StoredTable, row_count: int, scratch: Path) -> None:
        """Opens nothing yet.

        Args:
            table: The decisions of the run before.
            row_count: About how many rows there are.
            scratch: A folder to be made.
        """
        scratch.mkdir()
        self.table = table
        self._contents = Partitions(scratch, "contents", _CONTENT, row_count)
        self._named = Partitions(scratch, "named", _NAMED, row_count)

    def add(self, rows: pa.RecordBatch) -> None:
        """Takes in what some rows (ROW_SCHEMA) say.

        Raises:
            IntegrityError: A digest in them is none.
        """
        asked = rows.select(["file_id", "reasons", "error_type", "content_sha256"])
        known = asked.filter(rows.column("content_sha256").is_valid())
        records = np.zeros(known.num_rows, _CONTENT)
        records["hash"] = hash_ids(folded(known.column("file_id")))
        records["content"] = from_text(known.column("content_sha256"), DIGEST_BYTES)
        kept = flags(pc.equal(known.column("error_type"), _OF_EXCLUDED.error_type).fill_null(False))
        records["standing"] = np.select([kept, _bears_another_id(known)], [_KEPT, _OF_ANOTHER])
        self._contents.append(records["hash"], records)

    def name(self, files: UInt64) -> None:
        """Takes in which files a manifest names: hashes of their folded ids, each time others."""
        records = np.empty(len(files), _NAMED)
        records["hash"] = files
        self._named.append(files, records)

    def left(self) -> UInt64:
        """Files whose content is known and that are not named any more, as sorted hashes.

        Asked once: what was named is removed.
        """
        found = [np.empty(0, np.uint64)]
        for records, named in zip(self._contents.read(), self._named.read(), strict=True):
            own = records["hash"][records["standing"] == _OWN]
            found.append(np.unique(own[~is_member(own, np.sort(named["hash"]))]))
        self._named.remove()
        return np.concatenate(found)

    def of(self, files: UInt64) -> Iterator[bytes]:
        """What some files held.

        Args:
            files: Sorted hashes of their folded ids.
        """
        for records in self._contents.read():
            own = (records["standing"] == _OWN) & is_member(records["hash"], files)
            yield from map(bytes, records["content"][own])

    def kept(self) -> Iterator[bytes]:
        """What its rows say was withheld; those of earlier versions alone say it."""
        for records in self._contents.read():
            yield from map(bytes, records["content"][records["standing"] == _KEPT])


def withhold(
    intake: Intake,
    outcomes: Path,
    linked: frozenset[Row],
    before: ContentsBefore | None,
    purged: PurgedContents,
    scratch: Path,
    target: Path,
) -> Judged:
    """Quarantines files that share a file or content with what may not be used.

    Args:
        intake: The provisional decisions.
        outcomes: What became of the eligible files.
        linked: Rows whose file another row points to as well.
        before: What files held when the newest visible run decided, if that is believed.
        purged: What purged files held.
        scratch: A folder to work in.
        target: The outcomes with those files quarantined; not made if there are none.
    """
    gone = _not_eligible(intake, outcomes, before)
    kept = _kept(before, purged.key)
    excluded = _digests(() if before is None else before.of(gone))
    lifted = purged.lifted_of(gone)
    two_owners = _digests(_of_two_accounts(intake, outcomes, scratch))
    if not (linked or purged or len(kept) or len(excluded) or len(two_owners)):
        return Judged([], kept, is_longer=False)
    withheld: list[Withheld] = []
    held_again = [kept]
    # What a tombstone keeps out comes back when that is lifted, unless something else did before.
    why_by_rank = [_OF_EXCLUDED, _OF_PURGED, _OF_EXCLUDED, _OF_EXCLUDED, _SAME_FILE, _SAME_CONTENT]

    def judged() -> Iterator[BatchOutcomes]:
        for batch, known in zip(intake.batches(), read_outcomes(outcomes), strict=False):
            reasons, contents = known.table.column("reason"), known.table.column("content_sha256")
            asked = pc.or_kleene(reasons.is_null(), pc.equal(reasons, _DUPLICATE)).fill_null(False)
            ours = np.array([(known.batch, row) in linked for row in known.rows.tolist()], np.bool_)
            keyed = content_keys(purged.key, contents)
            of_purged = pc.is_in(keyed, purged.kept_out)
            of_excluded = pc.is_in(contents, excluded), pc.is_in(keyed, lifted)
            again = pc.and_(pc.or_(*of_excluded), _may_be_its(reasons))
            held_again.append(keyed.filter(pc.and_not(again, of_purged)))
            meets = [
                pc.is_in(keyed, kept),
                of_purged,
                *of_excluded,
                pa.array(ours),
                pc.is_in(contents, two_owners),
            ]
            ranks = np.select([flags(one) for one in meets], range(len(meets)), len(meets))
            ranks[~flags(asked)] = len(meets)
            rows = np.flatnonzero(ranks < len(meets))
            if not len(rows):
                yield known
                continue
            redacted = rows[flags(reasons.is_null())[rows]]
            names = batch.scratch.column("file_id").take(pa.array(known.rows[redacted]))
            redactors = known.table.column("redactor_digest").take(pa.array(redacted))
            withheld.extend(map(Withheld, names.to_pylist(), redactors.to_pylist()))
            problems = [why_by_rank[rank].error_type for rank in ranks[rows].tolist()]
            yield BatchOutcomes(known.batch, _refused(known.table, rows, problems))

    write_outcomes(target, judged())
    now = pc.unique(pa.concat_arrays(held_again))
    return Judged(withheld, now, is_longer=len(now) > len(kept))


def _kept(before: ContentsBefore | None, key: PseudonymKey) -> pa.Array:
    """What runs before have withheld, whoever held it once: digests under the key, each once."""
    if before is None:
        return WITHHELD_SCHEMA.empty_table().column(0).combine_chunks()
    of_rows = content_keys(key, _digests(before.kept()))
    return pc.unique(pa.concat_arrays([read_withheld(before.table), of_rows]))


def _may_be_its(reasons: pa.Array) -> pa.Array:
    """Whether a file's content may be its own: also if something else is why it is refused.

    Another night that may not be so. What bears another file's id is refused as long as it does.
    """
    return pc.not_equal(reasons, str(QuarantineReason.ID_MISMATCH)).fill_null(True)


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


def _not_eligible(intake: Intake, outcomes: Path, before: ContentsBefore | None) -> UInt64:
    """Sorted hashes of the ids of files that are excluded, or held back before anything is opened.

    So are those of which nothing is left but that their customer has deleted them, and those that
    left the manifest and would be excluded if they had not.
    """
    known_ends = chain(read_outcomes(outcomes), map(BatchOutcomes, repeat(-1)))
    found = [np.empty(0, np.uint64)]
    for batch, ends in zip(intake.batches(), known_ends, strict=False):
        out = batch.held | (batch.reason_bits != 0)
        out[ends.deleted] = True
        named = batch.scratch.column("id_hash").to_numpy()
        found.append(named[out])
        if before is not None:
            before.name(named)
    if before is not None:
        found += _left_and_denied(before, intake.gate)
    hashes: UInt64 = np.sort(np.concatenate(found))
    return hashes


def _left_and_denied(before: ContentsBefore, gate: Gate) -> Iterator[UInt64]:
    """Hashes of files that no row names any more, and that the gate denies as they were known.

    An export leaves out the files of a customer who opts out. Those of all others were renamed, or
    are not wanted: what they held may come again.
    """
    left = before.left()
    if not len(left):
        return
    for placed in read_placed(before.table):
        hashes = hash_ids(folded(placed.rows.column("file_id")))
        was_read = flags(placed.rows.column("content_sha256").is_valid())
        here = np.flatnonzero(is_member(hashes, left) & was_read)
        if len(here):
            yield hashes[here][_denied(placed.rows.take(pa.array(here)), gate)]


def _denied(rows: pa.RecordBatch, gate: Gate) -> npt.NDArray[np.bool_]:
    try:
        files = stored_as_manifest(rows, gate.own_of_files)
    except ConfigError:  # the policy asks for what nobody has stored of them: it is not known
        return np.ones(rows.num_rows, np.bool_)
    return np.asarray(gate.decide(files).reason_bits != 0)


def _bears_another_id(decisions: pa.RecordBatch) -> npt.NDArray[np.bool_]:
    """Whose content was another's by its own word: it takes nobody else's file with it."""
    reasons = decisions.column("reasons")
    mismatch = pc.equal(reasons.flatten(), str(QuarantineReason.ID_MISMATCH))
    found = np.zeros(decisions.num_rows, np.bool_)
    found[pc.list_parent_indices(reasons).filter(mismatch).to_numpy()] = True
    return found


def _of_two_accounts(intake: Intake, outcomes: Path, scratch: Path) -> Iterator[bytes]:
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
    yield from several


def _hashes(outcomes: pa.RecordBatch) -> UInt64:
    """A number for each content; what has the same is compared as a whole."""
    contents, _ = unpacked(outcomes.column("content_sha256"))
    return np.ascontiguousarray(contents[:, :8]).view("<u8").reshape(-1)


def _digests(contents: Iterable[bytes]) -> pa.Array:
    return pa.array(contents, pa.binary(DIGEST_BYTES))


def _with_content(outcomes: Path) -> Iterator[pa.RecordBatch]:
    """The outcomes, by batch, of files whose content is known and is not another's by its id."""
    for batch in read_outcomes(outcomes):
        own = _may_be_its(batch.table.column("reason"))
        known = batch.table.column("content_sha256").is_valid()
        yield batch.table.filter(pc.and_(known, own))
