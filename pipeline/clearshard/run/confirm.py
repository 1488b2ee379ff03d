"""Every eligible file is read again, and what is still the same is not redacted again.

Nothing is known by its path, its size or its time: the digest of a transcript's bytes decides. That
is all that is done to the bytes here, so it needs no redactor and no worker, and a run without
changes starts none.
"""

import hashlib
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from clearshard.config import Config
from clearshard.keys import PseudonymKey
from clearshard.records.states import Deleted, Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask, StagedUnit
from clearshard.run.earlier import Earlier, Found
from clearshard.run.intake import Intake
from clearshard.run.outcomes import Outcome, OutcomeWriter
from clearshard.run.units import ReadRecords, Saw, units_of
from clearshard.run.work import form_of, read_content
from clearshard.shards.assemble import Kept
from clearshard.shards.pseudonyms import account_key, doc_key
from clearshard.shards.reuse import periods_in, take_rows
from clearshard.sources.adapters import Form
from clearshard.sources.deletion import may_say_deleted
from clearshard.sources.transcripts import is_called, read_transcript

#: No timed word, and no sixteen letters of text, take fewer bytes of JSON.
_BYTES_PER_WORD = 16
#: Of a packed `doc_key`.
_KEY_BYTES = 16


@dataclass(slots=True)
class Confirmed:
    """What is still as it was.

    Attributes:
        written: Files whose earlier row stays.
        quarantined: Files that stay quarantined, or cannot be read now.
        deleted: Files whose transcript says that its customer has deleted it.
        stale: Those of the first that an earlier redactor made.
        keys: `doc_key` of those rows by source, 16 bytes each.
        periods: The periods that they lie in now, in the same order, by their numbers in `names`.
        names: Every period that there is.
    """

    written: int = 0
    quarantined: int = 0
    deleted: int = 0
    stale: int = 0
    keys: defaultdict[int, bytearray] = field(default_factory=lambda: defaultdict(bytearray))
    periods: "defaultdict[int, array[int]]" = field(
        default_factory=lambda: defaultdict(partial(array, "I"))
    )
    names: dict[str, int] = field(default_factory=dict)

    def add(self, source: int, doc_key: str, period: str) -> None:
        """Takes in a row that stays."""
        self.keys[source] += bytes.fromhex(doc_key)
        self.periods[source].append(self.names.setdefault(period, len(self.names)))

    def rows_of(self, source: int) -> dict[str, str]:
        """`doc_key` of each row of a source that stays → the period that it lies in now."""
        names = list(self.names)
        keys = _unpacked(self.keys[source])
        return {key: names[period] for key, period in zip(keys, self.periods[source], strict=True)}

    def forget(self, keys: Collection[str], stale: int) -> None:
        """Leaves out rows that stay for another reason than their own.

        Args:
            keys: `doc_key` of files that are not to be written, whoever has redacted them.
            stale: How many of them an earlier redactor has redacted.
        """
        for number in list(self.keys):
            rows = self.rows_of(number)
            del self.keys[number], self.periods[number]
            for key, period in rows.items():
                if key in keys:
                    self.written -= 1
                else:
                    self.add(number, key, period)
        self.stale -= stale

    def from_checkpoints(self, earlier: Earlier) -> bool:
        """Whether some of the rows are of a run that never became visible."""
        return any(earlier.sources[number].unit is not None for number in self.keys)

    def count_of(self, earlier: Earlier, paths: Collection[str]) -> int:
        """How many of the rows are in some scratch files."""
        counts = {number: len(packed) // 16 for number, packed in self.keys.items()}
        return sum(n for number, n in counts.items() if str(earlier.sources[number].path) in paths)


def confirm(
    intake: Intake,
    earlier: Earlier,
    config: Config,
    read: ReadRecords,
    key: PseudonymKey,
    path: Path,
    threads: int,
    saw: Saw,
) -> Confirmed:
    """Reads every eligible file and writes the outcomes of those that need no work.

    Args:
        intake: The provisional decisions.
        earlier: What was made before.
        config: Names the transcripts and the limits.
        read: Reads the records of a container.
        key: The key of the pseudonyms.
        path: The file for the outcomes; see `clearshard.run.outcomes`.
        threads: Number of files in hand at a time.
        saw: Told of each eligible file; see `clearshard.run.units.units_of`.
    """
    confirmed = Confirmed()
    root = config.path(config.sources.transcripts)
    max_bytes = config.limits.max_transcript_bytes
    check = partial(_check, earlier, config, key)
    with OutcomeWriter(path, "") as writer, ThreadPoolExecutor(threads) as pool:
        for number, batch in enumerate(intake.batches()):
            rows = writer.batch(number).rows
            for unit in units_of(
                number, batch, root, max_bytes, read, saw, config.output.shard_period
            ):
                for row, unreadable in unit.known:
                    confirmed.quarantined += 1
                    rows[row] = Outcome(unreadable, None, None)
                for task, checked in zip(unit.tasks, pool.map(check, unit.tasks), strict=True):
                    if isinstance(checked, Quarantine):
                        confirmed.quarantined += 1
                        rows[task.row] = Outcome(checked, None, None)
                    elif isinstance(checked, Deleted):
                        confirmed.deleted += 1
                        rows[task.row] = Outcome(checked, None, None)
                    elif checked is not None:
                        found, content = checked
                        rows[task.row] = Outcome(found.quarantine, content, found.redactor_digest)
                        _count(confirmed, found, doc_key(key, task.file_id), task.period)
    return confirmed


def _check(
    earlier: Earlier, config: Config, key: PseudonymKey, task: FileTask
) -> tuple[Found, str] | Quarantine | Deleted | None:
    """What is known of a file and the digest of its content, why it is not used, or None."""
    try:
        content = read_content(task, config)
    except Quarantine as problem:
        return problem
    digest = hashlib.sha256(content).hexdigest()
    found = earlier.find(doc_key(key, task.file_id), account_key(key, task.account_id), digest)
    # Nothing is kept of a deleted one; and who redacted it earlier may not have known of deletions.
    if (found is None or found.stale) and _is_deleted(task, content, config):
        return Deleted()
    if found is None or not _name_agrees(found, task, content, form_of(config)):
        return None
    if not _limit_agrees(found, task, content, config):
        return None
    return found, digest


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


def _count(confirmed: Confirmed, found: Found, key: str, period: str) -> None:
    if found.source is None:
        confirmed.quarantined += 1
        return
    confirmed.written += 1
    confirmed.stale += found.stale
    confirmed.add(found.source, key, period)


def _unpacked(packed: bytearray) -> list[str]:
    starts = range(0, len(packed), _KEY_BYTES)
    return [packed[start : start + _KEY_BYTES].hex() for start in starts]


def gather(earlier: Earlier, confirmed: Confirmed, scratch: Path) -> Iterator[StagedUnit | Kept]:
    """The confirmed rows and no others: shards of which all stay, and scratch files with the rest.

    Raises:
        IntegrityError: A row is not where earlier records say.
    """
    for number in sorted(confirmed.keys):
        source = earlier.sources[number]
        rows = confirmed.rows_of(number)
        take = partial(
            take_rows, source.path, source.sha256, rows, scratch / f"earlier-{number:06d}.arrow"
        )
        if source.shard is not None:
            whole = source.shard.row_count == len(rows)
            if whole and {source.shard.leaf.period} == set(rows.values()):
                yield Kept(source.shard, take)
                continue
        elif source.unit is not None and periods_in(source.unit) == rows:
            yield source.unit
            continue
        yield take()
