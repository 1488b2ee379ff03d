from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clearshard.config import Redaction
from clearshard.redaction.scores import NER_SCORE, tagger_score


@given(st.lists(st.integers(0, 10**7), min_size=2).map(sorted), st.integers(1, 10**6))
def test_surer_scores_higher_within_what_names_score(margins: list[int], whole: int) -> None:
    scores = [tagger_score(margin, whole) for margin in margins]
    assert all(one <= two for one, two in pairwise(scores))
    assert all(0.5 <= score <= NER_SCORE for score in scores)
    assert all(score == round(score, 2) for score in scores)


def test_from_just_above_the_threshold_to_as_sure_as_anything() -> None:
    assert [tagger_score(margin, 350) for margin in (0, 9, 10, 175, 349, 350, 9999)] == [
        *(0.50, 0.50, 0.51, 0.67, 0.84, 0.85, 0.85)
    ]


def test_what_is_least_sure_is_removed_by_default() -> None:
    assert tagger_score(0, 1) > Redaction().score_threshold
