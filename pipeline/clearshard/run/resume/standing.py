"""Which transcripts are as they were, and what was made of those.

A transcript whose version stands is not opened: what was made of it stays. One that is remembered
under another version, or that a killed run may have worked on, is read, and its digest decides:
nothing is known by its path, its size or its time. Either needs no redactor and no worker, so a run
without changes starts none. What nobody remembers is left to the workers.
"""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.config import Config
from clearshard.keys import PseudonymKey
from clearshard.records.states import Deleted, Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask
from clearshard.run.intake import Intake, Provisional
from clearshard.run.outcomes import (
    NEW,
    SCHEMA,
    BatchOutcomes,
    Outcome,
    outcomes_of,
    together,
    write_outcomes,
)
from clearshard.run.partitions import Records
from clearshard.run.resume.bytes_columns import packed
from clearshard.run.resume.earlier import Found
from clearshard.run.resume.looks import Looks, read_looks
from clearshard.run.resume.recall import Remembered, of_these_files
from clearshard.run.units import Opening, units_of
from clearshard.run.work import form_of, read_content
from clearshard.shards.pseudonyms import account_key, doc_key
from clearshard.sources.adapters import Form
from clearshard.sources.deletion import may_say_deleted
from clearshard.sources.transcripts import is_called, read_transcript

#: No timed word, and no sixteen letters of text, take fewer bytes of JSON.
_BYTES_PER_WORD = 16
#: Files that are read in vain for want of a version: more are not to be read every night.
WORTH_A_RECORD = 1_000
_Bools = npt.NDArray[np.bool_]
_Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class Standing:
    """What is still as it was, in numbers.

    Attributes:
        written: Files whose earlier row stays.
        quarantined: Files that stay quarantined, or cannot be read now.
        deleted: Files whose transcript says that its customer has deleted it.
        read: Files that were opened to tell.
        stale: Those of the first that an earlier redactor made.
        newly_known: Files that were read in vain, and need not be the next time if their version is
            recorded.
    """

    written: int = 0
    quarantined: int = 0
    deleted: int = 0
    read: int = 0
    stale: int = 0
    newly_known: int = 0

    @property
    def is_worth_a_record(self) -> bool:
        """Whether a run in which nothing else is new should be recorded, for its versions.

        Some files may always be too young to have one, and a record each night is of no use.
        """
        return self.newly_known > WORTH_A_RECORD

    def add(self, outcomes: BatchOutcomes, redactor_digest: str) -> None:
        """Counts some files; what this redactor has made is not stale."""
        written = outcomes.table.filter(pa.array(outcomes.is_written))
        ours = pc.equal(written.column("redactor_digest"), redactor_digest)
        self.written += written.num_rows
        self.stale += written.num_rows - int(pc.sum(ours).as_py() or 0)
        self.deleted += len(outcomes.deleted)
        self.quarantined += len(outcomes.quarantined)


def confirm(
    intake: Intake,
    remembered: Remembered,
    looks: Path,
    config: Config,
    opening: Opening,
    key: PseudonymKey,
    path: Path,
    threads: int,
) -> Standing:
    """Writes the outcomes of the eligible files that need no work.

    Args:
        intake: The provisional decisions.
        remembered: What was made before.
        looks: What eligible files look like; see `clearshard.run.resume.looks`.
        config: Names the limits, and whether everything is to be read again.
        opening: How transcripts are opened.
        key: The key of the pseudonyms.
        path: The file for the outcomes; see `clearshard.run.outcomes`.
        threads: Number of files in hand at a time.
    """
    standing = Standing()
    for (number, batch), looked in zip(enumerate(intake.batches()), read_looks(looks), strict=True):
        files = batch.scratch.take(pa.array(looked.rows))
        remembered.ask(number, looked.rows, files.column("file_id"))
    with ThreadPoolExecutor(threads) as pool:
        judge = _Judge(remembered, config, opening, key, pool, standing)
        write_outcomes(path, judge.outcomes(intake, looks))
    return standing


class _Judge:
    """Says what became of the files that something is remembered of."""

    def __init__(
        self,
        remembered: Remembered,
        config: Config,
        opening: Opening,
        key: PseudonymKey,
        pool: Executor,
        standing: Standing,
    ) -> None:
        self._remembered = remembered
        self._config = config
        self._opening = opening
        self._key = key
        self._pool = pool
        self._standing = standing
        self._versions_stand = remembered.versions_stand and config.sources.reread == "changed"
        self._all_are_read = len(remembered.checkpointed) > 0
        self._kinds = _columns_of(remembered.kinds)

    def outcomes(self, intake: Intake, looks: Path) -> Iterator[BatchOutcomes]:
        """The outcomes, by batch."""
        answers = self._remembered.answers()
        for (number, batch), looked in zip(
            enumerate(intake.batches()), read_looks(looks), strict=True
        ):
            rows, records = of_these_files(batch, *next(answers))
            same = self._same_versions(looked, rows, records)
            stands = same if self._versions_stand else np.zeros(len(rows), np.bool_)
            known = dict(zip(rows[~stands].tolist(), records[~stands], strict=True))
            # What cannot be read needs no worker to say so.
            asked = np.zeros(len(batch), np.bool_)
            asked[rows] = True
            asked[looked.rows[~looked.readable | self._all_are_read]] = True
            asked[rows[stands]] = False
            wanted = np.flatnonzero(asked)
            found = self._read(number, batch, looked, wanted, known)
            outcomes = BatchOutcomes(
                number, together(self._standing_rows(rows[stands], records[stands]), found)
            )
            self._standing.read += len(wanted)
            # Of what has no content that is kept, no version is either: it is read every time.
            kept = found.filter(found.column("content_sha256").is_valid()).column("row").to_numpy()
            new_version = np.zeros(len(batch), np.bool_)
            new_version[looked.rows[looked.lasting]] = True
            new_version[rows[same]] = False
            self._standing.newly_known += int(new_version[kept].sum())
            self._standing.add(outcomes, self._remembered.redactor_digest)
            yield outcomes

    def _same_versions(self, looked: Looks, rows: _Ints, records: Records) -> _Bools:
        """Whether the version of each row that something is remembered of is still the same."""
        at = np.searchsorted(looked.rows, rows)
        same = (looked.versions[at] == records["version"]).all(axis=1) & records["is_known"]
        return np.asarray(same & looked.lasting[at] & records["has_version"], np.bool_)

    def _standing_rows(self, rows: _Ints, records: Records) -> pa.RecordBatch:
        kinds = pa.array(records["kind"])
        reasons, error_types, redactors, sources = (column.take(kinds) for column in self._kinds)
        has_row = np.asarray(sources.to_numpy() != NEW)
        columns = [
            pa.array(rows, pa.int32()),
            reasons,
            error_types,
            packed(records["content"], np.ones(len(rows), np.bool_)),
            redactors,
            sources,
            packed(records["doc_key"], has_row),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)

    def _read(
        self,
        number: int,
        batch: Provisional,
        looked: Looks,
        wanted: _Ints,
        known: dict[int, Records],
    ) -> pa.RecordBatch:
        """The outcomes of files that are opened, but for those that need work."""
        outcomes: dict[int, Outcome] = {}
        for unit in units_of(number, batch, looked, self._opening, wanted):
            outcomes |= {row: Outcome(why, None, None) for row, why in unit.known}
            check = partial(self._check, known)
            for task, outcome in zip(unit.tasks, self._pool.map(check, unit.tasks), strict=True):
                if outcome is not None:
                    outcomes[task.row] = outcome
        return outcomes_of(outcomes)

    def _check(self, known: dict[int, Records], task: FileTask) -> Outcome | None:
        """What became of a file, by its content; None if it needs work."""
        try:
            content = read_content(task, self._config)
        except Quarantine as problem:
            return Outcome(problem, None, None)
        digest = hashlib.sha256(content)
        key = doc_key(self._key, task.file_id)
        found = self._found(task, key, digest.digest(), known.get(task.row))
        # Nothing is kept of a deleted one; and who redacted it earlier may not have known of
        # deletions.
        if (found is None or found.stale) and _is_deleted(task, content, self._config):
            return Outcome(Deleted(), None, None)
        if found is None or not _name_agrees(found, task, content, form_of(self._config)):
            return None
        if not _limit_agrees(found, task, content, self._config):
            return None
        source = NEW if found.source is None else found.source
        return Outcome(
            found.quarantine,
            digest.hexdigest(),
            found.redactor_digest,
            source,
            None if source == NEW else key,
        )

    def _found(
        self, task: FileTask, key: str, digest: bytes, record: Records | None
    ) -> Found | None:
        """The best of what was made of exactly this."""
        checkpointed = self._remembered.checkpointed
        found = checkpointed.find(key, account_key(self._key, task.account_id), digest.hex())
        if record is not None and record["is_known"] and record["content"].tobytes() == digest:
            visible = self._remembered.kinds[int(record["kind"])]
            if found is None or visible.rank <= found.rank:
                return visible
        return found


def _columns_of(kinds: Sequence[Found]) -> list[pa.Array]:
    """Reason, error type, redactor and source of each."""
    why = [kind.quarantine for kind in kinds]
    return [
        pa.array([None if one is None else str(one.reason) for one in why], pa.string()),
        pa.array([None if one is None else one.error_type for one in why], pa.string()),
        pa.array([kind.redactor_digest for kind in kinds], pa.string()),
        pa.array([NEW if kind.source is None else kind.source for kind in kinds], pa.int32()),
    ]


def _is_deleted(task: FileTask, content: bytes, config: Config) -> bool:
    max_words = config.limits.max_transcript_words
    if not may_say_deleted(content):
        return False
    try:
        read_transcript(content, max_words, task.own_id, form_of(config))
    except Deleted:
        return True
    except Exception:  # noqa: BLE001 - whatever it is, a worker will say what it means
        return False
    return False


def _name_agrees(found: Found, task: FileTask, content: bytes, form: Form) -> bool:
    """Whether the transcript is still asked for by its own id, or is still not.

    The manifest may have named a record by another id than the file's, and now name a file.
    """
    was = found.quarantine is None or found.quarantine.reason is not QuarantineReason.ID_MISMATCH
    if found.quarantine is not None and was:
        return True  # not written, whatever it is called; a worker said why
    return was == (task.own_id is None or is_called(content, task.own_id, form))


def _limit_agrees(found: Found, task: FileTask, content: bytes, config: Config) -> bool:
    """Whether the limit of words, which is not the redactor's, says the same as it did."""
    max_words = config.limits.max_transcript_words
    was = found.quarantine is not None and found.quarantine.reason is QuarantineReason.TOO_LARGE
    if not was and len(content) <= _BYTES_PER_WORD * max_words:
        return True
    try:
        read_transcript(content, max_words, task.own_id, form_of(config))
    except Quarantine as problem:
        return was == (problem.reason is QuarantineReason.TOO_LARGE)
    except Exception:  # noqa: BLE001 - whatever it is, a worker will say what it means
        return False
    return not was
