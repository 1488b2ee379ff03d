"""Remember: eligible files are looked at from outside, and meanwhile earlier work is read."""

from dataclasses import dataclass
from pathlib import Path

from clearshard import layout
from clearshard.errors import ConfigError
from clearshard.keys import PseudonymKey, load_pseudonym_key
from clearshard.records.run import RunRecord
from clearshard.records.tasks import Row
from clearshard.run.before import Before
from clearshard.run.examined import Examined
from clearshard.run.intake import Intake
from clearshard.run.resume.grounds import Grounds
from clearshard.run.resume.looking import Look, looking
from clearshard.run.resume.remembered import Remembered, newest_believed, remembered_work
from clearshard.run.resume.seen_shards import SeenShards
from clearshard.run.stages.decide import Decided
from clearshard.run.stages.stage import Stage
from clearshard.run.stages.standstill import grounds_of, may_stand_still, stands_still
from clearshard.run.stages.this_run import ThisRun
from clearshard.run.stages.unchanged import Unchanged
from clearshard.shards.staging import Seal


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of eligible files before any of them is opened.

    Attributes:
        examined: How redaction is configured.
        seal: What this run works under.
        remembered: Earlier work, asked about all of them.
        before: The run before, if it is believed.
        looks: File that says what they look like; see `clearshard.run.resume.looks`.
        linked: Rows whose file another row points to as well.
        grounds: What the decisions of this run follow from.
    """

    examined: Examined
    seal: Seal
    remembered: Remembered
    before: Before | None
    looks: Path
    linked: frozenset[Row]
    grounds: Grounds

    @property
    def key(self) -> PseudonymKey:
        """The key of the pseudonyms."""
        return self.seal.key


@Stage
def remember(run: ThisRun, decided: Decided) -> Known | Unchanged:
    """Looks at all eligible files, and reads what earlier runs have made.

    Where all is as the newest run has left it, that is not read.

    Raises:
        ConfigError: Redaction cannot be configured so, or the key is not that of earlier runs.
        RunFailed: Nobody can tell how redaction is configured.
        SourceUnavailable: Files cannot be looked at.
        IntegrityError: The run before is not what was recorded, or cannot be read.
    """
    given, intake = run.given, decided.intake
    looks, note = decided.scratch / "looks.arrow", given.progress.note
    look = Look(intake.listing, decided.transcripts, given.config.limits, given.disk_now_ns())
    with looking(look, intake.manifest.row_count, looks, given.options.workers) as looked:
        examined = given.examination()
        seal = Seal(given.vault, _key(run), examined.redactor_digest, examined.promise_digest)
        newest = newest_believed(given.folder, run.visible)
        seen = SeenShards(given.folder.root / layout.SEEN_SHARDS, seal.key, given.disk_now_ns())
        scratch, purged = decided.scratch / "memory", run.purged(seal.key)
        grounds = grounds_of(run, intake, examined, seal, purged)
        if newest is not None and may_stand_still(run, newest, grounds):
            linked = looked()
            if stands_still(run, newest, grounds, looks, linked, decided, seen):
                return _unchanged(run, newest.record, intake, seen)
        remembered, before = remembered_work(
            given.folder, newest, seal, given.options.wishes, purged, seen, scratch, note
        )
        if not given.options.dry_run:
            seen.save()
        remembered.ask_about(intake.listing)
        linked = looked()
    return Known(examined, seal, remembered, before, looks, linked, grounds)


def _unchanged(run: ThisRun, record: RunRecord, intake: Intake, seen: SeenShards) -> Unchanged:
    if not run.given.options.dry_run:
        seen.save()
    run.given.progress.redacted(record.counts.written, 0, 0, words=0)
    return Unchanged(record, intake, record.stale)


def _key(run: ThisRun) -> PseudonymKey:
    key, made = load_pseudonym_key(run.given.config, create=not run.visible)
    if made is not None:
        run.given.progress.note(f"made a new pseudonym key: {made}. Keep it safe, and keep it.")
    if run.visible and run.visible[-1].record.key_id != key.key_id:
        problem = f"keys.file → is not the key of the earlier runs in {run.given.options.out}"
        raise ConfigError("configuration", [problem])
    return key
