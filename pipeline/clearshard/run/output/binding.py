"""The file by which a folder is the mirror of a bucket: of which, and what it holds of it."""

from pathlib import Path

import msgspec

from clearshard import layout
from clearshard.errors import OutputUnusable
from clearshard.inert import printable
from clearshard.storage.files import write_atomic
from clearshard.storage.uris import open_readable


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
    elif noted.bucket != bucket:
        raise OutputUnusable(
            f"{root} is the mirror of {printable(noted.bucket)}. Name another folder for this one."
        )


def _one_spelling(bucket: str) -> str:
    scheme, colon, rest = bucket.partition("://")
    return scheme.lower() + colon + rest.rstrip("/")


def noted_in(root: Path) -> Noted | None:
    """What the file in a folder says; None if there is none.

    Raises:
        OutputUnusable: Nobody can tell.
    """
    path = root / layout.MIRROR
    if not path.is_symlink() and not path.exists():
        return None
    try:
        if path.is_symlink():
            raise ValueError
        return msgspec.json.decode(path.read_bytes(), type=Noted)
    except (msgspec.MsgspecError, ValueError):
        raise OutputUnusable(
            f"{path} does not say of which bucket this folder is the mirror. Remove the folder: "
            "all that counts is in the bucket."
        ) from None


def note_in(root: Path, noted: Noted) -> None:
    """Replaces the file in a folder."""
    write_atomic(root / layout.MIRROR, msgspec.json.encode(noted))
