"""What a worker does with a unit: read, decode, redact, stage. The same whatever the engine."""

import hashlib
from collections.abc import Callable

from clearshard.errors import RunFailed
from clearshard.keys import PseudonymKey
from clearshard.records.states import Deleted, Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask, Row, WorkUnit
from clearshard.records.transcript import RedactedTranscript, Transcript
from clearshard.redaction.redactor import Redactor
from clearshard.run import fingerprint
from clearshard.run.assigned import (
    UnitResult,
    WorkSettings,
    form_of,
    keep_checkpoint,
    read_content,
)
from clearshard.shards.pseudonyms import account_key, doc_key
from clearshard.shards.staging import ShardRow
from clearshard.sources.transcripts import read_transcript

#: What an allocation raises that was refused.
_OUT_OF_MEMORY = ("MemoryError", "ArrowMemoryError", "_ArrayMemoryError")


def make_work(settings: WorkSettings) -> Callable[[WorkUnit], UnitResult]:
    """Loads the redactor and returns the function that processes units.

    Raises:
        ConfigError: The redaction section names something that is not there.
        RunFailed: The redactor is another one than the seal says: this process has other code or
            models than the one that gives it work.
    """
    # Of what is loaded here, not of what was loaded there: nothing bears a digest that is not its.
    if fingerprint.redactor_digest(settings.config) != settings.seal.redactor_digest:
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
        staged=keep_checkpoint(unit, rows, quarantined, contents, settings),
        word_count=sum(len(r.transcript.text.split()) for r in rows),
        contents=contents,
        deleted=tuple(deleted),
    )


def _row(
    task: FileTask, content_sha256: str, transcript: RedactedTranscript, key: PseudonymKey
) -> ShardRow:
    keys = doc_key(key, task.file_id), account_key(key, task.account_id)
    return ShardRow(*keys, task.period, content_sha256, transcript)
