"""Whether a run stands on what the newest one stood on; then that one's work is its own."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from clearshard import layout
from clearshard.audit.reading import VisibleRun
from clearshard.records.tasks import Row
from clearshard.run.examined import Examined
from clearshard.run.intake import Intake, all_stay_eligible, tables_are_as_read
from clearshard.run.purged_contents import PurgedContents
from clearshard.run.resume.grounds import (
    Grounds,
    keep_standstill,
    no_file_is_to_be_opened,
    read_standstill,
)
from clearshard.run.resume.seen_shards import SeenShards
from clearshard.run.resume.wishes import NO_WISHES
from clearshard.run.stages.decide import Decided
from clearshard.run.stages.events import VERSION
from clearshard.run.stages.this_run import ThisRun
from clearshard.shards.staging import Seal


def grounds_of(
    run: ThisRun, intake: Intake, examined: Examined, seal: Seal, purged: PurgedContents
) -> Grounds:
    """What the decisions of a run follow from."""
    config, accepted = run.given.config, run.given.accepted
    sections = config.sources, config.output, config.policy, config.redaction, config.limits
    terms = [
        VERSION,
        [section.model_dump(mode="json") for section in sections],
        accepted.policy.digest,
        accepted.below_published,
        accepted.below_default,
        [seal.key.key_id, seal.redactor_digest, seal.promise_digest, examined.plugins],
        [
            sorted(digest.hex() for digest in _bytes(kept))
            for kept in (purged.kept_out, purged.lifted)
        ],
    ]
    return Grounds(seal.key, msgspec.json.encode(terms), intake)


def may_stand_still(run: ThisRun, newest: VisibleRun, grounds: Grounds) -> bool:
    """Whether it is worth a look if a run stands on what the newest one stood on."""
    kept = read_standstill(_path(run))
    checkpoints = run.given.folder.checkpoints
    return (
        kept is not None
        and (kept.run_id, kept.manifest_sha256) == (newest.run_id, grounds.intake.manifest.sha256)
        and run.given.options.wishes == NO_WISHES
        and run.given.config.sources.reread == "changed"
        # What a killed run has made of them is asked of every file.
        and not (checkpoints.is_dir() and any(checkpoints.iterdir()))
    )


def stands_still(
    run: ThisRun,
    newest: VisibleRun,
    grounds: Grounds,
    looks: Path,
    linked: Iterable[Row],
    decided: Decided,
    seen: SeenShards,
) -> bool:
    """Whether a run stands on what the newest one stood on, and that one's shards are whole.

    Both tables are asked for once more, and the time is taken again: a run that found nothing to do
    says so of what is now.

    Raises:
        SourceUnavailable: A table cannot be read again.
    """
    if grounds.standstill(newest.run_id, looks, linked) != read_standstill(_path(run)):
        return False
    vault = run.given.vault
    for shard in newest.record.shards:
        if not (vault.has(shard.key_id) and seen.holds(newest.shard_path(shard), shard)):
            return False
    run.given.progress.finishing()
    return all_stay_eligible(decided.intake, run.moments.now()) and tables_are_as_read(
        decided.tables, decided.intake, run.given.accepted.policy
    )


def note_standstill(
    run: ThisRun,
    run_id: str,
    grounds: Grounds,
    outcomes: Path,
    looks: Path,
    linked: Iterable[Row],
) -> None:
    """Keeps what a run stands on, if the next one need open no file.

    Args:
        run: This run.
        run_id: That whose decisions are those on these grounds: this one, or the one that stays.
        grounds: What they follow from.
        outcomes: What became of the eligible files.
        looks: What they look like.
        linked: Rows whose file another row points to as well.
    """
    if run.given.options.dry_run or not no_file_is_to_be_opened(grounds.intake, outcomes, looks):
        return
    keep_standstill(_path(run), grounds.standstill(run_id, looks, linked))


def _path(run: ThisRun) -> Path:
    return run.given.folder.root / layout.STANDSTILL


def _bytes(digests: pa.Array) -> list[bytes]:
    found: list[bytes] = pc.unique(digests).to_pylist()
    return found
