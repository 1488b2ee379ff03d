"""Small worlds with shards of several accounts and months, and purges of them."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from clearshard.audit.events import Event
from clearshard.audit.ledger import Ledger
from clearshard.audit.reading import visible_runs
from clearshard.config import load_config
from clearshard.lifecycle.purge.asked import Asked
from clearshard.records.run import RunRecord
from clearshard.run.options import RunOptions
from clearshard.run.purge import job
from clearshard.run.purge.job import PurgeResult
from clearshard.run.stages.stage import Observer, nobody

from ..world import AS_OF, World, small_world, transcript

#: Small shards, so that there are several, and no word list: what is not redacted takes no time.
SETTINGS = '\n[redaction]\nprofile = "stock"\n\n[output]\ntarget_shard_bytes = 3000\n'
#: Files of each account of `make_world`, in two months.
FILES = 4


def make_world(root: Path) -> World:
    """Accounts a to e, each with a word of its own in all of its transcripts; two runs."""
    world = small_world(root)
    # Which rows lie together follows from the key.
    (root / "clearshard.key").write_text(bytes(range(50, 82)).hex())
    (root / "clearshard.key").chmod(0o600)
    for account in "abcde":
        world.account(f"acct-{account}")
        for number in range(FILES):
            world.file(
                f"{account}-{number}",
                f"acct-{account}",
                transcript("good day to you", f"it was a call about {word(account)} {number}"),
                submitted_at=f"2026-{10 + number % 2}-01T12:00:00Z",
            )
    world.write(SETTINGS)
    world.run()
    # Shards that this one replaces are kept for readers.
    world.file("late-0", "acct-a", transcript("good day", f"this is late {word('a')}"))
    world.write(SETTINGS)
    world.run()
    return world


def word(account: str) -> str:
    """What all transcripts of an account say, and no others."""
    return {"a": "apples", "b": "bridges", "c": "carpets", "d": "doors", "e": "engines"}[account]


def purge(
    world: World, *accounts: str, files: tuple[str, ...] = (), accept_drop: bool = False
) -> PurgeResult:
    """A purge of accounts and files, or from the registry if none is named."""
    return observed(world, Asked(accounts, files), nobody, accept_drop=accept_drop)


def observed(
    world: World, asked: Asked, observer: Observer, *, accept_drop: bool = False
) -> PurgeResult:
    options = RunOptions(world.out, AS_OF, 1, False, accept_drop=accept_drop)
    config = load_config(world.config)
    return job.purge(config, options, asked, world.progress, lambda: world.clock(), observer)


def newest(world: World) -> RunRecord:
    return visible_runs(world.out)[-1].record


def decompressed(path: Path) -> str:
    """Every value of a Parquet or Arrow file as text, and all bytes of any other."""
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    return path.read_bytes().decode("latin-1")


def holding(world: World, text: str) -> list[str]:
    """Files below the output folder in which a text is."""
    files = (path for path in sorted(world.out.rglob("*")) if path.is_file())
    return [str(path.relative_to(world.out)) for path in files if text in decompressed(path)]


def ledger(world: World) -> list[Event]:
    return [*Ledger(world.out / "audit" / "ledger.jsonl").read()]


def events(world: World, name: str) -> list[dict[str, object]]:
    return [event.data for event in ledger(world) if event.event == name]


Change = Callable[[World], None]
