"""The folder against the records, file by file: what is missing, changed, or not accounted for."""

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Collection, Iterator, Sequence, Set
from contextlib import suppress
from pathlib import Path

from clearshard import layout
from clearshard.audit.faults import Fault, printable
from clearshard.audit.marker import MARKER, REHEARSALS_MARKER
from clearshard.audit.reading import VisibleRun
from clearshard.storage.beneath import LOCK_NAME
from clearshard.storage.files import sha256_file, temporary_name

_NOT_RECORDED = "Restore it from a backup, or run again"
_CANNOT_BE_READ = "cannot be read: its permissions do not let this user."
#: What a run puts where, and what a crash can leave of a file on its way there.
_FILES_IN_ROOT = layout.within("", layout.FILES) | {
    temporary_name(layout.MARKER),
    temporary_name(layout.SEEN_SHARDS),
    temporary_name(layout.STANDSTILL),
    temporary_name(layout.MIRROR),
    temporary_name(layout.ENCRYPTION_KEYS),
    LOCK_NAME,
}
_FOLDERS_IN_ROOT = layout.within("", (*layout.FOLDERS, *layout.AT_WORK)) | {"lost+found"}
_FILES_IN_AUDIT = layout.within(layout.AUDIT, layout.FILES) | {
    temporary_name(layout.LEDGER_COPY_NAME)
}
_FOLDERS_IN_AUDIT = layout.within(layout.AUDIT, layout.FOLDERS)
#: Folders of files that the ledger names one by one.
_NAMED_BY_THE_LEDGER = (layout.TOMBSTONES, layout.RECEIPTS)


def below(out: Path, path: Path) -> str:
    """A path as faults name it: relative to the output folder, safe to show."""
    return printable(path.relative_to(out).as_posix())


def compare(
    out: Path,
    path: Path,
    sha256: str,
    *,
    recorded_by: str = "the record of its run has it",
    mend: str = _NOT_RECORDED,
) -> Fault | None:
    """The fault of one recorded file, or None if its bytes are what was recorded.

    Args:
        out: The output folder.
        path: The file.
        sha256: What the record says.
        recorded_by: Who says so, as the end of a sentence.
        mend: What to do.
    """
    location = below(out, path)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return Fault(location, f"is not a file of its own but a link or folder. {mend}")
    try:
        found = sha256_file(path)
    except FileNotFoundError:
        return Fault(location, f"is missing, and {recorded_by}. {mend}")
    except OSError as error:
        return Fault(location, f"cannot be read ({type(error).__name__}). Mend its permissions")
    if found != sha256:
        return Fault(location, f"is not what was recorded: its SHA-256 differs. {mend}")
    return None


def structure_faults(out: Path) -> list[Fault]:
    """Where there is no file or folder to be read: links, what is neither, what may not be read.

    While there is one of these, nothing else can be told of the folder.
    """
    faults: list[Fault] = []

    def unreadable(error: OSError) -> None:
        faults.append(Fault(below(out, Path(error.filename)), f"{_CANNOT_BE_READ} Mend that"))

    for _ in os.walk(out, onerror=unreadable):
        pass
    if faults:
        return faults
    faults += linked_folders(out)
    if faults:
        return faults
    faults += no_files(out)
    if faults:
        return faults
    for path in _read_first(out):
        if path.exists() and not os.access(path, os.R_OK):
            faults.append(Fault(below(out, path), f"{_CANNOT_BE_READ} Mend that"))
    return faults


def no_files(out: Path, *more: str) -> list[Fault]:
    """What is read before anything is compared and is no file: a pipe would be waited for.

    Args:
        out: The output folder.
        more: Names in it, besides those of the ledger and the records.
    """
    faults = []
    for path in (*(out / name for name in more), *_read_first(out)):
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(path.lstat().st_mode):
                message = f"is not a file of its own but a link, folder or pipe. {_NOT_RECORDED}"
                faults.append(Fault(below(out, path), message))
    return faults


def _read_first(out: Path) -> tuple[Path, ...]:
    return (out / layout.LEDGER, out / layout.LEDGER_COPY, *sorted(out.glob(layout.record("*"))))


def marker_fault(out: Path, runs: Sequence[VisibleRun]) -> Fault | None:
    """The fault of the marker, or None if it is what a run writes.

    Args:
        out: The output folder.
        runs: Its runs: the marker says whether they are rehearsals.
    """
    rehearsed = {run.record.rehearsal for run in runs}
    if len(rehearsed) == 2:
        return Fault(
            layout.MARKER, "marks a folder of both runs and rehearsals. Use no shard of it"
        )
    possible = [REHEARSALS_MARKER] if True in rehearsed else [MARKER]
    if not rehearsed:  # nothing has become visible yet
        possible.append(REHEARSALS_MARKER)
    faults = [compare(out, out / layout.MARKER, hashlib.sha256(m).hexdigest()) for m in possible]
    return None if None in faults else faults[0]


def linked_folders(out: Path) -> list[Fault]:
    """Folders of an output that lead elsewhere, where somebody else can put what he likes."""
    message = "is a link: what it leads to is not part of this output. Remove it"
    return [
        Fault(name, message)
        for name in (*layout.FOLDERS, *layout.AT_WORK)
        if (out / name).is_symlink()
    ]


def added(out: Path, runs: Sequence[VisibleRun], named: Collection[str]) -> Iterator[Fault]:
    """What is in the folders of an output and not of its runs: for who goes on writing there.

    Args:
        out: The output folder, in which no run is half visible.
        runs: All that have a record.
        named: The files that the ledger names; see `clearshard.audit.named`.
    """
    yield from unaccounted_names(out)
    yield from unnamed_files(out, named)
    yield from unaccounted_decisions(out, runs)
    yield from unaccounted_shards(out, runs)
    for name in (layout.SHARDS, layout.DECISIONS):
        for path in _not_plain(out / name):
            yield Fault(below(out, path), "is a link or device, not a file of its own. Remove it")


def unaccounted_names(out: Path) -> Iterator[Fault]:
    """What is in the folder, ``runs/`` and ``audit/`` besides what runs write there.

    Hidden names are no exception, but for those that a run or a crash leaves.
    """
    yield from _strange(out, out, _FILES_IN_ROOT, _FOLDERS_IN_ROOT)
    records = {path.name for path in out.glob(layout.record("[!.]*"))}
    yield from _strange(out, out / layout.RUNS, records, frozenset())
    yield from _strange(out, out / layout.AUDIT, _FILES_IN_AUDIT, _FOLDERS_IN_AUDIT)
    for name in layout.AT_WORK:
        for path in _not_plain(out / name):
            yield Fault(below(out, path), "is a link or device, which no run makes. Remove it")
    yield from _strange_folders(out, out / layout.CHECKPOINTS)


def _strange(
    out: Path, folder: Path, files: Collection[str], folders: Collection[str]
) -> Iterator[Fault]:
    """What is in a folder and is not one of these files and folders, as such."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        mode = path.lstat().st_mode
        known = (stat.S_ISREG(mode) and path.name in files) or (
            stat.S_ISDIR(mode) and path.name in folders
        )
        # The records of runs, the card and the marker are compared with what was recorded.
        compared = path.name in (layout.CARD, layout.MARKER) and not stat.S_ISDIR(mode)
        if not known and not compared:
            yield Fault(below(out, path), "is no part of an output: it was added. Remove it")


def _strange_folders(out: Path, folder: Path) -> Iterator[Fault]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            yield Fault(below(out, path), "is a folder, which no run makes here. Remove it")


def _not_plain(root: Path) -> Iterator[Path]:
    """What is below a folder and is neither a file nor a folder."""
    waiting = [str(root)]
    while waiting:
        # A run at work removes what it has written.
        with suppress(FileNotFoundError), os.scandir(waiting.pop()) as entries:
            # Most file systems say in the listing what each is: nothing more is asked of them.
            others = [entry for entry in entries if not entry.is_file(follow_symlinks=False)]
            for entry in sorted(others, key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    yield Path(entry.path)


def unnamed_files(out: Path, named: Collection[str]) -> Iterator[Fault]:
    """Tombstones and receipts that the ledger does not name, and whatever else lies with them."""
    for folder in _NAMED_BY_THE_LEDGER:
        yield from _strange(out, out / folder, layout.within(folder, named), frozenset())


def unaccounted_decisions(out: Path, runs: Sequence[VisibleRun]) -> Iterator[Fault]:
    """Files below ``audit/decisions/`` that no record names."""
    names = {file.name for run in runs for file in run.record.decisions}
    yield from _unaccounted(out, out / layout.DECISIONS, names)


def unaccounted_shards(out: Path, runs: Sequence[VisibleRun]) -> Iterator[Fault]:
    """Files below ``shards/`` that no record names.

    Shards that only earlier runs list may still be there, for readers who began before.

    Args:
        out: The output folder.
        runs: All that have a record.
    """
    names = frozenset[str]().union(*(run.shard_names for run in runs))
    yield from _unaccounted(out, out / layout.SHARDS, names)


def _unaccounted(out: Path, root: Path, accounted: Set[str]) -> Iterator[Fault]:
    """What is below a folder and not among some names, which are relative to it."""
    strangers: Counter[Path] = Counter()
    known = {name.rpartition("/")[0] for name in accounted}
    for folder, folders, files in os.walk(root):
        folders.sort()
        here = Path(folder)
        # A linked folder is not walked into, and would hide whatever is in it.
        linked = [name for name in folders if (here / name).is_symlink()]
        inside = "" if here == root else here.relative_to(root).as_posix()
        before = f"{inside}/" if inside else ""
        # Nearly all of them are accounted for, and sets are compared faster than one by one.
        for name in sorted({before + name for name in (*files, *linked)} - accounted):
            if inside not in known:
                strangers[here] += 1
            else:
                message = "is in no record: it was added, or left by an interrupted run. Remove it"
                yield Fault(below(out, root / name), message)
        if here != root and inside not in known and not files and not folders:
            message = "is an empty folder that is in no record. Remove it"
            yield Fault(below(out, here), message)
    for here, count in strangers.items():
        message = (
            f"{count} file(s) are in no record: they were added, or left by an interrupted run. "
            "Remove them"
        )
        yield Fault(below(out, here), message)
