"""Which version of a transcript is kept, and whether one that was kept still stands.

There are two: what a file looks like (`clearshard.run.resume.looks`), and what the manifest
declares of it (`clearshard.run.resume.declared`). Kept is

- of a file of which nothing is declared: what it looks like, if that may be kept;
- of one whose content is what is declared, or of which only a version is: what is declared;
- of one whose content was read and is another: both together. So it stands while the file looks as
  it did and the same wrong thing is declared, and nothing rests on a declaration that was wrong.

A version stands if the same would be kept now. Besides, what a file of an earlier run looks like
stands where its digest, which nobody had declared yet, is the one that is declared now.

docs/decisions/0038-what-the-manifest-declares.md
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from clearshard.run.intake import Intake
from clearshard.run.outcomes import read_outcomes
from clearshard.run.partitions import Records
from clearshard.run.resume.bytes_columns import Bytes, unpacked
from clearshard.run.resume.declared import DIGEST_BYTES, Declared, declared_of
from clearshard.run.resume.looks import Looks

_Bools = npt.NDArray[np.bool_]
_Ints = npt.NDArray[np.int64]


def versions_to_keep(
    looks: Looks, declared: Declared, rows: _Ints, contents: Bytes
) -> tuple[Bytes, _Bools]:
    """The version of each file that was looked at, and whether it is to be kept.

    Args:
        looks: What the files look like.
        declared: What is declared of each of them.
        rows: Rows whose content was read, ascending, each of one of them.
        contents: The SHA-256 of each.
    """
    at = np.searchsorted(looks.rows, rows)
    was_read = np.zeros(len(looks.rows), np.bool_)
    was_read[at] = True
    if not looks.is_declared.any():
        return looks.versions, looks.lasting & was_read
    content = np.zeros((len(looks.rows), DIGEST_BYTES), np.uint8)
    content[at] = contents
    is_true = looks.is_declared & ~_is_wrong(declared, content)
    versions = np.where(is_true[:, None], looks.declared, _as_seen(looks))
    return versions, was_read & (is_true | looks.lasting)


def which_stand(looks: Looks, declared: Declared, at: _Ints, records: Records) -> _Bools:
    """Whether what was kept of some files, their `version` and `content`, still stands.

    Args:
        looks: What files look like.
        declared: What is declared of each of them.
        at: Which of them are meant.
        records: What was kept of each of these.
    """
    kept = records["version"]
    found = looks.lasting[at] & _same(_as_seen(looks)[at], kept)
    is_declared = looks.is_declared[at]
    if is_declared.any():
        found |= is_declared & _same(looks.declared[at], kept)
        proved = declared.has_digest[at] & _same(declared.digests[at], records["content"])
        found |= is_declared & proved & looks.lasting[at] & _same(looks.versions[at], kept)
    return np.asarray(found & records["has_version"], np.bool_)


def wrongly_declared(intake: Intake, outcomes: Path) -> int:
    """How many files whose content is known have another digest than the manifest declares."""
    if not intake.hints.digests:
        return 0
    count = 0
    for batch, known in zip(intake.batches(), read_outcomes(outcomes), strict=False):
        contents, has_content = unpacked(known.table.column("content_sha256"))
        wrong = _is_wrong(declared_of(batch.scratch, known.rows), contents)
        count += int((wrong & has_content).sum())
    return count


def _is_wrong(declared: Declared, contents: Bytes) -> _Bools:
    return declared.has_digest & ~_same(declared.digests, contents)


def _as_seen(looks: Looks) -> Bytes:
    """What each file looks like, with what is declared of it, if anything is.

    Both are hashes, so their sum will do.
    """
    if not looks.is_declared.any():
        return looks.versions
    together = looks.versions ^ looks.declared
    return np.where(looks.is_declared[:, None], together, looks.versions)


def _same(some: Bytes, others: Bytes) -> _Bools:
    return np.asarray((some == others).all(axis=1), np.bool_)
