"""Types on request in texts whose annotators did not look for them."""

# ruff: noqa: E402 - the modules of a recipe are found once its folder is on the path

import random
import sys
from pathlib import Path

MODELS = Path(__file__).parents[2] / "models"
sys.path[:0] = [str(MODELS / "speech_en"), str(MODELS / "tagger_en")]

from told import interspersed, with_requested

TEXT = "ann owes me five dollars\nshe takes metformin"


def test_what_rules_find_is_tagged_where_nothing_is() -> None:
    assert with_requested(TEXT, [(0, 3, "PERSON")]) == [
        (0, 3, "PERSON"),
        (12, 24, "MONEY"),
        (35, 44, "DRUG"),
    ]
    # What somebody has tagged stays what it is, and so does a part of it.
    assert with_requested(TEXT, [(12, 16, "ID")]) == [(12, 16, "ID"), (35, 44, "DRUG")]


def test_turns_stand_between_those_of_the_text_and_no_value_moves() -> None:
    spans = with_requested(TEXT, [(0, 3, "PERSON")])
    values = {TEXT[start:end] for start, end, _ in spans}
    seen = set()
    for seed in range(60):
        text, moved = interspersed(
            (TEXT, spans), lambda: ("I Speak Odia", [(8, 12, "LANGUAGE")]), random.Random(seed), 3
        )
        lines = text.split("\n")
        assert [line for line in lines if line != "i speak odia"] == TEXT.split("\n")
        assert {text[a:b] for a, b, label in moved if label != "LANGUAGE"} == values
        told = [text[a:b] for a, b, label in moved if label == "LANGUAGE"]
        assert told == ["odia"] * (len(lines) - 2)
        seen.add(len(told))
    assert seen == {1, 2, 3}
