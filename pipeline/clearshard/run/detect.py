"""Spans of plain documents, for `clearshard detect` and `clearshard eval`.

The same detection as in a run, over the same engine; nothing is redacted or written here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
    """The spans of one document, or why it could not be scanned to the end.

    Attributes:
        id: Of the document.
        spans: As the configuration has it.
        problem: Why it could not be scanned; there are no spans then.
        shifted: The spans with each of the offsets that were asked for, unless there is a problem.
    """

    id: str
    spans: tuple[Span, ...]
    problem: Quarantine | None
    shifted: tuple[tuple[Span, ...], ...] = ()


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


def detect(
    config: Config, documents: Iterable[Document], workers: int, offsets: Sequence[float] = ()
) -> Iterator[Detected]:
    """Spans of each document, in order.

    Args:
        config: What detects.
        documents: Texts.
        workers: Number of processes.
        offsets: Further ways to detect: by how much the tagger must be surer in each, see
            `clearshard.redaction.conversation`. Nothing is read more often for them.

    Raises:
        ConfigError: The redaction section names something that is not there, or there are offsets
            and no tagger.
        SourceUnavailable: From `documents`.
    """
    source = iter(documents)
    units = iter(lambda: tuple(islice(source, _DOCUMENTS_PER_UNIT)), ())
    job: Job[tuple[Document, ...], tuple[Detected, ...]] = Job(
        make=make_detection,
        arguments=(config, tuple(offsets)),
        split=_split,
        give_up=_give_up,
        seconds_per_unit=config.limits.seconds_per_file,
        memory_bytes=config.limits.worker_memory_bytes,
        preload=("clearshard.redaction.redactor",),
    )
    for found in engine_of(workers).map(job, units):
        yield from found


def make_detection(
    config: Config, offsets: tuple[float, ...] = ()
) -> Callable[[tuple[Document, ...]], tuple[Detected, ...]]:
    """Loads the redactor and returns the function that scans documents.

    Raises:
        ConfigError: As `detect`.
    """
    redactor = Redactor(config, _NO_KEY)
    first, *others = redactor.shifted((0.0, *offsets)) if offsets else [redactor]

    def scan(documents: tuple[Document, ...]) -> tuple[Detected, ...]:
        transcripts = [transcript_of(document) for document in documents]
        found = first.spans(transcripts)
        shifted = [other.spans(transcripts) for other in others]
        return tuple(
            _detected(document.id, result, of_each)
            for document, result, *of_each in zip(documents, found, *shifted, strict=True)
        )

    return scan


def _detected(
    document: str,
    found: tuple[Span, ...] | Quarantine,
    shifted: Sequence[tuple[Span, ...] | Quarantine],
) -> Detected:
    if isinstance(found, Quarantine):
        return Detected(document, (), found)
    # What cannot be scanned with another threshold counts as not redacted with that one alone.
    further = (() if isinstance(spans, Quarantine) else spans for spans in shifted)
    return Detected(document, found, None, tuple(further))


@dataclass(slots=True)
class Evaluation:
    """Counts for both variants, and what could not be scanned.

    Attributes:
        everything: Of all gold.
        core: Of the core of it.
        unscanned: Documents that could not be scanned; they count as not redacted.
        misses: Some gold spans that leak, with their text.
        shifted: Core counts with each of the offsets that were asked for.
    """

    everything: Counts
    core: Counts
    unscanned: int
    misses: list[Miss]
    shifted: list[Counts]


def evaluate(
    config: Config,
    gold: Path,
    workers: int,
    miss_limit: int,
    variant: Variant,
    offsets: Sequence[float] = (),
) -> Evaluation:
    """Scores the configured detector on gold spans.

    Args:
        config: The detector.
        gold: See `clearshard.evaluation.gold`, or `presidio_gold`.
        workers: Number of processes.
        miss_limit: Collect at most so many gold spans that leak, with their text.
        variant: Which gold counts for the misses.
        offsets: See `detect`.

    Raises:
        ConfigError: As `detect`.
        SourceUnavailable: The gold cannot be read.
    """
    documents = list(read_either(gold))
    result = Evaluation(Counts(), Counts(), 0, [], [Counts() for _ in offsets])
    plain = (Document(d.id, d.text, _ranges(d)) for d in documents)
    for document, found in zip(documents, detect(config, plain, workers, offsets), strict=True):
        result.unscanned += found.problem is not None
        result.everything += score_document(document, found.spans, Variant.ALL)
        result.core += score_document(document, found.spans, Variant.CORE)
        for number in range(len(offsets)):
            spans = found.shifted[number] if found.shifted else ()
            result.shifted[number] += score_document(document, spans, Variant.CORE)
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
