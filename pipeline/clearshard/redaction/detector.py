"""Batched NER and Presidio's recognizers → candidate spans.

The NER reads each turn by itself, so that no entity spans two turns unless a recognizer means to,
and the turns of many transcripts together. The other recognizers read a whole transcript with a
line break between turns, so that a number may continue in the next turn. Those that were made for
what is written also read what was said as it would be written.

What is found, and with which scores, is what Presidio's `AnalyzerEngine` would find with the same
recognizers and the same reading; `tests/redaction/test_detector.py` compares them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import msgspec

from clearshard.config import Profile
from clearshard.recognizers import dates, street_address
from clearshard.recognizers.fail_closed import silence_presidio
from clearshard.recognizers.reach import Reach
from clearshard.recognizers.table import recognizers_of
from clearshard.recognizers.vocabulary import COMMON_PLACES, CONTRACTION, MEDICAL
from clearshard.records import Quarantine, QuarantineReason, Span, Transcript
from clearshard.redaction import codes_behind_names
from clearshard.redaction.batch_ner.runtime import Reading
from clearshard.redaction.context import Words, score_in_context
from clearshard.redaction.in_vain import best_score, in_vain
from clearshard.redaction.naming import address_or_number, named_by_others
from clearshard.redaction.ner import entity_types, load_ner, spans_of
from clearshard.redaction.patterns import Hit, Patterns
from clearshard.redaction.policy_names import kept_types, removed_types
from clearshard.redaction.reading import Reader, Union, reader_of
from clearshard.redaction.scores import NER_SCORE
from clearshard.redaction.whole_addresses import whole_address
from clearshard.redaction.written.alignment import WrittenForm
from clearshard.redaction.written.forms import written_forms

_PLACE = "LOCATION"
_NAMED = frozenset(("PERSON", _PLACE))
#: Letters without a break. Nothing that people say is longer, and no recognizer was made for it.
_MAX_TOKEN_LETTERS = 4096
#: Longer turns are read in parts, so that the memory of the NER does not grow with a transcript.
_MAX_TURN_LETTERS = 20_000


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """What the detector is made of.

    Attributes:
        ners: Each the name of an installed spaCy pipeline package, or a path to one; one at least.
        profile: Which recognizers run.
        score_threshold: Candidates below are dropped.
        entities: Types to look for; None is every type.
        keep_entities: Types that are left in the text.
        user_recognizers: Pattern recognizers of the user.
        regex_seconds: Time that one pattern may take on one transcript.
    """

    ners: tuple[str, ...]
    profile: Profile
    score_threshold: float
    entities: tuple[str, ...] | None
    keep_entities: tuple[str, ...]
    user_recognizers: Path | None
    regex_seconds: float


class Detector:
    """Finds candidates of personal data. Expensive to make, cheap to keep.

    Attributes:
        supported: The entity types that its recognizers can find.
        entities: Those that it looks for.
        reachable: Those of them of which anything can score as much as is asked.
        in_vain: What is wrong with recognizers of the user that would remove nothing.
    """

    def __init__(self, settings: DetectorSettings) -> None:
        """Loads the model and the recognizers.

        Raises:
            ConfigError: The model cannot be used, or a recognizer of the user is wrong.
        """
        silence_presidio()
        recognizers = recognizers_of(
            settings.profile, settings.user_recognizers, settings.regex_seconds
        )
        self._profile = settings.profile
        self._score_threshold = settings.score_threshold
        ners = [load_ner(name) for name in settings.ners]
        self._reader: Reader = reduce(Union, map(reader_of, ners))
        self.supported = frozenset().union(
            *map(entity_types, ners),
            *(recognizer.supported_entities for recognizer in recognizers.every),
        )
        wanted = self.supported
        if settings.entities is not None:
            wanted = removed_types(settings.entities, self.supported)
        kept = kept_types(settings.keep_entities, self.supported)
        self.entities = tuple(sorted(wanted - kept))
        self._wanted = frozenset(self.entities)
        self.in_vain = tuple(in_vain(recognizers.users, self._wanted, settings.score_threshold))
        self.reachable = self._wanted & frozenset().union(
            *(map(entity_types, ners) if settings.score_threshold <= NER_SCORE else ()),
            *(
                recognizer.supported_entities
                for recognizer in recognizers.every
                if best_score(recognizer) >= settings.score_threshold
            ),
        )
        self._patterns = Patterns(recognizers.every, self.entities)
        self._written: Patterns | None = None
        if settings.profile != "stock":
            self._written = Patterns(recognizers.written, self.entities)

    def detect(
        self, transcripts: Sequence[Transcript], texts: Sequence[str]
    ) -> list[list[Span] | Quarantine]:
        """Candidates of each transcript, or why it could not be scanned to the end.

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
            self._candidates(text, next(read), next(found))
            if is_fit
            else Quarantine(QuarantineReason.DETECTOR_FAILED, "UnbrokenToken")
            for text, is_fit in zip(texts, fit, strict=True)
        ]

    def _find(self, texts: Sequence[str]) -> list[list[Hit] | Quarantine]:
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
        readings = self._reader.read(
            [
                [transcript.text[start:end] for start, end in of_one]
                for transcript, of_one in zip(transcripts, ranges, strict=True)
            ]
        )
        return [
            _Read(of_one, [start for start, _ in places])
            for of_one, places in zip(readings, ranges, strict=True)
        ]

    def _candidates(
        self, text: str, read: "_Read | Quarantine", hits: list[Hit] | Quarantine
    ) -> list[Span] | Quarantine:
        if isinstance(read, Quarantine):
            return read
        if isinstance(hits, Quarantine):
            return hits
        try:
            return self._merged(text, read, hits)
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is not scanned
            return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)

    def _merged(self, text: str, read: "_Read", hits: list[Hit]) -> list[Span]:
        spans = [
            span
            for span in spans_of(read.readings, read.starts)
            if span.entity_type in self._wanted and self._is_personal(text, span)
        ]
        if self._profile != "stock":
            spans = [
                address_or_number(text, span, self._wanted, self._score_threshold) for span in spans
            ]
        if any(hit.context for hit in hits):
            words = Words(read.readings, read.starts)
            spans += [_span(hit, score_in_context(hit, words)) for hit in hits]
        else:
            spans += [_span(hit, hit.score) for hit in hits]
        if self._profile != "stock" and codes_behind_names.ENTITY_TYPE in self._wanted:
            spans += codes_behind_names.codes_behind_names(text, spans)
        spans = [span for span in spans if span.score >= self._score_threshold]
        if self._profile != "stock":
            spans = [whole_address(text, span) for span in spans]
            spans = named_by_others(text, spans, self._wanted)
        return _without_contained(spans)

    def _is_personal(self, text: str, span: Span) -> bool:
        """Whether what the NER found is personal data by itself."""
        if self._profile == "stock":
            return True
        if span.entity_type == street_address.ENTITY_TYPE:
            return not dates.is_time(text[span.start : span.end])
        said = text[span.start : span.end].lower()
        if span.entity_type in _NAMED and (MEDICAL.fullmatch(said) or CONTRACTION.fullmatch(said)):
            return False
        if span.entity_type == _PLACE:
            return not COMMON_PLACES.issuperset(said.split())
        if span.entity_type == dates.ENTITY_TYPE:
            return dates.may_be_birthday(text[span.start : span.end])
        return True


@dataclass(frozen=True, slots=True)
class _Read:
    """A transcript as the NER has read it: its ranges, and where each of them starts."""

    readings: list[Reading]
    starts: list[int]


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


def _span(hit: Hit, score: float) -> Span:
    return Span(hit.start, hit.end, hit.entity_type, round(score, 4), hit.recognizer)


def _without_contained(spans: list[Span]) -> list[Span]:
    """The spans that lie in no other span of their type with at least their score.

    Of spans that tie, the recognizer that comes first by name keeps its own, so that a shard names
    the same one every time.
    """
    kept: list[Span] = []
    open_: list[Span] = []  # of one type, overlapping: directly or through others
    end = 0
    for span in sorted(spans, key=lambda s: (s.entity_type, s.start)):
        if open_ and (span.entity_type != open_[0].entity_type or span.start >= end):
            kept += _outermost(open_)
            open_, end = [], 0
        open_.append(span)
        end = max(end, span.end)
    return kept + _outermost(open_)


def _outermost(spans: list[Span]) -> list[Span]:
    if len(spans) < 2:
        return spans
    kept: list[Span] = []
    reach = Reach(span.start for span in spans)
    for span in sorted(spans, key=lambda s: (-s.score, s.start, -s.end, s.recognizer)):
        if reach.until(span.start) < span.end:
            kept.append(span)
            reach.add(span.start, span.end)
    return kept


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
