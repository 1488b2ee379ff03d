"""One table of facts: what is derived from it is what it always was, and it holds for each of them.

The schemas are written out here once more, on purpose: decisions of past runs have these columns.
"""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearshard.eligibility.accounts import index_accounts
from clearshard.eligibility.facts import FILE_FACTS, account_facts, file_facts
from clearshard.eligibility.policy import ACCOUNT_FACTS, CONTRACT_FACTS
from clearshard.eligibility.values import Readings
from clearshard.errors import SourceUnavailable
from clearshard.records.facts import FACTS, Fact
from clearshard.records.schemas import FACTS_TYPE, MANIFEST_SCHEMA, REGISTRY_SCHEMA
from clearshard.run.forecast.supposed import FACTS as SUPPOSED
from clearshard.sources.legible import illegible
from clearshard.sources.manifest import manifest_batches, open_manifest
from clearshard.sources.registry import FileRegistry

from ..eligibility.tables import AS_OF, NOW, manifest, registry

DOCS = Path(__file__).parents[2] / "docs"
TIME = pa.timestamp("us", tz="UTC")
NAME = pa.dictionary(pa.int32(), pa.string())
by_name = pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)

#: A value of each kind, as a CSV file has it, and one that nothing can be read from.
WRITTEN = {"boolean": "true", "seconds": "3600", "time": "2026-01-02T03:04:05Z", "text": "us"}
NONSENSE = "?!"
IDS = {"file": ("file_id", "account_id", "transcript_uri"), "account": ("account_id",)}


def test_what_decisions_keep() -> None:
    assert (
        pa.struct(
            [
                pa.field("product", pa.string()),
                pa.field("region", pa.string()),
                pa.field("submitted_at", TIME),
                pa.field("deletion_requested_at", TIME),
                pa.field("expires_at", TIME),
                pa.field("gateway_provider", pa.string()),
                pa.field("training_permitted", pa.bool_()),
                pa.field("baa_executed", pa.bool_()),
                pa.field("opted_out", pa.bool_()),
                pa.field("baa_executed_at", TIME),
                pa.field("opted_out_at", TIME),
                pa.field("ttl_seconds", pa.int64()),
                pa.field("exported_at", TIME),
            ]
        )
        == FACTS_TYPE
    )


def test_what_the_gate_is_given_of_files() -> None:
    assert MANIFEST_SCHEMA.equals(
        pa.schema(
            [
                pa.field("file_id", pa.string()),
                pa.field("account_id", pa.string()),
                pa.field("transcript_uri", pa.string()),
                pa.field("product", NAME),
                pa.field("region", NAME),
                pa.field("submitted_at", TIME),
                pa.field("deletion_requested_at", TIME),
                pa.field("expires_at", TIME),
                pa.field("gateway_provider", NAME),
                pa.field("deletion_requested_at_unreadable", pa.bool_(), nullable=False),
                pa.field("expires_at_unreadable", pa.bool_(), nullable=False),
                pa.field("malformed", pa.bool_(), nullable=False),
            ]
        )
    )


def test_what_the_gate_is_given_of_accounts() -> None:
    assert REGISTRY_SCHEMA.equals(
        pa.schema(
            [
                pa.field("account_id", pa.string(), nullable=False),
                pa.field("training_permitted", pa.bool_()),
                pa.field("baa_executed", pa.bool_()),
                pa.field("opted_out", pa.bool_()),
                pa.field("exported_at", TIME),
                pa.field("baa_executed_at", TIME),
                pa.field("opted_out_at", TIME),
                pa.field("ttl_seconds", pa.int64()),
                pa.field("baa_executed_at_unreadable", pa.bool_(), nullable=False),
                pa.field("opted_out_at_unreadable", pa.bool_(), nullable=False),
                pa.field("ttl_seconds_unreadable", pa.bool_(), nullable=False),
            ]
        )
    )


def test_what_rules_can_read() -> None:
    of_files = {
        *("product", "region", "submitted_at", "deletion_requested_at", "expires_at"),
        "gateway_provider",
    }
    of_accounts = {"training_permitted", "baa_executed", "opted_out", "ttl_seconds", "exported_at"}
    assert set(FILE_FACTS) == of_files
    assert of_accounts == ACCOUNT_FACTS
    assert set(CONTRACT_FACTS) == of_files | of_accounts
    assert set(SUPPOSED) == of_accounts | {"baa_executed_at", "opted_out_at"}


@by_name
def test_names_and_owners(fact: Fact) -> None:
    assert [other.name for other in FACTS].count(fact.name) == 1
    if fact.happened:
        assert fact.kind == "time"
    if fact.date_of is not None:
        (flag,) = (other for other in FACTS if other.name == fact.date_of)
        assert (fact.kind, flag.kind, flag.owner) == ("time", "boolean", fact.owner)


def _row(owner: str) -> dict[str, str]:
    return dict.fromkeys(IDS[owner], "a") | {
        fact.name: WRITTEN[fact.kind] for fact in FACTS if fact.owner == owner
    }


def _read(path: Path, owner: str, row: dict[str, str]) -> dict[str, Any]:
    """A row of a table, as it is in memory; beside one that lacks nothing."""
    file = path / "table.csv"
    with file.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, row)
        writer.writeheader()
        whole = {name: value for name, value in _row(owner).items() if name in row}
        writer.writerows([row, whole | {IDS[owner][0]: "b"}])
    if owner == "account":
        table = FileRegistry(file).read().table
    else:
        table = pa.Table.from_batches(list(manifest_batches(open_manifest(file))))
    read: dict[str, Any] = table.slice(0, 1).to_pylist()[0]
    return read


@by_name
def test_every_fact_is_read_from_the_table_of_its_owner(fact: Fact, tmp_path: Path) -> None:
    row = _row(fact.owner)
    assert _read(tmp_path, fact.owner, row)[fact.name] is not None
    read = _read(tmp_path, fact.owner, {**row, fact.name: NONSENSE})
    assert read[fact.name] is None
    assert read.get(fact.mark) is (True if fact.is_marked else None)
    empty = _read(tmp_path, fact.owner, {**row, fact.name: ""})
    assert empty[fact.name] is None
    assert not empty.get(fact.mark)


@by_name
def test_a_table_may_lack_what_is_optional_and_nothing_else(fact: Fact, tmp_path: Path) -> None:
    row = _row(fact.owner)
    del row[fact.name]
    if fact.optional:
        assert _read(tmp_path, fact.owner, row)[fact.name] is None
    else:
        with pytest.raises(SourceUnavailable, match=f"column {fact.name} is missing"):
            _read(tmp_path, fact.owner, row)


@by_name
def test_a_time_of_what_has_happened_is_not_known_before(fact: Fact) -> None:
    if fact.kind != "time":
        return
    row = {fact.name: AS_OF + timedelta(days=400)}
    if fact.owner == "file":
        facts = file_facts(manifest([row]), NOW.known_until, Readings({}))
    else:
        facts = account_facts(registry([row]), NOW.known_until)
    assert facts.known(fact.name).tolist() == [not fact.happened]


@by_name
def test_a_flag_that_its_date_contradicts_is_not_known(fact: Fact) -> None:
    if fact.date_of is None:
        return
    rows = [
        {"account_id": "dated", fact.date_of: False, fact.name: AS_OF},
        {"account_id": "illegible", fact.date_of: False, fact.mark: True},
        {"account_id": "set", fact.date_of: True, fact.name: AS_OF},
        {"account_id": "not", fact.date_of: False},
    ]
    table = index_accounts(registry(rows)).table.to_pylist()
    flags = {row["account_id"]: row[fact.date_of] for row in table}
    assert flags == {"dated": None, "illegible": None, "set": True, "not": False}


@by_name
def test_whoever_exports_an_illegible_column_is_told_how_to_write_it(fact: Fact) -> None:
    told = illegible((), 1, {fact.name: 1}, {fact.name: 0})
    assert told is not None
    assert "write " in told


@by_name
def test_every_fact_of_a_rule_has_its_reason_on_the_page(fact: Fact) -> None:
    page = (DOCS / "reasons.md").read_text("utf-8")
    assert (f"| `unknown_{fact.name}` |" in page) == (fact.name in CONTRACT_FACTS)
