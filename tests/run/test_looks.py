"""Most files are glanced at; whatever may have another name is looked at with care."""

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from clearshard.config import load_config
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.engines.stopping import Stop
from clearshard.engines.worker import Worker
from clearshard.errors import Interrupted, SourceUnavailable
from clearshard.run.intake import Intake, tables_of, take_in
from clearshard.run.links import Links
from clearshard.run.resume import looking as looking_module
from clearshard.run.resume.looking import Look, look_at_all, looking
from clearshard.run.resume.looks import Looker, Looks, read_looks

from .world import AS_OF, World

NOW_NS = 2 * 10**18
URIS = (
    "a/first.json",
    "a/second.json",
    "a/linked.json",
    "a/absent.json",
    "a/\u00fcnicode.json",
    "a/back\\slash.json",
    "a/..",
    "a/.",
    "a/",
    "a/elsewhere.json",
    "a/after-that.json",
    "a/large.json",
    "a/all.jsonl#one",
    "link/first.json",
    "link/second.json",
    "a/deeper/first.json",
    "a/deeper/second.json",
    "first.json",
)
ABSENT = "a/absent.json"


class Watched(Links):
    """Keeps which paths it was asked about."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked: list[str] = []

    def saw(self, row: tuple[int, int], path: str, record_id: str | None) -> os.stat_result | None:
        self.asked.append(path)
        return super().saw(row, path, record_id)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.account("acct")
    for number, uri in enumerate(URIS):
        world.file(f"call-{number}", "acct", {"text": "hello"}, transcript_uri=uri)
    world.write()
    folder = tmp_path / "transcripts"
    for uri in URIS:
        path = folder / uri.partition("#")[0]
        if uri != ABSENT and uri.endswith((".json", "#one")) and not uri.startswith("link/"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}")
    (folder / "a" / "large.json").write_text(" " * 2_000)
    (folder / "a" / "other-name.json").hardlink_to(folder / "a" / "linked.json")
    (folder / "link").symlink_to(folder / "a")
    text = world.config.read_text()
    world.config.write_text(text.replace("[limits]", "[limits]\nmax_transcript_bytes = 1000"))
    return world


@pytest.fixture
def intake(world: World) -> Intake:
    config = load_config(world.config)
    scratch = world.root / "scratch"
    scratch.mkdir()
    policy = parse_policy(*config.policy_text())
    return take_in(tables_of(config), policy, Moment.at(AS_OF, 0), scratch)


def look(world: World, intake: Intake, links: Links) -> Looks:
    root = world.root / "transcripts"
    [batch] = intake.batches()
    return Looker(root, links, load_config(world.config).limits, NOW_NS).look(0, batch)


def by_uri(intake: Intake, looks: Looks) -> dict[str, tuple[int, bool, bool, bytes]]:
    [batch] = intake.batches()
    uris: Sequence[str] = batch.scratch.column("transcript_uri").to_pylist()
    return {
        uris[row]: (
            int(looks.sizes[at]),
            bool(looks.readable[at]),
            bool(looks.lasting[at]),
            looks.versions[at].tobytes(),
        )
        for at, row in enumerate(looks.rows.tolist())
    }


def test_all_is_asked_of_what_may_have_another_name_and_of_nothing_else(
    world: World, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = os.lstat

    def elsewhere(path: str | Path, **named: int) -> os.stat_result:
        found = true(path, **named)
        mode, number, device, links, *others = found
        if str(path).endswith("elsewhere.json"):
            device += 1
        if stat.S_ISDIR(mode):
            links = 1  # as Btrfs says of folders
        times = {name: getattr(found, name) for name in ("st_mtime_ns", "st_ctime_ns")}
        return os.stat_result((mode, number, device, links, *others), times)

    monkeypatch.setattr(os, "lstat", elsewhere)
    links = Watched(world.root / "transcripts")
    look(world, intake, links)
    seen = {uri.partition("#")[0] for uri in URIS}
    glanced = {"a/second.json", "a/large.json", "a/all.jsonl", "a/deeper/second.json"}
    assert sorted(links.asked) == sorted(seen - glanced)


def test_a_glance_says_what_a_careful_look_says(
    world: World, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = Links(world.root / "transcripts")
    found = by_uri(intake, look(world, intake, links))
    monkeypatch.setattr(Links, "tells_apart", lambda *_: False)
    careful = Watched(world.root / "transcripts")
    assert found == by_uri(intake, look(world, intake, careful))
    assert len(careful.asked) == len(URIS)
    assert links.shared(intake.listing) == careful.shared(intake.listing) == set()
    assert found["a/second.json"][:3] == (2, True, True)
    assert found["a/large.json"][:3] == (2_000, False, True)
    assert found["link/second.json"][:3] == (2, True, False)
    assert found["a/.."][:3] == found[ABSENT][:3] == (0, False, False)


def test_nothing_changed_just_now_has_a_version(world: World, intake: Intake) -> None:
    root = world.root / "transcripts"
    [batch] = intake.batches()
    just_now = int(datetime.now(UTC).timestamp() * 10**9)
    looks = Looker(root, Links(root), load_config(world.config).limits, just_now).look(0, batch)
    assert not looks.lasting.any()
    assert np.count_nonzero(looks.sizes)


@pytest.fixture
def beside(world: World, intake: Intake) -> Look:
    """What another process is asked; it was changed long enough ago to have versions."""
    root = world.root / "transcripts"
    limits = load_config(world.config).limits
    return Look(intake.listing, root, limits, NOW_NS, world.root / "looks")


def test_another_process_sees_the_same(
    world: World, intake: Intake, beside: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.root / "transcripts" / "a" / "linked.json").unlink()
    os.link(
        world.root / "transcripts" / "a" / "first.json",
        world.root / "transcripts" / "a" / "linked.json",
    )
    here = replace(beside, looks=world.root / "here")
    shared = look_at_all(here)
    assert {URIS[row] for _, row in shared} == {
        "a/first.json",
        "a/linked.json",
        "link/first.json",
    }
    monkeypatch.setattr(looking_module, "_WORTH_A_PROCESS", 0)
    pids: list[int] = []
    monkeypatch.setattr(Worker, "give", _noting(pids))
    with looking(beside, 10, Stop()) as looked:
        assert looked() == shared
    assert len(pids) == 2  # asked, and asked for more
    [ours], [theirs] = read_looks(here.looks), read_looks(beside.looks)
    assert by_uri(intake, ours) == by_uri(intake, theirs)


def _noting(pids: list[int]) -> Callable[..., None]:
    give = Worker.give

    def noting(worker: Worker, *arguments: Any) -> None:
        pids.append(worker.pid)
        give(worker, *arguments)

    return noting


def test_a_process_that_is_lost_is_told(beside: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_module, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr(looking_module, "_SECONDS_PER_FILE", 0.0)
    with (
        pytest.raises(SourceUnavailable, match="was lost"),
        looking(beside, 10, Stop()) as looked,
    ):
        looked()


def test_whoever_stops_does_not_wait_for_it(beside: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_module, "_WORTH_A_PROCESS", 0)
    stop = Stop()
    stop.request()
    with pytest.raises(Interrupted), looking(beside, 10, stop) as looked:
        looked()


def test_an_error_meanwhile_ends_it_and_starts_no_other(
    beside: Look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(looking_module, "_WORTH_A_PROCESS", 0)
    os.mkfifo(tmp_path / "for-ever")  # whoever opens it waits for a writer
    waits = replace(beside, listing=replace(beside.listing, scratch=tmp_path / "for-ever"))
    pids: list[int] = []
    give, asked = _noting(pids), Event()

    def then(*arguments: Any) -> None:
        give(*arguments)
        asked.set()

    monkeypatch.setattr(Worker, "give", then)

    def dies() -> None:
        asked.wait(60)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), looking(waits, 10, Stop()):
        dies()
    assert len(pids) == 1
