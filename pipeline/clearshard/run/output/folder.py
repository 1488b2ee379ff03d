"""The output folder: is it ours, what is visible, and what did a crash leave behind?

What lies where in it, `clearshard.layout` says.

Only ``shards/`` and the dataset card are to be given away, so only they are as open as the umask
says; everything else is this user's alone, also what a looser version has left.
"""

from collections.abc import Callable, Collection, Container, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path

import msgspec

from clearshard import layout
from clearshard.audit.faults import Fault
from clearshard.audit.folder_keys import destroyed_in, replaced_in
from clearshard.audit.inventory import added, linked_folders, no_files
from clearshard.audit.ledger import Ledger
from clearshard.audit.marker import MARKER, REHEARSALS_MARKER, require_this_format
from clearshard.audit.reading import VisibleRun, visible_runs
from clearshard.config import Config
from clearshard.errors import IntegrityError, OutputUnusable, RunLocked
from clearshard.inert import printable
from clearshard.records.run import RunRecord
from clearshard.run.output.binding import not_named
from clearshard.run.output.lock import Held, run_lock
from clearshard.run.output.mirror import Mirror, mirror_of
from clearshard.run.output.recorded import record_of
from clearshard.storage.beneath import LOCK_NAME
from clearshard.storage.failures import output_errors
from clearshard.storage.files import remove_tree, temporary_name, write_atomic
from clearshard.storage.local import LocalStore
from clearshard.storage.permissions import keep_private, private
from clearshard.storage.store import Store
from clearshard.vault.opening import open_to_write
from clearshard.vault.vault import PLAIN, Vault

#: What can be in a folder of ours that has no marker yet.
_BEFORE_MARKER = frozenset(
    (layout.LOCK, layout.MIRROR, temporary_name(layout.MIRROR), temporary_name(layout.MARKER))
)
_MAX_ATTEMPTS = 100


class Kind(Enum):
    """What a folder holds, by the bytes of its marker; no folder holds both."""

    RUNS = MARKER
    REHEARSALS = REHEARSALS_MARKER


def kind_of(root: Path, bucket: str | None) -> Kind:
    """What a folder holds, for who goes on with either.

    Args:
        root: The folder.
        bucket: See `locked`.

    Raises:
        OutputUnusable: There is no output of clearshard, or it is the mirror of another bucket.
    """
    return kind_held(require_ours(root, bucket).root)


def kind_held(root: Path) -> Kind:
    """The same of a folder that is opened to be read.

    Raises:
        OutputUnusable: There is no output of clearshard.
    """
    _require_output(root)
    marker = root / layout.MARKER
    return Kind.REHEARSALS if marker.read_bytes() == REHEARSALS_MARKER else Kind.RUNS


_NOT_CONTINUED = {
    Kind.RUNS: "holds rehearsals, which no run continues. Name another folder with --out, or "
    "rehearse with --as-of T --replay.",
    Kind.REHEARSALS: "holds runs, which no rehearsal continues. Name another folder with --out.",
}


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """Where everything of an output folder is.

    Attributes:
        root: The folder.
        umask: What others may not do with the shards and the dataset card.
        mirror: The bucket that this folder is the mirror of, if it is that.
        vault: Opens and writes what holds redacted text in it.
    """

    root: Path
    umask: int = 0o077
    mirror: Mirror | None = None
    vault: Vault = PLAIN

    @property
    def stores(self) -> tuple[Store, ...]:
        """Where small files are put that are neither shards nor of a run: what counts first."""
        here = LocalStore(self.root)
        return (here,) if self.mirror is None else (self.mirror.store, here)

    def opened(
        self, config: Config, clock: Callable[[], datetime], note: Callable[[str], None]
    ) -> "OutputFolder":
        """The same for who writes redacted text; see `clearshard.vault.opening.open_to_write`.

        Raises:
            IntegrityError: Besides, a key would be written with that was replaced.
        """
        vault = open_to_write(
            self.root, self.stores, self._hanging, self.destroyed, config, clock, note
        )
        # Else who can write to the folder, and has stolen an old key, could read all that is to
        # come: its file is not signed, and says by its order what is written with.
        if vault.key_id and vault.key_id in replaced_in(Ledger(self.ledger)):
            raise IntegrityError(
                f"{layout.ENCRYPTION_KEYS} of {self.root} names key {vault.key_id} last, which the "
                "ledger says was replaced: the file was edited, or an older one was put back, or a "
                "rotation was interrupted. Restore it from a backup, or run `clearshard keys "
                "rotate --only encryption`. Nothing was written."
            )
        return replace(self, vault=vault)

    def destroyed(self) -> frozenset[str]:
        """The keys that the ledger calls destroyed.

        Raises:
            IntegrityError: The ledger is not what was written.
        """
        return destroyed_in(Ledger(self.ledger))

    def _hanging(self) -> frozenset[str]:
        """The keys that shards in force hang on."""
        newest = visible_runs(self.root)[-1:]
        keys = {shard.key_id for run in newest for shard in run.record.shards}
        return frozenset(keys - {""})

    @property
    def ledger(self) -> Path:
        """The hash-chained events."""
        return self.root / layout.LEDGER

    @property
    def card(self) -> Path:
        """The dataset card."""
        return self.root / layout.CARD

    @property
    def staging(self) -> Path:
        """Runs that are not visible yet."""
        return self.root / layout.STAGING

    @property
    def checkpoints(self) -> Path:
        """Work of runs that have not become visible; redacted transcripts only."""
        return self.root / layout.CHECKPOINTS

    def record(self, run_id: str) -> Path:
        """What makes a run visible."""
        return self.root / layout.record(run_id)

    @property
    def shards(self) -> Path:
        """The shards of all runs; which of them are in force a run record says."""
        return self.root / layout.SHARDS

    @property
    def all_decisions(self) -> Path:
        """The decisions of all runs; which files are one run's its record says."""
        return self.root / layout.DECISIONS

    def decisions(self, run_id: str) -> Path:
        """What a run has written of its decisions; later runs may go on reading it."""
        return self.root / layout.decisions(run_id)


@contextmanager
def locked(
    root: Path, kind: Kind, bucket: str | None = None
) -> Iterator[tuple[OutputFolder, Held]]:
    """Makes the folder if need be, claims it, and holds its lock.

    Args:
        root: The folder.
        kind: What it is to hold.
        bucket: The bucket that the configuration names as the output, if it names one
            (`Output.bucket`): what a folder says of itself sends nothing anywhere.

    Raises:
        OutputUnusable: It holds something else or the other kind, is the mirror of a bucket other
            than that, or cannot be written.
        OutputFull: The disk is full.
        RunLocked: Another run holds it.
        IntegrityError: A folder in it leads elsewhere.
    """
    with output_errors(root), ExitStack() as stack:
        held = _hold(root, stack)
        umask = stack.enter_context(private())
        folder = OutputFolder(root, umask, mirror_of(root, umask, bucket))
        try:
            read_first = no_files(root, layout.MARKER, layout.ENCRYPTION_KEYS)
            _refuse(folder, [*linked_folders(root), *read_first])
            if folder.mirror is not None:
                folder.mirror.pull(to_write=True)
            _claim(root, kind)
            if folder.mirror is not None:
                folder.mirror.claim(kind.value)
            _keep_private(folder)
            yield folder, held
            if folder.mirror is not None:
                folder.mirror.note()
        finally:
            _leave_no_trace(folder)


def _hold(root: Path, stack: ExitStack) -> Held:
    """Makes the folder and takes its lock.

    Somebody else's run may remove the folder in between, if nothing has come of it.
    """
    for _ in range(_MAX_ATTEMPTS):
        try:
            root.mkdir(parents=True, exist_ok=True)
            _require_free(root)
            return stack.enter_context(run_lock(root / layout.LOCK))
        except FileNotFoundError:
            continue
        except FileExistsError:
            if root.is_symlink() or (root.exists() and not root.is_dir()):
                raise
    raise RunLocked(f"Other runs make and remove {root} all the time. Run again when they ended.")


def _require_free(root: Path) -> None:
    """Refuses a folder of something else, before anything is written to it."""
    names = {entry.name for entry in root.iterdir()}
    # Looked for again: another run may just be making the folder, or removing it.
    if (
        layout.MARKER not in names
        and names - _BEFORE_MARKER
        and not (root / layout.MARKER).exists()
    ):
        raise OutputUnusable(
            f"{root} is not empty and was not made by clearshard. Choose an empty or a new folder "
            "with --out."
        )


def _claim(root: Path, kind: Kind) -> None:
    _require_free(root)
    marker = root / layout.MARKER
    if not marker.exists():
        write_atomic(marker, kind.value)
    require_this_format(root)
    found = marker.read_bytes()
    if found not in {k.value for k in Kind}:
        raise OutputUnusable(
            f"{marker} is not what a run writes: it was edited. Restore it from a backup, or name "
            "another folder with --out."
        )
    rehearsals = kind is Kind.REHEARSALS
    # The marker is a file like any other; what the records say is signed.
    records = visible_records(OutputFolder(root))
    if found != kind.value or any(record.rehearsal != rehearsals for record in records):
        raise OutputUnusable(f"{root} {_NOT_CONTINUED[kind]}")


def require_nothing_added(
    folder: OutputFolder, announced: Container[str], named: Collection[str]
) -> None:
    """Refuses to go on beside files that no run has written, and that readers would take in.

    To be asked where no run is half visible: after `recover`, and before a run is announced.

    Args:
        folder: Locked.
        announced: The runs that the ledger has announced: a record that it does not know would
            account for shards of anybody.
        named: The files that the ledger names; see `clearshard.audit.named`.

    Raises:
        IntegrityError: There is something, or a record is not what a run wrote.
    """
    runs = visible_runs(folder.root)
    unknown = (run for run in runs if run.run_id not in announced)
    message = "is the record of a run that the ledger does not announce: it was added. Remove it"
    _refuse(folder, [Fault(layout.record(run.run_id), message) for run in unknown])
    _refuse(folder, added(folder.root, [*runs, *_about_to_be_announced(folder)], named))


def _about_to_be_announced(folder: OutputFolder) -> Iterator[VisibleRun]:
    """Runs that have put their files and say so in their staging folder.

    There is one only where the lock of the folder does not reach: then the ledger decides which of
    two becomes visible, and what the other has put is no stranger's.
    """
    for path in folder.staging.glob(f"*/{layout.STAGED_RECORD}"):
        with suppress(OSError, ValueError):  # it is gone, or no record
            record = record_of(path.read_bytes())
            if record is not None and record.run_id == path.parent.name:
                finished_at = datetime.fromisoformat(record.finished_at)
                yield VisibleRun(folder.root, record, "", finished_at)


def _refuse(folder: OutputFolder, faults: Iterable[Fault]) -> None:
    for fault in faults:
        raise IntegrityError(
            f"{folder.root}: {fault.location} {fault.message}. Nothing became visible. "
            "`clearshard audit verify` finds all that is not as it was recorded."
        )


def _keep_private(folder: OutputFolder) -> None:
    """Closes what an earlier version, a restored backup or a mounted volume has left open."""
    for path in folder.root.iterdir():
        if path.name not in layout.GIVEN_AWAY:
            keep_private(path)


def _leave_no_trace(folder: OutputFolder) -> None:
    """Removes the folder again if nothing has ever come of it: a typo in a path leaves nothing."""
    hidden = (folder.staging, folder.checkpoints)
    files = (layout.MARKER, layout.MIRROR, layout.ENCRYPTION_KEYS, LOCK_NAME, layout.LOCK)
    ours = {*files, *(inside.name for inside in hidden)}
    if {entry.name for entry in folder.root.iterdir()} <= ours:
        if any(inside.exists() and any(inside.iterdir()) for inside in hidden):
            return
        for inside in hidden:
            remove_tree(inside)
        # The lock last: until it is gone nobody else can have got it.
        for name in files:
            (folder.root / name).unlink(missing_ok=True)
        with suppress(OSError):  # from here on the folder may be somebody else's
            folder.root.rmdir()


def require_ours(root: Path, bucket: str | None = None) -> OutputFolder:
    """The folder of a command that does not write it; a mirror is made what its bucket is now.

    Args:
        root: The folder.
        bucket: See `locked`.

    Raises:
        OutputUnusable: There is no output of clearshard, or it is the mirror of another bucket.
        IntegrityError: The bucket holds what no run has written, or less than it did.
        StoreError: It cannot be read.
    """
    mirror = refresh(root, bucket)
    _require_output(root)
    return OutputFolder(root, mirror=mirror)


def require_readable(
    root: Path, bucket: str | None, note: Callable[[str], None] | None
) -> OutputFolder:
    """The folder of a command that tells nothing to its ledger, and is named a folder by `--out`.

    One that calls itself the mirror of a bucket that nobody else names is read as it lies: it may
    come from a stranger, whose address is not to be asked, and who is not to say what it becomes.

    Args:
        root: The folder.
        bucket: See `locked`.
        note: Told where that is so; None if nobody is.

    Raises:
        OutputUnusable: There is no output of clearshard.
        IntegrityError: The bucket holds what no run has written, or less than it did.
        StoreError: It cannot be read.
    """
    address = not_named(root, bucket)
    if address is None:
        return require_ours(root, bucket)
    _require_output(root)
    if note is not None:
        note(
            f"{root} is read as it lies: the mirror of {printable(address)}, by what it says, and "
            "nothing was fetched from there. `clearshard mirror BUCKET FOLDER` fetches what is "
            "new, if you know that address to be the right one."
        )
    return OutputFolder(root)


def _require_output(root: Path) -> None:
    if not (root / layout.MARKER).is_file():
        raise OutputUnusable(f"{root} holds no output of clearshard. Name one with --out.")
    require_this_format(root)


def refresh(root: Path, bucket: str | None) -> Mirror | None:
    """Makes a mirror what its bucket is now; of another folder it does nothing.

    Args:
        root: The folder.
        bucket: See `locked`.

    Raises:
        OutputUnusable: It is the mirror of another bucket.
        IntegrityError: The bucket holds what no run has written, or less than it did.
        StoreError: It cannot be read.
    """
    with private() as umask:
        mirror = mirror_of(root, umask, bucket)
        if mirror is not None:
            # Whoever is at work in the mirror keeps it what the bucket is.
            try:
                with run_lock(root / layout.LOCK):
                    mirror.pull(to_write=False)
            except RunLocked:
                if not (root / layout.LEDGER).exists():  # it is only now being fetched
                    raise
    return mirror


def visible_records(folder: OutputFolder) -> list[RunRecord]:
    """Records of all visible runs, oldest first.

    Raises:
        IntegrityError: A record is not what a run wrote.
    """
    return [run.record for run in visible_runs(folder.root)]


def encode_record(record: RunRecord) -> bytes:
    """The bytes of a run record; the ledger holds their digest."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"
