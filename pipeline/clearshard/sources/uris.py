"""What a `transcript_uri` points to; the only place that reads one.

It is the path of a file below the transcripts folder: one transcript, or a container of many, which
its name tells. Behind a container's name, ``#`` and the id of a record can follow; without them, or
with nothing behind ``#``, the record whose `id` is the file's own id is meant. Any other ``#``
belongs to a name, as every ``%`` does: nothing is decoded, so a file has one spelling. What would
give it a second one (``./``, ``//``, ``..``, a backslash) `open_inside` of
`clearshard.storage.sources` refuses.

Two rows point to the same if, and only if, `pointed` says the same of both. `canonical` says so of
a whole column at once.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

#: How the names of containers end. For Python and for RE2, both by ASCII alone: folding the case
#: of all of Unicode would take U+017F for an s, and a name that only one of them folds for another.
_SUFFIX = r"\.(?:[jJ][sS][oO][nN][lL](?:\.[gG][zZ]|\.[zZ][sS][tT])?|[pP][aA][rR][qQ][uU][eE][tT])"
_CONTAINER = re.compile(rf"{_SUFFIX}(?=#|\Z)")
#: The last bytes of what points to a container without naming a record.
_LAST_LETTERS = np.frombuffer(b"lLzZtT#", np.uint8)


@dataclass(frozen=True, slots=True)
class Pointed:
    """What a row points to.

    Attributes:
        path: Below the transcripts folder; not looked at yet.
        record_id: Which record of the container at `path`; None if the file is one transcript.
    """

    path: str
    record_id: str | None


def pointed(uri: str, file_id: str) -> Pointed:
    """What a row with this `transcript_uri` points to."""
    container = _CONTAINER.search(uri)
    if container is None:
        return Pointed(uri, None)
    return Pointed(uri[: container.end()], uri[container.end() + 1 :] or file_id)


def points_into_container(uris: pa.Array) -> pa.BooleanArray:
    """Of each `transcript_uri` whether it points into a container; null where that is null."""
    return pc.match_substring_regex(uris, rf"{_SUFFIX}(?:#|\z)")


def names_containers(uris: pa.Array) -> bool:
    """Whether any of some `transcript_uri`, of which some may be null, points into a container."""
    return bool(pc.any(points_into_container(uris)).as_py())


def canonical(uris: pa.Array, file_ids: pa.Array) -> pa.Array:
    """The one spelling of what each row points to: equal where `pointed` is equal, and only there.

    Args:
        uris: `transcript_uri` of each row, strings without nulls.
        file_ids: `file_id` of each row, the same.
    """
    if not np.isin(_last_letters(uris), _LAST_LETTERS).any():
        return uris  # most manifests name no container
    # If any ``#`` behind a container's name has something behind it, the first one has.
    names_record = pc.match_substring_regex(uris, rf"(?s){_SUFFIX}#.")
    container = pc.match_substring_regex(uris, rf"{_SUFFIX}#?\z")
    path = pc.replace_substring_regex(uris, r"#\z", "")
    own = pc.binary_join_element_wise(path, file_ids, "#")
    return pc.if_else(pc.and_not(container, names_record), own, uris)


def named_records(uris: pa.Array) -> tuple[npt.NDArray[np.int64], pa.Array]:
    """The rows that name a record behind ``#``, and what they call it.

    Args:
        uris: As for `canonical`.
    """
    rows = np.empty(0, np.int64)
    if (np.frombuffer(uris.buffers()[2] or b"", np.uint8) == ord("#")).any():
        # The shortest beginning that is a container's name is the one that `pointed` takes.
        named = pc.match_substring_regex(uris, rf"(?s){_SUFFIX}#.").to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(named)
    chosen = uris.take(pa.array(rows, pa.int64()))
    return rows, pc.replace_substring_regex(chosen, rf"(?s)^.*?{_SUFFIX}#", "", max_replacements=1)


def _last_letters(uris: pa.Array) -> npt.NDArray[np.uint8]:
    """The last byte of each text that is not empty."""
    ends = np.frombuffer(uris.buffers()[1], np.int32)[uris.offset : uris.offset + len(uris) + 1]
    letters = np.frombuffer(uris.buffers()[2] or b"", np.uint8)
    return letters[ends[1:][ends[1:] > ends[:-1]] - 1]
