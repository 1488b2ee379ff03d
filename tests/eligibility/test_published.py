"""No policy is below the published one in silence."""

from dataclasses import dataclass

import pytest

from clearshard.config import Waiver, default_policy_text
from clearshard.eligibility.policy import FLOOR, parse_policy
from clearshard.eligibility.published import problems_below

from .test_policy import TEXT, _edited, _without

PUBLISHED = parse_policy(default_policy_text(), "published")
MAY_BE_WAIVED = [rule.id for rule in PUBLISHED.rules if rule.reason not in FLOOR]
CONDITION = '\nonly_if = { fact = "product", in = ["async"] }\ndescription'


def _problems(text: str, *waived: str) -> list[str]:
    waivers = [Waiver(rule=name, reason="agreed in writing") for name in waived]
    return problems_below(parse_policy(text, "mine"), PUBLISHED, waivers)


def test_the_published_policy_is_not_below_itself() -> None:
    assert _problems(TEXT) == []
    assert set(MAY_BE_WAIVED) | set(PUBLISHED_FLOOR) == {rule.id for rule in PUBLISHED.rules}


PUBLISHED_FLOOR = ("contract", "baa", "eu-server", "opt-out")


@dataclass(frozen=True)
class Weaker:
    rule: str
    old: str
    new: str


LIST = "not_opted_out = true"
WEAKER = [
    *(Weaker(rule, "\ndescription", CONDITION) for rule in MAY_BE_WAIVED[:5]),
    *(Weaker(rule, "\ndescription", "\noptional = true\ndescription") for rule in ("submitted",)),
    Weaker("product", "\ndescription", "\noptional = true\ndescription"),
    Weaker("gateway-provider", "\ndescription", "\noptional = true\ndescription"),
    Weaker("registry-age", "\ndescription", "\noptional = true\ndescription"),
    Weaker("registry-age", "604800", "604801"),
    Weaker("expired", 'denies = { at_or_before = "as_of" }', "denies = { older_than_seconds = 1 }"),
    Weaker("deletion-request", "{ present = true }", '{ at_or_before = "as_of" }'),
    Weaker("gateway-provider", LIST, 'not_in = ["anthropic", "google", "openai", "elsewhere"]'),
    Weaker("gateway-provider", LIST, 'in = ["anthropic", "google", "openai"]'),
    Weaker("gateway-provider", '["llm_gateway"]', '["async"]'),
    Weaker(
        "gateway-provider", 'fact = "product", in = ["llm_gateway"]', 'fact = "region", in = ["us"]'
    ),
    Weaker("zero-retention", '["streaming"]', '["async"]'),
    Weaker("zero-retention", "alert = true", "alert = false"),
    Weaker("zero-retention", "is = true", "is = false"),
]


@pytest.mark.parametrize("weaker", WEAKER, ids=str)
def test_a_weaker_rule_is_told_until_it_is_named(weaker: Weaker) -> None:
    text = _edited(weaker.rule, weaker.old, weaker.new)
    (problem,) = _problems(text)
    assert f"as {weaker.rule} of the published policy" in problem
    assert _problems(text, weaker.rule) == []


@pytest.mark.parametrize("rule", MAY_BE_WAIVED)
def test_a_missing_rule_is_told_until_it_is_named(rule: str) -> None:
    text = TEXT
    if rule == "registry-age":  # there must be one
        text = _edited(rule, "604800", "31536000")
    elif rule == "zero-retention":
        text = _without(rule)
    else:
        text = _without(rule)
    (problem,) = _problems(text)
    assert f"name {rule}, with a reason" in problem
    assert _problems(text, rule) == []


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("registry-age", "604800", "3600"),
        ("gateway-provider", LIST, 'not_in = ["anthropic", "google"]'),
        ("gateway-provider", LIST, 'not_in = ["anthropic", "google", "openai"]'),
        ("gateway-provider", LIST, "not_in = []"),
        ("gateway-provider", '\nonly_if = { fact = "product", in = ["llm_gateway"] }', ""),
        ("gateway-provider", '["llm_gateway"]', '["llm_gateway", "async"]'),
        ("gateway-provider", LIST, "present = true"),
        ("eu-server", 'denies = { in = ["eu"] }', 'denies = { in = ["eu", "us"] }'),
        ("expired", "\noptional = true", ""),
        ("expired", '{ at_or_before = "as_of" }', "{ present = true }"),
        ("deletion-request", "\noptional = true", ""),
        ("product", 'id = "product"', 'id = "kind-of-product"'),
        ("ttl", 'reason = "retention_expired"', 'reason = "too_old"'),
        ("product", "alert = true", "alert = true"),
    ],
)
def test_a_stricter_policy_is_nobodys_business(rule: str, old: str, new: str) -> None:
    text = TEXT if old == new else TEXT.replace(old, new, 1) if old[0] == "i" else None
    assert _problems(text or _edited(rule, old, new)) == []


def test_all_that_is_below_is_told_at_once() -> None:
    text = _without("expired").replace("604800", "704800").replace(LIST, 'not_in = ["x"]')
    assert len(_problems(text)) == 3
    assert len(_problems(text, "expired", "registry-age")) == 1


def test_a_provider_more_is_told_until_it_is_named() -> None:
    """In the table it is as much as in a list of the rule."""
    text = TEXT.replace("[providers.openai]", "[providers.elsewhere]")
    (problem,) = _problems(text)
    assert "as gateway-provider of the published policy" in problem
    assert _problems(text, "gateway-provider") == []
    fewer = text.replace("[providers.elsewhere]\ntraining_opted_out = true", _NOT_OPTED_OUT)
    assert _problems(fewer) == []


_NOT_OPTED_OUT = "[providers.elsewhere]\ntraining_opted_out = false"


def test_what_needs_no_acknowledgement_must_have_none() -> None:
    (unneeded,) = _problems(TEXT, "expired")
    assert "keeps the rule expired" in unneeded
    (unknown,) = _problems(TEXT, "expiry")
    assert "no rule of this name" in unknown
    (twice,) = _problems(_without("expired"), "expired", "expired")
    assert "more than once" in twice


@pytest.mark.parametrize("rule", PUBLISHED_FLOOR)
def test_the_four_rules_cannot_be_waived(rule: str) -> None:
    (problem,) = _problems(TEXT, rule)
    assert f"{rule} is a rule that no policy may be without" in problem


def _named(fact: str, value: str, name: str) -> str:
    """The published policy, with one name more for a value."""
    if fact == "region":
        return TEXT.replace(f"\n{value} = [", f'\n{value} = ["{name}", ', 1)
    return TEXT.replace("[[rules]]", f'[also_called.{fact}]\n{value} = ["{name}"]\n\n[[rules]]', 1)


@pytest.mark.parametrize(
    ("fact", "value", "name"),
    [("region", "us", "na1"), ("region", "us", "frankfurt"), ("product", "async", "batch")],
)
def test_a_name_that_admits_what_was_not_known_is_told_until_it_is_named(
    fact: str, value: str, name: str
) -> None:
    text = _named(fact, value, name)
    (problem,) = _problems(text)
    assert f"also_called → the published policy does not know {name}: name also_called" in problem
    assert _problems(text, "also_called") == []


def test_a_name_of_what_is_denied_and_one_that_is_known_are_not() -> None:
    assert _problems(_named("region", "eu", "frankfurt")) == []
    assert _problems(_named("region", "us", "US_West_2")) == []
    (problem,) = _problems(TEXT, "also_called")
    assert "the policy keeps the rule also_called" in problem
