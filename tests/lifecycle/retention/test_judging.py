"""When deletion begins, by when it must be done, and how that stands."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from clearshard.lifecycle.retention.judging import STATES, State

from ...eligibility.tables import AS_OF
from .standing import DAY, LAG, judged, stands, told

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
CREATED = AS_OF - 100 * DAY
BAA = {"baa_executed": True}
TTL = {"ttl_seconds": 2 * 86_400}


def _times(kind: str, account: dict[str, Any], **more: Any) -> tuple[Any, ...]:
    """How long after it came to be deletion begins and must be done, and by which clause."""
    artefact = {"kind": kind, "created_at": CREATED, "transcript_created_at": CREATED, **more}
    one = stands(artefact, account)
    begins, due = one["begins_at"], one["due_at"]
    return (
        None if begins is None else begins - CREATED,
        None if due is None else due - CREATED,
        one["clause"],
    )


@pytest.mark.parametrize(
    ("kind", "account", "begins", "due", "clause"),
    [
        ("uploaded_audio", TTL, 2 * DAY, 2 * DAY, "uploaded-audio-ttl"),
        ("uploaded_audio", BAA, 3 * DAY, 3 * DAY, "uploaded-audio-baa"),
        ("uploaded_audio", {}, DAY, 2 * DAY, "uploaded-audio-neither"),
        ("final_transcript", TTL, 2 * DAY, 2 * DAY, "final-transcript-ttl"),
        ("final_transcript", BAA, 3 * DAY, 3 * DAY, "final-transcript-baa"),
        ("final_transcript", {}, None, None, "final-transcript-neither"),
        ("url_reference", TTL, 2 * DAY, 2 * DAY, "url-reference-ttl"),
        ("url_reference", BAA, 3 * DAY, 3 * DAY, "url-reference-baa"),
        ("url_reference", {}, None, None, "url-reference-neither"),
        ("intermediate", TTL, 2 * DAY, 2 * DAY, "intermediate-ttl"),
        ("intermediate", BAA, 3 * DAY, 3 * DAY, "intermediate-baa"),
        ("intermediate", {}, 2 * DAY, 3 * DAY, "intermediate-neither"),
        ("request_text", TTL, 2 * DAY, 2 * DAY, "request-text-ttl"),
        ("request_text", BAA, 3 * DAY, 3 * DAY, "request-text-baa"),
        ("request_text", {}, None, None, "request-text-neither"),
        ("streaming_audio", {"opted_out": True}, 0 * DAY, 0 * DAY, "streaming-opted-out"),
        ("streaming_transcript", {"opted_out": True}, 0 * DAY, 0 * DAY, "streaming-opted-out"),
        ("gateway_input", TTL, 0 * DAY, HOUR, "gateway-ttl"),
        ("gateway_output", TTL, 0 * DAY, HOUR, "gateway-ttl"),
        ("speech_understanding", TTL, 2 * DAY, 2 * DAY, "speech-understanding-ttl"),
        ("speech_understanding", BAA, 3 * DAY, 3 * DAY, "speech-understanding-baa"),
        ("speech_understanding", {}, None, None, "speech-understanding-neither"),
    ],
)
def test_each_cell(kind: str, account: dict[str, Any], begins: Any, due: Any, clause: str) -> None:
    assert _times(kind, account) == (begins, due, clause)


@pytest.mark.parametrize(
    "kind",
    [
        *("uploaded_audio", "final_transcript", "url_reference", "intermediate", "request_text"),
        *("gateway_input", "gateway_output", "speech_understanding"),
    ],
)
def test_what_a_customer_asks_for_is_due_at_once(kind: str) -> None:
    asked = CREATED + DAY / 2
    begins, due, clause = _times(kind, {}, deletion_requested_at=asked)
    assert begins == due == DAY / 2
    assert clause.endswith("-request")


@pytest.mark.parametrize("provider", ["anthropic", "google", "Google"])
def test_the_gateway_retains_nothing_under_a_baa_with_two_providers(provider: str) -> None:
    zero = (timedelta(), timedelta(), "gateway-baa")
    assert _times("gateway_input", BAA, gateway_provider=provider) == zero


def test_with_another_provider_the_page_says_nothing() -> None:
    one = stands({"kind": "gateway_input", "gateway_provider": "openai"}, BAA)
    assert (one["state"], one["unknown"]) == ("unknown", ["no_published_clause"])


@pytest.mark.parametrize("kind", ["streaming_audio", "gateway_output"])
def test_what_no_clause_is_about_is_not_fine(kind: str) -> None:
    one = stands({"kind": kind})
    assert (one["state"], one["unknown"]) == ("unknown", ["no_published_clause"])


def test_a_transcript_without_an_end_is_kept() -> None:
    one = stands({"created_at": AS_OF - 5000 * DAY})
    assert (one["state"], one["clause"]) == ("indefinite", "final-transcript-neither")
    assert one["begins_at"] is one["due_at"] is None


def test_the_states_of_audio_follow_each_other() -> None:
    audio = {"kind": "uploaded_audio", "created_at": AS_OF}
    at = {
        age: stands(audio, as_of=AS_OF + age)["state"]
        for age in (0 * DAY, DAY - SECOND, DAY, 2 * DAY, 2 * DAY + SECOND)
    }
    assert [*at.values()] == ["not_due", "not_due", "due", "due", "breach"]


def test_the_lag_of_the_store_parts_overdue_from_breach() -> None:
    transcript = {"created_at": AS_OF, "ttl_seconds": 3600}
    at = {
        age: stands(transcript, as_of=AS_OF + age)["state"]
        for age in (HOUR - SECOND, HOUR, HOUR + SECOND, HOUR + LAG, HOUR + LAG + SECOND)
    }
    assert [*at.values()] == ["not_due", "due", "overdue", "overdue", "breach"]
    after = AS_OF + HOUR + SECOND
    assert stands(transcript, as_of=after, lag=timedelta())["state"] == "breach"


def test_of_time_to_live_and_baa_the_earlier_wins() -> None:
    for seconds, wanted in ((3600, "ttl"), (3 * 86_400 - 1, "ttl"), (3 * 86_400 + 1, "baa")):
        begins, _, clause = _times("final_transcript", {**BAA, "ttl_seconds": seconds})
        assert clause == f"final-transcript-{wanted}"
        assert begins == min(timedelta(seconds=seconds), 3 * DAY)


def test_a_request_is_done_at_once_though_deletion_has_begun_already() -> None:
    artefact = {"created_at": AS_OF - 2 * HOUR, "deletion_requested_at": AS_OF - HOUR / 2}
    one = stands(artefact, {"ttl_seconds": 3600})
    assert one["begins_at"] == AS_OF - HOUR
    assert one["clause"] == "final-transcript-ttl"
    late = {**artefact, "ttl_seconds": 10 * 3600}
    one = stands(late, {"ttl_seconds": 20 * 3600})
    assert (one["due_at"], one["state"]) == (AS_OF - HOUR / 2, "breach")


def test_a_request_in_time_leaves_the_store_no_lag() -> None:
    artefact = {"created_at": AS_OF - 2 * HOUR, "deletion_requested_at": AS_OF - HOUR / 2}
    assert stands(artefact, {"ttl_seconds": 3600})["state"] == "breach"
    del artefact["deletion_requested_at"]
    assert stands(artefact, {"ttl_seconds": 3600})["state"] == "overdue"


def test_a_request_from_before_the_upload_begins_with_it() -> None:
    one = stands({"created_at": AS_OF - HOUR, "deletion_requested_at": AS_OF - DAY})
    assert (one["begins_at"], one["due_at"], one["state"]) == (
        *(AS_OF - HOUR,) * 2,
        "breach",
    )


@pytest.mark.parametrize("seconds", [1, 60, 3599])
def test_a_time_to_live_below_an_hour_is_an_hour_and_is_told(seconds: int) -> None:
    one = stands({"created_at": CREATED, "ttl_seconds": seconds})
    assert (one["begins_at"], one["ttl_raised"]) == (CREATED + HOUR, True)
    of_account = stands({"created_at": CREATED}, {"ttl_seconds": seconds})
    assert (of_account["begins_at"], of_account["ttl_raised"]) == (CREATED + HOUR, True)
    assert not stands({"created_at": CREATED, "ttl_seconds": 3600})["ttl_raised"]


def test_a_time_to_live_of_zero_is_not_known() -> None:
    assert stands({"ttl_seconds": 0})["unknown"] == ["unknown_ttl_seconds"]
    assert stands({}, {"ttl_seconds": 0})["unknown"] == ["unknown_ttl_seconds"]


def test_of_two_times_to_live_the_shorter_counts() -> None:
    artefact = {"created_at": CREATED, "ttl_seconds": 7200}
    assert stands(artefact, {"ttl_seconds": 86_400})["begins_at"] == CREATED + 2 * HOUR
    assert stands(artefact, {"ttl_seconds": 3600})["begins_at"] == CREATED + HOUR


def test_no_time_to_live_keeps_audio_longer_than_three_days() -> None:
    begins, *_ = _times("uploaded_audio", {"ttl_seconds": 30 * 86_400})
    assert begins == 3 * DAY


def test_a_linked_artefact_has_the_age_of_its_transcript() -> None:
    artefact = {
        "kind": "request_text",
        "created_at": AS_OF - HOUR,
        "transcript_created_at": AS_OF - 3 * DAY,
        "ttl_seconds": 86_400,
    }
    assert stands(artefact)["begins_at"] == AS_OF - 2 * DAY
    one = stands({**artefact, "transcript_created_at": None})
    assert (one["state"], one["unknown"]) == ("unknown", ["unknown_transcript_created_at"])
    # What has no end has it from no moment on.
    assert stands({**artefact, "transcript_created_at": None, "ttl_seconds": None})["state"] == (
        "indefinite"
    )


def test_a_baa_that_was_signed_later_begins_nothing_before() -> None:
    signed = AS_OF - DAY
    one = stands({"created_at": CREATED}, {**BAA, "baa_executed_at": signed})
    assert (one["begins_at"], one["clause"]) == (signed, "final-transcript-baa")


def test_what_had_to_be_gone_before_a_baa_still_has() -> None:
    audio = {"kind": "uploaded_audio", "created_at": CREATED}
    one = stands(audio, {**BAA, "baa_executed_at": CREATED + 10 * DAY})
    assert (one["due_at"], one["clause"]) == (CREATED + 2 * DAY, "uploaded-audio-neither")
    soon = stands(audio, {**BAA, "baa_executed_at": CREATED + HOUR})
    assert (soon["due_at"], soon["clause"]) == (CREATED + 3 * DAY, "uploaded-audio-baa")


def test_that_there_was_no_time_to_live_before_a_baa_either_must_be_known() -> None:
    audio = {"kind": "uploaded_audio", "created_at": AS_OF - 30 * HOUR}
    signed = {**BAA, "baa_executed_at": AS_OF - 2 * HOUR}
    assert stands(audio, signed)["state"] == "due"
    one = stands(audio, {**signed, "ttl_seconds_unreadable": True})
    assert (one["state"], one["unknown"]) == ("unknown", ["unknown_ttl_seconds"])


def test_an_opting_out_reaches_what_was_kept_before() -> None:
    since = AS_OF - HOUR
    artefact = {"kind": "streaming_transcript", "created_at": CREATED}
    one = stands(artefact, {"opted_out": True, "opted_out_at": since})
    assert (one["begins_at"], one["state"]) == (since, "breach")


@pytest.mark.parametrize(
    ("artefact", "account", "unknown"),
    [
        ({"malformed": True}, {}, "malformed"),
        ({"kind": "something"}, {}, "unknown_kind"),
        ({"kind": None}, {}, "unknown_kind"),
        ({"account_id": None}, {}, "unknown_account"),
        ({"account_id": "b"}, {}, "unknown_account"),
        ({"account_id": "A"}, {}, "conflicting_registry_rows"),
        ({}, {"exported_at": AS_OF - 8 * DAY}, "registry_stale"),
        ({}, {"exported_at": None}, "registry_stale"),
        ({}, {"baa_executed": None}, "unknown_baa_executed"),
        # Not executed, and the day of its execution: nobody knows.
        ({}, {"baa_executed_at": AS_OF - DAY}, "unknown_baa_executed"),
        ({}, {"ttl_seconds_unreadable": True}, "unknown_ttl_seconds"),
        ({}, {"ttl_seconds": -1}, "unknown_ttl_seconds"),
        ({"ttl_seconds_unreadable": True}, {}, "unknown_ttl_seconds"),
        ({"deletion_requested_at_unreadable": True}, {}, "unknown_deletion_requested_at"),
        ({"deletion_requested_at": AS_OF + DAY}, {}, "unknown_deletion_requested_at"),
        ({"kind": "streaming_audio"}, {"opted_out": None}, "unknown_opted_out"),
        ({"kind": "gateway_input"}, BAA, "unknown_gateway_provider"),
        ({"created_at": None}, TTL, "unknown_created_at"),
        ({"created_at": AS_OF + DAY}, TTL, "unknown_created_at"),
    ],
)
def test_what_is_not_known_is_never_fine(
    artefact: dict[str, Any], account: dict[str, Any], unknown: str
) -> None:
    one = stands(artefact, account)
    assert one["state"] == "unknown"
    assert unknown in one["unknown"]
    assert one["clause"] is one["begins_at"] is one["due_at"] is None


def test_what_is_due_all_the_same_stays_due() -> None:
    asked = {"deletion_requested_at": AS_OF - HOUR, "account_id": "nobody"}
    one = stands(asked)
    assert (one["state"], one["unknown"]) == ("breach", ["unknown_account"])
    short = stands({"created_at": CREATED, "ttl_seconds": 3600}, {"baa_executed": None})
    assert (short["state"], short["unknown"]) == ("breach", ["unknown_baa_executed"])


def test_a_fact_that_no_clause_reads_is_not_missed() -> None:
    artefact = {"kind": "streaming_audio", "ttl_seconds_unreadable": True}
    assert stands(artefact, {"opted_out": True, "baa_executed": None})["unknown"] == []


def test_a_date_in_the_future_puts_nothing_off() -> None:
    account = {**BAA, "baa_executed_at": AS_OF + 1000 * DAY}
    one = stands({"created_at": CREATED}, account)
    assert one["begins_at"] == CREATED + 3 * DAY


def test_rows_that_differ_make_an_account_conflicting() -> None:
    result = judged([{}], [{"ttl_seconds": 3600}, {"ttl_seconds": 7200}])
    assert told(result)[0]["unknown"] == ["conflicting_registry_rows"]


def test_of_many_each_stands_by_itself() -> None:
    rows: list[dict[str, Any]] = [
        {"kind": "uploaded_audio", "created_at": AS_OF - 3 * DAY},
        {"kind": "final_transcript", "account_id": "b", "created_at": AS_OF - DAY},
        {"kind": "nothing"},
        {"kind": "uploaded_audio", "created_at": AS_OF - HOUR},
        {"kind": "final_transcript"},
    ]
    accounts = [{}, {"account_id": "b", "ttl_seconds": 3600}]
    together = told(judged(rows, accounts))
    assert together == [told(judged([row], accounts))[0] for row in rows]
    assert [one["state"] for one in together] == [
        *("breach", "overdue", "unknown", "not_due", "indefinite")
    ]


def test_a_time_to_live_beyond_the_calendar_does_not_wrap() -> None:
    one = judged([{"created_at": AS_OF, "ttl_seconds": 10**17}])
    assert STATES[one.states[0]] is State.NOT_DUE
    assert one.due_us[0] > datetime.max.replace(tzinfo=AS_OF.tzinfo).timestamp() * 1_000_000
