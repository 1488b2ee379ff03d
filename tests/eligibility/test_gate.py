"""The gate's decisions, rule by rule and against a naive reading of the contract."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.config import default_policy_text
from clearshard.eligibility.accounts import index_accounts
from clearshard.eligibility.gate import Gate
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.records.schemas import REGISTRY_SCHEMA

from .tables import (
    AS_OF,
    DEFAULT,
    HOUR,
    NOW,
    SECOND,
    Row,
    decide,
    gate,
    manifest,
    reasons,
    registry,
)

TRUTHS = (True, False, None)


def _training(value: bool | None) -> set[str]:
    if value is None:
        return {"unknown_training_permitted"}
    return set() if value else {"contract_not_permitting"}


def _flag(name: str, value: bool | None) -> set[str]:
    if value is None:
        return {f"unknown_{name}"}
    return {name} if value else set()


def test_a_file_that_everything_permits_is_eligible() -> None:
    assert reasons({}) == set()


@pytest.mark.parametrize("value", TRUTHS)
def test_the_contract_decides_by_itself(value: bool | None) -> None:
    assert reasons({}, {"training_permitted": value}) == _training(value)


@pytest.mark.parametrize("value", TRUTHS)
def test_the_baa_decides_by_itself(value: bool | None) -> None:
    assert reasons({}, {"baa_executed": value}) == _flag("baa_executed", value)


@pytest.mark.parametrize("value", TRUTHS)
def test_opting_out_decides_by_itself(value: bool | None) -> None:
    assert reasons({}, {"opted_out": value}) == _flag("opted_out", value)


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("us", set()),
        ("US-West-2", set()),
        ("eu", {"eu_server"}),
        ("EU", {"eu_server"}),
        ("eu-central-1", {"eu_server"}),
        (None, {"unknown_region"}),
        ("europe", {"unknown_region"}),
    ],
)
def test_the_region_decides_by_itself(region: str | None, expected: set[str]) -> None:
    assert reasons({"region": region}) == expected


def test_all_reasons_of_the_facts_are_kept_together() -> None:
    regions = {"us": set[str](), "eu": {"eu_server"}, None: {"unknown_region"}}
    combinations = list(product(TRUTHS, TRUTHS, TRUTHS, regions))
    accounts = [
        {"account_id": str(i), "training_permitted": t, "baa_executed": b, "opted_out": o}
        for i, (t, b, o, _) in enumerate(combinations)
    ]
    files = [{"account_id": str(i), "region": c[3]} for i, c in enumerate(combinations)]
    _, found = decide(files, accounts)
    expected = [
        _training(t) | _flag("baa_executed", b) | _flag("opted_out", o) | regions[r]
        for t, b, o, r in combinations
    ]
    assert found == expected
    assert sum(not r for r in found) == 1


@pytest.mark.parametrize(
    ("file", "account", "expected"),
    [
        ({"account_id": "nobody"}, {}, {"unknown_account"}),
        ({"account_id": None}, {}, {"unknown_account"}),
        ({"account_id": ""}, {}, {"unknown_account"}),
        ({"account_id": "a\0"}, {}, {"unknown_account"}),
        ({"account_id": "nobody", "region": "eu"}, {}, {"unknown_account", "eu_server"}),
        ({"product": None}, {}, {"unknown_product"}),
        ({"product": "fax"}, {}, {"unknown_product"}),
        ({"submitted_at": None}, {}, {"unknown_submitted_at"}),
        ({"submitted_at": AS_OF}, {}, set()),
        ({"submitted_at": AS_OF + SECOND}, {}, {"unknown_submitted_at"}),
        ({"deletion_requested_at": AS_OF - HOUR}, {}, {"deletion_requested"}),
        ({"deletion_requested_at": AS_OF + HOUR}, {}, {"deletion_requested"}),
        (
            {"deletion_requested_at_unreadable": True},
            {},
            {"unknown_deletion_requested_at"},
        ),
        ({"expires_at": AS_OF}, {}, {"retention_expired"}),
        ({"expires_at": AS_OF + SECOND}, {}, set()),
        ({"expires_at_unreadable": True}, {}, {"unknown_expires_at"}),
        ({"submitted_at": AS_OF - HOUR}, {"ttl_seconds": 3600}, {"retention_expired"}),
        ({"submitted_at": AS_OF - HOUR}, {"ttl_seconds": 3601}, set()),
        ({}, {"ttl_seconds": 0}, {"retention_expired"}),
        ({}, {"ttl_seconds": 2**62}, set()),
        ({}, {"ttl_seconds": -1}, {"unknown_ttl_seconds"}),
        ({}, {"ttl_seconds_unreadable": True}, {"unknown_ttl_seconds"}),
        ({"submitted_at": None}, {"ttl_seconds": 1}, {"unknown_submitted_at"}),
        (
            {"product": "streaming"},
            {"opted_out": True},
            {"opted_out", "zero_retention_breach"},
        ),
        ({"product": "streaming"}, {}, set()),
        ({"product": "streaming"}, {"opted_out": None}, {"unknown_opted_out"}),
        (
            {"product": None, "gateway_provider": "openai"},
            {"opted_out": True},
            {"opted_out", "unknown_product"},
        ),
        ({"product": "llm_gateway", "gateway_provider": "openai"}, {}, set()),
        (
            {"product": "llm_gateway", "gateway_provider": "elsewhere"},
            {},
            {"gateway_provider_not_opted_out"},
        ),
        ({"product": "llm_gateway"}, {}, {"unknown_gateway_provider"}),
        ({"product": "async", "gateway_provider": "elsewhere"}, {}, set()),
        ({"product": None, "gateway_provider": "openai"}, {}, {"unknown_product"}),
        ({}, {"exported_at": None}, {"unknown_exported_at"}),
        ({}, {"exported_at": AS_OF - timedelta(days=7)}, set()),
        ({}, {"exported_at": AS_OF - timedelta(days=7, seconds=1)}, {"registry_stale"}),
        ({}, {"baa_executed_at": AS_OF}, {"unknown_baa_executed"}),
        ({}, {"baa_executed_at_unreadable": True}, {"unknown_baa_executed"}),
        ({}, {"opted_out_at": AS_OF}, {"unknown_opted_out"}),
        ({}, {"opted_out_at_unreadable": True}, {"unknown_opted_out"}),
        ({}, {"baa_executed": True, "baa_executed_at": AS_OF}, {"baa_executed"}),
    ],
)
def test_reasons(file: Row, account: Row, expected: set[str]) -> None:
    assert reasons(file, account) == expected


def test_a_provider_that_is_not_opted_out_or_not_in_the_table_excludes() -> None:
    text = default_policy_text()
    one = "[providers.openai]\ntraining_opted_out = "
    policy = parse_policy(text.replace(f"{one}true", f"{one}false"), "mine")

    def of(provider: str | None) -> set[str]:
        file = {"product": "llm_gateway", "gateway_provider": provider}
        return reasons(file, policy=policy)

    assert of("google") == set()
    assert of("openai") == of("elsewhere") == {"gateway_provider_not_opted_out"}
    assert of(None) == {"unknown_gateway_provider"}
    none = text.replace("training_opted_out = true", "training_opted_out = false")
    policy = parse_policy(none, "mine")
    assert of("google") == {"gateway_provider_not_opted_out"}


def test_every_excluding_reason_of_the_contract_can_be_given() -> None:
    published = {
        *("contract_not_permitting", "baa_executed", "eu_server", "opted_out"),
        *("deletion_requested", "retention_expired", "zero_retention_breach"),
        *("gateway_provider_not_opted_out", "unknown_account", "conflicting_registry_rows"),
        "registry_stale",
    }
    assert published <= set(DEFAULT.reasons)
    others = set(DEFAULT.reasons) - published
    assert all(reason.startswith("unknown_") for reason in others)
    assert DEFAULT.alerts == {"zero_retention_breach"}


def test_conflicting_rows_exclude_and_no_other_fact_of_the_account_is_used() -> None:
    rows = [{"opted_out": False}, {"opted_out": True}]
    decided, lists = decide([{"region": "eu"}], rows)
    assert lists == [{"conflicting_registry_rows", "eu_server"}]
    facts = decided.facts.to_pylist()[0]
    assert facts["region"] == "eu"
    assert facts["opted_out"] is None
    assert facts["training_permitted"] is None


def test_a_row_with_an_unknown_fact_beside_a_complete_one_is_a_conflict() -> None:
    assert reasons({}, {}, {"opted_out": None}) == {"conflicting_registry_rows"}


def test_nothing_is_eligible_without_a_registry() -> None:
    empty = Gate(DEFAULT, index_accounts(REGISTRY_SCHEMA.empty_table()), NOW)
    bits = empty.decide(manifest([{}, {"account_id": None}])).reason_bits
    assert empty.reason_lists(bits).to_pylist() == [["unknown_account"]] * 2


@pytest.mark.parametrize(
    "fact",
    ["product", "region", "submitted_at", "account_id"],
)
def test_taking_any_required_fact_of_a_file_away_excludes_it(fact: str) -> None:
    assert reasons({fact: None})


@pytest.mark.parametrize("fact", ["training_permitted", "baa_executed", "opted_out", "exported_at"])
def test_taking_any_fact_of_an_account_away_excludes_its_files(fact: str) -> None:
    assert reasons({}, {fact: None}) == {f"unknown_{fact}"}


def test_the_facts_that_were_read_are_kept() -> None:
    decided, _ = decide(
        [{}, {"product": "fax", "submitted_at": AS_OF + HOUR}, {"account_id": "nobody"}],
        [{"ttl_seconds": 90_000}],
    )
    first, second, third = decided.facts.to_pylist()
    assert first["product"] == "async"
    assert first["submitted_at"] == AS_OF - 24 * HOUR
    assert first["training_permitted"] is True
    assert first["ttl_seconds"] == 90_000
    assert second["product"] is None
    assert second["submitted_at"] is None
    assert third["product"] == "async"
    assert third["training_permitted"] is None


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        Moment.at(datetime(2026, 1, 1), 0)  # noqa: DTZ001 - refused


_DAY = 24 * HOUR
_SKEW = timedelta(seconds=300)
_YESTERDAY = Moment(AS_OF - _DAY, AS_OF, 300)
_TOMORROW = Moment(AS_OF + _DAY, AS_OF, 300)
_TODAY = Moment(AS_OF, AS_OF, 300)
_REHEARSED = Moment.at(AS_OF - _DAY, 300)
_MICRO = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("moment", "file", "account", "expected"),
    [
        # What happened is believed up to the clock and the skew, whatever moment is asked for.
        (_TODAY, {"submitted_at": AS_OF + _SKEW}, {}, set()),
        (_TODAY, {"submitted_at": AS_OF + _SKEW + _MICRO}, {}, {"unknown_submitted_at"}),
        (_TODAY, {}, {"exported_at": AS_OF + _SKEW}, set()),
        (_TODAY, {}, {"exported_at": AS_OF + _SKEW + _MICRO}, {"unknown_exported_at"}),
        (_TODAY, {}, {"exported_at": datetime(2099, 1, 1, tzinfo=UTC)}, {"unknown_exported_at"}),
        (_TOMORROW, {"submitted_at": AS_OF + HOUR}, {}, {"unknown_submitted_at"}),
        (_TOMORROW, {}, {"exported_at": AS_OF + HOUR}, {"unknown_exported_at"}),
        (_YESTERDAY, {"submitted_at": AS_OF + HOUR}, {}, {"unknown_submitted_at"}),
        (_YESTERDAY, {}, {"exported_at": AS_OF + HOUR}, {"unknown_exported_at"}),
        # What expires or ages is judged at the later moment.
        (_YESTERDAY, {"expires_at": AS_OF}, {}, {"retention_expired"}),
        (_YESTERDAY, {"expires_at": AS_OF + SECOND}, {}, set()),
        (_TOMORROW, {"expires_at": AS_OF + _DAY}, {}, {"retention_expired"}),
        (_YESTERDAY, {"submitted_at": AS_OF - HOUR}, {"ttl_seconds": 3600}, {"retention_expired"}),
        (_TOMORROW, {"submitted_at": AS_OF - HOUR}, {"ttl_seconds": 90_000}, {"retention_expired"}),
        (_TOMORROW, {"submitted_at": AS_OF - HOUR}, {"ttl_seconds": 90_001}, set()),
        (_YESTERDAY, {}, {"exported_at": AS_OF - 7 * _DAY - _MICRO}, {"registry_stale"}),
        (_TOMORROW, {}, {"exported_at": AS_OF - 6 * _DAY - _MICRO}, {"registry_stale"}),
        (_TOMORROW, {}, {"exported_at": AS_OF - 6 * _DAY}, set()),
        # A request for deletion is there whenever it is dated; so is a BAA, and an opt-out.
        (_TODAY, {"deletion_requested_at": AS_OF + 9999 * _DAY}, {}, {"deletion_requested"}),
        (_TODAY, {}, {"baa_executed": True, "baa_executed_at": AS_OF + _DAY}, {"baa_executed"}),
        (_TODAY, {}, {"opted_out_at": AS_OF + _DAY}, {"unknown_opted_out"}),
        (_TODAY, {}, {"opted_out": True, "opted_out_at": AS_OF + _DAY}, {"opted_out"}),
        # A rehearsal has but one moment.
        (_REHEARSED, {"expires_at": AS_OF}, {"exported_at": AS_OF - 2 * _DAY}, set()),
        (_REHEARSED, {"submitted_at": AS_OF}, {}, {"unknown_submitted_at", "unknown_exported_at"}),
        # Neither answer is known: both facts are named.
        (
            _TODAY,
            {"submitted_at": AS_OF + _DAY},
            {"ttl_seconds": 0, "exported_at": AS_OF + _DAY},
            {"unknown_submitted_at", "unknown_exported_at"},
        ),
    ],
)
def test_times_are_judged_by_the_clock_and_by_the_moment(
    moment: Moment, file: Row, account: Row, expected: set[str]
) -> None:
    assert reasons(file, account, moment=moment) == expected


def test_the_last_moment_of_the_calendar_is_one_too() -> None:
    last = Moment.at(datetime.max.replace(tzinfo=UTC), 3600)
    assert "unknown_exported_at" not in reasons({}, moment=last)


def test_a_fact_of_the_future_is_recorded_as_not_known() -> None:
    decided, _ = decide([{"submitted_at": AS_OF + HOUR}], [{"exported_at": AS_OF + HOUR}])
    [facts] = decided.facts.to_pylist()
    assert (facts["submitted_at"], facts["exported_at"]) == (None, None)


def test_a_ttl_rule_alone_still_needs_to_know_since_when() -> None:
    text = default_policy_text()
    start = text.index('[[rules]]\nid = "submitted"')
    end = text.index("[[rules]]", start + 1)
    policy = parse_policy(text[:start] + text[end:], "without the rule on submitted_at")
    assert reasons({"submitted_at": None}, policy=policy) == set()
    found = reasons({"submitted_at": None}, {"ttl_seconds": 1}, policy=policy)
    assert found == {"unknown_submitted_at"}


def test_a_condition_that_may_or_may_not_apply_denies_as_unknown() -> None:
    text = default_policy_text().replace(
        'id = "product"\nreason = "unknown_product"\nfact = "product"\ndenies = { never = true }',
        'id = "product"\nreason = "unknown_region"\nfact = "region"\ndenies = { never = true }',
    )
    policy = parse_policy(text, "without the rule on product")
    gateway = {"product": None, "gateway_provider": "openai"}
    breach = reasons(gateway, {"opted_out": True}, policy=policy)
    assert breach == {"opted_out", "unknown_product"}
    provider = {"product": None, "gateway_provider": "elsewhere"}
    assert reasons(provider, policy=policy) == {"unknown_product"}
    # Not known whether it applies, but it would not deny: nothing is open.
    assert reasons({"product": None, "gateway_provider": "openai"}, policy=policy) == set()
    both = reasons({"product": None, "gateway_provider": None}, policy=policy)
    assert both == {"unknown_product"}


def test_plain_text_columns_are_read_as_well() -> None:
    batch = manifest([{"region": "eu"}, {}])
    plain = {n: batch.column(n) for n in batch.schema.names}
    plain |= {n: plain[n].cast(pa.string()) for n in ("product", "region", "gateway_provider")}
    made = gate([{}])
    bits = made.decide(pa.RecordBatch.from_pydict(plain)).reason_bits
    assert made.reason_lists(bits).to_pylist() == [["eu_server"], []]


# --- against a naive reading of the contract, one file at a time ---

_times = st.one_of(
    st.none(),
    st.integers(-20 * 86_400, 2 * 86_400).map(lambda s: AS_OF + timedelta(seconds=s)),
    st.sampled_from([AS_OF, AS_OF + timedelta(microseconds=1), AS_OF - timedelta(microseconds=1)]),
)
_truth = st.sampled_from(TRUTHS)
_id = st.sampled_from(["a", "b", "c", "ab", "a\0", "", "ä", "x" * 40])

_account_rows = st.lists(
    st.fixed_dictionaries(
        {
            "account_id": _id,
            "training_permitted": _truth,
            "baa_executed": _truth,
            "opted_out": _truth,
            "exported_at": _times,
            "baa_executed_at": st.one_of(st.none(), st.just(AS_OF)),
            "opted_out_at": st.one_of(st.none(), st.just(AS_OF)),
            "ttl_seconds": st.sampled_from([None, -1, 0, 1, 3600, 86_400, 10**12, 2**62]),
            "baa_executed_at_unreadable": st.booleans(),
            "opted_out_at_unreadable": st.booleans(),
            "ttl_seconds_unreadable": st.booleans(),
        }
    ),
    max_size=8,
)
# Mostly rows that permit, or hardly any file would come out eligible.
_kind_accounts = st.lists(
    st.fixed_dictionaries({"account_id": _id}, optional={"ttl_seconds": st.just(86_400)}),
    max_size=4,
)
_file_rows = st.lists(
    st.fixed_dictionaries(
        {
            "account_id": st.one_of(st.none(), _id),
            "product": st.sampled_from(["async", "streaming", "llm_gateway", "fax", None]),
            "region": st.sampled_from(["us", "us-west-2", "eu", "EU", "moon", None]),
            "submitted_at": _times,
            "deletion_requested_at": st.one_of(st.none(), st.none(), _times),
            "expires_at": st.one_of(st.none(), _times),
            "gateway_provider": st.sampled_from([None, "openai", "google", "elsewhere"]),
            "deletion_requested_at_unreadable": st.booleans(),
            "expires_at_unreadable": st.booleans(),
        }
    ),
    max_size=12,
)


_some_days = st.integers(-10 * 86_400, 10 * 86_400).map(lambda s: AS_OF + timedelta(seconds=s))
_moments = st.one_of(
    st.just(NOW), st.builds(Moment, _some_days, st.just(AS_OF), st.sampled_from([0, 300, 3600]))
)


@settings(max_examples=120, deadline=None)
@given(st.one_of(_account_rows, _kind_accounts), _file_rows, _moments)
def test_the_gate_says_what_the_contract_says(
    accounts: list[dict[str, Any]], files: list[dict[str, Any]], moment: Moment
) -> None:
    _, found = decide(files, accounts, moment=moment)
    whole = registry(accounts).to_pylist()
    assert found == [_by_the_contract(f, whole, moment) for f in manifest(files).to_pylist()]


def _by_the_contract(
    file: dict[str, Any], registry_rows: list[dict[str, Any]], moment: Moment
) -> set[str]:
    # Whether it is over: at the later moment. Whether it can have happened: by the clock alone.
    latest = max(moment.as_of, moment.now)
    known_until = moment.now + timedelta(seconds=moment.clock_skew_seconds)
    out: set[str] = set()
    rows = [_settled(r) for r in registry_rows if r["account_id"] == file["account_id"]]
    account: dict[str, Any] | None = None
    if not rows:
        out.add("unknown_account")
    elif any({**r, "exported_at": 0} != {**rows[0], "exported_at": 0} for r in rows):
        out.add("conflicting_registry_rows")
    else:
        exports = [r["exported_at"] for r in rows]
        account = {**rows[0], "exported_at": None if None in exports else min(exports)}

    product_ = file["product"] if file["product"] in ("async", "streaming", "llm_gateway") else None
    submitted = file["submitted_at"]
    if submitted is not None and submitted > known_until:
        submitted = None
    if product_ is None:
        out.add("unknown_product")
    if submitted is None:
        out.add("unknown_submitted_at")
    match file["region"]:
        case "eu" | "EU":
            out.add("eu_server")
        case "us" | "us-west-2":
            pass
        case _:
            out.add("unknown_region")
    if file["deletion_requested_at"] is not None:
        out.add("deletion_requested")
    if file["deletion_requested_at_unreadable"]:
        out.add("unknown_deletion_requested_at")
    if file["expires_at"] is not None and file["expires_at"] <= latest:
        out.add("retention_expired")
    if file["expires_at_unreadable"]:
        out.add("unknown_expires_at")
    provider = file["gateway_provider"]
    if product_ == "llm_gateway":
        if provider is None:
            out.add("unknown_gateway_provider")
        elif provider not in ("anthropic", "google", "openai"):
            out.add("gateway_provider_not_opted_out")
    if account is not None:
        exported = account["exported_at"]
        if exported is not None and exported > known_until:
            account["exported_at"] = None
        out |= _of_account(account, product_, submitted, latest)
    return out


def _of_account(
    account: dict[str, Any], product_: str | None, submitted: Any, latest: datetime
) -> set[str]:
    out = _training(account["training_permitted"])
    out |= _flag("baa_executed", account["baa_executed"])
    out |= _flag("opted_out", account["opted_out"])
    if account["opted_out"] is True and product_ == "streaming":
        out.add("zero_retention_breach")
    exported = account["exported_at"]
    if exported is None:
        out.add("unknown_exported_at")
    elif latest - exported > timedelta(days=7):
        out.add("registry_stale")
    ttl = account["ttl_seconds"]
    if account["ttl_seconds_unreadable"] or (ttl is not None and ttl < 0):
        out.add("unknown_ttl_seconds")
    if ttl is not None and ttl >= 0 and submitted is not None:
        passed = latest - submitted
        if passed // timedelta(microseconds=1) >= ttl * 1_000_000:
            out.add("retention_expired")
    return out


def _settled(row: dict[str, Any]) -> dict[str, Any]:
    """A flag that its own date contradicts is not known."""
    row = dict(row)
    for flag in ("baa_executed", "opted_out"):
        dated = row[f"{flag}_at"] is not None or row[f"{flag}_at_unreadable"]
        if row[flag] is False and dated:
            row[flag] = None
    return row


def test_decisions_do_not_depend_on_how_files_are_batched() -> None:
    rng = np.random.default_rng(1)
    files = [
        {
            "account_id": f"acct-{rng.integers(60)}",
            "region": str(rng.choice(["us", "eu"])),
            "product": str(rng.choice(["async", "streaming"])),
        }
        for _ in range(300)
    ]
    accounts = [
        {"account_id": f"acct-{i}", "opted_out": bool(i % 3), "ttl_seconds": 3600 * i + 1}
        for i in range(40)
    ]
    made = gate(accounts)
    whole = manifest(files)
    at_once = made.decide(whole)
    parts = [made.decide(whole.slice(start, 7)) for start in range(0, 300, 7)]
    assert np.array_equal(at_once.reason_bits, np.concatenate([p.reason_bits for p in parts]))
    assert at_once.facts.to_pylist() == [row for p in parts for row in p.facts.to_pylist()]
