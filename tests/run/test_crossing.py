"""What crosses to another machine is what comes out there, and holds no key and no transcript."""

import dataclasses
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import clearshard
from clearshard.config import load_config
from clearshard.engines.engine import Wire
from clearshard.errors import ConfigError, EngineUnavailable, RunFailed
from clearshard.keys import PseudonymKey, load_pseudonym_key
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask, StagedObject, WorkUnit
from clearshard.run import crossing
from clearshard.run.assigned import UnitResult, WorkSettings
from clearshard.run.crossing import job_of, pack_result, pack_unit, serve, unpack_unit
from clearshard.run.located import InBucket
from clearshard.run.stages import redact
from clearshard.shards.staging import Seal
from clearshard.storage.uris import named_in_memory, open_readable
from clearshard.vault.vault import PLAIN

from .world import World, in_force, small_world

_HELD = Quarantine(QuarantineReason.RESIDUAL_PII, "digits")
_TASK = FileTask((3, 70_000), "f\u00fcle", "acct", "2026-11", "own", "a/b.json", None, 12)
UNITS = [
    WorkUnit(()),
    WorkUnit((_TASK,)),
    WorkUnit((_TASK, dataclasses.replace(_TASK, row=(0, 1), uri=None, content=b"\xff{}"))),
    WorkUnit((dataclasses.replace(_TASK, own_id=None),), (((1, 2), _HELD),)),
]
RESULTS = [
    UnitResult((), (), None, 0),
    UnitResult(((1, 2),), (), StagedObject("unit-x.arrow", "a" * 64, 1), 7, {(1, 2): "b" * 64}),
    UnitResult((), (((0, 0), _HELD), ((0, 1), _HELD)), None, 0, {(0, 0): "c"}, ((5, 6),)),
]


def _plain(value: object) -> object:
    """With errors as what they say: two of them are never equal."""
    if isinstance(value, Quarantine):
        return value.reason, value.error_type
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_the_same_there(unit: WorkUnit) -> None:
    again = unpack_unit(pack_unit(unit))
    assert _plain(again) == _plain(unit)
    assert all(type(row) is tuple for row, _ in again.known)


@pytest.mark.parametrize("result", RESULTS)
def test_a_result_is_the_same_here(result: UnitResult) -> None:
    again = crossing.unpack_result(pack_result(result))
    assert _plain(again) == _plain(result)
    assert {type(row) for row in again.contents} <= {tuple}


def test_every_field_of_a_unit_and_a_result_has_a_value_above() -> None:
    for kind, values in ((WorkUnit, UNITS), (FileTask, [_TASK]), (UnitResult, RESULTS)):
        empty = {f.name for f in dataclasses.fields(kind)}
        for value in values:
            empty -= {name for name in empty if getattr(value, name) not in (None, (), {}, 0)}
        assert empty <= {"content"}, kind


@pytest.mark.parametrize("packed", [b"", b"\x80", b"nonsense", pack_unit(UNITS[1])[:-1]])
def test_anything_else_is_refused(packed: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        unpack_unit(packed)
    with pytest.raises(msgspec.MsgspecError):
        crossing.unpack_result(packed)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


def _settings(world: World) -> WorkSettings:
    config = load_config(world.config)
    key, _ = load_pseudonym_key(config, create=True)
    checkpoints = world.root / "checkpoints"
    checkpoints.mkdir(exist_ok=True)
    return WorkSettings(config, checkpoints, Seal(PLAIN, key, "r", "p"))


def _wire(settings: WorkSettings, root: Path) -> Wire[WorkUnit, UnitResult]:
    wire = job_of(settings, root).wire
    assert wire is not None
    return wire


def test_the_job_is_the_same_there(world: World) -> None:
    settings = _settings(world)
    there = serve(_wire(settings, world.out).told)
    [made] = there.job.arguments
    assert made.config == settings.config
    assert made.config.base == settings.config.base
    assert made.checkpoints == settings.checkpoints
    assert made.key.secret == settings.key.secret
    assert (made.seal.redactor_digest, made.seal.promise_digest) == ("r", "p")
    here = job_of(settings, world.out)
    for name in ("make", "split", "seconds_per_unit", "memory_bytes", "preload"):
        assert getattr(there.job, name) == getattr(here, name), name


@pytest.mark.parametrize("missing", ["transcripts", "checkpoints"])
def test_a_node_that_has_not_the_folders_says_so(world: World, missing: str) -> None:
    settings = _settings(world)
    told = _wire(settings, world.out).told
    (world.root / missing).rename(world.root / "elsewhere")
    with pytest.raises(RunFailed, match="must be shared"):
        serve(told)


def test_out_of_a_bucket_a_node_fetches_what_its_worker_cannot(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transcript crosses: the unit that does has its address."""
    gone = dataclasses.replace(_TASK, row=(0, 1), uri="a/nowhere.json")
    with named_in_memory("crossing") as store:
        store.put_if_absent("a/b.json", b"{}")
        place = InBucket("memory://crossing", open_readable("memory://crossing", world.root))
        monkeypatch.setattr(crossing, "transcripts_of", lambda _: place)
        there = serve(_wire(_settings(world), world.out).told)
        fetched = there.fetch(there.unpack(pack_unit(WorkUnit((_TASK, gone)))))
    assert [task.content for task in fetched.tasks] == [b"{}"]
    assert [(row, problem.reason) for row, problem in fetched.known] == [
        ((0, 1), QuarantineReason.MISSING)
    ]


def test_no_key_crosses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write('[output]\nencryption = "aes-256"\n')
    wires: list[Wire[WorkUnit, UnitResult]] = []
    settings: list[WorkSettings] = []

    def seen(given: WorkSettings, root: Path) -> object:
        settings.append(given)
        wires.append(_wire(given, root))
        return job_of(given, root)

    monkeypatch.setattr(redact, "job_of", seen)
    world.run()
    [wire], [given] = wires, settings
    current = given.seal.vault.current
    assert current is not None
    assert in_force(world.out)
    for secret in (given.key.secret, current.secret):
        assert secret not in wire.told
        assert secret.hex().encode() not in wire.told
        assert repr(secret) not in repr(wire)
    # Who opens the folder there has the same.
    given.checkpoints.mkdir(exist_ok=True)
    [made] = serve(wire.told).job.arguments
    assert made.seal.vault == given.seal.vault
    # And who has not the key that wraps it, has nothing.
    monkeypatch.setenv("CLEARSHARD_ENCRYPTION_KEY", bytes(range(32)).hex())
    with pytest.raises(ConfigError, match="cannot unwrap key"):
        serve(wire.told)


def _told_missing(world: World, uri: str | None) -> Iterator[UnitResult]:
    settings = _settings(world)
    task = dataclasses.replace(_TASK, uri=uri)
    missing = Quarantine(QuarantineReason.MISSING, "FileNotFoundError")
    packed = pack_result(UnitResult((), ((task.row, missing),), None, 0))
    yield _wire(settings, world.out).unpack(WorkUnit((task,)), packed)


def test_what_is_missing_on_a_node_alone_ends_the_run(world: World) -> None:
    assert [len(r.quarantined) for r in _told_missing(world, "nowhere.json")] == [1]
    with pytest.raises(RunFailed, match="not the same folder"):
        list(_told_missing(world, "good-0.json"))


def test_a_checkpoint_that_is_not_here_ends_the_run(world: World) -> None:
    settings = _settings(world)
    wire = _wire(settings, world.out)
    packed = pack_result(RESULTS[1])
    with pytest.raises(RunFailed, match="the folder is not shared"):
        wire.unpack(UNITS[1], packed)
    (settings.checkpoints / "unit-x.arrow").write_bytes(b"")
    assert wire.unpack(UNITS[1], packed).word_count == 7


def test_a_run_whose_cluster_is_not_there_leaves_nothing(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    world.write(f'[engine]\naddress = "{address}"\n')
    with pytest.raises(EngineUnavailable, match="cannot be reached"):
        clearshard.run(world.config, out=world.out, engine="ray")
    assert not world.out.exists()


def test_there_is_no_other_engine(world: World) -> None:
    with pytest.raises(ConfigError, match='"local" or "ray"'):
        clearshard.run(world.config, out=world.out, engine="spark")  # type: ignore[arg-type]


def test_another_key_is_another_id(world: World) -> None:
    settings = _settings(world)
    assert _wire(settings, world.out).key_id == settings.key.key_id
    assert PseudonymKey(bytes(32)).key_id != settings.key.key_id
