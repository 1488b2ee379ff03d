"""An explanation has every decision on a file, and says where it is or went."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from clearshard import layout
from clearshard.audit.events import EventName, canonical
from clearshard.audit.explain import Presence, explain
from clearshard.audit.remedy import Outcome
from clearshard.audit.tombstones import TOMBSTONES_SCHEMA, encoded
from clearshard.audit.verify import verify
from clearshard.records.states import State

from .building import POLICY, Output, Row, decision, excluded, key_of, quarantined, shard_row
from .several_runs import three_runs, two_runs


def test_explanation_of_every_decision_oldest_first(output: Output) -> None:
    two_runs(output)
    explanation = explain(output.out, "f5")
    assert explanation is not None
    old, new = explanation.verdicts
    assert (old.run_id, old.state, old.reasons) == ("old", State.WRITTEN, ())
    assert old.written is not None
    assert old.written.presence is Presence.REMOVED
    assert old.written.superseded_by == "new"
    assert old.written.shard is not None
    assert old.written.shard.startswith("2026-01/part-")
    assert (new.run_id, new.state, new.written) == ("new", State.EXCLUDED, None)
    assert new.policy_digest == POLICY
    assert new.registry.sha256 == "2" * 64
    assert new.registry.newest_exported_at == "2026-03-01T12:00:00Z"
    [why] = new.reasons
    assert (why.reason, why.remedy) == (
        "eu_server",
        "Nothing can: the file went through a European server.",
    )
    [rule] = why.rules
    assert (rule.id, rule.facts) == ("eu-server", {"region": "eu"})
    assert rule.source.startswith("We will not use files you submit for model training if")
    assert why.sentence == rule.description
    assert json.loads(json.dumps(explanation.to_dict()))["verdicts"][1]["state"] == "excluded"


@pytest.mark.parametrize("removed", [True, False])
@pytest.mark.parametrize("replaced", [True, False])
def test_where_a_file_was_written(output: Output, removed: bool, replaced: bool) -> None:
    output.publish("r", [Row("f1", part=4)])
    if replaced:
        output.publish("s", [], superseded=["r"])
    name = output.shard_paths("r")[0].name
    if removed:
        output.remove_shards("r")
    explanation = explain(output.out, "f1")
    assert explanation is not None
    written = explanation.verdicts[0].written
    assert written is not None
    assert (written.shard, written.doc_key) == (f"2026-05/{name}", key_of("f1"))
    assert written.superseded_by == ("s" if replaced else None)
    assert (
        written.presence
        is {
            (True, True): Presence.REMOVED,
            (False, True): Presence.NOT_YET_REMOVED,
            (True, False): Presence.MISSING,
            (False, False): Presence.PRESENT,
        }[removed, replaced]
    )


def test_each_run_was_replaced_by_the_one_right_behind_it(output: Output) -> None:
    three_runs(output)
    output.remove_shards("a")
    explanation = explain(output.out, "f1")
    assert explanation is not None
    places = [verdict.written for verdict in explanation.verdicts]
    assert [place and place.superseded_by for place in places] == ["b", "c", "d", None]
    # The shards of b and c are still there, for readers who began before.
    assert [place and place.presence for place in places] == [
        Presence.REMOVED,
        Presence.NOT_YET_REMOVED,
        Presence.NOT_YET_REMOVED,
        Presence.PRESENT,
    ]
    assert verify(output.out).sound


def test_a_shard_that_was_carried_over_is_present(output: Output) -> None:
    """It is the same file, whichever run is asked about; the others are on their way out."""
    output.publish("old", [Row("f1"), Row("f2", part=1)])
    output.publish("between", [Row("f1"), Row("f2", part=1), Row("f3", part=1)], texts_of="old")
    output.publish(
        "new", [Row("f1"), Row("f3", part=1)], superseded=["old", "between"], texts_of="old"
    )
    (shard,) = {output.shard_paths(run)[0] for run in ("old", "between", "new")}
    explanation = explain(output.out, "f1")
    assert explanation is not None
    for verdict, newer in zip(explanation.verdicts, ("new", "new", None), strict=True):
        assert verdict.written is not None
        assert verdict.written.shard == f"2026-01/{shard.name}"
        assert verdict.written.presence is Presence.PRESENT
        assert verdict.written.superseded_by == newer
    explanation = explain(output.out, "f2")
    assert explanation is not None
    assert [v.written and v.written.presence for v in explanation.verdicts] == [
        Presence.NOT_YET_REMOVED,
        Presence.NOT_YET_REMOVED,
    ]
    shard.unlink()
    explanation = explain(output.out, "f1")
    assert explanation is not None
    assert {v.written and v.written.presence for v in explanation.verdicts} == {Presence.MISSING}


def test_a_shard_that_was_removed_and_written_again(output: Output) -> None:
    """The same rows have the same name again; of a run is told what came after it."""
    output.publish("a", [Row("f1")])
    output.publish("b", [], superseded=["a"])
    name = output.record("a").shards[0].name
    output.remove_shards("a")
    output.ledger.append(
        "shards_removed", "b", output.tick(), {"shards": [name], "why": "row_gone"}
    )
    output.publish("c", [Row("f1")], superseded=["a", "b"], texts_of="a")
    assert output.record("c").shards[0].name == name
    explanation = explain(output.out, "f1")
    assert explanation is not None
    first, last = (verdict.written for verdict in explanation.verdicts)
    assert first is not None
    assert last is not None
    assert [event.event for event in first.events] == ["shards_removed"]
    assert (last.events, last.presence) == ((), Presence.PRESENT)
    assert verify(output.out).sound


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"period": None},
        {"account_key": None},
        {"account_key": "SECRET"},
        {"doc_key": None},
        {"account_key": "\u0662" * 32},
    ],
)
def test_a_file_that_lies_in_no_shard_of_the_record(output: Output, change: dict[str, Any]) -> None:
    """Explained as far as can be; a verification calls it a fault."""
    rows = [Row("f1"), Row("f2", part=1)]
    decisions = [{**decision(rows[0]), **change}, decision(rows[1])]
    held = {1: [shard_row(key_of("f2"))]}
    output.publish("r", rows, decisions=decisions, shards=held)
    explanation = explain(output.out, "f1")
    assert explanation is not None
    [verdict] = explanation.verdicts
    assert verdict.written is not None
    assert (verdict.written.shard, verdict.written.presence) == (None, Presence.MISSING)
    assert not verify(output.out).sound


def test_no_run_is_replaced_by_one_that_ended_before_it(output: Output) -> None:
    output.publish("a", [Row("f1")], superseded=["b"])
    output.publish("b", [Row("f1")])
    explanation = explain(output.out, "f1")
    assert explanation is not None
    assert [v.written and v.written.superseded_by for v in explanation.verdicts] == [None, None]


def test_written_to_a_part_that_the_record_has_not(output: Output) -> None:
    output.publish("r", [Row("f1", part=4)], shards={})
    explanation = explain(output.out, "f1")
    assert explanation is not None
    written = explanation.verdicts[0].written
    assert written is not None
    assert (written.shard, written.presence) == (None, Presence.MISSING)


def test_duplicate_file_id_has_several_decisions_in_one_run(output: Output) -> None:
    twice = quarantined("f", "duplicate_file_id", "DuplicateFileId")
    output.publish("r", [twice, Row("g"), twice])
    explanation = explain(output.out, "f")
    assert explanation is not None
    assert [v.error_type for v in explanation.verdicts] == ["DuplicateFileId"] * 2


def many_runs(output: Output, count: int) -> None:
    """Each writes the file anew, and tells that the shard of the one before is gone."""
    earlier: list[str] = []
    for number in range(count):
        output.publish(f"r{number}", [Row("f1"), Row("f2")], superseded=earlier[-1:])
        if earlier:
            gone = [shard.name for shard in output.record(earlier[-1]).shards]
            output.remove_shards(earlier[-1])
            told = {"shards": gone, "why": "row_gone"}
            output.ledger.append(EventName.SHARDS_REMOVED, f"r{number}", output.tick(), told)
        earlier.append(f"r{number}")


def test_each_event_is_looked_into_once(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not once for each run: that took the square of their number."""
    many_runs(output, 5)
    looked_into: list[object] = []

    def counted(value: object) -> bytes:
        looked_into.append(value)
        return canonical(value)

    monkeypatch.setattr("clearshard.audit.explain.canonical", counted)
    explanation = explain(output.out, "f1")
    assert explanation is not None
    assert len(looked_into) == len(tuple(output.ledger.read()))
    places = [verdict.written for verdict in explanation.verdicts]
    assert [[e.why for e in place.events] for place in places if place] == [["row_gone"]] * 4 + [[]]


def test_what_names_a_shard_or_a_pseudonym_is_about_the_file(output: Output) -> None:
    output.publish("r", [Row("f1"), Row("f2", part=1)])
    shard, other = (one.name for one in output.record("r").shards)
    for name, data in (
        ("both", {"rows": {key_of("f1"): shard}}),
        ("pseudonym", {"told": f"row {key_of('f1')}, gone"}),
        ("other", {"shards": [other], "rows": [key_of("f2")], "digest": key_of("f1") * 2}),
    ):
        output.ledger.append(name, "p", output.tick(), data)
    explanation = explain(output.out, "f1")
    assert explanation is not None
    assert explanation.verdicts[0].written is not None
    assert [one.event for one in explanation.verdicts[0].written.events] == ["both", "pseudonym"]


def place_tombstone(output: Output, purge: str, file_id: str) -> None:
    row = {"kind": "file", "id": file_id, "reasons": ["opted_out"]}
    content = encoded(pa.Table.from_pylist([row], schema=TOMBSTONES_SCHEMA))
    path = output.out / layout.tombstones(purge)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    told = {"sha256": hashlib.sha256(content).hexdigest(), "why": "file"}
    output.ledger.append(EventName.TOMBSTONES_PLACED, purge, output.tick(), told)


# With the last the run ends half a second after the purge, which as text is before it.
@pytest.mark.parametrize("back", [timedelta(), timedelta(hours=1), timedelta(seconds=179.5)])
def test_a_purge_keeps_out_what_runs_decide_after_it_whatever_the_clock(
    output: Output, back: timedelta
) -> None:
    output.publish("r1", [Row("f1"), Row("f2")])
    place_tombstone(output, "p1", "f1")
    later = (output.now + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    output.now -= back
    denied = excluded("f1", "opted_out", opted_out=True)
    output.publish("r2", [denied, Row("f2")], superseded=["r1"], record={"finished_at": later})
    output.remove_shards("r1")
    explanation = explain(output.out, "f1")
    assert explanation is not None
    before, after = explanation.verdicts
    assert (after.run_id, after.remedy.outcome) == ("r2", Outcome.LIFT)
    assert after.remedy.obstacles == ("p1",)
    assert before.remedy.outcome is Outcome.WRITTEN
    assert verify(output.out).faults == ()


def test_a_purge_after_a_run_has_not_kept_out_what_that_decided(output: Output) -> None:
    output.publish("r1", [excluded("f1", "opted_out", opted_out=True)])
    output.now -= timedelta(hours=1)
    place_tombstone(output, "p1", "f1")
    explanation = explain(output.out, "f1")
    assert explanation is not None
    assert [verdict.remedy.outcome for verdict in explanation.verdicts] == [Outcome.FACTS]
