"""What stands in the place of a value."""

import re
import string
from collections import Counter
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from presidio_anonymizer.operators import Operator

from clearshard.config import OperatorName
from clearshard.errors import ConfigError
from clearshard.keys import PseudonymKey
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.transcript import Span
from clearshard.redaction.invented import Pool
from clearshard.redaction.operators import KeyedSurrogate
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.replace import Replacer

from .making import KEY, squeeze, transcript

ALL: tuple[OperatorName, ...] = get_args(OperatorName)
OTHER_KEY = PseudonymKey(b"o" * 32)


def replace(
    operator: OperatorName, *values: str, kind: str = "PERSON", key: PseudonymKey = KEY
) -> list[str]:
    spans = [Span(0, 1, kind, 0.5, "test") for _ in values]
    return Replacer(operator, {}, key).replacements(spans, values)


def test_each_operator() -> None:
    value = "Jennifer Lopez"
    assert {name: replace(name, value)[0] for name in ALL} == {
        "tag": "<PERSON>",
        "numbered_tag": "<PERSON_1>",
        "mask": "**************",
        "hash": "<PERSON_372773b30274>",
        "surrogate": "Crystal Ali",
        "drop": "",
    }


def test_operators_by_entity_type() -> None:
    by_type = dict(zip(["A", "B", "C", "D", "E"], ALL, strict=False))
    values = ["v1", "v2", "v3", "v4", "v5", "v6"]
    spans = [Span(3 * i, 3 * i + 2, kind, 0.5, "t") for i, kind in enumerate("ABCDEF")]
    made = Replacer("drop", by_type, KEY).replacements(spans, values)
    assert made[0] == "<A>"
    assert made[1] == "<B_1>"
    assert made[2] == "**"
    assert made[3].startswith("<D_")
    assert len(made[3]) == len("<D_>") + 12
    assert len(made[4]) == 2
    assert made[5] == ""


def test_white_space_of_a_value_is_no_part_of_it() -> None:
    for operator in ALL:
        plain, broken = replace(operator, "415 555 0199", "415\n555   0199", kind="PHONE_NUMBER")
        assert plain == broken


@pytest.mark.parametrize("operator", ["hash", "surrogate"])
def test_keyed_operators_depend_on_value_type_and_key_alone(operator: OperatorName) -> None:
    (alone,) = replace(operator, "Jennifer Lopez")
    assert replace(operator, "Bob", "Jennifer Lopez")[1] == alone
    assert replace(operator, "Jennifer Lopez", key=OTHER_KEY) != [alone]
    assert replace(operator, "Jennifer Lopes") != [alone]
    assert replace(operator, "Jennifer Lopez", kind="URL") != [alone]


def test_case_and_punctuation_do_not_change_a_hash() -> None:
    hashed = replace(
        "hash", "Jennifer Lopez", "JENNIFER LOPEZ", "jennifer lopez's", "Jennifer-Lopez"
    )
    assert len(set(hashed)) == 1
    hashed = replace("hash", "415-555-0199", "(415) 555 0199", "4155550199", kind="PHONE_NUMBER")
    assert len(set(hashed)) == 1


def test_case_and_punctuation_do_not_change_a_surrogate() -> None:
    names = replace("surrogate", "Jennifer Lopez", "JENNIFER LOPEZ", "jennifer lopez's")
    assert len({name.casefold() for name in names}) == 1
    assert names[2].islower()
    numbers = replace(
        "surrogate", "415-555-0199", "(415) 555 0199", "4155550199", kind="PHONE_NUMBER"
    )
    assert len({"".join(filter(str.isdecimal, number)) for number in numbers}) == 1
    assert numbers[1][0] == "("


def test_surrogate_of_spoken_digits_is_spoken_digits() -> None:
    (made,) = replace("surrogate", "four one five, 5", kind="NUMBER_SEQUENCE")
    spoken = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
    assert made.split()[0] in spoken
    assert made.split()[1] in spoken
    assert made.split()[3] in string.digits


values = st.text(
    "abJ\u00e9\u0301\u0928\u093f\u6f22\u00b2\u0665 19-.'@", min_size=1, max_size=12
).filter(str.strip)


@given(values, st.sampled_from(["PERSON", "LOCATION", "EMAIL_ADDRESS"]))
def test_surrogate_keeps_no_letter_or_digit_where_it_stood(value: str, kind: str) -> None:
    shown = " ".join(value.split())
    (made,) = Replacer("surrogate", {}, KEY).replacements(
        [Span(0, len(value), kind, 0.5, "t")], [value]
    )
    assert made != shown
    if kind == "EMAIL_ADDRESS":
        # Marks are left out, so compare letters and digits by their order.
        old = [c for c in shown if c.isalnum()]
        new = [c for c in made if c.isalnum()]
        assert len(old) == len(new)
        assert all(a.casefold() != b.casefold() for a, b in zip(old, new, strict=True))
        assert all(c.isascii() for c in made)
    else:
        assert not set(made.casefold().split()) & set(shown.casefold().split())


@pytest.mark.parametrize("name", ["James", "Mary", "james smith", "Mary Johnson", "John Brown"])
def test_surrogate_shares_no_word_with_a_name_from_the_same_list(name: str) -> None:
    for key in (PseudonymKey(bytes([i]) * 32) for i in range(64)):
        (made,) = replace("surrogate", name, key=key)
        assert not set(made.casefold().split()) & set(name.casefold().split())


def test_surrogates_are_no_short_list() -> None:
    values = [f"Given{i} Family{i}" for i in range(2000)]
    made = replace("surrogate", *values)
    given, family = ({name.split()[n] for name in made} for n in (0, 1))
    assert len(given) > 300
    assert len(family) > 500
    # As in a telephone directory, some are common.
    assert Counter(name.split()[1] for name in made).most_common(1)[0][0] in {"Smith", "Johnson"}
    assert len(set(replace("surrogate", *values, kind="LOCATION"))) > 100


@given(st.integers(min_value=0, max_value=2**32 - 1), st.lists(st.floats(0.1, 9), min_size=1))
def test_every_number_draws_something(number: int, weights: list[float]) -> None:
    pool = Pool.of({f"v{i}": weight for i, weight in enumerate(weights)})
    assert pool.draw(number, set()) in pool.values
    assert pool.draw(2**32 - 1, set()) == pool.values[-1]
    assert pool.draw(0, set()) == pool.values[0]


def test_names_are_drawn_as_often_as_they_are_common() -> None:
    pool = Pool.of({"rare": 1.0, "usual": 3.0})
    drawn = Counter(pool.draw(i * 2**22, set()) for i in range(2**10))
    assert drawn == {"rare": 2**8, "usual": 3 * 2**8}
    assert pool.draw(0, {"rare"}) == "usual"


@pytest.mark.parametrize("by_type", [{}, {"PERSON": "surrogate"}])
def test_without_the_names_nothing_begins(
    monkeypatch: pytest.MonkeyPatch, by_type: dict[str, OperatorName]
) -> None:
    monkeypatch.setattr("clearshard.redaction.invented.util.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=re.escape("clearshard[surrogates]")):
        Replacer("drop" if by_type else "surrogate", by_type, KEY)
    assert Replacer("drop", {}, KEY)


def test_same_person_has_the_same_number() -> None:
    names = ["Jennifer Lopez", "jennifer", "Lopez's", "JENNIFER LOPEZ", "Bob", "Lopez, Jennifer"]
    assert replace("numbered_tag", *names) == [
        "<PERSON_1>",
        "<PERSON_1>",
        "<PERSON_1>",
        "<PERSON_1>",
        "<PERSON_2>",
        "<PERSON_1>",
    ]


def test_short_name_before_the_full_one_is_the_same_person() -> None:
    assert len(set(replace("numbered_tag", "jennifer", "Jennifer Anne Lopez", "Anne Lopez"))) == 1


def test_name_that_two_people_could_have_is_neither() -> None:
    made = replace("numbered_tag", "Ann Lee", "Bob Lee", "Lee", "Ann")
    assert made == ["<PERSON_1>", "<PERSON_2>", "<PERSON_3>", "<PERSON_1>"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("O'Shea", "o\u2019shea\u2019s"),
        ("Jos\u00e9", "Jose\u0301"),
        ("\uff2aohn", "john"),
        ("Stra\u00dfe", "STRASSE"),
    ],
)
def test_ways_to_write_one_name(first: str, second: str) -> None:
    assert len(set(replace("numbered_tag", first, second))) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("\u0915\u093f", "\u0915\u093e"),  # differ in a vowel sign alone
        ("O'Shea", "Shea"),
        ("<PERSON_1>", "Bob"),
        ("***", "Bob"),
        ("...", "\u2764"),
        (".*", "[a"),
    ],
)
def test_hostile_and_foreign_names_stay_apart(first: str, second: str) -> None:
    assert len(set(replace("numbered_tag", first, second))) == 2


def test_numbers_are_counted_for_each_type() -> None:
    spans = [
        Span(0, 1, "PERSON", 0.5, "t"),
        Span(2, 3, "URL", 0.5, "t"),
        Span(4, 5, "URL", 0.5, "t"),
    ]
    made = Replacer("numbered_tag", {}, KEY).replacements(spans, ["a", "b", "a"])
    assert made == ["<PERSON_1>", "<URL_1>", "<URL_2>"]


@given(st.lists(st.sets(st.sampled_from("abcdef"), min_size=1, max_size=3), max_size=12))
def test_numbers_do_not_depend_on_what_comes_later_in_order(names: list[set[str]]) -> None:
    said = [" ".join(sorted(name)) for name in names]
    made = replace("numbered_tag", *said)
    by_name = dict(zip(said, made, strict=True))
    assert [by_name[name] for name in said] == made
    # Who is whom does not depend on the order in which they are named.
    back = dict(zip(reversed(said), replace("numbered_tag", *reversed(said)), strict=True))
    for one in said:
        for other in said:
            assert (by_name[one] == by_name[other]) == (back[one] == back[other])


def test_many_names_take_linear_time() -> None:
    names = [f"John X{'abcdefghij'[i % 10]}{i}" for i in range(20_000)]
    assert len(set(replace("numbered_tag", *names, "john"))) == 20_001


def test_operator_that_fails_quarantines(
    redactor: Redactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Replacer("surrogate", {}, KEY)

    def fail(self: Operator, text: str, params: object) -> str:
        raise ValueError(text)

    monkeypatch.setattr(KeyedSurrogate, "operate", fail)
    monkeypatch.setattr(redactor, "_replacer", broken)
    (result,) = redactor.redact([transcript("my name is Jennifer Lopez")])
    assert isinstance(result, Quarantine)
    assert (result.reason, result.error_type) == (QuarantineReason.DETECTOR_FAILED, "ValueError")


@pytest.mark.parametrize("operator", ALL)
def test_every_operator_in_every_view(
    redactor: Redactor, monkeypatch: pytest.MonkeyPatch, operator: OperatorName
) -> None:
    monkeypatch.setattr(redactor, "_replacer", Replacer(operator, {}, KEY))
    (result,) = redactor.redact(
        [transcript("hi my name is Jennifer Lopez and", "call 415 555", "0199 please")]
    )
    assert not isinstance(result, Quarantine)
    for view in (result.text, [u.text for u in result.utterances], [w.text for w in result.words]):
        shown = squeeze(view)
        assert "Jennifer" not in shown
        assert "Lopez" not in shown
        assert "415" not in shown
        assert "0199" not in shown
        assert shown == squeeze(result.text)
