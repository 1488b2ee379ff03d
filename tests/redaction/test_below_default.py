"""Every setting by which less is removed than by default is said in words."""

from typing import Any

import pytest

from clearshard.config import Redaction
from clearshard.redaction.below_default import _EXPECTED, below_default
from clearshard.redaction.policy_names import HOLDS


def _told(**settings: Any) -> tuple[str, ...]:
    return below_default(Redaction.model_validate(settings, strict=False))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"score_threshold": 0.3},
        {"score_threshold": 0.1},
        {"entities": tuple(HOLDS)},
        {"operator": "mask", "operators": {"PERSON": "drop"}},
        {"spacy_model": "x", "recognizers": "y", "regex_timeout_seconds": 1.0},
    ],
)
def test_nothing_is_said_of_what_removes_as_much(settings: dict[str, Any]) -> None:
    assert _told(**settings) == ()


def test_every_profile_but_the_strict_one_is_said() -> None:
    assert len(_told(profile="balanced")) == len(_told(profile="stock")) == 1


def test_what_people_expect_to_be_gone_comes_first() -> None:
    (line,) = _told(entities=["CRYPTO"])
    first, types = line.removeprefix("redaction.entities → ").split(" stay in the text, by these ")
    assert first == ", ".join(_EXPECTED)
    assert "CRYPTO" not in types
    (line,) = _told(keep_entities=["url"])
    assert line == "redaction.keep_entities → what stays in the text: URL"
    (line,) = _told(keep_entities=["MEMBER_ID"])
    assert line.endswith("MEMBER_ID")


def test_a_threshold_above_the_ner_leaves_people() -> None:
    assert "people" not in _told(score_threshold=0.5)[0]
    assert "less sure of too: some people stay" in _told(score_threshold=0.51)[0]
    assert "people" not in _told(profile="stock", score_threshold=0.85)[1]
    assert "some people stay" in _told(score_threshold=0.85)[0]
    assert "people stay" in _told(score_threshold=0.86)[0]


def test_every_class_is_of_types_that_there_are() -> None:
    assert {t for types in _EXPECTED.values() for t in types} <= set(HOLDS)


def test_what_is_asked_for_besides_is_not_left() -> None:
    (line,) = _told(entities=["PERSON"])
    (less,) = _told(entities=["PERSON"], also_entities=["URL", "drug"])
    assert ", URL," in line
    assert ", URL," not in less
    assert "DRUG" not in line
    assert _told(also_entities=["drug"]) == ()
