"""summary, listing, explain and the reading below them."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clearshard.audit.explain import Presence, explain
from clearshard.audit.listing import list_decisions
from clearshard.audit.query import open_query
from clearshard.audit.reading import Pick, picked_runs, read_record, visible_runs
from clearshard.audit.selection import Filter, Period
from clearshard.audit.summary import (
    DetailCount,
    Funnel,
    OtherAccounts,
    ReasonCount,
    Slice,
    summarise,
)
from clearshard.audit.verify import verify
from clearshard.errors import ConfigError, IntegrityError, OutputUnusable
from clearshard.records.schemas import DECISION_SCHEMA
from clearshard.records.states import QuarantineReason, State

from .building import (
    ACCOUNT_KEY,
    FACTS,
    POLICY,
    ROWS,
    Output,
    Row,
    decision,
    excluded,
    key_of,
    quarantined,
    shard_row,
)

HOSTILE = [
    '=HYPERLINK("http://x")',
    "'; DROP TABLE decisions; --",
    "' OR '1'='1",
    'quote"quote',
    "tab\tline\nreturn\rnul\0end",
    "\u202egnp.exe",
    "\u05d0\u05d1",
    "$file_id",
    "%s{0}*?[a]",
    "\ufeff",
    " ",
]


def two_runs(output: Output) -> None:
    output.publish("old", [Row("f1"), Row("f5"), excluded("f4", "unknown_account")])
    output.publish("new", superseded=["old"])
    output.remove_shards("old")


def test_summary_of_the_newest_run(output: Output) -> None:
    two_runs(output)
    summary = summarise(output.out)
    assert summary.runs == ("new",)
    assert summary.total == Funnel(written=3, excluded=3, quarantined=1)
    assert (summary.total.seen, summary.total.eligible) == (7, 4)
    assert summary.by_reason == tuple(
        ReasonCount(State(state), reason, 1)
        for state, reason in [
            ("excluded", "baa_executed"),
            ("excluded", "eu_server"),
            ("excluded", "opted_out"),
            ("excluded", "unknown_product"),
            ("quarantined", "detector_failed"),
        ]
    )
    assert summary.by_product == (Slice("async", Funnel(3, 2, 1)), Slice(None, Funnel(0, 1, 0)))
    assert summary.by_region == (Slice("eu", Funnel(0, 1, 0)), Slice("us", Funnel(3, 2, 1)))
    assert json.loads(json.dumps(summary.to_dict()))["by_product"][1] == {
        "product": None,
        "seen": 1,
        "eligible": 0,
        "written": 0,
        "excluded": 1,
        "quarantined": 0,
    }


def test_summary_of_other_runs(output: Output) -> None:
    two_runs(output)
    assert summarise(output.out, "old").total == Funnel(2, 1, 0)
    every = summarise(output.out, Pick.ALL)
    assert every.runs == ("old", "new")
    assert every.total == Funnel(5, 4, 1)
    assert [run.funnel for run in every.by_run] == [Funnel(2, 1, 0), Funnel(3, 3, 1)]


def test_summary_of_a_period(output: Output) -> None:
    output.publish("a", [Row("f")], record={"as_of": "2026-03-01T00:00:00Z"})
    output.publish("b", [Row("f")], record={"as_of": "2026-03-02T01:00:00+01:00"})
    output.publish("c", [Row("f")], record={"as_of": "2026-03-03T00:00:00Z"})

    def runs(since: str | None, until: str | None) -> tuple[str, ...]:
        moments = (None if t is None else datetime.fromisoformat(t) for t in (since, until))
        return summarise(output.out, Pick.ALL, Period(*moments)).runs

    assert runs("2026-03-02T00:00:00Z", None) == ("b", "c")
    assert runs(None, "2026-03-02T00:00:00Z") == ("a",)
    assert runs("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z") == ("b",)
    with pytest.raises(ConfigError, match="no run decided then"):
        runs("2027-01-01T00:00:00Z", None)


def test_summary_by_account_has_the_largest_and_the_rest(output: Output) -> None:
    rows = [Row(f"{account}{n}", account_id=account) for account in "abc" for n in range(3)]
    rows += [
        Row("a9", "excluded", ("x",), account_id="a"),
        Row("n1", "quarantined", ("malformed",), account_id=None),
        *(Row(f"d{n}", account_id="d") for n in range(2)),
    ]
    output.publish("r", rows)
    summary = summarise(output.out, accounts=2)
    assert summary.by_account == (Slice("a", Funnel(3, 1, 0)), Slice("b", Funnel(3, 0, 0)))
    assert summary.other_accounts == OtherAccounts(3, Funnel(5, 0, 1))
    everything = summarise(output.out)
    assert everything.by_account[-1] == Slice(None, Funnel(0, 0, 1))
    assert everything.other_accounts == OtherAccounts(0, Funnel())
    assert summarise(output.out, accounts=0).other_accounts == OtherAccounts(5, everything.total)


def test_summary_of_an_empty_run(output: Output) -> None:
    output.publish("r", (), record={"decisions": ()})
    assert summarise(output.out).total == Funnel()
    assert list(list_decisions(output.out)) == []


def test_reason_twice_on_one_file_counts_once(output: Output) -> None:
    output.publish("r", [excluded("f", "eu_server", "eu_server")])
    assert summarise(output.out).by_reason == (ReasonCount(State.EXCLUDED, "eu_server", 1),)


def test_quarantines_are_counted_by_detail_wherever_they_were(output: Output) -> None:
    rows = [
        quarantined("a", "malformed", "timing: words[3]"),
        quarantined("b", "malformed", "timing: words[12]"),
        quarantined(
            "c", "malformed", "ValidationError: utterances[1].words[0].start (expected int)"
        ),
        quarantined(
            "d", "malformed", "ValidationError: utterances[7].words[9].start (expected int)"
        ),
        quarantined("e", "malformed", "timing: utterances[3]"),
        quarantined("f", "malformed", "timing: words[3]"),
        Row("g", "quarantined", ("duplicate_file_id",)),
        Row("h", "excluded", ("deletion_requested",), error_type="TranscriptDeleted"),
        Row("i"),
    ]
    output.publish("r", rows)
    summary = summarise(output.out)
    of_a_word = "ValidationError: utterances[].words[].start (expected int)"
    assert summary.by_detail == (
        DetailCount("malformed", "timing: words[]", 3),
        DetailCount("malformed", of_a_word, 2),
        DetailCount("duplicate_file_id", None, 1),
        DetailCount("malformed", "timing: utterances[]", 1),
    )
    assert summary.by_reason == (
        ReasonCount(State.EXCLUDED, "deletion_requested", 1),
        ReasonCount(State.QUARANTINED, "malformed", 6),
        ReasonCount(State.QUARANTINED, "duplicate_file_id", 1),
    )
    assert summary.to_dict()["by_detail"][0] == {
        "reason": "malformed",
        "detail": "timing: words[]",
        "files": 3,
    }


def test_runs_that_are_not_there(output: Output, tmp_path: Path) -> None:
    with pytest.raises(OutputUnusable, match="--out"):
        summarise(tmp_path)
    output.publish("r")
    with pytest.raises(ConfigError, match="the newest is r"):
        summarise(output.out, "\u202e'; DROP")
    with pytest.raises(ConfigError, match=r"\\u202e"):
        list_decisions(output.out, "\u202e")


def test_newest_is_the_last_to_finish_whatever_its_name(output: Output) -> None:
    output.publish("z", [])
    output.publish("a", [], record={"finished_at": "2026-03-01T23:00:00+02:00"})
    output.publish("m", [], record={"finished_at": "2026-03-01T20:00:00Z"})
    assert [run.run_id for run in visible_runs(output.out)] == ["z", "m", "a"]
    assert [run.run_id for run in picked_runs(output.out)] == ["a"]


def test_record_round_trip(output: Output) -> None:
    made = output.publish("r")
    run = read_record(output.record_path("r"))
    assert run.record == made
    assert msgspec.json.encode(run.record) == output.record_path("r").read_bytes()


def test_damaged_record_stops_every_question_and_is_not_quoted(output: Output) -> None:
    output.publish("r")
    output.record_path("r").write_text('{"run_id": "SECRET"')
    for question in (
        lambda: summarise(output.out),
        lambda: list_decisions(output.out),
        lambda: explain(output.out, "f1"),
    ):
        with pytest.raises(IntegrityError, match="DecodeError") as caught:
            question()
        assert "SECRET" not in str(caught.value)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("damage", ["missing", "junk"])
def test_damaged_decisions_stop_every_question(output: Output, damage: str) -> None:
    output.publish("r")
    path = output.decisions_paths("r")[0]
    path.unlink()
    if damage == "junk":
        path.write_bytes(b"SECRET" * 10)
    for question in (
        lambda: summarise(output.out),
        lambda: list(list_decisions(output.out)),
        lambda: explain(output.out, "f1"),
    ):
        with pytest.raises(IntegrityError, match="clearshard audit verify") as caught:
            question()
        assert "SECRET" not in str(caught.value)


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


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_ids_are_only_data(output: Output, hostile: str) -> None:
    row = Row(hostile, "excluded", (hostile,), account_id=hostile)
    output.publish("r", [row, Row("f1")])
    [by_account] = list_decisions(output.out, Pick.NEWEST, Filter(account_id=hostile))
    [by_reason] = list_decisions(output.out, Pick.NEWEST, Filter(reason=hostile))
    assert by_account == by_reason
    assert by_account["file_id"] == hostile
    explanation = explain(output.out, hostile)
    assert explanation is not None
    assert explanation.file_id == hostile
    [verdict] = explanation.verdicts
    assert (verdict.state, verdict.account_id) == (State.EXCLUDED, hostile)
    assert summarise(output.out).total == Funnel(1, 1, 0)


@pytest.mark.parametrize("file_id", ["f99", "", "F1", "f1 ", "\udcff", *HOSTILE])
def test_unknown_file_id(output: Output, file_id: str) -> None:
    output.publish("r")
    assert explain(output.out, file_id) is None
    assert len(list(list_decisions(output.out))) == len(ROWS)


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


def three_runs(output: Output) -> None:
    """As a job leaves them: each run names all the runs before it."""
    for number, run in enumerate(("a", "b", "c", "d")):
        output.publish(run, [Row("f1")], superseded=("a", "b", "c")[:number])


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


@pytest.mark.usefixtures("queries_here")
@pytest.mark.parametrize("which", [Pick.ALL, "a", "c"])
def test_a_query_about_some_runs_knows_what_replaced_them(
    output: Output, which: Pick | str
) -> None:
    three_runs(output)
    runs = picked_runs(output.out, which)
    after = {"a": "b", "b": "c", "c": "d", "d": None}
    for view in ("runs", "shards"):
        sql = f"SELECT run_id, superseded_by FROM {view}"
        with open_query(output.out, runs, sql, 30) as rows:
            found = [row for batch in rows.batches for row in batch.to_pylist()]
        assert {row["run_id"]: row["superseded_by"] for row in found} == {
            run.run_id: after[run.run_id] for run in runs
        }


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


@pytest.mark.parametrize(
    ("reasons", "facts", "rules"),
    [
        (("contract_not_permitting",), {"training_permitted": False}, ["contract"]),
        (
            ("baa_executed", "opted_out"),
            {"baa_executed": True, "opted_out": True},
            ["baa", "opt-out"],
        ),
        (("retention_expired",), {"ttl_seconds": 60}, ["ttl"]),
        (("retention_expired",), {"expires_at": FACTS["exported_at"]}, ["expired"]),
        (
            ("deletion_requested",),
            {"deletion_requested_at": FACTS["exported_at"]},
            ["deletion-request"],
        ),
        (
            ("zero_retention_breach",),
            {"opted_out": True, "product": "streaming"},
            ["zero-retention"],
        ),
        (("unknown_opted_out",), {"opted_out": None}, ["opt-out"]),
        (
            ("unknown_opted_out",),
            {"opted_out": None, "product": "streaming"},
            ["opt-out", "zero-retention"],
        ),
        (("unknown_product",), {"product": None}, ["product"]),
        (("unknown_region",), {"region": None}, ["eu-server"]),
        (("unknown_ttl_seconds",), {}, ["ttl"]),
        (
            ("gateway_provider_not_opted_out",),
            {"product": "llm_gateway", "gateway_provider": "x"},
            ["gateway-provider"],
        ),
        (("registry_stale",), {}, ["registry-age"]),
    ],
)
def test_reasons_with_a_rule(
    output: Output, reasons: tuple[str, ...], facts: dict[str, Any], rules: list[str]
) -> None:
    output.publish("r", [excluded("f", *reasons, **facts)])
    explanation = explain(output.out, "f")
    assert explanation is not None
    whys = explanation.verdicts[0].reasons
    assert tuple(w.reason for w in whys) == reasons
    assert [rule.id for w in whys for rule in w.rules] == rules
    for why in whys:
        assert why.sentence.endswith(".")
        assert why.remedy.endswith(".")
        assert why.remedy != "The facts that the rule read must no longer meet it."
        assert all(rule.source and rule.description and rule.facts for rule in why.rules)


def test_all_facts_that_a_rule_reads(output: Output) -> None:
    rows = [
        excluded("a", "zero_retention_breach", opted_out=True, product="streaming"),
        excluded("b", "retention_expired", ttl_seconds=60),
    ]
    output.publish("r", rows)
    found = {}
    for file_id in "ab":
        explanation = explain(output.out, file_id)
        assert explanation is not None
        found[file_id] = explanation.verdicts[0].reasons[0].rules[0].facts
    assert found == {
        "a": {"opted_out": True, "product": "streaming"},
        "b": {"ttl_seconds": 60, "submitted_at": "2026-03-01T12:00:00Z"},
    }


@pytest.mark.parametrize(
    "reason", ["unknown_account", "conflicting_registry_rows", *QuarantineReason]
)
def test_reasons_without_a_rule(output: Output, reason: str) -> None:
    row = Row("f", "quarantined", (str(reason),), error_type="SomeError")
    output.publish("r", [row])
    explanation = explain(output.out, "f")
    assert explanation is not None
    [why] = explanation.verdicts[0].reasons
    assert explanation.verdicts[0].error_type == "SomeError"
    assert why.rules == ()
    assert "no rule" not in why.sentence
    assert why.remedy.endswith(".")


@pytest.mark.parametrize(
    "policy", ["", "not toml [", "rules = 3", "rules = [1]", "[[rules]]\nid = 3"]
)
def test_policy_that_cannot_be_read_explains_what_it_can(output: Output, policy: str) -> None:
    output.publish("r", [excluded("f", "eu_server", "own_reason")], record={"policy_toml": policy})
    explanation = explain(output.out, "f")
    assert explanation is not None
    known, own = explanation.verdicts[0].reasons
    assert known.sentence == "The policy that the run recorded has no rule with this reason."
    assert known.remedy.startswith("Nothing can")
    assert own.remedy == "The facts that the rule read must no longer meet it."


def test_own_rule_is_explained_by_its_own_words(output: Output) -> None:
    policy = """
    [[rules]]
    id = "mine"
    reason = "own_reason"
    fact = "region"
    denies = { in = ["us"] }
    description = "My words."
    source = "My source."
    """
    output.publish("r", [excluded("f", "own_reason")], record={"policy_toml": policy})
    explanation = explain(output.out, "f")
    assert explanation is not None
    [why] = explanation.verdicts[0].reasons
    assert (why.sentence, why.rules[0].source, why.rules[0].facts) == (
        "My words.",
        "My source.",
        {"region": "us"},
    )
