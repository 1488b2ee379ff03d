"""Segments of a recogniser of the Whisper family → utterances and words.

A segment ends where a window of the model ended, not where a sentence did: as turns, segments would
be looked through one by one, and a name over two of them would not be found. So segments of one
speaker are joined to whole sentences.

Words that the source could not time (numbers, mostly) are somewhere between their timed neighbours.
A run of them becomes one word that lasts from the one before to the one behind: whatever is muted
of it is muted wholly.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from clearshard.sources.adapters.values import Label
from clearshard.sources.heard import Utterance, Word

_SENTENCE_ENDS = re.compile(r"[.?!…。]['\")\]”’»]*\Z")  # noqa: RUF001 - each of them ends one


@dataclass(frozen=True, slots=True)
class Said:
    """A word.

    Attributes:
        times: Start and end in milliseconds; None if the source could not time it.
        speaker: None is that of the segment.
        path: Where it is.
    """

    text: str
    times: tuple[int, int] | None
    path: str
    speaker: Label = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """What was said in one go, with times in milliseconds."""

    text: str
    start: int
    end: int
    path: str
    speaker: Label = None
    words: Sequence[Said] = ()


@dataclass(slots=True)
class Views:
    """Utterances and words, and where they are in the source."""

    utterances: list[Utterance] = field(default_factory=list)
    utterance_paths: list[str] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    word_paths: list[str] = field(default_factory=list)


def views_of(segments: Sequence[Segment]) -> Views:
    """Both views; there are no words if no segment has any."""
    segments = [segment for segment in segments if segment.text.strip() or segment.words]
    if any(segment.words for segment in segments):
        segments = [_with_words(segment) for segment in segments]
    views = Views()
    turns = _turns(segments)
    for number, turn in enumerate(turns):
        words = [said for segment in turn for said in segment.words]
        before = _last_moment(turns[number - 1]) if number else 0
        behind = turns[number + 1] if number + 1 < len(turns) else None
        timed = _timed(turn, words, before, _end(turn) if behind is None else _first_moment(behind))
        start = min([_start(turn), *(word.start for word in timed)])
        end = max([_end(turn), *(word.end for word in timed)])
        text = " ".join(segment.text.strip() for segment in turn)
        views.utterances.append(Utterance(text, start, end, turn[0].speaker))
        views.utterance_paths.append(turn[0].path)
        views.words += timed
        views.word_paths += [next(run).path for _, run in groupby(words, _kind_of)]
    return views


def _with_words(segment: Segment) -> Segment:
    """A segment none of whose words is known has one that nobody has timed."""
    return segment if segment.words else replace(segment, words=[_all_of(segment)])


def _all_of(segment: Segment) -> Said:
    return Said(segment.text.strip(), None, segment.path)


def _turns(segments: Sequence[Segment]) -> list[list[Segment]]:
    turns = [[segment] for segment in segments[:1]]
    for before, after in pairwise(segments):
        if before.speaker != after.speaker or (_ends(before) and not _is_untimed(before, after)):
            turns.append([])
        turns[-1].append(after)
    return turns


def _ends(segment: Segment) -> bool:
    return _SENTENCE_ENDS.search(segment.text.rstrip()) is not None


def _is_untimed(before: Segment, after: Segment) -> bool:
    """Whether words that nobody has timed stand on both sides: no one knows where they part."""
    words = [*before.words[-1:], *after.words[:1]]
    return len(words) == 2 and all(word.times is None for word in words)


def _start(turn: Sequence[Segment]) -> int:
    return min(segment.start for segment in turn)


def _end(turn: Sequence[Segment]) -> int:
    return max(segment.end for segment in turn)


def _first_moment(turn: Sequence[Segment]) -> int:
    return min([_start(turn), *(w.times[0] for s in turn for w in s.words if w.times)])


def _last_moment(turn: Sequence[Segment]) -> int:
    return max([_end(turn), *(w.times[1] for s in turn for w in s.words if w.times)])


def _kind_of(said: Said) -> object:
    """The same for all words of a run that nobody has timed, and for each timed one its own."""
    return said.path if said.times else None


def _timed(turn: Sequence[Segment], words: Sequence[Said], before: int, behind: int) -> list[Word]:
    """The words of a turn; those that nobody has timed, between what was heard around them."""
    runs = [list(run) for _, run in groupby(words, _kind_of)]
    timed = []
    for number, run in enumerate(runs):
        first = run[0]
        if first.times is not None:
            start, end = first.times
        else:
            last, next_ = runs[number - 1][-1:] if number else (), runs[number + 1 : number + 2]
            start = last[0].times[1] if last and last[0].times else min(before, _start(turn))
            end = next_[0][0].times[0] if next_ and next_[0][0].times else max(behind, _end(turn))
        speaker = turn[0].speaker if first.speaker is None else first.speaker
        text = " ".join(said.text.strip() for said in run)
        timed.append(Word(text, start, end, first.confidence, speaker))
    return timed
