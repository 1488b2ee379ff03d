"""How a threshold is chosen for each class."""

# ruff: noqa: E402 - the modules of a recipe are found once its folder is on the path

import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from clearshard.tagger.model import model_of

from ..tagger.making import arrays

MODELS = Path(__file__).parents[2] / "models"
sys.path[:0] = [str(MODELS / "speech_en"), str(MODELS / "tagger_en")]

from calibrate import COSTS, Taken, calibrated, chosen, taken, with_thresholds
from labels import PERSONAL
from thresholds import POSSIBLE, THRESHOLDS

PERSON = PERSONAL.index("PERSON")
CARD = PERSONAL.index("CREDIT_CARD")


def tokens(place: int, right: list[float], wrong: list[float]) -> Taken:
    margins = np.array([*right, *wrong], np.float32)
    personal = np.arange(len(margins)) < len(right)
    return Taken(np.full(len(margins), place, np.intp), margins, personal)


SURE = [6.0] * 50
#: Talk in which nothing was taken for anything.
SILENCE = tokens(PERSON, [], [])


def test_what_is_often_wrong_must_be_surer_and_what_is_often_missed_less() -> None:
    wrong = tokens(PERSON, [*SURE, *[1.0] * 900], [-1.4, -1.0, -0.5] * 100)
    assert chosen(PERSON, wrong, SILENCE, 5, -1.5).threshold > -1.0
    missed = tokens(PERSON, [*SURE, *[-2.3, -2.8] * 450], [-3.0] * 10)
    assert chosen(PERSON, missed, SILENCE, 5, -1.5).threshold < -2.0


def test_of_a_class_that_is_hardly_seen_little_is_learned() -> None:
    few = tokens(PERSON, [0.3] * 3, [0.1] * 400)
    assert chosen(PERSON, few, SILENCE, 5, -1.5).threshold == -1.5
    none = tokens(CARD, SURE, [])
    made = chosen(PERSON, none, SILENCE, 5, -1.5)
    assert (made.threshold, made.tokens, made.recall, made.precision) == (-1.5, 0, 1.0, 1.0)


def test_talk_counts_as_wrong() -> None:
    told = tokens(CARD, [1.0] * 900, [])
    talk = tokens(CARD, [], [-1.0, 4.0] * 300)
    alone, beside = (chosen(CARD, told, of, 5, -1.5) for of in (SILENCE, talk))
    assert alone.threshold < beside.threshold
    assert (alone.precision, beside.precision) == (1.0, 0.75)
    # Of another class in that talk nothing is told.
    assert chosen(PERSON, told, talk, 5, -1.5).threshold == -1.5


def test_where_nobody_can_tell_what_is_wrong_the_common_threshold_stays() -> None:
    missed = tokens(PERSON, [*SURE, *[-2.3, -2.8] * 450], [-3.0] * 10)
    made = chosen(PERSON, missed, None, 5, -1.5)
    assert (made.threshold, made.tokens) == (-1.5, 950)


@pytest.mark.parametrize("seed", range(8))
def test_in_quarters_and_the_dearer_a_miss_the_lower(seed: int) -> None:
    rng = np.random.default_rng(seed)
    drawn = tokens(PERSON, rng.normal(2, 3, 400).tolist(), rng.normal(-2, 2, 900).tolist())
    strict, balanced = (
        chosen(PERSON, drawn, SILENCE, COSTS[profile], THRESHOLDS[profile]).threshold
        for profile in ("strict", "balanced")
    )
    assert strict <= balanced
    assert 4 * strict == round(4 * strict)


def test_the_table_says_what_the_threshold_takes() -> None:
    drawn = tokens(PERSON, [*[5.0] * 90, *[-3.9] * 10], [5.0] * 10)
    made = chosen(PERSON, drawn, SILENCE, 1, -1.5)
    assert (made.tokens, made.recall, made.precision) == (100, 0.9, 0.9)


def test_only_the_thresholds_of_weights_are_others() -> None:
    before = arrays(possible=3500)
    facts = model_of(before).facts
    made = {**before, "facts": with_thresholds(facts, {"strict": {"PERSON": -1.75}})}
    after = model_of(made).facts
    assert after.thresholds["strict"] == {**facts.thresholds["strict"], "PERSON": -1750}
    assert msgspec.structs.replace(after, thresholds=facts.thresholds) == facts
    assert POSSIBLE == 3.5


def test_tokens_are_counted_but_those_that_nobody_knows() -> None:
    model = model_of(arrays(possible=3500))
    text = "mark called\nfrom paris 7"
    spans = [(0, 4, "PERSON"), (17, 22, "ODDITY")]
    made = taken(model, [(text, spans), ("yes", [])])
    # mark, called, from, 7, yes: neither the end of the turn nor what has a label that is no class.
    assert made.personal.tolist() == [True, False, False, False, False]
    assert set(made.labels.tolist()) <= {
        PERSONAL.index(c) for c in ("PERSON", "PHONE_NUMBER", "LOCATION")
    }


def test_weights_are_given_a_threshold_for_each_class(capsys: pytest.CaptureFixture[str]) -> None:
    made = calibrated(arrays(), [("mark called from paris", [(0, 4, "PERSON")])], [("yes", [])])
    thresholds = model_of(made).facts.thresholds
    assert set(PERSONAL) <= set(thresholds["strict"])
    assert set(PERSONAL) <= set(thresholds["balanced"])
    assert capsys.readouterr().out.count("PERSON ") == 2
