"""How a run becomes visible, one operation after the other; of two that would, one does.

Nothing is read or written here: each function yields one operation on one object after the other
(`clearshard.run.output.steps`). So any order in which the operations of two runs can follow each
other, and any moment at which one can be killed, can be tried out; `tests/run/test_commit.py` tries
them all.

A run that is finished

1. puts its record and its card in its staging folder: whoever finds it dead knows what it may have
   put;
2. looks who else has something there: a run that has lost may still be removing what it had put;
3. puts its new shards and its decisions where they are going to be: nothing lists them yet;
4. appends its announcement to the ledger, on condition that the ledger is still what was read, and
   that no other run was announced since this one began: **this one write decides**;
5. puts its record among the visible ones;
6. puts its card in the place of the one before, unless a newer run was announced meanwhile;
7. removes what is in its staging folder, the record last.

One that has lost, or failed before 4, removes what no other run has or can still come to have, and
then what is in its staging folder, the record last. Whoever finds a staging folder goes on from
what the ledger says of it: a run that was announced is brought to its end, any other is told to
have failed, which takes from it that it can still be announced, and its work is removed.

Why all this holds: docs/decisions/0033-of-two-committers-one-wins.md.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from pathlib import Path

from clearshard import layout
from clearshard.audit.ledger.appending import Said
from clearshard.errors import IntegrityError, StoreUnavailable
from clearshard.records.run import RunRecord
from clearshard.run.output.announced import Told, told_by
from clearshard.run.output.recorded import keys_in, record_of, staged_card, staged_record
from clearshard.run.output.steps import (
    Append,
    Delete,
    Held,
    Look,
    Names,
    Put,
    Read,
    Replace,
    Seen,
    Steps,
)

#: The ledger has other writers, but none that writes all the time.
_MOST_TRIES = 100


@dataclass(frozen=True, slots=True)
class NewFile:
    """Something that a run puts where it is going to be.

    Attributes:
        key: Where.
        sha256: Of its bytes.
        source: Its bytes, or a file that has them and is needed no more.
    """

    key: str
    sha256: str
    source: bytes | Path


@dataclass(frozen=True, slots=True)
class Commit:
    """A finished run that is to become visible.

    Attributes:
        record: The bytes of its record.
        card: Those of the dataset card.
        files: Shards that it has made and not carried over, and its decisions.
        began: Number of the newest event of the ledger when it began; -1 if there was none.
        said: Its announcement.
    """

    run_id: str
    record: bytes
    card: bytes
    files: tuple[NewFile, ...]
    began: int
    said: Said


class Verdict(Enum):
    """What became of a run that was to be announced."""

    #: It is announced: it is visible, or the next run makes it so.
    WON = auto()
    #: Another run was announced since it began, or something was purged.
    BEATEN = auto()
    #: Somebody has taken it for dead, and told the ledger that it failed.
    WITHDRAWN = auto()
    #: A run that has lost is still removing what it had put, and this one would have put the same.
    IN_THE_WAY = auto()


def committing(commit: Commit, failed: Said) -> Steps[Verdict]:
    """Makes a run visible, or leaves nothing of it.

    Args:
        commit: The run.
        failed: What the ledger is told if it does not become visible.
    """
    verdict = yield from announcing(commit)
    if verdict is Verdict.WON:
        yield from showing(commit.run_id, commit.record, commit.card)
        yield from tidying(commit.run_id)
    else:
        yield from forgetting(commit.run_id, failed, commit.record)
    return verdict


def announcing(commit: Commit) -> Steps[Verdict]:
    """Puts all that a run has made, and announces it.

    Raises:
        StoreUnavailable: Nobody knows whether it is announced.
        IntegrityError: What a run has to put is there, and is something else.
    """
    removed = yield from preparing(commit)
    if removed is None:
        return Verdict.IN_THE_WAY
    mine = {file.key for file in commit.files}
    for _ in range(_MOST_TRIES):
        seen: Seen = yield Look()
        told = told_by(seen.events)
        if commit.run_id in told.announced:
            return Verdict.WON  # the answer to that was lost
        if commit.run_id in told.failed:
            return Verdict.WITHDRAWN
        if told.has_beaten(commit.run_id, commit.began):
            return Verdict.BEATEN
        if not mine.isdisjoint(told.going - removed):
            return Verdict.IN_THE_WAY
        if (yield from appended(seen, commit.said)):
            return Verdict.WON
    raise nobody_knows(commit.run_id)


def preparing(commit: Commit) -> Steps[frozenset[str] | None]:
    """Puts all that a run has made.

    Returns:
        Shards that the ledger calls removed and that nobody removes any more; None if another run
        is removing just now what this one has to put.
    """
    yield from _certainly(staged_record(commit.run_id), commit.record)
    yield from _certainly(staged_card(commit.run_id), commit.card)
    others = yield from _others(commit.run_id)
    seen: Seen = yield Look()
    told = told_by(seen.events)
    mine = {file.key for file in commit.files}
    if any(not mine.isdisjoint(_going(other, told)) for other in others):
        return None
    for file in commit.files:
        yield from _placed(file)
    at_work = any(other.run_id in told.announced for other in others)
    return frozenset() if at_work else told.going


def _going(record: RunRecord, told: Told) -> Collection[str]:
    """What a run may be removing of which there is a staged record.

    One that has lost removes what it had put; the newest, shards that it does not list any more.
    Both remove their staged record last. So one that is not there any more removes nothing any
    more, and one that comes later finds the record of whoever looks now.
    """
    if record.run_id in told.announced:
        return told.going
    return () if told.may_still_win(record) else keys_in(record)


def appended(seen: Seen, said: Said) -> Steps[bool]:
    """Tells the ledger something; False if that did not happen, or if nobody knows."""
    try:
        done: bool = yield Append(seen, said)
    except StoreUnavailable:
        return False  # the ledger says: whoever asks looks again
    return done


def nobody_knows(run_id: str) -> StoreUnavailable:
    """The error where the store does not say whether a run is announced."""
    return StoreUnavailable(
        f"The store does not say whether run {run_id} is announced. Run again: the next run finds "
        "out, and either finishes it or removes what it has left."
    )


def _certainly(key: str, data: bytes) -> Steps[None]:
    """Puts an object that nobody else puts, but for who finishes it."""
    while not (yield Put(key, data)):
        there: Held | None = yield Read(key)
        if there is None:
            continue  # somebody takes this run for dead
        if there.data == data:
            return
        raise IntegrityError(
            f"{key} is there already, and is not what this run has written. Find out by whom, "
            "remove it, and run again."
        )


def _placed(file: NewFile) -> Steps[None]:
    """Puts a file that others may put as well, as it bears the name of its content.

    What is there already is made anew if it is damaged.
    """
    while not (yield Put(file.key, file.source)):
        there: Held | None = yield Read(file.key)
        if there is None:
            continue
        if hashlib.sha256(there.data).hexdigest() == file.sha256:
            return
        if (yield Replace(file.key, file.source, there.tag)):
            return


def _others(run_id: str) -> Steps[list[RunRecord]]:
    """The records of other runs in staging folders."""
    names: tuple[str, ...] = yield Names(layout.STAGING)
    found = []
    for name in names:
        other = layout.run_of_staged_record(name)
        if other is not None and other != run_id:
            there: Held | None = yield Read(name)
            record = None if there is None else record_of(there.data)
            if record is not None and record.run_id == other:
                found.append(record)
    return found


def showing(run_id: str, record: bytes, card: bytes | None) -> Steps[None]:
    """Makes an announced run visible, of which everything is where it is going to be.

    Args:
        run_id: The run.
        record: Its record.
        card: Its card; None if that is in its place.
    """
    yield from _certainly(layout.record(run_id), record)
    while card is not None:
        there: Held | None = yield Read(layout.CARD)
        if there is not None and there.data == card:
            return
        seen: Seen = yield Look()
        if told_by(seen.events).newest != run_id:
            return  # that of the newer one is to stand there
        if there is None:
            done = yield Put(layout.CARD, card)
        else:
            done = yield Replace(layout.CARD, card, there.tag)
        if done:
            return


def tidying(run_id: str) -> Steps[None]:
    """Removes what is in the staging folder of a run, the record last."""
    yield Delete(staged_card(run_id))
    yield Delete(staged_record(run_id))


def forgetting(run_id: str, failed: Said | None, record: bytes | None = None) -> Steps[bool]:
    """Removes what a run has put that is not to become visible; whether that is so.

    It is not if it was announced after all.

    Args:
        run_id: The run.
        failed: What the ledger is told if it was not told so yet; None if nobody else can take the
            run for one that may still be announced.
        record: The record of the run; None if only what is in its staging folder is known.

    Raises:
        IntegrityError: The record of the run before is gone, so that nobody knows which shards are
            only of this one.
    """
    if not (yield from _withdrawn(run_id, failed)):
        return False
    if record is None:
        staged: Held | None = yield Read(staged_record(run_id))
        record = None if staged is None else staged.data
    listed = None if record is None else record_of(record)
    if listed is not None and listed.run_id == run_id:
        kept = yield from _kept(listed)
        for key in keys_in(listed):
            if key not in kept:
                yield Delete(key)
    yield from tidying(run_id)
    return True


def _withdrawn(run_id: str, failed: Said | None) -> Steps[bool]:
    """Makes sure that a run cannot be announced any more; False if it was."""
    for _ in range(_MOST_TRIES):
        seen: Seen = yield Look()
        told = told_by(seen.events)
        if run_id in told.announced:
            return False
        if failed is None or run_id in told.failed:
            return True
        if (yield from appended(seen, failed)):
            return True
    raise nobody_knows(run_id)


def _kept(record: RunRecord) -> Steps[frozenset[str]]:
    """What may not be removed with a run: it is in the record of another, or may come to be.

    Those that are on their way are looked at before those that are visible: one that is in neither
    place has lost.
    """
    others = yield from _others(record.run_id)
    seen: Seen = yield Look()
    told = told_by(seen.events)
    expected = [other for other in others if told.may_still_win(other)]
    visible = []
    names: tuple[str, ...] = yield Names(layout.RUNS)
    for name in names:
        there: Held | None = yield Read(name)
        if there is None:
            continue  # swept meanwhile
        one = record_of(there.data)
        if one is None:
            raise IntegrityError(f"{name} is not the record of a run. Restore it from a backup.")
        visible.append(one)
    known = {one.run_id for one in (*expected, *visible)} | told.swept
    if record.superseded and record.superseded[-1] not in known:
        raise IntegrityError(
            f"Run {record.run_id} was to replace run {record.superseded[-1]}, whose record is not "
            "there: which shards are only of the one cannot be told. Restore the record from a "
            "backup, then run again."
        )
    # What is being removed from an older run is not kept for it.
    kept = frozenset(chain.from_iterable(map(keys_in, visible))) - told.going
    return kept.union(*map(keys_in, expected))


def removing(run_id: str, said: Sequence[Said], names: Iterable[str]) -> Steps[bool]:
    """Removes shards that the newest run does not list; whether it still is the newest.

    The ledger is told first, and only as long as no newer run is announced: that one may list them
    again.

    Args:
        run_id: The newest run.
        said: What the ledger is told.
        names: Of the shards, as records have them.
    """
    waiting = list(said)
    while True:
        seen: Seen = yield Look()
        if told_by(seen.events).newest != run_id:
            return False
        if not waiting:
            break
        if (yield Append(seen, waiting[0])):
            del waiting[0]
    for name in names:
        yield Delete(layout.shard(name))
    return True


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
