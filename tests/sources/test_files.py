"""Tables in several files."""

import gzip
from pathlib import Path

import pytest

from clearshard.errors import SourceUnavailable
from clearshard.sources.formats import table_digest
from clearshard.sources.manifest import manifest_batches, open_manifest

HEADER = "file_id,account_id,product,region,submitted_at,transcript_uri"


def _part(path: Path, *file_ids: str, header: str = HEADER) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    more = "," * (header.count(",") - HEADER.count(","))
    rows = (f"{i},a,async,us,2026-01-01T00:00:00Z,{i}.json{more}" for i in file_ids)
    path.write_text("\n".join((header, *rows)) + "\n")


def _read(path: Path) -> list[str]:
    table = open_manifest(path)
    return [i for batch in manifest_batches(table) for i in batch.column("file_id").to_pylist()]


def _refused(path: Path) -> str:
    with pytest.raises(SourceUnavailable) as caught:
        _read(path)
    return str(caught.value)


@pytest.mark.parametrize("pattern", ["export", "export/*.csv", "export/part-?.csv", "ex*/**/*.csv"])
def test_all_parts_in_the_order_of_their_names(tmp_path: Path, pattern: str) -> None:
    _part(tmp_path / "export" / "part-1.csv", "c")
    _part(tmp_path / "export" / "part-0.csv", "a", "b")
    assert _read(tmp_path / pattern) == ["a", "b", "c"]


def test_a_folder_that_holds_something_else_is_an_error(tmp_path: Path) -> None:
    _part(tmp_path / "part-0.csv", "a")
    (tmp_path / "notes.txt").write_text("x")
    assert "notes.txt is no table" in _refused(tmp_path)
    assert _read(tmp_path / "*.csv") == ["a"]
    assert "notes.txt is no table" in _refused(tmp_path / "*")


@pytest.mark.parametrize("name", ["export", "export/*.csv"])
def test_parts_that_are_not_there_are_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "export").mkdir()
    assert "there is no file that could be a part of it" in _refused(tmp_path / name)


def test_a_name_with_signs_of_a_pattern_is_a_name_if_it_is_there(tmp_path: Path) -> None:
    _part(tmp_path / "files[1].csv", "a")
    _part(tmp_path / "files1.csv", "b")
    assert _read(tmp_path / "files[1].csv") == ["a"]


def test_only_the_end_of_a_name_says_what_divides_values(tmp_path: Path) -> None:
    _part(tmp_path / "from.tsv.csv", "a")
    assert _read(tmp_path / "from.tsv.csv") == ["a"]


def test_no_folder_is_passed_over(tmp_path: Path) -> None:
    """An opt-out in it would be read by nobody."""
    _part(tmp_path / "export" / "part-0.csv", "a")
    _part(tmp_path / "elsewhere" / "part-1.csv", "b")
    _part(tmp_path / "export" / "_old" / "0" / "part-9.csv", "c")
    assert _read(tmp_path / "export" / "**" / "*.csv") == ["a"]
    (tmp_path / "export" / "day=1").symlink_to(tmp_path / "elsewhere")
    assert "day=1 is a folder that would not be read" in _refused(tmp_path / "export")
    (tmp_path / "export" / "day=1").unlink()
    _part(tmp_path / "export" / "day=1" / "part-1.csv", "b")
    assert "day=1 is a folder that would not be read" in _refused(tmp_path / "export" / "*")
    assert _read(tmp_path / "export") == _read(tmp_path / "export/**/*.csv") == ["b", "a"]


def test_what_is_wrong_with_a_part_is_told_with_its_name(tmp_path: Path) -> None:
    _part(tmp_path / "part-0.csv", "a")
    _part(tmp_path / "part-1.csv", "b", header="file_id,account_id")
    assert "part-1.csv: column transcript_uri, product, region" in _refused(tmp_path)
    (tmp_path / "part-1.csv").write_text("")
    assert "part-1.csv: is empty" in _refused(tmp_path)


def test_a_fact_that_hides_in_one_part_is_not_there_because_another_has_it(tmp_path: Path) -> None:
    _part(tmp_path / "part-0.csv", "a", header=f"{HEADER},expires_at")
    _part(tmp_path / "part-1.csv", "b", header=f"{HEADER},expires_at_utc")
    assert "part-1.csv: column expires_at is not there, but expires_at_utc is" in _refused(tmp_path)


def test_columns_that_are_not_read_are_those_of_all_parts(tmp_path: Path) -> None:
    _part(tmp_path / "part-0.csv", "a", header=f"{HEADER},size")
    _part(tmp_path / "part-1.csv", "b", header=f"{HEADER},size,note")
    table = open_manifest(tmp_path)
    assert len([*table.batches()]) == 2
    assert table.unread_columns == ("size", "note")


@pytest.mark.parametrize("change", ["another", "gone", "written"])
def test_parts_that_change_while_they_are_read_are_an_error(tmp_path: Path, change: str) -> None:
    for number in range(3):
        _part(tmp_path / f"part-{number}.csv", f"f{number}")
    batches = open_manifest(tmp_path).batches()
    next(batches)
    if change == "another":
        _part(tmp_path / "part-3.csv", "f3")
    elif change == "gone":
        (tmp_path / "part-2.csv").unlink()
    else:
        _part(tmp_path / "part-2.csv", "f4", "f5")
    with pytest.raises(SourceUnavailable, match=r"was changed|cannot be read"):
        list(batches)


def test_the_digest_is_that_of_names_and_contents(tmp_path: Path) -> None:
    def digest() -> str:
        return table_digest("manifest", tmp_path)

    _part(tmp_path / "part-0.csv", "a")
    one = digest()
    assert one != table_digest("manifest", tmp_path / "part-0.csv")
    _part(tmp_path / "part-1.csv", "b")
    two = digest()
    (tmp_path / "part-1.csv").rename(tmp_path / "part-2.csv")
    three = digest()
    _part(tmp_path / "part-2.csv", "c")
    assert len({one, two, three, digest()}) == 4
    assert open_manifest(tmp_path).sha256 == digest()


def test_a_compressed_table_that_was_cut_or_is_none_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "files.csv.gz"
    _part(path, *(f"f{n}" for n in range(1000)))
    plain = path.read_bytes()
    for content in (plain, gzip.compress(plain)[:-20], gzip.compress(plain)[:-9] + b"12345678x"):
        path.write_bytes(content)
        assert "cannot be decompressed to its end" in _refused(path)
    path.write_bytes(gzip.compress(plain))
    assert len(_read(path)) == 1000
