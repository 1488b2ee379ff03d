"""OpenLineage events of a run: START, then COMPLETE, FAIL or ABORT.

They name tables and folders, their digests, versions and schemas, never an account, a file of a
customer or a word. They are sent by a thread of their own, for which the end of a run waits a
bounded time; what the receiver does not take by then is lost, and told.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import util
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from clearshard import layout
from clearshard.config import Config, is_bucket
from clearshard.errors import ConfigError
from clearshard.records.run import RunRecord, SourceSnapshot
from clearshard.records.schemas import DECISION_SCHEMA, SHARD_SCHEMA
from clearshard.records.times import utc_text
from clearshard.telemetry.outcome import Outcome
from clearshard.transport.databases import DatabaseAddress, is_database

if TYPE_CHECKING:
    from openlineage.client.event_v2 import InputDataset, OutputDataset, RunEvent

_PRODUCER = "clearshard"
_FILES = "file"
#: An interrupted run has little time left.
_SECONDS_WHEN_INTERRUPTED = 1.0


def require_lineage() -> None:
    """Makes sure that events can be made and sent.

    Raises:
        ConfigError: A package is not installed.
    """
    if util.find_spec("openlineage") is None:
        problem = "lineage → needs a package: pip install 'clearshard[lineage]'"
        raise ConfigError("configuration", [problem])


@dataclass(frozen=True, slots=True)
class Described:
    """What does not change during a run.

    Attributes:
        config: Names the inputs.
        name: Of the job.
        out: The output folder.
        as_of: The moment that is decided at.
    """

    config: Config
    name: str
    out: Path
    as_of: datetime


class Lineage:
    """The events of one run."""

    def __init__(self, described: Described, api_key: str | None) -> None:
        """Starts nothing but a thread.

        Args:
            described: What the events say.
            api_key: Goes to the receiver and nowhere else.
        """
        from openlineage.client.uuid import generate_new_uuid

        # Its own log lines could hold what a receiver answers.
        logging.getLogger("openlineage").disabled = True
        self._described = described
        self._run = str(generate_new_uuid())
        self._queue: SimpleQueue[RunEvent | None] = SimpleQueue()
        self._lost: list[str] = []
        emit = _transport(described.config, api_key)
        self._thread = threading.Thread(target=self._send, args=(emit,), daemon=True)
        self._thread.start()

    def started(self, at: datetime) -> None:
        """Tells that the run has begun."""
        self._queue.put(_event(self._described, self._run, at, None))

    def ended(self, outcome: Outcome) -> str | None:
        """Tells how it ended; what was lost, in words, if something was."""
        self._queue.put(_event(self._described, self._run, outcome.ended_at, outcome))
        self._queue.put(None)
        seconds = self._described.config.lineage.timeout_seconds
        self._thread.join(_SECONDS_WHEN_INTERRUPTED if outcome.interrupted else 2 * seconds)
        if self._thread.is_alive():
            return "the receiver of lineage events does not answer; events of this run are lost"
        if self._lost:
            kinds = ", ".join(sorted(set(self._lost)))
            return f"{len(self._lost)} lineage events of this run were not taken ({kinds})"
        return None

    def _send(self, emit: Callable[["RunEvent"], object]) -> None:
        while (event := self._queue.get()) is not None:
            try:
                emit(event)
            except Exception as error:  # noqa: BLE001 - a receiver must not fail a run
                self._lost.append(type(error).__name__)


def _transport(config: Config, api_key: str | None) -> Callable[["RunEvent"], object]:
    settings = config.lineage
    if settings.url is None:
        assert settings.file is not None
        from openlineage.client.transport.file import FileConfig, FileTransport

        path = str(config.path(settings.file))
        return FileTransport(FileConfig(log_file_path=path, append=True)).emit
    from openlineage.client.transport.http import ApiKeyTokenProvider, HttpConfig, HttpTransport

    from clearshard.telemetry.sending import session

    options: dict[str, Any] = {
        "url": settings.url,
        "timeout": settings.timeout_seconds,
        "session": session(),
    }
    if api_key is not None:
        options["auth"] = ApiKeyTokenProvider({"apiKey": api_key})
    return HttpTransport(HttpConfig(**options, retry={"total": 0})).emit


def _event(described: Described, run: str, at: datetime, outcome: Outcome | None) -> "RunEvent":
    from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
    from openlineage.client.facet_v2 import error_message_run, job_type_job, nominal_time_run

    facets: dict[str, Any] = {
        "nominalTime": nominal_time_run.NominalTimeRunFacet(
            utc_text(described.as_of), producer=_PRODUCER
        )
    }
    record = None if outcome is None else outcome.record
    if outcome is None:
        state = RunState.START
    elif record is not None:
        state = RunState.COMPLETE
    else:
        state = RunState.ABORT if outcome.interrupted else RunState.FAIL
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(
            message=_failure(outcome),
            programmingLanguage="PYTHON",
            producer=_PRODUCER,
        )
    kind = job_type_job.JobTypeJobFacet("BATCH", "CLEARSHARD", "RUN", producer=_PRODUCER)
    return RunEvent(
        eventTime=utc_text(at),
        producer=_PRODUCER,
        eventType=state,
        run=Run(run, facets),
        job=Job(described.config.lineage.namespace, described.name, {"jobType": kind}),
        inputs=_inputs(described, record),
        outputs=_outputs(described, record),
    )


def _failure(outcome: Outcome) -> str:
    """What went wrong: types, codes, counts and reasons."""
    said = f"{outcome.error_type}, exit code {outcome.exit_code}"
    if outcome.refusal is not None:
        said += f", refused: {outcome.refusal}"
    if outcome.gone is not None:
        why = ", ".join(f"{reason} {files}" for reason, files in outcome.gone.files.items())
        said += f", {outcome.gone.total} of {outcome.gone.before} files gone ({why})"
    return said


def _inputs(described: Described, record: RunRecord | None) -> list["InputDataset"]:
    from openlineage.client.event_v2 import InputDataset

    config = described.config
    sources = config.sources
    known: dict[str, SourceSnapshot] = {}
    if record is not None:
        known = {sources.manifest: record.manifest, sources.registry: record.registry_at_publish}
    return [
        InputDataset(
            *_named(config, name),
            facets=_version(known[name].sha256) if name in known else {},
        )
        for name in (sources.manifest, sources.registry, sources.transcripts)
    ]


def _named(config: Config, place: str) -> tuple[str, str]:
    """Namespace and name of a source, as OpenLineage has them of files, buckets and PostgreSQL."""
    if is_database(place):
        said = DatabaseAddress.parse(place).settings
        host, port = said.get("host", "localhost"), said.get("port", "5432")
        return f"postgres://{host}:{port}", said.get("dbname", "postgres")
    if not is_bucket(place):
        return _FILES, str(config.path(place))
    scheme, _, rest = place.partition("://")
    bucket, _, key = rest.partition("/")
    return f"{scheme.lower()}://{bucket}", key or "/"


def _outputs(described: Described, record: RunRecord | None) -> list["OutputDataset"]:
    from openlineage.client.event_v2 import OutputDataset
    from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics

    shards, decisions = described.out / layout.SHARDS, described.out / layout.DECISIONS
    out = []
    for path, schema in ((shards, SHARD_SCHEMA), (decisions, DECISION_SCHEMA)):
        facets = {"schema": _schema(schema)}
        numbers: dict[str, Any] = {}
        if record is not None:
            facets |= _version(record.run_id)
            files: Sequence[Any] = record.shards if path == shards else record.decisions
            counts = record.counts
            numbers["outputStatistics"] = statistics.OutputStatisticsOutputDatasetFacet(
                rowCount=counts.written if path == shards else counts.seen,
                fileCount=len(files),
                producer=_PRODUCER,
            )
        out.append(OutputDataset(_FILES, str(path), outputFacets=numbers, facets=facets))
    return out


def _version(version: str) -> dict[str, Any]:
    from openlineage.client.facet_v2 import dataset_version_dataset

    facet = dataset_version_dataset.DatasetVersionDatasetFacet(version, producer=_PRODUCER)
    return {"version": facet}


def _schema(schema: pa.Schema) -> Any:
    from openlineage.client.facet_v2 import schema_dataset

    fields = [
        schema_dataset.SchemaDatasetFacetFields(field.name, str(field.type)) for field in schema
    ]
    return schema_dataset.SchemaDatasetFacet(fields, producer=_PRODUCER)
