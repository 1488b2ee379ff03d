"""Transcripts redacted for a program: no manifest, no gate, no shards.

The same workers, bounds and steps as in a run. What a worker sends back is plain values and not the
type that shards are made of, which never crosses processes: what comes from here cannot get into a
shard.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from clearshard.config import Config
from clearshard.engines.choice import engine_of
from clearshard.engines.engine import Job, Loss
from clearshard.keys import PseudonymKey
from clearshard.records.states import Deleted, Quarantine, QuarantineReason
from clearshard.records.transcript import (
    RedactedTranscript,
    Redaction,
    TextPiece,
    TextWords,
    Transcript,
)
from clearshard.redaction.redactor import Redactor
from clearshard.run.assigned import form_of
from clearshard.sources.transcripts import read_transcript

_TRANSCRIPTS_PER_UNIT = 16


@dataclass(frozen=True, slots=True)
class Redacted:
    """A transcript without its personal data; the views hold the same characters.

    Attributes:
        text: All of it.
        utterances: Its turns, if the source had any.
        words: Its timed words, by columns; iterating gives one `TextPiece` each.
        redactions: What was replaced where; offsets are into `text`, times are for muting.
        language: Two-letter code.
        audio_duration_ms: Length of the audio, if the source says.
        channels: Number of the channel, from 1, of each speaker; empty if the source names none.
    """

    text: str
    utterances: tuple[TextPiece, ...]
    words: TextWords
    redactions: tuple[Redaction, ...]
    language: str
    audio_duration_ms: int | None
    channels: Mapping[str | None, int | None]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A transcript that may not be passed on; nothing of it is in here.

    Attributes:
        reason: As in docs/reasons.md: why it is not provably safe; or `deletion_requested`, if it
            says itself that its customer has deleted it.
        error_type: Name of an exception class or of a check, and where; never content.
    """

    reason: QuarantineReason | Literal["deletion_requested"]
    error_type: str


def redact(
    config: Config, contents: Iterable[bytes], key: PseudonymKey, workers: int
) -> Generator[Redacted | Quarantined, None, None]:
    """One result for each transcript, in order.

    Args:
        config: How it is read and redacted; of its sources only the form and the language count.
        contents: Transcripts as bytes of JSON.
        key: Of the operators `hash` and `surrogate`.
        workers: Number of processes.

    Raises:
        ConfigError: The redaction section names something that is not there.
        RunFailed: No worker can be started.
    """
    source = iter(contents)
    units = iter(lambda: tuple(islice(source, _TRANSCRIPTS_PER_UNIT)), ())
    job: Job[tuple[bytes, ...], tuple[Redacted | Quarantined, ...]] = Job(
        make=make_redaction,
        arguments=(config, key),
        split=_split,
        give_up=_give_up,
        seconds_per_unit=config.limits.seconds_per_file,
        memory_bytes=config.limits.worker_memory_bytes,
        preload=("clearshard.run.redact",),
    )
    for results in engine_of(workers).map(job, units):
        yield from results


def make_redaction(
    config: Config, key: PseudonymKey
) -> Callable[[tuple[bytes, ...]], tuple[Redacted | Quarantined, ...]]:
    """Loads the redactor and returns the function that redacts transcripts."""
    redactor = Redactor(config, key)

    def work(contents: tuple[bytes, ...]) -> tuple[Redacted | Quarantined, ...]:
        opened = [_opened(content, config) for content in contents]
        found = iter(redactor.redact([t for t in opened if isinstance(t, Transcript)]))
        results = [next(found) if isinstance(t, Transcript) else t for t in opened]
        return tuple(map(_result, results))

    return work


def _opened(content: bytes, config: Config) -> Transcript | Quarantine | Deleted:
    limits = config.limits
    try:
        if len(content) > limits.max_transcript_bytes:
            raise Quarantine(QuarantineReason.TOO_LARGE, "max_transcript_bytes")
        return read_transcript(content, limits.max_transcript_words, None, form_of(config))
    except (Quarantine, Deleted) as problem:
        return problem
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the transcript is not passed on
        return Quarantine(QuarantineReason.MALFORMED, type(error).__name__)


def _result(made: RedactedTranscript | Quarantine | Deleted) -> Redacted | Quarantined:
    if isinstance(made, Deleted):
        return Quarantined("deletion_requested", Deleted.DETAIL)
    if isinstance(made, Quarantine):
        return Quarantined(made.reason, made.error_type)
    return Redacted(
        text=made.text,
        utterances=made.utterances,
        words=made.words,
        redactions=made.redactions,
        language=made.language,
        audio_duration_ms=made.audio_duration_ms,
        channels=dict(made.channels),
    )


def _split(unit: tuple[bytes, ...]) -> list[tuple[bytes, ...]] | None:
    return [(content,) for content in unit] if len(unit) > 1 else None


def _give_up(unit: tuple[bytes, ...], loss: Loss) -> tuple[Redacted | Quarantined, ...]:
    reason = (
        QuarantineReason.DETECTOR_TIMEOUT
        if loss == "timed_out"
        else QuarantineReason.DETECTOR_FAILED
    )
    return tuple(Quarantined(reason, f"Worker_{loss}") for _ in unit)
