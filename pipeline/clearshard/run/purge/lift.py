"""A tombstone is lifted: somebody says that it is right, and why."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from clearshard.audit.events import EventName
from clearshard.audit.tombstones import Kind, spellings
from clearshard.config import Config
from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.spelling import fold
from clearshard.eligibility.tombstones import marks_of_ids
from clearshard.errors import ConfigError
from clearshard.inert import printable
from clearshard.run.agent import Agent
from clearshard.run.journal import open_journal
from clearshard.run.output.folder import kind_of, locked
from clearshard.run.tombstones import tombstones_in_force

_LONGEST_REASON = 500


def lift(
    config: Config,
    out: Path,
    kind: Kind,
    name: str,
    reason: str,
    agent: Agent,
    clock: Callable[[], datetime],
    note: Callable[[str], None],
) -> None:
    """Lifts the tombstone of an account or a file, in whatever spelling it was placed.

    A run decides from now on by manifest and registry again, also on the files that went with an
    account. A file of it that was purged by itself stays out.

    Args:
        config: Names the key of the ledger.
        out: The output folder.
        kind: Of whom it is.
        name: The id.
        reason: Why, for whoever reads the ledger.
        agent: Who lifts it.
        clock: Says when it is.
        note: Told what the user should know.

    Raises:
        ConfigError: There is no such tombstone, or no reason is given.
        RunLocked: A run or a purge is at work.
    """
    if not (0 < len(reason.strip()) <= _LONGEST_REASON and reason.isprintable()):
        problem = f"must say why, in 1 to {_LONGEST_REASON} characters that can be printed"
        raise ConfigError("--reason", [problem])
    with locked(out, kind_of(out)) as (folder, _):
        journal = open_journal(folder, config, clock, note, agent)
        in_force = tombstones_in_force(folder.root, journal.events())
        marks = in_force.accounts if kind is Kind.ACCOUNT else in_force.files
        if not is_member(marks_of_ids(pa.array([name], pa.string())), marks)[0]:
            problem = f"{printable(name)} → no {kind} of this id was purged, or it was lifted since"
            raise ConfigError(f"--{kind}", [problem])
        placed = spellings(folder.root, journal.events(), kind)
        spelled = sorted(one for one in placed if fold(one) == fold(name))
        data = {"kind": str(kind), "id": name, "ids": spelled, "reason": reason.strip()}
        journal.tell(EventName.TOMBSTONE_LIFTED, "", data)
