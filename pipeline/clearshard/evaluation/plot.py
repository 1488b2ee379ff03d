"""A curve → a picture of it (SVG), legible on paper, without colours, and read aloud."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, hypot, log10, pi, sin, sqrt
from xml.etree import ElementTree as Xml

from clearshard.evaluation.curve import LEAST_SPANS, Curve
from clearshard.evaluation.groups import Group
from clearshard.evaluation.metrics import Figures

_WIDTH, _HEIGHT = 860, 512
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 648, 84, 456
_LEGEND = 672
_LINE = 22
_INK, _PALE = "#1a1a1a", "#8a8a8a"
_GRID = "#e2e2e2"
#: Of leak. Its axis grows with the square root: a leak of a tenth of a percent can still be seen.
_TICKS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
#: Pixels that ticks of the upright axis are apart.
_APART = 15


@dataclass(frozen=True, slots=True)
class _Style:
    """How a line is told from others: by its colour, by its dashes, by the corners of its marks."""

    colour: str
    dashes: str
    corners: int
    turned: float


#: The same group looks the same in every picture.
_STYLES = {
    Group.PERSON: _Style("#0072b2", "", 4, 0.125),
    Group.ADDRESS: _Style("#c44e00", "7 3", 3, 0.0),
    Group.PHONE: _Style("#117733", "2 3", 4, 0.0),
    Group.EMAIL: _Style("#aa4499", "9 3 2 3", 3, 0.5),
    Group.CARD: _Style("#7a6a00", "5 5", 5, 0.0),
    Group.DATE: _Style("#882255", "1 3", 6, 0.0),
    Group.NETWORK: _Style("#1f766d", "12 3", 3, 0.25),
    Group.ORGANIZATION: _Style("#555555", "4 2", 8, 0.0),
    Group.IDENTIFIER: _Style("#332288", "10 2 2 2 2 2", 3, 0.75),
    Group.OTHER: _Style("#996633", "3 3", 7, 0.0),
}
_ALL = _Style(_INK, "", 40, 0.0)


def svg_of(curve: Curve) -> str:
    """The picture: over-redaction to the right, leak upwards, a line for all and for each group."""
    top = Xml.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_WIDTH} {_HEIGHT}",
            "width": str(_WIDTH),
            "height": str(_HEIGHT),
            "role": "img",
            "aria-labelledby": "title desc",
            "font-family": "Helvetica, Arial, sans-serif",
            "font-size": "12",
            "fill": _INK,
        },
    )
    at_profile = curve.points[0.0]
    title = f"Leak against over-redaction, {at_profile.documents:,} documents"
    Xml.SubElement(top, "title", {"id": "title"}).text = title
    Xml.SubElement(top, "desc", {"id": "desc"}).text = _told(curve)
    Xml.SubElement(top, "rect", {"width": str(_WIDTH), "height": str(_HEIGHT), "fill": "#ffffff"})
    _text(top, _LEFT, 24, title, size=16, weight="bold")
    _text(
        top,
        _LEFT,
        42,
        f"{curve.profile}, with a tagger that must be surer (to the left) or less sure",
    )
    scale = _Scale.of([*curve.points.values(), *curve.profiles.values()], curve.groups)
    _axes(top, scale)
    _profiles(top, scale, curve)
    for group in curve.groups:
        points = [(at.over_redaction, at.groups[group].leak_rate) for at in curve.points.values()]
        _line(top, scale, points, _STYLES[group], 1.5)
    points = [(at.over_redaction, at.leak_rate) for at in curve.points.values()]
    _line(top, scale, points, _ALL, 2.5)
    _rings(top, scale, curve)
    _legend(top, curve)
    Xml.indent(top)
    return Xml.tostring(top, "unicode") + "\n"


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where a share of words or of letters is in the picture."""

    least: float
    most: float
    step: float
    highest: float

    @classmethod
    def of(cls, every: Sequence[Figures], groups: Sequence[Group]) -> "_Scale":
        overs = [at.over_redaction for at in every]
        leaks = [at.leak_rate for at in every]
        leaks += [at.groups[group].leak_rate or 0.0 for at in every for group in groups]
        step = _step(max(overs) - min(overs))
        least = floor(min(overs) / step) * step
        most = max(ceil(max(overs) / step) * step, least + step)
        highest = next(tick for tick in _TICKS[3:] if tick >= max(leaks))
        return cls(least, most, step, highest)

    def x(self, over: float) -> float:
        return _LEFT + (over - self.least) / (self.most - self.least) * (_RIGHT - _LEFT)

    def y(self, leak: float) -> float:
        return _BOTTOM - sqrt(leak / self.highest) * (_BOTTOM - _TOP)

    @property
    def overs(self) -> list[float]:
        return [
            self.least + number * self.step
            for number in range(round((self.most - self.least) / self.step) + 1)
        ]

    @property
    def leaks(self) -> Iterator[float]:
        last: float = _BOTTOM + _APART
        for tick in _TICKS:
            if tick <= self.highest and last - self.y(tick) >= _APART:
                last = self.y(tick)
                yield tick


def _step(span: float) -> float:
    """Between ticks: one, two or five of a power of ten, so that there are five of them or more."""
    rough = max(span, 0.0005) / 5
    power: float = 10.0 ** floor(log10(rough))
    return max(factor * power for factor in (1, 2, 5) if factor * power <= rough)


def _axes(top: Xml.Element, scale: _Scale) -> None:
    for leak in scale.leaks:
        y = scale.y(leak)
        _stroke(top, [(_LEFT, y), (_RIGHT, y)], _GRID, 1)
        _text(top, _LEFT - 8, y + 4, f"{100 * leak:g} %", anchor="end")
    for over in scale.overs:
        x = scale.x(over)
        _stroke(top, [(x, _TOP), (x, _BOTTOM)], _GRID, 1)
        _text(top, x, _BOTTOM + 18, f"{round(100 * over, 6):g} %", anchor="middle")
    _stroke(top, [(_LEFT, _TOP), (_LEFT, _BOTTOM), (_RIGHT, _BOTTOM)], _INK, 1)
    _text(
        top,
        (_LEFT + _RIGHT) / 2,
        _BOTTOM + 42,
        "over-redaction: of the words that are not personal, those removed",
        anchor="middle",
    )
    across = _text(
        top,
        0,
        0,
        "leak: of the letters of personal data, those left (square-root scale)",
        anchor="middle",
    )
    across.set("transform", f"translate(18 {(_TOP + _BOTTOM) / 2:.1f}) rotate(-90)")


def _profiles(top: Xml.Element, scale: _Scale, curve: Curve) -> None:
    """A line upright through each profile, with its name; of two the right one's to the right."""
    ordered = sorted(curve.profiles.items(), key=lambda profile: profile[1].over_redaction)
    for number, (profile, at) in enumerate(ordered):
        x = scale.x(at.over_redaction)
        _stroke(top, [(x, _TOP - 6), (x, _BOTTOM)], _PALE, 1, "4 4")
        is_left = number < len(ordered) - 1
        place, anchor = (x - 4, "end") if is_left else (x + 4, "start")
        _text(top, place, _TOP - 8, profile, anchor=anchor, weight="bold")


def _rings(top: Xml.Element, scale: _Scale, curve: Curve) -> None:
    """A ring around each profile, for all personal data together."""
    for at in curve.profiles.values():
        _ring(top, scale.x(at.over_redaction), scale.y(at.leak_rate))


def _legend(top: Xml.Element, curve: Curve) -> None:
    gold = curve.points[0.0].groups
    rows = [(f"all, {curve.points[0.0].gold_spans:,} spans", _ALL)]
    rows += [(f"{group}, {gold[group].gold_spans:,}", _STYLES[group]) for group in curve.groups]
    y = float(_TOP)
    for name, style in rows:
        _stroke(top, [(_LEGEND, y), (_LEGEND + 34, y)], style.colour, 2, style.dashes)
        _mark(top, _LEGEND + 17, y, style)
        _text(top, _LEGEND + 42, y + 4, name)
        y += _LINE
    _ring(top, _LEGEND + 17, y)
    _text(top, _LEGEND + 42, y + 4, " and ".join(curve.profiles))
    if curve.left_out:
        names = [f"{group}, {gold[group].gold_spans}" for group in curve.left_out]
        for line in (f"fewer than {LEAST_SPANS} spans, not drawn:", *names):
            y += _LINE * 0.8
            _text(top, _LEGEND, y + 8, line, size=11)


def _line(
    top: Xml.Element,
    scale: _Scale,
    points: Sequence[tuple[float, float | None]],
    style: _Style,
    width: float,
) -> None:
    places = [(scale.x(over), scale.y(leak or 0.0)) for over, leak in points]
    _stroke(top, places, style.colour, width, style.dashes)
    last = None
    for place in places:
        # Not where the one before has been drawn: they would be a blot.
        if last is None or hypot(place[0] - last[0], place[1] - last[1]) >= 5:
            _mark(top, *place, style)
            last = place


def _mark(top: Xml.Element, x: float, y: float, style: _Style) -> None:
    turns = (corner / style.corners + style.turned for corner in range(style.corners))
    angles = [2 * pi * turn - pi / 2 for turn in turns]
    corners = " ".join(f"{x + 4.5 * cos(a):.1f},{y + 4.5 * sin(a):.1f}" for a in angles)
    Xml.SubElement(top, "polygon", {"points": corners, "fill": style.colour, "stroke": "#ffffff"})


def _ring(top: Xml.Element, x: float, y: float) -> None:
    place = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "8"}
    Xml.SubElement(top, "circle", place | {"fill": "none", "stroke": _INK, "stroke-width": "2"})


def _stroke(
    top: Xml.Element,
    places: Sequence[tuple[float, float]],
    colour: str,
    width: float,
    dashes: str = "",
) -> None:
    given = {
        "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in places),
        "fill": "none",
        "stroke": colour,
        "stroke-width": f"{width:g}",
        "stroke-linejoin": "round",
    }
    Xml.SubElement(top, "polyline", given | ({"stroke-dasharray": dashes} if dashes else {}))


def _text(
    top: Xml.Element,
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: int = 12,
    weight: str = "normal",
) -> Xml.Element:
    given = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}
    if size != 12:
        given["font-size"] = str(size)
    if weight != "normal":
        given["font-weight"] = weight
    element = Xml.SubElement(top, "text", given)
    element.text = text
    return element


def _told(curve: Curve) -> str:
    """What the picture shows, in words."""
    first, *_, last = curve.points.values()
    parts = [
        f"With {profile} {_percent(at.leak_rate)} of the letters and digits of personal data leak "
        f"and {_percent(at.over_redaction)} of the other words are removed."
        for profile, at in curve.profiles.items()
    ]
    parts.append(
        f"From the least sure tagger to the surest over-redaction falls from "
        f"{_percent(first.over_redaction)} to {_percent(last.over_redaction)}, and leak rises from "
        f"{_percent(first.leak_rate)} to {_percent(last.leak_rate)}."
    )
    at_profile = curve.points[0.0].groups
    groups = [f"{group} {_percent(at_profile[group].leak_rate or 0)}" for group in curve.groups]
    if groups:
        parts.append(f"Leak by group with {curve.profile}: {', '.join(groups)}.")
    return " ".join(parts)


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
