"""Things that are made ahead come as they would otherwise."""

import threading
from collections.abc import Iterator

import pytest

from clearshard.run.ahead import one_ahead


def test_they_come_in_order_and_one_is_made_meanwhile() -> None:
    made = [threading.Event() for _ in range(5)]

    def things() -> Iterator[int]:
        for number, event in enumerate(made):
            event.set()
            yield number

    seen = []
    for number in one_ahead(things()):
        seen.append(number)
        # Whoever works on one need not be done for the next one to be made.
        assert number == 4 or made[number + 1].wait(60)
    assert seen == [0, 1, 2, 3, 4]
    assert list(one_ahead(iter([None, None]))) == [None, None]


def test_what_goes_wrong_goes_wrong_where_they_are_taken() -> None:
    def things() -> Iterator[int]:
        yield 1
        raise ValueError("the second one")

    ahead = one_ahead(things())
    assert next(ahead) == 1
    with pytest.raises(ValueError, match="the second one"):
        next(ahead)


def test_who_stops_early_leaves_no_thread() -> None:
    before = threading.active_count()
    ahead = one_ahead(iter(range(100)))
    assert next(ahead) == 0
    ahead.close()  # type: ignore[attr-defined]  # it is a generator
    assert threading.active_count() == before
