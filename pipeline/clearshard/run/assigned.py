"""What a worker is told and tells, and what of its work whoever gives it can do himself.

Nothing here imports what takes long: whoever has nothing to redact needs no redactor.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from clearshard.config import Config
from clearshard.engines.engine import Loss
from clearshard.keys import PseudonymKey
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask, Row, StagedObject, WorkUnit
from clearshard.shards.pseudonyms import account_key, doc_key
from clearshard.shards.staging import Held, Seal, ShardRow, stage
from clearshard.sources.adapters import Form
from clearshard.storage.failures import output_errors
from clearshard.storage.sources import read_inside


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What became of the files of a unit: rows, counts, types and reasons, no content.

    Attributes:
        written: Rows whose transcript is in `staged`.
        quarantined: Rows that are not, and why.
        staged: The checkpoint with the written rows, or None if there are none.
        word_count: Words of the written transcripts.
        contents: SHA-256 of the transcript of each row, written or not, that could be read; of a
            deleted one nothing is kept.
        deleted: Rows whose transcript says that its customer has deleted it.
    """

    written: tuple[Row, ...]
    quarantined: tuple[tuple[Row, Quarantine], ...]
    staged: StagedObject | None
    word_count: int
    contents: dict[Row, str] = field(default_factory=dict)
    deleted: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkSettings:
    """What a worker needs to know; travels to it once.

    Attributes:
        checkpoints: Folder for what has been made, from which shards are made later.
        seal: What it is made under.
    """

    config: Config
    checkpoints: Path
    seal: Seal

    @property
    def key(self) -> PseudonymKey:
        """The key of the pseudonyms."""
        return self.seal.key


def make_work(settings: WorkSettings) -> Callable[[WorkUnit], UnitResult]:
    """The function that processes units; see `clearshard.run.work`, which is imported now."""
    from clearshard.run import work

    return work.make_work(settings)


def give_up(settings: WorkSettings, unit: WorkUnit, loss: Loss) -> UnitResult:
    """The result of a unit of one file that no worker survives.

    The file is read once more, here where nothing is decoded, so that it is known again and its
    next run does not lose a worker to it.
    """
    reason = {
        "crashed": QuarantineReason.DETECTOR_FAILED,
        "timed_out": QuarantineReason.DETECTOR_TIMEOUT,
        "out_of_memory": QuarantineReason.DETECTOR_FAILED,
    }[loss]
    lost = tuple((task.row, Quarantine(reason, f"Worker_{loss}")) for task in unit.tasks)
    contents: dict[Row, str] = {}
    for task in unit.tasks:
        with suppress(Quarantine):  # gone meanwhile: then there is nothing to know it by
            content = read_content(task, settings.config)
            contents[task.row] = hashlib.sha256(content).hexdigest()
    keep_checkpoint(unit, (), lost, contents, settings)
    return UnitResult((), (*unit.known, *lost), None, 0, contents)


def form_of(config: Config) -> Form:
    """How transcripts are to be read."""
    return Form(config.sources.format, config.sources.language)


def read_content(task: FileTask, config: Config) -> bytes:
    """The bytes of a transcript.

    Raises:
        Quarantine: `missing` or `too_large`; see `clearshard.storage.sources.read_inside`.
    """
    if task.content is not None:
        return task.content
    assert task.uri is not None
    root = config.path(config.sources.transcripts)
    return read_inside(root, task.uri, config.limits.max_transcript_bytes)


def keep_checkpoint(
    unit: WorkUnit,
    rows: Sequence[ShardRow],
    quarantined: Sequence[tuple[Row, Quarantine]],
    contents: dict[Row, str],
    settings: WorkSettings,
) -> StagedObject | None:
    """Keeps what has been made of a unit; returns what shards are made of, if there is any.

    Raises:
        OutputFull: The disk is full.
    """
    key = settings.key
    tasks = {task.row: task for task in unit.tasks}
    held = [
        Held(
            doc_key(key, tasks[row].file_id),
            account_key(key, tasks[row].account_id),
            contents[row],
            str(problem.reason),
            problem.error_type,
        )
        for row, problem in quarantined
        if row in contents
    ]
    if not rows and not held:
        return None
    with output_errors(settings.checkpoints):
        staged = stage(settings.checkpoints, rows, settings.seal, held)
    return staged if rows else None
