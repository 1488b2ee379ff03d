"""Counts, which add up over documents, files and processes, and the figures made from them.

Rates of rates cannot be merged, counts can: `Counts` is a commutative monoid whose zero is
`Counts()`, and `figures` is applied once at the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clearshard.evaluation.groups import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCounts:
    """Counts of one group of labels.

    Attributes:
        gold_spans: Gold spans of the group.
        gold_touched: Those of which at least one letter or digit is removed, whatever the label.
        gold_full: Those of which every letter and digit is removed, whatever the label.
        gold_same_group: Those that overlap a prediction of the same group.
        gold_chars: Letters and digits of the gold spans, each span for itself.
        leaked_chars: Those left visible.
        predicted_spans: Predictions of the group.
        predicted_same_group: Those that overlap a gold span of the same group.
    """

    gold_spans: int = 0
    gold_touched: int = 0
    gold_full: int = 0
    gold_same_group: int = 0
    gold_chars: int = 0
    leaked_chars: int = 0
    predicted_spans: int = 0
    predicted_same_group: int = 0

    def __add__(self, other: "GroupCounts") -> "GroupCounts":
        return GroupCounts(
            gold_spans=self.gold_spans + other.gold_spans,
            gold_touched=self.gold_touched + other.gold_touched,
            gold_full=self.gold_full + other.gold_full,
            gold_same_group=self.gold_same_group + other.gold_same_group,
            gold_chars=self.gold_chars + other.gold_chars,
            leaked_chars=self.leaked_chars + other.leaked_chars,
            predicted_spans=self.predicted_spans + other.predicted_spans,
            predicted_same_group=self.predicted_same_group + other.predicted_same_group,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted over any number of documents; add two to merge them.

    "Gold" is the gold that counts in the variant measured; labels are ignored except in `groups`.

    Attributes:
        documents: Documents scored.
        gold_spans: Gold spans.
        gold_touched: Those of which at least one letter or digit is removed.
        gold_full: Those of which every letter and digit is removed.
        gold_chars: Letters and digits inside gold.
        leaked_chars: Those left visible.
        predicted_spans: Predictions, less those that overlap nothing but gold left out.
        predicted_touching: Those that overlap gold.
        predicted_chars: Letters and digits removed, less those inside gold left out.
        predicted_gold_chars: Those inside gold.
        plain_tokens: Tokens with a letter or digit and no code point inside any gold.
        removed_tokens: Those that are removed, or a part of them.
        groups: The same by group, for every group that has gold or predictions.
    """

    documents: int = 0
    gold_spans: int = 0
    gold_touched: int = 0
    gold_full: int = 0
    gold_chars: int = 0
    leaked_chars: int = 0
    predicted_spans: int = 0
    predicted_touching: int = 0
    predicted_chars: int = 0
    predicted_gold_chars: int = 0
    plain_tokens: int = 0
    removed_tokens: int = 0
    groups: Mapping[Group, GroupCounts] = field(default_factory=dict)

    def __add__(self, other: "Counts") -> "Counts":
        groups = dict(self.groups)
        for group, counts in other.groups.items():
            groups[group] = groups.get(group, GroupCounts()) + counts
        return Counts(
            documents=self.documents + other.documents,
            gold_spans=self.gold_spans + other.gold_spans,
            gold_touched=self.gold_touched + other.gold_touched,
            gold_full=self.gold_full + other.gold_full,
            gold_chars=self.gold_chars + other.gold_chars,
            leaked_chars=self.leaked_chars + other.leaked_chars,
            predicted_spans=self.predicted_spans + other.predicted_spans,
            predicted_touching=self.predicted_touching + other.predicted_touching,
            predicted_chars=self.predicted_chars + other.predicted_chars,
            predicted_gold_chars=self.predicted_gold_chars + other.predicted_gold_chars,
            plain_tokens=self.plain_tokens + other.plain_tokens,
            removed_tokens=self.removed_tokens + other.removed_tokens,
            groups=groups,
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision, recall and their harmonic mean.

    Attributes:
        precision: Share of what was predicted that is right; None if nothing was predicted.
        recall: Share of the gold that was found; None if there is no gold.
        f1: 0 where either is None or both are 0.
    """

    precision: float | None
    recall: float | None
    f1: float


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Figures of one group of labels.

    Attributes:
        gold_spans: Gold spans of the group.
        predicted_spans: Predictions of the group.
        leak_rate: Share of the letters and digits of its gold left visible; None without gold.
        touched: Share of its gold spans touched by any prediction; None without gold.
        full: Share of its gold spans removed entirely; None without gold.
        same_group: Agreement of spans that overlap, where only the same group is right.
    """

    gold_spans: int
    predicted_spans: int
    leak_rate: float | None
    touched: float | None
    full: float | None
    same_group: Agreement


@dataclass(frozen=True, slots=True)
class Figures:
    """The result of a measurement.

    Attributes:
        documents: Documents scored.
        gold_spans: Gold spans that count.
        predicted_spans: Predictions that count.
        leak_rate: Share of the letters and digits of gold left visible; 0 without gold.
        over_redaction: Share of the tokens outside of gold that are removed, if only in part; 0
            without such tokens.
        chars: Agreement of letters and digits, whatever the label.
        spans: Agreement of spans that overlap, whatever the label. Recall counts gold spans
            touched, precision predictions that overlap gold.
        span_full: Share of gold spans removed entirely; 0 without gold.
        groups: By group, in alphabetical order.
    """

    documents: int
    gold_spans: int
    predicted_spans: int
    leak_rate: float
    over_redaction: float
    chars: Agreement
    spans: Agreement
    span_full: float
    groups: Mapping[Group, GroupFigures]


def figures(counts: Counts) -> Figures:
    """The figures of everything counted."""
    return Figures(
        documents=counts.documents,
        gold_spans=counts.gold_spans,
        predicted_spans=counts.predicted_spans,
        leak_rate=_share(counts.leaked_chars, counts.gold_chars) or 0.0,
        over_redaction=_share(counts.removed_tokens, counts.plain_tokens) or 0.0,
        chars=_agreement(
            _share(counts.predicted_gold_chars, counts.predicted_chars),
            _share(counts.gold_chars - counts.leaked_chars, counts.gold_chars),
        ),
        spans=_agreement(
            _share(counts.predicted_touching, counts.predicted_spans),
            _share(counts.gold_touched, counts.gold_spans),
        ),
        span_full=_share(counts.gold_full, counts.gold_spans) or 0.0,
        groups={group: _group_figures(counts.groups[group]) for group in sorted(counts.groups)},
    )


def _group_figures(counts: GroupCounts) -> GroupFigures:
    return GroupFigures(
        gold_spans=counts.gold_spans,
        predicted_spans=counts.predicted_spans,
        leak_rate=_share(counts.leaked_chars, counts.gold_chars),
        touched=_share(counts.gold_touched, counts.gold_spans),
        full=_share(counts.gold_full, counts.gold_spans),
        same_group=_agreement(
            _share(counts.predicted_same_group, counts.predicted_spans),
            _share(counts.gold_same_group, counts.gold_spans),
        ),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _agreement(precision: float | None, recall: float | None) -> Agreement:
    if precision is None or recall is None or precision + recall == 0:
        return Agreement(precision, recall, 0.0)
    return Agreement(precision, recall, 2 * precision * recall / (precision + recall))
