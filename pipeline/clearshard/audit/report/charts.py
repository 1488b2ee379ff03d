"""Numbers → SVG. Text in a chart is numbers and ids that are safe to show, escaped once more here.

Colours are classes, so that the style sheet decides them for light, dark and paper. Every chart
stands beside a table that says the same: it is hidden from screen readers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_WIDTH, _HEIGHT = 720, 200
_LEFT, _BOTTOM, _TOP = 56, 22, 8
#: More runs than this are drawn as the newest so many.
MOST_RUNS = 60
#: Reasons with a colour of their own; the others are drawn as one.
MOST_REASONS = 6
OTHERS = "other reasons"
#: So many days have room below the bars, also on a narrow screen.
_MOST_LABELS = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """One run: its day, and numbers for each of the names of the chart."""

    label: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stacked:
    """A chart of bars, one upon the other.

    Attributes:
        names: Of the parts, from the bottom; the place of a name decides its colour.
        svg: The drawing.
    """

    names: tuple[str, ...]
    svg: Markup


def reasons_over_time(runs: Sequence[tuple[str, dict[str, int]]]) -> Stacked:
    """Exclusions by reason, run by run.

    Args:
        runs: Day and numbers by reason, oldest first.
    """
    runs = runs[-MOST_RUNS:]
    totals: dict[str, int] = {}
    for _, reasons in runs:
        for reason, files in reasons.items():
            totals[reason] = totals.get(reason, 0) + files
    ordered = sorted(totals, key=lambda reason: (-totals[reason], reason))
    named, rest = ordered[:MOST_REASONS], ordered[MOST_REASONS:]
    names = (*named, *([OTHERS] if rest else []))
    bars = []
    for label, reasons in runs:
        numbers = [reasons.get(reason, 0) for reason in named]
        if rest:
            numbers.append(sum(reasons.get(reason, 0) for reason in rest))
        bars.append(Bar(label, tuple(numbers)))
    return Stacked(names, _stacked(bars))


def _stacked(bars: Sequence[Bar]) -> Markup:
    most = max((sum(bar.numbers) for bar in bars), default=0)
    top = _round_up(most)
    plot_width, plot_height = _WIDTH - _LEFT, _HEIGHT - _BOTTOM - _TOP
    step = plot_width / max(len(bars), 1)
    width = min(step * 0.8, 48)
    parts = [
        Markup('<svg viewBox="0 0 {} {}" class="chart" aria-hidden="true">').format(_WIDTH, _HEIGHT)
    ]
    for share in (0, 0.5, 1):
        y = _TOP + plot_height * (1 - share)
        parts.append(
            Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
                _LEFT, _WIDTH, y, y
            )
        )
        parts.append(
            Markup('<text class="axis" x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(
                _LEFT - 6, y + 4, f"{round(top * share):,}"
            )
        )
    labelled = _labelled([bar.label for bar in bars])
    for place, bar in enumerate(bars):
        x = _LEFT + step * place + (step - width) / 2
        y = _TOP + plot_height
        for colour, number in enumerate(bar.numbers):
            height = plot_height * number / top
            y -= height
            if number:
                parts.append(
                    Markup(
                        '<rect class="c{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.2f}"/>'
                    ).format(colour, x, y, width, height)
                )
        if place in labelled:
            parts.append(
                Markup(
                    '<text class="axis" x="{:.1f}" y="{}" text-anchor="middle">{}</text>'
                ).format(x + width / 2, _HEIGHT - 6, escape(bar.label))
            )
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _labelled(labels: Sequence[str]) -> set[int]:
    """Places of the bars that bear their label: each label once, and never two too close."""
    every = max(1, -(-len(labels) // _MOST_LABELS))
    places: list[int] = []
    for place, label in enumerate(labels):
        if not places or (place - places[-1] >= every and label != labels[places[-1]]):
            places.append(place)
    return set(places)


def _round_up(most: int) -> int:
    """The next number that reads well on an axis; at least 2, so that its half is a number."""
    unit = 1
    while unit * 10 < most:
        unit *= 10
    return next((unit * step for step in (2, 4, 6, 8, 10) if unit * step >= most), 10 * unit)
