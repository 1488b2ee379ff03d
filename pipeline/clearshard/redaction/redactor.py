"""Redaction of a batch of transcripts; every failure quarantines one file and no other."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass

from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.keys import PseudonymKey
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.transcript import RedactedTranscript, Span, Transcript
from clearshard.redaction.apply import apply
from clearshard.redaction.detector import Detector, DetectorSettings, text_with_line_breaks
from clearshard.redaction.looked_for import problems_of_languages, problems_of_types
from clearshard.redaction.ner import STOCK_NER
from clearshard.redaction.replace import Replacer
from clearshard.redaction.resolve import resolve
from clearshard.redaction.step_kinds import Seen
from clearshard.redaction.steps import spans_in, steps_of
from clearshard.redaction.view import scripts
from clearshard.redaction.view.views import View, views_of


class Redactor:
    """Detection, resolution, replacement and residual check. Expensive to make, cheap to keep."""

    def __init__(self, config: Config, key: PseudonymKey) -> None:
        """Loads the model and the recognizers.

        Raises:
            ConfigError: The redaction section names something that is not there.
        """
        settings = config.redaction
        self._languages = frozenset(settings.languages)
        self._detector = Detector(detector_settings(config))
        problems = problems_of_types(settings, self._detector.types)
        problems += problems_of_languages(settings)
        if problems:
            raise ConfigError("configuration", problems)
        self._steps = steps_of(settings.profile)
        self._replacer = Replacer(settings.operator, settings.operators, key)

    def shifted(self, offsets: Sequence[float]) -> "list[Redactor]":
        """Redactors that differ in how sure the tagger must be: `Detector.shifted`.

        Raises:
            ConfigError: The profile is `stock`, which has no tagger.
        """
        redactors = []
        for detector in self._detector.shifted(offsets):
            redactor = copy(self)
            redactor._detector = detector  # noqa: SLF001 - a copy of this one
            redactors.append(redactor)
        return redactors

    def redact(self, transcripts: Sequence[Transcript]) -> list[RedactedTranscript | Quarantine]:
        """One result for each transcript, in order."""
        covered = [t for t in transcripts if t.language in self._languages]
        found = iter(self._find(covered))
        return [
            self._redact_one(transcript, next(found))
            if transcript.language in self._languages
            else Quarantine(QuarantineReason.UNSUPPORTED_LANGUAGE, "language_code")
            for transcript in transcripts
        ]

    def spans(self, transcripts: Sequence[Transcript]) -> list[tuple[Span, ...] | Quarantine]:
        """The resolved spans alone, whatever the language, for `detect` and `eval`."""
        return [
            found if isinstance(found, Quarantine) else found.spans
            for found in self._find(transcripts)
        ]

    def _find(self, transcripts: Sequence[Transcript]) -> list["_Found | Quarantine"]:
        """What is found in each transcript, in all of its views."""
        views = [_views(transcript) for transcript in transcripts]
        read = iter(
            self._find_in([view for seen in views if isinstance(seen, list) for view in seen])
        )
        return [
            seen
            if isinstance(seen, Quarantine)
            else _together(transcript, seen, [next(read) for _ in seen])
            for transcript, seen in zip(transcripts, views, strict=True)
        ]

    def _find_in(self, views: Sequence[View]) -> list[tuple[Span, ...] | Quarantine]:
        """The resolved spans of each view."""
        # With line breaks, so that a number may go on in the next turn, but names of two turns that
        # follow each other stay two.
        texts = [_with_line_breaks(view.transcript) for view in views]
        sound = [
            (view.transcript, text)
            for view, text in zip(views, texts, strict=True)
            if isinstance(text, str)
        ]
        found = iter(self._detector.detect([t for t, _ in sound], [text for _, text in sound]))
        return [
            text if isinstance(text, Quarantine) else self._spans_in(next(found)) for text in texts
        ]

    def _redact_one(
        self, transcript: Transcript, found: "_Found | Quarantine"
    ) -> RedactedTranscript | Quarantine:
        if isinstance(found, Quarantine):
            return found
        try:
            _check_scripts(found)
            values = [found.view.shown(span.start, span.end) for span in found.spans]
            return apply(transcript, found.spans, self._replacer.replacements(found.spans, values))
        except Quarantine as problem:
            return problem
        except Exception as error:  # noqa: BLE001 - whatever it is, the file is not written
            return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)

    def _spans_in(self, seen: Seen | Quarantine) -> tuple[Span, ...] | Quarantine:
        if isinstance(seen, Quarantine):
            return seen
        try:
            return spans_in(seen, self._steps, self._detector.asked)
        except Quarantine as problem:
            return problem
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody knows what to redact
            return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found in a transcript, and what is shown of it."""

    view: View
    spans: tuple[Span, ...]


def _views(transcript: Transcript) -> list[View] | Quarantine:
    try:
        return views_of(transcript)
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody knows what to scan
        return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)


def _together(
    transcript: Transcript, views: Sequence[View], found: Sequence[tuple[Span, ...] | Quarantine]
) -> _Found | Quarantine:
    """What was found in the views of a transcript, where it stands in the transcript itself."""
    spans: list[Span] = []
    try:
        for view, of_one in zip(views, found, strict=True):
            if isinstance(of_one, Quarantine):
                return of_one
            spans += view.to_source(of_one)
        if all(view.is_source for view in views):
            return _Found(views[0], tuple(spans))
        return _Found(views[0], resolve(transcript.text, spans))
    except Quarantine as problem:
        return problem
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody knows what to redact
        return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)


def _with_line_breaks(transcript: Transcript) -> str | Quarantine:
    try:
        return text_with_line_breaks(transcript)
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody knows what to scan
        return Quarantine(QuarantineReason.DETECTOR_FAILED, type(error).__name__)


def _check_scripts(found: _Found) -> None:
    """Passes what is written in the script of its language, but for words that are removed.

    Raises:
        Quarantine: `unsupported_language`.
    """
    view = found.view
    if scripts.is_mostly_foreign(view.transcript) or not _are_covered(
        view.to_source(
            [Span(*place, "", 0.0, "") for place in scripts.foreign_words(view.transcript.text)]
        ),
        found.spans,
    ):
        raise Quarantine(QuarantineReason.UNSUPPORTED_LANGUAGE, "script")


def _are_covered(words: Sequence[Span], spans: Sequence[Span]) -> bool:
    """Whether each of some words lies in one of some disjoint spans; both are in order."""
    remaining = iter(spans)
    span = next(remaining, None)
    for word in words:
        while span is not None and span.end < word.end:
            span = next(remaining, None)
        if span is None or span.start > word.start:
            return False
    return True


def detector_settings(config: Config) -> DetectorSettings:
    """The part of the configuration that decides what is found."""
    settings = config.redaction
    return DetectorSettings(
        ners=tuple(_ners(config)),
        profile=settings.profile,
        score_threshold=settings.score_threshold,
        entities=settings.entities,
        also_entities=settings.also_entities,
        keep_entities=settings.keep_entities,
        user_recognizers=None
        if settings.recognizers is None
        else config.path(settings.recognizers),
        regex_seconds=settings.regex_timeout_seconds,
        plugins=settings.plugins,
    )


def _ners(config: Config) -> Iterator[str]:
    """Which NERs read every turn: the one that is configured, or that of stock Presidio."""
    model, is_stock = config.redaction.spacy_model, config.redaction.profile == "stock"
    if model is not None:
        # A path to a pipeline is relative to the configuration, a package name is not.
        local = config.path(model)
        yield str(local) if local.exists() else model
    elif is_stock:
        yield STOCK_NER
