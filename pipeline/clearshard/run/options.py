"""What is asked of a run besides its configuration, and who is told of it while it works."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from clearshard.engines.choice import LOCAL, Choice
from clearshard.run.agent import Agent, this_agent
from clearshard.run.resume.wishes import NO_WISHES, Wishes


class Progress(Protocol):
    """Told what happens; shows counts, never content."""

    def decided(self, seen: int, eligible: int, excluded: int, quarantined: int) -> None:
        """All files of the manifest have been decided."""

    def redacted(self, written: int, quarantined: int, deleted: int, words: int) -> None:
        """Some more eligible files have been worked on."""

    def finishing(self) -> None:
        """Registry and time are taken again, shards and decisions are written."""

    def note(self, message: str) -> None:
        """Something that the user should know."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line adds to a configuration.

    Attributes:
        out: The output folder.
        as_of: The moment that the rules are evaluated at, or the clock's if that is later.
        workers: Number of worker processes.
        dry_run: Decide and redact, but leave nothing behind.
        wishes: What is to be done again although nothing has changed.
        accept_drop: Publish, however much of what the run before has written is gone.
        agent: Who runs, and where: for the record and the ledger, and of no other effect.
        engine: Where the workers are.
        replay: Rehearse: everything is judged as if `as_of` were now, whatever the clock says. Only
            in a folder of rehearsals.
    """

    out: Path
    as_of: datetime
    workers: int
    dry_run: bool
    wishes: Wishes = NO_WISHES
    accept_drop: bool = False
    replay: bool = False
    engine: Choice = LOCAL
    agent: Agent = field(default_factory=this_agent)
