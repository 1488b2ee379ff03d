"""The file by which a folder is the mirror of a bucket: of which, and what it holds of it.

It is neither sealed nor signed, and whoever can write into the folder can write it. So it sends
nobody anywhere: an address that only it names is not asked.
"""

from pathlib import Path
from typing import NoReturn

import msgspec

from clearshard import layout
from clearshard.errors import NotAnObject, ObjectNotFound, ObjectTooLarge, OutputUnusable
from clearshard.inert import printable
from clearshard.storage.files import write_atomic
from clearshard.storage.local import LocalStore
from clearshard.storage.store import is_key
from clearshard.storage.uris import open_readable

#: Some hundred for each object: more than a million of them.
_MAX_BYTES = 256 << 20


class Noted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file in a mirror says: the bucket, and the version of each object that it holds."""

    bucket: str
    tags: dict[str, str]


def bind(root: Path, bucket: str) -> None:
    """Makes a folder the mirror of a bucket, if it is not that already.

    Args:
        root: A folder that holds nothing, or is not there.
        bucket: Its address, as in ``s3://BUCKET/PREFIX``.

    Raises:
        OutputUnusable: It is something else.
        StoreRefused: The address means no store.
    """
    bucket = _one_spelling(bucket)
    open_readable(bucket, root)
    noted = noted_in(root)
    if noted is None:
        for folder in root.resolve().parents:
            if (folder / layout.MARKER).exists():
                raise OutputUnusable(
                    f"{root} is inside the output folder {folder}. Name one elsewhere."
                )
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise OutputUnusable(
                f"{root} is not empty, and is not the mirror of a bucket. Name a new folder."
            )
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        note_in(root, Noted(bucket, {}))
    else:
        _require_same(root, noted, bucket)


def _one_spelling(bucket: str) -> str:
    scheme, colon, rest = bucket.partition("://")
    return scheme.lower() + colon + rest.rstrip("/")


def mirrored(root: Path, bucket: str | None) -> str | None:
    """The bucket that a folder is the mirror of, if whoever opens it names that one as well.

    Args:
        root: The folder.
        bucket: The address that the configuration or the command line names, if it names one.

    Returns:
        The address as it is noted; None if the folder is an output of its own.

    Raises:
        OutputUnusable: It is the mirror of another one, or nobody can tell.
    """
    noted = noted_in(root)
    if noted is None:
        return None
    if bucket is None:
        raise OutputUnusable(
            f"{root} says in {layout.MIRROR} that it is the mirror of {printable(noted.bucket)}, "
            "and output.folder of the configuration does not name that: nothing was sent there. "
            "If that address is right, name it there, and this folder as output.mirror. If not, "
            f"find out who put {layout.MIRROR} there, and remove it."
        )
    _require_same(root, noted, _one_spelling(bucket))
    return noted.bucket


def not_named(root: Path, bucket: str | None) -> str | None:
    """The bucket that only the folder itself says that it is the mirror of, as it is noted.

    Args:
        root: The folder.
        bucket: The address that the configuration or the command line names, if it names one.

    Raises:
        OutputUnusable: Nobody can tell.
    """
    noted = noted_in(root)
    if noted is None or (bucket is not None and noted.bucket == _one_spelling(bucket)):
        return None
    return noted.bucket


def _require_same(root: Path, noted: Noted, bucket: str) -> None:
    if noted.bucket != bucket:
        raise OutputUnusable(
            f"{root} is the mirror of {printable(noted.bucket)}. Name another folder for this one."
        )


def noted_in(root: Path) -> Noted | None:
    """What the file in a folder says; None if there is none.

    Raises:
        OutputUnusable: Nobody can tell.
    """
    path = root / layout.MIRROR
    if not root.is_dir():
        return None
    try:
        content = LocalStore(root).read(layout.MIRROR, _MAX_BYTES)
        noted = msgspec.json.decode(content.data, type=Noted)
    except ObjectNotFound:
        if path.is_dir():
            _says_nothing(path)
        return None
    except (NotAnObject, ObjectTooLarge, msgspec.MsgspecError, ValueError):
        _says_nothing(path)
    # What the bucket holds no more is removed by these names.
    if not all(map(is_key, noted.tags)):
        _says_nothing(path)
    return noted


def _says_nothing(path: Path) -> NoReturn:
    raise OutputUnusable(
        f"{path} does not say of which bucket this folder is the mirror. If it is one, remove the "
        "folder: all that counts is in the bucket. If it is none, remove the file, and find out "
        "who put it there."
    ) from None


def note_in(root: Path, noted: Noted) -> None:
    """Replaces the file in a folder."""
    write_atomic(root / layout.MIRROR, msgspec.json.encode(noted))
