"""What the values of text facts are called elsewhere."""

import pyarrow as pa
import pytest

from clearshard.config import default_policy_text
from clearshard.eligibility.policy import parse_policy
from clearshard.eligibility.values import Readings
from clearshard.errors import ConfigError

from .test_policy import TEXT

PUBLISHED = parse_policy(default_policy_text(), "published")


def known(readings: Readings, fact: str, *names: str | None) -> list[str | None]:
    column = pa.array(names, pa.string()).dictionary_encode()
    values: list[str | None] = readings.known(fact, column).to_pylist()
    return values


def test_a_region_by_its_name_in_the_cloud_or_in_any_case() -> None:
    us = ("us", "US", "Us", "us-west-2", "US_EAST_1", "us.east.2")
    assert known(PUBLISHED.readings, "region", *us) == ["us"] * len(us)
    eu = ("eu", "EU", "eu-central-1", "EU_WEST_1")
    assert known(PUBLISHED.readings, "region", *eu) == ["eu"] * len(eu)
    others = (None, "usa", "us-gov-west-1", "ap-south-1", "us-west", "na1", "u-s", "global")
    assert known(PUBLISHED.readings, "region", *others) == [None] * len(others)


def test_names_of_both_values_in_one_column() -> None:
    names = ("EU", "us", "eu-west-1", "us-west-2", None, "x", "us")
    expected = ["eu", "us", "eu", "us", None, None, "us"]
    assert known(PUBLISHED.readings, "region", *names) == expected


def test_products_in_any_case_and_gateway_providers_as_they_are() -> None:
    assert known(PUBLISHED.readings, "product", "Async", "LLM-Gateway", "STREAMING", "tts") == [
        "async",
        "llm_gateway",
        "streaming",
        None,
    ]
    assert known(PUBLISHED.readings, "gateway_provider", "OpenAI") == ["OpenAI"]


def test_a_policy_of_ones_own_says_what_its_servers_are_called() -> None:
    text = TEXT + '\n[also_called.region]\nus = ["na1", "eastus"]\neu = ["emea-2"]\n'
    policy = parse_policy(_alone(text), "mine")
    assert known(policy.readings, "region", "NA1", "eastus", "emea-2", "us-west-2") == [
        "us",
        "us",
        "eu",
        None,
    ]
    assert policy.digest != parse_policy(_alone(TEXT), "mine").digest


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ('us = ["eu-central-1"]', "eu-central-1 says that it is in Europe"),
        ('us = ["westeurope"]', "westeurope says that it is in Europe"),
        ('us = ["EU2"]', "EU2 says that it is in Europe"),
        ('us = ["emea"]', "emea says that it is in Europe"),
        ('us = ["eu"]', "eu is eu already"),
        ('eu = ["US"]', "US is us already"),
        ('us = ["x1"]\neu = ["X1"]', "X1 is us already"),
        ('ap = ["ap-south-1"]', "region can only be us, eu"),
        ('us = ["a b"]', "should match pattern"),
        (
            "us = []\n[also_called.gateway_provider]\nx = []",
            "only product, region have other names",
        ),
    ],
)
def test_a_name_that_says_otherwise_is_an_error(names: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_policy(_alone(TEXT) + f"\n[also_called.region]\n{names}\n", "mine")
    assert problem in str(caught.value)


def _alone(text: str) -> str:
    """A policy without the names of the published one."""
    before, _, rest = text.partition("[also_called.region]")
    return before + "[[rules]]" + rest.partition("[[rules]]")[2] if rest and before else text
