"""Overlapping, nested and touching candidates → disjoint spans in order.

Safety decides the extent: whatever any recognizer found is covered. Trust decides the type: the
longest candidate of a cluster names it, the higher score where lengths are equal. Where the tagger
has read, patterns that any number of some length fits name nothing that somebody else names: one
telephone number of eleven has the check digit of the NHS. And what is personal is never called by a
type that is found on request alone. The order of the recognizers never matters.
"""

from collections.abc import Callable, Sequence

from clearshard.recognizers import unknown_word
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.transcript import Span
from clearshard.redaction.on_request import is_on_request
from clearshard.redaction.scores import TAGGER

#: They know a number by its length, or by one digit that is right by chance.
_GUESSING = frozenset(
    ("NhsRecognizer", "UsBankRecognizer", "UsItinRecognizer", "UsLicenseRecognizer",
     "UsPassportRecognizer", "LicenseRecognizer", "NumberSequenceRecognizer")
)  # fmt: skip
_Trust = Callable[[Span], tuple[int, int, float, str, str]]


def resolve(text: str, candidates: Sequence[Span]) -> tuple[Span, ...]:
    """Disjoint spans in order that cover every letter of every candidate.

    White space at the ends of candidates is left out. Neighbours of the same type with nothing but
    blanks between them become one.

    Raises:
        Quarantine: `detector_failed`, if a candidate does not lie inside the text.
    """
    trust = _trust_beside_tagger if any(c.recognizer == TAGGER for c in candidates) else _trust
    clusters = _overlapping(sorted(_known(_trimmed(text, candidates))), trust)
    joined: list[Span] = []
    for span in clusters:
        last = joined[-1] if joined else None
        if last is not None and _touch(text, last, span):
            best = max(last, span, key=trust)
            joined[-1] = _extend(best, last.start, span.end)
        else:
            joined.append(span)
    return tuple(joined)


def _known(candidates: Sequence[Span]) -> Sequence[Span]:
    """Without words in no dictionary that lie in what was asked for: it tells what they are."""
    asked = [span for span in candidates if is_on_request(span)]
    if not asked:
        return candidates
    places = {place for span in asked for place in range(span.start, span.end)}
    return [
        span
        for span in candidates
        if span.entity_type != unknown_word.ENTITY_TYPE
        or not places.issuperset(range(span.start, span.end))
    ]


def _trimmed(text: str, candidates: Sequence[Span]) -> list[Span]:
    trimmed = []
    for span in candidates:
        start, end = span.start, span.end
        if not 0 <= start < end <= len(text):
            raise Quarantine(QuarantineReason.DETECTOR_FAILED, "SpanOutsideText")
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if start < end:
            trimmed.append(_extend(span, start, end))
    return trimmed


def _overlapping(ordered: Sequence[Span], trust: _Trust) -> list[Span]:
    """One span for each cluster of candidates that overlap, directly or through others."""
    clusters: list[Span] = []
    start = end = 0
    best: Span | None = None
    for span in ordered:
        if best is not None and span.start < end:
            end = max(end, span.end)
            best = max(best, span, key=trust)
        else:
            if best is not None:
                clusters.append(_extend(best, start, end))
            start, end, best = span.start, span.end, span
    if best is not None:
        clusters.append(_extend(best, start, end))
    return clusters


def _trust(span: Span) -> tuple[int, int, float, str, str]:
    # Type and recognizer only make the choice independent of the order of the candidates.
    rank = -int(is_on_request(span))
    return rank, span.end - span.start, span.score, span.entity_type, span.recognizer


def _trust_beside_tagger(span: Span) -> tuple[int, int, float, str, str]:
    trust = _trust(span)
    return (trust[0] or int(span.recognizer not in _GUESSING), *trust[1:])


def _extend(span: Span, start: int, end: int) -> Span:
    if (span.start, span.end) == (start, end):
        return span
    return Span(start, end, span.entity_type, span.score, span.recognizer)


def _touch(text: str, first: Span, second: Span) -> bool:
    between = text[first.end : second.start]
    return first.entity_type == second.entity_type and not between.strip(" \t")
