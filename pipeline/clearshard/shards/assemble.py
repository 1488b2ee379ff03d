"""All scratch files of a run → shards whose bytes depend on their content alone.

A shard is a range of `doc_key`. The ranges follow from a histogram of the rows' sizes over the
first 16 bits of the key, so memory does not grow with the number of rows; each shard then takes its
range from every scratch file, sorts it and is written. Nothing of the order of work is left.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clearshard.errors import IntegrityError
from clearshard.records.run import ShardFile
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.records.tasks import StagedUnit
from clearshard.shards.staging import ROW_SCHEMA
from clearshard.storage.files import sha256_file

_BIN_DIGITS = 4
_BINS = 16**_BIN_DIGITS
_DIGEST_DIGITS = 12
_COMPRESSION_LEVEL = 3


@dataclass(frozen=True, slots=True)
class ShardSizes:
    """How large shards are, in bytes of redacted rows before compression."""

    target_shard_bytes: int
    row_group_bytes: int


@dataclass(frozen=True, slots=True)
class KeyRange:
    """A half-open range of the first hex digits of `doc_key`, and the number of the shard."""

    part: int
    first_bin: int
    end_bin: int

    def holds(self, doc_key: str) -> bool:
        """Whether a key lies in the range."""
        return self.first_bin <= bin_of(doc_key) < self.end_bin


def bin_of(doc_key: str) -> int:
    """The bin of the key space that a key lies in; shards are ranges of bins."""
    return int(doc_key[:_BIN_DIGITS], 16)


@dataclass(frozen=True, slots=True)
class Contents:
    """What shards hold, in numbers.

    Attributes:
        word_count: Words of the redacted texts.
        redactions: Number of replacements by entity type.
    """

    word_count: int
    redactions: Counter[str]


class Assembler:
    """Makes the shards of a run, and makes single ones again when files are taken out."""

    def __init__(
        self, folder: Path, units: Sequence[StagedUnit], sizes: ShardSizes, policy_digest: str
    ) -> None:
        """Looks at the scratch files and plans the shards.

        Args:
            folder: Where the shards go.
            units: Scratch files with the columns of `ROW_SCHEMA`, each sorted by `doc_key`.
            sizes: How large the shards are.
            policy_digest: The policy that lets these rows in; stamped on each.

        Raises:
            IntegrityError: A scratch file is not what its worker wrote.
        """
        self._folder = folder
        self._units = units
        self._sizes = sizes
        self._policy_digest = policy_digest
        self._contents: dict[int, Contents] = {}
        for unit in units:
            if sha256_file(Path(unit.path)) != unit.sha256:
                raise IntegrityError(
                    f"{unit.path} is not what a worker wrote. Nothing became visible; run again."
                )
        self.ranges = tuple(self._plan())

    def write(self, key_range: KeyRange, without: Collection[str] = ()) -> ShardFile | None:
        """Writes one shard, leaving some keys out; None if nothing is left of it."""
        table = self._rows(key_range)
        if without:
            keep = pc.invert(pc.is_in(table.column("doc_key"), pa.array(sorted(without))))
            table = table.filter(keep)
        self._contents[key_range.part] = _contents(table)
        if table.num_rows == 0:
            return None
        # In one piece: Arrow does not promise how many a sorted table has, and where they end would
        # show in the pages, and so in the bytes.
        table = self._stamped(table.sort_by("doc_key").combine_chunks())
        temporary = self._folder / f".part-{key_range.part}.tmp"
        self._write_parquet(table, temporary)
        digest = sha256_file(temporary)
        name = f"part-{key_range.part:05d}-{digest[:_DIGEST_DIGITS]}.parquet"
        path = temporary.rename(self._folder / name)
        return ShardFile(
            name=name,
            sha256=digest,
            row_count=table.num_rows,
            size_bytes=path.stat().st_size,
            first_key=table.column("doc_key")[0].as_py(),
            last_key=table.column("doc_key")[-1].as_py(),
        )

    def _stamped(self, table: pa.Table) -> pa.Table:
        place = SHARD_SCHEMA.get_field_index("policy_digest")
        policy = pa.repeat(pa.scalar(self._policy_digest, pa.string()), table.num_rows)
        return table.add_column(place, SHARD_SCHEMA.field(place), policy)

    def contents(self) -> Contents:
        """What the shards hold that have been written, each as it was written last."""
        return Contents(
            sum(c.word_count for c in self._contents.values()),
            sum((c.redactions for c in self._contents.values()), Counter()),
        )

    def _write_parquet(self, table: pa.Table, path: Path) -> None:
        share = self._sizes.row_group_bytes / max(1, int(_row_bytes(table).sum()))
        rows_per_group = max(1, round(table.num_rows * share))
        pq.write_table(
            table,
            path,
            row_group_size=min(rows_per_group, table.num_rows),
            compression="zstd",
            compression_level=_COMPRESSION_LEVEL,
            use_dictionary=[
                "language",
                "policy_digest",
                "redactor_digest",
                "account_key",
                "utterances.list.element.speaker",
                "utterances.list.element.channel",
                "words.list.element.speaker",
                "words.list.element.channel",
                "words.list.element.confidence",
                "redactions.list.element.entity_type",
                "redactions.list.element.recognizer",
            ],
            write_page_checksum=True,
            store_schema=False,
        )

    def _plan(self) -> Iterator[KeyRange]:
        weights = np.zeros(_BINS, np.int64)
        for unit in self._units:
            table = _open(unit)
            if table.num_rows:
                # Each row's own size, not a share of the unit's: the plan must not depend on how
                # files were grouped into units.
                np.add.at(weights, _bins(table), _row_bytes(table))
        first = part = filled = 0
        for place in np.flatnonzero(weights):
            if filled and filled + weights[place] > self._sizes.target_shard_bytes:
                yield KeyRange(part, first, int(place))
                first, part, filled = int(place), part + 1, 0
            filled += int(weights[place])
        if filled:
            yield KeyRange(part, first, _BINS)

    def _rows(self, key_range: KeyRange) -> pa.Table:
        parts = [ROW_SCHEMA.empty_table()]
        for unit in self._units:
            table = _open(unit)
            keys = table.column("doc_key")
            start, end = (_first_at(keys, b) for b in (key_range.first_bin, key_range.end_bin))
            if start < end:
                parts.append(table.slice(start, end - start))
        return pa.concat_tables(parts)


def _open(unit: StagedUnit) -> pa.Table:
    with pa.memory_map(unit.path) as file:
        table = pa.ipc.open_file(file).read_all()
    return table.select(ROW_SCHEMA.names).replace_schema_metadata()


def _first_at(keys: pa.ChunkedArray, place: int) -> int:
    """Index of the first of the sorted keys that lies in a bin or behind it."""
    return bisect_left(range(len(keys)), place, key=lambda i: bin_of(keys[i].as_py()))


def _bins(table: pa.Table) -> npt.NDArray[np.int64]:
    prefixes = pc.utf8_slice_codeunits(table.column("doc_key"), 0, _BIN_DIGITS).to_pylist()
    return np.array([int(prefix, 16) for prefix in prefixes], np.int64)


def _row_bytes(table: pa.Table) -> npt.NDArray[np.int64]:
    """About what a row takes: its text, and a fixed amount for each word and redaction."""
    text = pc.binary_length(table.column("text")).to_numpy()
    words = pc.list_value_length(table.column("words")).to_numpy()
    redactions = pc.list_value_length(table.column("redactions")).to_numpy()
    return np.asarray(256 + 2 * text + 40 * words + 64 * redactions, np.int64)


def _contents(table: pa.Table) -> Contents:
    kinds = pc.struct_field(pc.list_flatten(table.column("redactions")), "entity_type")
    counts = pc.value_counts(kinds).to_pylist()
    return Contents(
        sum(len(text.split()) for text in table.column("text").to_pylist()),
        Counter({entry["values"]: entry["counts"] for entry in counts}),
    )
