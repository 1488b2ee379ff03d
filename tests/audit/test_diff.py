"""Two runs side by side."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.audit.changes import Kind, changed_files
from clearshard.audit.diff import open_diff
from clearshard.audit.export import as_json
from clearshard.config import default_policy_text
from clearshard.errors import ConfigError

from .building import Output, Row, excluded, quarantined

BEFORE = [
    Row("same"),
    Row("to-excluded"),
    Row("to-quarantined"),
    excluded("to-written", "opted_out"),
    excluded("other-reasons", "opted_out", "eu_server"),
    excluded("other-order", "opted_out", "eu_server"),
    excluded("gone", "eu_server"),
    quarantined("held", "missing", "X"),
]
AFTER = [
    Row("same", part=1),
    excluded("to-excluded", "baa_executed"),
    quarantined("to-quarantined", "empty", "X"),
    Row("to-written"),
    excluded("other-reasons", "opted_out"),
    excluded("other-order", "eu_server", "opted_out"),
    quarantined("held", "missing", "Y"),
    Row("new"),
    excluded("new-excluded", "eu_server"),
]


def diff(output: Output, kind: Kind | None = None, limit: int | None = None) -> tuple[Any, Any]:
    with open_diff(output.out, "a", "b") as (difference, connection):
        files = list(as_json(changed_files(connection, kind, limit).batches))
        return difference, files


def test_what_has_become_of_every_file(output: Output) -> None:
    output.publish("a", BEFORE)
    output.publish("b", AFTER)
    difference, files = diff(output)
    assert {file["file_id"]: file["change"] for file in files} == {
        "to-excluded": "newly_excluded",
        "to-quarantined": "newly_quarantined",
        "to-written": "newly_eligible",
        "other-reasons": "reasons_changed",
        "gone": "gone",
        "new": "newly_eligible",
        "new-excluded": "newly_excluded",
    }
    told = difference.to_dict()
    assert told["same"] == 3
    assert {kind: told[kind] for kind in Kind} == {
        "newly_eligible": 2,
        "newly_excluded": 2,
        "newly_quarantined": 1,
        "reasons_changed": 1,
        "gone": 1,
    }
    assert sum(state["files"] for state in told["states"]) == 7
    assert {r["reason"]: (r["gained"], r["lost"]) for r in told["reasons"]} == {
        "baa_executed": (1, 0),
        "empty": (1, 0),
        "eu_server": (1, 2),
        "opted_out": (0, 1),
    }
    [changed] = [file for file in files if file["file_id"] == "other-reasons"]
    assert (changed["before_reasons"], changed["after_reasons"]) == (
        ["eu_server", "opted_out"],
        ["opted_out"],
    )
    [new] = [file for file in files if file["file_id"] == "new"]
    assert (new["before_state"], new["after_state"]) == (None, "eligible")
    assert [f["file_id"] for f in diff(output, Kind.GONE)[1]] == ["gone"]
    assert len(diff(output, limit=2)[1]) == 2


def test_a_file_id_that_is_there_several_times_is_one_file(output: Output) -> None:
    twice = quarantined("f", "duplicate_file_id", "X")
    output.publish("a", [twice, excluded("f", "eu_server")])
    output.publish("b", [twice, excluded("f", "eu_server"), twice])
    assert diff(output)[1] == []
    output.publish("c", [twice, excluded("f", "opted_out")])
    with open_diff(output.out, "b", "c") as (difference, connection):
        [file] = as_json(changed_files(connection).batches)
    assert file["change"] == "reasons_changed"
    assert file["after_reasons"] == ["duplicate_file_id", "opted_out"]
    assert difference.changes.same == 0


def test_what_the_runs_were_made_from(output: Output) -> None:
    policy = default_policy_text()
    output.publish("a", [], record={"decisions": ()})
    changed = policy.replace('id = "ttl"', 'id = "time-to-live"').replace("604800", "86400")
    output.publish("b", record={"policy_toml": changed, "policy_digest": "q" * 64})
    difference, _ = diff(output)
    assert difference.policy.added == ("time-to-live",)
    assert difference.policy.removed == ("ttl",)
    assert difference.policy.changed == ("registry-age",)
    assert difference.made_from["redactor"].same
    assert not difference.made_from["as_of"].same
    assert difference.to_dict()["manifest"]["after"]["row_count"] == 7


def test_a_run_that_is_not_there(output: Output) -> None:
    output.publish("a")
    with pytest.raises(ConfigError, match="the newest is a"), open_diff(output.out, "a", "b"):
        pass


decisions = st.dictionaries(
    st.sampled_from("abcd"),
    st.sampled_from(
        [("written", ()), ("excluded", ("x",)), ("excluded", ("x", "y")), ("quarantined", ("z",))]
    ),
)


@settings(max_examples=15, deadline=None)
@given(before=decisions, after=decisions)
def test_as_a_naive_comparison_says(
    tmp_path_factory: pytest.TempPathFactory,
    before: dict[str, tuple[str, tuple[str, ...]]],
    after: dict[str, tuple[str, tuple[str, ...]]],
) -> None:
    output = Output(Path(tmp_path_factory.mktemp("diff")))
    for run, rows in (("a", before), ("b", after)):
        output.publish(run, [Row(i, state, reasons) for i, (state, reasons) in rows.items()])
    difference, files = diff(output)
    ids = before.keys() | after.keys()
    assert {f["file_id"] for f in files} == {i for i in ids if before.get(i) != after.get(i)}
    assert difference.changes.same == sum(before.get(i) == after[i] for i in after)
    back = {
        f["file_id"]: None if f["before_state"] is None else tuple(f["before_reasons"])
        for f in files
    }
    assert back == {i: before[i][1] if i in before else None for i in back}
