"""Each reason is explained by its rule, the facts that it read, and what would help."""

from typing import Any

import pytest

from clearshard.audit.explain import explain
from clearshard.records.states import QuarantineReason

from .building import FACTS, Output, Row, excluded


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
