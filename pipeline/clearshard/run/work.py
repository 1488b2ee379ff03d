"""What a worker does with a unit: read, decode, redact, stage. The same whatever the engine."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from clearshard.config import Config
from clearshard.engines.engine import Loss
from clearshard.errors import RunFailed
from clearshard.keys import PseudonymKey
from clearshard.records.states import Deleted, Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask, Row, StagedObject, WorkUnit
from clearshard.records.transcript import RedactedTranscript, Transcript
from clearshard.redaction.redactor import Redactor
from clearshard.run.fingerprint import redactor_digest
from clearshard.shards.pseudonyms import account_key, doc_key
from clearshard.shards.staging import Held, Seal, ShardRow, stage
from clearshard.sources.adapters import Form
from clearshard.sources.transcripts import read_transcript
from clearshard.storage.failures import output_errors
from clearshard.storage.sources import read_inside

#: What an allocation raises that was refused.
_OUT_OF_MEMORY = ("MemoryError", "ArrowMemoryError", "_ArrayMemoryError")


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
    """Loads the redactor and returns the function that processes units.

    Raises:
        ConfigError: The redaction section names something that is not there.
        RunFailed: The redactor is another one than the seal says: this process has other code or
            models than the one that gives it work.
    """
    # Of what is loaded here, not of what was loaded there: nothing bears a digest that is not its.
    if redactor_digest(settings.config) != settings.seal.redactor_digest:
        raise RunFailed(
            "A worker has loaded another redactor than this run began with: other code, models or "
            "packages. Was something installed meanwhile, or does PYTHONPATH name another copy? "
            "Nothing became visible; run again."
        )
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
    contents: dict[Row, str] = {}
    opened: list[tuple[FileTask, Transcript]] = []
    deleted: list[Row] = []
    form = form_of(settings.config)
    for task in unit.tasks:
        try:
            content = read_content(task, settings.config)
            contents[task.row] = hashlib.sha256(content).hexdigest()
            words = settings.config.limits.max_transcript_words
            opened.append((task, read_transcript(content, words, task.own_id, form)))
        except Deleted:
            del contents[task.row]
            deleted.append(task.row)
        except Quarantine as problem:
            quarantined.append((task.row, problem))
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is not written
            broken = Quarantine(QuarantineReason.MALFORMED, type(error).__name__)
            quarantined.append((task.row, broken))
    rows: list[ShardRow] = []
    written: list[Row] = []
    results = redactor.redact([transcript for _, transcript in opened])
    for (task, _), result in zip(opened, results, strict=True):
        if isinstance(result, Quarantine):
            quarantined.append((task.row, result))
        else:
            rows.append(_row(task, contents[task.row], result, settings.key))
            written.append(task.row)
    if any(problem.error_type in _OUT_OF_MEMORY for _, problem in quarantined):
        # Whoever asked last need not be who has it: each file is tried in a worker of its own.
        raise MemoryError
    return UnitResult(
        written=tuple(written),
        quarantined=tuple(quarantined),
        staged=_checkpoint(unit, rows, quarantined, contents, settings),
        word_count=sum(len(r.transcript.text.split()) for r in rows),
        contents=contents,
        deleted=tuple(deleted),
    )


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
    _checkpoint(unit, (), lost, contents, settings)
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


def _row(
    task: FileTask, content_sha256: str, transcript: RedactedTranscript, key: PseudonymKey
) -> ShardRow:
    keys = doc_key(key, task.file_id), account_key(key, task.account_id)
    return ShardRow(*keys, task.period, content_sha256, transcript)


def _checkpoint(
    unit: WorkUnit,
    rows: Sequence[ShardRow],
    quarantined: Sequence[tuple[Row, Quarantine]],
    contents: dict[Row, str],
    settings: WorkSettings,
) -> StagedObject | None:
    """Keeps what has been made of a unit; returns what shards are made of, if there is any."""
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
