"""Shards are ranges of `doc_key` whose bytes depend on their content alone."""

import random
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.errors import IntegrityError
from clearshard.records.run import ShardFile
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.shards.assemble import Assembler, ShardSizes
from clearshard.shards.pseudonyms import doc_key
from clearshard.storage.files import sha256_file

from .making import KEY, POLICY, units

COUNT = 60
_CODED = (".speaker", ".channel", ".confidence", ".entity_type", ".recognizer")
SMALL = ShardSizes(target_shard_bytes=20_000, row_group_bytes=6_000)


def assemble(
    folder: Path,
    *groups: list[int],
    sizes: ShardSizes = SMALL,
    without: frozenset[str] = frozenset(),
) -> list[ShardFile]:
    shards = folder / "shards"
    shards.mkdir(parents=True)
    assembler = Assembler(shards, units(folder / "staging", *groups), sizes, POLICY)
    made = [assembler.write(key_range, without) for key_range in assembler.ranges]
    return [shard for shard in made if shard is not None]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[ShardFile]]:
    folder = tmp_path_factory.mktemp("whole")
    return folder / "shards", assemble(folder, list(range(COUNT)))


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 12), st.randoms(use_true_random=False))
def test_bytes_do_not_depend_on_units_and_order(
    tmp_path_factory: pytest.TempPathFactory,
    whole: tuple[Path, list[ShardFile]],
    count: int,
    chance: random.Random,
) -> None:
    groups: list[list[int]] = [[] for _ in range(count)]
    for number in chance.sample(range(COUNT), COUNT):
        chance.choice(groups).append(number)
    folder = tmp_path_factory.mktemp("other")
    assert assemble(folder, *(g for g in groups if g)) == whole[1]
    for shard in whole[1]:
        assert sha256_file(folder / "shards" / shard.name) == shard.sha256


def test_large_units_in_one_and_in_many_pieces(tmp_path: Path) -> None:
    """Many rows in a group: where the pieces end must not show in the pages."""
    sizes = ShardSizes(10**9, 10**9)
    numbers = list(range(3000))
    one = assemble(tmp_path / "one", numbers, sizes=sizes)
    many = assemble(tmp_path / "many", *(numbers[i::7] for i in range(7)), sizes=sizes)
    assert len(one) == 1
    assert one == many


def test_ranges_cover_every_key_once(tmp_path: Path) -> None:
    (tmp_path / "shards").mkdir()
    assembler = Assembler(
        tmp_path / "shards", units(tmp_path / "u", list(range(COUNT))), SMALL, POLICY
    )
    ranges = assembler.ranges
    assert len(ranges) > 3
    assert [r.part for r in ranges] == list(range(len(ranges)))
    assert (ranges[0].first_bin, ranges[-1].end_bin) == (0, 16**4)
    for first, second in pairwise(ranges):
        assert first.end_bin == second.first_bin
    for key in ("0" * 32, "f" * 32, *(doc_key(KEY, f"file-{n}") for n in range(COUNT))):
        assert sum(r.holds(key) for r in ranges) == 1


def test_files_are_what_their_records_say(whole: tuple[Path, list[ShardFile]]) -> None:
    folder, shards = whole
    assert sorted(p.name for p in folder.iterdir()) == [s.name for s in shards]
    keys: list[str] = []
    for shard in shards:
        path = folder / shard.name
        table = pq.read_table(path)
        assert shard.name.startswith(f"part-{shards.index(shard):05d}-{shard.sha256[:12]}")
        assert (shard.sha256, shard.size_bytes) == (sha256_file(path), path.stat().st_size)
        assert shard.row_count == table.num_rows
        found = table.column("doc_key").to_pylist()
        assert (shard.first_key, shard.last_key) == (found[0], found[-1])
        keys += found
    assert keys == sorted(doc_key(KEY, f"file-{n}") for n in range(COUNT))


def test_schema_and_layout(whole: tuple[Path, list[ShardFile]]) -> None:
    folder, shards = whole
    groups = 0
    for shard in shards:
        file = pq.ParquetFile(folder / shard.name)
        assert file.schema_arrow.equals(SHARD_SCHEMA)
        assert file.schema_arrow.metadata is None
        assert file.metadata.metadata is None
        groups += file.metadata.num_row_groups
        for group in range(file.metadata.num_row_groups):
            columns = file.metadata.row_group(group)
            for place in range(columns.num_columns):
                column = columns.column(place)
                assert column.compression == "ZSTD"
                coded = "RLE_DICTIONARY" in column.encodings
                name = column.path_in_schema
                assert coded == (
                    name in {"language", "policy_digest", "redactor_digest", "account_key"}
                    or name.endswith(_CODED)
                )
    assert groups > len(shards)


def weight(table: pa.Table) -> int:
    from clearshard.shards.assemble import _row_bytes

    return int(_row_bytes(table).sum())


def test_target_size_is_respected(whole: tuple[Path, list[ShardFile]]) -> None:
    folder, shards = whole
    sizes = [weight(pq.read_table(folder / s.name)) for s in shards]
    assert max(sizes) <= SMALL.target_shard_bytes
    # No two neighbours would have fitted into one.
    assert all(a + b > SMALL.target_shard_bytes for a, b in pairwise(sizes))


def test_row_that_is_larger_than_a_shard_gets_its_own(tmp_path: Path) -> None:
    made = assemble(tmp_path, list(range(10)), sizes=ShardSizes(1, 1))
    assert [s.row_count for s in made] == [1] * 10


def test_without_removes_exactly_these(tmp_path: Path, whole: tuple[Path, list[ShardFile]]) -> None:
    out = {doc_key(KEY, f"file-{n}") for n in (3, 17, 44)}
    (tmp_path / "shards").mkdir()
    assembler = Assembler(
        tmp_path / "shards", units(tmp_path / "u", list(range(COUNT))), SMALL, POLICY
    )
    for key_range, before in zip(assembler.ranges, whole[1], strict=True):
        mine = {key for key in out if key_range.holds(key)}
        after = assembler.write(key_range, out)
        assert after is not None
        if not mine:
            assert after == before
            continue
        left = pq.read_table(tmp_path / "shards" / after.name).column("doc_key").to_pylist()
        whole_keys = pq.read_table(whole[0] / before.name).column("doc_key").to_pylist()
        assert left == [key for key in whole_keys if key not in mine]
        assert (after.row_count, after.first_key, after.last_key) == (
            len(left),
            left[0],
            left[-1],
        )


def test_nothing_left_is_no_shard(tmp_path: Path) -> None:
    everything = frozenset(doc_key(KEY, f"file-{n}") for n in range(5))
    assert assemble(tmp_path, list(range(5)), without=everything) == []
    assert list((tmp_path / "shards").iterdir()) == []


def test_no_units_no_shards(tmp_path: Path) -> None:
    assert assemble(tmp_path) == []


def test_scratch_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    (unit,) = units(tmp_path, [1, 2, 3])
    content = bytearray(Path(unit.path).read_bytes())
    content[len(content) // 2] ^= 1
    Path(unit.path).write_bytes(content)
    with pytest.raises(IntegrityError):
        Assembler(tmp_path, [unit], SMALL, POLICY)


def test_pyarrow_reads_the_folder(whole: tuple[Path, list[ShardFile]]) -> None:
    dataset = ds.dataset(whole[0], format="parquet")
    assert dataset.schema.equals(SHARD_SCHEMA)
    assert dataset.count_rows() == COUNT
    few = dataset.to_table(filter=ds.field("doc_key") == doc_key(KEY, "file-7"))
    assert few.num_rows == 1
