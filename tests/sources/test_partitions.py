"""Manifests as data sets: folders that are called by a column and its value."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.errors import SourceUnavailable
from clearshard.records.facts import OwnColumn
from clearshard.sources.column_names import ColumnRules
from clearshard.sources.formats import table_digest
from clearshard.sources.manifest import manifest_batches, open_manifest
from clearshard.sources.partitions import Contradiction, keys_of
from clearshard.sources.registry import FileRegistry

NOTHING = "__HIVE_DEFAULT_PARTITION__"
HEADER = "file_id,account_id,product,submitted_at,transcript_uri"


def rows(*file_ids: str, **more: Any) -> pa.Table:
    """Ordinary rows of a manifest without a region; a column that is None is left out."""
    size = len(file_ids)
    columns: dict[str, list[Any]] = {
        "file_id": list(file_ids),
        "account_id": ["a"] * size,
        "product": ["async"] * size,
        "submitted_at": [datetime(2026, 1, 1, tzinfo=UTC)] * size,
        "transcript_uri": [f"{one}.json" for one in file_ids],
        **{name: [value] * size for name, value in more.items()},
    }
    return pa.table({name: value for name, value in columns.items() if value[:1] != [None]})


def put(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)


def read(path: Path, own: tuple[OwnColumn, ...] = ()) -> dict[str, Mapping[str, Any]]:
    batches = manifest_batches(open_manifest(path, own=own))
    return {row["file_id"]: row for batch in batches for row in batch.to_pylist()}


def refused(path: Path) -> str:
    with pytest.raises(SourceUnavailable) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("folders", "keys"),
    [
        (["region=eu", "date=2026-11-01"], {"region": "eu", "date": "2026-11-01"}),
        (["2026", "region=eu", "x"], {"region": "eu"}),
        (["region=a=b"], {"region": "a=b"}),
        (["region=a%20b%2Fc%3D"], {"region": "a b/c="}),
        (["a%20b=c"], {"a b": "c"}),
        (["region=Z%C3%BCrich", "r=Zürich"], {"region": "Zürich", "r": "Zürich"}),
        ([f"region={NOTHING}"], {"region": None}),
        (["region="], {"region": None}),
        # As Hive has it, and no percent sign is lost.
        (["region=100%", "r=%zz"], {"region": "100%", "r": "%zz"}),
        (["region=null"], {"region": "null"}),
        (["region=%ff"], {"region": "\N{REPLACEMENT CHARACTER}"}),
    ],
)
def test_what_folders_say(folders: list[str], keys: dict[str, str | None]) -> None:
    assert keys_of(folders) == keys


@pytest.mark.parametrize(
    "folders", [["=eu"], ["region=eu", "region=us"], ["a=1", "%61=2"], ["%ff=1"]]
)
def test_what_no_folders_say(folders: list[str]) -> None:
    with pytest.raises(Contradiction):
        keys_of(folders)


def test_keys_are_columns(tmp_path: Path) -> None:
    put(tmp_path / "region=eu" / "date=2026-11-01" / "part-0.parquet", rows("e"))
    put(tmp_path / "region=us" / "date=2026-11-01" / "part-0.parquet", rows("u", "v"))
    put(tmp_path / f"region={NOTHING}" / "part-0.parquet", rows("n"))
    put(tmp_path / "region=%ff" / "part-0.parquet", rows("x"))
    assert {name: row["region"] for name, row in read(tmp_path).items()} == {
        "e": "eu",
        "u": "us",
        "v": "us",
        "n": None,
        "x": None,
    }
    table = open_manifest(tmp_path)
    list(table.batches())
    assert table.unread_columns == ("date",)


def test_of_any_format(tmp_path: Path) -> None:
    put(tmp_path / "region=eu" / "part-0.parquet", rows("p"))
    line = "c,a,async,2026-01-01T00:00:00Z,c.json\n"
    (tmp_path / "region=us").mkdir()
    (tmp_path / "region=us" / "part-1.csv").write_text(f"{HEADER}\n{line}")
    (tmp_path / "region=us" / "part-2.jsonl").write_text(
        '{"file_id": "j", "account_id": "a", "product": "async", '
        '"submitted_at": "2026-01-01T00:00:00Z", "transcript_uri": "j.json"}\n'
    )
    assert {n: r["region"] for n, r in read(tmp_path).items()} == {"p": "eu", "c": "us", "j": "us"}


def test_a_pattern_has_them_too(tmp_path: Path) -> None:
    put(tmp_path / "region=eu" / "part-0.parquet", rows("e"))
    put(tmp_path / "region=us" / "part-0.parquet", rows("u"))
    assert {n: r["region"] for n, r in read(tmp_path / "region=u*" / "*").items()} == {"u": "us"}


#: Names of one partition of a table, and of what is in it.
_NAMED = ("", "region=eu", "region=eu/*.parquet", "region=eu/**/*.parquet", "region=eu/p.parquet")


@pytest.mark.parametrize("named", _NAMED)
def test_a_partition_that_is_named_says_what_it_says_below_the_table(
    tmp_path: Path, named: str
) -> None:
    put(tmp_path / "region=eu" / "p.parquet", rows("e"))
    assert read(tmp_path / named)["e"]["region"] == "eu"
    # Which name it goes by does not make it another table.
    assert open_manifest(tmp_path / named).sha256 == open_manifest(tmp_path).sha256
    put(tmp_path / "region=eu" / "p.parquet", rows("e", region="us"))
    assert "column region says something else than the folder does" in refused(tmp_path / named)


@pytest.mark.parametrize("named", _NAMED)
def test_what_a_partition_of_opt_outs_holds_is_opted_out(tmp_path: Path, named: str) -> None:
    of_registry = pa.table(
        {
            "account_id": ["acct-1"],
            "training_permitted": [True],
            "baa_executed": [False],
            "exported_at": [datetime(2026, 5, 31, tzinfo=UTC)],
        }
    )
    place = tmp_path / named.replace("region=eu", "opted_out=true")
    put(tmp_path / "opted_out=true" / "p.parquet", of_registry)
    assert FileRegistry(place).read().table.column("opted_out").to_pylist() == [True]
    contradicting = of_registry.append_column("opted_out", pa.array([False]))
    put(tmp_path / "opted_out=true" / "p.parquet", contradicting)
    with pytest.raises(SourceUnavailable, match="says something else than the folder does"):
        FileRegistry(place).read()


@pytest.mark.parametrize("named", ["", "/*.parquet", "/p.parquet", "/../region=eu/p.parquet"])
def test_partitions_one_in_another_all_speak(tmp_path: Path, named: str) -> None:
    place = tmp_path / "product=async" / "region=eu"
    put(place / "p.parquet", rows("e").drop_columns(["product"]))
    row = read(Path(f"{place}{named}"))["e"]
    assert (row["product"], row["region"]) == ("async", "eu")


def test_a_partition_of_this_folder_is_named_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "region=eu" / "p.parquet", rows("e"))
    monkeypatch.chdir(tmp_path / "region=eu")
    for named in (".", "p.parquet", "*.parquet"):
        assert read(Path(named))["e"]["region"] == "eu"


@pytest.mark.parametrize("named", ["", "*.parquet", "p.parquet"])
def test_folders_further_up_are_no_partitions(tmp_path: Path, named: str) -> None:
    """`region=us` holds folders of somebody's, and is no part of this table's name."""
    folder = tmp_path / "region=us" / "=" / "in" / "product=async"
    put(folder / "p.parquet", rows("e", region="eu"))
    table = open_manifest(folder / named)
    assert read(folder / named)["e"]["region"] == "eu"
    assert [*table.batches()]
    assert table.unread_columns == ()


@pytest.mark.parametrize("named", ["", "p.parquet"])
def test_a_partition_that_is_named_is_judged_as_any(tmp_path: Path, named: str) -> None:
    put(tmp_path / "shop=7" / "p.parquet", rows("e", region="us"))
    table = open_manifest(tmp_path / "shop=7" / named)
    assert [*table.batches()]
    assert table.unread_columns == ("shop",)
    strict = open_manifest(tmp_path / "shop=7" / named, ColumnRules(strict=True))
    with pytest.raises(SourceUnavailable, match="column shop is not read"):
        list(strict.batches())
    put(tmp_path / "Region=eu" / "p.parquet", rows("e", region="us"))
    assert "is called almost" in refused(tmp_path / "Region=eu" / named)
    put(tmp_path / "region=us" / "region=us" / "p.parquet", rows("e"))
    assert "each column once" in refused(tmp_path / "region=us" / "region=us" / named)


def test_a_file_that_moves_to_another_partition_is_another_table(tmp_path: Path) -> None:
    put(tmp_path / "region=eu" / "p.parquet", rows("e"))
    put(tmp_path / "region=us" / "p.parquet", rows("e"))
    for named in ("", "p.parquet", "*"):
        one, other = (table_digest("x", tmp_path / f"region={r}" / named) for r in ("eu", "us"))
        assert one != other


@pytest.mark.parametrize("name", ["Region", "REGION", "regoin", "deletionRequestedAt"])
def test_a_key_that_is_almost_a_column_is_none(tmp_path: Path, name: str) -> None:
    put(tmp_path / f"{name}=eu" / "part-0.parquet", rows("e", region="us"))
    assert "is called almost" in refused(tmp_path)


def test_keys_that_are_not_read_are_told_and_can_be_refused(tmp_path: Path) -> None:
    put(tmp_path / "shop=7" / "part-0.parquet", rows("e", region="us"))
    assert read(tmp_path)["e"]["region"] == "us"
    table = open_manifest(tmp_path, ColumnRules(strict=True))
    with pytest.raises(SourceUnavailable, match="column shop is not read"):
        list(table.batches())


@pytest.mark.parametrize("inside", ["us", "EU", "", "eu "])
def test_a_file_that_contradicts_its_folder_is_refused(tmp_path: Path, inside: str) -> None:
    put(tmp_path / "region=eu" / "part-0.parquet", rows("e", "f", region=inside))
    said = refused(tmp_path)
    assert "part-0.parquet: column region says something else than the folder does" in said


def test_a_file_that_says_nothing_where_its_folder_does_is_refused(tmp_path: Path) -> None:
    table = rows("e", "f").append_column("region", pa.array(["eu", None]))
    put(tmp_path / "region=eu" / "part-0.parquet", table)
    assert "says something else" in refused(tmp_path)
    put(tmp_path / "region=eu" / "part-0.parquet", rows("e", "f", region="eu"))
    assert read(tmp_path)["f"]["region"] == "eu"
    put(tmp_path / f"region={NOTHING}" / "part-0.parquet", rows("g", region="us"))
    assert "says something else" in refused(tmp_path)


def test_a_fact_of_a_policys_own_can_be_a_key(tmp_path: Path) -> None:
    own = (OwnColumn("consent", "consent_version", "integer", required=True),)
    for value in ("3", "three", NOTHING):
        put(tmp_path / f"consent_version={value}" / "x.parquet", rows(value[:5], region="us"))
    said = {n: (r["consent"], r["consent_unreadable"]) for n, r in read(tmp_path, own).items()}
    assert said == {"3": (3, False), "three": (None, True), "__HIV": (None, False)}


def test_times_and_ids_can_be_keys(tmp_path: Path) -> None:
    table = rows("e", region="us").drop_columns(["account_id"])
    expires = "2027-01-01T00%3A00%3A00Z"
    put(tmp_path / "account_id=acct-7" / f"expires_at={expires}" / "x.parquet", table)
    row = read(tmp_path)["e"]
    assert row["account_id"] == "acct-7"
    assert row["expires_at"] == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_registry_in_partitions(tmp_path: Path) -> None:
    for flag in ("true", "false"):
        path = tmp_path / f"opted_out={flag}" / "part-0.csv"
        path.parent.mkdir()
        path.write_text(
            "account_id,training_permitted,baa_executed,exported_at\n"
            f"a-{flag},true,false,2026-05-31T00:00:00Z\n"
        )
    said = FileRegistry(tmp_path).read().table.select(["account_id", "opted_out"]).to_pylist()
    assert {row["account_id"]: row["opted_out"] for row in said} == {
        "a-true": True,
        "a-false": False,
    }


def test_a_row_that_moves_to_another_folder_is_another_table(tmp_path: Path) -> None:
    put(tmp_path / "region=eu" / "part-0.parquet", rows("e"))
    before = table_digest("manifest", tmp_path)
    (tmp_path / "region=eu").rename(tmp_path / "region=us")
    assert table_digest("manifest", tmp_path) != before
    assert open_manifest(tmp_path).sha256 == table_digest("manifest", tmp_path)


def test_what_writers_leave_is_no_part(tmp_path: Path) -> None:
    put(tmp_path / "region=eu" / "part-0.parquet", rows("e"))
    for name in ("_SUCCESS", "_common_metadata", ".part-0.parquet.crc"):
        (tmp_path / "region=eu" / name).write_bytes(b"no table")
    put(tmp_path / "region=eu" / ".part-1.parquet.inprogress.7", rows("x"))
    put(tmp_path / ".hive-staging_1" / "region=eu" / "part-1.parquet", rows("x"))
    put(tmp_path / "region=us" / "part-0.parquet", rows())
    assert [*read(tmp_path)] == ["e"]


@pytest.mark.parametrize("name", ["part-1.parquet", "part-1.parquet.tmp", "part-1"])
@pytest.mark.parametrize("bytes_left", [0, 3, 200])
def test_a_part_that_is_half_there_publishes_nothing(
    tmp_path: Path, name: str, bytes_left: int
) -> None:
    put(tmp_path / "region=eu" / "part-0.parquet", rows("e"))
    put(tmp_path / "region=eu" / "whole.parquet", rows("f"))
    content = (tmp_path / "region=eu" / "whole.parquet").read_bytes()
    (tmp_path / "region=eu" / name).write_bytes(content[:bytes_left])
    assert "part-1" in refused(tmp_path)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("_delta_log/00000.json", "Delta Lake"),
        (".hoodie/hoodie.properties", "Hudi"),
        ("metadata/v1.metadata.json", "Iceberg"),
        ("_temporary/0/part-1.parquet", "being written"),
    ],
)
@pytest.mark.parametrize("pattern", ["", "**/*.parquet"])
def test_tables_of_which_not_every_file_counts(
    tmp_path: Path, file: str, said: str, pattern: str
) -> None:
    put(tmp_path / "region=eu" / "part-0.parquet", rows("e"))
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_bytes(b"")
    assert said in refused(tmp_path / pattern)
    (tmp_path / "_SUCCESS").touch()
    if "_temporary" in file:
        # What another job has left, after this one was finished.
        assert [*read(tmp_path / pattern)] == ["e"]
    else:
        assert said in refused(tmp_path / pattern)


def test_the_order_is_that_of_keys_in_a_store(tmp_path: Path) -> None:
    names = ["a-b/x=1/p.parquet", "a/p.parquet", "a.b/p.parquet", "a/x=1/p.parquet"]
    for name in names:
        put(tmp_path / name, rows(name.replace("/", "|"), region="us"))
    assert [name.replace("|", "/") for name in read(tmp_path)] == sorted(names)
