"""Spans of plain documents, for `clearshard detect` and `clearshard eval`.

The same detection as in a run, over the same engine; nothing is redacted or written here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from clearshard.config import Config
from clearshard.engines.choice import engine_of
from clearshard.engines.engine import Job, Loss
from clearshard.errors import SourceUnavailable
from clearshard.evaluation.gold import GoldDocument
from clearshard.evaluation.groups import Variant
from clearshard.evaluation.metrics import Counts
from clearshard.evaluation.misses import Miss, misses
from clearshard.evaluation.presidio_gold import read_either
from clearshard.evaluation.scoring import score_document
from clearshard.keys import PseudonymKey
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.transcript import Piece, Span, Transcript, Words
from clearshard.redaction.redactor import Redactor

_DOCUMENTS_PER_UNIT = 64
#: Detection names nothing, so any key does.
_NO_KEY = PseudonymKey(b"\0" * 32)


class Range(msgspec.Struct, frozen=True):
    """A turn: half-open code-point offsets into the text."""

    start: int
    end: int


class Document(msgspec.Struct, frozen=True):
    """What `detect` reads: a text and its turns; without turns each line is one."""

    id: str
    text: str
    utterances: tuple[Range, ...] = ()

    def __repr__(self) -> str:
        return f"Document(id={self.id!r})"


@dataclass(frozen=True, slots=True)
class Detected:
    """The spans of one document, or why it could not be scanned to the end."""

    id: str
    spans: tuple[Span, ...]
    problem: Quarantine | None


def read_documents(path: Path) -> Iterator[Document]:
    """Documents of a JSON Lines file.

    Raises:
        SourceUnavailable: The file or a line cannot be read; the line is named, not quoted.
    """
    decoder = msgspec.json.Decoder(Document)
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    yield decoder.decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    raise SourceUnavailable(
                        f"{path}, line {number}: is not {{id, text, utterances?}}"
                    ) from None
    except OSError as error:
        raise SourceUnavailable(f"{path} cannot be read: {error.strerror}") from None


def detect(config: Config, documents: Iterable[Document], workers: int) -> Iterator[Detected]:
    """Spans of each document, in order.

    Raises:
        ConfigError: The redaction section names something that is not there.
        SourceUnavailable: From `documents`.
    """
    source = iter(documents)
    units = iter(lambda: tuple(islice(source, _DOCUMENTS_PER_UNIT)), ())
    job: Job[tuple[Document, ...], tuple[Detected, ...]] = Job(
        make=make_detection,
        arguments=(config,),
        split=_split,
        give_up=_give_up,
        seconds_per_unit=config.limits.seconds_per_file,
        memory_bytes=config.limits.worker_memory_bytes,
        preload=("clearshard.redaction.redactor",),
    )
    for found in engine_of(workers).map(job, units):
        yield from found


def make_detection(
    config: Config,
) -> Callable[[tuple[Document, ...]], tuple[Detected, ...]]:
    """Loads the redactor and returns the function that scans documents."""
    redactor = Redactor(config, _NO_KEY)

    def scan(documents: tuple[Document, ...]) -> tuple[Detected, ...]:
        found = redactor.spans([transcript_of(document) for document in documents])
        return tuple(
            Detected(document.id, (), result)
            if isinstance(result, Quarantine)
            else Detected(document.id, result, None)
            for document, result in zip(documents, found, strict=True)
        )

    return scan


@dataclass(slots=True)
class Evaluation:
    """Counts for both variants, and what could not be scanned."""

    everything: Counts
    core: Counts
    unscanned: int
    misses: list[Miss]


def evaluate(
    config: Config, gold: Path, workers: int, miss_limit: int, variant: Variant
) -> Evaluation:
    """Scores the configured detector on gold spans.

    Args:
        config: The detector.
        gold: See `clearshard.evaluation.gold`, or `presidio_gold`.
        workers: Number of processes.
        miss_limit: Collect at most so many gold spans that leak, with their text.
        variant: Which gold counts for the misses.

    Raises:
        SourceUnavailable: The gold cannot be read.
    """
    documents = list(read_either(gold))
    result = Evaluation(Counts(), Counts(), 0, [])
    plain = (Document(d.id, d.text, _ranges(d)) for d in documents)
    for document, found in zip(documents, detect(config, plain, workers), strict=True):
        result.unscanned += found.problem is not None
        result.everything += score_document(document, found.spans, Variant.ALL)
        result.core += score_document(document, found.spans, Variant.CORE)
        if len(result.misses) < miss_limit:
            missed = misses(document, found.spans, variant, context_chars=40)
            result.misses += islice(missed, miss_limit - len(result.misses))
    return result


def _ranges(document: GoldDocument) -> tuple[Range, ...]:
    return tuple(Range(u.start, u.end) for u in document.utterances)


def transcript_of(document: Document) -> Transcript:
    """The document as one transcript; where its turns do not hold all of it, each line is one."""
    turns = document.utterances
    if not _sound(document.text, turns):
        turns = tuple(_lines(document.text))
    return Transcript(
        text=document.text,
        turns=tuple(Piece(t.start, t.end, None, None, None) for t in turns)
        or (Piece(0, len(document.text), None, None, None),),
        words=Words(),
        has_utterances=False,
        language="en",
        audio_duration_ms=None,
    )


def _sound(text: str, turns: tuple[Range, ...]) -> bool:
    """Whether the turns are in order and hold all of the text but blanks between them."""
    place = 0
    for number, turn in enumerate(turns):
        gap = text[place : turn.start]
        if not place <= turn.start < turn.end <= len(text) or gap.strip():
            return False
        if number and not gap:
            return False
        place = turn.end
    return bool(turns) and not text[place:].strip()


def _lines(text: str) -> Iterator[Range]:
    place = 0
    for line in text.split("\n"):
        if line.strip():
            yield Range(place, place + len(line))
        place += len(line) + 1


def _split(unit: tuple[Document, ...]) -> list[tuple[Document, ...]] | None:
    return [(document,) for document in unit] if len(unit) > 1 else None


def _give_up(unit: tuple[Document, ...], loss: Loss) -> tuple[Detected, ...]:
    problem = Quarantine(QuarantineReason.DETECTOR_FAILED, f"Worker_{loss}")
    return tuple(Detected(document.id, (), problem) for document in unit)
