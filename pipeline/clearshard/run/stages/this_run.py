"""What all stages of a run know: what it was given, and who it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from clearshard.audit.reading import VisibleRun
from clearshard.config import Config
from clearshard.eligibility.tombstones import Tombstones
from clearshard.engines.stopping import Stop
from clearshard.keys import PseudonymKey
from clearshard.records.times import utc_text
from clearshard.run.accepted import Accepted
from clearshard.run.examined import Examination
from clearshard.run.journal import Journal
from clearshard.run.options import Progress, RunOptions
from clearshard.run.output.folder import OutputFolder
from clearshard.run.purged_contents import PurgedContents, purged_contents
from clearshard.run.stages.events import RunEvents
from clearshard.run.stages.moments import Moments
from clearshard.run.stages.stage import Observer
from clearshard.run.tombstones import tombstones_in_force
from clearshard.shards.assemble import ShardCut
from clearshard.vault.vault import Vault

#: The time of the command's start is no moment of the past that somebody asked for.
_NOT_MEANT_AS_PAST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Given:
    """What a run is given.

    Attributes:
        config: What is to be done.
        options: What the command line adds.
        accepted: The policy, and what of it had to be acknowledged.
        examination: Of how redaction is configured; waited for when it is needed.
        folder: The output folder, locked.
        journal: Tells its ledger, and the time.
        progress: Told what happens.
        stop: Asked whether to stop.
        disk_now_ns: The clock of the file system that transcripts lie on.
        observer: Told of stages.
    """

    config: Config
    options: RunOptions
    accepted: Accepted
    examination: Examination
    folder: OutputFolder
    journal: Journal
    progress: Progress
    stop: Stop
    disk_now_ns: Callable[[], int]
    observer: Observer

    @property
    def vault(self) -> Vault:
        """Opens and writes what holds redacted text in the output folder."""
        return self.folder.vault


@dataclass(slots=True)
class Worked:
    """What a run has worked on itself, also for a manifest that has changed since.

    Attributes:
        paths: Staged files that it has made and used.
        words: Number of words that it has redacted.
    """

    paths: set[str] = field(default_factory=set)
    words: int = 0


@dataclass(frozen=True, slots=True)
class ThisRun:
    """A run that goes on from a settled folder.

    Attributes:
        given: What it was given.
        began: Number of the newest event of the ledger when it began.
        visible: The runs that are visible, oldest first.
        run_id: Its name.
        staging: The folder that is its own until it is visible.
        moments: Says when it is decided.
        events: Tells the ledger of it.
        worked: What it has worked on so far.
    """

    given: Given
    began: int
    visible: tuple[VisibleRun, ...]
    run_id: str
    staging: Path
    moments: Moments
    events: RunEvents
    worked: Worked = field(default_factory=Worked)

    @property
    def observer(self) -> Observer:
        """Told of its stages."""
        return self.given.observer

    @property
    def cut(self) -> ShardCut:
        """How its shards are to be cut."""
        output = self.given.config.output
        return ShardCut(output.target_shard_bytes, output.row_group_bytes, output.shard_period)

    def tombstones(self) -> Tombstones:
        """What was purged, as of now.

        Raises:
            IntegrityError: Nobody can tell.
        """
        return tombstones_in_force(self.given.folder.root, self.given.journal.events())

    def purged(self, key: PseudonymKey) -> PurgedContents:
        """What purged files held, as of now.

        Raises:
            ConfigError: This is not the key that tells.
            IntegrityError: Nobody can tell.
        """
        events = tuple(self.given.journal.events())
        return purged_contents(self.given.folder.root, events, key)

    def note_what_is_judged(self) -> None:
        """Tells whoever asked for another moment than now what that means."""
        options, note = self.given.options, self.given.progress.note
        as_of = utc_text(options.as_of)
        if options.replay:
            note(
                f"a rehearsal: everything is judged as if it were {as_of}. Its shards are for no "
                "training"
            )
        elif options.as_of < self.moments.latest - _NOT_MEANT_AS_PAST:
            note(
                f"{as_of} is past: what has expired or aged since then is judged as of now. "
                "`clearshard run --as-of T --replay` rehearses a moment of the past"
            )
