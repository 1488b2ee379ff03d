"""Shards hold the leaves of a plan; their bytes depend on their content alone."""

import random
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.errors import IntegrityError
from clearshard.records.places import LeafIndex, place_of
from clearshard.records.run import ShardFile
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.records.tasks import StagedFile
from clearshard.shards import runs
from clearshard.shards.assemble import Assembler, Kept, Row, ShardCut
from clearshard.shards.pseudonyms import doc_key
from clearshard.shards.reuse import take_rows
from clearshard.storage.files import sha256_file
from clearshard.vault.vault import PLAIN

from .making import KEY, POLICY, row, staged_files

COUNT = 60
_CODED = (".speaker", ".channel", ".confidence", ".entity_type", ".recognizer")
SMALL = ShardCut(target_shard_bytes=20_000, row_group_bytes=6_000, period="month")
LARGE = ShardCut(10**9, 10**9, "month")


def assemble(
    folder: Path,
    *groups: Sequence[int],
    cut: ShardCut = SMALL,
    without: frozenset[Row] = frozenset(),
    kept: Sequence[Kept] = (),
) -> tuple[ShardFile, ...]:
    shards = folder / "shards"
    shards.mkdir(parents=True)
    staged = staged_files(folder / "staging", *groups)
    return Assembler(PLAIN, shards, staged, cut, POLICY, folder / "runs", kept).assemble(without)


def keys(folder: Path, shard: ShardFile) -> list[str]:
    found: list[str] = pq.read_table(folder / shard.name).column("doc_key").to_pylist()
    return found


def where(numbers: Iterable[int]) -> frozenset[Row]:
    return frozenset(Row(*row(n).place, row(n).doc_key) for n in numbers)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[ShardFile, ...]]:
    folder = tmp_path_factory.mktemp("whole")
    return folder / "shards", assemble(folder, range(COUNT))


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 12),
    st.sampled_from([(32, 0), (0, 1), (3, 10_000), (0, 10**9)]),
    st.randoms(use_true_random=False),
)
def test_bytes_do_not_depend_on_units_and_order(
    tmp_path_factory: pytest.TempPathFactory,
    whole: tuple[Path, tuple[ShardFile, ...]],
    count: int,
    sorting: tuple[int, int],
    chance: random.Random,
) -> None:
    """Nor on how many of them are sorted into one run."""
    groups: list[list[int]] = [[] for _ in range(count)]
    for number in chance.sample(range(COUNT), COUNT):
        chance.choice(groups).append(number)
    folder = tmp_path_factory.mktemp("other")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FEW", sorting[0])
        patch.setattr(runs, "RUN_BYTES", sorting[1])
        assert assemble(folder, *(g for g in groups if g)) == whole[1]
    for shard in whole[1]:
        assert sha256_file(folder / "shards" / shard.name) == shard.sha256


def test_large_units_in_one_and_in_many_pieces(tmp_path: Path) -> None:
    """Many rows in a group: where the pieces end must not show in the pages."""
    numbers = range(3000)
    one = assemble(tmp_path / "one", numbers, cut=LARGE)
    many = assemble(tmp_path / "many", *(numbers[i::7] for i in range(7)), cut=LARGE)
    assert len(one) == 2  # one a period
    assert one == many


def test_every_row_is_in_the_shard_of_its_place(whole: tuple[Path, tuple[ShardFile, ...]]) -> None:
    folder, shards = whole
    index = LeafIndex(shard.leaf for shard in shards)
    assert len(shards) > 3
    for number in range(COUNT):
        made = row(number)
        place = index.find(made.period, place_of(made.account_key, made.doc_key))
        assert place is not None
        assert made.doc_key in keys(folder, shards[place])
    for one, other in pairwise(shards):
        assert (one.leaf.period, one.leaf.last_place) < (
            other.leaf.period,
            other.leaf.first_place,
        )


def test_files_are_what_their_records_say(whole: tuple[Path, tuple[ShardFile, ...]]) -> None:
    folder, shards = whole
    there = [p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet")]
    assert sorted(there) == sorted(s.name for s in shards)
    found: list[str] = []
    for shard in shards:
        path = folder / shard.name
        table = pq.read_table(path)
        assert shard.name == f"{shard.leaf.period}/part-{shard.sha256[:16]}.parquet"
        assert (shard.sha256, shard.size_bytes) == (sha256_file(path), path.stat().st_size)
        assert shard.row_count == table.num_rows
        texts = table.column("text").to_pylist()
        assert shard.word_count == sum(len(text.split()) for text in texts)
        assert shard.redactions == {"PERSON": table.num_rows}
        assert shard.weight_bytes == weight(table)
        inside = table.column("doc_key").to_pylist()
        assert inside == sorted(inside)
        found += inside
    assert sorted(found) == sorted(doc_key(KEY, f"file-{n}") for n in range(COUNT))


def test_schema_and_layout(whole: tuple[Path, tuple[ShardFile, ...]]) -> None:
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
    from clearshard.shards.runs import row_bytes

    return int(row_bytes(table).sum())


def test_target_size_is_respected(whole: tuple[Path, tuple[ShardFile, ...]]) -> None:
    for shard in whole[1]:
        assert shard.weight_bytes <= SMALL.target_shard_bytes


def test_row_that_is_larger_than_a_shard_gets_its_own(tmp_path: Path) -> None:
    made = assemble(tmp_path, range(10), cut=ShardCut(1, 1, "month"))
    assert [s.row_count for s in made] == [1] * 10


def test_without_removes_exactly_these(
    tmp_path: Path, whole: tuple[Path, tuple[ShardFile, ...]]
) -> None:
    """And is what would have been made had they never been there."""
    out = (3, 17, 44)
    made = assemble(tmp_path / "out", range(COUNT), without=where(out))
    never = assemble(tmp_path / "never", [n for n in range(COUNT) if n not in out])
    assert made == never
    assert any(shard in whole[1] for shard in made)
    assert any(shard not in whole[1] for shard in made)


def test_rows_that_come_and_go_between_two_looks(tmp_path: Path) -> None:
    """What a second look takes out and a third lets in again leaves nothing in the folder."""
    (tmp_path / "shards").mkdir()
    staged = staged_files(tmp_path / "u", range(COUNT))
    assembler = Assembler(PLAIN, tmp_path / "shards", staged, SMALL, POLICY, tmp_path / "runs")
    first = assembler.assemble()
    second = assembler.assemble(where([5, 6, 7]))
    third = assembler.assemble()
    assert first == third != second
    there = [
        p.relative_to(tmp_path / "shards").as_posix() for p in (tmp_path / "shards").rglob("*.*")
    ]
    assert sorted(there) == sorted(shard.name for shard in third)


def test_nothing_left_is_no_shard(tmp_path: Path) -> None:
    assert assemble(tmp_path, range(5), without=where(range(5))) == ()
    assert list((tmp_path / "shards").rglob("*.*")) == []


def test_no_units_no_shards(tmp_path: Path) -> None:
    assert assemble(tmp_path) == ()


def kept_of(
    folder: Path, shards: Iterable[ShardFile], opened: list[str], scratch: Path
) -> list[Kept]:
    """Shards of a run before; who opens one is told of."""

    def opens(shard: ShardFile) -> StagedFile:
        opened.append(shard.name)
        rows = dict.fromkeys(keys(folder, shard), shard.leaf.period)
        target = scratch / f"opened-{len(opened)}.arrow"
        return take_rows(PLAIN, folder / shard.name, shard.sha256, rows, target)

    return [Kept(shard, partial(opens, shard)) for shard in shards]


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(0, COUNT - 1)), st.sets(st.integers(COUNT, COUNT + 40)), st.booleans())
def test_what_is_carried_over_is_what_would_be_written(
    tmp_path_factory: pytest.TempPathFactory,
    whole: tuple[Path, tuple[ShardFile, ...]],
    gone: set[int],
    new: set[int],
    late: bool,
) -> None:
    """Whatever goes and comes: the shards are those of a first run over what is left."""
    folder, shards = whole
    opened: list[str] = []
    lost = {doc_key(KEY, f"file-{n}") for n in gone}
    scratch = tmp_path_factory.mktemp("scratch")
    whole_ones, parts = [], []
    for number, shard in enumerate(shards):
        left = [key for key in keys(folder, shard) if key not in lost]
        if late or len(left) == shard.row_count:
            whole_ones.append(shard)
        elif left:
            rows = dict.fromkeys(left, shard.leaf.period)
            parts.append(
                take_rows(
                    PLAIN, folder / shard.name, shard.sha256, rows, scratch / f"{number}.arrow"
                )
            )
    staged = [*parts, *staged_files(scratch / "new", sorted(new))] if new else parts
    (scratch / "shards").mkdir()
    kept = kept_of(folder, whole_ones, opened, scratch)
    # Taken out at the last moment, or known from the beginning.
    assembler = Assembler(PLAIN, scratch / "shards", staged, SMALL, POLICY, scratch / "runs", kept)
    made = assembler.assemble(where(gone) if late else frozenset())
    assert made == assemble(
        scratch / "first", [n for n in range(COUNT) if n not in gone] + sorted(new)
    )
    written = {
        p.relative_to(scratch / "shards").as_posix() for p in (scratch / "shards").rglob("*.*")
    }
    carried = {shard.name for shard in made} - written
    assert carried.isdisjoint(opened)
    assert written | {shard.name for shard in shards} >= {shard.name for shard in made}


def test_what_nothing_comes_beside_is_not_opened(
    tmp_path: Path, whole: tuple[Path, tuple[ShardFile, ...]]
) -> None:
    folder, shards = whole
    opened: list[str] = []
    made = assemble(tmp_path, [100], kept=kept_of(folder, shards, opened, tmp_path))
    period = row(100).period
    assert len(opened) in (1, 2)  # it may be that a neighbour is halved
    assert all(name.startswith(period) for name in opened)
    assert sum(shard in shards for shard in made) >= len(shards) - 2


@pytest.mark.parametrize("few", [0, 32], ids=["sorted", "as it is"])
def test_scratch_file_that_was_changed_is_refused(
    tmp_path: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "FEW", few)
    (staged,) = staged_files(tmp_path, [1, 2, 3])
    content = bytearray(Path(staged.path).read_bytes())
    content[len(content) // 2] ^= 1
    Path(staged.path).write_bytes(content)
    with pytest.raises(IntegrityError):
        Assembler(PLAIN, tmp_path, [staged], SMALL, POLICY, tmp_path / "runs")


def test_pyarrow_reads_the_folder(whole: tuple[Path, tuple[ShardFile, ...]]) -> None:
    dataset = ds.dataset(whole[0], format="parquet")
    assert dataset.schema.equals(SHARD_SCHEMA)
    assert dataset.count_rows() == COUNT
    few = dataset.to_table(filter=ds.field("doc_key") == doc_key(KEY, "file-7"))
    assert few.num_rows == 1
