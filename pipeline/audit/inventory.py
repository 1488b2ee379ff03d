"""The folder against the records, file by file: what is missing, changed, or not accounted for."""

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.audit.faults import Fault, printable
from pipeline.audit.reading import VisibleRun
from pipeline.storage import sha256_file

#: What marks a folder as an output of this program.
MARKER_NAME = ".clearshard.json"
MARKER = b'{"format": 1, "made_by": "clearshard"}\n'
_NOT_RECORDED = "Restore it from a backup, or run again"
_CANNOT_BE_READ = "cannot be read: its permissions do not let this user."
_LEDGER = ("ledger.jsonl", "head.json")
_IN_AUDIT = frozenset((*_LEDGER, "decisions"))
_IN_ROOT = frozenset(("README.md", "audit", "runs", "shards", "lost+found"))


def below(out: Path, path: Path) -> str:
    """A path as faults name it: relative to the output folder, safe to show."""
    return printable(path.relative_to(out).as_posix())


def compare(out: Path, path: Path, sha256: str) -> Fault | None:
    """The fault of one recorded file, or None if its bytes are what was recorded.

    Args:
        out: The output folder.
        path: The file.
        sha256: What the record says.
    """
    location = below(out, path)
    if path.is_symlink() or (path.exists() and not path.is_file()):
        return Fault(location, f"is not a file of its own but a link or folder. {_NOT_RECORDED}")
    try:
        found = sha256_file(path)
    except FileNotFoundError:
        return Fault(location, f"is missing, and the record of its run has it. {_NOT_RECORDED}")
    except OSError as error:
        return Fault(location, f"cannot be read ({type(error).__name__}). Mend its permissions")
    if found != sha256:
        return Fault(location, f"is not what was recorded: its SHA-256 differs. {_NOT_RECORDED}")
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
    for name in ("audit", "audit/decisions", "runs", "shards"):
        if (out / name).is_symlink():
            faults.append(Fault(name, "is a link: what it leads to is not part of this output"))
    if faults:
        return faults
    for path in (*(out / "audit" / name for name in _LEDGER), *sorted(out.glob("runs/*.json"))):
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(mode):
            message = f"is not a file of its own but a link or folder. {_NOT_RECORDED}"
            faults.append(Fault(below(out, path), message))
        elif not os.access(path, os.R_OK):
            faults.append(Fault(below(out, path), f"{_CANNOT_BE_READ} Mend that"))
    return faults


def marker_fault(out: Path) -> Fault | None:
    """The fault of the marker, or None if it is what a run writes."""
    return compare(out, out / MARKER_NAME, hashlib.sha256(MARKER).hexdigest())


def unaccounted_names(out: Path) -> Iterator[Fault]:
    """What is in the folder, ``runs/`` and ``audit/`` besides what runs write there.

    A name that starts with a dot is a file on its way in, or what a crash left of one: nobody reads
    it, and the next run removes it.
    """
    message = "is no part of an output: it was added. Remove it"
    for path in sorted(out.glob("*")):
        if not path.name.startswith(".") and path.name not in _IN_ROOT:
            yield Fault(below(out, path), message)
    for path in sorted((out / "runs").glob("*")):
        if not path.name.startswith(".") and (path.suffix != ".json" or not path.is_file()):
            yield Fault(below(out, path), message)
    for path in sorted((out / "audit").glob("*")):
        if not path.name.startswith(".") and path.name not in _IN_AUDIT:
            yield Fault(below(out, path), message)


def unaccounted_decisions(out: Path, runs: Sequence[VisibleRun]) -> Iterator[Fault]:
    """Files below ``audit/decisions/`` that no record names."""
    accounted = {run.decisions_folder: {f.name for f in run.record.decisions} for run in runs}
    yield from _unaccounted(out, out / "audit" / "decisions", accounted, {})


def unaccounted_shards(
    out: Path, live: Sequence[VisibleRun], replaced: Mapping[Path, str]
) -> Iterator[Fault]:
    """Files below ``shards/`` that no record names, and shards that a newer run replaced.

    Args:
        out: The output folder.
        live: The runs whose shards belong there.
        replaced: Folder of a superseded run → the run that replaced it.
    """
    accounted = {run.shards_folder: {s.name for s in run.record.shards} for run in live}
    yield from _unaccounted(out, out / "shards", accounted, replaced)


def _unaccounted(
    out: Path, root: Path, accounted: Mapping[Path, set[str]], replaced: Mapping[Path, str]
) -> Iterator[Fault]:
    strangers: Counter[Path] = Counter()
    for folder, folders, files in os.walk(root):
        folders.sort()
        here = Path(folder)
        # A linked folder is not walked into, and would hide whatever is in it.
        linked = [name for name in folders if (here / name).is_symlink()]
        for name in sorted([*files, *linked]):
            if here not in accounted:
                strangers[here] += 1
            elif name not in accounted[here]:
                message = "is in no record: it was added, or left by an interrupted run. Remove it"
                yield Fault(below(out, here / name), message)
    for here, count in strangers.items():
        if here in replaced:
            message = (
                f"{count} file(s) are still here, though run {replaced[here]} replaced them. "
                "Remove the folder"
            )
        else:
            message = (
                f"{count} file(s) are in no record: they were added, or left by an interrupted "
                "run. Remove them"
            )
        yield Fault(below(out, here), message)
