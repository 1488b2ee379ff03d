"""What a picture of a curve shows; how it looks must be looked at."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as Xml

import pytest

from clearshard.evaluation.curve import Curve
from clearshard.evaluation.groups import Group
from clearshard.evaluation.plot import _STYLES, svg_of

from .curves import at, curve

SVG = "{http://www.w3.org/2000/svg}"


def drawn(made: Curve) -> Xml.Element:
    return Xml.fromstring(svg_of(made))


def texts(picture: Xml.Element) -> list[str]:
    return [element.text or "" for element in picture.iter(f"{SVG}text")]


def lines(picture: Xml.Element, width: str) -> list[list[tuple[float, float]]]:
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([\d.]+),([\d.]+)", line.get("points", ""))]
        for line in picture.iter(f"{SVG}polyline")
        if line.get("stroke-width") == width
    ]


def test_it_is_named_and_said_in_words() -> None:
    picture = drawn(curve())
    assert picture.tag == f"{SVG}svg"
    assert picture.get("role") == "img"
    said = {element.get("id"): element.text or "" for element in picture}
    assert picture.get("aria-labelledby") == "title desc"
    assert "1,234 documents" in said["title"]
    assert "With strict 2.50 % of the letters and digits of personal data leak" in said["desc"]
    assert "and 1.00 % of the other words are removed. With balanced 3.00 %" in said["desc"]
    assert "falls from 1.50 % to 0.20 %, and leak rises from 0.00 % to 6.50 %" in said["desc"]
    assert "LOC/ADDRESS 0.00 %, PERSON 3.33 %" in said["desc"]


def test_axes_profiles_and_groups_have_their_names() -> None:
    shown = texts(drawn(curve()))
    assert any(text.startswith("leak:") for text in shown)
    assert any(text.startswith("over-redaction:") for text in shown)
    assert {"strict", "balanced", "strict and balanced"} <= set(shown)
    assert {"all, 321 spans", "PERSON, 300", "LOC/ADDRESS, 20", "CARD, 1"} <= set(shown)
    assert not any("OTHER" in text for text in shown)


def test_one_line_for_all_and_one_for_each_group_with_gold_enough() -> None:
    picture = drawn(curve())
    (everything,) = lines(picture, "2.5")
    address, person = lines(picture, "1.5")
    points = len(curve().points)
    assert len(everything) == len(address) == len(person) == points
    # To the left it removes less, and leaks more: upwards is less in the picture.
    for line in (everything, person):
        assert all(one[0] > two[0] and one[1] > two[1] for one, two in pairwise(line))
    assert {y for _, y in address} == {everything[0][1]}


def test_profiles_are_where_their_figures_are() -> None:
    picture = drawn(curve())
    (everything,) = lines(picture, "2.5")
    rings = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in picture.iter(f"{SVG}circle")]
    strict, balanced, _ = rings
    assert strict == everything[list(curve().points).index(0.0)]
    assert balanced[0] < strict[0]
    assert balanced[1] < strict[1]


def test_everything_is_in_the_picture() -> None:
    """Whatever the figures are: none, alike, or all that there is."""
    lots = curve()
    for few, many in ((at(0, 0), at(0, 0)), (at(1500, 9_999),) * 2, (at(1, 1), at(1500, 3))):
        points = [few, *[many] * (len(lots.points) - 1)]
        made = replace(
            lots,
            points=dict(zip(lots.points, points, strict=True)),
            profiles={"strict": points[4], "balanced": points[0]},
        )
        picture = drawn(made)
        width, height = (float(picture.get(name, 0)) for name in ("width", "height"))
        places = [
            place for w in ("1", "1.5", "2.5") for line in lines(picture, w) for place in line
        ]
        assert places
        assert all(0 <= x <= width and 0 <= y <= height for x, y in places)


def test_without_colours_every_group_still_looks_its_own_way() -> None:
    assert set(_STYLES) == set(Group)
    for looks in (
        [style.colour for style in _STYLES.values()],
        [(style.corners, style.turned) for style in _STYLES.values()],
        [style.dashes for style in _STYLES.values()],
    ):
        assert len(set(looks)) == len(looks)


@pytest.mark.parametrize("group", Group)
def test_colours_are_dark_enough_for_paper(group: Group) -> None:
    """At least 4.5 : 1 against white, as WCAG asks of text."""
    red, green, blue = (int(_STYLES[group].colour[place : place + 2], 16) for place in (1, 3, 5))

    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4

    light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    assert 1.05 / (light + 0.05) >= 4.5
