"""What a worker does with a unit: read, decode, redact, stage. The same whatever the engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Config, PseudonymKey
from pipeline.engines.worker import Loss
from pipeline.records import (
    FileTask,
    Quarantine,
    QuarantineReason,
    RedactedTranscript,
    StagedUnit,
    Transcript,
)
from pipeline.redaction.redactor import Redactor
from pipeline.run.units import WorkUnit
from pipeline.shards.pseudonyms import account_key, doc_key
from pipeline.shards.staging import ShardRow, Stamp, stage
from pipeline.sources.transcripts import read_transcript
from pipeline.storage import output_errors, read_inside

#: What an allocation raises that was refused.
_OUT_OF_MEMORY = ("MemoryError", "ArrowMemoryError", "_ArrayMemoryError")


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What became of the files of a unit: ids of rows, counts, types and reasons, no content.

    Attributes:
        batch: Number of the batch that the rows belong to.
        written: Rows whose transcript is in `staged`.
        quarantined: Rows that are not, and why.
        staged: The scratch file, or None if nothing was written.
        word_count: Words of the written transcripts.
    """

    batch: int
    written: tuple[int, ...]
    quarantined: tuple[tuple[int, Quarantine], ...]
    staged: StagedUnit | None
    word_count: int


@dataclass(frozen=True, slots=True)
class WorkSettings:
    """What a worker needs to know; travels to it once.

    Attributes:
        staging: Folder for scratch files.
        stamp: What every row carries.
    """

    config: Config
    key: PseudonymKey
    staging: Path
    stamp: Stamp


def make_work(settings: WorkSettings) -> Callable[[WorkUnit], UnitResult]:
    """Loads the redactor and returns the function that processes units.

    Raises:
        ConfigError: The redaction section names something that is not there.
    """
    redactor = Redactor(settings.config, settings.key)

    def work(unit: WorkUnit) -> UnitResult:
        return process(unit, redactor, settings)

    return work


def process(unit: WorkUnit, redactor: Redactor, settings: WorkSettings) -> UnitResult:
    """Redacts a unit's files and stages what may be written.

    Raises:
        OutputFull: The disk is full: the run fails, no file is blamed for it.
    """
    quarantined = list(unit.known)
    opened: list[tuple[FileTask, Transcript]] = []
    for task in unit.tasks:
        try:
            opened.append((task, _open(task, settings.config)))
        except Quarantine as problem:
            quarantined.append((task.row, problem))
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is not written
            broken = Quarantine(QuarantineReason.MALFORMED, type(error).__name__)
            quarantined.append((task.row, broken))
    rows: list[ShardRow] = []
    written: list[int] = []
    results = redactor.redact([transcript for _, transcript in opened])
    for (task, _), result in zip(opened, results, strict=True):
        if isinstance(result, Quarantine):
            quarantined.append((task.row, result))
        else:
            rows.append(_row(task, result, settings.key))
            written.append(task.row)
    if any(problem.error_type in _OUT_OF_MEMORY for _, problem in quarantined):
        # Whoever asked last need not be who has it: each file is tried in a worker of its own.
        raise MemoryError
    return UnitResult(
        batch=unit.batch,
        written=tuple(written),
        quarantined=tuple(quarantined),
        staged=_stage(unit, rows, settings),
        word_count=sum(len(r.transcript.text.split()) for r in rows),
    )


def give_up(unit: WorkUnit, loss: Loss) -> UnitResult:
    """The result of a unit of one file that no worker survives."""
    reason = {
        "crashed": QuarantineReason.DETECTOR_FAILED,
        "timed_out": QuarantineReason.DETECTOR_TIMEOUT,
        "out_of_memory": QuarantineReason.DETECTOR_FAILED,
    }[loss]
    lost = tuple((task.row, Quarantine(reason, f"Worker_{loss}")) for task in unit.tasks)
    return UnitResult(unit.batch, (), (*unit.known, *lost), None, 0)


def _open(task: FileTask, config: Config) -> Transcript:
    limits = config.limits
    content = task.content
    if content is None:
        assert task.uri is not None
        root = config.path(config.sources.transcripts)
        content = read_inside(root, task.uri, limits.max_transcript_bytes)
    return read_transcript(content, limits.max_transcript_words)


def _row(task: FileTask, transcript: RedactedTranscript, key: PseudonymKey) -> ShardRow:
    return ShardRow(doc_key(key, task.file_id), account_key(key, task.account_id), transcript)


def _stage(unit: WorkUnit, rows: Sequence[ShardRow], settings: WorkSettings) -> StagedUnit | None:
    if not rows:
        return None
    # Rows are unique in a batch, and no two units share one: the name is the unit's alone.
    name = f"unit-{unit.batch:06d}-{unit.tasks[0].row:06d}.arrow"
    with output_errors(settings.staging):
        return stage(settings.staging / name, rows, settings.stamp)
