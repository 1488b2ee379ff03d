"""What was read, whatever the order of its rows."""

import pyarrow as pa
import pytest

from clearshard.sources.databases.digests import digest_of, row_digests

Row = tuple[str | None, ...]


def digest(*rows: Row, head: str = "") -> str:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return digest_of(head, [row_digests(columns)])[0]


def test_order_is_nothing() -> None:
    rows: list[Row] = [(str(n), "x" * (n % 3)) for n in range(50)]
    assert digest(*rows) == digest(*reversed(rows))


def test_a_row_that_is_there_twice_is_there_twice() -> None:
    assert len({digest(("a",)), digest(("a",), ("a",)), digest(("a",), ("a",), ("a",))}) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "bc"), ("ab", "c")),
        (("", None), (None, "")),
        (("1:a", ""), ("", "1:a")),
        (("-", None), (None, "-")),
        (("a", None), ("a", "-")),
    ],
)
def test_values_do_not_run_into_each_other(one: Row, other: Row) -> None:
    assert digest(one) != digest(other)


def test_what_else_counts() -> None:
    assert digest(("a",), head="x") != digest(("a",), head="y")


def test_rows_are_put_into_one_order() -> None:
    ids = pa.array([str(n) for n in range(1000)])
    backwards = pa.array(ids.to_pylist()[::-1])
    _, order = digest_of("", [row_digests([ids])])
    _, other = digest_of("", [row_digests([backwards])])
    assert ids.take(pa.array(order)) == backwards.take(pa.array(other))
    assert ids.take(pa.array(order)) != ids
