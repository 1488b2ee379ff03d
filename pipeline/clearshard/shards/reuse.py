"""Chosen rows of earlier work → a staged file, from which shards are made like from any other.

Only rows that somebody has asked for by their key are taken: whatever else an earlier run wrote,
of files that are not eligible any more or have changed since, stays behind.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.errors import IntegrityError
from clearshard.records.places import place_of
from clearshard.records.run import ShardFile
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.records.tasks import StagedFile
from clearshard.shards.staging import ROW_SCHEMA
from clearshard.storage.files import sha256_file
from clearshard.vault.content import content_sha256
from clearshard.vault.vault import CANNOT_OPEN, Vault


def take_rows(
    vault: Vault, source: Path, sha256: str, periods: Mapping[str, str], target: Path
) -> StagedFile:
    """Copies the rows of some keys from a shard or a checkpoint, in the order of their places.

    Args:
        vault: Opens it, and writes the staged file.
        source: A shard (``.parquet``) or a checkpoint.
        sha256: Of its bytes. Hours can have passed since somebody believed them, so what is read
            is what is compared.
        periods: `doc_key` of each row → the period that it lies in now.
        target: The staged file to make.

    Raises:
        IntegrityError: It is not what it was; or a key is not in it, or more than once.
    """
    table = _table(vault, source, _content(source, sha256))
    rows = table.filter(pc.is_in(table.column("doc_key"), pa.array(sorted(periods), pa.string())))
    keys = rows.column("doc_key").to_pylist()
    if len(keys) != len(periods) or len(set(keys)) != len(keys):
        raise _not_as_recorded(source, len(keys), len(periods))
    return _staged(vault, rows, [periods[key] for key in keys], target)


def take_all(
    vault: Vault, source: Path, shard: ShardFile, key_sum: int, target: Path
) -> StagedFile:
    """Copies every row of a shard, in the order of their places; each stays in its period.

    Args:
        vault: Opens it, and writes the staged file.
        source: The shard.
        shard: What its record says of it.
        key_sum: Of the rows that decisions say are in it: the sum of `first_words` of their
            `doc_key`, modulo 2⁶⁴.
        target: The staged file to make.

    Raises:
        IntegrityError: It is not what it was, or holds other rows.
    """
    rows = _rows(vault, source, shard)
    keys = rows.column("doc_key").to_pylist()
    packed = np.frombuffer(bytes.fromhex("".join(keys)), np.uint8).reshape(len(keys), -1)
    if len(keys) != shard.row_count or int(first_words(packed).sum(dtype=np.uint64)) != key_sum:
        raise _not_as_recorded(source, len(keys), shard.row_count)
    return _staged(vault, rows, [shard.leaf.period] * len(keys), target)


def take_others(
    vault: Vault, source: Path, shard: ShardFile, without: Set[str], target: Path
) -> StagedFile | None:
    """Copies a shard but for some rows, in the order of their places; None if nothing is left.

    Args:
        vault: Opens it, and writes the staged file.
        source: The shard.
        shard: What its record says of it.
        without: `doc_key` of the rows that are left out.
        target: The staged file to make.

    Raises:
        IntegrityError: It is not what it was, or has not these rows.
    """
    rows = _rows(vault, source, shard)
    out = pc.is_in(rows.column("doc_key"), pa.array(sorted(without), pa.string()))
    left_out = pc.sum(out).as_py() or 0
    if len(rows) != shard.row_count or left_out != len(without):
        raise _not_as_recorded(source, left_out, len(without))
    if left_out == len(rows):
        return None
    rows = rows.filter(pc.invert(out))
    return _staged(vault, rows, [shard.leaf.period] * len(rows), target)


def first_words(keys: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """The first 64 bits of each of some keys, rows of bytes."""
    return np.ascontiguousarray(keys[:, :8]).view("<u8").reshape(-1)


def _staged(vault: Vault, rows: pa.Table, periods: Sequence[str], target: Path) -> StagedFile:
    rows = rows.append_column(ROW_SCHEMA.field("period"), [periods])
    keys = (rows.column(name).to_pylist() for name in ("account_key", "doc_key"))
    places = map(place_of, *keys)
    where = list(zip(periods, places, strict=True))
    order = sorted(range(len(where)), key=where.__getitem__)
    rows = rows.select(ROW_SCHEMA.names).take(pa.array(order, pa.int64())).cast(ROW_SCHEMA)
    with pa.OSFile(str(target), "wb") as sink:
        vault.write_arrow(rows, sink)
    return StagedFile(str(target), sha256_file(target), len(where))


def _not_as_recorded(source: Path, found: int, recorded: int) -> IntegrityError:
    return IntegrityError(
        f"{source} holds {found:,} of {recorded:,} rows that its records say are in it, or others. "
        "Nothing became visible. Run `clearshard audit verify`, then run again into a new folder."
    )


def periods_in(vault: Vault, staged: StagedFile) -> dict[str, str]:
    """`doc_key` of each row of a staged file → the period that it was put in."""
    table = vault.rows_of_arrow(Path(staged.path), 0, staged.row_count)
    columns = (table.column(name).to_pylist() for name in ("doc_key", "period"))
    return dict(zip(*columns, strict=True))


def without_rows(
    vault: Vault, files: Iterable[StagedFile], doc_keys: Set[str], scratch: Path
) -> Iterator[StagedFile]:
    """Staged files that hold what some hold, but for the rows of some keys.

    Args:
        vault: Opens them, and writes what is left.
        files: Those.
        doc_keys: What is to be left out, wherever it is.
        scratch: A folder for new files.

    Raises:
        IntegrityError: As `take_rows`.
    """
    for number, staged in enumerate(files):
        held = periods_in(vault, staged)
        kept = {key: period for key, period in held.items() if key not in doc_keys}
        if len(kept) == len(held):
            yield staged
        elif kept:
            target = scratch / f"without-{number:06d}.arrow"
            yield take_rows(vault, Path(staged.path), staged.sha256, kept, target)


def _content(source: Path, sha256: str) -> pa.BufferReader:
    """The bytes of a file, read once: whoever writes to it meanwhile changes nothing of them."""
    try:
        content = source.read_bytes()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise IntegrityError(
            f"{source} was changed or removed during the run. Nothing became visible. Find out by "
            "whom, then run again: what is not as it was recorded is redacted again."
        )
    return pa.BufferReader(content)


def _rows(vault: Vault, source: Path, shard: ShardFile) -> pa.Table:
    """The rows of a shard: those that its record says, whatever its bytes."""
    table = _table(vault, source, _content(source, shard.sha256))
    if shard.content_sha256 and _content_of(table, shard) != shard.content_sha256:
        raise _not_as_recorded(source, 0, shard.row_count)
    return table


def _content_of(table: pa.Table, shard: ShardFile) -> str:
    """The content digest of a shard from which its one policy was left out."""
    policy = pa.repeat(pa.scalar(shard.policy_digest, pa.string()), table.num_rows)
    whole = table.append_column(SHARD_SCHEMA.field("policy_digest"), policy)
    return content_sha256(whole.to_batches(), SHARD_SCHEMA)


def _table(vault: Vault, source: Path, content: pa.BufferReader) -> pa.Table:
    """The rows of a file without their periods, in the types of staged files."""
    names = [name for name in ROW_SCHEMA.names if name != "period"]
    try:
        if source.suffix == ".parquet":
            # Parquet has names of its own for what a list holds.
            return vault.read_parquet(content, names).select(names)
        return vault.read_arrow(content).select(names).replace_schema_metadata()
    except CANNOT_OPEN:
        raise _not_openable(source) from None


def _not_openable(source: Path) -> IntegrityError:
    return IntegrityError(
        f"{source} cannot be opened: its key is not here, or it was damaged before it was "
        "recorded. Nothing became visible. Run `clearshard audit verify`."
    )
