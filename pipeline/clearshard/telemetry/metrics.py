"""A Prometheus textfile with what the last run did, for the collector of node_exporter.

All are gauges: each file describes one run, and a run that ends is no server that counts. The time
of the last success outlives a run that fails, and the times at which a run was refused outlive one
that does not: they are taken over from the file that is replaced.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path

from clearshard.errors import ConfigError, RegistryStale, SourceUnavailable, TooManyGone
from clearshard.storage.files import write_atomic
from clearshard.telemetry.outcome import Outcome

_SUCCESS = "clearshard_run_success_timestamp_seconds"
_REFUSED = "clearshard_run_refused_timestamp_seconds"
_MOST_BYTES = 1 << 20
#: What can be refused: see `clearshard.errors`. Nothing else in a file is taken over.
_REFUSALS = frozenset(
    error.refusal for error in (TooManyGone, SourceUnavailable, RegistryStale) if error.refusal
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file says of earlier runs, in seconds since the epoch.

    Attributes:
        success: When one last ended with exit code 0.
        refused: When one was last refused, by what.
    """

    success: float | None = None
    refused: Mapping[str, float] = field(default_factory=dict)


NOTHING_KEPT = Kept()


def require_metrics() -> None:
    """Makes sure that metrics can be written.

    Raises:
        ConfigError: A package is not installed.
    """
    if util.find_spec("prometheus_client") is None:
        problem = "metrics.textfile → needs a package: pip install 'clearshard[metrics]'"
        raise ConfigError("configuration", [problem])


def write_metrics(path: Path, config_name: str, outcome: Outcome) -> None:
    """Replaces the file; readers see the old one or the new one.

    Raises:
        OSError: It cannot be written.
    """
    content = render(config_name, outcome, _kept(path, config_name))
    write_atomic(path, content, mode=0o644)  # another user's exporter reads it


def render(config_name: str, outcome: Outcome, kept: Kept = NOTHING_KEPT) -> bytes:
    """The content of the file.

    Args:
        config_name: Label of every sample, so that several jobs do not collide.
        outcome: What to tell.
        kept: Of earlier runs.
    """
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()

    def gauge(name: str, what: str, value: float) -> None:
        made = Gauge(name, what, ["config"], registry=registry)
        made.labels(config_name).set(value)

    def gauges(name: str, what: str, label: str, values: Mapping[str, float]) -> None:
        made = Gauge(name, what, ["config", label], registry=registry)
        for key, value in sorted(values.items()):
            made.labels(config_name, key).set(value)

    ended = outcome.ended_at.timestamp()
    gauge("clearshard_run_end_timestamp_seconds", "When the last run ended.", ended)
    gauge("clearshard_run_duration_seconds", "How long it took.", outcome.seconds)
    gauge("clearshard_run_exit_code", "Its exit code.", outcome.exit_code)
    success = ended if outcome.exit_code == 0 else kept.success
    if success is not None:
        gauge(_SUCCESS, "When a run last ended with exit code 0.", success)
    refused = {**kept.refused, **({outcome.refusal: ended} if outcome.refusal else {})}
    gauges(_REFUSED, "When a run was last refused, by what.", "reason", refused)
    if outcome.gone is not None:
        gone = outcome.gone
        what = "Files of the run before that are gone, or would be, and were not meant to go."
        gauges("clearshard_run_gone_files", what, "reason", gone.files)
        if gone.share is not None:
            gauge("clearshard_run_gone_share", "The share of the files before.", gone.share)
        what = "Files that must go and are still in the shards, as the run was refused."
        gauge("clearshard_run_due_files", what, gone.due)
    record = outcome.record
    if record is not None:
        counts = record.counts
        states = {
            "written": counts.written,
            "excluded": counts.excluded,
            "quarantined": counts.quarantined,
        }
        gauges("clearshard_run_files", "Files by the state they ended in.", "state", states)
        what = "Files by reason; a file with several counts under each."
        gauges("clearshard_run_reason_files", what, "reason", record.reasons)
        what = "Files by reason that somebody must be told of."
        gauges("clearshard_run_alert_files", what, "reason", record.alerts)
        gauge("clearshard_run_words", "Words written to shards.", record.word_count)
        redacted = outcome.redacted_words
        gauge("clearshard_run_redacted_words", "Words redacted by this run itself.", redacted)
        rate = redacted / max(outcome.seconds, 1e-9)
        gauge("clearshard_run_words_per_second", "The same for each second.", rate)
    return bytes(generate_latest(registry))


def _kept(path: Path, config_name: str) -> Kept:
    """What the file of an earlier run says, if it can be read."""
    from prometheus_client.parser import text_string_to_metric_families

    success: float | None = None
    refused: dict[str, float] = {}
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8")
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.labels.get("config") != config_name:
                    continue
                reason = sample.labels.get("reason", "")
                if sample.name == _SUCCESS:
                    success = float(sample.value)
                elif sample.name == _REFUSED and reason in _REFUSALS:
                    refused[reason] = float(sample.value)
    except Exception:  # noqa: BLE001 - whoever wrote it, it must not keep this run from telling
        return NOTHING_KEPT
    return Kept(success, refused)
