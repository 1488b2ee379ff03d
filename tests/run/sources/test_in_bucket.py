"""Runs whose manifest, registry, transcripts and containers are in a bucket."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.errors import (
    ConfigError,
    ListingRefused,
    SourceUnavailable,
    StoreRefused,
    StoreUnavailable,
)
from clearshard.run.check_sources import check_sources
from clearshard.run.output.folder import require_ours
from clearshard.run.resume import stored_looks
from clearshard.storage import uris
from clearshard.storage.objects import ObjectStore
from clearshard.storage.store import Listed, Store
from clearshard.storage.uris import named_in_memory

from ..bucket.kept import files
from ..world import AS_OF, World, small_world, transcript
from .stored import Counting, deliver, name_sources, packed

pytestmark = pytest.mark.slow

ADDRESS = "memory://sources/"
#: What has no version, and is asked for each night; all but the first is no key.
NOT_THERE = {"none.json", "../transcripts/good-0.json", "deep//calls.json"}


@pytest.fixture
def store() -> Iterator[Store]:
    with named_in_memory("sources") as store:
        yield store


@pytest.fixture
def client(store: Store) -> Any:
    return cast("ObjectStore", store)._client


@pytest.fixture
def transcripts(client: Any, monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting(ObjectStore(client, "transcripts"))
    monkeypatch.setitem(uris._IN_MEMORY, "sources/transcripts", cast("ObjectStore", counting))
    return counting


@pytest.fixture
def local(tmp_path: Path) -> World:
    root = tmp_path / "local"
    root.mkdir()
    world = small_world(root)
    lines = [dict(transcript("hello there", f"number {n}"), id=f"packed-{n}") for n in range(5)]
    for number in range(5):
        world.file(f"packed-{number}", "acct-good", None, transcript_uri="deep/calls.jsonl")
    (root / "transcripts" / "deep").mkdir()
    (root / "transcripts" / "deep" / "calls.jsonl").write_bytes(packed(*lines))
    world.file("none", "acct-good", None)
    world.file("outside", "acct-good", None, transcript_uri="../transcripts/good-0.json")
    world.file("doubled", "acct-good", None, transcript_uri="deep//calls.json")
    world.write()
    return world


@pytest.fixture
def world(local: World, client: Any, transcripts: Counting, tmp_path: Path) -> World:
    world = local.copy(tmp_path / "stored")
    deliver(world, client)
    name_sources(world, ADDRESS)
    for folder in ("transcripts",):
        for path in (world.root / folder).rglob("*.json*"):
            path.unlink()
    return world


def _made(world: World) -> dict[str, bytes]:
    """The shards, which are the same wherever transcripts were."""
    return {key: data for key, data in files(world.out).items() if key.startswith("shards/")}


def test_what_comes_out_is_what_comes_out_of_a_folder(local: World, world: World) -> None:
    here, there = local.run(), world.run()
    assert _decided(local, here) == _decided(world, there)
    assert (here.counts, here.manifest, here.registry) == (
        there.counts,
        there.manifest,
        there.registry,
    )
    keys = (local.root / "clearshard.key").read_bytes()
    assert keys != (world.root / "clearshard.key").read_bytes()
    assert sorted(local.texts()) == sorted(world.texts())
    assert verify(world.out).faults == ()


def _decided(world: World, record: Any) -> Any:
    return world.decisions(record)


def test_shards_are_the_same_to_the_byte(local: World, world: World) -> None:
    local.run()
    for name in ("clearshard.key", "clearshard-signing.key"):
        (world.root / name).write_bytes((local.root / name).read_bytes())
        (world.root / name).chmod(0o600)
    world.run()
    assert _made(world) == _made(local)
    assert _made(world)


def test_what_is_excluded_is_not_asked_for(world: World, transcripts: Counting) -> None:
    world.run()
    asked = {*transcripts.heads, *transcripts.reads}
    assert asked.isdisjoint({"baa-0.json", "out-0.json", "eu-0.json"})
    assert {f"good-{n}.json" for n in range(4)} <= asked


@pytest.mark.parametrize("few", [2_000, 0])
def test_nothing_new_opens_no_transcript(
    world: World, transcripts: Counting, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Whether objects were listed, or each was asked about; from one to the other as well."""
    monkeypatch.setattr(stored_looks, "FEW", few)
    first = world.run()
    transcripts.reads.clear()
    transcripts.heads.clear()
    assert world.run() == first
    # What is not there has no version, and is asked for each night.
    assert set(transcripts.reads) <= NOT_THERE
    if few == 0:
        assert transcripts.heads == []
    monkeypatch.setattr(stored_looks, "FEW", 2_000 - few)
    transcripts.reads.clear()
    assert world.run() == first
    assert set(transcripts.reads) <= NOT_THERE


@pytest.mark.parametrize("few", [2_000, 0])
def test_what_has_changed_alone_is_read(
    world: World,
    client: Any,
    transcripts: Counting,
    monkeypatch: pytest.MonkeyPatch,
    few: int,
) -> None:
    monkeypatch.setattr(stored_looks, "FEW", few)
    world.run()
    transcripts.reads.clear()
    other = {"id": "good-1", **transcript("hello how can i help you today", "a red lamp")}
    client.put("transcripts/good-1.json", json.dumps(other).encode())
    client.put("transcripts/new.json", json.dumps(transcript("good day to you")).encode())
    world.file("new", "acct-other", None)
    world.write()
    client.put("files.csv", (world.root / "files.csv").read_bytes())
    name_sources(world, ADDRESS)
    record = world.run()
    assert set(transcripts.reads) <= {"good-1.json", "new.json", *NOT_THERE}
    assert any("red lamp" in text for text in world.texts())
    assert world.decisions(record)["new"][0] == "written"


def test_another_content_of_the_same_length_is_read(world: World, client: Any) -> None:
    world.run()
    there = bytes(client.get("transcripts/good-1.json").bytes())
    client.put("transcripts/good-1.json", there.replace(b"green", b"heavy"))
    world.run()
    assert any("1 heavy chairs" in text for text in world.texts())


def test_a_key_that_a_listing_lacks_is_asked_for(
    world: World, transcripts: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A listing that lags behind hides nothing."""
    monkeypatch.setattr(stored_looks, "FEW", 0)

    def lagging(one: Listed) -> Iterator[Listed]:
        if one.key not in ("good-1.json", "deep/calls.jsonl"):
            yield one

    transcripts.listed = lagging
    record = world.run()
    states = world.decisions(record)
    assert states["good-1"][0] == states["packed-3"][0] == "written"
    assert states["none"] == ("quarantined", ["missing"])


def test_what_is_listed_and_gone_is_missing(
    world: World, client: Any, transcripts: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_looks, "FEW", 0)

    def lagging(one: Listed) -> Iterator[Listed]:
        yield one
        if one.key == "good-1.json":
            client.delete("transcripts/good-1.json")

    transcripts.listed = lagging
    assert world.decisions(world.run())["good-1"] == ("quarantined", ["missing"])


def test_a_transcript_that_changes_after_it_was_looked_at_is_read_again(
    world: World, client: Any, transcripts: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a folder: what is read is what is there, and its version is the one before."""
    monkeypatch.setattr(stored_looks, "FEW", 0)
    other = {"id": "good-1", **transcript("hello how can i help you", "something " * 500)}

    def changing(one: Listed) -> Iterator[Listed]:
        yield one
        client.put("transcripts/good-1.json", json.dumps(other).encode())

    transcripts.listed = changing
    world.run()
    assert any("something something" in text for text in world.texts())
    transcripts.listed = lambda one: iter((one,))
    transcripts.reads.clear()
    world.run()
    assert "good-1.json" in transcripts.reads


def test_what_is_too_large_is_refused_by_its_listed_size(
    world: World, client: Any, transcripts: Counting
) -> None:
    client.put("transcripts/good-1.json", b" " * 5000)
    world.config.write_text(
        world.config.read_text().replace("[limits]\n", "[limits]\nmax_transcript_bytes = 4500\n")
    )
    record = world.run()
    assert world.decisions(record)["good-1"] == ("quarantined", ["too_large"])
    assert "good-1.json" not in transcripts.reads


def test_where_nothing_can_be_listed_each_is_asked_about(
    world: World, transcripts: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's object with an odd name stops no run."""
    monkeypatch.setattr(stored_looks, "FEW", 0)
    calls = 0

    def odd(one: Listed) -> Iterator[Listed]:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise ListingRefused("odd")
        yield one

    transcripts.listed = odd
    record = world.run()
    assert world.decisions(record)["good-3"][0] == "written"


def test_verify_reads_the_sources_there(world: World, client: Any) -> None:
    world.run()
    config = load_config(world.config)
    [*_, run] = visible_runs(require_ours(world.out).root)
    found = check_sources(config, run, AS_OF)
    assert (found.changed, found.hidden) == ((), ())
    client.put("transcripts/good-1.json", b"{}")
    client.put("transcripts/deep/calls.jsonl", b"")
    found = check_sources(config, run, AS_OF)
    assert found.changed == ("good-1", *(f"packed-{n}" for n in range(5)))


@pytest.mark.parametrize("form", ["parts", "pattern"])
def test_tables_may_be_parts_below_a_prefix(
    local: World, world: World, client: Any, form: str
) -> None:
    header, *rows = (local.root / "files.csv").read_text().splitlines()
    for number, some in enumerate((rows[:3], rows[3:])):
        part = "\n".join([header, *some]) + "\n"
        client.put(f"parts/day={number}/part-{number}.csv", part.encode())
    client.put("parts/_SUCCESS", b"")
    text = world.config.read_text()
    named = "parts/" if form == "parts" else "parts/**/part-*.csv"
    world.config.write_text(text.replace("sources/files.csv", f"sources/{named}"))
    record = world.run()
    assert record.counts == local.run().counts


def test_a_table_that_changes_while_it_is_read_is_told(world: World, client: Any) -> None:
    changed = (world.root / "files.csv").read_bytes() + b"\n"
    seen: list[str] = []

    class Changing(Counting):
        def read_range(self, key: str, *how: Any) -> bytes:
            data: bytes = self._store.read_range(key, *how)
            if key == "files.csv" and not seen:
                seen.append(key)
                client.put(key, changed)
            return data

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(
            uris._IN_MEMORY, "sources", cast("ObjectStore", Changing(ObjectStore(client)))
        )
        with pytest.raises(SourceUnavailable, match="was changed while it was read"):
            world.run()
    assert seen


def test_a_manifest_that_changes_during_the_run_is_decided_again(world: World, client: Any) -> None:
    opted_out = (
        (world.root / "files.csv").read_text().replace("good-2,acct-good", "good-2,acct-out")
    )
    world.progress.meanwhile.append(lambda: client.put("files.csv", opted_out.encode()))
    record = world.run()
    assert world.decisions(record)["good-2"] == ("excluded", ["opted_out"])


@pytest.mark.parametrize("what", ["files.csv", "accounts.csv", "transcripts"])
def test_what_is_not_there_is_told_and_nothing_is_written(
    world: World, client: Any, what: str
) -> None:
    world.run()
    before = files(world.out)
    listed = [meta["path"] for chunk in client.list() for meta in chunk]
    client.delete([key for key in listed if key.startswith(what)])
    with pytest.raises(SourceUnavailable, match="there is no object"):
        world.run()
    after = files(world.out)
    assert {key for key in before if before[key] != after[key]} <= {
        "audit/ledger.jsonl",
        "audit/head.json",
    }


@pytest.mark.parametrize("where", ["read", "find_below", "head"])
def test_a_store_that_does_not_answer_ends_a_run_and_the_next_goes_on(
    world: World, transcripts: Counting, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Nothing is quarantined for what nobody knows."""
    monkeypatch.setattr(stored_looks, "FEW", 0 if where == "find_below" else 2_000)

    def down(*_: object) -> Any:
        raise StoreUnavailable("down")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transcripts, where, down)
        with pytest.raises(StoreUnavailable):
            world.run()
    record = world.run()
    assert world.decisions(record)["good-1"][0] == "written"
    assert verify(world.out).faults == ()


def test_a_container_of_a_store_that_does_not_answer_ends_it(
    world: World, transcripts: Counting
) -> None:
    def down(*_: object) -> Any:
        raise StoreUnavailable("down")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transcripts, "read_range", down, raising=False)
        with pytest.raises(StoreUnavailable):
            world.run()
    assert world.decisions(world.run())["packed-3"][0] == "written"


@pytest.mark.parametrize(
    "address", ["s3://user:word@bucket/x", "s3://key@bucket", "s3://bucket/x?secret=1", "s3://b"]
)
@pytest.mark.parametrize("what", ["files.csv", "accounts.csv", "transcripts"])
def test_no_address_has_a_password(local: World, address: str, what: str) -> None:
    text = local.config.read_text().replace(f'"{what}"', f'"{address}"')
    local.config.write_text(text)
    kind = ConfigError if "@" in address else StoreRefused
    with pytest.raises(kind) as told:
        local.run()
    assert "word" not in str(told.value).replace("password", "")
    assert "secret" not in str(told.value)
