"""Are transcripts still what a run has recorded? Reads every eligible one, whatever its version.

A transcript that was changed since then has another version, and the next run reads it. One whose
version stands although its content is another is what versions cannot see: its disk does not keep
time, or somebody has set its times back (docs/decisions/0034-a-version-stands-for-a-transcript.md).
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from clearshard.run.containers import ContainerReader
from clearshard.run.intake import Intake, tables_of, take_in
from clearshard.run.partitions import Records
from clearshard.run.resume.bytes_columns import from_text
from clearshard.run.resume.hashjoin import HashJoin
from clearshard.run.resume.looking import Look, look_at_all
from clearshard.run.resume.looks import VERSION_BYTES, read_looks
from clearshard.run.resume.recall import name_records, of_these_files
from clearshard.run.units import Opening, units_of
from clearshard.run.work import read_content

_ROWS_AT_ONCE = 65_536
_RECORD = np.dtype(
    [
        ("hash", "<u8"),
        ("second_hash", "<u8"),
        ("account_hash", "<u8"),
        ("has_version", "?"),
        ("version", "u1", VERSION_BYTES),
        ("content", "u1", 32),
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
    """

    read: int
    changed: tuple[str, ...]
    hidden: tuple[str, ...]


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
        with ContainerReader(config.limits, Stop()) as reader:
            root = config.path(config.sources.transcripts)
            looks = Path(scratch, "looks.arrow")
            look_at_all(Look(intake.listing, root, config.limits, disk_now_ns()), looks)
            found = list(_compared(config, intake, join, reader, looks))
    return SourcesChecked(
        sum(count for count, _, _ in found),
        tuple(sorted(name for _, changed, _ in found for name in changed)),
        tuple(sorted(name for _, _, hidden in found for name in hidden)),
    )


def _records(decisions: pa.RecordBatch) -> Records:
    records = np.zeros(decisions.num_rows, _RECORD)
    name_records(records, decisions.column("file_id"), decisions.column("account_id"))
    versions = decisions.column("version")
    records["has_version"] = versions.is_valid().to_numpy(zero_copy_only=False)
    records["version"] = from_text(versions, VERSION_BYTES)
    records["content"] = from_text(decisions.column("content_sha256"), 32)
    return records


def _compared(
    config: Config,
    intake: Intake,
    join: HashJoin,
    reader: ContainerReader,
    looks: Path,
) -> Iterator[tuple[int, list[str], list[str]]]:
    """Of each batch how many were read, and the ids of those that changed, seen and unseen."""
    root = config.path(config.sources.transcripts)
    opening = Opening(
        root, config.limits.max_transcript_bytes, reader.read, config.output.shard_period
    )
    for (number, batch), looked in zip(enumerate(intake.batches()), read_looks(looks), strict=True):
        names = batch.scratch.column("file_id").take(pa.array(looked.rows))
        join.ask(number, looked.rows, hash_ids(names))
    for (number, batch), looked, (found, of_hash) in zip(
        enumerate(intake.batches()), read_looks(looks), join.answers(), strict=True
    ):
        rows, records = of_these_files(batch, found, of_hash)
        at = np.searchsorted(looked.rows, rows)
        same = (looked.versions[at] == records["version"]).all(axis=1)
        stands = same & looked.lasting[at] & records["has_version"]
        recorded = {
            row: (content.tobytes(), bool(one))
            for row, content, one in zip(rows.tolist(), records["content"], stands, strict=True)
        }
        changed: list[str] = []
        hidden: list[str] = []
        for unit in units_of(number, batch, looked, opening, rows):
            # Not there any more, or no record of its container.
            changed += _names(batch.scratch, [row for row, _ in unit.known])
            for task in unit.tasks:
                content, is_same_version = recorded[task.row]
                try:
                    now = hashlib.sha256(read_content(task, config)).digest()
                except Quarantine:
                    changed.append(task.file_id)
                    continue
                if now != content:
                    (hidden if is_same_version else changed).append(task.file_id)
        yield len(rows), changed, hidden


def _names(scratch: pa.RecordBatch, rows: list[int]) -> list[str]:
    names: list[str] = scratch.column("file_id").take(pa.array(rows, pa.int64())).to_pylist()
    return names
