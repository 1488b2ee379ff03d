"""The ledger of a job has one key: made once, asked for ever after, and never another."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearshard.audit.events import EventName
from clearshard.audit.ledger import Ledger
from clearshard.audit.signing import Signer
from clearshard.audit.verify import Known, verify
from clearshard.config import load_config
from clearshard.errors import ConfigError, IntegrityError
from clearshard.keys import load_signing_key
from clearshard.run.agent import Agent
from clearshard.run.job import run
from clearshard.run.journal import open_journal
from clearshard.run.options import RunOptions
from clearshard.run.output.folder import OutputFolder

from .world import AS_OF, Silent, World, transcript, world_clock


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.delenv("CLEARSHARD_SIGNING_KEY", raising=False)
    world = World(tmp_path)
    world.account("acme")
    world.file("f1", "acme", transcript("hello there", "good morning"))
    world.write()
    return world


def told(world: World) -> list[str]:
    """What a run says about signing keys."""
    silent = Silent()
    options = RunOptions(world.out, AS_OF, 1, dry_run=False)
    run(load_config(world.config), options, silent, world_clock)
    return [note for note in silent.notes if "signing key" in note]


def key_file(world: World) -> Path:
    return world.root / "clearshard-signing.key"


def test_the_first_run_makes_the_key_says_so_and_signs_with_it(world: World) -> None:
    (note,) = told(world)
    assert key_file(world).stat().st_mode & 0o777 == 0o600
    signer = Signer.of(load_signing_key(load_config(world.config), create=False)[0])
    assert str(key_file(world)) in note
    assert signer.public_key in note
    assert key_file(world).read_text().strip() not in note
    assert verify(world.out, Known(public_key=signer.public_key)).faults == ()
    assert told(world) == []


def test_a_lost_key_is_not_replaced(world: World) -> None:
    world.run()
    before = (world.out / "audit" / "ledger.jsonl").read_bytes()
    key_file(world).unlink()
    with pytest.raises(ConfigError, match=r"clearshard-signing\.key is not there.*Put it back"):
        world.run()
    assert not key_file(world).exists()
    assert (world.out / "audit" / "ledger.jsonl").read_bytes() == before


def test_another_key_is_refused_before_anything_is_done(world: World) -> None:
    world.run()
    before = (world.out / "audit" / "ledger.jsonl").read_bytes()
    key_file(world).write_text(bytes(range(32)).hex())
    with pytest.raises(ConfigError, match="is signed by"):
        world.run()
    assert (world.out / "audit" / "ledger.jsonl").read_bytes() == before


def test_the_environment_wins_over_the_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEARSHARD_SIGNING_KEY", bytes(range(200, 232)).hex())
    world.run()
    assert not key_file(world).exists()
    newest = Ledger(world.out / "audit" / "ledger.jsonl").head()
    config = load_config(world.config)
    assert newest is not None
    assert newest.key == Signer.of(load_signing_key(config, create=False)[0]).public_key


def test_a_run_beside_a_tampered_ledger_does_nothing(world: World) -> None:
    world.run()
    path = world.out / "audit" / "ledger.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    event = json.loads(lines[0])
    event["run_id"] = "another"
    path.write_bytes(json.dumps(event).encode() + b"\n" + b"".join(lines[1:]))
    with pytest.raises(IntegrityError):
        world.run()


def test_what_is_told_has_the_time_of_the_clock(world: World) -> None:
    world.run()
    now = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
    agent = Agent("svc-training", "here")
    folder = OutputFolder(world.out)
    journal = open_journal(folder, load_config(world.config), lambda: now, lambda _: None, agent)
    before = journal.head
    journal.tell(EventName.RUN_FAILED, "r", {"error": "Defect"})
    newest = list(journal.events())[-1]
    assert newest.data == {"error": "Defect", "actor": "svc-training", "host": "here"}
    assert (newest.at, newest.prev, newest.hash) == ("2027-01-02T03:04:05Z", before, journal.head)
