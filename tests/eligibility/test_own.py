"""Facts of a policy's own: what may be declared, and which rules may read it."""

import re
from pathlib import Path

import pytest

from clearshard.config import default_policy_text
from clearshard.eligibility.policy import CONTRACT_FACTS, parse_policy
from clearshard.errors import ConfigError
from clearshard.records.facts import OwnColumn
from clearshard.records.schemas import MANIFEST_SCHEMA

FACT = '[facts.consent_version]\ntable = "registry"\ntype = "integer"\n'


def rule(**changes: str) -> str:
    fields = {
        "id": '"consent"',
        "reason": '"consent_too_old"',
        "fact": '"consent_version"',
        "denies": "{ below = 3 }",
        "description": '"Only the third version of the consent permits training."',
        "source": '"LEGAL-12"',
        **changes,
    }
    lines = "".join(f"{name} = {value}\n" for name, value in fields.items() if value)
    return f"\n[[rules]]\n{lines}"


def policy_text(facts: str = FACT, *rules: str) -> str:
    # Tables of facts come before the rules: TOML would take them for part of the last rule.
    return default_policy_text().replace("[[rules]]", f"{facts}\n[[rules]]", 1) + "".join(
        rules or (rule(),)
    )


def _problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_policy(text, "ours.toml")
    return list(caught.value.problems)


def test_a_fact_and_its_reasons_are_part_of_the_policy() -> None:
    policy = parse_policy(policy_text(), "ours.toml")
    assert {"consent_too_old", "unknown_consent_version"} <= set(policy.reasons)
    assert policy.own_columns("registry") == (
        OwnColumn("consent_version", "consent_version", "integer", required=True),
    )
    assert policy.own_columns("manifest") == ()
    optional = parse_policy(policy_text(FACT, rule(optional="true")), "ours.toml")
    assert [one.required for one in optional.own_columns("registry")] == [False]


def test_the_digest_tells_them_apart_and_is_what_it_was_without() -> None:
    published = parse_policy(default_policy_text(), "published")
    assert published.digest == DIGEST_BEFORE
    texts = [
        policy_text(),
        policy_text(FACT, rule(denies="{ below = 4 }")),
        policy_text(FACT, rule(denies="{ above = 3 }")),
        policy_text(FACT + 'column = "version"\n'),
        policy_text(FACT.replace("registry", "manifest")),
    ]
    digests = {parse_policy(text, "ours.toml").digest for text in texts}
    assert len(digests | {DIGEST_BEFORE}) == len(texts) + 1


#: Of the published policy before there were such facts: recorded runs have it.
DIGEST_BEFORE = "3ba225c32dbf49969f5e5c223756e48a2b71db2d35d5e4e8492f75c8420216c1"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (policy_text(FACT.replace("integer", "number")), "facts.consent_version.type → "),
        (policy_text(FACT.replace("registry", "accounts")), "facts.consent_version.table → "),
        (policy_text(FACT + "note = 1\n"), "facts.consent_version.note → unknown key"),
        (policy_text(FACT + 'column = "region"\n'), None),
        (policy_text(FACT + 'column = "opted_out"\n'), "facts.consent_version.column → opted_out"),
        (policy_text(FACT + 'column = "a\\nb"\n'), "facts.consent_version.column → "),
        (policy_text(""), "rules.12.fact → consent_version is no fact: "),
        (
            policy_text(FACT, rule(fact='"consent_versoin"')),
            "rules.12.fact → consent_versoin is no fact: ",
        ),
        (
            policy_text(FACT + FACT.replace("consent_version", "unread")),
            "facts.unread → no rule reads it",
        ),
        (policy_text(FACT.replace("consent_version", "Consent"), rule(fact='"Consent"')), "lower"),
        (policy_text(FACT.replace("consent_version", "account"), rule(fact='"account"')), "taken"),
        (
            policy_text(FACT.replace("consent_version", "file_id"), rule(fact='"file_id"')),
            "is a fact of the contract",
        ),
        (policy_text(FACT, rule(reason='"opted_out"')), "says something else already"),
        (policy_text(FACT, rule(reason='"malformed"')), "says something else already"),
        (policy_text(FACT, rule(reason='"unknown_region"')), "says something else already"),
        (policy_text(FACT, rule(reason='"unknown_consent_version"')), "says something else"),
        (policy_text(FACT, rule(reason='"Consent"')), "rules.12.reason → "),
        (policy_text(FACT, rule(denies="{ is = true }")), "does not fit consent_version, which is"),
        (policy_text(FACT, rule(denies='{ in = ["3"] }')), "integer: below, above, present, never"),
        (policy_text(FACT, rule(denies='{ elapsed_since = "submitted_at" }')), "does not fit"),
        (policy_text(FACT, rule(denies="{ below = 1, above = 3 }")), "exactly one condition"),
        (policy_text(FACT, rule(denies='{ below = "3" }')), "rules.12.denies.below → "),
        (
            policy_text(FACT, rule(fact='"ttl_seconds"')),
            "the condition does not fit the fact ttl_seconds",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, problem: str | None) -> None:
    if problem is None:  # the registry has no region, so a column of it may be called so
        parse_policy(text, "ours.toml")
        return
    problems = _problems(text)
    assert any(problem in told for told in problems), problems


#: What a row has on its way through the gate besides its facts; `run.intake` names them.
OF_ROWS = ("reason_bits", "malformed", "id_hash", "uri_hash", "account_row", "facts", "own_facts")


@pytest.mark.parametrize("name", sorted({*MANIFEST_SCHEMA.names, *OF_ROWS} - {*CONTRACT_FACTS}))
@pytest.mark.parametrize("table", ["manifest", "registry"])
def test_no_fact_is_called_as_a_column_that_rows_have_anyway(name: str, table: str) -> None:
    """It would stand in its place: rows that cannot be read would be read."""
    fact = FACT.replace("consent_version", name).replace("registry", table)
    problems = _problems(policy_text(f'{fact}column = "x"\n', rule(fact=f'"{name}"')))
    assert any(f"facts.{name} → " in told and "call it otherwise" in told for told in problems)


def test_the_example_of_the_page_is_this_policy() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
    section = page.split("\n## Facts of your own\n")[1]
    (example, *_) = re.findall(r"^```toml\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    facts, own = example.split("[[rules]]")
    assert parse_policy(policy_text(facts, f"[[rules]]{own}"), "page").digest == (
        parse_policy(policy_text(), "ours.toml").digest
    )


def test_a_rule_that_only_wants_to_know() -> None:
    text = policy_text(FACT, rule(reason='"unknown_consent_version"', denies="{ never = true }"))
    assert "unknown_consent_version" in parse_policy(text, "ours.toml").reasons
