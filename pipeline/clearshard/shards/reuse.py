"""Chosen rows of earlier work → a scratch file, from which shards are made like from any other.

Only rows that somebody has asked for by their key are taken: whatever else an earlier run wrote,
of files that are not eligible any more or have changed since, stays behind.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Set
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clearshard.errors import IntegrityError
from clearshard.records.tasks import StagedUnit
from clearshard.shards.staging import ROW_SCHEMA
from clearshard.storage.files import sha256_file

#: Rows in memory at a time.
_BATCH_ROWS = 1024


def take_rows(source: Path, sha256: str, doc_keys: Collection[str], target: Path) -> StagedUnit:
    """Copies the rows of these keys from a shard or a checkpoint, in their order.

    Args:
        source: A shard (``.parquet``) or a checkpoint, both sorted by `doc_key`.
        sha256: Of its bytes. Hours can have passed since somebody believed them, so what is read
            is what is compared.
        doc_keys: Keys without repetition.
        target: The scratch file to make.

    Raises:
        IntegrityError: It is not what it was; or a key is not in it, or more than once.
    """
    content = _content(source, sha256)
    wanted = pa.array(sorted(doc_keys), pa.string())
    taken = 0
    with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, ROW_SCHEMA) as writer:
        for batch in _batches(source, content):
            rows = batch.filter(pc.is_in(batch.column("doc_key"), wanted))
            taken += rows.num_rows
            if rows.num_rows:
                writer.write_batch(rows)
    if taken != len(wanted):
        raise IntegrityError(
            f"{source} holds {taken:,} of {len(wanted):,} rows that its records say are in it. "
            "Nothing became visible. Run `clearshard audit verify`, then run again into a new "
            "folder."
        )
    return StagedUnit(str(target), sha256_file(target), taken)


def without_rows(
    units: Iterable[StagedUnit], doc_keys: Set[str], scratch: Path
) -> Iterator[StagedUnit]:
    """Scratch files that hold what these hold, but for the rows of some keys.

    Args:
        units: Scratch files.
        doc_keys: What is to be left out, wherever it is.
        scratch: A folder for new files.

    Raises:
        IntegrityError: As `take_rows`.
    """
    for number, unit in enumerate(units):
        with pa.memory_map(unit.path) as mapped:
            held = pa.ipc.open_file(mapped).read_all().column("doc_key").to_pylist()
        kept = [key for key in held if key not in doc_keys]
        if len(kept) == len(held):
            yield unit
        elif kept:
            yield take_rows(
                Path(unit.path), unit.sha256, kept, scratch / f"without-{number:06d}.arrow"
            )


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


def _batches(source: Path, content: pa.BufferReader) -> Iterator[pa.RecordBatch]:
    names = ROW_SCHEMA.names
    if source.suffix == ".parquet":
        with pq.ParquetFile(content) as file:
            for batch in file.iter_batches(_BATCH_ROWS, columns=names):
                # Parquet has names of its own for what a list holds.
                yield from (
                    pa.Table.from_batches([batch]).select(names).cast(ROW_SCHEMA).to_batches()
                )
    else:
        table = pa.ipc.open_file(content).read_all().select(names).replace_schema_metadata()
        yield from table.to_batches()
