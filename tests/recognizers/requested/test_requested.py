"""The types on request: what each finds, and next to it what looks alike and must stay."""

from collections.abc import Callable, Iterable

import pytest

from clearshard.recognizers.finder import Found
from clearshard.recognizers.requested.attributes import find_attributes
from clearshard.recognizers.requested.formed import find_formed
from clearshard.recognizers.requested.listed import find_listed
from clearshard.recognizers.requested.moments import find_moments
from clearshard.recognizers.requested.quantities import find_quantities

Find = Callable[[str], Iterable[Found]]

#: Text with what is found between braces, by the function that finds it and the type.
FOUND: dict[tuple[Find, str], tuple[str, ...]] = {
    (find_listed, "DRUG"): (
        "i take {Metformin} and {vitamin d}",
        "two {antibiotics} a day",
        "the {z-pak} and the {blood thinners}",
    ),
    (find_listed, "MEDICAL_CONDITION"): (
        "she has {type two diabetes} and {asthma}",
        "it's {Alzheimer\u2019s}",
        "he had {migraines}",
        "high\nblood pressure",
    ),
    (find_listed, "OCCUPATION"): (
        "we had an {electrician} and two {nurses}",
        "a {stay-at-home mom}",
        "the agent and my manager",
    ),
    (find_listed, "EVENT"): (
        "closed for {Thanksgiving}",
        "{the Lakeside Jazz Festival} was loud",
        "{Storm Adela} took the roof",
        "{hurricane adela} too",
        "before {new year's eve}",
        "good Day to you",
    ),
    (find_listed, "LANGUAGE"): (
        "do you speak {Spanish} or {Tagalog}",
        "a {french} interpreter",
        "the French fries and a german car",
    ),
    (find_quantities, "MONEY"): (
        "that's {$1,249.99} or {\u20ac30}",
        "{twelve dollars and ninety nine cents} please",
        "{half a million dollars}",
        "{a hundred and ten bucks} and {five grand}",
        "{two hundred Canadian dollars}",
        "he lost twenty pounds since may",
        "twenty pounds of flour",
        "fifty percent",
    ),
    (find_quantities, "AGE"): (
        "he's {seven years old}, she's {45} and well",
        "at the age of {sixty two}",
        "my son turned {19} in march",
        "a {twenty-year-old} car",
        "in {her early thirties}".replace("{her ", "her {"),
        "i'm 45 minutes away",
        "she's five foot two",
        "he was two minutes late",
    ),
    (find_quantities, "DURATION"): (
        "{two weeks} and {half an hour}",
        "for {a year and a half}",
        "three years old",
        "just a second",
    ),
    (find_quantities, "STATISTICS"): (
        "{twelve percent} and {3.5%}",
        "{one in four} people",
        "in 4",
    ),
    (find_moments, "DATE"): (
        "{next friday} or {the 14th of june}",
        "{june 9th 2021}",
        "in {nineteen ninety six}",
        "{yesterday} and {tomorrow}",
        "{2019-03-02} or {10/14}",
        "you may go and march on",
        "the second floor",
        "1-800-555",
    ),
    (find_moments, "TIME"): (
        "at {nine thirty}",
        "{4 pm} or {half past six}",
        "{10:45} and {noon}",
        "{two o'clock}",
        "at nine thirty dollars",
        "nine thirty two five",
    ),
    (find_attributes, "BLOOD_TYPE"): (
        "my blood type is {o negative}",
        "blood group {AB+}",
        "a positive experience",
    ),
    (find_attributes, "ZODIAC_SIGN"): ("i'm a {leo}", "a {virgo}", "leo called about cancer"),
    (find_attributes, "MARITAL_STATUS"): (
        "i'm {divorced} and she is {single}",
        "a single room",
    ),
    (find_attributes, "GENDER"): ("the patient is {female}", "gender"),
    (find_attributes, "SEXUALITY"): ("he's {gay}", "go straight on"),
    (find_attributes, "FILENAME"): ("open {report-2.pdf}", "{photo dot jpg}", "dot com"),
    (find_attributes, "MEDICAL_CODE"): ("code {E11.9}", "cpt code {99213}", "flight e11"),
    (find_attributes, "MEDICAL_PROCESS"): ("an {mri} and a {colonoscopy}", "a photo"),
    (find_attributes, "INJURY"): ("she {broke her left wrist}", "{whiplash}", "broken phone"),
    (find_attributes, "PHYSICAL_ATTRIBUTE"): (
        "{five foot nine} with {blue eyes}",
        "he weighs {180 pounds}",
        "a blue car",
    ),
    (find_attributes, "CORPORATE_ACTION"): ("after the {merger}", "emerge"),
    (find_attributes, "FINANCIAL_METRIC"): ("their {gross margin}", "a margin"),
    (find_formed, "DRUG"): (
        "she is on {zelapril}",
        "i'm allergic to {tramacet}",
        "a prescription for my mother",
    ),
    (find_formed, "MEDICAL_CONDITION"): (
        "it was {costochondritis}",
        "my {kidney failure}",
        "diagnosed with {vitiligo} last year",
        "the diagnosis and the prognosis",
    ),
    (find_formed, "OCCUPATION"): (
        "i work as a {window washer} downtown",
        "a {quality inspector} came",
        "{nephrologists}",
        "i work as usual",
    ),
    (find_formed, "LANGUAGE"): ("she only speaks {galician}", "please speak slowly", "speak up"),
}
CASES = [(find, kind, text) for (find, kind), texts in FOUND.items() for text in texts]


@pytest.mark.parametrize(("find", "kind", "text"), CASES)
def test_finds_what_is_meant_and_nothing_else(find: Find, kind: str, text: str) -> None:
    bare = text.replace("{", "").replace("}", "")
    found = [f for f in find(bare) if f.entity_type == kind]
    covered = {place for f in found for place in range(f.start, f.end)}
    wanted, inside, place = set[int](), False, 0
    for character in text:
        if character in "{}":
            inside = character == "{"
            continue
        if inside:
            wanted.add(place)
        place += 1
    shown = "".join("#" if i in covered else c for i, c in enumerate(bare))
    assert {i for i in covered if bare[i].isalnum()} == {i for i in wanted if bare[i].isalnum()}, (
        shown
    )


@pytest.mark.parametrize("find", dict.fromkeys(find for find, _ in FOUND))
def test_offsets_are_those_of_the_text_whatever_is_in_it(find: Find) -> None:
    # A letter that becomes two in lower case, and signs of every kind, before and behind.
    said = "\u0130\u1e9e i'm allergic to zelapril, next friday, $5, an mri, christmas \u20ac\u00bd"
    for found in find(said):
        value = said[found.start : found.end]
        assert value == value.strip()
        assert value in ("zelapril", "next friday", "$5", "mri", "christmas")
