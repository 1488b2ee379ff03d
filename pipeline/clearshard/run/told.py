"""A run, and what monitoring is told of it: the same for the command and for a program."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from clearshard.config import Config
from clearshard.engines.stopping import Stop
from clearshard.errors import TooManyQuarantined
from clearshard.records.run import RunRecord
from clearshard.run import job
from clearshard.run.examined import Examination
from clearshard.run.job import RunResult
from clearshard.run.options import Progress, RunOptions
from clearshard.run.output.lock import lock_doubt
from clearshard.run.telemetry import Telemetry
from clearshard.telemetry.lineage import Described


def run_and_tell(
    config: Config,
    name: str,
    options: RunOptions,
    progress: Progress,
    warn: Callable[[str, str], None],
    clock: Callable[[], datetime],
    stop: Stop | None = None,
    examination: Examination | None = None,
) -> tuple[RunResult, TooManyQuarantined | None]:
    """Runs, and tells Prometheus and OpenLineage if that is configured.

    Args:
        config: The configuration.
        name: What the job is called there.
        options: What is asked for besides.
        progress: Told what happens.
        warn: Gets the name of an event and a message.
        clock: The time.
        stop: Looked at by the run; None if nobody will ask.
        examination: See `clearshard.run.job.run`.

    Returns:
        The result, and what is wrong with it although it is visible.

    Raises:
        ClearshardError: See `clearshard.run.job.run`.
        Interrupted: Somebody asked it to stop.
    """
    if doubt := lock_doubt(options.out):
        warn("lock_in_doubt", doubt)
    telemetry = None
    # Of what stands for no training nobody else is told: an alert would take it for a good night.
    if not (options.dry_run or options.replay):
        described = Described(config, name, options.out, options.as_of)
        telemetry = Telemetry(config, described, clock, warn)
    try:
        result = job.run(config, options, progress, clock, stop, examination=examination)
    except BaseException as error:
        if telemetry is not None:
            telemetry.failed(error)
        raise
    allowed = config.limits.max_quarantined_share
    excess = _excess(result.record, allowed, options.out, options.dry_run)
    if telemetry is not None:
        telemetry.finished(result.record, result.redacted_words, excess)
    return result, excess


def _excess(
    record: RunRecord, allowed: float, out: Path, dry_run: bool
) -> TooManyQuarantined | None:
    held = record.counts.quarantined
    eligible = record.counts.written + held
    if held <= allowed * eligible:
        return None
    visible = (
        "Nothing was kept."
        if dry_run
        else f"The run is visible. See `clearshard audit list --out {out} --state quarantined`."
    )
    return TooManyQuarantined(
        f"{held:,} of {eligible:,} eligible files were quarantined; limits.max_quarantined_share "
        f"allows {allowed:.1%}. {visible}"
    )
