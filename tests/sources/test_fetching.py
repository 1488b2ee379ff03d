"""References in, bytes out: in their order, ahead of whoever uses them, in bounded memory."""

import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from clearshard.errors import Interrupted, ObjectDenied, StoreUnavailable
from clearshard.records.states import Quarantine
from clearshard.sources.fetching import Fetcher, Reference
from clearshard.storage.objects import in_memory
from clearshard.storage.store import Content, Store

_MOST = 1000


@pytest.fixture
def store() -> Store:
    store = in_memory()
    for number in range(40):
        store.put_if_absent(f"calls/{number}", _content(number))
    return store


def _content(number: int) -> bytes:
    return bytes([number]) * (number + 1)


def _group(*numbers: int) -> tuple[tuple[int, ...], Sequence[Reference]]:
    return numbers, [Reference(f"calls/{number}", number + 1) for number in numbers]


def _told(found: object) -> object:
    return (str(found.reason), found.error_type) if isinstance(found, Quarantine) else found


class Watching:
    """A store that says how many of its objects are being read, and lets them be read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.go = threading.Event()
        self.asked: list[str] = []

    def read(self, key: str, max_bytes: int) -> Content:
        self.asked.append(key)
        self.go.wait()
        return self._store.read(key, max_bytes)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def test_groups_come_in_their_order_and_whole(store: Store) -> None:
    groups = [_group(3, 1, 2), _group(), _group(39), _group(0, 4)]
    with Fetcher(store, _MOST, requests=3) as fetcher:
        found = list(fetcher.fetch(groups))
    assert found == [(numbers, [_content(n) for n in numbers]) for numbers, _ in groups]


def test_what_cannot_be_had_is_the_fault_of_one_object(store: Store) -> None:
    wanted = [
        Reference("calls/1", 2),
        Reference("calls/none", 2),
        Reference("calls//1", 2),
        Reference("../calls/1", 2),
        Reference("calls/1/", 2),
        Reference("\ud800", 2),
        Reference("x" * 1025, 2),
        Reference("calls/2", _MOST + 1),
    ]
    with Fetcher(store, _MOST) as fetcher:
        [(_, found)] = fetcher.fetch([("", wanted)])
    outside = ("missing", "OutsideRoot")
    assert [_told(one) for one in found] == [
        _content(1),
        ("missing", "FileNotFoundError"),
        *[outside] * 5,
        ("too_large", "max_transcript_bytes"),
    ]


def test_what_is_too_large_is_not_asked_for(store: Store) -> None:
    watching = Watching(store)
    with Fetcher(watching, 3) as fetcher:
        [(_, found)] = fetcher.fetch([_group(5)])
    assert watching.asked == []
    assert [_told(one) for one in found] == [("too_large", "max_transcript_bytes")]


@pytest.mark.parametrize("listed", [0, 1, 7, 8, 100])
def test_an_object_of_another_size_is_read_as_it_is_now(store: Store, listed: int) -> None:
    with Fetcher(store, _MOST) as fetcher:
        [(_, found)] = fetcher.fetch([("", [Reference("calls/7", listed)])])
    assert found == [_content(7)]


def test_one_that_has_become_too_large_is_not_read(store: Store) -> None:
    with Fetcher(store, 7) as fetcher:
        [(_, found)] = fetcher.fetch([("", [Reference("calls/7", 1)])])
    assert [_told(one) for one in found] == [("too_large", "max_transcript_bytes")]


def test_so_many_bytes_are_asked_for_ahead_and_no_more(store: Store) -> None:
    """What is under way is what fits, and one group where nothing does."""
    for number in range(40, 50):
        store.put_if_absent(f"calls/{number}", b"x" * 100_000)
    watching = Watching(store)
    taken: list[int] = []

    def groups() -> Iterator[tuple[int, Sequence[Reference]]]:
        for number in range(40, 50):
            taken.append(number)
            yield number, [Reference(f"calls/{number}", 100_000)]

    with Fetcher(watching, 1 << 20, ahead_bytes=350_000) as fetcher:
        found = fetcher.fetch(groups())
        first = threading.Thread(target=next, args=(found,), daemon=True)
        first.start()
        _until(lambda: len(watching.asked) == 3)
        assert taken == [40, 41, 42, 43]  # the last one waits for room
        watching.go.set()
        first.join()
        assert [len(data) for _, [data] in found if isinstance(data, bytes)] == [100_000] * 9


def test_many_are_under_way_at_a_time(store: Store) -> None:
    watching = Watching(store)
    with Fetcher(watching, _MOST, requests=8) as fetcher:
        found = fetcher.fetch([_group(*range(20))])
        first = threading.Thread(target=next, args=(found,), daemon=True)
        first.start()
        _until(lambda: len(watching.asked) == 8)
        watching.go.set()
        first.join()


@pytest.mark.parametrize("error", [StoreUnavailable("x"), ObjectDenied("x")])
def test_a_store_that_does_not_answer_ends_it(store: Store, error: Exception) -> None:
    class Down(Watching):
        def read(self, key: str, max_bytes: int) -> Content:
            raise error

    with Fetcher(Down(store), _MOST) as fetcher, pytest.raises(type(error)):
        list(fetcher.fetch([_group(1)]))


def test_whoever_is_asked_to_stop_does_not_wait(store: Store) -> None:
    def stop() -> None:
        raise Interrupted

    watching = Watching(store)
    with Fetcher(watching, _MOST, check=stop) as fetcher, pytest.raises(Interrupted):
        list(fetcher.fetch([_group(1)]))
    watching.go.set()


def _until(holds: object) -> None:
    assert callable(holds)
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)
    time.sleep(0.05)  # whatever is too much would come now
    assert holds()
