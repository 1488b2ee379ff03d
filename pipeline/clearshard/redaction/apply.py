"""The spans applied to text, utterances and words together.

A span that continues over a change of turn is cut there, and each part gets the same replacement,
so that the text stays the utterances joined. All words that a part touches become one word with
the replacement, from the start of the first to the end of the last. So after redaction, as before,
every view holds the same characters in the same order.

Such a word has no confidence: the source was sure, or not, of words that are gone, and how sure it
was tells a common name from a rare one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.transcript import (
    Piece,
    RedactedTranscript,
    Redaction,
    Span,
    TextPiece,
    TextWords,
    Transcript,
    Words,
)
from clearshard.redaction.residual import Replaced, check_residual

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
        TextPiece(
            text.between(turn.start, turn.end), turn.start_ms, turn.end_ms, _speaker(turn.speaker)
        )
        for turn in (transcript.turns if transcript.has_utterances else ())
    )
    words = _words(transcript.text, transcript.words, cuts, text)
    redactions = tuple(_redactions(transcript.words, cuts, text))
    check_residual(
        text=text.text,
        replaced=[
            Replaced(
                redaction.start,
                redaction.end,
                redaction.entity_type,
                transcript.text[cut.span.start : cut.span.end],
            )
            for redaction, cut in zip(redactions, cuts, strict=True)
        ],
        views=[
            *([[u.text for u in utterances]] if transcript.has_utterances else []),
            *([words.texts] if len(transcript.words) else []),
        ],
    )
    return RedactedTranscript._sealed(  # noqa: SLF001 - the one place that may
        text=text.text,
        utterances=utterances,
        words=words,
        redactions=redactions,
        language=transcript.language,
        audio_duration_ms=transcript.audio_duration_ms,
        channels=MappingProxyType(
            {_speaker(index): channel for index, channel in enumerate(transcript.channels)}
        ),
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
    return len("".join(text.split()))


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


def _words(old: str, words: Words, cuts: Sequence[_Cut], text: _Rewritten) -> TextWords:
    """The words, with one in the place of each group that is touched, if anything is left of it."""
    old_texts = [old[start:end] for start, end in zip(words.starts, words.ends, strict=True)]
    old_speakers = list(_speakers(words.speakers))
    texts: list[str] = []
    start_ms: list[int | None] = []
    end_ms: list[int | None] = []
    speakers: list[str | None] = []
    confidences: list[float | None] = []

    def keep(kept: slice) -> None:
        nonlocal texts, start_ms, end_ms, speakers, confidences
        texts += old_texts[kept]
        start_ms += words.start_ms[kept]
        end_ms += words.end_ms[kept]
        speakers += old_speakers[kept]
        confidences += words.confidences[kept]

    place = 0
    for first, end in _touched(words, cuts):
        keep(slice(place, first))
        place = end
        changed = text.between(words.starts[first], words.ends[end - 1])
        if changed:
            texts.append(changed)
            start_ms.append(words.start_ms[first])
            end_ms.append(words.end_ms[end - 1])
            speakers.append(old_speakers[first])
            confidences.append(None)
    keep(slice(place, None))
    return TextWords(
        texts=tuple(texts),
        start_ms=tuple(start_ms),
        end_ms=tuple(end_ms),
        speakers=tuple(speakers),
        confidences=tuple(confidences),
    )


def _touched(words: Words, cuts: Sequence[_Cut]) -> list[tuple[int, int]]:
    """Ranges of words that become one word each."""
    groups: list[tuple[int, int]] = []
    place = 0
    for cut in cuts:
        first = bisect_right(words.ends, cut.start, lo=place)
        end = bisect_left(words.starts, cut.end, lo=place)
        if groups and cut.start < words.ends[groups[-1][1] - 1]:
            # It touches the last word that is taken in already.
            groups[-1] = (groups[-1][0], max(end, groups[-1][1]))
        elif first < end:
            groups.append((first, end))
        if groups:
            place = groups[-1][1] - 1
    return groups


def _redactions(words: Words, cuts: Sequence[_Cut], text: _Rewritten) -> list[Redaction]:
    result = []
    for cut in cuts:
        first = bisect_right(words.ends, cut.start)
        end = bisect_left(words.starts, cut.end)
        start_ms, end_ms = _muted(words, first, end, cut.turn)
        start = text.offset(cut.end) - len(cut.replacement)
        result.append(
            Redaction(
                entity_type=cut.span.entity_type,
                start=start,
                end=start + len(cut.replacement),
                start_ms=start_ms,
                end_ms=end_ms,
                score=cut.span.score,
                recognizer=cut.span.recognizer,
            )
        )
    return result


def _muted(words: Words, first: int, end: int, turn: Piece) -> tuple[int | None, int | None]:
    """When to mute the audio for some words of a turn; None where nobody knows.

    A mute of no length is none: where the words are said to take no time, it lasts from the word
    before them to the word behind, or the whole turn, as it does without timed words.
    """
    whole = turn.start_ms, turn.end_ms
    if first == end:
        return whole
    of_words = words.start_ms[first], words.end_ms[end - 1]
    if _lasts(*of_words):
        return of_words
    start_ms, end_ms = whole
    if first and words.starts[first - 1] >= turn.start:
        start_ms = words.end_ms[first - 1]
    if end < len(words) and words.ends[end] <= turn.end:
        end_ms = words.start_ms[end]
    return (start_ms, end_ms) if _lasts(start_ms, end_ms) else whole


def _lasts(start_ms: int | None, end_ms: int | None) -> bool:
    return start_ms is not None and end_ms is not None and start_ms < end_ms


def _speakers(speakers: Sequence[int | None]) -> Iterable[str | None]:
    names = {speaker: _speaker(speaker) for speaker in set(speakers)}
    return map(names.__getitem__, speakers)


def _speaker(speaker: int | None) -> str | None:
    """A, B … Z, AA, AB …: speakers are numbered, whatever the source called them."""
    if speaker is None:
        return None
    name = ""
    number = speaker + 1
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
