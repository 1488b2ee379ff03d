"""A listing has the decisions that are asked for, in the order of the manifest."""

import json

import pytest

from clearshard.audit.listing import list_decisions
from clearshard.audit.reading import Pick
from clearshard.audit.selection import Filter
from clearshard.records.schemas import DECISION_SCHEMA
from clearshard.records.states import State

from .building import ACCOUNT_KEY, ROWS, Output, Row, key_of
from .several_runs import two_runs


def test_listing_is_as_the_manifest_was_and_ready_for_json(output: Output) -> None:
    output.publish("r", ROWS[::-1])
    assert [row["file_id"] for row in list_decisions(output.out)] == [
        row.file_id for row in ROWS[::-1]
    ]
    output.publish("s")
    rows = list(list_decisions(output.out))
    assert [row["file_id"] for row in rows] == [f"f{n}" for n in range(1, 8)]
    assert json.loads(json.dumps(rows)) == rows
    assert set(rows[0]) == {*DECISION_SCHEMA.names, "run_id"}
    assert rows[0]["facts"]["submitted_at"] == "2026-03-01T12:00:00Z"
    assert rows[0]["facts"]["expires_at"] is None
    assert rows[0]["decided_at"] == output.record("s").as_of
    assert (rows[2]["doc_key"], rows[2]["period"]) == (key_of("f3"), "2026-02")
    assert rows[2]["account_key"] == ACCOUNT_KEY
    assert rows[3]["reasons"] == ["baa_executed", "opted_out"]


@pytest.mark.parametrize(
    ("filters", "files"),
    [
        (Filter(state=State.QUARANTINED), ["f7"]),
        (Filter(reason="opted_out"), ["f4"]),
        (Filter(reason="opted"), []),
        (Filter(account_id="beta"), ["f9"]),
        (Filter(account_id="beta", state=State.EXCLUDED), []),
        (Filter(product="unknown"), ["f6"]),
        (Filter(product="streaming"), []),
        (Filter(region="eu"), ["f5"]),
        (Filter(region="us", state=State.EXCLUDED), ["f4", "f6"]),
        (Filter(file_id_prefix="f9"), ["f9"]),
        (Filter(file_id_prefix="9"), []),
        (Filter(file_id_prefix="f%"), []),
        (Filter(account_id="\udcff"), []),
    ],
)
def test_listing_filters(output: Output, filters: Filter, files: list[str]) -> None:
    output.publish("r", [*ROWS, Row("f9", account_id="beta", part=1)])
    listed = list_decisions(output.out, Pick.NEWEST, filters)
    assert [row["file_id"] for row in listed] == files


@pytest.mark.parametrize(("limit", "files"), [(2, ["f1", "f2"]), (0, []), (None, 7), (99, 7)])
def test_listing_limit(output: Output, limit: int | None, files: list[str] | int) -> None:
    output.publish("r")
    listed = [row["file_id"] for row in list_decisions(output.out, limit=limit)]
    assert files in (listed, len(listed))


def test_listing_of_all_runs_and_negative_limit(output: Output) -> None:
    two_runs(output)
    rows = list(list_decisions(output.out, Pick.ALL))
    assert [(r["file_id"], r["run_id"]) for r in rows[:5]] == [
        ("f1", "old"),
        ("f5", "old"),
        ("f4", "old"),
        ("f1", "new"),
        ("f2", "new"),
    ]
    with pytest.raises(ValueError, match="limit"):
        list_decisions(output.out, limit=-1)
