"""Everything that was ever decided about one file, why, and what has become of it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from clearshard import layout
from clearshard.audit.events import Event, EventName, canonical
from clearshard.audit.ledger import Ledger
from clearshard.audit.listing import decisions_on
from clearshard.audit.reading import Pick, VisibleRun, picked_runs, superseded_by
from clearshard.audit.reasons import Why, all_facts, recorded_rules, why, why_row_unread
from clearshard.audit.remedy import Outcome, Remedy, remedy
from clearshard.audit.selection import is_text
from clearshard.audit.tombstones import Same, Tombstone, spelled_the_same, tombstones_on
from clearshard.records.places import place_of
from clearshard.records.run import ShardFile, SourceSnapshot
from clearshard.records.states import QuarantineReason, State

#: A word of an event, such as the name of a shard or a pseudonym.
_WORD = re.compile(r"[\w/.-]+", re.ASCII)


class Presence(StrEnum):
    """What became of the shard that a file was written to."""

    PRESENT = "present"
    REMOVED = "removed"
    NOT_YET_REMOVED = "not_yet_removed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Mention:
    """An event of the ledger that is about the shard or the pseudonym of a file.

    Attributes:
        seq: Number of the event.
        at: When it was appended.
        event: What happened, such as ``shards_removed``.
        why: Why, if the event says so; see `clearshard.run.output.replaced`.
    """

    seq: int
    at: str
    event: str
    why: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """Where a file was written.

    Attributes:
        shard: ``<period>/part-<digest>.parquet``; None if the record has no such shard, which
            `clearshard audit verify` will call a fault.
        doc_key: Its pseudonym there.
        presence: Whether the shard is still there; `present` only if the newest run lists it.
        superseded_by: The run that replaced the one that wrote it, and may have kept the shard.
        events: What the ledger says of it since that run: the removal of its shard, a purge.
    """

    shard: str | None
    doc_key: str | None
    presence: Presence
    superseded_by: str | None
    events: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision.

    Attributes:
        run_id: The run that took it.
        as_of: The moment at which the rules were evaluated.
        rehearsal: Whether that was only rehearsed; see `RunRecord`.
        decided_at: When it was taken.
        account_id: The account that submitted the file, as the manifest had it.
        state: How the file ended the run.
        reasons: Why, if it was not written.
        error_type: Name of the exception or check that quarantined it, or what the transcript said
            for which it is excluded.
        facts: Everything that was known, as JSON values; None is "not known".
        remedy: What would have made it eligible.
        policy_digest: Of the policy that decided.
        registry: The export of the registry that decided.
        registry_at_publish: The export that was read again before the run became visible, and
            decided once more on what was about to be written.
        written: Where it went, if it was written.
        purge: Whether it was a purge that has decided on this file, and by what it chose it.
        receipt: Name of the receipt, if the file has left the shards with this run.
    """

    run_id: str
    as_of: str
    rehearsal: bool
    decided_at: str
    account_id: str | None
    state: State
    reasons: tuple[Why, ...]
    error_type: str | None
    facts: dict[str, str | int | bool | None]
    remedy: Remedy
    policy_digest: str
    registry: SourceSnapshot
    registry_at_publish: SourceSnapshot
    written: Written | None
    purge: str | None = None
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every decision on one file, oldest run first, and what keeps it out.

    A file id that a manifest has several times has several decisions in one run. Of a purge there
    are those that it has taken.

    Attributes:
        file_id: The file.
        verdicts: The decisions; none where it was purged before any run has seen it.
        tombstones: Of the file and its accounts, oldest first, lifted ones too.
    """

    file_id: str
    verdicts: tuple[Verdict, ...]
    tombstones: tuple[Tombstone, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "file_id": self.file_id,
            "verdicts": [
                {
                    **asdict(verdict),
                    "registry": _snapshot(verdict.registry),
                    "registry_at_publish": _snapshot(verdict.registry_at_publish),
                }
                for verdict in self.verdicts
            ],
            "tombstones": [asdict(one) for one in self.tombstones],
        }


def explain(out: Path, file_id: str, same: Same = spelled_the_same) -> Explanation | None:
    """Explains every decision ever taken on a file; None if no visible run saw it, nor any purge.

    Args:
        out: The output folder.
        file_id: The customer's id, compared exactly with those of runs.
        same: Says which ids a tombstone names.

    Raises:
        OutputUnusable: There is no visible run.
        IntegrityError: A record, a file of decisions or the ledger is damaged.
    """
    runs = picked_runs(out, Pick.ALL)
    by_id = {run.run_id: run for run in runs}
    rows = _decided(decisions_on(runs, file_id), by_id)
    events = tuple(Ledger(out / layout.LEDGER).read())
    accounts = sorted({row["account_id"] for row in rows if row["account_id"] is not None})
    tombstones = tombstones_on(out, events, file_id, accounts, same) if is_text(file_id) else ()
    if not rows and not tombstones:
        return None
    newer = superseded_by(runs)
    current = frozenset(shard.name for shard in runs[-1].record.shards)
    receipts = {e.run_id for e in events if e.event == EventName.PURGE_RECEIPT}
    announced = _announced(events)
    told = _by_name(events, {name for row in rows for name in _names(row, by_id[row["run_id"]])})
    verdicts = []
    for row in rows:
        run = by_id[row["run_id"]]
        # What the ledger says after it: the same rows may have come and gone before.
        since = announced.get(run.run_id, -1)
        about = [e for name in _names(row, run) for e in told[name] if e.seq > since]
        place = _written(row, run, newer.get(run.run_id), current, about)
        verdict = _verdict(row, run, place)
        if run.run_id in receipts and verdict.written is None and _was_written(rows, run):
            verdict = replace(verdict, receipt=layout.receipt(run.run_id))
        purges = [one.purge for one in tombstones if one.lifted_at is None and one.seq < since]
        verdicts.append(_kept_out(verdict, purges) if purges else verdict)
    return Explanation(file_id, tuple(verdicts), tombstones)


def _decided(
    rows: Sequence[dict[str, Any]], runs: Mapping[str, VisibleRun]
) -> list[dict[str, Any]]:
    """Decisions that were taken: a purge goes on from those of the run before, but for a few."""
    states: dict[str, set[str]] = {}
    for row in rows:
        states.setdefault(row["run_id"], set()).add(row["state"])
    taken = []
    for row in rows:
        purge = runs[row["run_id"]].record.purge
        if purge is None or states[row["run_id"]] != states.get(purge.before):
            taken.append(row)
    return taken


def _was_written(rows: Sequence[Mapping[str, Any]], run: VisibleRun) -> bool:
    """Whether the newest decision before a run was to write the file."""
    older = set(run.record.superseded)
    before = [row for row in rows if row["run_id"] in older]
    newest = [row for row in before if row["run_id"] == before[-1]["run_id"]]
    return any(row["state"] == State.WRITTEN for row in newest)


def _verdict(row: Mapping[str, Any], run: VisibleRun, written: Written | None) -> Verdict:
    rules = recorded_rules(run.record.policy_toml)
    state, facts, reasons = State(row["state"]), all_facts(row), row["reasons"]
    read = _row_was_read(row)
    return Verdict(
        run_id=run.run_id,
        as_of=run.record.as_of,
        rehearsal=run.record.rehearsal,
        decided_at=row["decided_at"],
        account_id=row["account_id"],
        state=state,
        reasons=tuple(why(r, facts, rules) if read else why_row_unread(r) for r in reasons),
        error_type=row["error_type"],
        facts=facts,
        remedy=remedy(state, reasons, facts, rules, row_was_read=read),
        policy_digest=row["policy_digest"],
        registry=run.record.registry,
        registry_at_publish=run.record.registry_at_publish,
        written=written,
        purge=None if run.record.purge is None else run.record.purge.of,
    )


def _kept_out(verdict: Verdict, purges: Sequence[str]) -> Verdict:
    """A verdict on a file that purges keep out: no other fact would have changed it, nor will."""
    if verdict.state is State.WRITTEN:  # one that nobody has brought to its end
        return verdict
    names = tuple(dict.fromkeys(purges))
    words = (
        f"Nothing brings it back while purge {' and '.join(names)} keeps it out. After "
        "`clearshard purge lift` manifest and registry decide again."
    )
    reasons = tuple(replace(one, remedy=words) for one in verdict.reasons)
    return replace(verdict, reasons=reasons, remedy=Remedy(Outcome.LIFT, obstacles=names))


def _row_was_read(row: Mapping[str, Any]) -> bool:
    """Whether the manifest's row of a file could be read: else no rule was asked.

    Of a malformed transcript it is recorded what is wrong with it.
    """
    return QuarantineReason.MALFORMED not in row["reasons"] or row["error_type"] is not None


def _written(
    row: Mapping[str, Any],
    run: VisibleRun,
    newer: str | None,
    current: Collection[str],
    about: Iterable[Event],
) -> Written | None:
    if row["state"] != State.WRITTEN:
        return None
    found = _shard_of(row, run)
    shard = None if found is None else found.name
    there = found is not None and run.shard_path(found).is_file()
    if newer is not None and shard not in current:
        presence = Presence.NOT_YET_REMOVED if there else Presence.REMOVED
    else:
        presence = Presence.PRESENT if there else Presence.MISSING
    return Written(
        shard=shard,
        doc_key=row["doc_key"],
        presence=presence,
        superseded_by=newer,
        events=tuple(_mention(e) for _, e in sorted({e.seq: e for e in about}.items())),
    )


def _mention(event: Event) -> Mention:
    why = event.data.get("why")
    return Mention(event.seq, event.at, event.event, why if isinstance(why, str) else None)


def _shard_of(row: Mapping[str, Any], run: VisibleRun) -> ShardFile | None:
    try:
        place = place_of(row["account_key"], row["doc_key"])
    except (TypeError, ValueError):  # missing, or not what a key looks like
        return None
    number = run.leaves.find(row["period"] or "", place)
    return None if number is None else run.record.shards[number]


def _names(row: Mapping[str, Any], run: VisibleRun) -> Iterator[str]:
    """What an event calls a row that was written: its shard, and its pseudonym."""
    if row["state"] == State.WRITTEN:
        if (shard := _shard_of(row, run)) is not None:
            yield shard.name
        if row["doc_key"]:
            yield row["doc_key"]


def _announced(events: Iterable[Event]) -> dict[str, int]:
    """Of each run the number of the event that announced it first."""
    announced: dict[str, int] = {}
    for event in events:
        if event.event == EventName.RUN_FINISHED:
            announced.setdefault(event.run_id, event.seq)
    return announced


def _by_name(events: Iterable[Event], names: Collection[str]) -> dict[str, list[Event]]:
    """The events that are about each of some names, oldest first.

    Each event is looked into once, whatever the number of names: both grow with the runs.
    """
    found: dict[str, list[Event]] = {name: [] for name in names}
    for event in events:
        words = set(_WORD.findall(canonical(event.data).decode("ascii")))
        for name in found.keys() & words:
            found[name].append(event)
    return found


def _snapshot(registry: SourceSnapshot) -> dict[str, str | int | None]:
    return {
        "sha256": registry.sha256,
        "row_count": registry.row_count,
        "newest_exported_at": registry.newest_exported_at,
    }
