"""Do counts, decisions and shards agree with each other?"""

import hashlib
import shutil
from collections.abc import Callable
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard import layout
from clearshard.audit.decisions import recorded
from clearshard.audit.verify import verify
from clearshard.records.run import Counts, Holds
from clearshard.records.schemas import SHARD_SCHEMA

from .building import (
    ACCOUNT_KEY,
    REDACTOR,
    ROWS,
    Output,
    Row,
    decision,
    excluded,
    key_of,
    quarantined,
    shard_row,
)
from .verifying import below, faults_of, flip, only, ordered, shards_by_part


@pytest.mark.parametrize(
    ("counts", "messages"),
    [
        ((7, 3, 3, 0), ["do not reconcile", "0 quarantined; its decisions say 1"]),
        ((7, 4, 2, 1), ["4 written; its decisions say 3", "2 excluded; its decisions say 3"]),
        ((8, 4, 3, 1), ["8 seen; its decisions say 7", "4 written; its decisions say 3"]),
    ],
)
def test_counts(output: Output, counts: tuple[int, int, int, int], messages: list[str]) -> None:
    names = ("seen", "written", "excluded", "quarantined")
    output.publish("r", record={"counts": Counts(**dict(zip(names, counts, strict=True)))})
    faults = faults_of(output)
    assert {f.location for f in faults} == {"runs/r.json"}
    assert [m in f.message for m, f in zip(messages, faults, strict=True)] == [True] * len(messages)


@pytest.mark.parametrize("counted", [0, 2])
def test_reasons(output: Output, counted: int) -> None:
    reasons = {
        "baa_executed": 1,
        "opted_out": 1,
        "unknown_product": 1,
        "detector_failed": 1,
        **({"eu_server": counted} if counted else {}),
    }
    output.publish("r", record={"reasons": reasons})
    only(output, "runs/r.json", f"says {counted} files eu_server; its decisions say 1")


def test_reason_that_is_no_code_is_not_shown(output: Output) -> None:
    output.publish("r", [excluded("f", "SECRET content")], record={"reasons": {}})
    only(output, "runs/r.json", "says 0 files a reason; its decisions say 1")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reasons": []}, "1 decision(s) are written with a reason, or not written without one"),
        ({"doc_key": "k"}, "1 decision(s) are written without keys and a period, or not"),
        ({"account_key": "k"}, "1 decision(s) are written without keys and a period, or not"),
        ({"period": "2026-03"}, "1 decision(s) are written without keys and a period, or not"),
        (
            {"content_sha256": "c" * 64, "redactor_digest": REDACTOR},
            "1 decision(s) are excluded, although the transcript was opened",
        ),
        ({"redactor_digest": REDACTOR}, "or have only one"),
    ],
)
def test_decision_that_cannot_be(output: Output, change: dict[str, Any], message: str) -> None:
    decisions = [decision(row) for row in ROWS]
    decisions[4].update(change)
    reasons = {"baa_executed": 1, "opted_out": 1, "unknown_product": 1, "detector_failed": 1}
    if change != {"reasons": []}:
        reasons["eu_server"] = 1
    output.publish("r", decisions=decisions, record={"reasons": reasons})
    only(output, "audit/decisions/run=r", message)


def test_decision_without_a_final_state(output: Output) -> None:
    decisions = [decision(row) for row in ROWS]
    decisions[4].update(state="eligible")
    output.publish("r", decisions=decisions)
    record, state = faults_of(output)
    assert "says 3 excluded; its decisions say 2" in record.message
    assert state.location == "audit/decisions/run=r"
    assert "1 decision(s) have no final state" in state.message


def test_excluded_decision_turned_into_written(output: Output) -> None:
    decisions = [decision(row) for row in ROWS]
    decisions[4].update(state="written", reasons=[], doc_key=key_of("f5"), period="2026-02")
    output.publish("r", decisions=decisions)
    faults = faults_of(output)
    assert {f.location for f in faults} == {"runs/r.json", "audit/decisions/run=r"}
    assert "says 3 written; its decisions say 4" in faults[0].message


def test_rows_of_a_decisions_file(output: Output) -> None:
    record = output.publish("other", [])
    made = output.publish("r", superseded=["other"])
    short = msgspec.structs.replace(made.decisions[0], row_count=9)
    again = Output(output.out.parent / "again")
    again.publish("r", record={"decisions": (short, *made.decisions[1:])})
    path = again.decisions_paths("r")[0]
    assert record.counts.seen == 0
    only(again, below(again, path), "has 4 rows; the record says 9")


def forged(output: Output, holds: Holds, edit: Callable[[list[Any]], list[Any]]) -> None:
    """Changes that lie, in a file whose digest the signed record has."""
    output.publish("a")
    output.publish("r", [*ROWS[1:], Row("new")], superseded=["a"], follows="a")
    made = output.record("r")
    [number] = [n for n, file in enumerate(made.decisions) if file.holds is holds]
    path = output.out / layout.DECISIONS / made.decisions[number].name
    table = pq.ParquetFile(path).read()
    rows = edit(table.to_pylist())
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    decisions = list(made.decisions)
    decisions[number] = recorded(path, len(rows))
    output.announce_again(msgspec.structs.replace(made, decisions=tuple(decisions)))


@pytest.mark.parametrize(
    ("holds", "edit", "message"),
    [
        (
            Holds.REPLACED,
            lambda rows: [{**rows[0], "row": 4}],
            "1 place(s) of its",
        ),
        (Holds.REPLACED, lambda rows: [{**rows[0], "row": -1}], "are no rows of it"),
        (Holds.REPLACED, lambda rows: [{**rows[0], "file": 7}], "are no rows of it"),
        (Holds.REPLACED, lambda rows: [*rows, *rows], "are replaced again"),
        (Holds.ACCOUNTS, lambda rows: [*rows, *rows], "know an account in two ways"),
        (Holds.CHANGES, lambda rows: [*rows, *rows], "says 7 seen; its decisions say 8"),
        (Holds.CHANGES, lambda _: [], "says 7 seen; its decisions say 6"),
    ],
)
def test_changes_that_lie(
    output: Output, holds: Holds, edit: Callable[[list[Any]], list[Any]], message: str
) -> None:
    forged(output, holds, edit)
    assert any(message in fault.message for fault in faults_of(output))


def test_decisions_that_are_no_parquet(output: Output) -> None:
    made = output.publish("r")
    path = output.decisions_paths("r")[0]
    shutil.rmtree(output.out / "audit")
    shutil.rmtree(output.out / "shards")
    fake = msgspec.structs.replace(made.decisions[0], sha256=hashlib.sha256(b"junk").hexdigest())
    output.publish("r", record={"decisions": (fake, *made.decisions[1:])})
    path.write_bytes(b"junk")
    only(output, below(output, path), "is not a Parquet file (ArrowInvalid)")


@pytest.mark.parametrize(
    ("shards", "part", "message"),
    [
        ({"p0": ["f1"], "p1": ordered("f2", "f3", "f4")}, 1, "1 row(s) belong to no file"),
        ({"p0": ["f1"], "p1": ordered("f2", "f2", "f3")}, 1, "1 key(s) are in the shards more"),
        ({"p0": ordered("f1", "f2"), "p1": ordered("f2", "f3")}, 1, "1 key(s) are in the shards"),
        (
            {"p0": ordered("f1", "f2"), "p1": ["f3"]},
            0,
            "1 file(s) are in another shard than that of",
        ),
        ({"p0": ["f1"], "p1": ["f3"]}, 1, "1 file(s) were decided to be written here"),
    ],
)
def test_keys(output: Output, shards: dict[str, list[str]], part: int, message: str) -> None:
    output.publish("r", shards=shards_by_part(**shards))
    only(output, below(output, output.shard_paths("r")[part]), message)


def test_excluded_file_in_a_shard_by_edit_alone(output: Output) -> None:
    """The usual way: a row is slipped into a shard, nothing else is touched."""
    output.publish("r")
    path = output.shard_paths("r")[1]
    other = Output(output.out.parent / "other")
    other.publish("r", shards=shards_by_part(p0=["f1"], p1=ordered("f2", "f3", "f4")))
    path.write_bytes(other.shard_paths("r")[1].read_bytes())
    only(output, below(output, path), "SHA-256 differs")


def test_whole_part_missing_from_the_record(output: Output) -> None:
    output.publish("r", shards=shards_by_part(p0=["f1"]))
    only(output, "audit/decisions/run=r", "2 file(s) were decided to be written here, and are not")


def test_two_decisions_for_one_key(output: Output) -> None:
    rows = [Row("f1"), Row("f1")]
    output.publish("r", rows, shards=shards_by_part(p0=["f1"]))
    [fault] = faults_of(output)
    assert "1 key(s) belong to more than one written decision" in fault.message


def test_damaged_shard_does_not_hide_another(output: Output) -> None:
    output.publish("r", shards=shards_by_part(p0=["f1"], p1=ordered("f2", "f3", "f4")))
    first, second = output.shard_paths("r")
    flip(first)
    altered, unaccounted = faults_of(output)
    assert altered.location == below(output, first)
    assert unaccounted.location == below(output, second)
    assert "belong to no file" in unaccounted.message


def test_row_of_another_leaf(output: Output) -> None:
    """Its account's key begins with other bits than the shard, so that nobody would find it."""
    output.publish("r", [Row("f1")], shard_changes={"prefix": "1"})
    row, place = faults_of(output)
    path = below(output, output.shard_paths("r")[0])
    assert (row.location, place.location) == (path, path)
    assert "1 row(s) lie in another shard by their keys" in row.message
    assert "1 file(s) are in another shard than that of their place" in place.message


@pytest.mark.parametrize(
    ("account_key", "prefix"),
    [
        ("f" * 32, "00000001"),
        ("SECRET", "00000001"),
        ("", "00000001"),
        # What is no key lies nowhere, not even where a shard holds a whole period.
        ("SECRET ACCOUNT", ""),
        ("ABCDEF" * 5, ""),
        ("\u0662" * 32, ""),
        ("", ""),
    ],
)
def test_row_of_another_account(output: Output, account_key: str, prefix: str) -> None:
    """Its decision names the account that lies in the shard; the row itself does not."""
    rows = [shard_row(key_of("f1"), account_key=account_key)]
    output.publish("r", [Row("f1")], shards={0: rows}, shard_changes={"prefix": prefix})
    only(
        output,
        below(output, output.shard_paths("r")[0]),
        "1 row(s) lie in another shard by their keys",
    )


@pytest.mark.parametrize("swapped", [False, True])
def test_two_leaves_of_a_period(output: Output, swapped: bool) -> None:
    rows, accounts = [Row("f1"), Row("f2")], (ACCOUNT_KEY, "f" * 32)
    pairs = list(zip(rows, accounts, strict=True))
    held = [shard_row(row.key, account_key=account) for row, account in pairs]
    low, high = (
        output.write_shard(0, [row], prefix=prefix)
        for prefix, row in zip("01", held[::-1] if swapped else held, strict=True)
    )
    output.publish(
        "r",
        rows,
        decisions=[{**decision(row), "account_key": account} for row, account in pairs],
        shards={},
        record={"shards": (low, high)},
    )
    faults = faults_of(output)
    paths = [below(output, path) for path in output.shard_paths("r")]
    assert [fault.location for fault in faults] == ([*paths, *paths] if swapped else [])
    for fault, message in zip(
        faults,
        ["1 row(s) lie in another shard by their keys"] * 2
        + ["1 file(s) are in another shard than that of their place"] * 2,
        strict=swapped,
    ):
        assert message in fault.message


@pytest.mark.parametrize(
    ("digest", "than"), [("policy_digest", "the record"), ("redactor_digest", "their decision")]
)
def test_row_of_another_digest(output: Output, digest: str, than: str) -> None:
    shards = shards_by_part(p0=["f1"], p1=ordered("f2", "f3"))
    shards[1][1][digest] = "other"
    output.publish("r", shards=shards)
    path = output.shard_paths("r")[1]
    only(output, below(output, path), f"1 row(s) have another {digest} than {than}")


def test_keys_out_of_order(output: Output) -> None:
    output.publish("r", shards=shards_by_part(p0=["f1"], p1=ordered("f2", "f3")[::-1]))
    path = output.shard_paths("r")[1]
    only(output, below(output, path), "not in ascending order")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"row_count": 5}, "the record says 5"),
        ({"size_bytes": 1}, "not as large"),
        ({"policy_digest": "b" * 64}, "1 row(s) have another policy_digest than the record"),
    ],
)
def test_shard_against_its_record(output: Output, change: dict[str, Any], message: str) -> None:
    output.publish("r", [Row("f1")], shard_changes=change)
    only(output, below(output, output.shard_paths("r")[0]), message)


def test_shard_with_a_column_too_many(output: Output) -> None:
    schema = SHARD_SCHEMA.append(pa.field("summary", pa.string()))
    output.publish("r", [Row("f1")], shard_schema=schema)
    only(output, below(output, output.shard_paths("r")[0]), "does not have the columns of shards")


def test_shard_with_a_nested_field_too_many(output: Output) -> None:
    place = SHARD_SCHEMA.get_field_index("words")
    piece = SHARD_SCHEMA.field(place).type.value_type
    fields = [*(piece.field(i) for i in range(piece.num_fields)), pa.field("raw", pa.string())]
    schema = SHARD_SCHEMA.set(place, pa.field("words", pa.list_(pa.struct(fields))))
    output.publish("r", [Row("f1")], shard_schema=schema)
    only(output, below(output, output.shard_paths("r")[0]), "does not have the columns of shards")


def test_row_without_a_key(output: Output) -> None:
    schema = pa.schema([f.with_nullable(True) for f in SHARD_SCHEMA])
    rows = [shard_row(key_of("f1")), {**shard_row(""), "doc_key": None}]
    output.publish(
        "r",
        [Row("f1")],
        shards={0: rows},
        shard_schema=schema,
    )
    faults = faults_of(output)
    assert {f.location for f in faults} == {below(output, output.shard_paths("r")[0])}
    assert "1 row(s) have no key" in faults[0].message
    assert "belong to no file" in faults[-1].message


def test_many_batches(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clearshard.audit.contents._BATCH_ROWS", 7)
    rows = [Row(f"f{n}", part=n % 3) for n in range(100)]
    output.publish("r", [*rows, quarantined("q", "empty", "EmptyText")])
    report = verify(output.out)
    assert report.faults == ()
    assert report.checked.transcripts == 100
