"""An output in a bucket, and its mirror: a folder of this machine that holds the same.

What is in the bucket counts. A run works in the mirror as in any output folder, puts what it has
made into the bucket first and then where it belongs in the mirror
(`clearshard.run.output.operations`), and whoever opens a mirror first makes it what the bucket is
now. So a mirror can be removed, and another machine can go on with one of its own. A file in the
mirror says of which bucket it is, and which version of each object it holds. Whoever opens a folder
must be told the address all the same, and it must be that one: the file may be anybody's.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from clearshard import layout
from clearshard.audit.ledger.file import LedgerFile
from clearshard.audit.ledger.in_store import LedgerRead, lines_copied, read_ledger
from clearshard.audit.ledger.mirrored import keep_ledger, kept, require_goes_on
from clearshard.audit.named import named_files
from clearshard.errors import (
    IntegrityError,
    ObjectChanged,
    ObjectExists,
    ObjectNotFound,
    OutputUnusable,
    StoreUnavailable,
)
from clearshard.inert import printable
from clearshard.run.output.announced import told_by
from clearshard.run.output.binding import Noted, mirrored, note_in, noted_in
from clearshard.run.output.recorded import keys_in, record_of
from clearshard.storage.failures import output_errors
from clearshard.storage.files import fsync_folder, remove_tree, temporary_name
from clearshard.storage.local import LocalStore
from clearshard.storage.store import Found, Listed, ReadableStore, Store, Unlisted, VersionTag
from clearshard.storage.uris import open_readable, open_store

#: An output that changes this often while it is read is being written by many.
_MAX_READINGS = 5
#: Read and written at a time.
_PORTION_BYTES = 32 << 20
_MARKER_BYTES = 4_096
#: Where there is a new one, something was purged.
_TELL_WHAT_IS_GONE = (f"{layout.TOMBSTONES}/", f"{layout.RECEIPTS}/")
#: Of what the ledger is in the bucket the mirror is made by itself.
_BY_ITSELF = frozenset((layout.LEDGER, layout.LEDGER_COPY))


def mirror_of(root: Path, umask: int, bucket: str | None) -> "Mirror | None":
    """The mirror that a folder is, or None if it is an output of its own.

    Args:
        root: The folder.
        umask: What others may not do with shards and dataset card.
        bucket: The address that the configuration or the command line names, if it names one.

    Raises:
        OutputUnusable: It is the mirror of another one, or nobody can tell.
    """
    address = mirrored(root, bucket)
    return None if address is None else Mirror(root, address, umask)


class Mirror:
    """A folder that holds what a bucket does, but for what has changed there since.

    Attributes:
        bucket: The address of the bucket.
    """

    def __init__(self, root: Path, bucket: str, umask: int) -> None:
        self.bucket = bucket
        self._root = root
        #: Versions that were put since the folder was made what the bucket is, by key.
        self._put: dict[str, str] = {}
        self._folder = LocalStore(root, umask=umask, shared=frozenset(layout.GIVEN_AWAY))

    @cached_property
    def store(self) -> Store:
        """The bucket, to write to; opened when it is asked for.

        Raises:
            StoreError: It is not there, or has no conditional writes.
        """
        return open_store(self.bucket, self._root)

    def pull(self, *, to_write: bool) -> None:
        """Makes the folder what the bucket is now.

        Args:
            to_write: Whether the bucket is going to be written to.

        Raises:
            IntegrityError: The bucket holds what no run has written, or less than it did.
            StoreError: It cannot be read.
        """
        store = self.store if to_write else open_readable(self.bucket, self._root)
        for _ in range(_MAX_READINGS):
            # Somebody may be removing what he has replaced.
            with suppress(ObjectNotFound, ObjectChanged):
                self._pull(store)
                return
        raise StoreUnavailable("The output changes all the time. Try again later.")

    def claim(self, marker: bytes) -> None:
        """Marks the bucket as an output, if it is empty.

        Raises:
            OutputUnusable: It is one of another kind.
        """
        with suppress(ObjectExists):
            self.store.put_if_absent(layout.MARKER, marker)
        if self.store.read(layout.MARKER, _MARKER_BYTES).data != marker:
            raise OutputUnusable(
                f"{printable(self.bucket)} holds something else than {self._root}. Name another "
                "prefix in output.folder."
            )

    def holds(self, key: str, tag: VersionTag) -> None:
        """Takes in that the folder has the version that was put, so that nobody fetches it."""
        if not key.startswith(f"{layout.STAGING}/"):  # which is somebody else's, if it is listed
            self._put[key] = tag.value

    def note(self) -> None:
        """Notes what was put; what is not noted is fetched again, and nothing worse."""
        noted = noted_in(self._root)
        if self._put and noted is not None:
            note_in(self._root, Noted(self.bucket, {**noted.tags, **self._put}))

    def fetch(self, key: str) -> None:
        """Takes one object into the folder, in the place of what is there."""
        self._take(self.store, key)

    def _pull(self, store: ReadableStore) -> None:
        ledger = LedgerFile(self._root / layout.LEDGER)
        kept_before, line_count = kept(ledger), lines_copied(store)
        told = read_ledger(store)
        # Records first: whatever one of them lists was put before it.
        records, found = _found(store, layout.RUNS), self._everything(store)
        found = {
            key: there
            for key, there in found.items()
            if key in records or not key.startswith(f"{layout.RUNS}/")
        }
        here = set(self._here())
        self._require_an_output(found, here)
        require_goes_on(ledger, told, kept_before)
        if told.data.count(b"\n") < line_count:
            raise IntegrityError(
                f"The ledger in {printable(self.bucket)} ends before the line that "
                f"{layout.LEDGER_COPY} is a copy of: it was cut off, or put back to an older "
                "state. Find out by whom, and restore it."
            )
        noted = noted_in(self._root)
        had = {} if noted is None else noted.tags
        # Of a run that is over on another machine: nobody is to settle it here once more.
        here |= {key for key in had if key.startswith(f"{layout.STAGING}/")}
        if any(key.startswith(_TELL_WHAT_IS_GONE) for key in found.keys() - here):
            self._remove_work()
        self._require_no_less(store, told, here - found.keys())
        for key in sorted(here - found.keys(), key=_last_to_go):
            delete_in_folder(self._root, self._folder, key)
        held: dict[str, str] = {}
        for key in sorted(found.keys() - _BY_ITSELF, key=_last_to_come):
            tag = found[key].tag
            if had.get(key) != tag.value or not self._has(key, found[key]):
                tag = self._take(store, key)
            held[key] = tag.value
        if held != had:
            note_in(self._root, Noted(self.bucket, held))
        now = read_ledger(store)
        if now.data != told.data or _found(store, layout.RUNS).keys() != records.keys():
            raise ObjectChanged("Somebody has published or removed something meanwhile.")
        keep_ledger(ledger, now, kept_before)

    def _remove_work(self) -> None:
        """Removes the rows that killed runs have left here: another machine has purged some.

        Of a run that was announced they are in the bucket.
        """
        staged = (layout.STAGED_SCRATCH, layout.STAGED_SHARDS, layout.STAGED_CHECKPOINTS)
        runs = (self._root / layout.STAGING).glob("*")
        work = (run / name for run in runs if not run.is_symlink() for name in staged)
        for folder in (self._root / layout.CHECKPOINTS, *work):
            if not folder.is_symlink():  # which whoever opens the folder is told of
                remove_tree(folder)

    def _require_an_output(self, found: Mapping[str, Found], here: Collection[str]) -> None:
        shown = printable(self.bucket)
        if not found and set(here) <= {layout.MARKER}:
            return
        if not found:
            raise IntegrityError(
                f"{shown} holds nothing, and {self._root} what it held: it was emptied. Restore "
                "it; or if that is meant, name a new folder as output.mirror."
            )
        if layout.MARKER not in found:
            raise OutputUnusable(
                f"{shown} is not empty and was not made by clearshard. Name another prefix in "
                "output.folder."
            )
        for key in sorted(found):
            if not layout.is_in_bucket(key):
                raise self._added(key)

    def _require_no_less(
        self, store: ReadableStore, told: LedgerRead, gone: Collection[str]
    ) -> None:
        """Makes sure that what is gone from the bucket was removed by a run, and told so.

        Of what somebody else has deleted, or a rule of the bucket, the mirror may hold the only
        copy.
        """
        if not gone:
            return
        ledger = told_by(told.events)
        standing = [run for run in ledger.announced if run not in ledger.swept]
        kept = {*named_files(told.events), *map(layout.record, standing)}
        for run in standing:
            path = self._root / layout.record(run)
            record = record_of(path.read_bytes()) if path.is_file() else None
            for key in () if record is None else keys_in(record):
                if run == ledger.newest or not key.startswith(f"{layout.SHARDS}/"):
                    kept.add(key)
        if not (lacking := sorted(kept.intersection(gone))):
            return
        if read_ledger(store).data != told.data:
            raise ObjectChanged("Somebody has published or removed something meanwhile.")
        raise IntegrityError(
            f"{printable(self.bucket)} lacks {printable(lacking[0])} ({len(lacking)} in all), "
            "which no run has removed: somebody else has deleted it, or a rule of the bucket. "
            f"{self._root} still holds it: copy it back from there."
        )

    def _everything(self, store: ReadableStore) -> dict[str, Found]:
        """All objects: one whose name is no key would be read by whoever reads the folder."""
        found: dict[str, Found] = {}
        for one in store.find_below():
            if isinstance(one, Unlisted):
                raise self._added(one.name)
            if not one.found.size_bytes and store.head(one.key) is None:
                continue  # what a console shows a folder by
            found[one.key] = one.found
        return found

    def _added(self, name: str) -> IntegrityError:
        return IntegrityError(
            f"{printable(self.bucket)} holds {printable(name)}, which no run has written: it was "
            "added. Remove it."
        )

    def _has(self, key: str, found: Found) -> bool:
        """Whether the folder has an object of this size."""
        path = self._root / key
        return path.is_file() and path.lstat().st_size == found.size_bytes

    def _take(self, store: ReadableStore, key: str) -> VersionTag:
        found = store.head(key)
        if found is None:
            raise ObjectNotFound(f"{key} is not there.")
        part = self._root / temporary_name(layout.MIRROR)
        with output_errors(self._root), part.open("wb") as file:
            for start in range(0, found.size_bytes, _PORTION_BYTES):
                file.write(store.read_range(key, start, _PORTION_BYTES, found.tag))
            file.flush()
            os.fsync(file.fileno())
        delete_in_folder(self._root, self._folder, key)
        self._folder.move_if_absent(key, part)
        return found.tag

    def _here(self) -> Iterator[str]:
        """The keys of the folder that the bucket has as well, or had."""
        for name in (layout.MARKER, layout.CARD, layout.ENCRYPTION_KEYS):
            if (self._root / name).is_file():
                yield name
        for folder in (layout.AUDIT, layout.RUNS, layout.SHARDS):
            if (self._root / folder).is_dir():
                keys = (one.key for one in self._folder.list_below(folder))
                yield from (key for key in keys if key not in _BY_ITSELF)


def _found(store: ReadableStore, folder: str) -> dict[str, Found]:
    below = store.find_below(folder)
    return {one.key: one.found for one in below if isinstance(one, Listed)}


def _last_to_come(key: str) -> tuple[int, str]:
    """Records after what they list; first what says whose folder it is."""
    is_record = key.startswith(f"{layout.RUNS}/")
    return (0 if key == layout.MARKER else 2 if is_record or key == layout.CARD else 1, key)


def _last_to_go(key: str) -> tuple[int, str]:
    return (-_last_to_come(key)[0], key)


def delete_in_folder(root: Path, store: LocalStore, key: str) -> None:
    """Deletes a file, a link too, and the folder of a period or run that becomes empty."""
    path = root / key
    if path.is_symlink():
        path.unlink()
    else:
        store.delete(key)
    folder = path.parent
    if folder.is_dir() and folder.relative_to(root).as_posix() not in layout.FOLDERS:
        with suppress(OSError):  # others are in it
            folder.rmdir()
        fsync_folder(folder if folder.exists() else folder.parent)
