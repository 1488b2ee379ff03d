"""A run went into a training set: told to the ledger, so that a purge can name it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clearshard.audit.database import connected
from clearshard.audit.events import EventName
from clearshard.audit.reading import Pick, VisibleRun, picked_runs
from clearshard.audit.stored.view import table_view
from clearshard.audit.tombstones import Kind, exactly_in_force
from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.records.states import State
from clearshard.run.agent import Agent
from clearshard.run.journal import open_journal
from clearshard.run.known_files import Named, written_rows
from clearshard.run.output.folder import require_ours

_LONGEST = 128
_GONE = """
    SELECT count(*) FROM (SELECT doc_key FROM exported WHERE state = $written
    EXCEPT SELECT doc_key FROM newest WHERE state = $written)
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run that went into a training set.

    Attributes:
        run_id: The run.
        purged: Files that it has written and that are kept out now: who trains on them trains on
            what was purged.
        gone: Files that it has written and the newest run has not, for whatever reason.
    """

    run_id: str
    purged: int
    gone: int


def record_export(
    config: Config,
    out: Path,
    name: str,
    run_id: str | None,
    agent: Agent,
    clock: Callable[[], datetime],
    note: Callable[[str], None],
) -> Recorded:
    """Records that a run went into a training set.

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
        IntegrityError: What was purged since cannot be told.
    """
    if not (0 < len(name) <= _LONGEST and name.isprintable() and name == name.strip()):
        problem = f"must have 1 to {_LONGEST} characters that can be printed, as in asr-2026-11"
        raise ConfigError("NAME", [problem])
    folder = require_ours(out, config.output.bucket)
    [run] = picked_runs(out, Pick.NEWEST if run_id is None else run_id)
    [newest] = picked_runs(out, Pick.NEWEST)
    journal = open_journal(folder, config, clock, note, agent)
    kept_out = exactly_in_force(out, journal.events())
    named = Named(kept_out[Kind.ACCOUNT], kept_out[Kind.FILE])
    purged = len(written_rows(run, named, ["doc_key"])) if named else 0
    gone = 0 if run.run_id == newest.run_id else _gone(run, newest)
    data = {"name": name, "record_sha256": run.sha256, "purged": purged, "gone": gone}
    journal.tell(EventName.EXPORT_RECORDED, run.run_id, data)
    return Recorded(run.run_id, purged, gone)


def _gone(run: VisibleRun, newest: VisibleRun) -> int:
    with connected() as connection:
        table_view(connection, "exported", [run.table])
        table_view(connection, "newest", [newest.table])
        [(count,)] = connection.execute(_GONE, {"written": str(State.WRITTEN)}).fetchall()
    return int(count)
