"""``docs/entity-types.md`` says what the detectors do, in names that the evaluation knows."""

import re
from pathlib import Path

import pytest

from clearshard.evaluation.groups import is_known

PAGE = (Path(__file__).parents[2] / "docs" / "entity-types.md").read_text("utf-8")
ENTITY = re.compile(r"`([A-Z][A-Z_]+)`")
POLICY = re.compile(r"`([a-z][a-z_]+)`")


def rows(heading: str) -> list[list[str]]:
    """Cells of the one table below a heading, without its header."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


FOUND = {ENTITY.findall(row[0])[0]: row for row in rows("What is found")}
REQUESTED = {ENTITY.findall(row[0])[0]: row for row in rows("What is found on request")}
BOTH = FOUND | REQUESTED
POLICIES = {
    POLICY.findall(row[0])[0]: row for row in rows("Each policy, and how far it is covered")
}


@pytest.mark.parametrize("name", [*BOTH, *POLICIES])
def test_every_name_has_a_group_in_the_evaluation(name: str) -> None:
    assert is_known(name)


def test_the_first_table_is_what_runs() -> None:
    from clearshard.recognizers.table import recognizers_of
    from clearshard.redaction.conversation import types_of_tagger
    from clearshard.redaction.ner import NER_TYPES

    tagged, _ = types_of_tagger("strict")
    runs = {entity: {"tagger"} for entity in tagged}
    # What the tagger finds, a NER beside it finds too.
    runs |= {entity: {"NER"} for entity in NER_TYPES.values() if entity not in tagged}
    for recognizer in recognizers_of("strict", None, 5.0).every:
        for entity in recognizer.supported_entities:
            runs.setdefault(entity, set()).add(recognizer.name)
    said = {
        entity: set(re.findall(r"tagger|NER\b|\w+Recognizer", row[2]))
        for entity, row in FOUND.items()
    }
    assert said == runs


def test_the_second_table_is_what_runs_on_request() -> None:
    from clearshard.recognizers.table import REQUESTED as MAKERS
    from clearshard.redaction.conversation import types_of_tagger

    _, tagged = types_of_tagger("strict")
    runs = {entity: {"tagger"} for entity in tagged}
    for make in MAKERS:
        for entity in make().supported_entities:
            runs.setdefault(entity, set()).add(make().name)
    assert runs == {
        entity: set(re.findall(r"tagger|\w+Recognizer", row[2]))
        for entity, row in REQUESTED.items()
    }


def test_the_configuration_knows_the_policies_of_both_tables() -> None:
    from clearshard.redaction.policy_names import HOLDS, ON_REQUEST

    for table, holds in ((FOUND, HOLDS), (REQUESTED, ON_REQUEST)):
        said = {
            entity: frozenset(POLICY.findall(row[1])) - {"none"} for entity, row in table.items()
        }
        assert {entity: policies for entity, policies in said.items() if policies} == holds


def test_the_two_tables_agree() -> None:
    for entity, row in BOTH.items():
        for policy in POLICY.findall(row[1]):
            assert f"`{entity}`" in POLICIES[policy][2]
    for policy, row in POLICIES.items():
        if row[1] != "**no**":
            for entity in ENTITY.findall(row[2]):
                assert f"`{policy}`" in BOTH[entity][1]


def test_every_policy_is_told_whether_it_is_covered() -> None:
    asked = ("on request", "in part, more on request")
    assert {row[1] for row in POLICIES.values()} == {"yes", "in part", *asked, "**no**"}
    for policy, row in POLICIES.items():
        on_request = {e for e, of in REQUESTED.items() if policy in POLICY.findall(of[1])}
        assert bool(on_request) == (row[1] in asked)
        assert on_request == set(ENTITY.findall(row[2])) & set(REQUESTED)
    assert list(POLICIES) == sorted(POLICIES)
