"""The rules as data, and the floor that no policy goes below."""

import pytest

from clearshard.config import default_policy_text
from clearshard.eligibility.policy import parse_policy
from clearshard.errors import ConfigError

TEXT = default_policy_text()


def _problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_policy(text, "mine.toml")
    assert caught.value.exit_code == 2
    assert str(caught.value).startswith("mine.toml:")
    return list(caught.value.problems)


def _without(rule: str) -> str:
    start = TEXT.index(f'[[rules]]\nid = "{rule}"')
    end = TEXT.find("[[rules]]", start + 1)
    return TEXT[:start] + (TEXT[end:] if end > 0 else "")


def _edited(rule: str, old: str, new: str) -> str:
    start = TEXT.index(f'id = "{rule}"')
    assert old in TEXT[start:]
    return TEXT[:start] + TEXT[start:].replace(old, new, 1)


FLOOR = {
    "contract": "contract_not_permitting",
    "baa": "baa_executed",
    "eu-server": "eu_server",
    "opt-out": "opted_out",
}


@pytest.mark.parametrize("rule", FLOOR)
def test_a_policy_without_a_rule_of_the_floor_is_refused(rule: str) -> None:
    (problem,) = _problems(_without(rule))
    assert FLOOR[rule] in problem


@pytest.mark.parametrize("rule", FLOOR)
def test_a_rule_of_the_floor_cannot_have_a_condition(rule: str) -> None:
    text = _edited(
        rule, "\ndescription", '\nonly_if = { fact = "product", in = ["async"] }\ndescription'
    )
    (problem,) = _problems(text)
    assert FLOOR[rule] in problem


@pytest.mark.parametrize("rule", FLOOR)
def test_a_fact_of_the_floor_cannot_be_optional(rule: str) -> None:
    (problem,) = _problems(_edited(rule, "\ndescription", "\noptional = true\ndescription"))
    assert "cannot be optional" in problem


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("contract", "is = false", "is = true"),
        ("baa", "is = true", "is = false"),
        ("opt-out", "is = true", "is = false"),
        ("eu-server", 'in = ["eu"]', 'in = ["us"]'),
        ("eu-server", 'in = ["eu"]', 'not_in = ["eu"]'),
        ("baa", 'fact = "baa_executed"', 'fact = "opted_out"'),
    ],
)
def test_a_rule_of_the_floor_cannot_say_something_else(rule: str, old: str, new: str) -> None:
    assert any(FLOOR[rule] in p for p in _problems(_edited(rule, old, new)))


def test_the_age_of_the_registry_must_be_limited_for_every_file() -> None:
    assert "exported_at" in _problems(_without("registry-age"))[0]
    conditional = _edited(
        "registry-age",
        "\ndescription",
        '\nonly_if = { fact = "product", in = ["async"] }\ndescription',
    )
    assert "exported_at" in _problems(conditional)[0]
    (endless,) = _problems(_edited("registry-age", "604800", "99999999999"))
    assert "older_than_seconds" in endless


def test_everything_missing_from_the_floor_is_said_at_once() -> None:
    rule = TEXT[TEXT.index('[[rules]]\nid = "product"') : TEXT.index('[[rules]]\nid = "submitted"')]
    problems = _problems(f'version = 1\ntitle = "x"\n{rule}\n{rule}')
    assert len(problems) == 6
    assert problems[0] == "rules.1 → has the same id as rules.0"
    assert all(any(reason in p for p in problems) for reason in FLOOR.values())


def test_every_wrong_value_is_listed_with_its_place() -> None:
    text = (
        TEXT.replace("version = 1", "version = 2")
        .replace('title = "Data', 'titel = "Data')
        .replace('id = "baa"', 'id = "B A A"')
        .replace('fact = "region"', 'fact = "weather"', 1)
        .replace("denies = { is = true }", "denies = { is = true, never = true }", 1)
        .replace("alert = true", 'alert = "yes"')
    )
    problems = _problems(text)
    places = [p.partition(" → ")[0] for p in problems]
    assert "version" in places
    assert "title → is required" in problems
    assert "titel → unknown key" in problems
    assert "rules.1.id" in places
    assert "rules.1.denies" in places
    assert "rules.2.fact" in places
    assert "rules.9.alert" in places
    assert len(problems) == 7


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("version = ", "is not TOML"),
        (f'toml = "x"\n{TEXT}', "unknown key"),
        (_edited("baa", "is = true", "is_ = true"), "unknown key"),
        (_edited("baa", "{ is = true }", "{ }"), "exactly one condition"),
        (_edited("baa", "is = true", "present = false"), "rules.1.denies"),
        (_edited("ttl", 'fact = "ttl_seconds"', 'fact = "expires_at"'), "does not fit"),
        (_edited("product", '"unknown_product"', '"odd"'), "must say unknown_product"),
        (_edited("zero-retention", '["streaming"]', '["stream"]'), "product can only be"),
        (_edited("zero-retention", '["streaming"]', "[]"), "only_if.in"),
        (_edited("eu-server", '["eu"]', '["eu", "EU"]'), "region can only be"),
        (_edited("registry-age", "604800", str(10**30)), "older_than_seconds"),
        (_edited("registry-age", "604800", "2026-01-01"), "older_than_seconds"),
    ],
)
def test_refused(text: str, part: str) -> None:
    assert part in "\n".join(_problems(text))


def test_more_reasons_than_a_decision_can_hold_are_refused() -> None:
    rule = TEXT[TEXT.index('[[rules]]\nid = "baa"') : TEXT.index('[[rules]]\nid = "eu-server"')]
    more = "".join(
        rule.replace('id = "baa"', f'id = "baa-{i}"').replace(
            'reason = "baa_executed"', f'reason = "more_{i}"'
        )
        for i in range(60)
    )
    (problem,) = _problems(TEXT + more)
    assert "64" in problem


def test_the_digest_is_of_the_meaning() -> None:
    digest = parse_policy(TEXT, "a").digest
    assert parse_policy("# a comment\n" + TEXT, "b").digest == digest
    assert parse_policy(TEXT.replace("604800", "604801"), "c").digest != digest


def test_the_text_is_kept() -> None:
    assert parse_policy(TEXT, "a").toml == TEXT


def _gateway(text: str) -> tuple[str, ...] | None:
    [rule] = [rule for rule in parse_policy(text, "mine").rules if rule.id == "gateway-provider"]
    return rule.denies.not_in


def test_a_rule_reads_which_providers_are_opted_out() -> None:
    assert _gateway(TEXT) == ("anthropic", "google", "openai")
    one = "[providers.openai]\ntraining_opted_out = "
    assert _gateway(TEXT.replace(f"{one}true", f"{one}false")) == ("anthropic", "google")
    none = TEXT.replace("training_opted_out = true", "training_opted_out = false")
    assert _gateway(none) == ()


def test_when_providers_were_checked_is_no_other_policy() -> None:
    digest = parse_policy(TEXT, "mine").digest
    later = TEXT.replace("checked_on = 2026-11-30", "checked_on = 2027-01-15")
    assert later != TEXT
    assert parse_policy(later, "mine").digest == digest
    spelled = TEXT.replace("not_opted_out = true", 'not_in = ["anthropic", "google", "openai"]')
    assert parse_policy(spelled, "mine").digest == digest
    fewer = TEXT.replace("training_opted_out = true", "training_opted_out = false", 1)
    assert parse_policy(fewer, "mine").digest != digest


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("training_opted_out = true", 'training_opted_out = "yes"', "training_opted_out"),
        ("training_opted_out = true\n", "", "training_opted_out"),
        ("checked_on = 2026-11-30", "checked_on = 30", "checked_on"),
        ("checked_on = 2026-11-30\n", "", "checked_on"),
        ("[providers.openai]", '[providers."open ai"]', "open ai"),
        ("[providers.", "[provider.", "provider"),
        ("not_opted_out = true", "not_opted_out = false", "not_opted_out"),
    ],
)
def test_a_table_of_providers_that_cannot_be_read_is_refused(old: str, new: str, told: str) -> None:
    assert any(told in problem for problem in _problems(TEXT.replace(old, new)))
