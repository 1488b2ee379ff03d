"""Other programs read encrypted shards as docs/encryption.md says: its examples are run."""

import re
from pathlib import Path

import pytest

import clearshard
from clearshard import layout

from .test_encrypted import make_world, shards, texts
from .world import World

PAGE = (Path(__file__).parents[2] / "docs" / "encryption.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE.split("\n## Reading\n")[1], re.M | re.S)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_world(tmp_path_factory.mktemp("w"), "aes-256")
    world.run()
    return world


@pytest.fixture
def world(made: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.chdir(made.root)
    return made


def printed(code: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    exec(compile(code, "example", "exec"), {})
    return capsys.readouterr().out.splitlines()


def test_there_is_an_example_of_each() -> None:
    for example, library in zip(EXAMPLES, ("dataset()", "load_dataset", "duckdb"), strict=True):
        assert library in example


def test_pyarrow(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    told = printed(EXAMPLES[0], capsys)
    assert sum(int(line.split()[0]) for line in told) == len(texts(world))
    opened = clearshard.open_shards("out", "job.toml")
    read = opened.dataset().to_table()
    assert read.schema.equals(opened.schema)
    assert sorted(read.column("text").to_pylist()) == texts(world)
    assert any(read.column("words").to_pylist())


def test_load_dataset(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    assert printed(EXAMPLES[1], capsys) == [f"{len(texts(world))} transcripts"]
    left = [path for path in (tmp_path / "hf").rglob("*") if path.is_file()]
    assert not any(b"it was about" in path.read_bytes() for path in left)


def test_duckdb(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    told = [re.findall(r"\d+", line) for line in printed(EXAMPLES[2], capsys)]
    assert [int(rows) for rows, _ in told] == [shard.row_count for shard in shards(world)]
    assert sum(int(size) for _, size in told) == sum(map(len, texts(world)))


def test_each_shard_has_a_key_of_its_own(world: World) -> None:
    opened = clearshard.open_shards("out", "job.toml")
    keys = [opened.data_key(path) for path in opened.paths]
    assert len(set(keys)) == len(keys) == len(shards(world)) > 1
    assert {key is not None and len(key) for key in keys} == {32}
    assert not any(key is not None and key.hex() in repr(opened) for key in keys)


def test_without_the_key_it_says_how_many_cannot_be_read(world: World) -> None:
    with pytest.raises(clearshard.ShardsUnread) as refused:
        clearshard.open_shards("out", {"keys": {"encryption_file": "nowhere"}})
    assert refused.value.count == len(shards(world))


def test_a_plain_output_is_opened_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = make_world(tmp_path, "none")
    plain.run()
    opened = clearshard.open_shards(plain.out)
    assert opened.dataset().count_rows() == len(texts(plain))
    assert {opened.data_key(path) for path in opened.paths} == {None}
    assert not (plain.out / layout.ENCRYPTION_KEYS).exists()
