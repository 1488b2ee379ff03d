"""Leak against over-redaction at several points, from a tagger that must be surer or less sure.

A profile is one point. What leaks less removes more: the curve says at what price, for all personal
data together and for each group of it. Over-redaction has no group: of a word that was removed for
nothing nobody can say what it was taken for. So all lines have the same points from left to right.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from clearshard.evaluation.groups import Group
from clearshard.evaluation.metrics import Figures
from clearshard.evaluation.rendering import table

#: By how much the tagger must be surer at each point than its profile says; 1 is as far as a word
#: may be below its threshold and still be taken for possible.
OFFSETS = (-0.7, -0.5, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.4)
#: Groups with fewer spans in the gold have no line: one span more or less would move it.
LEAST_SPANS = 20


@dataclass(frozen=True, slots=True)
class Curve:
    """The figures at each point.

    Attributes:
        profile: The one whose tagger must be surer or less sure; all else is as it has it.
        points: Offset → figures, the smallest offset first; the profile itself is at 0.
        profiles: Profile → its figures: that of the curve, and others to compare.
    """

    profile: str
    points: Mapping[float, Figures]
    profiles: Mapping[str, Figures]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups that have gold enough for a line, in alphabetical order."""
        gold = self.points[0.0].groups
        return tuple(group for group in gold if gold[group].gold_spans >= LEAST_SPANS)

    @property
    def left_out(self) -> tuple[Group, ...]:
        """The groups that have some gold, and too little for a line."""
        gold = self.points[0.0].groups
        return tuple(group for group in gold if 0 < gold[group].gold_spans < LEAST_SPANS)


def curve_to_dict(curve: Curve) -> dict[str, object]:
    """The figures for JSON."""
    return {
        "profile": curve.profile,
        "points": [{"offset": offset, **_point(at)} for offset, at in curve.points.items()],
        "profiles": {profile: _point(at) for profile, at in curve.profiles.items()},
    }


def _point(at: Figures) -> dict[str, object]:
    return {
        "leak_rate": at.leak_rate,
        "over_redaction": at.over_redaction,
        "groups": {
            group.value: of.leak_rate for group, of in at.groups.items() if of.gold_spans > 0
        },
    }


def curve_to_table(curve: Curve) -> str:
    """A line for each point and for each profile: over-redaction, leak, and the leak of groups."""
    rows: list[tuple[str | float | None, ...]] = [
        (f"{curve.profile} {offset:+.1f}", *_row(curve, at)) for offset, at in curve.points.items()
    ]
    rows += [(profile, *_row(curve, at)) for profile, at in curve.profiles.items()]
    return table(("core, surer by", "over", "leak", *curve.groups), rows, places=4)


def _row(curve: Curve, at: Figures) -> tuple[float | None, ...]:
    return (
        at.over_redaction,
        at.leak_rate,
        *(at.groups[group].leak_rate for group in curve.groups),
    )
