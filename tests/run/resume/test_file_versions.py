"""A version of a file is of all that it is made of, and the same in every batch and every run."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from clearshard.config import Limits
from clearshard.run.resume.versions import VERSION_BYTES, Marks, versions_of, whole_numbers

LIMITS = Limits(max_transcript_bytes=1000, max_transcript_words=200)
PLACES = ["a/first.json", "a/second.json", "a/all.jsonl\0one", "a/all.jsonl", "ä.json", "x" * 1024]


def marks(
    places: list[str] = PLACES, size: int = 5, wrote: int = 7, changed: int = 9, inode: int = 11
) -> Marks:
    count = len(places)
    return Marks(
        pa.array(places, pa.string()),
        np.full(count, size),
        np.full(count, wrote),
        np.full(count, changed),
        np.full(count, inode, np.uint64),
    )


def told(marks_: Marks, limits: Limits = LIMITS) -> list[bytes]:
    return [version.tobytes() for version in versions_of(marks_, limits)]


@pytest.mark.parametrize(
    "change",
    [
        lambda: told(marks(size=6)),
        lambda: told(marks(wrote=8)),
        lambda: told(marks(wrote=-7)),
        lambda: told(marks(changed=10)),
        lambda: told(marks(inode=2**64 - 1)),
        lambda: told(marks(wrote=9, changed=7)),
        lambda: told(marks([place + "\0" for place in PLACES])),
        lambda: told(marks(), Limits(max_transcript_bytes=1001, max_transcript_words=200)),
        lambda: told(marks(), Limits(max_transcript_bytes=1000, max_transcript_words=201)),
    ],
)
def test_whatever_changes_gives_every_file_another_version(
    change: Callable[[], list[bytes]],
) -> None:
    before, after = told(marks()), change()
    assert len(set(before) | set(after)) == 2 * len(PLACES)
    # In each half by itself: they are independent.
    for half in (slice(0, 8), slice(8, 16)):
        assert len({version[half] for version in before + after}) == 2 * len(PLACES)


def test_a_version_is_the_same_whatever_is_beside_the_file() -> None:
    together = told(marks())
    assert together == [told(marks([place]))[0] for place in PLACES]
    assert told(marks(PLACES[::-1])) == together[::-1]


def test_a_version_is_the_same_tomorrow_and_elsewhere() -> None:
    """What it is made with stands in no file: a change of it has every transcript read again."""
    assert told(marks(["a/first.json"]))[0].hex() == "ace31a292ee1a6978b38585c9ba79905"


def test_no_file_has_no_version() -> None:
    assert versions_of(marks([]), LIMITS).shape == (0, VERSION_BYTES)


def test_times_that_64_bits_do_not_hold_are_the_last_ones_that_they_do() -> None:
    assert whole_numbers([1, 10**19, -(10**19)]).tolist() == [1, 2**63 - 1, -(2**63)]
    assert whole_numbers([1, 2]).tolist() == [1, 2]
