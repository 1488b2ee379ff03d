"""The file that marks an output folder, and says in which format it was written."""

from contextlib import suppress
from pathlib import Path

from clearshard import layout
from clearshard.audit.faults import printable
from clearshard.errors import OutputUnusable

#: What marks a folder as an output of this program, of runs or of rehearsals: never of both.
MARKER = b'{"format": 3, "made_by": "clearshard"}\n'
REHEARSALS_MARKER = b'{"format": 3, "made_by": "clearshard", "holds": "rehearsals"}\n'
#: Of versions that kept the shards of each run in a folder of its own (1), or each time all of its
#: decisions (2).
_EARLIER = tuple(
    marker.replace(b": 3,", earlier)
    for marker in (MARKER, REHEARSALS_MARKER)
    for earlier in (b": 1,", b": 2,")
)


def require_this_format(out: Path) -> None:
    """Refuses a folder of an earlier version, whose records mean something else.

    Raises:
        OutputUnusable: It is one.
    """
    marker = out / layout.MARKER
    with suppress(OSError):
        if marker.lstat().st_size <= len(REHEARSALS_MARKER) and marker.read_bytes() in _EARLIER:
            raise OutputUnusable(
                f"{printable(str(out))} was written by an earlier version of clearshard, which "
                "kept shards, decisions and records otherwise. Name a new folder with --out, where "
                "everything is redacted once more; read this one with the version that wrote it."
            )
