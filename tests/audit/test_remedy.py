"""What would make a file eligible: the gate itself says whether it is enough, and no more.

Facts are drawn at random, the gate decides, and the remedy that the audit proposes is carried out:
the gate must then let the file pass, and must not if any one of the changes is left out.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.audit.reasons import recorded_rules
from clearshard.audit.remedy import Outcome, remedy
from clearshard.config import default_policy_text
from clearshard.eligibility.accounts import index_accounts
from clearshard.eligibility.gate import Gate
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.records.schemas import MANIFEST_SCHEMA, REGISTRY_SCHEMA
from clearshard.records.states import State

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
POLICY = parse_policy(default_policy_text(), "default policy")
RULES = recorded_rules(default_policy_text())
UNREADABLE = "unreadable"
#: Facts of files that can be told to the audit but not be otherwise.
HISTORY = ("product", "region", "submitted_at", "gateway_provider")


def days(count: float) -> datetime:
    return AS_OF - timedelta(days=count)


flags = st.sampled_from([True, False, None])
facts_of_a_file = st.fixed_dictionaries(
    {
        "product": st.sampled_from(["async", "streaming", "llm_gateway", None]),
        "region": st.sampled_from(["us", "us", "eu", None]),
        "submitted_at": st.sampled_from([days(2), days(2), days(-1), None]),
        "deletion_requested_at": st.sampled_from([None, None, days(1), UNREADABLE]),
        "expires_at": st.sampled_from([None, days(-9), days(1), UNREADABLE]),
        "gateway_provider": st.sampled_from(["openai", "elsewhere", None]),
        "training_permitted": flags,
        "baa_executed": flags,
        "opted_out": flags,
        "ttl_seconds": st.sampled_from([None, 10**7, 60, UNREADABLE]),
        "exported_at": st.sampled_from([days(1), days(30), None]),
        "account": st.sampled_from(["known", "known", "known", "unknown", "conflicting"]),
    }
)


def value(facts: dict[str, Any], name: str) -> Any:
    return None if facts[name] == UNREADABLE else facts[name]


def decide(facts: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """The reasons of the real gate, and the facts that a decision keeps."""
    file = {
        "file_id": "f",
        "account_id": "a",
        "malformed": False,
        **{n: value(facts, n) for n in (*HISTORY, "deletion_requested_at", "expires_at")},
        **{
            f"{n}_unreadable": facts[n] == UNREADABLE
            for n in ("deletion_requested_at", "expires_at")
        },
    }
    account = {
        "account_id": "a" if facts["account"] != "unknown" else "b",
        **{n: facts[n] for n in ("training_permitted", "baa_executed", "opted_out", "exported_at")},
        "ttl_seconds": value(facts, "ttl_seconds"),
        "baa_executed_at_unreadable": False,
        "opted_out_at_unreadable": False,
        "ttl_seconds_unreadable": facts["ttl_seconds"] == UNREADABLE,
    }
    accounts = [account]
    if facts["account"] == "conflicting":
        accounts.append({**account, "training_permitted": not account["training_permitted"]})
    index = index_accounts(pa.Table.from_pylist(accounts, schema=REGISTRY_SCHEMA))
    gate = Gate(POLICY, index, Moment.at(AS_OF, 0))
    decided = gate.decide(pa.RecordBatch.from_pylist([file], schema=MANIFEST_SCHEMA))
    [reasons] = gate.reason_lists(np.asarray(decided.reason_bits)).to_pylist()
    return reasons, decided.facts.to_pylist()[0]


#: How a test carries out what is needed, by what the words say.
CARRIED_OUT: dict[str, Any] = {
    "true": True,
    "false": False,
    "at most 604800 seconds before the moment of the decision": days(1),
    "not there": None,
    "after the moment of the decision": days(-9),
    "more seconds than have passed since submitted_at": 10**7,
    "known, and not eu": "us",
    "anthropic or google or openai": "openai",
}
KNOWN = {"product": "async", "submitted_at": days(2)}


def carried_out(facts: dict[str, Any], changes: dict[str, str]) -> dict[str, Any]:
    new: dict[str, Any] = {}
    for name, needed in changes.items():
        words = needed.removeprefix("known and ")
        if words.startswith("less than "):
            new[name] = AS_OF - timedelta(seconds=int(words.split()[2]) // 2)
        else:
            new[name] = KNOWN[name] if words == "known" else CARRIED_OUT[words]
    account = facts["account"]
    if account != "known":
        # Nothing was known of it, so the registry may as well say no more than what is needed.
        account, new["ttl_seconds"] = "known", None
    return {**facts, **new, "account": account}


@settings(max_examples=120, deadline=None)
@given(facts_of_a_file)
def test_the_gate_agrees(facts: dict[str, Any]) -> None:
    agrees(facts)


@pytest.mark.soak
@settings(max_examples=5_000, deadline=None)
@given(facts_of_a_file)
def test_the_gate_agrees_at_length(facts: dict[str, Any]) -> None:
    agrees(facts)


def agrees(facts: dict[str, Any]) -> None:
    reasons, known = decide(facts)
    state = State.EXCLUDED if reasons else State.WRITTEN
    proposed = remedy(state, reasons, known, RULES)
    if not reasons:
        assert proposed.outcome is Outcome.WRITTEN
        return
    if proposed.outcome is Outcome.NOTHING_CAN:
        assert proposed.obstacles
        assert set(proposed.obstacles) <= set(reasons)
        assert proposed.changes == ()
        # Whatever a contract says, the gate does not let it pass.
        best = {"training_permitted": True, "baa_executed": False, "exported_at": days(1)}
        assert decide({**facts, **best, "account": "known"})[0]
        return
    assert proposed.outcome is Outcome.FACTS
    changes = {change.fact: change.needed for change in proposed.changes}
    assert decide(carried_out(facts, changes))[0] == []
    if facts["account"] != "known":
        return  # what an account that is not there lacks, it lacks as a whole
    for left_out in changes:
        fewer = {fact: needed for fact, needed in changes.items() if fact != left_out}
        assert decide({**carried_out(facts, fewer), "account": "known"})[0]


@pytest.mark.parametrize(
    ("reasons", "facts", "obstacles"),
    [
        (["deletion_requested"], {"deletion_requested_at": days(1)}, ("deletion_requested",)),
        (["eu_server", "opted_out"], {"region": "eu", "opted_out": True}, ("eu_server",)),
        (
            ["retention_expired"],
            {"ttl_seconds": 1, "submitted_at": days(2)},
            ("retention_expired",),
        ),
        (
            ["opted_out", "zero_retention_breach"],
            {"opted_out": True, "product": "streaming"},
            ("zero_retention_breach",),
        ),
        (
            ["gateway_provider_not_opted_out"],
            {"product": "llm_gateway", "gateway_provider": "x"},
            ("gateway_provider_not_opted_out",),
        ),
        (["a_reason_of_no_rule"], {}, ("a_reason_of_no_rule",)),
        (["unknown_nonsense"], {}, ("unknown_nonsense",)),
    ],
)
def test_nothing_can(reasons: list[str], facts: dict[str, Any], obstacles: tuple[str, ...]) -> None:
    proposed = remedy(State.EXCLUDED, reasons, facts, RULES)
    assert (proposed.outcome, proposed.obstacles) == (Outcome.NOTHING_CAN, obstacles)
    assert proposed.changes == ()


def test_a_damaged_policy_proposes_nothing() -> None:
    for rules in ([], [{"id": 3}], [{"reason": "x", "fact": "region", "denies": 3}]):
        assert remedy(State.EXCLUDED, ["x"], {"region": "us"}, rules).outcome is Outcome.NOTHING_CAN


def test_quarantine_is_not_about_facts() -> None:
    assert remedy(State.QUARANTINED, ["empty"], {}, RULES).outcome is Outcome.TRANSCRIPT
