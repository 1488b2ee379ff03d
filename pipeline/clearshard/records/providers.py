"""Providers of the LLM Gateway: with which of them training is opted out, and who looked when.

A policy lists them once, `[providers.NAME]`, and its rule asks for the list (`not_opted_out`). What
counts is only whether training is opted out; when that was checked, `policy check` tells, so that
somebody looks again.
"""

from collections.abc import Mapping
from typing import Any

_CONDITION = "not_opted_out"
_FACT = "gateway_provider"


def with_lists(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A policy as it was read, each rule that asks for the list of providers with those in it.

    A provider that is not opted out is as one that is not in the list: it denies. What cannot be
    read is left as it is, for whoever says what is wrong with a policy.
    """
    rules, providers = raw.get("rules"), raw.get("providers")
    if not isinstance(rules, list) or not isinstance(providers, dict):
        return dict(raw)
    opted_out = sorted(
        name
        for name, provider in providers.items()
        if isinstance(provider, dict) and provider.get("training_opted_out") is True
    )
    return {**raw, "rules": [_with_list(rule, opted_out) for rule in rules]}


def _with_list(rule: Any, opted_out: list[str]) -> Any:
    if (
        isinstance(rule, dict)
        and rule.get("fact") == _FACT
        and rule.get("denies") == {_CONDITION: True}
    ):
        return {**rule, "denies": {"not_in": opted_out}}
    return rule
