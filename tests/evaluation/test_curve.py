import json

from clearshard.evaluation.curve import OFFSETS, curve_to_dict, curve_to_table
from clearshard.evaluation.groups import Group

from .curves import curve


def test_offsets_are_in_order_and_the_profile_is_one_of_them() -> None:
    assert list(OFFSETS) == sorted(set(OFFSETS))
    assert 0.0 in OFFSETS
    assert 10 <= len(OFFSETS) <= 15


def test_a_group_has_a_line_if_its_gold_is_enough() -> None:
    assert curve().groups == (Group.ADDRESS, Group.PERSON)
    assert curve().left_out == (Group.CARD,)


def test_for_programs() -> None:
    made = json.loads(json.dumps(curve_to_dict(curve()), allow_nan=False))
    assert made["profile"] == "strict"
    assert [point["offset"] for point in made["points"]] == list(OFFSETS)
    # Groups with few spans too; not those that nothing in the gold is of.
    assert made["points"][2] == {
        "offset": OFFSETS[2],
        "leak_rate": 0.01,
        "over_redaction": 0.013,
        "groups": {"CARD": 0.0, "LOC/ADDRESS": 0.0, "PERSON": 20 / 1500},
    }
    (strict,) = [point for point in made["points"] if point["offset"] == 0]
    assert {"offset": 0.0, **made["profiles"]["strict"]} == strict
    assert made["profiles"]["balanced"]["leak_rate"] == 0.03


def test_for_people() -> None:
    header, *rows = curve_to_table(curve()).splitlines()
    assert header.split() == ["core,", "surer", "by", "over", "leak", "LOC/ADDRESS", "PERSON"]
    assert rows[0].split() == ["strict", "-0.7", "0.0150", "0.0000", "0.0000", "0.0000"]
    assert rows[-1].split() == ["balanced", "0.0080", "0.0300", "0.0000", "0.0400"]
    assert len(rows) == len(OFFSETS) + 2
