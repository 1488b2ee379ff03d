"""Is what is on disk what was recorded?

The checks, in the order in which their faults are reported:

0. Links, and what cannot be read: then nothing else is looked at.
1. The marker of the folder, the chain of the ledger and its signatures (`Ledger.check`), and that
   it announces every record there is.
2. Every record is what a run writes, and its SHA-256 is the one announced; every announcement that
   was not withdrawn by a later ``run_failed`` has its record; a run only replaces older ones.
3. The dataset card is that of the newest run. Every decisions file is what was recorded, and there
   is no other; its index is that of its rows. Nothing else is in the folder, ``runs/`` and
   ``audit/``. Tombstones and receipts are those that the ledger names, and what it names.
4. The decisions reconcile with the counts of the record, by state and by reason.
5. Every shard that the newest run lists is what was recorded, whichever run wrote it, and nothing
   else is below ``shards/`` but shards that earlier runs list: as they were, with no row that the
   newest run does not have, and redacted as it was asked to.
6. Rows, order, places and policy digest of each shard, and of an encrypted one its content digest.
7. No file that the newest run has written is named by a tombstone in force.
8. The keys in the shards are exactly those of the written decisions, each once, in the shard of its
   place, and by the redactor that its decision names.

A shard whose key is not here, since it was destroyed or is elsewhere, cannot be opened: its bytes
are compared, and nothing else is known of it. That is no fault, and no verification either: the
report names it as unread.

A run that the ledger calls swept has neither record nor decisions: its lifetime was over. A key of
the folder that it calls destroyed is not there.

While a run becomes visible, a verification beside it can see it half announced: verify again then.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from clearshard import layout
from clearshard.audit.contents import decisions_faults, key_faults, shard_faults, written_of
from clearshard.audit.events import Event, EventName
from clearshard.audit.faults import Fault, printable
from clearshard.audit.folder_keys import destroyed_in, replaced_in
from clearshard.audit.inventory import (
    below,
    compare,
    marker_fault,
    structure_faults,
    unaccounted_decisions,
    unaccounted_names,
    unaccounted_shards,
    unnamed_files,
)
from clearshard.audit.ledger import Ledger
from clearshard.audit.marker import require_this_format
from clearshard.audit.named import named_files
from clearshard.audit.reading import VisibleRun, oldest_first, read_record, record_paths
from clearshard.audit.replaced import replaced_shards, with_rows_gone
from clearshard.audit.stored.finding import index_lies
from clearshard.audit.stored.index import Marks
from clearshard.audit.tombstones import Kind, Same, exactly_in_force, spelled_the_same
from clearshard.errors import IntegrityError, OutputUnusable, StoreError
from clearshard.records.run import DecisionsFile, ShardFile
from clearshard.storage.local import LocalStore
from clearshard.vault.key_file import read_keys
from clearshard.vault.vault import PLAIN, Vault


@dataclass(frozen=True, slots=True)
class Checked:
    """How much was looked at; what a fault kept from being read is not counted."""

    events: int
    runs: int
    decisions_files: int
    decisions: int
    shards: int
    transcripts: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the reader was told elsewhere, and the folder must agree with.

    Attributes:
        public_key: Of whoever may sign the ledger, hex; None trusts whoever signed first.
        head: Hash of an event that was the newest once.
        with_shards: False where there are none to look at: in what an evidence bundle holds.
        same: Says which ids are one id; how ids can be spelled, the audit does not know.
        vault: Opens shards, as far as their keys are to be had.
        marks: Says by what decisions are found again; without it their indexes are not made anew
            and compared.
    """

    public_key: str | None = None
    head: str | None = None
    with_shards: bool = True
    same: Same = spelled_the_same
    vault: Vault = PLAIN
    marks: Marks | None = None

    def to_dict(self) -> dict[str, Any]:
        """What was told, as JSON values."""
        names = ("public_key", "head", "with_shards")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a verification.

    Attributes:
        faults: In the order of the checks; none if everything is as recorded.
        checked: How much was looked at.
        head: Hash of the newest event, to be kept elsewhere by whoever wants to notice that an
            older state was put back; None if there is no event, or the last line is damaged.
        public_key: Who signed the newest event, to be compared with what one was told.
        unread: Key → number of shards in force that hang on it, if it is not here: their bytes are
            as recorded, and what they hold was not looked at.
    """

    faults: tuple[Fault, ...]
    checked: Checked
    head: str | None
    public_key: str | None
    unread: Mapping[str, int] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether everything that could be read is as recorded."""
        return not self.faults

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "sound": self.sound,
            "unread": dict(self.unread),
            "faults": [asdict(fault) for fault in self.faults],
            "checked": asdict(self.checked),
            "head": self.head,
            "public_key": self.public_key,
        }


_NOTHING = Known()
_RESTORE_DECISIONS = "Restore it from a backup: no run goes on from decisions that were altered"
_RESTORE = "Restore it from a backup: no run decides or is made without it"


@dataclass(frozen=True, slots=True)
class _Announcements:
    """What the ledger says of runs.

    Attributes:
        digests: Run → SHA-256 of its record, and the line that says so.
        cards: Run → SHA-256 of the dataset card that it wrote.
        withdrawn: Runs that were announced and failed after that.
        swept: Runs whose record and decisions were removed when their lifetime was over.
        faults: Announcements that cannot be right.
        events: Number of events read.
    """

    digests: dict[str, tuple[str, str]]
    cards: dict[str, str]
    withdrawn: frozenset[str]
    swept: frozenset[str]
    faults: tuple[Fault, ...]
    events: int


def verify(out: Path, known: Known = _NOTHING) -> Report:
    """Checks an output folder; changes nothing in it.

    Args:
        out: The output folder.
        known: What it must agree with besides itself.

    Raises:
        OutputUnusable: There is no output in the folder, or an earlier version wrote it.
    """
    if not any((out / name).exists() for name in layout.FOLDERS):
        raise OutputUnusable(
            f"{printable(str(out))} is not an output folder. Name the one of a run with --out."
        )
    require_this_format(out)
    unreadable = structure_faults(out)
    if unreadable:
        return Report(tuple(unreadable), Checked(0, 0, 0, 0, 0, 0), None, None)
    ledger = Ledger(out / layout.LEDGER)
    runs, no_records = _records(out)
    marker = marker_fault(out, runs)
    faults = [marker] if marker else []
    in_ledger = ledger.check(
        [run.run_id for run in runs], public_key=known.public_key, known_head=known.head
    )
    faults += in_ledger
    announced = _announcements(ledger)
    if not announced.events and not faults:
        faults.append(Fault(layout.LEDGER, "has no events: it was emptied or removed. Restore it"))
    faults += no_records
    faults += announced.faults
    faults += _links(out, runs, announced)
    faults += _card(out, runs, announced)
    faults += _unfounded(runs, announced.swept)
    faults += _folder_keys(out, ledger)

    decided = []
    of_files = _Compared(out, known.marks)
    for run in runs:
        found = list(_decisions_of(run, of_files))
        # What one run has written wrong others may go on reading.
        faults += [fault for fault in found if fault not in faults]
        if not found:
            decided.append(run)
    faults += unaccounted_decisions(out, runs)
    faults += unaccounted_names(out)
    # Of a ledger that is not whole nobody knows what else it named.
    of_papers = [] if in_ledger else list(_papers(out, named_files(ledger.readable())))
    faults += of_papers
    for run in runs[-1:]:
        if run in decided and not of_papers:
            faults += _readable(layout.TOMBSTONES, _purged_and_written(run, ledger, known.same))

    shards: list[ShardFile] = []
    unread: Mapping[str, int] = {}
    if known.with_shards:
        in_shards, shards, unread = _shards(out, runs, decided, known.vault)
        faults += in_shards

    checked = Checked(
        events=announced.events,
        runs=len(runs),
        decisions_files=len({path for run in decided for path in run.decisions_paths}),
        decisions=sum(run.record.counts.seen for run in decided),
        shards=len(shards),
        transcripts=sum(shard.row_count for shard in shards),
    )
    head = _head(ledger)
    return Report(
        tuple(faults),
        checked,
        None if head is None else head.hash,
        None if head is None else head.key,
        unread,
    )


def _records(out: Path) -> tuple[tuple[VisibleRun, ...], list[Fault]]:
    runs, faults = [], []
    for path in record_paths(out):
        try:
            runs.append(read_record(path))
        except IntegrityError as error:
            faults.append(Fault(f"{layout.RUNS}/{printable(path.name)}", str(error)))
    return oldest_first(runs), faults


def _announcements(ledger: Ledger) -> _Announcements:
    """Reads the ledger as far as it can be read; `Ledger.check` has said where that ends."""
    digests: dict[str, tuple[str, str]] = {}
    cards: dict[str, str] = {}
    withdrawn: set[str] = set()
    swept: set[str] = set()
    faults: list[Fault] = []
    events = 0
    for event in ledger.readable():
        events += 1
        location = f"{layout.LEDGER}:{events}"
        if event.event == EventName.RUN_FAILED and event.run_id in digests:
            del digests[event.run_id]
            withdrawn.add(event.run_id)
        if event.event == EventName.RUN_SWEPT:
            if event.data.get("record_sha256") == digests.get(event.run_id, ("",))[0]:
                swept.add(event.run_id)
            else:
                faults.append(Fault(location, "sweeps a run that was never announced so"))
        if event.event != EventName.RUN_FINISHED:
            continue
        cards[event.run_id] = str(event.data.get("card_sha256"))
        digest = event.data.get("record_sha256")
        if not isinstance(digest, str):
            faults.append(Fault(location, "announces a run without the digest of its record"))
            continue
        if digests.get(event.run_id, (digest,))[0] != digest:
            faults.append(Fault(location, "announces a second record of the same run"))
        digests[event.run_id] = (digest, location)
        withdrawn.discard(event.run_id)
    return _Announcements(
        digests, cards, frozenset(withdrawn), frozenset(swept), tuple(faults), events
    )


def _card(out: Path, runs: Sequence[VisibleRun], announced: _Announcements) -> Iterator[Fault]:
    """The dataset card tells people what the shards are: it must be the newest run's."""
    if not runs or runs[-1].run_id not in announced.cards:
        return
    fault = compare(out, out / layout.CARD, announced.cards[runs[-1].run_id])
    if fault is not None:
        yield fault


def _links(out: Path, runs: Sequence[VisibleRun], announced: _Announcements) -> Iterator[Fault]:
    for run in runs:
        location = layout.record(run.run_id)
        if run.run_id in announced.withdrawn:
            yield Fault(location, "is there, though the ledger says that the run failed")
        if run.run_id in announced.swept:
            message = "is there, though it was swept: an interrupted sweep, which the next run ends"
            yield Fault(location, message)
        digest, line = announced.digests.get(run.run_id, (run.sha256, ""))
        if digest != run.sha256:
            message = f"is not the record that {line} announces: it was edited. Restore it"
            yield Fault(location, message)
    there = {path.name for path in record_paths(out)}
    for run_id, (_, line) in announced.digests.items():
        if layout.record_name(run_id) not in there and run_id not in announced.swept:
            message = (
                f"announces run {printable(run_id)}, which has no record: an interrupted publish "
                "or a deleted record. Restore the record, or run again"
            )
            yield Fault(line, message)


def _unfounded(runs: Sequence[VisibleRun], swept: Collection[str]) -> Iterator[Fault]:
    """Claims to replace a run that is no older one, and older runs that nobody replaces."""
    older: set[str] = set()
    replaced: set[str] = set()
    for run in runs:
        for named in run.record.superseded:
            if named in older:
                replaced.add(named)
            elif named not in swept:
                message = f"claims to replace run {named}, which is not an older run with a record"
                yield Fault(layout.record(run.run_id), message)
        older.add(run.run_id)
    for run in runs[:-1]:
        if run.run_id not in replaced:
            message = f"is older than run {runs[-1].run_id}, and no run says that it replaces it"
            yield Fault(layout.record(run.run_id), message)


def _folder_keys(out: Path, ledger: Ledger) -> Iterator[Fault]:
    """Keys that were destroyed, and are there; and one in use that was replaced."""
    try:
        file = read_keys(LocalStore(out))
    except (IntegrityError, StoreError) as error:
        yield Fault(layout.ENCRYPTION_KEYS, str(error))
        return
    if file is None:
        return
    destroyed = destroyed_in(ledger, as_far_as_readable=True)
    for key in file.keys:
        if key.id in destroyed:
            message = (
                f"has key {key.id}, which the ledger calls destroyed: an interrupted destruction, "
                "or an older file was put back. The next run or purge takes it out"
            )
            yield Fault(layout.ENCRYPTION_KEYS, message)
    if file.keys and file.keys[-1].id in replaced_in(ledger, as_far_as_readable=True):
        message = (
            f"names key {file.keys[-1].id} last, with which all would be encrypted, and the ledger "
            "says that it was replaced: the file was edited, or an older one was put back, or a "
            "rotation was interrupted. Restore it, or run `clearshard keys rotate --only "
            "encryption`"
        )
        yield Fault(layout.ENCRYPTION_KEYS, message)


class _Compared:
    """Compares each file once, although many runs list it."""

    def __init__(self, out: Path, marks: Marks | None) -> None:
        self._out = out
        self._marks = marks
        self._found: dict[tuple[Path, str], Fault | None] = {}

    def fault(self, path: Path, sha256: str) -> Fault | None:
        """Of a file that a record lists; see `clearshard.audit.inventory.compare`."""
        if (path, sha256) not in self._found:
            self._found[path, sha256] = compare(self._out, path, sha256, mend=_RESTORE_DECISIONS)
        return self._found[path, sha256]

    def of_index(self, path: Path, file: DecisionsFile) -> Fault | None:
        """Of the index of a file that is what was recorded: a purge believes it."""
        if self._marks is None or not file.index:
            return None
        if (path, file.index) not in self._found:
            message = (
                "its index is not that of its rows, so a purge could miss files: purge nothing "
                "before a version that is mended has written these decisions anew"
            )
            lies = index_lies(path, file.index, self._marks)
            self._found[path, file.index] = Fault(below(self._out, path), message) if lies else None
        return self._found[path, file.index]


def _decisions_of(run: VisibleRun, of_files: _Compared) -> Iterator[Fault]:
    pairs = tuple(zip(run.record.decisions, run.decisions_paths, strict=True))
    altered = [fault for file, path in pairs if (fault := of_files.fault(path, file.sha256))]
    yield from altered or _readable(layout.decisions(run.run_id), decisions_faults(run))
    if not altered:
        lying = (fault for file, path in pairs if (fault := of_files.of_index(path, file)))
        yield from _readable(layout.decisions(run.run_id), lying)


def _papers(out: Path, named: Mapping[str, str]) -> Iterator[Fault]:
    """Tombstones and receipts, held against what the ledger names: no run makes them anew."""
    for name, sha256 in named.items():
        fault = compare(out, out / name, sha256, recorded_by="the ledger names it", mend=_RESTORE)
        if fault is not None:
            yield fault
    yield from unnamed_files(out, named)


def _purged_and_written(run: VisibleRun, ledger: Ledger, same: Same) -> Iterator[Fault]:
    """Files in the shards that are to be kept out, in whatever spelling."""
    kept_out = exactly_in_force(run.out, ledger.readable())
    if not any(kept_out.values()):
        return
    count = written_of(run, kept_out[Kind.FILE], kept_out[Kind.ACCOUNT], same)
    if count:
        message = (
            f"{count} file(s) are written, though they were purged: an interrupted purge, which "
            "the next run or purge ends"
        )
        yield Fault(layout.record(run.run_id), message)


def _shards(
    out: Path, runs: Sequence[VisibleRun], decided: Collection[VisibleRun], vault: Vault
) -> tuple[list[Fault], list[ShardFile], Mapping[str, int]]:
    """Faults of the shards; those in force that are what was recorded; keys of the unread ones.

    Args:
        out: The output folder.
        runs: All there are, oldest first.
        decided: Runs whose decisions can be relied on.
        vault: Opens shards.
    """
    faults: list[Fault] = []
    sound: list[ShardFile] = []
    unread: Counter[str] = Counter()
    for run in runs[-1:]:
        for shard in run.record.shards:
            altered = compare(out, run.shard_path(shard), shard.sha256)
            if altered is not None:
                faults.append(altered)
            elif not vault.has(shard.key_id):
                unread[shard.key_id] += 1
            else:
                faults += shard_faults(run, shard, vault)
                sound.append(shard)
    faults += unaccounted_shards(out, runs)
    faults += _still_there(out, runs, decided, vault)
    for run in runs[-1:]:
        if run in decided:
            faults += _readable(layout.SHARDS, key_faults(run, sound, vault))
    return faults, sound, unread


def _still_there(
    out: Path, runs: Sequence[VisibleRun], decided: Collection[VisibleRun], vault: Vault
) -> Iterator[Fault]:
    """Shards that were replaced: for readers who began before they may be there, as they were."""
    digests = {shard.name: shard.sha256 for run in runs for shard in run.record.shards}
    as_recorded = []
    for one in replaced_shards(out, runs):
        altered = compare(out, out / layout.shard(one.name), digests[one.name])
        if altered is not None:
            yield altered
        elif one.promise_digest != runs[-1].record.promise_digest:
            yield _not_removed(out, runs[-1], one.name, "was asked to redact otherwise")
        elif one.is_plain_beside(runs[-1]):
            yield _not_removed(out, runs[-1], one.name, "has encrypted what it holds")
        elif vault.has(one.key_id):
            as_recorded.append(one.name)
    if runs and runs[-1] in decided:
        for name in sorted(with_rows_gone(runs[-1], as_recorded, vault)):
            yield _not_removed(out, runs[-1], name, "has not all of its rows")


def _not_removed(out: Path, newest: VisibleRun, name: str, why: str) -> Fault:
    message = (
        f"is still there, though run {newest.run_id} replaced it and {why}: an interrupted "
        "removal, which the next run ends"
    )
    return Fault(below(out, out / layout.shard(name)), message)


def _readable(location: str, faults: Iterator[Fault]) -> Iterator[Fault]:
    """Faults, and one more if a table cannot be read to the end."""
    try:
        yield from faults
    except IntegrityError as error:
        yield Fault(location, str(error))


def _head(ledger: Ledger) -> Event | None:
    try:
        return ledger.head()
    except IntegrityError:
        return None
