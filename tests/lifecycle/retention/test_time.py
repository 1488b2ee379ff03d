"""Retention over time: whatever the zone, the calendar and the clock, the same schedule."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.lifecycle.retention.judging import STATES, State
from clearshard.sources.artefacts import TableInventory
from clearshard.sources.column_names import ColumnRules

from ...eligibility.tables import AS_OF
from . import reference
from .standing import LAG, MATRIX, judged, stands, told

#: Days that clocks and calendars make something of: leap days, both ends of summer time in both
#: hemispheres, the turn of a year, and the day of the other tests.
_DAYS = (
    datetime(2024, 2, 29, 12, tzinfo=UTC),
    datetime(2025, 3, 30, 1, tzinfo=UTC),
    datetime(2025, 10, 26, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 4, 4, 16, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC),
    AS_OF,
)
_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
_SECONDS = (0, 1, 3599, 3600, 3601, 86_400, 172_800, 259_199, 259_200, 259_201, 40 * 86_400)


@st.composite
def _times(draw: st.DrawFn) -> datetime:
    """A moment near one of the days, in some zone; never in the future of the last of them."""
    zone = ZoneInfo(draw(st.sampled_from(_ZONES)))
    before = timedelta(seconds=draw(st.sampled_from(_SECONDS) | st.integers(0, 400_000)))
    return (draw(st.sampled_from(_DAYS)) - before).astimezone(zone)


_KINDS = st.sampled_from(MATRIX.kinds)
_TTLS = st.none() | st.sampled_from((1, 60, 3600, 86_400, 259_200, 10**7)) | st.integers(1, 500_000)
_ARTEFACTS = st.fixed_dictionaries(
    {
        "kind": _KINDS,
        "created_at": _times(),
        "transcript_created_at": _times(),
        "deletion_requested_at": st.none() | _times(),
        "ttl_seconds": _TTLS,
        "gateway_provider": st.sampled_from(("anthropic", "google", "openai")),
    }
)


def _flag(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """A flag, with a date or without; without the flag there is none."""
    held = st.none() | _times()
    return held.map(lambda at: {name: True, f"{name}_at": at}) | st.just({name: False})


_ACCOUNTS = st.builds(
    lambda ttl, baa, out: {"ttl_seconds": ttl, **baa, **out},
    _TTLS,
    _flag("baa_executed"),
    _flag("opted_out"),
)
_MANY = st.lists(_ARTEFACTS, min_size=1, max_size=12)
_MOMENTS = st.sampled_from(_DAYS) | _times()
_LAGS = st.sampled_from((timedelta(), timedelta(minutes=5), LAG))


def _known(account: dict[str, Any]) -> dict[str, Any]:
    """The same, exported when everything is looked at."""
    return {**account, "exported_at": AS_OF}


@settings(max_examples=60)
@given(_MANY, _ACCOUNTS, _MOMENTS, _LAGS)
def test_all_stand_as_the_page_read_by_hand_says(
    artefacts: list[dict[str, Any]], account: dict[str, Any], as_of: datetime, lag: timedelta
) -> None:
    found = told(judged(artefacts, [_known(account)], as_of=as_of, lag=lag, now=AS_OF))
    wanted = [reference.stands(artefact, account, as_of, lag) for artefact in artefacts]
    assert [{name: one[name] for name in wanted[0]} for one in found] == wanted


@settings(max_examples=30)
@given(_MANY, _ACCOUNTS, _MOMENTS, st.timedeltas(timedelta(), timedelta(days=40)))
def test_a_clock_that_goes_back_makes_nothing_worse_and_one_that_goes_on_nothing_better(
    artefacts: list[dict[str, Any]], account: dict[str, Any], as_of: datetime, back: timedelta
) -> None:
    then = judged(artefacts, [_known(account)], as_of=as_of - back, now=AS_OF)
    now = judged(artefacts, [_known(account)], as_of=as_of, now=AS_OF)
    # By when something must be gone does not depend on when that is asked.
    assert (then.begins_us == now.begins_us).all()
    assert (then.due_us == now.due_us).all()
    assert (then.states >= now.states).all()  # the worst comes first


@settings(max_examples=30)
@given(_MANY, _ACCOUNTS, st.integers(1, 10**6), _MOMENTS)
def test_a_time_to_live_that_was_shortened_puts_nothing_off(
    artefacts: list[dict[str, Any]], account: dict[str, Any], seconds: int, as_of: datetime
) -> None:
    had = {**account, "ttl_seconds": account["ttl_seconds"] or seconds}
    shorter = {**had, "ttl_seconds": min(had["ttl_seconds"], seconds)}
    before, after = (
        judged(artefacts, [_known(one)], as_of=as_of, now=AS_OF) for one in (had, shorter)
    )
    assert (after.due_us <= before.due_us).all()


@settings(max_examples=30)
@given(_MANY, _ACCOUNTS, _times(), _MOMENTS)
def test_a_request_puts_nothing_off(
    artefacts: list[dict[str, Any]], account: dict[str, Any], asked: datetime, as_of: datetime
) -> None:
    without = [{**one, "deletion_requested_at": None} for one in artefacts]
    asked_for = [{**one, "deletion_requested_at": asked} for one in artefacts]
    before, after = (
        judged(rows, [_known(account)], as_of=as_of, now=AS_OF) for rows in (without, asked_for)
    )
    assert (after.due_us <= before.due_us).all()


_FACTS = ("created_at", "transcript_created_at", "gateway_provider")
_FINE = (State.NOT_DUE, State.INDEFINITE)


@settings(max_examples=60)
@given(_ARTEFACTS, _ACCOUNTS, st.data(), _MOMENTS)
def test_what_is_not_known_is_called_fine_only_if_it_is_whatever_it_were(
    artefact: dict[str, Any], account: dict[str, Any], data: st.DataObject, as_of: datetime
) -> None:
    """A fact less: either the answer is `unknown`, or no value of the fact makes it worse."""
    lost = data.draw(st.sampled_from((*_FACTS, "ttl", "request", "baa", "opted_out")))
    account = {"baa_executed_at": None, "opted_out_at": None, **account}
    less, of = dict(artefact), dict(account)
    match lost:
        case "ttl":
            of |= {"ttl_seconds": None, "ttl_seconds_unreadable": True}
        case "request":
            less |= {"deletion_requested_at": None, "deletion_requested_at_unreadable": True}
        case "baa":
            of |= {"baa_executed": None, "baa_executed_at": None}
        case "opted_out":
            of |= {"opted_out": None, "opted_out_at": None}
        case _:
            less[lost] = None
    told_less = judged([less], [_known(of)], as_of=as_of, now=AS_OF)
    told_all = judged([artefact], [_known(account)], as_of=as_of, now=AS_OF)
    if STATES[told_less.states[0]] in _FINE:
        assert told_less.states[0] <= told_all.states[0]


@pytest.mark.parametrize(
    "spelled",
    [
        "2026-03-29T01:30:00+01:00",
        "2026-03-29T03:30:00+03:00",
        "2026-03-28T19:30:00-05:00",
        "2026-03-29 00:30:00+00",
        "2026-03-29t00:30:00z",
        "2026-03-29T06:15:00+05:45",
    ],
)
def test_one_moment_is_one_moment_however_it_is_written(spelled: str, tmp_path: Path) -> None:
    path = tmp_path / "inventory.jsonl"
    row = {"artefact_id": "t", "kind": "uploaded_audio", "account_id": "a", "created_at": spelled}
    path.write_text(json.dumps(row) + "\n")
    [batch] = TableInventory.at(path, ColumnRules()).batches()
    assert batch.column("created_at").to_pylist() == [datetime(2026, 3, 29, 0, 30, tzinfo=UTC)]


def test_a_day_of_summer_time_has_23_hours_and_a_retention_of_a_day_has_24() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    created = datetime(2026, 3, 28, 12, tzinfo=berlin)
    one = stands({"kind": "uploaded_audio", "created_at": created})
    assert one["begins_at"] == created.astimezone(UTC) + timedelta(hours=24)
    assert one["begins_at"].astimezone(berlin).hour == 13
