"""Are transcripts still what a run has recorded? Reads every eligible one, whatever its version.

A transcript that was changed since then has another version, and the next run reads it. One whose
version stands although its content is another is what versions cannot see: its disk does not keep
time, or somebody has set its times back (docs/decisions/0034-a-version-stands-for-a-transcript.md);
or the manifest declares the same of two contents (0038-what-the-manifest-declares.md).
"""

import hashlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from clearshard.audit.reading import VisibleRun, open_decisions
from clearshard.config import Config
from clearshard.eligibility.ids import hash_ids
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.engines.stopping import Stop
from clearshard.records.states import Quarantine
from clearshard.records.tasks import FileTask
from clearshard.run.assigned import read_content
from clearshard.run.container_rows import ContainerRows, in_containers
from clearshard.run.containers import ContainerReader
from clearshard.run.contents import Contents, contents_of
from clearshard.run.intake import Intake, tables_of, take_in
from clearshard.run.located import transcripts_of
from clearshard.run.partitions import Records
from clearshard.run.resume.bytes_columns import from_text
from clearshard.run.resume.declared import DIGEST_BYTES, declared_of
from clearshard.run.resume.hashjoin import HashJoin
from clearshard.run.resume.kept_versions import which_stand
from clearshard.run.resume.looking import Look, look_at_all
from clearshard.run.resume.looks import read_looks
from clearshard.run.resume.remembered import name_records, of_these_files
from clearshard.run.resume.versions import VERSION_BYTES
from clearshard.run.units import units_of

_ROWS_AT_ONCE = 65_536
_RECORD = np.dtype(
    [
        ("hash", "<u8"),
        ("second_hash", "<u8"),
        ("account_hash", "<u8"),
        ("has_version", "?"),
        ("version", "u1", VERSION_BYTES),
        ("content", "u1", DIGEST_BYTES),
    ]
)
#: The content that was recorded, whether its version still stands, and the content that the
#: manifest declares now, if it does.
_RECORDED = np.dtype(
    [
        ("content", "u1", DIGEST_BYTES),
        ("stands", "?"),
        ("declared", "u1", DIGEST_BYTES),
        ("is_declared", "?"),
    ]
)
_READ = """
    SELECT file_id, account_id, content_sha256, version
    FROM decisions WHERE content_sha256 IS NOT NULL AND account_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class SourcesChecked:
    """What became of the transcripts that a run has read.

    Attributes:
        read: Eligible ones that were read again.
        changed: Ids of files whose transcript is another one, and has another version or none: the
            next run reads it. So does it those that cannot be read any more.
        hidden: Ids of files whose transcript is another one under the version that was recorded.
        misdeclared: Ids of files whose transcript is not the one that the manifest declares by its
            digest.
    """

    read: int
    changed: tuple[str, ...]
    hidden: tuple[str, ...]
    misdeclared: tuple[str, ...] = ()


def check_sources(
    config: Config,
    run: VisibleRun,
    as_of: datetime,
    disk_now_ns: Callable[[], int] = time.time_ns,
) -> SourcesChecked:
    """Reads every transcript that is eligible now and that a run has read.

    Args:
        config: Names the tables, the policy and the transcripts.
        run: The run, whose decisions are what was recorded.
        as_of: When it is decided what may be opened.
        disk_now_ns: The clock of the file system.

    Raises:
        SourceUnavailable: A table cannot be used.
        RegistryStale: The registry is too old to decide on.
        IntegrityError: The decisions of the run cannot be read.
    """
    policy = parse_policy(*config.policy_text())
    moment = Moment.at(as_of, config.policy.clock_skew_seconds)
    with tempfile.TemporaryDirectory(prefix="clearshard-sources-") as scratch:
        intake = take_in(tables_of(config), policy, moment, Path(scratch))
        join = HashJoin(Path(scratch, "recorded"), _RECORD, run.record.counts.seen)
        with open_decisions([run]) as connection:
            for batch in connection.sql(_READ).to_arrow_reader(_ROWS_AT_ONCE):
                join.add(_records(batch))
        looks, transcripts = Path(scratch, "looks.arrow"), transcripts_of(config)
        transcripts.require_there()
        look_at_all(Look(intake.listing, transcripts, config.limits, disk_now_ns()), looks)
        with (
            ContainerReader(config.limits, Stop(), transcripts) as reader,
            contents_of(transcripts, config.limits.max_transcript_bytes) as contents,
        ):
            found = _compared(config, intake, join, reader, contents, looks)
    ids = (found.changed, found.hidden, found.misdeclared)
    return SourcesChecked(found.read, *(tuple(sorted(some)) for some in ids))


@dataclass(slots=True)
class _Compared:
    """What was read, and the ids of the files that changed, seen and unseen, or are misdeclared."""

    read: int = 0
    changed: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    misdeclared: list[str] = field(default_factory=list)

    def add(self, file_id: str, now: bytes | Quarantine, recorded: np.void) -> None:
        """Takes in a transcript, or why it cannot be had now, and what was recorded of it."""
        self.read += 1
        if isinstance(now, Quarantine):
            self.changed.append(file_id)
            return
        digest = hashlib.sha256(now).digest()
        if digest != recorded["content"].tobytes():
            (self.hidden if recorded["stands"] else self.changed).append(file_id)
        if recorded["is_declared"] and digest != recorded["declared"].tobytes():
            self.misdeclared.append(file_id)


def _records(decisions: pa.RecordBatch) -> Records:
    records = np.zeros(decisions.num_rows, _RECORD)
    name_records(records, decisions.column("file_id"), decisions.column("account_id"))
    versions = decisions.column("version")
    records["has_version"] = versions.is_valid().to_numpy(zero_copy_only=False)
    records["version"] = from_text(versions, VERSION_BYTES)
    records["content"] = from_text(decisions.column("content_sha256"), DIGEST_BYTES)
    return records


def _compared(
    config: Config,
    intake: Intake,
    join: HashJoin,
    reader: ContainerReader,
    contents: Contents,
    looks: Path,
) -> _Compared:
    by = config.output.shard_period
    records = ContainerRows(looks.with_name("records"), _RECORDED, intake.manifest.row_count)
    for (number, batch), looked in zip(enumerate(intake.batches()), read_looks(looks), strict=True):
        names = batch.scratch.column("file_id").take(pa.array(looked.rows))
        join.ask(number, looked.rows, hash_ids(names))
    found = _Compared()
    for (number, batch), looked, answers in zip(
        enumerate(intake.batches()), read_looks(looks), join.answers(), strict=True
    ):
        rows, known = of_these_files(batch, *answers)
        at = np.searchsorted(looked.rows, rows)
        declared = declared_of(batch.scratch, looked.rows)
        recorded = np.zeros(len(rows), _RECORDED)
        recorded["content"] = known["content"]
        recorded["stands"] = which_stand(looked, declared, at, known)
        recorded["declared"] = declared.digests[at]
        recorded["is_declared"] = declared.has_digest[at]
        packed = in_containers(batch, rows)
        records.add(number, batch, rows[packed], by, recorded[packed])
        of_row = dict(zip(rows.tolist(), recorded, strict=True))
        for unit in contents(units_of(number, batch, looked, by, rows[~packed])):
            for (_, row), problem in unit.known:
                found.add(batch.scratch.column("file_id")[row].as_py(), problem, of_row[row])
            for task in unit.tasks:
                found.add(task.file_id, _content(task, config), of_row[task.row[1]])
    for one in records.read(reader.read, config.limits.max_transcript_bytes):
        found.add(one.task.file_id, one.found, one.note)
    return found


def _content(task: FileTask, config: Config) -> bytes | Quarantine:
    try:
        return read_content(task, config)
    except Quarantine as problem:
        return problem
