"""One run at a time for each output folder.

The lock is the kernel's (`flock`): it ends with the process that holds it, however that ends, so a
crash leaves none behind. The file itself stays, or goes with a folder that nothing came of; whoever
gets a lock therefore makes sure that it is on the file that is there now.

On a file system that several machines share, a lock may hold on one of them only. That cannot be
tried out from one machine, but it can be told from how the file system is mounted.
"""

import errno
import fcntl
import os
import re
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from clearshard.errors import OutputUnusable, RunLocked
from clearshard.records.times import utc_text

_MOUNTS = Path("/proc/self/mountinfo")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}\Z")
#: Disks of this machine and its memory: whoever can reach them asks the same kernel.
_OF_ONE_KERNEL = frozenset(
    (
        *("apfs", "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "hfs"),
        *("jfs", "msdos", "ntfs", "ntfs3", "overlay", "ramfs", "reiserfs", "tmpfs", "ufs", "vfat"),
        *("xfs", "zfs"),
    )
)
#: Shared by machines, and made to hold `flock` on all of them.
_OF_ALL_MACHINES = frozenset(("ceph", "fuse.ceph", "fuse.glusterfs", "gfs2", "gpfs", "ocfs2"))
_NFS = frozenset(("nfs", "nfs4"))
_LUSTRE = "lustre"


class _Holder(msgspec.Struct, frozen=True):
    """What a lock file says about who holds it."""

    pid: int
    host: str


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that this process holds."""

    path: Path
    handle: int

    def require(self) -> None:
        """Makes sure that no other run can have got it meanwhile.

        Raises:
            RunLocked: Its file, or the whole folder, was removed or replaced, as by somebody who
                took it for one that a crash had left.
        """
        if not _is_still_there(self.handle, self.path):
            raise RunLocked(
                f"{self.path} was removed or replaced while this run held it, so another one may "
                "be writing there. Nothing of this run became visible. Run again; a lock never "
                "has to be removed."
            )


@contextmanager
def run_lock(path: Path) -> Iterator[Held]:
    """Holds a lock; the folder must be there.

    Raises:
        RunLocked: Another process holds it; says which.
        OutputUnusable: The file system has no locks.
        FileNotFoundError: The folder has just been removed by the run that had made it.
    """
    handle = _acquire(path)
    try:
        holder = msgspec.json.encode(_Holder(os.getpid(), os.uname().nodename))
        os.ftruncate(handle, 0)
        os.pwrite(handle, holder + b"\n", 0)
        yield Held(path, handle)
    finally:
        os.close(handle)


def _acquire(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OutputUnusable(f"{path} is not a file, so it is no lock of a run. Remove it.")
            _lock(handle, path)
            if _is_still_there(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # whoever held it has removed it meanwhile: there may be a new one


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunLocked(
            f"Another run is writing to {path.parent}{_holder(handle)}. Wait until it has finished."
        ) from None
    except OSError as error:
        if error.errno in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
            raise OutputUnusable(
                f"The file system of {path.parent} has no locks "
                f"({errno.errorcode[error.errno]}), so two runs could write to it at once. "
                "Choose a folder on another one with --out."
            ) from None
        raise


def _is_still_there(handle: int, path: Path) -> bool:
    try:
        there = path.lstat()
    except FileNotFoundError:
        return False
    ours = os.fstat(handle)
    return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)


def _holder(handle: int) -> str:
    """Who holds it and since when, as far as that has been written."""
    try:
        holder = msgspec.json.decode(os.pread(handle, 1024, 0), type=_Holder)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    if not _HOST.match(holder.host):
        return ""
    since = datetime.fromtimestamp(int(os.fstat(handle).st_mtime), UTC)
    return f": process {holder.pid} on {holder.host}, since {utc_text(since)}"


@dataclass(frozen=True, slots=True)
class Mount:
    """A file system as it is mounted.

    Attributes:
        point: Where.
        kind: Its type.
        options: How, the file system's own options included.
        local: Whether the system says that it is a disk of this machine; None if it does not.
    """

    point: str
    kind: str
    options: frozenset[str]
    local: bool | None = None

    @property
    def doubt(self) -> str | None:
        """Why a lock may hold on this machine only; None if it holds for everybody."""
        if self.local or self.kind in _OF_ONE_KERNEL | _OF_ALL_MACHINES:
            return None
        if self.kind in _NFS and self.local is None:
            own = self.options & {"nolock", "local_lock=all", "local_lock=flock"}
            return f"mounted with {min(own)}" if own else None
        if self.kind == _LUSTRE:
            return None if "flock" in self.options else "mounted without flock"
        return "its locks are not known to reach other machines"


def lock_doubt(folder: Path) -> str | None:
    """A warning if the lock of an output folder may not hold between machines, else None."""
    existing = next(p for p in (folder, *folder.parents) if p.exists()).resolve()
    mount = mount_of(existing, _mounts())
    if mount is None or mount.doubt is None:
        return None
    return (
        f"{folder} is on a file system of type {mount.kind}: {mount.doubt}. A second run on this "
        "machine is refused, one on another machine may not be: start runs for this folder on "
        "one machine only"
    )


def mount_of(path: Path, mounts: list[Mount]) -> Mount | None:
    """The file system that a path is on: the last one with the longest fitting mount point."""
    best: Mount | None = None
    for mount in mounts:
        fits = path.is_relative_to(mount.point)
        if fits and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best


def _mounts() -> list[Mount]:
    """All mounts; none if the system does not tell."""
    try:
        if _MOUNTS.exists():
            return parse_mountinfo(_MOUNTS.read_text("utf-8", "surrogateescape"))
        told = subprocess.run(["/sbin/mount"], capture_output=True, check=True, timeout=5)
        return parse_mount_command(os.fsdecode(told.stdout))
    except (OSError, subprocess.SubprocessError):
        return []


def parse_mountinfo(text: str) -> list[Mount]:
    """Mounts from ``/proc/self/mountinfo``; see proc(5)."""
    mounts = []
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        fields, more = before.split(" "), after.split(" ")
        if len(fields) >= 6 and len(more) >= 3:
            options = frozenset((*fields[5].split(","), *more[2].split(",")))
            mounts.append(Mount(_unescaped(fields[4]), more[0], options))
    return mounts


def parse_mount_command(text: str) -> list[Mount]:
    """Mounts from the output of ``mount`` on macOS: ``what on where (type, option, ...)``."""
    mounts = []
    for line in text.splitlines():
        found = re.match(r".* on (/.*) \(([^()]+)\)$", line)
        if found:
            kind, *options = found[2].split(", ")
            mounts.append(Mount(found[1], kind, frozenset(options), "local" in options))
    return mounts


def _unescaped(name: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), name)
