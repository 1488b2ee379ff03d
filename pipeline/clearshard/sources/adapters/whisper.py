"""What OpenAI's Whisper writes, and what OpenAI's API answers as `verbose_json` → `Heard`.

The text is the whole of it; segments and words, inside the segments or beside them, must be the
same speech. Nobody is told apart by it: there are no speakers.
"""

from typing import Any

import msgspec

from clearshard.sources.adapters.language_names import code_of
from clearshard.sources.adapters.segments import Said, Segment, views_of
from clearshard.sources.adapters.values import Seconds, certainty, milliseconds
from clearshard.sources.heard import Heard, Word


class _Word(msgspec.Struct):
    word: str
    start: Seconds
    end: Seconds
    probability: Any = None


class _Segment(msgspec.Struct):
    text: str
    start: Seconds
    end: Seconds
    words: list[_Word] | None = None


class _Document(msgspec.Struct):
    text: str
    segments: list[_Segment] | None = None
    words: list[_Word] | None = None
    language: str | None = None
    duration: Seconds | None = None


def read(document: Any) -> Heard:
    """What was heard.

    Raises:
        msgspec.ValidationError: It is not of this format.
    """
    found = msgspec.convert(document, _Document)
    views = views_of([_segment(number, each) for number, each in enumerate(found.segments or ())])
    words, paths = views.words, views.word_paths
    if found.words:
        # Beside the segments they are the ones that were asked for.
        words = [_timed(each) for each in found.words]
        paths = [f"words[{number}]" for number in range(len(words))]
    return Heard(
        text=found.text,
        utterances=views.utterances,
        words=words,
        spoken=[None] * len(views.utterances),
        languages=() if found.language is None else (code_of(found.language),),
        duration_seconds=found.duration,
        duration_at="duration",
        utterance_at=views.utterance_paths.__getitem__,
        word_at=paths.__getitem__,
    )


def _segment(number: int, segment: _Segment) -> Segment:
    at = f"segments[{number}]"
    words = [_said(each, f"{at}.words[{n}]") for n, each in enumerate(segment.words or ())]
    times = milliseconds(segment.start), milliseconds(segment.end)
    return Segment(segment.text, *times, at, None, words)


def _said(word: _Word, path: str) -> Said:
    times = milliseconds(word.start), milliseconds(word.end)
    return Said(word.word, times, path, None, certainty(word.probability))


def _timed(word: _Word) -> Word:
    times = milliseconds(word.start), milliseconds(word.end)
    return Word(word.word, *times, certainty(word.probability))
