"""What is written on the way to encrypted shards shows no text either, whichever way it goes."""

from dataclasses import replace
from pathlib import Path

import pytest

from clearshard.records.run import ShardFile
from clearshard.records.tasks import StagedFile
from clearshard.shards import runs
from clearshard.shards.assemble import Assembler, ShardCut
from clearshard.shards.pseudonyms import doc_key
from clearshard.shards.reuse import periods_in, take_all, take_others, take_rows, without_rows
from clearshard.shards.staging import stage
from clearshard.vault.vault import PLAIN, Vault
from clearshard.vault.wrapping import FolderKey

from .making import KEY, POLICY, SEAL, row

FOLDER_KEY = FolderKey("a" * 16, bytes(range(32)))
VAULT = Vault("aes-256", FOLDER_KEY, {FOLDER_KEY.id: FOLDER_KEY})
CUT = ShardCut(6_000, 2_000, "month")
COUNT = 60


def staged(vault: Vault, folder: Path) -> list[StagedFile]:
    folder.mkdir(parents=True)
    seal = replace(SEAL, vault=vault)
    groups = [range(first, first + 5) for first in range(0, COUNT, 5)]
    return [stage(folder, [row(n) for n in group], seal).below(folder) for group in groups]


def assembled(vault: Vault, folder: Path) -> tuple[ShardFile, ...]:
    files = staged(vault, folder / "staged")
    (folder / "shards").mkdir()
    made = Assembler(vault, folder / "shards", files, CUT, POLICY, folder / "sorted")
    return made.assemble()


def plain(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in found if b"lorem" in path.read_bytes()]


@pytest.mark.parametrize("sorts", [False, True], ids=["few", "many"])
def test_staged_files_runs_and_shards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sorts: bool
) -> None:
    if sorts:
        monkeypatch.setattr(runs, "FEW", 0)
        monkeypatch.setattr(runs, "RUN_BYTES", 20_000)
    made = assembled(VAULT, tmp_path / "sealed")
    same = assembled(PLAIN, tmp_path / "open")
    assert plain(tmp_path / "open")
    assert plain(tmp_path / "sealed") == []
    assert list((tmp_path / "sealed" / "sorted").glob("run-*")) if sorts else True
    assert [one.content_sha256 for one in made] == [one.content_sha256 for one in same]
    assert [one.leaf for one in made] == [one.leaf for one in same]


def test_rows_that_are_taken_again(tmp_path: Path) -> None:
    made = assembled(VAULT, tmp_path / "made")
    again = tmp_path / "again"
    again.mkdir()
    one = made[0]
    path = tmp_path / "made" / "shards" / one.name
    rest = take_others(VAULT, path, one, frozenset(), again / "others")
    assert rest is not None
    keys = periods_in(VAULT, rest)
    assert len(keys) == one.row_count
    take_rows(VAULT, path, one.sha256, keys, again / "rows")
    total = sum(int.from_bytes(bytes.fromhex(key)[:8], "little") for key in keys) % 2**64
    take_all(VAULT, path, one, total, again / "all")
    files = staged(VAULT, again / "staged")
    list(without_rows(VAULT, files, {doc_key(KEY, "file-0")}, again))
    assert len(list(again.iterdir())) == 5
    assert plain(again) == []
