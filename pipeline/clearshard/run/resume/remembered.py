"""What is remembered of earlier work, as far as that is believed.

The visible run has shards: its record must be the one that the ledger announced, and its decisions
what the record says, or nobody could tell what has to stay out. Each of its shards is believed if
its SHA-256 is what the record says, or was when it looked as it does now
(`clearshard.run.resume.seen_shards`), unless the key is gone that it hangs on. A killed run has
left checkpoints, believed as `clearshard.shards.checkpoints` says. What is not believed is done
again.

Never taken, whatever else agrees: work under another key or another promise (which covers all that
is asked of redaction, and the columns of a shard; see `clearshard.run.fingerprint`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.audit.ledger import Ledger
from clearshard.audit.reading import VisibleRun
from clearshard.eligibility.ids import hash_ids, second_hash_ids
from clearshard.errors import IntegrityError
from clearshard.lifecycle.purge.rows import PURGED_CONTENT, UNREAD_SHARD
from clearshard.records.states import Quarantine, QuarantineReason, State
from clearshard.run.before import Before, read_before
from clearshard.run.intake import Provisional
from clearshard.run.listed import Listing, flags
from clearshard.run.outcomes import DIGEST_BYTES
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.marks import Marks, first_reasons
from clearshard.run.output.publish import announcements
from clearshard.run.partitions import Records
from clearshard.run.purged_contents import PurgedContents
from clearshard.run.resume.bytes_columns import from_text, packed
from clearshard.run.resume.checkpointed import Builder, Checkpointed, Found, Source
from clearshard.run.resume.hashjoin import HashJoin
from clearshard.run.resume.leaves import Leaves
from clearshard.run.resume.seen_shards import SeenShards
from clearshard.run.resume.versions import VERSION_BYTES
from clearshard.run.resume.wishes import Wishes
from clearshard.shards.checkpoints import read_checkpoints
from clearshard.shards.staging import Seal
from clearshard.storage.files import sha256_file

#: Of a file that was opened: what tells it from all others (`hash` and `second_hash` of its id,
#: `account_hash`), and what was made of it, or that nothing is known of it: then it is looked for
#: again, but not by a worker.
_RECORD = np.dtype(
    [
        ("hash", "<u8"),
        ("second_hash", "<u8"),
        ("account_hash", "<u8"),
        ("is_known", "?"),
        ("kind", "<u4"),
        ("has_version", "?"),
        ("version", "u1", VERSION_BYTES),
        ("content", "u1", 32),
        ("doc_key", "u1", 16),
    ]
)
Places = npt.NDArray[np.int64]


def newest_believed(folder: OutputFolder, runs: Sequence[VisibleRun]) -> VisibleRun | None:
    """The newest of the visible runs, which is what was recorded; None if there never was one.

    That is: the ledger announced no newer one, its record is the one that was announced, and its
    decisions are those that the record names. Of its shards each is looked at by itself
    (`remembered_work`): what one of them held can be redone. What files held that are out since
    nobody but these decisions can tell, and without it a copy of theirs would come in.

    Raises:
        IntegrityError: It is not.
    """
    announced = announcements(Ledger(folder.ledger).read())
    last = next(reversed(announced), None)
    if last is not None and (not runs or runs[-1].run_id != last):
        raise _not_believed(f"{folder.record(last)} is missing, and the ledger announces it.")
    if not runs:
        return None
    newest = runs[-1]
    if announced.get(newest.run_id) != newest.sha256:
        raise _not_believed(f"{folder.record(newest.run_id)} is not what was recorded.")
    for file, path in zip(newest.record.decisions, newest.decisions_paths, strict=True):
        if not path.is_file() or sha256_file(path) != file.sha256:
            raise _not_believed(f"{path} is not what was recorded.")
    return newest


def _not_believed(what: str) -> IntegrityError:
    return IntegrityError(
        f"{what} So nobody can tell what the transcripts of files held that may not be used any "
        "more, and copies of them would come in. Nothing became visible. Restore it from a backup; "
        "a mirror of a bucket fetches what is removed from it. If it is lost, begin a new folder "
        "(--out): all is redone there, and what was purged or withheld in this one is not known."
    )


@dataclass(frozen=True, eq=False)
class Remembered:
    """All earlier work that may be used again.

    Attributes:
        redactor_digest: What is not stale.
        kinds: What was made of files, each once; records have their number.
        sources: The files that hold rows, of the visible run first.
        checkpointed: What a killed run has made.
        versions_stand: Whether a version says that nothing has changed: a run of this redactor has
            looked at what it is a version of.
    """

    redactor_digest: str
    kinds: Sequence[Found]
    sources: Sequence[Source]
    checkpointed: Checkpointed
    versions_stand: bool = False
    _join: HashJoin | None = None

    def __bool__(self) -> bool:
        return self._join is not None or len(self.checkpointed) > 0

    def ask_about(self, listing: Listing) -> None:
        """Asks what is remembered of the eligible rows of a manifest."""
        if self._join is None:
            return
        for number, batch in enumerate(listing.batches()):
            rows = batch.eligible
            file_ids = batch.scratch.column("file_id").take(pa.array(rows))
            self._join.ask(number, rows, hash_ids(file_ids))
        self._join.join()

    def answers(self) -> "Iterator[tuple[npt.NDArray[np.int64], Records]]":
        """Of each batch the eligible rows that something is remembered of, if it was asked.

        Whose they are is still to be asked: see `of_these_files`.
        """
        if self._join is None:
            nothing = np.empty(0, np.int64), np.empty(0, _RECORD)
            yield from repeat(nothing)
        else:
            yield from self._join.answers()


def name_records(records: Records, file_ids: pa.Array, account_ids: pa.Array) -> None:
    """Writes into records whose they are: `hash`, `second_hash` and `account_hash`."""
    records["hash"] = hash_ids(file_ids)
    records["second_hash"] = second_hash_ids(file_ids)
    records["account_hash"] = hash_ids(account_ids)


def of_these_files(
    batch: Provisional, rows: npt.NDArray[np.int64], records: Records
) -> tuple[npt.NDArray[np.int64], Records]:
    """Those of some rows whose record is of this file of this account, not of one with its hash.

    A file that was moved to another account has a row of another account.
    """
    taken = pa.array(rows)
    file_ids = batch.scratch.column("file_id").take(taken)
    ours = records["second_hash"] == second_hash_ids(file_ids)
    ours &= records["account_hash"] == hash_ids(batch.account_ids.take(taken))
    return rows[ours], records[ours]


def remembered_work(
    folder: OutputFolder,
    run: VisibleRun | None,
    seal: Seal,
    wishes: Wishes,
    purged: PurgedContents,
    seen: SeenShards,
    scratch: Path,
    note: Callable[[str], None],
) -> tuple[Remembered, Before | None]:
    """All earlier work that may be used again; and the run before, if it is what was recorded.

    Args:
        folder: The output folder, locked.
        run: The newest visible run, if it is what was recorded.
        seal: What this run works under.
        wishes: What is not to be used, although it could be.
        purged: What purged files held: who was withheld for it is tried again once it is lifted.
        seen: Says which shards of that run are what was recorded.
        scratch: A folder to be made.
        note: Told what is not believed.

    Raises:
        IntegrityError: The decisions of that run are what was recorded, and cannot be read.
    """
    scratch.mkdir()
    memory: _Memory | None = None
    if run is not None and run.record.promise_digest != seal.promise_digest:
        note(
            f"redaction is asked for something else than in run {run.run_id} (profile, "
            "recognizers, entity types, score, operators): all is redone"
        )
    elif run is not None and run.record.key_id == seal.key.key_id:
        memory = _Memory(run, seal, wishes, purged, seen, scratch / "join", note)
    before = None if run is None else read_before(run, scratch, memory)
    sources = [] if memory is None else memory.sources
    checkpointed = _checkpointed(folder, seal, wishes, len(sources))
    sources = [*sources, *checkpointed.sources]
    if memory is None:
        return Remembered(seal.redactor_digest, (), sources, checkpointed), before
    assert run is not None
    stands = run.record.redactor_digest == seal.redactor_digest
    remembered = Remembered(
        seal.redactor_digest, memory.kinds, sources, checkpointed, stands, memory.join
    )
    return remembered, before


def _checkpointed(
    folder: OutputFolder, seal: Seal, wishes: Wishes, first_source: int
) -> Checkpointed:
    builder = Builder(first_source)
    for checkpoint in read_checkpoints(folder.checkpoints, seal):
        staged = checkpoint.staged
        number = builder.source(Source(checkpoint.path, staged.sha256, staged))
        for row in checkpoint.rows:
            builder.add(*row, Found(seal.redactor_digest, number, None))
        for held in checkpoint.held if not wishes.retry_quarantined else ():
            why = Quarantine(QuarantineReason(held.reason), held.error_type)
            found = Found(seal.redactor_digest, None, why)
            builder.add(held.doc_key, held.account_key, held.content_sha256, found)
    return builder.build()


class _Memory:
    """What the visible run has made, as records.

    Attributes:
        sources: Its shards that are what was recorded.
    """

    def __init__(
        self,
        run: VisibleRun,
        seal: Seal,
        wishes: Wishes,
        purged: PurgedContents,
        seen: SeenShards,
        scratch: Path,
        note: Callable[[str], None],
    ) -> None:
        """Looks which of its shards are what was recorded; its decisions are still to be added."""
        self._seal = seal
        self._wishes = wishes
        self._purged = purged
        self._numbers: dict[object, int] = {}
        self.kinds: list[Found] = []
        self.sources: list[Source] = []
        #: Number of the shard in the record → number of the source, or -1 if it is not believed.
        believed = []
        for shard in run.record.shards:
            path = run.shard_path(shard)
            if not seal.vault.has(shard.key_id):
                believed.append(-1)
                note(f"{path} hangs on key {shard.key_id}, which is gone: what it held is redone")
            elif seen.holds(path, shard):
                believed.append(len(self.sources))
                self.sources.append(Source(path, shard.sha256, shard=shard))
            else:
                believed.append(-1)
                note(f"{path} is not what was recorded: what it held is redone")
        self._leaves = Leaves(run.record.shards, believed)
        self.join = HashJoin(scratch, _RECORD, run.record.counts.seen)

    def add(self, rows: pa.RecordBatch, marks: Marks) -> None:
        """Takes in some of its decisions.

        Args:
            rows: ROW_SCHEMA.
            marks: Of these rows.

        Raises:
            IntegrityError: A digest in them is none.
        """
        read = pc.and_(*(rows.column(n).is_valid() for n in ("content_sha256", "redactor_digest")))
        judged = pc.or_(read, rows.column("error_type").is_valid())
        judged = pc.and_(judged, rows.column("account_id").is_valid())
        judged = pc.and_(judged, pa.array(~self._let_in_again(rows)))
        kinds = np.full(rows.num_rows, -1)
        at = np.flatnonzero(flags(judged))
        kinds[at] = self._kinds(_taken(rows, at))
        # What is not to be used is as if it had never been.
        at = at[~flags(rows.column("content_sha256").is_valid())[at] | (kinds[at] >= 0)]
        self.join.add(self._records(_taken(rows, at), kinds[at], marks, at))

    def _let_in_again(self, rows: pa.RecordBatch) -> npt.NDArray[np.bool_]:
        """Rows that were withheld for what a purged file held, and that no tombstone names now.

        So are those of which only what was written is lost.
        """
        error_types = rows.column("error_type")
        unread = flags(pc.equal(error_types, UNREAD_SHARD).fill_null(False))
        found = flags(pc.equal(error_types, PURGED_CONTENT).fill_null(False))
        if found.any():
            digests = rows.column("content_sha256").filter(pa.array(found))
            contents = from_text(digests, DIGEST_BYTES)
            keyed = self._purged.keyed(packed(contents, flags(digests.is_valid())))
            found[found] = ~flags(pc.is_in(keyed, self._purged.kept_out))
        return found | unread

    def _records(
        self, rows: pa.RecordBatch, kinds: npt.NDArray[np.int64], marks: Marks, at: Places
    ) -> Records:
        records = np.zeros(rows.num_rows, _RECORD)
        read = flags(rows.column("content_sha256").is_valid())
        records["is_known"] = read
        records["hash"], records["second_hash"] = marks.ids[at], marks.second_ids[at]
        records["account_hash"] = hash_ids(rows.column("account_id"))
        records["kind"] = np.where(read, kinds, 0)
        records["has_version"] = flags(rows.column("version").is_valid())
        for name, column in (
            ("version", "version"),
            ("content", "content_sha256"),
            ("doc_key", "doc_key"),
        ):
            records[name] = from_text(rows.column(column), records.dtype[name].shape[0])
        return records

    def _kinds(self, batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
        """The number of what was made of each file; -1 where it is not to be used."""
        given = [batch.column(name) for name in ("state", "error_type", "redactor_digest")]
        given.insert(1, first_reasons(batch.column("reasons")))
        columns = [column.dictionary_encode() for column in given]
        codes = [column.indices.fill_null(-1).to_numpy().astype(np.int64) for column in columns]
        values = [column.dictionary.to_pylist() for column in columns]
        # As one number each: few are different, and numbers are sorted much faster than rows.
        limits = [int(code.max(initial=-1)) + 2 for code in codes]
        together = np.ravel_multi_index([code + 1 for code in codes], limits)
        _, first, inverse = np.unique(together, return_index=True, return_inverse=True)
        unique = np.stack([code[first] for code in codes], axis=1)
        whats = [
            [None if code < 0 else of[code] for code, of in zip(one, values, strict=True)]
            for one in unique.tolist()
        ]
        inverse = inverse.reshape(-1)
        numbers = np.array([self._number(*what) for what in whats], np.int64)[inverse]
        written = np.array([what[0] == State.WRITTEN for what in whats], np.bool_)[inverse]
        # Those of a redactor have numbers in the order of the sources that they are in.
        sources = np.where(written, self._leaves.sources_of(batch), 0)
        usable = (numbers >= 0) & (sources >= 0)
        return np.where(usable, numbers + sources, -1)

    def _number(
        self, state: str | None, reason: str | None, error_type: str | None, redactor: str | None
    ) -> int:
        """The number of what was made; of what was written that of a row in the first source."""
        if redactor is None:
            return -1
        stale = redactor != self._seal.redactor_digest
        if state == State.WRITTEN and not (stale and self._wishes.redo_stale):
            found = [Found(redactor, source, None, stale) for source in range(len(self.sources))]
            reason = error_type = None
        elif state == State.QUARANTINED and not stale and not self._wishes.retry_quarantined:
            why = Quarantine(QuarantineReason(reason or ""), error_type or "")
            found = [Found(redactor, None, why)]
        else:
            return -1
        number = self._numbers.setdefault((state, reason, error_type, redactor), len(self.kinds))
        if number == len(self.kinds):
            self.kinds += found
        return number


def _taken(rows: pa.RecordBatch, at: Places) -> pa.RecordBatch:
    return rows if len(at) == rows.num_rows else rows.take(pa.array(at))
