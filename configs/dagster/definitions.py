"""Training shards every night, into the folder or the bucket that job.toml names."""

import dagster as dg

import clearshard

CONFIG = "/etc/clearshard/job.toml"


@dg.asset(output_required=False)
def training_shards(context: dg.AssetExecutionContext):
    """Materialized once a run is visible."""
    try:
        result = clearshard.run(CONFIG)
    except clearshard.RunLocked as error:
        context.log.info(str(error))
        return
    except clearshard.ClearshardError as error:
        if error.exit_code in (1, 4):  # what can end differently next time
            raise dg.RetryRequested(max_retries=3, seconds_to_wait=900) from None
        reason = f"exit code {error.exit_code}: {error}"
        raise dg.Failure(description=reason, allow_retries=False) from None
    if result.exit_code != 0:
        reason = f"exit code {result.exit_code}: {result.message}"
        raise dg.Failure(description=reason, allow_retries=False)
    numbers = {
        "run_id": result.run_id,
        "written": result.counts.written,
        "ledger_head": result.ledger_head,
    }
    yield dg.MaterializeResult(metadata=numbers)


nightly = dg.define_asset_job("nightly", selection=[training_shards])
defs = dg.Definitions(
    assets=[training_shards],
    jobs=[nightly],
    schedules=[
        dg.ScheduleDefinition(job=nightly, cron_schedule="15 2 * * *", execution_timezone="UTC")
    ],
)
