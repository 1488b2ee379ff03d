"""Whether each column of facts can be read at all."""

import pytest

from clearshard.sources.legible import illegible

REQUIRED = ("region", "opted_out")


@pytest.mark.parametrize(
    ("there", "read", "told"),
    [
        ({"region": 10}, {"region": 1}, None),
        ({"region": 1}, {"region": 0}, "none of its 1 values"),
        ({"region": 10}, {"region": 0}, "write us or eu"),
        ({}, {"region": 0}, "is empty in every row"),
        ({"expires_at": 10}, {"expires_at": 0}, "none of its 10 values"),
        ({"expires_at": 6}, {"expires_at": 0}, "none of its 6 values"),
        # Each denies its own file: the others are as they were.
        ({"expires_at": 5}, {"expires_at": 0}, None),
        ({}, {"expires_at": 0}, None),
        ({"expires_at": 10}, {"expires_at": 1}, None),
    ],
)
def test_a_column_of_ten_rows(
    there: dict[str, int], read: dict[str, int], told: str | None
) -> None:
    problem = illegible(REQUIRED, 10, there, read)
    assert problem is None if told is None else told in str(problem)
