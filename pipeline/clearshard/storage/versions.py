"""What tells one version of a file from another."""

import os

from clearshard.storage.store import Found, VersionTag

#: No file system has a coarser clock than FAT. The kernel's ticks are milliseconds; a server's
#: clock may be a little behind ours.
GRANULE_NS = 2_000_000_000


def tag_of(status: os.stat_result) -> VersionTag:
    """The tag of a file as it is."""
    # Not the device: a disk may have another number after the next start.
    marks = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return VersionTag("-".join(map(str, marks)))


def found_of(status: os.stat_result, now_ns: int) -> Found:
    """What is known of a file.

    Its tag may be kept once its times are so far behind the moment before it was looked at that
    any change since has others. Both times: where there is no time of change, that of writing.
    """
    changed_ns = max(status.st_mtime_ns, status.st_ctime_ns)
    return Found(status.st_size, tag_of(status), changed_ns < now_ns - GRANULE_NS)
