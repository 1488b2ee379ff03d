"""A transcript before redaction and after.

A `Transcript` holds one canonical text; turns and words are half-open code-point
ranges of it, so that one set of spans decides for every view. A `RedactedTranscript` is the only
thing the shard stage accepts, and only `clearshard.redaction.apply` makes one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Self, final

import msgspec


class Piece(msgspec.Struct, frozen=True, gc=False):
    """One turn or one timed word: a range of the canonical text with times and a speaker.

    Attributes:
        start: First code point.
        end: One past the last code point.
        start_ms: Start in the audio, milliseconds.
        end_ms: End in the audio, milliseconds.
        speaker: Index of the speaker in order of appearance, or None if the source named none.
        confidence: How sure the source is of a word, from 0 to 1; None for turns, and where it does
            not say.
    """

    start: int
    end: int
    start_ms: int | None
    end_ms: int | None
    speaker: int | None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The timed words of a transcript, in order, by columns: there are too many to be objects.

    Attributes:
        starts: First code point of each.
        ends: One past the last.
        start_ms: Start of each in the audio, milliseconds.
        end_ms: End in the audio, milliseconds.
        speakers: Index of the speaker of each, or None if the source named none.
        confidences: How sure the source is of each, from 0 to 1, or None if it does not say.
    """

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    start_ms: tuple[int | None, ...] = ()
    end_ms: tuple[int | None, ...] = ()
    speakers: tuple[int | None, ...] = ()
    confidences: tuple[float | None, ...] = ()

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> Self:
        """The columns of some words."""
        return cls(*zip(*map(msgspec.structs.astuple, pieces), strict=True))

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[Piece]:
        times = self.start_ms, self.end_ms
        return map(Piece, self.starts, self.ends, *times, self.speakers, self.confidences)


@dataclass(frozen=True, slots=True)
class Transcript:
    """One file's speech, before redaction. Never logged, printed or written.

    Attributes:
        text: The canonical text, exactly the source's ``text``.
        turns: Ranges of the utterances in order; the whole text if the source has none.
        words: Ranges of the timed words; may be empty.
        has_utterances: Whether the source had utterances (else none are written).
        language: Two-letter language code, lowercase.
        audio_duration_ms: Length of the audio, if the source says.
        channels: Number of the channel, from 1, of each speaker, by index; empty if the source
            names none. The same label on two channels is two speakers.
    """

    text: str
    turns: tuple[Piece, ...]
    words: Words
    has_utterances: bool
    language: str
    audio_duration_ms: int | None
    channels: tuple[int | None, ...] = ()


class Span(msgspec.Struct, frozen=True, order=True, gc=False):
    """A half-open code-point range of the canonical text that holds personal data."""

    start: int
    end: int
    entity_type: str
    score: float
    recognizer: str


class Redaction(msgspec.Struct, frozen=True, gc=False):
    """One replacement: offsets are into the *redacted* text; times are for muting the audio."""

    entity_type: str
    start: int
    end: int
    start_ms: int | None
    end_ms: int | None
    score: float
    recognizer: str


class TextPiece(msgspec.Struct, frozen=True, gc=False):
    """A redacted turn or word.

    Attributes:
        confidence: How sure the source is of a word, if it says so and the word is still there.
    """

    text: str
    start_ms: int | None
    end_ms: int | None
    speaker: str | None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class TextWords:
    """Redacted words, in order, by columns as in `Words`."""

    texts: tuple[str, ...] = ()
    start_ms: tuple[int | None, ...] = ()
    end_ms: tuple[int | None, ...] = ()
    speakers: tuple[str | None, ...] = ()
    confidences: tuple[float | None, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[TextPiece]:
        times = self.start_ms, self.end_ms
        return map(TextPiece, self.texts, *times, self.speakers, self.confidences)


@final
class RedactedTranscript:
    """A transcript whose personal data has been removed: the only thing shards are made of.

    There is no public constructor, and a pickled one cannot be loaded: the only way to get one is
    `clearshard.redaction.apply`, which calls `_sealed` after the residual check has passed. A test
    keeps it the only caller.
    """

    __slots__ = (
        "audio_duration_ms",
        "channels",
        "language",
        "redactions",
        "text",
        "utterances",
        "words",
    )

    text: str
    utterances: tuple[TextPiece, ...]
    words: TextWords
    redactions: tuple[Redaction, ...]
    language: str
    audio_duration_ms: int | None
    #: By speaker; empty if the source names none.
    channels: Mapping[str | None, int | None]

    def __init__(self) -> None:
        raise TypeError("a RedactedTranscript is made by redaction alone")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a RedactedTranscript does not cross processes; stage it as a shard row")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"RedactedTranscript is frozen: {name}")

    @classmethod
    def _sealed(cls, **fields: Any) -> Self:
        made = object.__new__(cls)
        for name in cls.__slots__:
            object.__setattr__(made, name, fields.pop(name))
        if fields:
            raise TypeError(f"unknown fields: {sorted(fields)}")
        return made
