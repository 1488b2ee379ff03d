"""Presidio's analyzer over batched NER → candidate spans.

The NER reads each turn by itself, so that no entity spans two turns unless a recognizer means to,
and the turns of many transcripts together. The other recognizers read a whole transcript with a
line break between turns, so that a number may continue in the next turn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

from pipeline.recognizers.fail_closed import PatternTimeout, silence_presidio
from pipeline.recognizers.table import LANGUAGE, all_recognizers
from pipeline.records import Quarantine, QuarantineReason, Span, Transcript
from pipeline.redaction.context import Artifacts, Context
from pipeline.redaction.ner import TurnwiseNlp, artifacts_of, entity_types, load_ner
from pipeline.redaction.reading import reader_of

#: Letters without a break. Nothing that people say is longer, and no recognizer was made for it.
_MAX_TOKEN_LETTERS = 4096
#: Longer turns are read in parts, so that the memory of the NER does not grow with a transcript.
_MAX_TURN_LETTERS = 20_000


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
        nlp = load_ner(settings.spacy_model)
        self._reader = reader_of(nlp)
        self._engine = TurnwiseNlp(nlp)
        registry = RecognizerRegistry(
            recognizers=[SpacyRecognizer(supported_entities=entity_types(nlp)), *users],
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

    def detect(self, transcripts: Sequence[Transcript]) -> list[list[Span] | Quarantine]:
        """Candidates of each transcript, or why it could not be scanned to the end."""
        results: list[list[Span] | Quarantine] = []
        # Before anything else looks at them: tokenizers take very long for very long tokens.
        fit = [t for t in transcripts if not _has_unbroken_token(t.text)]
        read = iter(self._read_all(fit))
        for transcript in transcripts:
            if _has_unbroken_token(transcript.text):
                results.append(Quarantine(QuarantineReason.DETECTOR_FAILED, "UnbrokenToken"))
            else:
                results.append(self._candidates(transcript, next(read)))
        return results

    def _read_all(self, transcripts: Sequence[Transcript]) -> list[Artifacts | Quarantine]:
        try:
            return [*self._read(transcripts)]
        except Exception:  # noqa: BLE001 - one of them; the others must not suffer for it
            return [self._read_alone(transcript) for transcript in transcripts]

    def _read_alone(self, transcript: Transcript) -> Artifacts | Quarantine:
        try:
            (artifacts,) = self._read([transcript])
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is not scanned
            return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)
        return artifacts

    def _read(self, transcripts: Sequence[Transcript]) -> list[Artifacts]:
        ranges = [list(_ranges(transcript)) for transcript in transcripts]
        texts = [
            [transcript.text[start:end] for start, end in of_one]
            for transcript, of_one in zip(transcripts, ranges, strict=True)
        ]
        readings = self._reader.read(texts)
        return [
            artifacts_of(of_one, [start for start, _ in places], self._engine)
            for of_one, places in zip(readings, ranges, strict=True)
        ]

    def _candidates(
        self, transcript: Transcript, artifacts: Artifacts | Quarantine
    ) -> list[Span] | Quarantine:
        if isinstance(artifacts, Quarantine):
            return artifacts
        try:
            results = self._analyzer.analyze(
                text=text_with_line_breaks(transcript),
                language=LANGUAGE,
                entities=list(self.entities),
                score_threshold=self._settings.score_threshold,
                nlp_artifacts=artifacts,
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
        except PatternTimeout:
            return Quarantine(QuarantineReason.DETECTOR_TIMEOUT, "PatternTimeout")
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is not scanned
            return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)


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
    return any(len(token) > _MAX_TOKEN_LETTERS for token in text.split())


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
