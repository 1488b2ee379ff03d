"""A key of the output folder is destroyed: nobody can read what hangs on it any more.

The ledger is told first, and then the entry is taken out of the file of the folder's keys, in the
bucket too if that is the output. Whoever was killed in between runs it again; or the next command
that writes with a key of the folder takes the entry out, as it does where an older file is put
back. Nothing else is touched: shards go by the next run, which redacts what they held again, or by
a purge.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from clearshard.audit.events import EventName
from clearshard.audit.reading import visible_runs
from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.run.agent import Agent
from clearshard.run.journal import open_journal
from clearshard.run.output.folder import kind_of, locked
from clearshard.storage.failures import output_errors
from clearshard.storage.local import LocalStore
from clearshard.vault.key_file import read_keys, replace_keys, without


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What becomes of it, or has.

    Attributes:
        key: Its name.
        shards: How many shards in force hang on it.
        transcripts: How many transcripts are in them.
        in_use: The key that what is written from now on hangs on; None where the next run makes
            a new one.
        executed: Whether it was destroyed.
    """

    key: str
    shards: int
    transcripts: int
    in_use: str | None
    executed: bool

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return asdict(self)


def destroy_key(
    config: Config,
    out: Path,
    key_id: str,
    agent: Agent,
    clock: Callable[[], datetime],
    *,
    execute: bool,
) -> Destroyed:
    """Takes a key out of those of the folder. The key that wraps it need not be there.

    Args:
        config: Names the key that signs.
        out: The output folder.
        key_id: The name of the key.
        agent: Who does it.
        clock: Says when it is.
        execute: Whether it is done. Otherwise nothing is, and all is told.

    Raises:
        OutputUnusable: There is no output in the folder.
        ConfigError: The folder has no such key, or the key that signs is missing.
        RunLocked: A run or a purge is at work.
        IntegrityError: The folder is not what was written.
    """
    bucket = config.output.bucket
    with locked(out, kind_of(out, bucket), bucket) as (folder, _), output_errors(out):
        file = read_keys(LocalStore(folder.root))
        keys = () if file is None else file.keys
        if file is None or key_id not in {key.id for key in keys}:
            has = ", ".join(key.id for key in keys) or "none"
            raise ConfigError("command", [f"{folder.root} has no such key; it has: {has}"])
        newest = visible_runs(folder.root)[-1:]
        shards = [one for run in newest for one in run.record.shards if one.key_id == key_id]
        transcripts = sum(shard.row_count for shard in shards)
        left = without(file, folder.destroyed() | {key_id})
        if execute:
            journal = open_journal(folder, config, clock, _nobody, agent)
            data = {"folder_key": key_id, "shards": len(shards), "transcripts": transcripts}
            journal.tell(EventName.ENCRYPTION_KEY_DESTROYED, "", data)
            replace_keys(folder.stores, file, left)
        in_use = left.keys[-1].id if left.keys else None
        return Destroyed(key_id, len(shards), transcripts, in_use, execute)


def _nobody(_: str) -> None:
    """Nothing is made that somebody must be told of."""
