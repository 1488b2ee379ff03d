"""Two rows can have one place: half of it is 32 bits of their keys, and one of them may go."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from clearshard.records.run import ShardFile
from clearshard.records.tasks import StagedFile
from clearshard.shards import runs
from clearshard.shards.assemble import Assembler, Kept, Row, ShardCut
from clearshard.shards.reuse import take_rows
from clearshard.shards.staging import ShardRow, stage
from clearshard.vault.vault import PLAIN

from .making import POLICY, SEAL, row

CUT = ShardCut(target_shard_bytes=20_000, row_group_bytes=6_000, period="month")
#: Beside a heavy row there is no room for them, so that what is weighed shows in the shards.
OTHERS = [row(number, 8) for number in range(0, 60, 2)]
LIGHT = replace(OTHERS[0], doc_key="80820e2e" + "0" * 24)
HEAVY = replace(row(0, 900), doc_key="80820e2e" + "f" * 24)
PAIR = [LIGHT, HEAVY]


def as_row(one: ShardRow) -> Row:
    return Row(*one.place, one.doc_key)


def staged(folder: Path, *groups: Sequence[ShardRow]) -> list[StagedFile]:
    folder.mkdir(parents=True)
    return [stage(folder, group, SEAL).below(folder) for group in groups]


def assembler(folder: Path, *groups: Sequence[ShardRow], kept: Sequence[Kept] = ()) -> Assembler:
    (folder / "shards").mkdir(parents=True)
    made = staged(folder / "staging", *groups)
    return Assembler(PLAIN, folder / "shards", made, CUT, POLICY, folder / "runs", kept)


def test_they_have_one_place() -> None:
    assert LIGHT.place == HEAVY.place
    assert LIGHT.doc_key != HEAVY.doc_key


@pytest.mark.parametrize("few", [0, 32], ids=["sorted", "as it is"])
@pytest.mark.parametrize("apart", [False, True], ids=["one unit", "two units"])
@pytest.mark.parametrize("out", [[LIGHT], [HEAVY], PAIR], ids=["light", "heavy", "both"])
def test_what_is_left_out_is_as_if_it_had_never_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: list[ShardRow], apart: bool, few: int
) -> None:
    monkeypatch.setattr(runs, "FEW", few)
    groups = [[*OTHERS, LIGHT], [HEAVY]] if apart else [[*OTHERS, *PAIR]]
    both = assembler(tmp_path / "both", *groups)
    whole = both.assemble()
    left = [one for one in [*OTHERS, *PAIR] if one not in out]
    never = assembler(tmp_path / "never", left).assemble()
    assert both.assemble(frozenset(map(as_row, out))) == never != whole
    assert both.assemble() == whole  # and is let in again


def test_one_of_them_and_then_the_other(tmp_path: Path) -> None:
    """A shard from which the one is left out is none from which the other is."""
    twins = [replace(one, transcript=row(0, 8).transcript) for one in PAIR]
    both = assembler(tmp_path / "both", [*OTHERS, *twins])
    for out, stays in (twins, reversed(twins)):
        alone = assembler(tmp_path / stays.doc_key, [*OTHERS, stays]).assemble()
        assert both.assemble(frozenset([as_row(out)])) == alone


def test_one_of_them_leaves_a_shard_that_is_carried_over(tmp_path: Path) -> None:
    before = assembler(tmp_path / "before", [*OTHERS, *PAIR]).assemble()
    folder = tmp_path / "before" / "shards"

    def kept(shard: ShardFile) -> Kept:
        def opened() -> StagedFile:
            keys = pq.read_table(folder / shard.name).column("doc_key").to_pylist()
            periods = dict.fromkeys(keys, shard.period)
            target = tmp_path / f"{shard.sha256}.arrow"
            return take_rows(PLAIN, folder / shard.name, shard.sha256, periods, target)

        return Kept(shard, opened)

    again = assembler(tmp_path / "again", kept=[*map(kept, before)])
    assert again.assemble() == before
    alone = assembler(tmp_path / "alone", [*OTHERS, HEAVY]).assemble()
    assert again.assemble(frozenset([as_row(LIGHT)])) == alone
