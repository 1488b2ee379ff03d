"""Names of AssemblyAI's policies in the place of entity types."""

import pytest

from clearshard.redaction.policy_names import HOLDS, kept_types, problem_with, removed_types

SUPPORTED = frozenset({*HOLDS, "MAC_ADDRESS", "location"})


def test_a_policy_removes_every_type_that_may_hold_it() -> None:
    assert removed_types(["phone_number"], SUPPORTED) == {"PHONE_NUMBER", "NUMBER_SEQUENCE"}
    # A name may answer a security question, too.
    names = {"PERSON", "UNKNOWN_WORD", "PASSWORD"}
    assert removed_types(["person_name", "URL"], SUPPORTED) == {*names, "URL"}
    assert removed_types(["person_name"], {"PERSON", "URL"}) == {"PERSON"}
    assert removed_types(["PHONE", "drug"], SUPPORTED) == frozenset()


def test_a_type_of_the_user_wins_over_a_policy() -> None:
    assert removed_types(["location"], SUPPORTED) == {"location"}
    assert kept_types(["location"], SUPPORTED) == {"location"}


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["phone_number"], {"PHONE_NUMBER"}),
        (["person_name"], {"PERSON"}),
        (["person_age"], set()),
        (["date_of_birth"], {"DATE_OF_BIRTH"}),
        (["nationality", "religion"], set()),
        (["nationality", "religion", "political_affiliation"], {"NRP"}),
        (["DATE_TIME", "url"], {"DATE_TIME", "URL"}),
        ([], set()),
    ],
)
def test_only_types_that_hold_nothing_else_are_kept(names: list[str], kept: set[str]) -> None:
    assert kept_types(names, SUPPORTED) == kept


def test_a_name_that_keeps_nothing_is_a_problem() -> None:
    assert problem_with("URL", ["URL"], SUPPORTED) is None
    assert problem_with("url", ["url"], SUPPORTED) is None
    assert problem_with("PHONE", ["PHONE"], SUPPORTED) == "unknown entity type PHONE"
    said = problem_with("person_age", ["person_age"], SUPPORTED)
    assert said is not None
    assert "as DATE_TIME:" in said
