"""Record: what a run has come to, as it will be kept; too large a drop ends it here."""

from dataclasses import dataclass
from datetime import datetime

from clearshard.config import Redaction
from clearshard.records.run import RedactionTerms, RunRecord
from clearshard.records.times import utc_text
from clearshard.run.stages.assemble import Assembled
from clearshard.run.stages.decide import Decided
from clearshard.run.stages.events import VERSION
from clearshard.run.stages.remember import Known
from clearshard.run.stages.stage import Stage
from clearshard.run.stages.this_run import ThisRun
from clearshard.run.stages.withhold import Writable


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run that can be announced.

    Attributes:
        record: What would make it visible.
        gone: As in `Published`.
    """

    record: RunRecord
    gone: frozenset[str] | None = None

    @property
    def stale(self) -> int:
        """Transcripts in the shards that an earlier redactor redacted."""
        return self.record.stale


@Stage
def record(
    run: ThisRun,
    started: datetime,
    decided: Decided,
    known: Known,
    writable: Writable,
    assembled: Assembled,
) -> Recorded:
    """Makes the record that would make the run visible.

    Raises:
        TooManyGone: More of what the run before had written is gone than may be.
        IntegrityError: The record of the run before says that nothing can come after it.
    """
    config, options, accepted = run.given.config, run.given.options, run.given.accepted
    policy, intake, written = accepted.policy, decided.intake, assembled.written
    drop = written.drop
    if not options.accept_drop:
        drop.require_within(config.limits.max_drop_share)
    made = RunRecord(
        run_id=run.run_id,
        clearshard_version=VERSION,
        as_of=utc_text(written.judged_at),
        started_at=utc_text(started),
        finished_at=utc_text(run.moments.ended(run.visible[-1] if run.visible else None)),
        policy_digest=policy.digest,
        policy_toml=policy.toml,
        redactor_digest=known.seal.redactor_digest,
        manifest=intake.manifest,
        registry=intake.registry,
        registry_at_publish=written.registry,
        taken_out=written.taken_out,
        counts=written.counts,
        reasons=written.reasons,
        alerts={r: n for r, n in written.reasons.items() if r in policy.alerts},
        redactions=dict(sorted(written.contents.redactions.items())),
        word_count=written.contents.word_count,
        decisions=written.decisions,
        shards=written.shards,
        key_id=known.key.key_id,
        superseded=tuple(one.run_id for one in run.visible),
        promise_digest=known.seal.promise_digest,
        reused=assembled.reused,
        stale=writable.stale,
        target_shard_bytes=run.cut.target_shard_bytes,
        row_group_bytes=run.cut.row_group_bytes,
        shard_period=run.cut.period,
        below_published=accepted.below_published,
        below_default=accepted.below_default,
        rehearsal=options.replay,
        clock_skew_seconds=config.policy.clock_skew_seconds,
        gone=drop.others,
        meant=drop.meant,
        files_before=drop.written,
        plugins=known.examined.plugins,
        drop_accepted=options.accept_drop,
        redaction=_redaction_terms(config.redaction),
        max_quarantined_share=config.limits.max_quarantined_share,
        max_drop_share=config.limits.max_drop_share,
        actor=options.agent.actor,
        host=options.agent.host,
    )
    return Recorded(made)


def _redaction_terms(settings: Redaction) -> RedactionTerms:
    """What redaction was asked for, as it was configured."""
    return RedactionTerms(
        profile=settings.profile,
        operator=settings.operator,
        operators=dict(sorted(settings.operators.items())),
        entities=settings.entities,
        keep_entities=settings.keep_entities,
        score_threshold=settings.score_threshold,
        languages=settings.languages,
        spacy_model=settings.spacy_model,
        recognizers=settings.recognizers,
        also_entities=settings.also_entities,
    )
