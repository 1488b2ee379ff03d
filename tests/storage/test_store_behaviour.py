"""What every store does alike."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clearshard.errors import (
    KeyRefused,
    ObjectChanged,
    ObjectExists,
    ObjectNotFound,
    ObjectTooLarge,
    StoreError,
)
from clearshard.storage.store import Found, Listed, Store, VersionTag

from .making import STORES

_REFUSED_KEYS = [
    *("", ".", "..", "/", "/a", "a/", "a//b", "./a", "a/.", "../a", "a/..", "a/../b"),
    *("a\\b", "\\", "a\0", "a\nb", "a\x7f", "\ud800", "a/\ud800/b"),
    *("x" * 256, "é" * 128, "/".join(["x" * 100] * 11)),
    *(".clearshard-lock", ".clearshard-tmp-1", "a/.clearshard-tmp-1", ".clearshard-probe/x"),
]
_ODD_KEYS = [
    *("a b", "é", "e\u0301", "日本/😀", "a%20b", "a#b", "a?*[x]", "...", "..a", ".a", "-a", "~"),
    *("a:b", "a|b", "<a>", '"', "'", "{a}", "a\x85b", "\u202ea", "x" * 255, "é" * 127),
    *("/".join(["x" * 100] * 10), "clearshard-", ".clearshard"),
]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return STORES[request.param](tmp_path)


def _keys(store: Store, folder: str = "") -> list[str]:
    return [listed.key for listed in store.list_below(folder)]


def test_what_was_put_is_read(store: Store) -> None:
    tag = store.put_if_absent("a/b", b"first")
    content = store.read("a/b", 5)
    assert content.data == b"first"
    assert content.found.tag == tag
    assert content.found.size_bytes == 5
    head = store.head("a/b")
    assert head is not None
    assert (head.size_bytes, head.tag) == (5, tag)
    assert [(listed.key, listed.found.tag) for listed in store.list_below()] == [("a/b", tag)]


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 40_000])
def test_any_bytes_are_kept(store: Store, data: bytes) -> None:
    store.put_if_absent("a", memoryview(data))
    assert store.read("a", len(data)).data == data
    assert [listed.found.size_bytes for listed in store.list_below()] == [len(data)]


def test_an_object_there_is_left_as_it_is(store: Store) -> None:
    tag = store.put_if_absent("a", b"first")
    for data in (b"other", b"first"):
        with pytest.raises(ObjectExists):
            store.put_if_absent("a", data)
    content = store.read("a", 5)
    assert (content.data, content.found.tag) == (b"first", tag)


def test_the_version_named_is_replaced(store: Store) -> None:
    first = store.put_if_absent("a/b", b"first")
    second = store.replace_if_unchanged("a/b", b"second", first)
    assert second != first
    content = store.read("a/b", 6)
    assert (content.data, content.found.tag) == (b"second", second)
    third = store.replace_if_unchanged("a/b", b"", content.found.tag)
    assert store.read("a/b", 0).found.tag == third
    assert _keys(store) == ["a/b"]


def test_no_other_version_is_replaced(store: Store) -> None:
    first = store.put_if_absent("a", b"1")
    second = store.replace_if_unchanged("a", b"2", first)
    for data in (b"3", b"2", b"1"):
        with pytest.raises(ObjectChanged):
            store.replace_if_unchanged("a", data, first)
    with pytest.raises(ObjectChanged):
        store.replace_if_unchanged("a", b"3", VersionTag("none"))
    content = store.read("a", 1)
    assert (content.data, content.found.tag) == (b"2", second)


def test_what_is_gone_is_not_replaced(store: Store) -> None:
    tag = store.put_if_absent("a/b", b"1")
    store.delete("a/b")
    for key in ("a/b", "a/c", "b/c", "b"):
        with pytest.raises(ObjectChanged):
            store.replace_if_unchanged(key, b"2", tag)
        assert store.head(key) is None
    assert _keys(store) == []


def test_many_versions_of_one_length_are_told_apart(store: Store) -> None:
    tag = store.put_if_absent("a", b"0000")
    tags = [tag]
    for number in range(1, 200):
        tags.append(tag := store.replace_if_unchanged("a", b"%04d" % number, tag))
    assert len(set(tags)) == 200
    for old in tags[:-1]:
        with pytest.raises(ObjectChanged):
            store.replace_if_unchanged("a", b"xxxx", old)


def test_nothing_is_read_where_nothing_is(store: Store) -> None:
    tag = store.put_if_absent("a/b", b"1")
    for key in ("a", "b", "a/c", "a/b/c", "b/c", "a/b/c/d"):
        assert store.head(key) is None
        with pytest.raises(ObjectNotFound):
            store.read(key, 10)
        with pytest.raises(ObjectNotFound):
            store.read_range(key, 0, 10, tag)
        assert _keys(store, key) == (["a/b"] if key == "a" else [])


def test_deleting_again_is_done_already(store: Store) -> None:
    store.put_if_absent("a/b", b"1")
    store.put_if_absent("a/c", b"1")
    for key in ("a/b", "a/b", "a", "b", "b/c", "a/c/d"):
        store.delete(key)
    assert _keys(store) == ["a/c"]
    store.put_if_absent("a/b", b"2")
    assert store.read("a/b", 1).data == b"2"


def test_no_more_is_read_than_the_caller_takes(store: Store) -> None:
    store.put_if_absent("a", b"12345")
    for max_bytes in (0, 1, 4):
        with pytest.raises(ObjectTooLarge):
            store.read("a", max_bytes)
    assert store.read("a", 10**15).data == b"12345"


@pytest.mark.parametrize("start", [0, 1, 4, 5, 6, 10**15])
@pytest.mark.parametrize("length", [0, 1, 4, 5, 6, 10**15])
@pytest.mark.parametrize("data", [b"", b"12345"])
def test_a_range_ends_where_the_object_does(
    store: Store, data: bytes, start: int, length: int
) -> None:
    tag = store.put_if_absent("a", data)
    assert store.read_range("a", start, length, tag) == data[start : start + length]


def test_ranges_of_two_versions_are_not_put_together(store: Store) -> None:
    first = store.put_if_absent("a", b"12345")
    assert store.read_range("a", 0, 2, first) == b"12"
    second = store.replace_if_unchanged("a", b"67890", first)
    for start, length in ((2, 2), (0, 0), (5, 5), (9, 9)):
        with pytest.raises(ObjectChanged):
            store.read_range("a", start, length, first)
    assert store.read_range("a", 2, 2, second) == b"89"


@pytest.mark.parametrize("key", _REFUSED_KEYS)
def test_what_is_no_key_is_refused_alike(store: Store, key: str) -> None:
    tag = store.put_if_absent("a", b"1")
    uses: list[Callable[[], object]] = [
        lambda: store.head(key),
        lambda: store.read(key, 1),
        lambda: store.read_range(key, 0, 0, tag),
        lambda: store.put_if_absent(key, b"2"),
        lambda: store.replace_if_unchanged(key, b"2", tag),
        lambda: store.delete(key),
    ]
    if key:
        uses.append(lambda: store.list_below(key))
    for use in uses:
        with pytest.raises(KeyRefused) as caught:
            use()
        assert str(caught.value).isprintable()
    assert _keys(store) == ["a"]


@pytest.mark.parametrize("key", _ODD_KEYS)
def test_any_other_name_is_a_key(store: Store, key: str) -> None:
    tag = store.put_if_absent(key, b"1")
    assert _keys(store) == [key]
    assert store.read(key, 1).found.tag == tag
    store.replace_if_unchanged(key, b"22", tag)
    store.delete(key)
    assert _keys(store) == []


def test_a_listing_is_in_the_order_of_whole_keys(store: Store) -> None:
    keys = [
        *("a-b", "a.b", "a/b", "a/b-c/d", "a/b.c", "a0", "aa/b", "B", "b/c/d", "b/c-/d", "b/c0"),
        *("é/a", "z", "\uffff", "😀", "a\x85"),
    ]
    for key in reversed(keys):
        store.put_if_absent(key, key.encode())
    assert _keys(store) == sorted(keys)
    assert _keys(store, "a") == ["a/b", "a/b-c/d", "a/b.c"]
    assert _keys(store, "b/c") == ["b/c/d"]
    assert _keys(store, "é") == ["é/a"]
    for listed in store.list_below():
        assert store.head(listed.key) is not None


def test_a_thousand_objects_are_listed(store: Store) -> None:
    keys = [f"{number % 7}/{number % 11}/{number:04}" for number in range(1000)]
    for key in keys:
        store.put_if_absent(key, b"")
    assert _keys(store) == sorted(keys)
    assert _keys(store, "3/4") == sorted(key for key in keys if key.startswith("3/4/"))
    listing = store.list_below()
    assert next(listing).key == min(keys)
    for key in keys:
        store.delete(key)
    assert _keys(store) == []


def test_objects_may_be_deleted_while_they_are_listed(store: Store) -> None:
    for number in range(100):
        store.put_if_absent(f"{number % 5}/{number:02}", b"")
    for listed in store.list_below():
        store.delete(listed.key)
    assert _keys(store) == []


def test_of_writers_at_once_one_puts(store: Store) -> None:
    def put(round_: int, writer: int) -> bool:
        together.wait()
        try:
            store.put_if_absent(f"a/{round_}", b"%d" % writer * 1000)
        except ObjectExists:
            return False
        return True

    together = threading.Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        for round_ in range(20):
            won = list(pool.map(put, [round_] * 8, range(8)))
            assert won.count(True) == 1
            assert store.read(f"a/{round_}", 1000).data == b"%d" % won.index(True) * 1000


def test_of_writers_at_once_no_replacement_is_lost(store: Store) -> None:
    def count() -> None:
        for _ in range(25):
            while True:
                seen = store.read("a", 10)
                try:
                    store.replace_if_unchanged("a", b"%d" % (int(seen.data) + 1), seen.found.tag)
                except ObjectChanged:
                    continue
                break

    store.put_if_absent("a", b"0")
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(count) for _ in range(4)]:
            done.result()
    assert store.read("a", 10).data == b"100"


def test_readers_see_whole_objects_while_they_are_replaced(store: Store) -> None:
    tag = store.put_if_absent("a", b"0" * 100_000)
    stopped = threading.Event()

    def read() -> int:
        seen = 0
        while not stopped.is_set():
            data = store.read("a", 100_000).data
            assert len(set(data)) == 1
            assert len(data) == 100_000
            seen += 1
        return seen

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for number in range(60):
            tag = store.replace_if_unchanged("a", b"%d" % (number % 10) * 100_000, tag)
        stopped.set()
        assert all(reader.result() >= 0 for reader in readers)


def test_nothing_is_left_to_sweep(store: Store) -> None:
    tag = store.put_if_absent("a", b"1")
    store.replace_if_unchanged("a", b"2", tag)
    with pytest.raises(ObjectExists):
        store.put_if_absent("a", b"2")
    with pytest.raises(ObjectChanged):
        store.replace_if_unchanged("a", b"3", tag)
    assert store.sweep() == 0
    assert store.read("a", 1).data == b"2"


def test_errors_and_values_do_not_show_what_an_object_holds(store: Store) -> None:
    secret = b"what somebody said"
    tag = store.put_if_absent("a", secret)
    failing: list[Callable[[], object]] = [
        lambda: store.put_if_absent("a", secret),
        lambda: store.replace_if_unchanged("a", secret, VersionTag("x")),
        lambda: store.read("a", 3),
        lambda: store.read_range("a", 0, 9, VersionTag("x")),
        lambda: store.read("b", 3),
    ]
    for fail in failing:
        with pytest.raises(StoreError) as caught:
            fail()
        assert "somebody" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "somebody" not in repr(store.read("a", 100)) + repr(tag)


def test_a_tag_says_something() -> None:
    with pytest.raises(ValueError, match="says something"):
        VersionTag("")


def test_a_tag_that_is_not_settled_is_not_kept() -> None:
    tag = VersionTag("1")
    assert Found(1, tag, settled=True).lasting_tag == tag
    assert Found(1, tag, settled=False).lasting_tag is None


def test_only_the_version_named_is_deleted(store: Store) -> None:
    first = store.put_if_absent("a/b", b"first")
    second = store.replace_if_unchanged("a/b", b"second", first)
    for key, tag in (("a/b", first), ("a/none", second), ("none/b", second)):
        with pytest.raises(ObjectChanged):
            store.delete_if_unchanged(key, tag)
    assert _keys(store) == ["a/b"]
    store.delete_if_unchanged("a/b", second)
    assert _keys(store) == []
    with pytest.raises(ObjectChanged):
        store.delete_if_unchanged("a/b", second)


def test_a_place_is_known_by_one_id_that_nobody_sees(store: Store, tmp_path: Path) -> None:
    store.put_if_absent("a/b", b"1")
    with ThreadPoolExecutor(4) as pool:
        [place] = {*pool.map(lambda folder: store.place_id(folder), ["", "a", "", "a"])}
    assert len(place) == 32
    assert _keys(store) == ["a/b"]
    assert [*store.list_all()] == [*store.list_below()]
    assert store.sweep() == 0
    assert store.place_id() == place
    for name, make in STORES.items():
        (tmp_path / name).mkdir()
        assert make(tmp_path / name).place_id() != place


def test_what_is_found_is_what_is_listed_in_any_order(store: Store) -> None:
    for key in ("a", "b/c", "b/a", "z/z/z"):
        store.put_if_absent(key, key.encode())
    for folder in ("", "b", "none"):
        found = [one for one in store.find_below(folder) if isinstance(one, Listed)]
        assert sorted(found, key=lambda one: one.key) == [*store.list_below(folder)]
    with pytest.raises(KeyRefused):
        list(store.find_below("../b"))
