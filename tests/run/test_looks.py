"""Most files are glanced at; whatever may have another name is looked at with care."""

import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from clearshard.config import load_config
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.engines.worker import Worker
from clearshard.errors import SourceUnavailable
from clearshard.run import intake as intake_module
from clearshard.run.intake import Intake, tables_of, take_in
from clearshard.run.links import Links
from clearshard.run.listed import Listing
from clearshard.run.located import InFolder
from clearshard.run.resume import looking as looking_module
from clearshard.run.resume.looking import Look, look_at_all, looking
from clearshard.run.resume.looks import Looker, Looks
from clearshard.sources.manifest import manifest_batches

from .resume.making import SETTINGS, go, tomorrow_ns
from .world import AS_OF, World, just_now_ns, small_world

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
        super().__init__(root, b"key")
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
    links = Links(world.root / "transcripts", b"key")
    found = by_uri(intake, look(world, intake, links))
    monkeypatch.setattr(Links, "tells_apart", lambda *_: False)
    careful = Watched(world.root / "transcripts")
    assert found == by_uri(intake, look(world, intake, careful))
    assert len(careful.asked) == len(URIS)
    for one in (links, careful):
        seen = one.take()
        assert len(seen.rows) == 1
        assert one.shared([seen], intake.listing) == set()
    assert found["a/second.json"][:3] == (2, True, True)
    assert found["a/large.json"][:3] == (2_000, False, True)
    assert found["link/second.json"][:3] == (2, True, False)
    assert found["a/.."][:3] == found[ABSENT][:3] == (0, False, False)


def test_nothing_changed_just_now_has_a_version(world: World, intake: Intake) -> None:
    root = world.root / "transcripts"
    [batch] = intake.batches()
    limits = load_config(world.config).limits
    looks = Looker(root, Links(root, b"key"), limits, just_now_ns()).look(0, batch)
    assert not looks.lasting.any()
    assert np.count_nonzero(looks.sizes)


def test_nor_has_what_was_only_given_its_old_time_back_just_now(
    world: World, intake: Intake
) -> None:
    path = world.root / "transcripts" / "a" / "second.json"
    os.utime(path, ns=(0, 10**18))
    root = world.root / "transcripts"
    [batch] = intake.batches()
    just_now = path.stat().st_ctime_ns
    looker = Looker(root, Links(root, b"key"), load_config(world.config).limits, just_now)
    assert not by_uri(intake, looker.look(0, batch))["a/second.json"][2]


def test_a_version_does_not_depend_on_what_is_in_the_batch(world: World, intake: Intake) -> None:
    """With a container beside it a file is looked at in another way."""
    root = world.root / "transcripts"
    [batch] = intake.batches()
    looker = Looker(root, Links(root, b"key"), load_config(world.config).limits, NOW_NS)
    at = URIS.index("a/second.json")
    alone = replace(
        batch,
        scratch=batch.scratch.slice(at, 1),
        reason_bits=batch.reason_bits[at : at + 1],
        duplicate=batch.duplicate[at : at + 1],
        malformed=batch.malformed[at : at + 1],
    )
    [version] = looker.look(0, alone).versions
    assert version.tobytes() == by_uri(intake, looker.look(0, batch))["a/second.json"][3]


@pytest.fixture
def asked(world: World, intake: Intake) -> Look:
    """What is asked; all was changed long enough ago to have versions."""
    root = world.root / "transcripts"
    return Look(intake.listing, InFolder(root), load_config(world.config).limits, NOW_NS)


@pytest.mark.usefixtures("processes")
def test_other_processes_see_the_same(
    world: World, asked: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = world.root / "transcripts" / "a"
    (folder / "linked.json").unlink()
    os.link(folder / "first.json", folder / "linked.json")
    # In several batches, of which each process has some.
    whole = manifest_batches
    monkeypatch.setattr(
        intake_module,
        "manifest_batches",
        lambda table: (b.slice(at, 5) for b in whole(table) for at in range(0, len(b), 5)),
    )
    config = load_config(world.config)
    scratch = world.root / "more"
    scratch.mkdir()
    policy = parse_policy(*config.policy_text())
    intake = take_in(tables_of(config), policy, Moment.at(AS_OF, 0), scratch)
    asked = replace(asked, listing=intake.listing)
    assert intake.listing.batch_count == 4
    shared = look_at_all(asked, world.root / "here")
    assert {URIS[5 * batch + row] for batch, row in shared} == {
        "a/first.json",
        "a/linked.json",
        "link/first.json",
    }
    monkeypatch.setattr(looking_module, "_WORTH_A_PROCESS", 0)
    with looking(asked, 17, world.root / "there", workers=2) as looked:
        assert looked() == shared
    assert (world.root / "here").read_bytes() == (world.root / "there").read_bytes()


def _as_many_as_wait(
    asked: Look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> tuple[Look, Event, list[Worker]]:
    """What no process comes to an end with; when one has it in hand, and who they are."""
    os.mkfifo(tmp_path / "for-ever")  # whoever opens it waits for a writer
    monkeypatch.setattr(looking_module, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr(Listing, "batch_count", 1)
    workers: list[Worker] = []
    give, given = Worker.give, Event()

    def then(worker: Worker, *arguments: Any) -> None:
        workers.append(worker)
        give(worker, *arguments)
        given.set()

    monkeypatch.setattr(Worker, "give", then)
    listing = replace(asked.listing, scratch=tmp_path / "for-ever")
    return replace(asked, listing=listing), given, workers


@pytest.mark.usefixtures("processes")
def test_a_process_that_is_lost_is_told(
    asked: Look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    waits, _, workers = _as_many_as_wait(asked, monkeypatch, tmp_path)
    monkeypatch.setattr(looking_module, "_SECONDS_PER_BATCH", 0.1)
    with (
        pytest.raises(SourceUnavailable, match=r"was lost \(timed_out\)"),
        looking(waits, 17, tmp_path / "looks", workers=1) as looked,
    ):
        looked()
    assert len(workers) == 1


@pytest.mark.usefixtures("processes")
def test_an_error_meanwhile_ends_it(
    asked: Look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    waits, given, workers = _as_many_as_wait(asked, monkeypatch, tmp_path)
    monkeypatch.setattr("clearshard.engines.local._SECONDS_TO_STOP", 0.1)

    def dies() -> None:
        given.wait(60)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), looking(waits, 17, tmp_path / "looks", workers=2):
        dies()
    assert len(workers) == 1
    assert workers[0].connection.closed


def test_a_file_of_another_age_is_looked_at_like_any_other(world: World, intake: Intake) -> None:
    """Some disks hold times that 64 bits of nanoseconds do not."""
    path = world.root / "transcripts" / "a" / "second.json"
    os.utime(path, ns=(0, 10**19))
    links = Links(world.root / "transcripts", b"key")
    found = by_uri(intake, look(world, intake, links))
    assert found["a/second.json"][:3] == (2, True, False)


@pytest.mark.usefixtures("processes")
def test_a_run_that_looks_elsewhere_finds_what_it_found_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = small_world(tmp_path)
    world.write(SETTINGS)
    go(world, disk_now_ns=tomorrow_ns)
    monkeypatch.setattr(looking_module, "_WORTH_A_PROCESS", 0)
    assert go(world, disk_now_ns=tomorrow_ns, workers=2).unchanged
    linked, other = (tmp_path / "transcripts" / f"good-{n}.json" for n in (0, 1))
    linked.unlink()
    linked.hardlink_to(other)
    states = world.decisions(go(world, disk_now_ns=tomorrow_ns, workers=2).record)
    assert {states[f"good-{n}"][0] for n in (0, 1)} == {"quarantined"}
