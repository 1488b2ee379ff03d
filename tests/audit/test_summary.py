"""A summary counts each file once: by state, reason, detail, slice and account."""

import json
from datetime import datetime

import pytest

from clearshard.audit.listing import list_decisions
from clearshard.audit.reading import Pick
from clearshard.audit.selection import Period
from clearshard.audit.summary import (
    DetailCount,
    Funnel,
    OtherAccounts,
    ReasonCount,
    Slice,
    summarise,
)
from clearshard.errors import ConfigError
from clearshard.records.states import State

from .building import Output, Row, excluded, quarantined
from .several_runs import two_runs


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
