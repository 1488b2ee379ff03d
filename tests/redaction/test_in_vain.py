"""What is configured to remove something and never could is an error, all at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, UsLicenseRecognizer

from clearshard.errors import ConfigError
from clearshard.recognizers.group import groups
from clearshard.recognizers.phone import GatedPhoneRecognizer
from clearshard.redaction.in_vain import best_score
from clearshard.redaction.redactor import Redactor

from .making import transcript

OWN = """
recognizers:
  - name: Weak
    supported_entity: MEMBER_ID
    patterns:
      - {name: alone, regex: 'SKY', score: 0.2}
  - name: Helped
    supported_entity: MEMBER_ID
    context: [member]
    patterns:
      - {name: near, regex: 'SKY', score: 0.2}
      - {name: far, regex: 'SEA', score: 0.05}
  - name: Words
    supported_entity: CODE_WORD
    deny_list: [swordfish]
"""


@pytest.fixture
def own(tmp_path: Path) -> str:
    path = tmp_path / "own.yaml"
    path.write_text(OWN)
    return str(path)


def test_a_pattern_below_the_threshold_is_told(
    make_redactor: Callable[..., Redactor], own: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        make_redactor(profile="stock", recognizers=own)
    assert caught.value.problems == (
        "redaction.recognizers → Weak: alone scores 0.2 at most, below redaction.score_threshold "
        "(0.3): it would remove nothing",
    )
    with pytest.raises(ConfigError) as caught:
        make_redactor(profile="stock", recognizers=own, score_threshold=0.5)
    assert [p.split(" → ")[1].split(" scores")[0] for p in caught.value.problems] == [
        "Weak: alone",
        "Helped: far",
    ]


def test_what_is_just_enough_is_found(make_redactor: Callable[..., Redactor], own: str) -> None:
    text = Path(own).read_text().replace("score: 0.2", "score: 0.3")
    Path(own).write_text(text)
    redactor = make_redactor(profile="stock", recognizers=own)
    (found,) = redactor.spans([transcript("it is SKY or swordfish")])
    assert {s.entity_type for s in found} == {"MEMBER_ID", "CODE_WORD"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "settings", [{"entities": ["PERSON", "MEMBER_ID"]}, {"keep_entities": ["CODE_WORD"]}]
)
def test_a_type_that_stays_in_the_text_is_told(
    make_redactor: Callable[..., Redactor], own: str, settings: dict[str, list[str]]
) -> None:
    with pytest.raises(ConfigError) as caught:
        make_redactor(profile="stock", recognizers=own, score_threshold=0.1, **settings)
    assert caught.value.problems == (
        "redaction.recognizers → Words finds CODE_WORD, which redaction.entities and keep_entities "
        "leave in the text: it would remove nothing",
    )


def test_a_threshold_that_nothing_reaches_is_told(make_redactor: Callable[..., Redactor]) -> None:
    with pytest.raises(ConfigError, match="nothing would be removed"):
        make_redactor(profile="stock", entities=["PERSON"], score_threshold=0.86)
    make_redactor(profile="stock", entities=["PERSON"], score_threshold=0.85)
    # A card number with a fitting check digit is certain.
    make_redactor(profile="stock", entities=["PERSON", "CREDIT_CARD"], score_threshold=1.0)


def test_the_best_that_a_recognizer_can_say() -> None:
    assert best_score(CreditCardRecognizer()) == 1.0
    assert best_score(GatedPhoneRecognizer()) == 1.0
    assert best_score(groups()) == 0.5
    assert best_score(UsLicenseRecognizer()) == 0.65
