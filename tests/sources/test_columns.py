"""Values as warehouses, data frames and spreadsheets write them."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from clearshard.sources import columns

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-28 12:00:00+00",
        "2026-11-28 12:00:00 UTC",
        "2026-11-28 12:00:00 utc",
        "2026-11-28 12:00:00.000000 UTC",
        "2026-11-28T12:00:00 +0000",
        "2026-11-28 12:00:00.000 Z",
        "2026-11-28 07:00:00-05",
        "2026-11-28 17:30:00.0+0530",
    ],
)
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_times_as_databases_write_them(value: str, zone: str | None) -> None:
    found, unreadable = columns.times(pa.array([value, None, "2026-11-28T12:00:00Z"]), zone)
    assert found.to_pylist() == [NOON, None, NOON]
    assert not unreadable.any()


NAIVE = [
    ("2026-11-28 12:00:00", "2026-11-28T11:00:00+00:00"),
    ("2026-11-28T12:00:00.5", "2026-11-28T11:00:00.500000+00:00"),
    # An hour that is there twice is the first of the two; of one that is not there, its beginning.
    ("2026-10-25 02:30:00", "2026-10-25T00:30:00+00:00"),
    ("2026-03-29 02:30:00", "2026-03-29T00:59:59.999999+00:00"),
]


@pytest.mark.parametrize(("value", "expected"), NAIVE)
def test_times_without_an_offset_are_those_of_the_zone_that_was_said(
    value: str, expected: str
) -> None:
    given = pa.array([value, "2026-11-28T12:00:00Z", "2026-13-28 12:00:00", None])
    found, unreadable = columns.times(given, "Europe/Berlin")
    assert found.to_pylist() == [datetime.fromisoformat(expected), NOON, None, None]
    assert unreadable.tolist() == [False, False, True, False]
    found, unreadable = columns.times(given)
    assert found.to_pylist() == [None, NOON, None, None]
    assert unreadable.tolist() == [True, False, True, False]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize(("value", "expected"), NAIVE)
def test_and_so_are_times_of_a_format_that_has_a_type_for_them(
    unit: str, value: str, expected: str
) -> None:
    wanted = datetime.fromisoformat(expected)
    given = pa.array([datetime.fromisoformat(value), None]).cast(pa.timestamp(unit), safe=False)
    found, unreadable = columns.times(given, "Europe/Berlin")
    assert abs((found[0].as_py() - wanted).total_seconds()) < 1
    assert unreadable.tolist() == [False, False]
    found, unreadable = columns.times(given)
    assert (found.null_count, unreadable.tolist()) == (2, [True, False])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_nor_is_such_a_time_beyond_the_calendar_read(unit: str) -> None:
    given = pa.array([0, 2**62, -(2**62), None], pa.timestamp(unit))
    found, unreadable = columns.times(given, "UTC")
    near = unit == "ns"  # 2**62 nanoseconds are 146 years
    assert unreadable.tolist() == [False, not near, not near, False]
    assert found[0].as_py() == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("true", "True", "TRUE", "t", "T", "yes", "Y", "1", "1.0"), True),
        (("false", "False", "FALSE", "f", "F", "no", "N", "0", "0.0"), False),
        (("", "null", "none", "on", "off", "2", "-1", "nan", "wahr", "1.00", "01", "t "), None),
    ],
)
def test_flags(values: tuple[str, ...], expected: Any) -> None:
    assert columns.booleans(pa.array(values)).to_pylist() == [expected] * len(values)


def test_whole_numbers_of_a_data_frame_that_knows_no_gaps() -> None:
    found, unreadable = columns.seconds(pa.array(["3600", "3600.0", None, "3600.5", "nan"]))
    assert found.to_pylist() == [3600, 3600, None, None, None]
    assert unreadable.tolist() == [False, False, False, True, True]
