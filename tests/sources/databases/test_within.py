"""What comes from a place that may never answer."""

import threading
from collections.abc import Iterator

import pytest

from clearshard.sources.databases.within import TooLate, within


def test_all_items_in_order() -> None:
    assert list(within(60, lambda: iter(range(1000)))) == list(range(1000))


def test_what_goes_wrong_is_raised_where_the_items_are_taken() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise KeyError("here")

    items = within(60, source)
    assert next(items) == 1
    with pytest.raises(KeyError, match="here"):
        next(items)


def test_who_never_answers_is_left_alone() -> None:
    answer = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        answer.wait()
        yield 2

    items = within(0.05, source)
    with pytest.raises(TooLate):
        list(items)
    answer.set()


def test_whoever_stops_asking_ends_the_source() -> None:
    closed = threading.Event()

    def source() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    items = within(60, source)
    assert next(items) == 1
    items.close()  # type: ignore[attr-defined] # it is a generator
    assert closed.wait(60)
