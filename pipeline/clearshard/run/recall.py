"""What earlier work is believed, and taken into the index.

The visible run has shards: its record is believed if it is the one that the ledger announced, and
its decisions are what the record says; each of its shards if its SHA-256 is what the record says. A
killed run has left checkpoints, believed as `clearshard.shards.checkpoints` says. What is not
believed is done again.

Never taken, whatever else agrees: work under another key or another promise (which covers all that
is asked of redaction, and the columns of a shard; see `clearshard.run.fingerprint`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clearshard.audit.ledger import Ledger
from clearshard.audit.reading import VisibleRun, open_decisions
from clearshard.errors import IntegrityError
from clearshard.records.places import LeafIndex, place_of
from clearshard.records.states import Quarantine, QuarantineReason, State
from clearshard.run.earlier import Builder, Earlier, Found, Source
from clearshard.run.folder import SHARDS, OutputFolder
from clearshard.run.publish import announcements
from clearshard.shards.checkpoints import read_checkpoints
from clearshard.shards.pseudonyms import account_key, doc_key
from clearshard.shards.staging import Seal
from clearshard.storage.files import sha256_file

_ROWS_AT_ONCE = 65_536
_JUDGED = """
    SELECT file_id, account_id, state, reasons[1], error_type, content_sha256, redactor_digest,
           period, account_key, doc_key
    FROM decisions WHERE content_sha256 IS NOT NULL AND redactor_digest IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be done again although nothing has changed.

    Attributes:
        retry_quarantined: Files that were quarantined.
        redo_stale: Files that an earlier redactor redacted.
    """

    retry_quarantined: bool = False
    redo_stale: bool = False


NO_WISHES = Wishes()


def newest_believed(
    folder: OutputFolder, runs: Sequence[VisibleRun], note: Callable[[str], None]
) -> VisibleRun | None:
    """The newest of the visible runs, if it is what was recorded.

    That is: its record is the one that the ledger announced, and its decisions are those that the
    record names. Of its shards each is looked at by itself (`recall`).
    """
    if not runs:
        return None
    newest = runs[-1]
    if announcements(Ledger(folder.ledger).read()).get(newest.run_id) != newest.sha256:
        note(f"the record of run {newest.run_id} was edited: all is redone")
        return None
    for file, path in zip(newest.record.decisions, newest.decisions_paths, strict=True):
        if not path.is_file() or sha256_file(path) != file.sha256:
            note(f"{path} is not what was recorded: all is redone")
            return None
    return newest


def recall(
    folder: OutputFolder,
    run: VisibleRun | None,
    seal: Seal,
    wishes: Wishes,
    note: Callable[[str], None],
) -> Earlier:
    """The index of all earlier work that may be used again.

    Args:
        folder: The output folder, locked.
        run: The newest visible run, if it is what was recorded.
        seal: What this run works under.
        wishes: What is not to be used, although it could be.
        note: Told what is not believed.
    """
    builder = Builder()
    same_key = run is not None and run.record.key_id == seal.key.key_id
    if run is not None and run.record.promise_digest != seal.promise_digest:
        note(
            f"redaction is asked for something else than in run {run.run_id} (profile, "
            "recognizers, entity types, score, operators): all is redone"
        )
    elif run is not None and same_key:
        try:
            _add_run(builder, run, seal, wishes, note)
        except IntegrityError:
            note(f"the decisions of run {run.run_id} cannot be read: all is redone")
            builder = Builder()
    _add_checkpoints(builder, folder, seal, wishes)
    return builder.build()


def _add_checkpoints(builder: Builder, folder: OutputFolder, seal: Seal, wishes: Wishes) -> None:
    for checkpoint in read_checkpoints(folder.checkpoints, seal):
        number = builder.source(Source(checkpoint.path, checkpoint.unit.sha256, checkpoint.unit))
        for row in checkpoint.rows:
            builder.add(*row, Found(seal.redactor_digest, number, None))
        for held in checkpoint.held if not wishes.retry_quarantined else ():
            why = Quarantine(QuarantineReason(held.reason), held.error_type)
            found = Found(seal.redactor_digest, None, why)
            builder.add(held.doc_key, held.account_key, held.content_sha256, found)


def _add_run(
    builder: Builder,
    run: VisibleRun,
    seal: Seal,
    wishes: Wishes,
    note: Callable[[str], None],
) -> None:
    """Takes in the visible run.

    Raises:
        IntegrityError: Its decisions cannot be read.
    """
    leaves = LeafIndex(shard.leaf for shard in run.record.shards)
    numbers: dict[int | None, int] = {}
    for place, shard in enumerate(run.record.shards):
        path = run.out / SHARDS / shard.name
        if path.is_file() and sha256_file(path) == shard.sha256:
            numbers[place] = builder.source(Source(path, shard.sha256, shard=shard))
        else:
            note(f"{path} is not what was recorded: what it held is redone")
    for row in _judged(run):
        file_id, account_id, state, reason, error_type, content, redactor, *where = row
        stale = redactor != seal.redactor_digest
        if state == State.WRITTEN:
            number = numbers.get(_shard_of(leaves, *where))
            if number is None or (stale and wishes.redo_stale):
                continue
            found = Found(redactor, number, None, stale)
        elif state == State.QUARANTINED and not stale and not wishes.retry_quarantined:
            found = Found(redactor, None, Quarantine(QuarantineReason(reason), error_type))
        else:
            continue
        keys = doc_key(seal.key, file_id), account_key(seal.key, account_id)
        builder.add(*keys, content, found)


def _shard_of(leaves: LeafIndex, period: str, account_key: str, doc_key: str) -> int | None:
    return leaves.find(period, place_of(account_key, doc_key))


def _judged(run: VisibleRun) -> Iterator[tuple[Any, ...]]:
    """Decisions on files whose transcript was read.

    Raises:
        IntegrityError: The decisions cannot be read.
    """
    with open_decisions([run]) as connection:
        found = connection.execute(_JUDGED)
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            yield from rows
