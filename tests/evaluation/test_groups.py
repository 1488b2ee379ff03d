import pytest

from clearshard.evaluation import groups
from clearshard.evaluation.groups import Group, Variant, group_of, is_known


@pytest.mark.parametrize(
    ("label", "group"),
    [
        ("PERSON", Group.PERSON),
        ("person_name", Group.PERSON),
        ("location_zip", Group.ADDRESS),
        ("PHONE_NUMBER", Group.PHONE),
        ("credit_card_cvv", Group.CARD),
        ("DATE_OF_BIRTH", Group.DATE),
        ("IP_ADDRESS", Group.NETWORK),
        ("US_SSN", Group.IDENTIFIER),
        ("us_social_security_number", Group.IDENTIFIER),
        ("NUMBER_SEQUENCE", Group.IDENTIFIER),
        ("NRP", Group.OTHER),
        ("what nobody has heard of", Group.OTHER),
    ],
)
def test_labels_of_every_origin_meet_in_one_group(label: str, group: Group) -> None:
    assert group_of(label) is group


def test_every_label_is_in_one_group_only() -> None:
    labels = [label for text in groups._LABELS.values() for label in text.split()]
    assert sorted(labels) == sorted(set(labels))
    assert all(label == label.upper() for label in labels)


def test_what_is_other_on_purpose_can_be_told_from_what_is_not_known() -> None:
    assert is_known("nationality")
    assert not is_known("what nobody has heard of")


def test_core_leaves_out_dates_organisations_and_public_figures() -> None:
    left_out = ["DATE", "DATE_TIME", "ORG", "ORGANIZATION", "PERSON_PUBLIC", "date"]
    assert not any(Variant.CORE.counts(label) for label in left_out)
    assert all(Variant.ALL.counts(label) for label in left_out)
    assert all(Variant.CORE.counts(label) for label in ["DATE_OF_BIRTH", "PERSON", "ADDRESS"])
