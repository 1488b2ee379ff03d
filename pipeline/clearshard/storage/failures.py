"""Errors of the operating system as errors of this program, which say what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearshard.errors import ClearshardError, OutputFull, OutputUnusable, RunFailed


@contextmanager
def output_errors(out: Path) -> Iterator[None]:
    """Turns the operating system's errors on writing into errors that say what to do.

    Raises:
        OutputFull: The disk or the quota is full.
        OutputUnusable: The folder cannot be written.
        RunFailed: The disk does not do what it should.
    """
    try:
        yield
    except ClearshardError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputFull(
                f"No space left for {out}. Nothing became visible. Free space, then run again."
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise OutputUnusable(
                f"{out} cannot be written ({errno.errorcode[error.errno]}). Nothing became "
                "visible. Choose another folder with --out, or mend its permissions."
            ) from None
        if error.errno in (errno.EIO, errno.ESTALE, errno.ENXIO):
            raise RunFailed(
                f"The disk of {out} or of the sources failed ({errno.errorcode[error.errno]}). "
                "Nothing became visible by halves. Look after the disk, then run again."
            ) from None
        raise
