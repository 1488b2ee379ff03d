"""A shard is copied but for some rows, and only if it is what its record says."""

from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from clearshard.errors import IntegrityError
from clearshard.records.run import ShardFile
from clearshard.shards.assemble import Assembler, ShardCut
from clearshard.shards.pseudonyms import doc_key
from clearshard.shards.reuse import periods_in, take_others
from clearshard.vault.vault import PLAIN

from .making import KEY, POLICY, staged_files


@pytest.fixture
def shard(tmp_path: Path) -> tuple[Path, ShardFile]:
    """One of four rows, all of one month."""
    staged = staged_files(tmp_path / "staged", [0, 2, 4, 6])
    (tmp_path / "shards").mkdir()
    cut = ShardCut(10**9, 10**6, "month")
    made = Assembler(
        PLAIN, tmp_path / "shards", staged, cut, POLICY, tmp_path / "sorted"
    ).assemble()
    [one] = made
    return tmp_path / "shards" / one.name, one


def keys(*numbers: int) -> frozenset[str]:
    return frozenset(doc_key(KEY, f"file-{number}") for number in numbers)


def test_all_others_are_copied(shard: tuple[Path, ShardFile], tmp_path: Path) -> None:
    staged = take_others(PLAIN, *shard, keys(2), tmp_path / "left.arrow")
    assert staged is not None
    assert periods_in(PLAIN, staged) == dict.fromkeys(keys(0, 4, 6), "2026-01")


def test_of_none_left_there_is_no_file(shard: tuple[Path, ShardFile], tmp_path: Path) -> None:
    assert take_others(PLAIN, *shard, keys(0, 2, 4, 6), tmp_path / "left.arrow") is None


def test_a_row_that_is_not_in_it_is_not_taken_out_in_silence(
    shard: tuple[Path, ShardFile], tmp_path: Path
) -> None:
    with pytest.raises(IntegrityError, match="holds 1 of 2 rows"):
        take_others(PLAIN, *shard, keys(2, 99), tmp_path / "left.arrow")


def test_a_shard_of_other_bytes_or_rows_is_refused(
    shard: tuple[Path, ShardFile], tmp_path: Path
) -> None:
    path, one = shard
    for wrong in (
        msgspec.structs.replace(one, row_count=5),
        msgspec.structs.replace(one, sha256="0" * 64),
        msgspec.structs.replace(one, content_sha256="0" * 64),
    ):
        with pytest.raises(IntegrityError):
            take_others(PLAIN, path, wrong, keys(2), tmp_path / "left.arrow")


def test_copies_make_the_shard_again(shard: tuple[Path, ShardFile], tmp_path: Path) -> None:
    path, one = shard
    staged = take_others(PLAIN, path, one, frozenset(), tmp_path / "left.arrow")
    assert staged is not None
    with pa.memory_map(staged.path) as mapped:
        assert pa.ipc.open_file(mapped).read_all().num_rows == 4
    (tmp_path / "again").mkdir()
    cut = ShardCut(10**9, 10**6, "month")
    scratch = tmp_path / "sorted again"
    [again] = Assembler(PLAIN, tmp_path / "again", [staged], cut, POLICY, scratch).assemble()
    assert again == one
