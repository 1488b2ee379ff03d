"""Which transcripts are as they were, and what was made of those.

A transcript whose version stands is not opened: what was made of it stays. One that is remembered
under another version, or that a killed run may have worked on, is read, and its digest decides:
nothing is known by its path, its size or its time. Either needs no redactor and no worker, so a run
without changes starts none. What nobody remembers is left to the workers.

A record of a container whose version does not stand is judged when its container is read, which is
once a run: `records_to_work_on`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.records.states import Deleted, Quarantine
from clearshard.records.tasks import FileTask, Row
from clearshard.run.assigned import read_content
from clearshard.run.container_rows import ContainerRows, Opened, in_containers
from clearshard.run.contents import Contents
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
from clearshard.run.resume.checkpointed import Found
from clearshard.run.resume.declared import declared_of
from clearshard.run.resume.judge import Judge
from clearshard.run.resume.kept_versions import which_stand
from clearshard.run.resume.looks import Looks, read_looks
from clearshard.run.resume.remembered import of_these_files
from clearshard.run.units import units_of

#: Files that are read in vain for want of a version: more are not to be read every night.
WORTH_A_RECORD = 1_000
#: Of a record of a container: whether it was looked for, or is to be, and what it was then.
NOTE = np.dtype(
    [
        ("is_asked", "?"),
        ("is_known", "?"),
        ("kind", "<u4"),
        ("content", "u1", 32),
        ("is_new_version", "?"),
    ]
)
_Bools = npt.NDArray[np.bool_]
_Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class Standing:
    """What is still as it was, in numbers.

    Attributes:
        written: Files whose earlier row stays.
        quarantined: Files that stay quarantined, or cannot be read now.
        deleted: Files whose transcript says that its customer has deleted it.
        stale: Those of the first that an earlier redactor made.
        newly_known: Files that were read in vain, and need not be the next time if their version is
            recorded.
    """

    written: int = 0
    quarantined: int = 0
    deleted: int = 0
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

    def add_one(self, outcome: Outcome, redactor_digest: str) -> None:
        """Counts a file."""
        if outcome.refused is None:
            self.written += 1
            self.stale += outcome.redactor_digest != redactor_digest
        elif isinstance(outcome.refused, Deleted):
            self.deleted += 1
        else:
            self.quarantined += 1


def match(
    intake: Intake,
    judge: Judge,
    looks: Path,
    records: ContainerRows,
    contents: Contents,
    path: Path,
    threads: int,
) -> Standing:
    """Writes the outcomes of the eligible files that need no work.

    Args:
        intake: The provisional decisions.
        judge: Knows what was made before, and was asked about all of them.
        looks: What eligible files look like; see `clearshard.run.resume.looks`.
        records: Takes in the records of containers that have to be read.
        contents: Gives units what their files hold.
        path: The file for the outcomes; see `clearshard.run.outcomes`.
        threads: Number of files in hand at a time.
    """
    standing = Standing()
    with ThreadPoolExecutor(threads) as pool:
        matching = _Matching(judge, records, contents, pool, standing)
        write_outcomes(path, matching.outcomes(intake, looks))
    return standing


def records_to_work_on(
    opened: Iterable[Opened],
    judge: Judge,
    standing: Standing,
    put: Callable[[Row, Outcome], None],
) -> Iterator[FileTask]:
    """The records of containers that need work; of the others the outcome is told.

    Args:
        opened: Records, noted with `NOTE`.
        judge: Knows what was made before.
        standing: Counts the others.
        put: Told what became of each of them.
    """
    for one in opened:
        task, found, note = one.task, one.found, one.note
        outcome = None
        if isinstance(found, Quarantine):
            outcome = Outcome(found, None, None)
        elif note["is_asked"]:
            outcome = judge.outcome(task, found, note)
            if outcome is not None and outcome.content_sha256 is not None:
                standing.newly_known += int(note["is_new_version"])
        if outcome is None:
            assert isinstance(found, bytes)
            yield replace(task, content=found, content_bytes=len(found))
        else:
            standing.add_one(outcome, judge.remembered.redactor_digest)
            put(task.row, outcome)


class _Matching:
    """Says what became of the files that something is remembered of."""

    def __init__(
        self,
        judge: Judge,
        records: ContainerRows,
        contents: Contents,
        pool: Executor,
        standing: Standing,
    ) -> None:
        self._judge = judge
        self._remembered = judge.remembered
        self._records = records
        self._contents = contents
        self._pool = pool
        self._standing = standing
        reread = judge.config.sources.reread
        self._versions_stand = self._remembered.versions_stand and reread == "changed"
        self._all_are_read = len(self._remembered.checkpointed) > 0
        self._kinds = _columns_of(self._remembered.kinds)

    def outcomes(self, intake: Intake, looks: Path) -> Iterator[BatchOutcomes]:
        """The outcomes, by batch."""
        answers = self._remembered.answers()
        for (number, batch), looked in zip(
            enumerate(intake.batches()), read_looks(looks), strict=True
        ):
            rows, records = of_these_files(batch, *next(answers))
            declared = declared_of(batch.scratch, looked.rows)
            at = np.searchsorted(looked.rows, rows)
            same = which_stand(looked, declared, at, records) & records["is_known"]
            stands = same if self._versions_stand else np.zeros(len(rows), np.bool_)
            open_rows, open_records = rows[~stands], records[~stands]
            # What cannot be read needs no worker to say so.
            asked = np.zeros(len(batch), np.bool_)
            asked[rows] = True
            asked[looked.rows[~looked.readable | self._all_are_read]] = True
            new_version = np.zeros(len(batch), np.bool_)
            # One more than there is, of a file that changed just now and is not what is declared.
            new_version[looked.rows[looked.lasting | looked.is_declared]] = True
            new_version[rows[same]] = False
            is_open = np.zeros(len(batch), np.bool_)
            is_open[looked.rows] = True
            is_open[rows[stands]] = False
            wanted = np.flatnonzero(is_open)
            inside = in_containers(batch, wanted)
            notes = _notes(wanted[inside], asked, new_version, open_rows, open_records)
            by = self._judge.config.output.shard_period
            self._records.add(number, batch, wanted[inside], by, notes)
            wanted = wanted[~inside & asked[wanted]]
            known = dict(zip(open_rows.tolist(), open_records, strict=True))
            found = self._read(number, batch, looked, wanted, known)
            outcomes = BatchOutcomes(
                number, together(self._standing_rows(rows[stands], records[stands]), found)
            )
            # Of what has no content that is kept, no version is either: it is read every time.
            kept = found.filter(found.column("content_sha256").is_valid()).column("row").to_numpy()
            self._standing.newly_known += int(new_version[kept].sum())
            self._standing.add(outcomes, self._remembered.redactor_digest)
            yield outcomes

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
        known: dict[int, np.void],
    ) -> pa.RecordBatch:
        """The outcomes of files that are opened, but for those that need work."""
        outcomes: dict[int, Outcome] = {}
        by = self._judge.config.output.shard_period
        for unit in self._contents(units_of(number, batch, looked, by, wanted)):
            outcomes |= {row: Outcome(why, None, None) for (_, row), why in unit.known}
            check = partial(self._check, known)
            for task, outcome in zip(unit.tasks, self._pool.map(check, unit.tasks), strict=True):
                if outcome is not None:
                    outcomes[task.row[1]] = outcome
        return outcomes_of(outcomes)

    def _check(self, known: dict[int, np.void], task: FileTask) -> Outcome | None:
        """What became of a file, by its content; None if it needs work."""
        try:
            content = read_content(task, self._judge.config)
        except Quarantine as problem:
            # Not the one that was raised: it holds the frames that it came through, these hold it,
            # and it is kept for each file.
            return Outcome(Quarantine(problem.reason, problem.error_type), None, None)
        return self._judge.outcome(task, content, known.get(task.row[1]))


def _columns_of(kinds: Sequence[Found]) -> list[pa.Array]:
    """Reason, error type, redactor and source of each."""
    why = [kind.quarantine for kind in kinds]
    return [
        pa.array([None if one is None else str(one.reason) for one in why], pa.string()),
        pa.array([None if one is None else one.error_type for one in why], pa.string()),
        pa.array([kind.redactor_digest for kind in kinds], pa.string()),
        pa.array([NEW if kind.source is None else kind.source for kind in kinds], pa.int32()),
    ]


def _notes(
    wanted: _Ints, asked: _Bools, new_version: _Bools, rows: _Ints, records: Records
) -> npt.NDArray[np.void]:
    """What is to be known of records when their container is read.

    Args:
        wanted: Their rows, ascending.
        asked: Of each row of the batch whether it is judged, also if it needs no work.
        new_version: The same, whether it has a version that is not recorded.
        rows: Rows that something is remembered of, ascending.
        records: That.
    """
    notes = np.zeros(len(wanted), NOTE)
    notes["is_asked"], notes["is_new_version"] = asked[wanted], new_version[wanted]
    remembered = np.isin(wanted, rows)
    at = np.searchsorted(rows, wanted[remembered])
    for name in ("is_known", "kind", "content"):
        notes[name][remembered] = records[name][at]
    return notes
