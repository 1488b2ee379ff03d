"""Staged files of a run, and shards of the run before → the shards that are in force.

A shard holds what lies in one leaf of the plan (`clearshard.shards.plan`), so its rows and their
order depend on nothing else, whatever the order of work or the history of the folder; nor do its
bytes, where it is plain (`clearshard.vault.content`). A shard of the run before
of which every row stays, and beside whose rows no others have come, is carried over unread. Within
a shard rows are in the order of `doc_key`: what lies in one shard is one account's, but who reads
from its beginning to its end gets the rows of its accounts mixed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard import layout
from clearshard.config import ShardPeriod
from clearshard.records.places import Leaf
from clearshard.records.run import RunRecord, ShardFile
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.records.tasks import StagedFile
from clearshard.shards.plan import Weights, plan
from clearshard.shards.runs import RunMaker, SortedRun, row_bytes
from clearshard.storage.files import sha256_file, temporary_name
from clearshard.vault.content import content_sha256
from clearshard.vault.vault import Vault

_COMPRESSION_LEVEL = 3


class Row(NamedTuple):
    """A row by where it lies, and by what tells it from others: two can have one place."""

    period: str
    place: int
    doc_key: str

    def lies_in(self, leaf: Leaf) -> bool:
        """Whether it belongs into the shard of a leaf."""
        return leaf.holds(self.period, self.place)


@dataclass(frozen=True, slots=True)
class ShardCut:
    """How shards are cut: sizes in bytes of redacted rows before compression."""

    target_shard_bytes: int
    row_group_bytes: int
    period: ShardPeriod

    def is_of(self, record: RunRecord) -> bool:
        """Whether the shards of a run were cut so."""
        cut = record.target_shard_bytes, record.row_group_bytes, record.shard_period
        return cut == (self.target_shard_bytes, self.row_group_bytes, self.period)


@dataclass(frozen=True, slots=True)
class Kept:
    """A shard of the run before of which every row stays.

    Attributes:
        shard: The shard.
        open: Copies its rows to a staged file, should others come beside them.
    """

    shard: ShardFile
    open: Callable[[], StagedFile]


@dataclass(frozen=True, slots=True)
class Contents:
    """What shards hold, in numbers.

    Attributes:
        word_count: Words of the redacted texts.
        redactions: Number of replacements by entity type.
    """

    word_count: int
    redactions: Counter[str]


def contents_of(shards: Iterable[ShardFile]) -> Contents:
    """What some shards hold."""
    shards = tuple(shards)
    redactions: Counter[str] = Counter()
    for shard in shards:
        redactions.update(shard.redactions)
    return Contents(sum(shard.word_count for shard in shards), +redactions)


@dataclass(frozen=True, slots=True)
class _Slice:
    run: SortedRun
    first: int
    end: int


class _Out:
    """Rows of one period that are left out."""

    def __init__(self, rows: Collection[Row]) -> None:
        self._places = np.array([row.place for row in rows], np.uint64)
        self._keys = frozenset(bytes.fromhex(row.doc_key) for row in rows)

    def stay(self, of: _Slice) -> npt.NDArray[np.bool_]:
        """Which rows of a slice, all of this period, are not among them."""
        stay = ~np.isin(of.run.places(of.first, of.end), self._places)
        # Few have the place of one that is left out. Whether they are it, their keys say.
        near = np.flatnonzero(~stay)
        if len(near):
            keys = of.run.keys(of.first, of.end)[near].tolist()
            stay[near] = [key not in self._keys for key in keys]
        return stay


class Assembler:
    """Makes the shards of a run, and makes single ones again when rows are taken out."""

    def __init__(
        self,
        vault: Vault,
        folder: Path,
        staged: Sequence[StagedFile],
        cut: ShardCut,
        policy_digest: str,
        scratch: Path,
        kept: Sequence[Kept] = (),
        nodes: Collection[Leaf] | None = None,
    ) -> None:
        """Puts the rows of the staged files in their order.

        Args:
            vault: Opens staged files, and writes shards.
            folder: Where shards go that are written; those that are carried over are not in it.
            staged: Files with the columns of `ROW_SCHEMA`, each in the order of places.
            cut: How shards are cut; the rows have their periods already.
            policy_digest: The policy that lets these rows in; stamped on each.
            scratch: A folder for the rows in their order, to be made.
            kept: Shards that are carried over where nothing else comes into their leaves.
            nodes: Where all of these rows and shards lie, and nothing else does; see `plan`.

        Raises:
            IntegrityError: A staged file is not what its worker wrote.
        """
        self._vault = vault
        self._folder = folder
        self._cut = cut
        self._policy_digest = policy_digest
        scratch.mkdir()
        self._maker = RunMaker(vault, scratch)
        self._runs = [*self._maker.runs_of(staged)]
        self._kept = {one.shard.leaf: one for one in kept}
        self._nodes = nodes
        self._written: dict[tuple[Leaf, frozenset[Row]], ShardFile] = {}

    def assemble(self, without: Set[Row] = frozenset()) -> tuple[ShardFile, ...]:
        """The shards for all rows but some; those that are not carried over are in the folder.

        May be called again with other rows left out: what changes is written again, and what is not
        part of the result any more is removed.

        Args:
            without: Rows that are left out.

        Raises:
            IntegrityError: A shard that was to be carried over is not what it was.
        """
        for leaf in [leaf for leaf in self._kept if any(row.lies_in(leaf) for row in without)]:
            self._open(leaf)
        while True:
            target = self._cut.target_shard_bytes
            leaves = plan(lambda: self._weights(without), target, self._nodes)
            slices = self._slices(leaves)
            left = [leaf for leaf in self._kept if leaf not in slices or slices[leaf]]
            if not left:
                break
            for leaf in left:
                self._open(leaf)
        shards = []
        written = {}
        for leaf in leaves:
            if leaf in self._kept:
                shards.append(self._kept[leaf].shard)
                continue
            out = frozenset(row for row in without if row.lies_in(leaf))
            shard = self._written.get((leaf, out)) or self._write(leaf, slices[leaf], out)
            written[leaf, out] = shard
            shards.append(shard)
        names = {shard.name for shard in written.values()}
        for shard in self._written.values():
            if shard.name not in names:
                (self._folder / shard.name).unlink()
        self._written = written
        return tuple(shards)

    def _open(self, leaf: Leaf) -> None:
        """Takes the rows of a shard like any others."""
        self._runs.append(self._maker.run_of(self._kept.pop(leaf).open()))

    def _weights(self, without: Set[Row]) -> Iterator[Weights]:
        kept: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for leaf, one in self._kept.items():
            # All at the first of its places: within its leaf nobody asks.
            kept[leaf.period].append((leaf.first_place, one.shard.weight_bytes))
        for kept_period, inside in kept.items():
            firsts, weigh = zip(*inside, strict=True)
            yield Weights(kept_period, np.array(firsts, np.uint64), np.array(weigh, np.int64))
        of_period: defaultdict[str, list[Row]] = defaultdict(list)
        for row in without:
            of_period[row.period].append(row)
        out = {period: _Out(rows) for period, rows in of_period.items()}
        for run in self._runs:
            for period, first, end in run.periods:
                places, weights = run.places(first, end), run.weights(first, end)
                if period in out:
                    stay = out[period].stay(_Slice(run, first, end))
                    places, weights = places[stay], weights[stay]
                if len(places):
                    yield Weights(period, places, weights)

    def _slices(self, leaves: Sequence[Leaf]) -> dict[Leaf, list[_Slice]]:
        """Which rows of which runs lie in each leaf."""
        of_period: defaultdict[str, list[Leaf]] = defaultdict(list)
        for leaf in leaves:
            of_period[leaf.period].append(leaf)
        found: dict[Leaf, list[_Slice]] = {leaf: [] for leaf in leaves}
        starts = {
            period: np.array([leaf.first_place for leaf in inside], np.uint64)
            for period, inside in of_period.items()
        }
        for run in self._runs:
            for period, first, end in run.periods:
                if period not in starts:
                    continue  # all of them are left out
                places = run.places(first, end)
                bounds = first + np.searchsorted(places, starts[period])
                # Rows before the first leaf, as between two, are such as are left out.
                for leaf, (begin, close) in zip(
                    of_period[period], pairwise([*bounds.tolist(), end]), strict=True
                ):
                    if begin < close:
                        found[leaf].append(_Slice(run, begin, close))
        return found

    def _write(self, leaf: Leaf, slices: Sequence[_Slice], out: Collection[Row]) -> ShardFile:
        table = pa.concat_tables([s.run.rows(s.first, s.end) for s in slices])
        places = np.concatenate([s.run.places(s.first, s.end) for s in slices])
        weights = np.concatenate([s.run.weights(s.first, s.end) for s in slices])
        stays = (places >= np.uint64(leaf.first_place)) & (places <= np.uint64(leaf.last_place))
        if out:
            stays &= np.concatenate([*map(_Out(out).stay, slices)])
        table = table.filter(pa.array(stays)).drop_columns("period")
        # In one piece: Arrow does not promise how many a sorted table has, and where they end would
        # show in the pages, and so in the bytes.
        table = self._stamped(table.sort_by("doc_key").combine_chunks())
        folder = self._folder / leaf.period
        folder.mkdir(exist_ok=True)
        temporary = folder / temporary_name("part")
        self._write_parquet(table, temporary)
        digest = sha256_file(temporary)
        name = layout.shard_name(leaf.period, digest)
        path = temporary.rename(self._folder / name)
        return ShardFile(
            name=name,
            sha256=digest,
            row_count=table.num_rows,
            size_bytes=path.stat().st_size,
            prefix=leaf.prefix,
            weight_bytes=int(weights[stays].sum()),
            word_count=sum(len(text.split()) for text in table.column("text").to_pylist()),
            redactions=_redactions(table),
            policy_digest=self._policy_digest,
            content_sha256=content_sha256(table.to_batches(), SHARD_SCHEMA),
            encryption=self._vault.encryption,
            key_id=self._vault.key_id,
        )

    def _stamped(self, table: pa.Table) -> pa.Table:
        place = SHARD_SCHEMA.get_field_index("policy_digest")
        policy = pa.repeat(pa.scalar(self._policy_digest, pa.string()), table.num_rows)
        return table.add_column(place, SHARD_SCHEMA.field(place), policy)

    def _write_parquet(self, table: pa.Table, path: Path) -> None:
        share = self._cut.row_group_bytes / max(1, int(row_bytes(table).sum()))
        rows_per_group = max(1, round(table.num_rows * share))
        self._vault.write_parquet(
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


def _redactions(table: pa.Table) -> dict[str, int]:
    kinds = pc.struct_field(pc.list_flatten(table.column("redactions")), "entity_type")
    counts = pc.value_counts(kinds).to_pylist()
    return dict(sorted((entry["values"], entry["counts"]) for entry in counts))
