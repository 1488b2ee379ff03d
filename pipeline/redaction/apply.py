"""The spans applied to text, utterances and words together.

A span that continues over a change of turn is cut there, and each part gets the same replacement,
so that the text stays the utterances joined. All words that a part touches become one word with
the replacement, from the start of the first to the end of the last. So after redaction, as before,
every view holds the same characters in the same order.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.records import (
    Piece,
    Quarantine,
    QuarantineReason,
    RedactedTranscript,
    Redaction,
    Span,
    TextPiece,
    Transcript,
)
from pipeline.redaction.residual import check_residual

#: Replacements may be this many times as long as the text, and some room for short ones. A value
#: that goes on over thousands of turns is replaced as a whole in each: that could fill the memory.
_MAX_GROWTH = 8
_ROOM = 4096


@dataclass(frozen=True, slots=True)
class _Cut:
    """A part of a span inside one turn, and what replaces it."""

    start: int
    end: int
    replacement: str
    span: Span
    turn: Piece


def apply(
    transcript: Transcript, spans: Sequence[Span], replacements: Sequence[str]
) -> RedactedTranscript:
    """Replaces the spans in every view, checks the result and seals it.

    Args:
        transcript: What to redact.
        spans: Disjoint, in order.
        replacements: One for each span.

    Raises:
        Quarantine: `detector_failed` if a span lies in no turn or spans are not disjoint,
            `residual_pii` or `view_mismatch` if the independent look at the result finds something.
    """
    cuts = _cut_at_turns(transcript, spans, replacements)
    if sum(len(cut.replacement) for cut in cuts) > _MAX_GROWTH * (len(transcript.text) + _ROOM):
        raise Quarantine(QuarantineReason.DETECTOR_FAILED, "ReplacementsTooLong")
    text = _Rewritten(transcript.text, cuts)
    utterances = tuple(
        TextPiece(text.between(turn.start, turn.end), turn.start_ms, turn.end_ms, _speaker(turn))
        for turn in (transcript.turns if transcript.has_utterances else ())
    )
    words = tuple(_words(transcript.words, cuts, text))
    redactions = tuple(_redactions(transcript.words, cuts, text))
    check_residual(
        text=text.text,
        replaced=[(r.start, r.end) for r in redactions],
        views=[
            *([[u.text for u in utterances]] if transcript.has_utterances else []),
            *([[w.text for w in words]] if transcript.words else []),
        ],
        removed=[(span.entity_type, transcript.text[span.start : span.end]) for span in spans],
    )
    return RedactedTranscript._sealed(  # noqa: SLF001 - the one place that may
        text=text.text,
        utterances=utterances,
        words=words,
        redactions=redactions,
        language=transcript.language,
        audio_duration_ms=transcript.audio_duration_ms,
    )


def _cut_at_turns(
    transcript: Transcript, spans: Sequence[Span], replacements: Sequence[str]
) -> list[_Cut]:
    cuts = []
    turns = transcript.turns
    starts = [turn.start for turn in turns]
    reached = 0
    for span, replacement in zip(spans, replacements, strict=True):
        if not reached <= span.start < span.end <= len(transcript.text):
            raise Quarantine(QuarantineReason.DETECTOR_FAILED, "SpansOverlap")
        reached = span.end
        covered = 0
        place = max(0, bisect_right(starts, span.start) - 1)
        while place < len(turns) and turns[place].start < span.end:
            turn = turns[place]
            start, end = max(span.start, turn.start), min(span.end, turn.end)
            start, end = _trimmed(transcript.text, start, end)
            if start < end:
                cuts.append(_Cut(start, end, replacement, span, turn))
                covered += _solid(transcript.text[start:end])
            place += 1
        if covered != _solid(transcript.text[span.start : span.end]):
            raise Quarantine(QuarantineReason.DETECTOR_FAILED, "SpanOutsideTurns")
    return cuts


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without white space at its ends: what separates words stays."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _solid(text: str) -> int:
    return sum(not c.isspace() for c in text)


class _Rewritten:
    """The text with every cut replaced, and where each offset of the old text went."""

    def __init__(self, old: str, cuts: Sequence[_Cut]) -> None:
        parts = []
        self._ends: list[int] = []  # old end of each cut
        self._shift: list[int] = [0]  # new minus old offset behind that many cuts
        place = 0
        for cut in cuts:
            parts += [old[place : cut.start], cut.replacement]
            place = cut.end
            self._ends.append(cut.end)
            self._shift.append(self._shift[-1] + len(cut.replacement) - (cut.end - cut.start))
        parts.append(old[place:])
        self.text = "".join(parts)

    def offset(self, old: int) -> int:
        """New offset of an old one that does not lie inside a cut."""
        return old + self._shift[bisect_right(self._ends, old)]

    def between(self, start: int, end: int) -> str:
        """The new text of an old range that no cut crosses the ends of."""
        # A cut that starts where the range starts belongs to it, one that ends there does not.
        return self.text[self.offset(start) : self.offset(end)]


def _words(words: Sequence[Piece], cuts: Sequence[_Cut], text: _Rewritten) -> list[TextPiece]:
    result = []
    place = 0
    cut = 0
    while place < len(words):
        first = last = words[place]
        place += 1
        while cut < len(cuts) and cuts[cut].end <= first.start:
            cut += 1
        reach = cut
        # Words are taken in as long as a cut that touches the last one reaches the next.
        while reach < len(cuts) and cuts[reach].start < last.end:
            while place < len(words) and words[place].start < cuts[reach].end:
                last = words[place]
                place += 1
            reach += 1
        changed = text.between(first.start, last.end)
        if changed:
            result.append(TextPiece(changed, first.start_ms, last.end_ms, _speaker(first)))
    return result


def _redactions(words: Sequence[Piece], cuts: Sequence[_Cut], text: _Rewritten) -> list[Redaction]:
    result = []
    word = 0
    for cut in cuts:
        while word < len(words) and words[word].end <= cut.start:
            word += 1
        last = word
        while last < len(words) and words[last].start < cut.end:
            last += 1
        # Without timed words the whole turn is muted rather than nothing.
        covering = words[word:last] or [cut.turn]
        start = text.offset(cut.end) - len(cut.replacement)
        result.append(
            Redaction(
                entity_type=cut.span.entity_type,
                start=start,
                end=start + len(cut.replacement),
                start_ms=covering[0].start_ms,
                end_ms=covering[-1].end_ms,
                score=cut.span.score,
                recognizer=cut.span.recognizer,
            )
        )
    return result


def _speaker(piece: Piece) -> str | None:
    """A, B … Z, AA, AB …: speakers are numbered, whatever the source called them."""
    if piece.speaker is None:
        return None
    name = ""
    number = piece.speaker + 1
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
