"""A run went into a training set: told to the ledger, so that a purge can name it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from clearshard.audit.events import EventName
from clearshard.audit.reading import Pick, picked_runs
from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.run.agent import Agent
from clearshard.run.journal import open_journal
from clearshard.run.output.folder import require_ours

_LONGEST = 128


def record_export(
    config: Config,
    out: Path,
    name: str,
    run_id: str | None,
    agent: Agent,
    clock: Callable[[], datetime],
    note: Callable[[str], None],
) -> str:
    """Records that a run went into a training set, and returns its id.

    A run may be at work: it takes no notice.

    Args:
        config: Names the key of the ledger.
        out: The output folder.
        name: Of the training set.
        run_id: The run; None is the newest.
        agent: Who records it.
        clock: Says when it is.
        note: Told what the user should know.

    Raises:
        ConfigError: The name cannot be shown as it is, or there is no such run.
        OutputUnusable: There is no visible run in the folder.
    """
    if not (0 < len(name) <= _LONGEST and name.isprintable() and name == name.strip()):
        problem = f"must have 1 to {_LONGEST} characters that can be printed, as in asr-2026-11"
        raise ConfigError("NAME", [problem])
    folder = require_ours(out)
    [run] = picked_runs(out, Pick.NEWEST if run_id is None else run_id)
    journal = open_journal(folder, config, clock, note, agent)
    data = {"name": name, "record_sha256": run.sha256}
    journal.tell(EventName.EXPORT_RECORDED, run.run_id, data)
    return run.run_id
