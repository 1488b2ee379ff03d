"""Presidio's analyzer over batched spaCy NER → candidate spans.

The NER reads each turn by itself, so that no entity spans two turns unless a recognizer means to;
the turns of a transcript go through it in batches, those of two transcripts never together: the
last bits of its scores depend on what else is in a batch, and nothing in a shard may depend on
which files happened to be worked on together. The other recognizers read a whole transcript with a
line break between turns, so that a number may continue in the next turn.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

from pipeline.recognizers.fail_closed import PatternTimeout, silence_presidio
from pipeline.recognizers.table import LANGUAGE, all_recognizers
from pipeline.records import Quarantine, QuarantineReason, Span, Transcript
from pipeline.redaction.context import Artifacts, Context
from pipeline.redaction.ner import Collected, TurnwiseNlp, entity_types, load_ner

#: Letters without a break. Nothing that people say is longer, and no recognizer was made for it.
_MAX_TOKEN_LETTERS = 4096
#: What the NER reads at once. Its memory grows with this, and not with the transcript.
_BATCH_TURNS = 64
_BATCH_LETTERS = 20_000


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """What the detector is made of.

    Attributes:
        spacy_model: Name of an installed spaCy pipeline package, or a path to one.
        score_threshold: Candidates below are dropped.
        entities: Types to look for; None is every type.
        keep_entities: Types that are left in the text.
        user_recognizers: Pattern recognizers of the user.
        regex_seconds: Time that one pattern may take on one transcript.
    """

    spacy_model: str
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
    """

    def __init__(self, settings: DetectorSettings) -> None:
        """Loads the model and the recognizers.

        Raises:
            ConfigError: The model cannot be used, or a recognizer of the user is wrong.
        """
        silence_presidio()
        users = all_recognizers(settings.user_recognizers, settings.regex_seconds)
        self._settings = settings
        self._nlp = load_ner(settings.spacy_model)
        self._engine = TurnwiseNlp(self._nlp)
        registry = RecognizerRegistry(
            recognizers=[SpacyRecognizer(supported_entities=entity_types(self._nlp)), *users],
            supported_languages=[LANGUAGE],
        )
        self._analyzer = AnalyzerEngine(
            registry=registry,
            nlp_engine=self._engine,
            supported_languages=[LANGUAGE],
            context_aware_enhancer=Context(),
        )
        self.supported = frozenset(e for r in registry.recognizers for e in r.supported_entities)
        wanted = self.supported if settings.entities is None else frozenset(settings.entities)
        self.entities = tuple(sorted(wanted - frozenset(settings.keep_entities)))

    def detect(self, transcript: Transcript) -> list[Span] | Quarantine:
        """Candidates, or why the transcript could not be scanned to the end."""
        # Before anything else looks at them: tokenizers take very long for very long tokens.
        if any(len(token) > _MAX_TOKEN_LETTERS for token in transcript.text.split()):
            return Quarantine(QuarantineReason.DETECTOR_FAILED, "UnbrokenToken")
        try:
            return self._candidates(transcript)
        except PatternTimeout:
            return Quarantine(QuarantineReason.DETECTOR_TIMEOUT, "PatternTimeout")
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is not scanned
            return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)

    def _candidates(self, transcript: Transcript) -> list[Span]:
        results = self._analyzer.analyze(
            text=text_with_line_breaks(transcript),
            language=LANGUAGE,
            entities=list(self.entities),
            score_threshold=self._settings.score_threshold,
            nlp_artifacts=self._read(transcript),
        )
        return [
            Span(
                start=result.start,
                end=result.end,
                entity_type=result.entity_type,
                score=round(float(result.score), 4),
                recognizer=result.recognition_metadata["recognizer_name"],
            )
            for result in results
        ]

    def _read(self, transcript: Transcript) -> Artifacts:
        collected = Collected()
        # Words that the vocabulary has not seen are forgotten again: a worker lives long.
        with self._nlp.memory_zone():
            for batch in _batches(transcript):
                texts = [transcript.text[start:end] for start, end in batch]
                docs = self._nlp.pipe(texts, batch_size=len(texts))
                for (start, _), doc in zip(batch, docs, strict=True):
                    collected.add(doc, start)
        return collected.artifacts(self._engine)


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


def _batches(transcript: Transcript) -> Iterator[list[tuple[int, int]]]:
    """Ranges that the NER reads each by itself, in groups that it reads together."""
    batch: list[tuple[int, int]] = []
    letters = 0
    for turn in transcript.turns:
        for start, end in _readable(transcript.text, turn.start, turn.end):
            if len(batch) == _BATCH_TURNS or letters + end - start > _BATCH_LETTERS:
                if batch:
                    yield batch
                batch, letters = [], 0
            batch.append((start, end))
            letters += end - start
    if batch:
        yield batch


def _readable(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A turn, in parts that end with a word where it is longer than fits into a batch."""
    while end - start > _BATCH_LETTERS:
        words = text[start : start + _BATCH_LETTERS].rsplit(maxsplit=1)
        cut = start + (len(words[0]) if len(words) == 2 else _BATCH_LETTERS)
        yield start, cut
        start = cut
    yield start, end
