"""What a run was made under is said in words: whole runs, and whoever reads what they leave."""

import json
from pathlib import Path

import pytest

from clearshard.audit.verify import verify
from clearshard.records.run import RedactionTerms

from .world import World, small_world

SETTINGS = """
[redaction]
profile = "balanced"
operator = "tag"
operators = { PERSON = "mask" }
keep_entities = ["DATE_TIME"]
score_threshold = 0.4
[limits]
max_quarantined_share = 0.25
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = small_world(tmp_path)
    world.write(SETTINGS)
    return world


def test_the_record_and_the_card_say_what_was_asked_for(world: World) -> None:
    record = world.run()
    assert record.redaction == RedactionTerms(
        profile="balanced",
        operator="tag",
        operators={"PERSON": "mask"},
        entities=None,
        keep_entities=("DATE_TIME",),
        score_threshold=0.4,
        languages=("en",),
        spacy_model=None,
        recognizers=None,
    )
    assert (record.max_quarantined_share, record.max_drop_share) == (0.25, 1.0)
    written = json.loads((world.out / "runs" / f"{record.run_id}.json").read_text())
    assert written["redaction"]["profile"] == "balanced"
    card = (world.out / "README.md").read_text()
    assert "| profile | balanced: all recognizers but the one for words in no dictionary |" in card
    assert "| replaced | tag: by its type, as in \\<PERSON\\>; but PERSON by mask |" in card
    assert verify(world.out).faults == ()
