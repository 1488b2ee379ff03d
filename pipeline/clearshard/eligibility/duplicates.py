"""File ids that occur more than once in a manifest of any length, in bounded memory."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from clearshard.eligibility.ids import UInt64

#: Hashes sorted at a time: 128 MiB.
_HASHES_AT_ONCE = 1 << 24
_HASHES_READ = 1 << 20


class DuplicateFinder:
    """Collects the hashes of file ids in a scratch file, then tells which occur twice.

    The scratch file holds hashes only. It is read once for every 16 million ids, each time looking
    at another range of hashes, so memory does not grow with the manifest. Two different ids with
    the same 64-bit hash would both be called duplicates: quarantined, never written; among 100
    million ids the chance that this happens to any is 0.03 %, whoever has chosen them
    (`clearshard.eligibility.ids`).
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._file = scratch.open("wb")
        self._count = 0

    def add(self, hashes: UInt64) -> None:
        """Takes the hashes of one batch."""
        self._file.write(hashes.astype("<u8").tobytes())
        self._count += len(hashes)

    def finish(self) -> UInt64:
        """Sorted hashes that were added more than once; removes the scratch file."""
        self._file.close()
        repeated = [np.empty(0, np.uint64)]
        passes = max(1, -(-self._count // _HASHES_AT_ONCE))
        edges = [(i << 64) // passes for i in range(passes)]
        for low, end in zip(edges, [*edges[1:], 1 << 64], strict=True):
            ordered = self._between(low, end - 1)
            repeated.append(np.unique(ordered[1:][ordered[1:] == ordered[:-1]]))
        self._scratch.unlink()
        return np.concatenate(repeated)

    def _between(self, low: int, high: int) -> UInt64:
        """Sorted hashes of a range, each as often as it was added, but at most some few times."""
        chosen = np.empty(min(self._count, 2 * _HASHES_AT_ONCE), np.uint64)
        held = 0
        with self._scratch.open("rb") as file:
            while len(part := np.fromfile(file, "<u8", _HASHES_READ)):
                if (low, high) != (0, 2**64 - 1):
                    part = part[(part >= np.uint64(low)) & (part <= np.uint64(high))]
                if held + len(part) > len(chosen):
                    # Only where many ids are the same: the hashes of others spread evenly.
                    held = _keep_two_of_each(chosen[:held])
                if held + len(part) > len(chosen):
                    chosen = np.concatenate([chosen[:held], np.empty_like(part)])
                chosen[held : held + len(part)] = part
                held += len(part)
        chosen = chosen[:held]
        chosen.sort()
        return chosen


def _keep_two_of_each(hashes: UInt64) -> int:
    """Sorts, moves what is to be kept to the front, and returns how many that are."""
    hashes.sort()
    third = np.zeros(len(hashes), np.bool_)
    third[2:] = hashes[2:] == hashes[:-2]
    kept = hashes[~third]
    hashes[: len(kept)] = kept
    return len(kept)


def is_member(hashes: UInt64, ordered: UInt64) -> npt.NDArray[np.bool_]:
    """Which hashes are in a sorted array."""
    if len(ordered) == 0:
        return np.zeros(len(hashes), np.bool_)
    places = np.searchsorted(ordered, hashes).clip(max=len(ordered) - 1)
    return np.asarray(ordered[places] == hashes)
