"""A curve as it could be measured, for tests that draw one or write it down."""

from clearshard.evaluation.curve import OFFSETS, Curve
from clearshard.evaluation.groups import Group
from clearshard.evaluation.metrics import Counts, Figures, GroupCounts, figures


def at(leaked: int, removed: int) -> Figures:
    """So many of 2,000 letters left visible, and so many of 10,000 words removed."""
    groups = {
        Group.PERSON: GroupCounts(gold_spans=300, gold_chars=1_500, leaked_chars=leaked),
        Group.ADDRESS: GroupCounts(gold_spans=20, gold_chars=495),
        Group.CARD: GroupCounts(gold_spans=1, gold_chars=5),
        Group.OTHER: GroupCounts(predicted_spans=7),
    }
    return figures(
        Counts(
            documents=1_234,
            gold_spans=321,
            gold_chars=2_000,
            leaked_chars=leaked,
            plain_tokens=10_000,
            removed_tokens=removed,
            groups=groups,
        )
    )


def curve() -> Curve:
    points = {offset: at(10 * number, 150 - 10 * number) for number, offset in enumerate(OFFSETS)}
    return Curve("strict", points, {"strict": points[0.0], "balanced": at(60, 80)})
