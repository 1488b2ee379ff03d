"""Files that are made to break who reads them: each is refused in words of the project."""

import csv
import gzip
import io
import subprocess
import sys
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.config import load_config, read_text
from clearshard.eligibility.policy import parse_policy
from clearshard.errors import ConfigError, SourceUnavailable
from clearshard.recognizers.user_file import read_user_recognizers
from clearshard.records.states import Quarantine
from clearshard.sources import csv_rows
from clearshard.sources.containers import read_records
from clearshard.sources.manifest import manifest_batches, open_manifest
from clearshard.storage.sources import open_inside

_SOURCES = '[sources]\nmanifest = "m.csv"\nregistry = "r.csv"\ntranscripts = "t"\n'
_DEEP = "[" * 1_100 + "]" * 1_100


@pytest.mark.parametrize(
    "text",
    [
        f"{_SOURCES}[limits]\nx = {_DEEP}\n",
        f"{_SOURCES}[limits]\nx = {'[' * 400 + ']' * 400}\n",
        f"{_SOURCES}a = {'{a=' * 1_100}1{'}' * 1_100}\n",
        f"{_SOURCES}{'.'.join(['a'] * 400)} = 1\n",
        f"{_SOURCES}[limits]\nmax_transcript_words = {'9' * 5_000}\n",
        f"{_SOURCES}[limits]\nmax_transcript_words = 0x{'f' * 5_000}\n",
        f"{_SOURCES}[limits]\nmax_transcript_words = {2**63}\n",
        f"{_SOURCES}x = 2026-02-31\n",
    ],
)
def test_toml_that_nobody_can_hold(tmp_path: Path, text: str) -> None:
    path = tmp_path / "job.toml"
    path.write_text(text)
    with pytest.raises(ConfigError):
        load_config(path)
    with pytest.raises(ConfigError):
        parse_policy(read_text(path), "policy")


_BOMB = "a: &a [" + ", ".join("x" * 10) + "]\n"
for _before, _name in ("ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"):
    _BOMB += f"{_name}: &{_name} [{', '.join([f'*{_before}'] * 10)}]\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{_BOMB}recognizers: *i\n",
        f"recognizers: {_DEEP}\n",
        f"{'- ' * 1_100}a\n",
        "recognizers: &a [*a]\n",
        "recognizers:\n  - &e {name: a, supported_entity: X, deny_list: [*e]}\n",
        "recognizers: 2026-99-99\n",
        f"recognizers: {'9' * 5_000}\n",
        "x: 2001-12-14t21:59:43.10-99:30\n",
        "? [a]\n: b\n",
        'recognizers: !!python/object/apply:os.system ["true"]\n',
        "recognizers: !!omap 5\n",
    ],
)
def test_yaml_that_stands_for_more_than_there_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recognizers.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError):
        read_user_recognizers(path, "en")


def test_an_alias_is_what_it_stands_for(tmp_path: Path) -> None:
    path = tmp_path / "recognizers.yaml"
    path.write_text(
        "recognizers:\n"
        "  - {name: a, supported_entity: A, supported_language: en, deny_list: &w [one, two]}\n"
        "  - {name: b, supported_entity: B, supported_language: en, deny_list: *w}\n"
    )
    assert [r.name for r in read_user_recognizers(path, "en")] == ["a", "b"]


def _gzip_with_a_bad_block() -> bytes:
    content = bytearray(gzip.compress(b"".join(b"%d," % n for n in range(20_000)), mtime=0))
    content[10] = 0x07  # a block of a type that there is not
    return bytes(content)


def _parquet_with_a_bad_name() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"file_id": ["a"], "columnxyz": ["b"]}), out, store_schema=False)
    return out.getvalue().replace(b"columnxyz", b"column\xff\xfez")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("files.csv.gz", _gzip_with_a_bad_block()),
        ("files.jsonl.gz", _gzip_with_a_bad_block()),
        ("files.parquet", _parquet_with_a_bad_name()),
    ],
)
def test_tables_and_containers_that_are_damaged_inside(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceUnavailable):
        [*manifest_batches(open_manifest(tmp_path / name))]
    ((_, found),) = read_records(partial(open_inside, tmp_path), name, {"a"}, 1_000)
    assert isinstance(found, Quarantine)


_LONG_TEXT = """
import resource, sys
from pathlib import Path
import pyarrow as pa, pyarrow.parquet as pq
from clearshard.sources.manifest import manifest_batches, open_manifest

path, rows = Path(sys.argv[1]) / "files.parquet", 70_000
ids = pa.array([f"f{row}" for row in range(rows)])
long = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), ["x" * 10_000_000])
same = {name: [value] * rows for name, value in
        (("product", "async"), ("region", "us"), ("submitted_at", "2026-11-01T12:00:00Z"))}
table = pa.table({"file_id": ids, "account_id": long, "transcript_uri": ids, **same})
as_is = {"store_schema": False, "dictionary_pagesize_limit": 1 << 30}
pq.write_table(table, path, compression="zstd", **as_is)
del table, long
malformed = sum(b.column("malformed").true_count for b in manifest_batches(open_manifest(path)))
print(malformed, pa.default_memory_pool().max_memory() < 200_000_000)
"""


def test_one_long_text_that_stands_for_all_rows_takes_memory_once(tmp_path: Path) -> None:
    """Read as it is, it would be 655 GB a batch."""
    told = subprocess.run(
        [sys.executable, "-c", _LONG_TEXT, str(tmp_path)], capture_output=True, check=True
    )
    assert told.stdout.split() == [b"70000", b"True"]


@pytest.mark.parametrize("size", [1_000, 20_000])
@pytest.mark.parametrize("use_dictionary", [True, False])
def test_a_value_is_as_long_as_any_may_be_however_it_is_written(
    tmp_path: Path, use_dictionary: bool, size: int
) -> None:
    path = tmp_path / "files.parquet"
    columns = {
        "file_id": ["a", "b", "c"],
        "account_id": ["acct", None, "acct"],
        "product": ["async", "x" * size, "async"],
        "region": ["us"] * 3,
        "submitted_at": ["2026-11-01T12:00:00Z"] * 3,
        "transcript_uri": ["a.json", "b.json", "c" * size],
    }
    pq.write_table(pa.table(columns), path, use_dictionary=use_dictionary)
    rows = pa.Table.from_batches(manifest_batches(open_manifest(path)))
    is_long = size > 1 << 14
    assert rows.column("malformed").to_pylist() == [False, is_long, is_long]
    assert rows.column("file_id").to_pylist() == ["a", "b", "c"]
    assert rows.column("product").to_pylist()[1] is None
    assert (rows.column("transcript_uri").to_pylist()[2] == "c" * size) is not is_long


def test_a_row_that_is_all_of_the_memory_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "_MOST_LETTERS", 1_000)
    content = io.BytesIO(b"a,b\n" + b"x" * 100_000)
    text = io.TextIOWrapper(content, "utf-8", newline="")
    lines = csv_rows._short_lines(text)
    assert next(lines) == "a,b\n"
    with pytest.raises(csv.Error):
        next(lines)
    assert content.tell() < 20_000
