"""Training shards every night, into the folder or the bucket that job.toml names."""

from datetime import UTC, datetime, timedelta

from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.sdk import dag, task

CONFIG = "/etc/clearshard/job.toml"


@dag(
    schedule="15 2 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=15)},
)
def clearshard():
    """One task, tried again where another try can end differently."""

    @task
    def training_shards():
        import clearshard

        try:
            result = clearshard.run(CONFIG)
        except clearshard.RunLocked as error:
            raise AirflowSkipException(str(error)) from None
        except clearshard.ClearshardError as error:
            again = error.exit_code in (1, 4)  # what can end differently next time
            kind = AirflowException if again else AirflowFailException
            raise kind(f"exit code {error.exit_code}: {error}") from None
        if result.exit_code != 0:
            raise AirflowFailException(f"exit code {result.exit_code}: {result.message}")
        return {
            "run_id": result.run_id,
            "written": result.counts.written,
            "ledger_head": result.ledger_head,
        }

    training_shards()


clearshard()
