"""A registry in SQLite: what its values are, and what is refused."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearshard.errors import SourceUnavailable
from clearshard.records.facts import OwnColumn

from .making import COLUMNS, ROW, make, registry

SECRET = "Hildegard Ostermann"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a ccounts#?%.db"


def refusal(path: Path, query: str = "SELECT * FROM accounts", *, live: bool = False) -> str:
    with pytest.raises(SourceUnavailable) as raised:
        registry(path, query, live=live).read()
    assert SECRET not in str(raised.value)
    assert str(raised.value).startswith(f"account registry {path}: ")
    return str(raised.value)


def test_each_value_is_what_it_is_whatever_its_neighbours_are(path: Path) -> None:
    """SQLite has no types of columns: a driver that takes the first rows for all would fail."""
    times = "2026-05-31 00:00:00+00"
    many = [(f"acct-{n}", 1, 0, 0, times) for n in range(3000)]
    odd = [("acct-x", "yes", "f", 1.0, times), (7, None, "perhaps", b"\xff\xfe", times)]
    make(path, [*many, *odd])
    said = {row["account_id"]: row for row in registry(path).read().table.to_pylist()}
    flags = ("training_permitted", "baa_executed", "opted_out")
    assert [said["acct-5"][n] for n in flags] == [True, False, False]
    assert [said["acct-x"][n] for n in flags] == [True, False, True]
    assert [said["7"][n] for n in flags] == [None, None, None]
    assert said["7"]["exported_at"] == datetime(2026, 5, 31, tzinfo=UTC)


@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_value_with_a_nul_is_not_what_stands_before_it(path: Path, as_bytes: bool) -> None:
    """SQLite cuts text there: what is an opt-out, and an account, would be something else."""

    def cell(text: str) -> str | bytes:
        return text.encode() if as_bytes else text

    flags = [cell("true"), cell("\0true"), cell("false\0true"), cell("2026-05-31T00:00:00Z\0")]
    make(path, [ROW, ("acct-2", *flags)])
    said = {row["account_id"]: row for row in registry(path).read().table.to_pylist()}
    assert said["acct-1"]["opted_out"] is False
    facts = ("training_permitted", "baa_executed", "opted_out", "exported_at")
    assert [said["acct-2"][name] for name in facts] == [True, None, None, None]
    for account in ("acct-3\0zzz", "\0acct-3", "acct-3\0", f"{'a' * 2000}\0"):
        make(path, [ROW, (cell(account), *ROW[1:])])
        assert "account_id cannot be read in 1 row(s)" in refusal(path)


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_a_database_in_any_encoding(path: Path, encoding: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA encoding = '{encoding}'")
        database.execute(f"CREATE TABLE accounts ({', '.join(COLUMNS)})")
        fields = ", ".join("?" for _ in COLUMNS)
        insert = f"INSERT INTO accounts VALUES ({fields})"
        database.executemany(insert, [ROW, ("äcct-\N{GOAT}", "yes", 0, "a\0", ROW[-1])])
        database.commit()
    said = {row["account_id"]: row for row in registry(path).read().table.to_pylist()}
    flags = ("training_permitted", "baa_executed", "opted_out")
    assert [said["acct-1"][name] for name in flags] == [True, False, False]
    assert [said["äcct-\N{GOAT}"][name] for name in flags] == [True, False, None]


def test_the_rows_are_in_one_order_however_they_come(path: Path) -> None:
    rows = [(f"acct-{n}", *ROW[1:]) for n in range(100)]
    make(path, rows)
    forth, back = (
        registry(path, f"SELECT * FROM accounts ORDER BY rowid {way}").read()
        for way in ("ASC", "DESC")
    )
    assert forth.table == back.table
    assert forth.snapshot.sha256 == back.snapshot.sha256


def test_a_query_as_people_write_it(path: Path) -> None:
    make(path, [ROW])
    query = "SELECT * FROM accounts -- all of them\n ;\n"
    assert registry(path, query).read().snapshot.row_count == 1


def test_it_says_of_which_moment_it_is(path: Path) -> None:
    make(path, [ROW])
    taken = registry(path).read().snapshot.taken_at
    assert taken is not None
    age = datetime.now(UTC) - datetime.fromisoformat(taken)
    assert abs(age.total_seconds()) < 600


def test_live_rows_are_of_the_moment_of_the_query(path: Path) -> None:
    make(path, [ROW[:-1]], COLUMNS[:-1])
    source = registry(path, live=True)
    read = source.read()
    assert read.snapshot.newest_exported_at == read.snapshot.taken_at
    assert read.table.column("exported_at").null_count == 0
    # The moment is another one, and what is said is the same.
    assert source.unchanged_since(read.snapshot)
    make(path, [("acct-1", 1, 0, 1)], COLUMNS[:-1])
    assert not source.unchanged_since(read.snapshot)


def test_live_rows_do_not_say_when_they_were_exported(path: Path) -> None:
    make(path, [ROW])
    assert "remove one of the two" in refusal(path, live=True)


def test_the_moment_of_the_query_is_no_export(path: Path) -> None:
    make(path, [ROW[:-1]], COLUMNS[:-1])
    query = "SELECT *, strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+1 second') exported_at FROM accounts"
    assert "registry_is_live" in refusal(path, query)


def test_a_column_that_no_rule_reads_changes_nothing(path: Path) -> None:
    make(path, [(*ROW, "one")], (*COLUMNS, "last_login"))
    source = registry(path)
    before = source.read().snapshot
    assert before.unread_columns == ("last_login",)
    make(path, [(*ROW, "two")], (*COLUMNS, "last_login"))
    assert source.unchanged_since(before)


def test_a_fact_of_the_policys_own_is_part_of_what_was_read(path: Path) -> None:
    own = (OwnColumn("consent", "consent_version", "integer", required=True),)
    make(path, [(*ROW, 3)], (*COLUMNS, "consent_version"))
    source = registry(path)
    before = source.read(own).snapshot
    assert source.unchanged_since(before, own)
    make(path, [(*ROW, 2)], (*COLUMNS, "consent_version"))
    assert not source.unchanged_since(before, own)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT account_id FROM accounts", "training_permitted"),
        ("SELECT * FROM accounts WHERE 0", "gives no rows"),
        ("SELECT * FROM nobody", "no table of a name"),
        ("SELECT nobody_has_it FROM accounts", "no column of a name"),
        ("SELECT *, opted_out AS optedOut FROM accounts", "almost opted_out"),
        ("SELECT *, account_id AS opted_out_at_utc FROM accounts", "is not there, but"),
        ("SELECT *, 3600 AS ttl FROM accounts", "ttl"),
        ("SELECT 'x' AS exported_at, a.* FROM accounts a", "exported_at"),
        (f"SELECT '{SECRET}' AS account_id, * FROM accounts", "account_id"),
        ("DELETE FROM accounts", "SELECT"),
        ("SELECT 1; DELETE FROM accounts", "SELECT"),
        ("SELECT 1) AS x; DELETE FROM accounts; --", ""),
        (f"SELECT abs('{SECRET}' - 9223372036854775808) FROM accounts", ""),
    ],
)
def test_a_query_without_what_is_needed(path: Path, query: str, said: str) -> None:
    make(path, [ROW])
    content = path.read_bytes()
    assert said in refusal(path, query)
    assert path.read_bytes() == content


def test_a_column_in_which_nothing_can_be_read(path: Path) -> None:
    make(path, [(*ROW[:-1], 1764547200)])
    assert "none of its 1 values can be read as a time" in refusal(path)


def test_what_is_no_database(path: Path, tmp_path: Path) -> None:
    assert "cannot be read" in refusal(path)
    path.write_text("account_id,opted_out\n")
    assert "is no database of SQLite" in refusal(path)
    make(path, [(f"acct-{n}", *ROW[1:]) for n in range(20_000)])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "damaged" in refusal(path)
    assert "is not a file" in refusal(tmp_path)


def test_what_is_not_committed_is_not_there_and_what_is_counts(path: Path) -> None:
    make(path, [ROW])
    source = registry(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        before = source.read().snapshot
        database.execute("UPDATE accounts SET opted_out = 1")
        assert source.unchanged_since(before)
        database.commit()
        # It stands in the log beside the file, and not in it.
        assert not source.unchanged_since(before)
        assert source.read().table.column("opted_out").to_pylist() == [True]
