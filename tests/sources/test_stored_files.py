"""The files of a table in a store are those of the same table in a folder."""

from pathlib import Path

import pytest

from clearshard.errors import SourceUnavailable
from clearshard.sources.files import table_files
from clearshard.sources.stored_files import InStore, StoredFiles, stored_files
from clearshard.storage.objects import in_memory
from clearshard.storage.store import Store

_SUFFIXES = (".csv", ".parquet")
_HELD = (
    *("one.csv", "parts/day=1/a.csv", "parts/day=2/a.csv", "parts/day=2/b.csv"),
    *("parts/_SUCCESS", "parts/day=2/.hidden.csv", "parts/_old/c.csv", "parts-not/d.csv"),
    "x=1/in/y=2/z=3/a.csv",
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = in_memory()
    for key in _HELD:
        store.put_if_absent(key, key.encode())
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(key.encode())
    return store


@pytest.mark.parametrize(
    "named",
    [
        *("one.csv", "parts", "parts/day=2", "parts/*/a.csv", "parts/**/*.csv", "parts/day=[2]/*"),
        *("*.csv", "parts/day=*/[ab].csv", "parts/day=2/b.csv", "parts/day=2/*.csv"),
        *("x=1/in/y=2", "x=1/in/y=2/z=3", "x=1/in/y=2/z=3/a.csv", "x=1/in/y=2/z=[3]/a.csv"),
    ],
)
def test_a_name_means_the_same_files(store: Store, tmp_path: Path, named: str) -> None:
    there = stored_files("table", InStore(store, named, "memory://x"), _SUFFIXES)
    here = table_files("table", tmp_path / named, _SUFFIXES)
    assert there.sha256 == here.sha256
    contents = [
        [(Path(part.name).name, part.folders, file.read()) for part, file in one.opened()]
        for one in (here, there)
    ]
    assert contents[0] == contents[1]
    assert contents[0]


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("none.csv", "there is no object"),
        ("parts/day=3", "there is no object"),
        ("parts/*/z*.csv", "there is no object"),
        ("", "parts"),
        ("a//b", "no name of an object"),
        ("../x", "no name of an object"),
    ],
)
def test_what_means_none_is_refused(store: Store, named: str, told: str) -> None:
    store.put_if_absent("note.txt", b"")
    with pytest.raises(SourceUnavailable) as refused:
        stored_files("table", InStore(store, named, "memory://x"), _SUFFIXES)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    "file",
    ["_delta_log/0.json", ".hoodie/x", "metadata/v1.metadata.json", "_temporary/0/part.csv"],
)
@pytest.mark.parametrize("pattern", ["", "/**/*.csv"])
def test_a_table_of_which_not_every_file_counts_is_refused(
    store: Store, file: str, pattern: str
) -> None:
    place = InStore(store, f"parts{pattern}", "memory://x")
    store.delete("parts/_SUCCESS")
    stored_files("table", place, _SUFFIXES)
    store.put_if_absent(f"parts/{file}", b"")
    with pytest.raises(SourceUnavailable, match="Name a plain export"):
        stored_files("table", place, _SUFFIXES)
    store.put_if_absent("parts/_SUCCESS", b"")
    if "_temporary" in file:
        stored_files("table", place, _SUFFIXES)


def test_a_part_that_moves_to_another_folder_is_another_table(store: Store) -> None:
    place = InStore(store, "parts", "memory://x")
    before = stored_files("table", place, _SUFFIXES).sha256
    content = store.read("parts/day=1/a.csv", 100).data
    store.delete("parts/day=1/a.csv")
    store.put_if_absent("parts/day=0/a.csv", content)
    assert stored_files("table", place, _SUFFIXES).sha256 != before


@pytest.mark.parametrize("named", ["", "/a.csv", "/*.csv", "/**/a.csv"])
def test_a_partition_that_is_named_says_what_it_says_below_the_table(
    store: Store, named: str
) -> None:
    def found(key: str) -> StoredFiles:
        return stored_files("table", InStore(store, key, "memory://x"), _SUFFIXES)

    def folders(key: str) -> list[tuple[str, ...]]:
        return [part.folders for part, _ in found(key).opened()]

    assert folders(f"x=1/in/y=2/z=3{named}") == [("y=2", "z=3")] == folders("x=1/in")
    before = found(f"x=1/in/y=2/z=3{named}").sha256
    assert before == found("x=1/in").sha256
    content = store.read("x=1/in/y=2/z=3/a.csv", 100).data
    store.put_if_absent("x=1/in/y=2/z=4/a.csv", content)
    assert found(f"x=1/in/y=2/z=4{named}").sha256 != before


def test_a_part_that_comes_or_changes_is_told(store: Store) -> None:
    found = stored_files("table", InStore(store, "parts", "memory://x"), _SUFFIXES)
    reading = found.opened()
    next(reading)
    store.put_if_absent("parts/day=3/a.csv", b"")
    with pytest.raises(SourceUnavailable, match="was changed while it was read"):
        list(reading)
