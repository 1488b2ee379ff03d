"""What every source of a registry does, whatever holds it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from clearshard.config import default_policy_text
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.errors import RegistryStale, SourceUnavailable
from clearshard.records.facts import OwnColumn
from clearshard.records.schemas import REGISTRY_SCHEMA
from clearshard.run.intake import Tables, read_accounts

from .registries import KINDS, Kept, Row

SECRET = "Hildegard Ostermann"


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    held: Kept = request.param(tmp_path)
    return held


def account(name: str, **facts: str) -> Row:
    return {
        "account_id": name,
        "training_permitted": "true",
        "baa_executed": "false",
        "opted_out": "false",
        "exported_at": "2026-05-31T00:00:00Z",
        "ttl_seconds": "",
        **facts,
    }


ROWS = [account("a"), account("b", opted_out="true"), account("c", ttl_seconds="60")]


def test_all_that_it_says_in_one_table(kept: Kept) -> None:
    kept.put(ROWS)
    registry = kept.source.read()
    assert [(f.name, f.type) for f in registry.table.schema] == [
        (f.name, f.type) for f in REGISTRY_SCHEMA
    ]
    said = {row["account_id"]: row for row in registry.table.to_pylist()}
    assert {name: row["opted_out"] for name, row in said.items()} == {
        "a": False,
        "b": True,
        "c": False,
    }
    assert said["c"]["ttl_seconds"] == 60
    assert said["a"]["exported_at"] == datetime(2026, 5, 31, tzinfo=UTC)
    assert registry.snapshot.row_count == 3
    assert registry.snapshot.newest_exported_at == "2026-05-31T00:00:00Z"


def test_what_cannot_be_read_is_not_known_and_marked(kept: Kept) -> None:
    kept.put([account("a", opted_out="perhaps", ttl_seconds="soon"), *ROWS[1:]])
    row = next(r for r in kept.source.read().table.to_pylist() if r["account_id"] == "a")
    assert (row["opted_out"], row["ttl_seconds"], row["ttl_seconds_unreadable"]) == (
        None,
        None,
        True,
    )


def test_rows_of_one_account_are_all_there(kept: Kept) -> None:
    """Whether they contradict each other is for the gate to say."""
    kept.put([*ROWS, account("a", opted_out="true")])
    flags = [r["opted_out"] for r in kept.source.read().table.to_pylist() if r["account_id"] == "a"]
    assert sorted(flags) == [False, True]


def test_facts_of_a_policys_own(kept: Kept) -> None:
    own = (OwnColumn("consent", "consent_version", "integer", required=True),)
    kept.put([account(n, consent_version=v) for n, v in (("a", "3"), ("b", "three"), ("c", ""))])
    said = {r["account_id"]: r for r in kept.source.read(own).table.to_pylist()}
    assert {n: (r["consent"], r["consent_unreadable"]) for n, r in said.items()} == {
        "a": (3, False),
        "b": (None, True),
        "c": (None, False),
    }


CHANGES: dict[str, Callable[[], Sequence[Row]]] = {
    "opted out": lambda: [account("a", opted_out="true"), *ROWS[1:]],
    "a row more": lambda: [*ROWS, account("d")],
    "a row less": lambda: ROWS[:-1],
    "exported again": lambda: [account("a", exported_at="2026-06-01T00:00:00Z"), *ROWS[1:]],
    "a column more": lambda: [{**row, "note": "x"} for row in ROWS],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_told_and_so_is_that_it_was_taken_back(kept: Kept, change: str) -> None:
    kept.put(ROWS)
    before = kept.source.read().snapshot
    assert kept.source.unchanged_since(before)
    kept.put(CHANGES[change]())
    assert not kept.source.unchanged_since(before)
    after = kept.source.read().snapshot
    assert kept.source.unchanged_since(after)
    assert after.sha256 != before.sha256
    kept.put(ROWS)
    assert kept.source.unchanged_since(before)
    assert not kept.source.unchanged_since(after)


def test_one_that_is_gone_is_no_registry_without_accounts(kept: Kept) -> None:
    kept.put(ROWS)
    before = kept.source.read().snapshot
    kept.remove()
    with pytest.raises(SourceUnavailable, match="account registry"):
        kept.source.read()
    with pytest.raises(SourceUnavailable, match="account registry"):
        kept.source.unchanged_since(before)


@pytest.mark.parametrize("rows", [[], [account(""), *ROWS], [account("x\n"), *ROWS]])
def test_one_that_could_hold_anybodys_opt_out_is_refused(kept: Kept, rows: list[Row]) -> None:
    kept.put(rows)
    with pytest.raises(SourceUnavailable, match="account registry"):
        kept.source.read()


def test_errors_name_it_and_no_value(kept: Kept) -> None:
    kept.put([account("", training_permitted=SECRET), account("b", ttl_seconds=SECRET)])
    with pytest.raises(SourceUnavailable) as raised:
        kept.source.read()
    assert kept.source.name in str(raised.value)
    assert SECRET not in str(raised.value)
    assert SECRET not in kept.source.name


def test_the_gate_asks_nothing_else_of_it(kept: Kept, tmp_path: Path) -> None:
    policy = parse_policy(default_policy_text(), "default policy")
    tables = Tables(tmp_path / "files.csv", kept.source)
    kept.put(ROWS)
    now = Moment.at(datetime(2026, 6, 1, tzinfo=UTC), 0)
    accounts, registry = read_accounts(tables, policy, now)
    assert accounts.rows_of(pa.array(["a", "b", "z"])).min() == -1
    assert kept.source.unchanged_since(registry)
    late = Moment.at(datetime(2026, 9, 1, tzinfo=UTC), 0)
    with pytest.raises(RegistryStale, match="newest row was exported"):
        read_accounts(tables, policy, late)
