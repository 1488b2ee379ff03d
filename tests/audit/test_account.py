"""What is told of an account is all that any run decided on its files."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.audit.account import AccountReport, Elsewhere, account_report
from clearshard.audit.listing import list_decisions
from clearshard.audit.reading import Pick
from clearshard.errors import OutputUnusable
from clearshard.records.states import State

from .building import NAME, TEXT, Output, Row, excluded, quarantined

OPTED_OUT: dict[str, Any] = {"opted_out": True}


def published(output: Output, *, as_changes: bool) -> None:
    """Four runs over an account: it opts out in the third; one file is gone then, one has come."""
    runs = {
        "run-1": (
            Row("f1"),
            Row("f2"),
            quarantined("f3", "empty", "E"),
            Row("x", account_id="other"),
        ),
        "run-2": (
            Row("f1"),
            Row("f2"),
            quarantined("f3", "empty", "E"),
            Row("x", account_id="other"),
        ),
        "run-3": (
            excluded("f1", "opted_out", **OPTED_OUT),
            excluded("f4", "opted_out", "eu_server", region="eu", **OPTED_OUT),
            Row("x", account_id="other"),
        ),
        "run-4": (
            excluded("f1", "opted_out", **OPTED_OUT),
            excluded("f4", "opted_out", "eu_server", region="eu", **OPTED_OUT),
            Row("x", account_id="other"),
        ),
    }
    earlier: list[str] = []
    for run_id, rows in runs.items():
        follows = earlier[-1] if as_changes and earlier else None
        output.publish(run_id, rows, follows=follows, superseded=earlier)
        earlier.append(run_id)


@pytest.mark.parametrize("as_changes", [False, True])
def test_it_tells_the_whole_life_of_each_file(output: Output, as_changes: bool) -> None:
    published(output, as_changes=as_changes)
    told = account_report(output.out, "acme")
    lives = {
        file.file_id: [
            (one.span.first_run, one.span.last_run, str(one.state), one.reasons, one.error_type)
            for one in file.decisions
        ]
        for file in told.files
    }
    assert lives == {
        "f1": [
            ("run-1", "run-2", "written", (), None),
            ("run-3", "run-4", "excluded", ("opted_out",), None),
        ],
        "f2": [("run-1", "run-2", "written", (), None)],
        "f3": [("run-1", "run-2", "quarantined", ("empty",), "E")],
        "f4": [("run-3", "run-4", "excluded", ("opted_out", "eu_server"), None)],
    }
    assert told.now == {"excluded": 2, "not_seen": 2}
    assert told.taken_out == 2
    assert (told.runs.first_run, told.runs.last_run) == ("run-1", "run-4")
    assert set(told.reasons) == {"empty", "opted_out", "eu_server"}
    assert "opted out" in told.reasons["opted_out"]
    assert [
        (one.span.first_run, one.span.last_run, one.facts["opted_out"]) for one in told.known
    ] == [("run-1", "run-2", False), ("run-3", "run-4", True)]
    assert told.known[0].facts["exported_at"] == "2026-03-01T12:00:00Z"


@pytest.mark.parametrize("as_changes", [False, True])
def test_a_file_that_changes_hands_is_in_the_shards_all_the_same(
    output: Output, as_changes: bool
) -> None:
    """Nor is it told whose it is now, or what was decided on it there."""
    runs = {
        "run-1": (Row("f1"), Row("f2"), Row("f3"), Row("f4", account_id="other")),
        "run-2": (
            Row("f1", account_id="other"),
            Row("f2"),
            replace(quarantined("f3", "malformed", "E"), account_id=None),
            Row("f4", account_id="other"),
        ),
        "run-3": (
            Row("f1", account_id="other"),
            replace(excluded("f2", "opted_out", **OPTED_OUT), account_id="other"),
            Row("f3"),
            Row("f4"),
        ),
    }
    earlier: list[str] = []
    for run_id, rows in runs.items():
        follows = earlier[-1] if as_changes and earlier else None
        output.publish(run_id, rows, follows=follows, superseded=earlier)
        earlier.append(run_id)
    output.ledger.append("purge_receipt", "run-3", output.tick(), {})
    told = account_report(output.out, "acme")
    lives = {
        file.file_id: [
            (one.span.first_run, str(one.state), one.in_shards) for one in file.decisions
        ]
        for file in told.files
    }
    assert lives == {
        "f1": [("run-1", "written", True), ("run-2", "of_another_account", True)],
        "f2": [("run-1", "written", True), ("run-3", "of_another_account", False)],
        "f3": [
            ("run-1", "written", True),
            ("run-2", "of_no_account", False),
            ("run-3", "written", True),
        ],
        "f4": [("run-1", "of_another_account", True), ("run-3", "written", True)],
    }
    assert told.now == {"of_another_account": 2, "written": 2}
    assert told.taken_out == 1
    assert list(told.receipts) == ["run-3"]
    assert told.reasons == {}
    elsewhere = [one for file in told.files for one in file.decisions if one.state in Elsewhere]
    assert {(one.doc_key, one.product, one.submitted_at) for one in elsewhere} == {(None,) * 3}
    assert "'other'" not in str(told.to_dict())


def test_an_id_that_two_accounts_name_is_of_both(output: Output) -> None:
    twice = quarantined("f", "duplicate_file_id", "E")
    output.publish("run-1", (twice, replace(twice, account_id="other"), Row("g")))
    told = account_report(output.out, "acme")
    assert told.now == {"of_another_account and quarantined": 1, "written": 1}
    assert told.taken_out == 0


def test_it_names_the_pseudonyms_and_no_content(output: Output) -> None:
    output.publish("run-1")
    told = account_report(output.out, "acme").to_dict()
    [first, *_] = [file for file in told["files"] if file["file_id"] == "f1"]
    assert first["decisions"][0]["doc_key"] == Row("f1").key
    assert TEXT not in str(told)


def test_of_an_account_that_nobody_knows_nothing_is_told(output: Output) -> None:
    output.publish("run-1")
    for name in ("Acme", "", "acme\udcff"):
        told = account_report(output.out, name)
        assert (told.files, told.known, told.now) == ((), (), {})


def test_without_a_run_there_is_nothing_to_tell(output: Output) -> None:
    with pytest.raises(OutputUnusable):
        account_report(output.out, "acme")


STATES = st.sampled_from(["written", "excluded", "quarantined", "of another account", None])
HISTORIES = st.lists(st.lists(STATES, min_size=3, max_size=3), min_size=1, max_size=5)


@pytest.mark.slow
@settings(max_examples=40)  # each is a history of folders
@given(HISTORIES, st.booleans())
def test_every_decision_is_told_once(
    tmp_path_factory: pytest.TempPathFactory, history: list[list[str | None]], as_changes: bool
) -> None:
    output = Output(tmp_path_factory.mktemp("account") / NAME)
    earlier: list[str] = []
    for number, states in enumerate(history):
        rows = [_row(f"f{place}", state) for place, state in enumerate(states) if state is not None]
        # Of somebody else there is always a file.
        run_id = f"run-{number}"
        follows = earlier[-1] if as_changes and earlier else None
        rows.append(Row("x", account_id="other"))
        output.publish(run_id, rows, follows=follows, superseded=earlier)
        earlier.append(run_id)
    told = account_report(output.out, "acme")
    decided = list(list_decisions(output.out, Pick.ALL))
    all_of_it = {
        (row["file_id"], row["run_id"], row["state"], tuple(row["reasons"]))
        for row in decided
        if row["account_id"] == "acme"
    }
    assert sorted(_spelled_out(told, len(history))) == sorted(all_of_it)
    written = [(row["file_id"], row["run_id"]) for row in decided if row["state"] == "written"]
    ever_its = {name for name, *_ in all_of_it}
    now_in_shards = {name for name, run_id in written if run_id == earlier[-1]}
    assert told.taken_out == len({name for name, _ in written} & ever_its - now_in_shards)


def _row(file_id: str, state: str) -> Row:
    if state == "excluded":
        return excluded(file_id, "opted_out", **OPTED_OUT)
    if state == "of another account":
        return Row(file_id, account_id="other")
    return Row(file_id) if state == "written" else quarantined(file_id, "empty", "E")


def _spelled_out(told: AccountReport, runs: int) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Each decision by itself, but for those of others."""
    names = [f"run-{number}" for number in range(runs)]
    return [
        (file.file_id, run_id, str(one.state), one.reasons)
        for file in told.files
        for one in file.decisions
        if isinstance(one.state, State)
        for run_id in names[names.index(one.span.first_run) : names.index(one.span.last_run) + 1]
    ]
