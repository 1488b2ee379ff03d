"""Tombstones are lifted: somebody says that it is right, and why."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from clearshard.audit.events import EventName
from clearshard.audit.tombstones import PURGE, Kind, spellings
from clearshard.config import Config
from clearshard.eligibility.duplicates import is_member
from clearshard.eligibility.spelling import fold
from clearshard.eligibility.tombstones import marks_of_ids
from clearshard.errors import ConfigError
from clearshard.inert import printable
from clearshard.run.agent import Agent
from clearshard.run.journal import open_journal
from clearshard.run.output.folder import kind_of, locked
from clearshard.run.tombstones import InForce, in_force

_LONGEST_REASON = 500


def lift(
    config: Config,
    out: Path,
    kind: Kind | None,
    name: str,
    reason: str,
    agent: Agent,
    clock: Callable[[], datetime],
    note: Callable[[str], None],
) -> dict[Kind, int]:
    """Lifts the tombstone of an account or a file, in whatever spelling it was placed, or a purge.

    A run decides from now on by manifest and registry again, also on the files that went with an
    account. A file of it that was purged by itself stays out; so does what another purge keeps out
    as well.

    Args:
        config: Names the key of the ledger.
        out: The output folder.
        kind: Of whom it is; None: all that one purge has placed.
        name: The id; the purge.
        reason: Why, for whoever reads the ledger.
        agent: Who lifts it.
        clock: Says when it is.
        note: Told what the user should know.

    Returns:
        How many accounts and files are kept out no more.

    Raises:
        ConfigError: There is no such tombstone, or no reason is given.
        RunLocked: A run or a purge is at work.
    """
    if not (0 < len(reason.strip()) <= _LONGEST_REASON and reason.isprintable()):
        problem = f"must say why, in 1 to {_LONGEST_REASON} characters that can be printed"
        raise ConfigError("--reason", [problem])
    bucket = config.output.bucket
    with locked(out, kind_of(out, bucket), bucket) as (folder, _):
        journal = open_journal(folder, config, clock, note, agent)
        before = in_force(folder.root, journal.events())
        spelled: list[str] = []
        if kind is None:
            _require_purge(before, name)
        else:
            _require_named(before, kind, name)
            placed = spellings(folder.root, journal.events(), kind)
            spelled = sorted(one for one in placed if fold(one) == fold(name))
        data = {"kind": str(kind or PURGE), "id": name, "ids": spelled, "reason": reason.strip()}
        journal.tell(EventName.TOMBSTONE_LIFTED, "", data)
        after = in_force(folder.root, journal.events())
    return {one: before.count[one] - after.count[one] for one in Kind}


def _require_named(now: InForce, kind: Kind, name: str) -> None:
    marks = now.tombstones.accounts if kind is Kind.ACCOUNT else now.tombstones.files
    if not is_member(marks_of_ids(pa.array([name], pa.string())), marks)[0]:
        problem = f"{printable(name)} → no {kind} of this id was purged, or it was lifted since"
        raise ConfigError(f"--{kind}", [problem])


def _require_purge(now: InForce, name: str) -> None:
    if not any(now.of_purge(name).values()):
        problem = f"{printable(name)} → no purge of this name keeps anything out, or not any more"
        raise ConfigError("--purge", [problem])
