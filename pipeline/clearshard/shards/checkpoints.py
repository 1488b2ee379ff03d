"""What a killed run has left of its work, as far as it can be believed.

A checkpoint is believed if its bytes give its name under the pseudonym key (`staging`), and if it
was made by this redactor with this promise. Whatever else lies in the folder is not: what a crash
has torn is removed, and what is not encrypted as this run encrypts; what was made by another
redactor stays until it is too old or a run has become visible.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from clearshard.records.tasks import StagedFile
from clearshard.shards.staging import STAGED_SCHEMA, Held, Seal, checkpoint_name, made_of
from clearshard.vault.vault import CANNOT_OPEN

_COLUMNS = ("doc_key", "account_key", "content_sha256")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One work unit that need not be done again.

    Attributes:
        path: Where it is.
        staged: Its rows, as shards can be made of them.
        rows: `doc_key`, `account_key` and `content_sha256` of each, in the order of the file.
        held: What was quarantined.
    """

    path: Path
    staged: StagedFile
    rows: tuple[tuple[str, str, str], ...]
    held: tuple[Held, ...]


def read_checkpoints(folder: Path, seal: Seal) -> Iterator[Checkpoint]:
    """The checkpoints that may be believed, by name; those that are torn are removed.

    Args:
        folder: Where a run puts them; need not be there.
        seal: What they must have been made under.
    """
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # a worker whose run was killed has just finished it
        as_sealed = seal.vault.is_like_mine(pa.BufferReader(content))
        if not as_sealed or path.name != checkpoint_name(seal.key, content):
            path.unlink(missing_ok=True)
            continue
        found = _believed(path, content, seal)
        if found is not None:
            yield found


def _believed(path: Path, content: bytes, seal: Seal) -> Checkpoint | None:
    try:
        table = seal.vault.read_arrow(pa.BufferReader(content))
    except CANNOT_OPEN:
        return None
    made = made_of(table.schema)
    if (
        made is None
        or (made.redactor_digest, made.promise_digest)
        != (seal.redactor_digest, seal.promise_digest)
        or not table.schema.equals(STAGED_SCHEMA)
    ):
        return None
    columns = (table.column(name).to_pylist() for name in _COLUMNS)
    staged = StagedFile(str(path), hashlib.sha256(content).hexdigest(), table.num_rows)
    return Checkpoint(path, staged, tuple(zip(*columns, strict=True)), made.held)
