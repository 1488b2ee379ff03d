"""What a purged file held comes in under no other id, and is let in again with it."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard import layout
from clearshard.audit.ledger import Ledger
from clearshard.audit.tombstones import TOMBSTONES_SCHEMA, Kind, told_of
from clearshard.audit.verify import verify
from clearshard.errors import ConfigError
from clearshard.keys import PseudonymKey
from clearshard.run.options import RunOptions
from clearshard.run.output import tombstones
from clearshard.run.purged_contents import content_keys, purged_contents
from clearshard.run.resume.wishes import Wishes

from ...audit.reference import decisions_of
from ..test_tombstones import place, purged
from ..world import AS_OF, World, transcript
from .test_lift import lifted
from .worlds import SETTINGS, holding, purge

SPEECH = json.dumps(transcript("good day", "it was about zebras")).encode()
WITHHELD = ("quarantined", "PurgedContent")
OUT = ("excluded", None)
IN = ("written", None)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A file without an id of its own, after it has changed."""
    world = World(tmp_path_factory.mktemp("held"))
    world.account("one")
    world.account("two")
    world.file("x", "one", json.dumps(transcript("good day", "about elephants")).encode())
    world.file("z", "two", transcript("good day", "something else"))
    world.write(SETTINGS)
    world.run()
    (world.root / "transcripts" / "x.json").write_bytes(SPEECH)
    world.run()
    return world


@pytest.fixture
def world(ran: World, tmp_path: Path) -> World:
    return ran.copy(tmp_path)


def comes_as(world: World, name: str, account: str, content: bytes = SPEECH) -> None:
    world.file(name, account, content)
    world.write(SETTINGS)


def goes(world: World, name: str) -> None:
    world.files = [row for row in world.files if row["file_id"] != name]
    world.write(SETTINGS)


def ends(world: World, wishes: Wishes | None = None) -> dict[str, tuple[str, str | None]]:
    """State and detail of each file of one more run."""
    options = RunOptions(world.out, AS_OF, 1, False, wishes or Wishes())
    run_id = world.result(options).record.run_id
    rows = decisions_of(world.out, run_id)
    return {row["file_id"]: (row["state"], row["error_type"]) for row in rows}


def test_a_copy_of_what_was_purged_stays_out(world: World) -> None:
    before = (world.root / "transcripts" / "x.json").read_bytes()
    assert before == SPEECH
    purge(world, files=("x",))
    comes_as(world, "copy", "two")
    goes(world, "x")
    assert ends(world) == {"copy": WITHHELD, "z": IN}
    # Nor what it held before, of which no shard has anything any more.
    comes_as(world, "old", "one", json.dumps(transcript("good day", "about elephants")).encode())
    assert ends(world)["old"] == WITHHELD
    assert ends(world, Wishes(retry_quarantined=True)) == {
        "copy": WITHHELD,
        "old": WITHHELD,
        "z": IN,
    }
    assert holding(world, "zebras") == holding(world, "elephants") == []
    assert verify(world.out).faults == ()
    again = world.result(RunOptions(world.out, AS_OF, 1, False))
    assert (again.unchanged, again.redacted_words) == (True, 0)


def test_a_copy_is_let_in_with_its_file(world: World) -> None:
    comes_as(world, "copy", "one")
    assert ends(world)["copy"] == IN
    assert purge(world, files=("x",)).plan.withheld == 1
    assert ends(world) == {"x": OUT, "copy": WITHHELD, "z": IN}
    lifted(world, Kind.FILE, "X")
    assert ends(world) == {"x": IN, "copy": IN, "z": IN}
    # And goes with it again.
    assert purge(world, files=("x",)).plan.files == 2
    assert ends(world) == {"x": OUT, "copy": WITHHELD, "z": IN}
    assert verify(world.out).faults == ()


def test_what_else_keeps_the_file_out_keeps_out_its_copy(world: World) -> None:
    comes_as(world, "copy", "one")
    purge(world, files=("x",))
    world.files[0]["deletion_requested_at"] = "2026-11-20T00:00:00Z"
    world.write(SETTINGS)
    lifted(world, Kind.FILE, "x")
    assert ends(world) == {"x": OUT, "copy": ("quarantined", "ExcludedContent"), "z": IN}
    assert holding(world, "zebras") == []


def test_a_copy_of_what_a_killed_purge_names_is_withheld(world: World) -> None:
    """Its tombstones were placed, and the run that comes next takes the file out."""
    comes_as(world, "copy", "one")
    ends(world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clearshard.run.purge.job.rewrite", _dies)
        with pytest.raises(KeyboardInterrupt):
            purge(world, files=("x",))
    assert ends(world) == {"x": OUT, "copy": WITHHELD, "z": IN}
    lifted(world, Kind.FILE, "x")
    assert ends(world) == {"x": IN, "copy": IN, "z": IN}


def _dies(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_record_that_is_called_as_a_purged_file_is_that_file(world: World) -> None:
    purge(world, files=("x",))
    record = json.dumps(transcript("good day", "it was about zebras", id="X"))
    (world.root / "transcripts" / "c.jsonl").write_text(record)
    world.file("other", "two", None, transcript_uri="c.jsonl#X")
    goes(world, "x")
    assert world.decisions(world.run())["other"] == ("quarantined", ["duplicate_file_id"])
    assert holding(world, "zebras") == []


def test_a_tombstone_gives_away_nothing_of_what_a_file_held(world: World) -> None:
    purge(world, files=("x",))
    [placed] = told_of(Ledger(world.out / layout.LEDGER).read())
    held = pq.read_table(world.out / placed.name).column("content_keys").to_pylist()  # type: ignore[union-attr]  # it is there
    key = PseudonymKey(bytes.fromhex((world.root / "clearshard.key").read_text()))
    events = tuple(Ledger(world.out / layout.LEDGER).read())
    known = purged_contents(world.out, events, key)
    assert sorted(known.kept_out.to_pylist()) == sorted(held[0])
    assert len(held[0]) == 2
    with pytest.raises(ConfigError, match="not the key of purge"):
        purged_contents(world.out, events, PseudonymKey(bytes(range(32))))


def test_a_digest_needs_the_key() -> None:
    digests = pa.array([b"1" * 32, None, b"2" * 32], pa.binary(32))
    first, nothing, second = content_keys(PseudonymKey(bytes(range(32))), digests).to_pylist()
    assert nothing is None
    others = content_keys(PseudonymKey(bytes(range(1, 33))), digests).to_pylist()
    assert len({first, second, *others}) == 5


def test_tombstones_of_before_keep_out_what_they_name(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have no column of what files held."""

    def as_before(table: pa.Table) -> bytes:
        sink = pa.BufferOutputStream()
        pq.write_table(table.drop_columns(["content_keys"]), sink)
        return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]  # no types

    with monkeypatch.context() as patch:
        patch.setattr(tombstones, "encoded", as_before)
        place(world, Kind.FILE, "X", "nobody's")
    assert purged(world) == {"x"}
    [placed] = told_of(Ledger(world.out / layout.LEDGER).read())
    assert placed.read(world.out).schema == TOMBSTONES_SCHEMA  # type: ignore[union-attr]  # as above
    assert verify(world.out).faults == ()


def test_a_purge_forgets_nothing_that_was_withheld_before(world: World) -> None:
    """Though the file that holds it is missing when it comes."""
    world.file("y", "two", transcript("good day", "of giraffes"))
    ends(world)
    world.files[0]["deletion_requested_at"] = "2026-11-20T00:00:00Z"
    comes_as(world, "copy", "two")
    assert ends(world)["copy"] == ("quarantined", "ExcludedContent")
    (world.root / "transcripts" / "copy.json").unlink()
    assert ends(world)["copy"][0] == "quarantined"
    assert purge(world, files=("y",)).plan.files == 1
    assert verify(world.out).faults == ()
    (world.root / "transcripts" / "copy.json").write_bytes(SPEECH)
    assert ends(world)["copy"] == ("quarantined", "ExcludedContent")
