"""What a source calls channels never comes out: numbers do, its own where they are numbers."""

import pytest

from clearshard.sources.channels import numbered_channels


@pytest.mark.parametrize(
    ("labels", "numbers"),
    [
        ([], {}),
        ([None], {}),
        (["1", "2"], {"1": 1, "2": 2}),
        # Who speaks first is not the first channel of the audio.
        (["2", None, "1", "2"], {"2": 2, "1": 1}),
        ([2, 1], {2: 2, 1: 1}),
        (["32"], {"32": 32}),
        # One in two ways.
        ([2, "2"], {2: 2, "2": 2}),
        # One that is no such number, and none is believed.
        (["2", "left"], {"2": 1, "left": 2}),
        (["2", 0], {"2": 1, 0: 2}),
        ([33, 2], {33: 1, 2: 2}),
        (["02", "1"], {"02": 1, "1": 2}),
        (["\u0662"], {"\u0662": 1}),
        ([" 1"], {" 1": 1}),
        ([-1], {-1: 1}),
        ([4155550199], {4155550199: 1}),
        (["Maria Lopez", "", "agent"], {"Maria Lopez": 1, "": 2, "agent": 3}),
    ],
)
def test_channels_are_numbers(
    labels: list[str | int | None], numbers: dict[str | int | None, int]
) -> None:
    assert numbered_channels(labels) == {None: None, **numbers}
