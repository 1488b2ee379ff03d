"""What a bucket as a store takes care of besides: conditions, foreign objects, what servers say."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import util
from operator import itemgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from obstore import exceptions
from obstore.store import LocalStore, MemoryStore

from clearshard.errors import (
    KeyRefused,
    ObjectChanged,
    ObjectExists,
    ObjectNotFound,
    ObjectTooLarge,
    StoreError,
    StoreRefused,
    StoreUnavailable,
)
from clearshard.storage import clients
from clearshard.storage.objects import ObjectStore, in_memory
from clearshard.storage.store import Listed, Unlisted, VersionTag


class _Overwriting(MemoryStore):
    """Takes no notice of a condition."""

    def put(self, path: str, file: Any, **options: Any) -> Any:
        options.pop("mode")
        return super().put(path, file, **options)


class _OverwritingVersions(MemoryStore):
    """Takes no notice of the second condition."""

    def put(self, path: str, file: Any, **options: Any) -> Any:
        if options["mode"] != "create":
            options.pop("mode")
        return super().put(path, file, **options)


class _RefusingLate(MemoryStore):
    """Writes, then says that it has refused."""

    def put(self, path: str, file: Any, **options: Any) -> Any:
        mode = options.pop("mode")
        there = [meta for chunk in self.list() for meta in chunk]
        put = super().put(path, file, **options)
        if there and (mode == "create" or mode["e_tag"] != there[0]["e_tag"]):
            raise (
                exceptions.PreconditionError if mode != "create" else exceptions.AlreadyExistsError
            )
        return put


class _Deaf(MemoryStore):
    """Takes no version for the one that is there."""

    def put(self, path: str, file: Any, **options: Any) -> Any:
        if options["mode"] != "create":
            raise exceptions.PreconditionError
        return super().put(path, file, **options)


class _Stale(MemoryStore):
    """Gives back what was put first."""

    def get(self, path: str, **options: Any) -> Any:
        if not hasattr(self, "first"):
            self.first = super().get(path, **options).bytes()
        return SimpleNamespace(meta=self.head(path), bytes=lambda: self.first)


def _left(client: MemoryStore | LocalStore) -> list[str]:
    return [meta["path"] for chunk in client.list() for meta in chunk]


def test_a_store_that_holds_to_conditions_is_taken_and_left_clean() -> None:
    client = MemoryStore()
    client.put("a", b"of somebody else")
    ObjectStore(client, "below").require_conditional_writes()
    assert _left(client) == ["a"]


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (_Overwriting, "puts an object where there is one"),
        (_OverwritingVersions, "replaces a version"),
        (_RefusingLate, "does not do"),
        (_Deaf, "does not do"),
        (_Stale, None),
    ],
)
def test_a_store_that_does_not_is_refused_and_left_clean(
    kind: type[MemoryStore], why: str | None
) -> None:
    client = kind()
    with pytest.raises((StoreRefused, StoreUnavailable), match=why):
        ObjectStore(client).require_conditional_writes()
    assert _left(client) == []


def test_a_store_that_knows_no_condition_is_refused(tmp_path: Path) -> None:
    client = LocalStore(tmp_path)
    with pytest.raises(StoreRefused, match="does not know"):
        ObjectStore(client).require_conditional_writes()
    assert _left(client) == []


def test_the_version_that_was_looked_at_is_the_condition() -> None:
    """Also if it is replaced after the looking: the server decides, not we."""
    client = MemoryStore()
    store = ObjectStore(client)
    tag = store.put_if_absent("a", b"1")
    head = client.head

    class Racing(MemoryStore):
        def head(self, path: str) -> Any:
            meta = head(path)
            client.put("a", b"of another writer")
            return meta

        def put(self, path: str, file: Any, **options: Any) -> Any:
            return client.put(path, file, **options)

    with pytest.raises(ObjectChanged):
        ObjectStore(Racing()).replace_if_unchanged("a", b"2", tag)
    assert store.read("a", 100).data == b"of another writer"


def test_a_range_is_of_the_version_that_was_looked_at() -> None:
    client = MemoryStore()
    tag = ObjectStore(client).put_if_absent("a", b"1234")

    class Racing(MemoryStore):
        def head(self, path: str) -> Any:
            meta = client.head(path)
            client.put("a", b"5678")
            return meta

        def get(self, path: str, **options: Any) -> Any:
            return client.get(path, **options)

    with pytest.raises(ObjectChanged):
        ObjectStore(Racing()).read_range("a", 0, 2, tag)


def test_the_bytes_of_what_is_too_large_are_not_asked_for() -> None:
    client = MemoryStore()
    client.put("a", b"1234")

    class Counting(MemoryStore):
        def get(self, path: str, **options: Any) -> Any:
            return SimpleNamespace(meta=client.head(path), bytes=lambda: pytest.fail("asked for"))

    with pytest.raises(ObjectTooLarge):
        ObjectStore(Counting()).read("a", 3)


def test_a_generation_is_part_of_the_condition() -> None:
    """Google's store compares generations, the others ETags."""
    given: list[Any] = []

    class Google(MemoryStore):
        def head(self, path: str) -> Any:
            return {**super().head(path), "version": "17"}

        def put(self, path: str, file: Any, **options: Any) -> Any:
            given.append(options["mode"])
            return super().put(path, file, **options)

    store = ObjectStore(Google())
    tag = store.put_if_absent("a", b"1")
    store.replace_if_unchanged("a", b"2", tag)
    assert given == ["create", {"e_tag": tag.value, "version": "17"}]


def test_a_store_without_versions_is_unavailable() -> None:
    class Nameless(MemoryStore):
        def head(self, path: str) -> Any:
            return {**super().head(path), "e_tag": None}

    client = Nameless()
    client.put("a", b"1")
    with pytest.raises(StoreUnavailable, match="ETag"):
        ObjectStore(client).head("a")


def test_only_what_is_below_the_prefix_is_seen() -> None:
    client = MemoryStore()
    for name in ("a", "p", "p/a", "p-/a", "p/q", "p/q/a", "p/q/.clearshard-x/a", "p/q/b\\c"):
        client.put(name, b"1")
    store = ObjectStore(client, "p/q")
    assert [listed.key for listed in store.list_below()] == ["a"]
    assert store.head("a")
    store.delete("a")
    assert "p/q/a" not in _left(client)
    assert len(_left(client)) == 7


@pytest.mark.parametrize("prefix", ["/", "a/", "/a", "a//b", "..", "a/../b", "\0"])
def test_a_prefix_is_a_key(prefix: str) -> None:
    with pytest.raises(KeyRefused):
        ObjectStore(MemoryStore(), prefix)


def test_a_listing_without_order_is_refused() -> None:
    class Unordered(MemoryStore):
        def list(self, *args: Any, **options: Any) -> Any:
            chunks = [list(chunk) for chunk in super().list(*args, **options)]
            return [chunk[::-1] for chunk in chunks]

    client = Unordered()
    for name in "abc":
        client.put(name, b"1")
    with pytest.raises(StoreUnavailable, match="order"):
        list(ObjectStore(client).list_below())


class _WithMarkers(MemoryStore):
    """Has empty objects as `a/` too, which its listing tells as `a`, where they are in order."""

    marked: tuple[str, ...] = ("a", "b", "d")

    def list(self, prefix: str | None = None, **options: Any) -> Any:
        there = {meta["path"]: meta for chunk in super().list(prefix) for meta in chunk}
        now = datetime.now(UTC)
        marks = {
            f"{name}/": {"path": name, "size": 0, "last_modified": now, "e_tag": "-"}
            for name in self.marked
            if f"{name}/".startswith(f"{prefix}/" if prefix else "")
        }
        return [[meta for _, meta in sorted([*there.items(), *marks.items()], key=itemgetter(0))]]


def test_what_consoles_show_folders_by_is_not_listed() -> None:
    client = _WithMarkers()
    for name in ("a-b", "a/b", "b", "c"):
        client.put(name, b"" if name == "b" else b"1")
    assert [listed.key for listed in ObjectStore(client).list_below()] == ["a-b", "a/b", "b", "c"]


@pytest.mark.parametrize("content", [b"", b"1"])
def test_what_shows_a_folder_may_come_long_after_its_namesake(content: bytes) -> None:
    """`a-b` stands between `a` and `a/`; that is the order of keys."""
    client = _WithMarkers()
    names = ["a", "a-", "a-b", "a-b/c", "a/b"]
    for name in names:
        client.put(name, content)
    assert [listed.key for listed in ObjectStore(client).list_below()] == names


@pytest.mark.parametrize("namesake", [False, True])
@pytest.mark.parametrize(("prefix", "folder"), [("out/in", ""), ("out", "in"), ("", "out/in")])
def test_what_shows_a_folder_is_not_below_it(prefix: str, folder: str, namesake: bool) -> None:
    """A folder that was made in a console is as empty as one that nobody has made."""
    client = _WithMarkers()
    client.marked = ("out/in",)
    if namesake:
        client.put("out/in", b"")
    store = ObjectStore(client, prefix)
    assert [*store.find_below(folder)] == [*store.list_below(folder)] == []
    client.put("out/in/a", b"1")
    key = f"{folder}/a".lstrip("/")
    assert [one.key for one in store.list_below(folder)] == [key]
    assert [one.key for one in store.find_below(folder) if isinstance(one, Listed)] == [key]
    assert not [one for one in store.list_all() if isinstance(one, Unlisted)]


def test_an_empty_object_is_listed() -> None:
    client = MemoryStore()
    for name in "ab":
        client.put(name, b"")
    assert [listed.key for listed in ObjectStore(client).list_below()] == ["a", "b"]


def test_a_bucket_that_is_not_there_is_unavailable() -> None:
    class Missing(MemoryStore):
        def put(self, path: str, file: Any, **options: Any) -> Any:
            raise FileNotFoundError

    store = ObjectStore(Missing())
    for use in (store.require_conditional_writes, lambda: store.put_if_absent("a", b"1")):
        with pytest.raises(StoreUnavailable, match="bucket is not there"):
            use()


def test_only_what_killed_probes_have_left_is_swept() -> None:
    now = datetime.now(UTC)

    class Aged(MemoryStore):
        def list(self, *args: Any, **options: Any) -> Any:
            for chunk in super().list(*args, **options):
                yield [
                    {**meta, "last_modified": now - timedelta(hours=2 * ("old" in meta["path"]))}
                    for meta in chunk
                ]

    client = Aged()
    for name in ("p/.clearshard-probe/old", "p/.clearshard-probe/new", "p/old", "old"):
        client.put(name, b"1")
    assert ObjectStore(client, "p").sweep() == 1
    assert "p/.clearshard-probe/old" not in _left(client)
    assert len(_left(client)) == 3


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (FileNotFoundError, ObjectNotFound),
        (exceptions.AlreadyExistsError, ObjectExists),
        (exceptions.PreconditionError, ObjectChanged),
        (exceptions.InvalidPathError, StoreUnavailable),
        (exceptions.NotSupportedError, StoreRefused),
        (NotImplementedError, StoreRefused),
        (exceptions.PermissionDeniedError, StoreUnavailable),
        (exceptions.UnauthenticatedError, StoreUnavailable),
        (exceptions.GenericError, StoreUnavailable),
        (TimeoutError, StoreUnavailable),
        (ValueError, StoreUnavailable),
    ],
)
def test_what_a_server_says_is_not_repeated(
    raised: type[Exception], expected: type[StoreError]
) -> None:
    class Failing(MemoryStore):
        def _fail(self, *_: Any, **__: Any) -> Any:
            raise raised("GET https://host/a?sig=SECRET: somebody said")

        get = put = delete = _fail

        def list(self, *args: Any, **options: Any) -> Any:
            self._fail()

    client = Failing()
    store = ObjectStore(client)
    uses: list[Callable[[], object]] = [
        lambda: store.read("a", 1),
        lambda: list(store.list_below()),
    ]
    if raised is not FileNotFoundError:
        uses += [lambda: store.delete("a"), lambda: store.put_if_absent("a", b"1")]
    for use in uses:
        with pytest.raises(expected) as caught:
            use()
        assert "SECRET" not in str(caught.value)
        assert "somebody" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__


def test_a_server_that_nobody_is_at_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    from obstore.store import S3Store

    client = S3Store(
        "bucket",
        endpoint="http://127.0.0.1:9",
        access_key_id="AKIASECRET",
        secret_access_key="SECRET",
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    store = ObjectStore(client, "p")
    tag = VersionTag("x")
    uses: list[Callable[[], object]] = [
        lambda: store.head("a"),
        lambda: store.read("a", 1),
        lambda: store.read_range("a", 0, 1, tag),
        lambda: list(store.list_below()),
        lambda: store.put_if_absent("a", b"1"),
        lambda: store.replace_if_unchanged("a", b"1", tag),
        lambda: store.delete("a"),
        store.sweep,
        store.require_conditional_writes,
    ]
    for use in uses:
        with pytest.raises(StoreUnavailable) as caught:
            use()
        assert "SECRET" not in str(caught.value)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    find = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == "obstore" else find(name))
    for use in (in_memory, lambda: clients.bucket("s3", "b")):
        with pytest.raises(StoreRefused, match=r"clearshard\[stores\]"):
            use()


def test_the_package_is_not_imported_before_it_is_needed() -> None:
    import subprocess

    code = "import sys, clearshard.storage.uris; sys.exit('obstore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_client_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_USE_EMULATOR"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(StoreRefused, match="environment"):
        clients.bucket("az", "container")
