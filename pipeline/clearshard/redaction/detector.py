"""Tagger, NER and recognizers → what is found, before any step is made with it.

The tagger reads a conversation (`clearshard.tagger`); an NER that somebody names, and that of
`stock`, each turn by itself. Both find nothing that spans two turns, and both read many transcripts
together. The other recognizers read a whole transcript with a line break between turns, so that a
number may continue in the next turn. Those of the user also read what was said as it would be
written.

What is found, and with which scores, is what Presidio's `AnalyzerEngine` would find with the same
recognizers and the same reading; `tests/redaction/test_detector.py` compares them. What becomes of
it says `clearshard.redaction.steps`.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import msgspec

from clearshard.config import Profile
from clearshard.errors import ConfigError
from clearshard.recognizers.fail_closed import silence_presidio
from clearshard.recognizers.table import recognizers_of
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.transcript import Span, Transcript
from clearshard.redaction.context import Words, score_in_context
from clearshard.redaction.conversation import ConversationReader
from clearshard.redaction.entities import Reading
from clearshard.redaction.looked_for import Named, looked_for
from clearshard.redaction.ner import RECOGNIZER, entity_types, load_ner, spans_of
from clearshard.redaction.once import Once
from clearshard.redaction.patterns import Hit, Patterns
from clearshard.redaction.reading import Reader, reader_of
from clearshard.redaction.scores import TAGGER
from clearshard.redaction.step_kinds import Asked, Seen
from clearshard.redaction.view.alignment import WrittenForm
from clearshard.redaction.written.forms import written_forms

#: Letters without a break. Nothing that people say is longer, and no recognizer was made for it.
_MAX_TOKEN_LETTERS = 4096
#: Longer turns are read in parts, so that the memory of the NER does not grow with a transcript.
_MAX_TURN_LETTERS = 20_000
_Find = Callable[[Sequence[str]], list[list[Hit] | Quarantine]]


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """What the detector is made of.

    Attributes:
        ners: Each the name of an installed spaCy pipeline package, or a path to one; one at least
            for `stock`.
        profile: Which recognizers run, and whether the tagger reads.
        score_threshold: Candidates below are dropped.
        entities: Types to look for; None is every type but those on request.
        also_entities: Types to look for besides.
        keep_entities: Types that are left in the text.
        user_recognizers: Pattern recognizers of the user.
        plugins: Recognizers of the user in Python.
        regex_seconds: Time that one pattern may take on one transcript.
    """

    ners: tuple[str, ...]
    profile: Profile
    score_threshold: float
    entities: tuple[str, ...] | None
    also_entities: tuple[str, ...]
    keep_entities: tuple[str, ...]
    user_recognizers: Path | None
    regex_seconds: float
    plugins: tuple[str, ...] = ()


class Detector:
    """Finds candidates of personal data. Expensive to make, cheap to keep.

    Attributes:
        types: What is looked for, out of what could be found.
        supported: The entity types that its recognizers can find.
        entities: Those that it looks for, sorted.
        asked: The same, and how sure a finding must be; it finds others too.
    """

    def __init__(self, settings: DetectorSettings) -> None:
        """Loads the model and the recognizers.

        Raises:
            ConfigError: The model cannot be used, or a recognizer of the user is wrong.
        """
        silence_presidio()
        recognizers = recognizers_of(
            settings.profile,
            settings.user_recognizers,
            settings.regex_seconds,
            settings.plugins,
        )
        ners = [load_ner(name) for name in settings.ners]
        self._readers: list[tuple[str, Reader]] = [(RECOGNIZER, reader_of(ner)) for ner in ners]
        self._find: _Find = self._find_here
        self._conversation: ConversationReader | None = None
        types = [*map(entity_types, ners)]
        if settings.profile != "stock":
            self._conversation = ConversationReader(settings.profile)
            self._readers.insert(0, (TAGGER, self._conversation))
            types.insert(0, [*self._conversation.entity_types])
        self.types = looked_for(
            Named(settings.entities, settings.also_entities, settings.keep_entities),
            settings.score_threshold,
            types,
            () if self._conversation is None else self._conversation.requested_types,
            recognizers,
        )
        if self._conversation is not None:
            self._conversation.look_for(self.types.requested)
        self.supported = self.types.supported
        self.entities = tuple(sorted(self.types.wanted))
        self.asked = Asked(self.types.wanted, settings.score_threshold)
        requested = [
            recognizer
            for recognizer in recognizers.requested
            if not self.types.requested.isdisjoint(recognizer.supported_entities)
        ]
        self._patterns = Patterns([*recognizers.every, *requested], self.entities)
        self._written: Patterns | None = None
        if settings.profile != "stock" and recognizers.users:
            self._written = Patterns(recognizers.users, self.entities)

    def detect(
        self, transcripts: Sequence[Transcript], texts: Sequence[str]
    ) -> list[Seen | Quarantine]:
        """What is found in each transcript, or why it could not be scanned to the end.

        Args:
            transcripts: What to scan.
            texts: Their texts with line breaks between turns.
        """
        # Before anything else looks at them: tokenizers take very long for very long tokens.
        fit = [not _has_unbroken_token(text) for text in texts]
        read = iter(
            self._read_all([t for t, is_fit in zip(transcripts, fit, strict=True) if is_fit])
        )
        found = iter(self._find([t for t, is_fit in zip(texts, fit, strict=True) if is_fit]))
        return [
            _seen(text, next(read), next(found))
            if is_fit
            else Quarantine(QuarantineReason.DETECTOR_FAILED, "UnbrokenToken")
            for text, is_fit in zip(texts, fit, strict=True)
        ]

    def shifted(self, offsets: Sequence[float]) -> "list[Detector]":
        """Detectors whose tagger must be so much surer, or less sure, and that are the same else.

        They share all that is expensive. What all of them are given one after the other is read
        once, and looked through once.

        Args:
            offsets: One for each; see `ConversationReader.shifted`.

        Raises:
            ConfigError: The profile is `stock`, which has no tagger.
        """
        if self._conversation is None:
            raise ConfigError(
                "redaction.profile",
                ["stock → has no tagger that could be surer. Name strict or balanced"],
            )
        find = Once(self._find_here)
        others = [(name, _ReadOnce(Once(reader.read))) for name, reader in self._readers[1:]]
        detectors = []
        for conversation in self._conversation.shifted(offsets):
            detector = copy(self)
            detector._readers = [(TAGGER, conversation), *others]  # noqa: SLF001 - a copy
            detector._find = find  # noqa: SLF001 - the same
            detectors.append(detector)
        return detectors

    def _find_here(self, texts: Sequence[str]) -> list[list[Hit] | Quarantine]:
        """What the recognizers find in each text, as it was said and as it would be written."""
        found = self._patterns.find(texts)
        if self._written is None:
            return found
        forms = [_written_forms(text) for text in texts]
        in_forms = iter(
            self._written.find(
                [form.text for of_one in forms if isinstance(of_one, list) for form in of_one]
            )
        )
        return [
            of_one
            if isinstance(of_one, Quarantine)
            else _together(hits, [(form, next(in_forms)) for form in of_one])
            for hits, of_one in zip(found, forms, strict=True)
        ]

    def _read_all(self, transcripts: Sequence[Transcript]) -> list["_Read | Quarantine"]:
        try:
            return [*self._read(transcripts)]
        except Exception:  # noqa: BLE001 - one of them; the others must not suffer for it
            return [self._read_alone(transcript) for transcript in transcripts]

    def _read_alone(self, transcript: Transcript) -> "_Read | Quarantine":
        try:
            (read,) = self._read([transcript])
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is not scanned
            return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)
        return read

    def _read(self, transcripts: Sequence[Transcript]) -> "list[_Read]":
        ranges = [list(_ranges(transcript)) for transcript in transcripts]
        turns = [
            [transcript.text[start:end] for start, end in of_one]
            for transcript, of_one in zip(transcripts, ranges, strict=True)
        ]
        read = [(name, reader.read(turns)) for name, reader in self._readers]
        return [
            _Read(
                [start for start, _ in places],
                [(name, of_each[number]) for name, of_each in read],
            )
            for number, places in enumerate(ranges)
        ]


@dataclass(frozen=True, slots=True)
class _ReadOnce:
    """A reader that reads once what it is given several times in a row."""

    read: Once[list[list[Reading]]]


@dataclass(frozen=True, slots=True)
class _Read:
    """A transcript as it was read: where each range starts, and who has read it how."""

    starts: list[int]
    by: list[tuple[str, list[Reading]]]

    @property
    def spans(self) -> list[Span]:
        """What was found, under Presidio's names."""
        return [
            span for name, readings in self.by for span in spans_of(readings, self.starts, name)
        ]

    @property
    def possible(self) -> list[tuple[int, int]] | None:
        """Ranges of what could be personal, if whoever has read it first tells that."""
        ranges: list[tuple[int, int]] = []
        for reading, begin in zip(self.by[0][1], self.starts, strict=True):
            if reading.possible is None:
                return None
            ranges += [(begin + start, begin + end) for start, end in reading.possible]
        return ranges

    def words(self, text: str) -> Words:
        """The words of the transcript: those of who has read it first, who may have none."""
        name, readings = self.by[0]
        return Words.said(text) if name == TAGGER else Words.read(readings, self.starts)


def _written_forms(text: str) -> list[WrittenForm] | Quarantine:
    try:
        return written_forms(text)
    except Exception as error:  # noqa: BLE001 - whatever it is, the file is not scanned
        return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)


def _together(
    hits: list[Hit] | Quarantine, in_forms: Sequence[tuple[WrittenForm, list[Hit] | Quarantine]]
) -> list[Hit] | Quarantine:
    """Hits of a text, and those of its written forms where they were said."""
    if isinstance(hits, Quarantine):
        return hits
    together = list(hits)
    for form, found in in_forms:
        if isinstance(found, Quarantine):
            return found
        for hit in found:
            start, end = form.original(hit.start, hit.end)
            together.append(msgspec.structs.replace(hit, start=start, end=end))
    return together


def _seen(text: str, read: _Read | Quarantine, hits: list[Hit] | Quarantine) -> Seen | Quarantine:
    if isinstance(read, Quarantine):
        return read
    if isinstance(hits, Quarantine):
        return hits
    try:
        if any(hit.context for hit in hits):
            words = read.words(text)
            found = [_span(hit, score_in_context(hit, words)) for hit in hits]
        else:
            found = [_span(hit, hit.score) for hit in hits]
        return Seen(text, read.spans, found, read.possible)
    except Exception as error:  # noqa: BLE001 - whatever it is, the file is not scanned
        return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)


def _span(hit: Hit, score: float) -> Span:
    return Span(hit.start, hit.end, hit.entity_type, round(score, 4), hit.recognizer)


def text_with_line_breaks(transcript: Transcript) -> str:
    """The canonical text with a line break instead of the first blank between turns.

    Offsets stay what they are, since one character takes the place of one. Turns that touch stay
    so: nothing but white space is ever replaced.
    """
    text = transcript.text
    parts = []
    place = 0
    for turn in transcript.turns[:-1]:
        if text[turn.end : turn.end + 1].isspace():
            parts += [text[place : turn.end], "\n"]
            place = turn.end + 1
    return "".join([*parts, text[place:]])


def _has_unbroken_token(text: str) -> bool:
    return max(map(len, text.split()), default=0) > _MAX_TOKEN_LETTERS


def _ranges(transcript: Transcript) -> Iterator[tuple[int, int]]:
    """Ranges that the NER reads each by itself: the turns, in parts where they are very long."""
    for turn in transcript.turns:
        start, end = turn.start, turn.end
        while end - start > _MAX_TURN_LETTERS:
            words = transcript.text[start : start + _MAX_TURN_LETTERS].rsplit(maxsplit=1)
            cut = start + (len(words[0]) if len(words) == 2 else _MAX_TURN_LETTERS)
            yield start, cut
            start = cut
        yield start, end
