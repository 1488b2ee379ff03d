"""What WhisperX writes, with or without alignment and speakers → `Heard`.

The text is that of the segments. Words are read where they stand in their segments, since only
there is one told whose time is unknown; `word_segments` are the same once more.
"""

from typing import Any

import msgspec

from clearshard.sources.adapters.language_names import code_of
from clearshard.sources.adapters.segments import Said, Segment, views_of
from clearshard.sources.adapters.values import Label, Seconds, certainty, milliseconds
from clearshard.sources.heard import Heard


class _Word(msgspec.Struct):
    word: str
    start: Seconds | None = None
    end: Seconds | None = None
    score: Any = None
    speaker: Label = None


class _Segment(msgspec.Struct):
    text: str
    start: Seconds
    end: Seconds
    speaker: Label = None
    words: list[_Word] | None = None


class _Document(msgspec.Struct):
    segments: list[_Segment]
    language: str | None = None


def read(document: Any) -> Heard:
    """What was heard.

    Raises:
        msgspec.ValidationError: It is not of this format.
    """
    found = msgspec.convert(document, _Document)
    views = views_of([_segment(number, each) for number, each in enumerate(found.segments)])
    return Heard(
        text=" ".join(utterance.text for utterance in views.utterances),
        utterances=views.utterances,
        words=views.words,
        spoken=[None] * len(views.utterances),
        languages=() if found.language is None else (code_of(found.language),),
        utterance_at=views.utterance_paths.__getitem__,
        word_at=views.word_paths.__getitem__,
    )


def _segment(number: int, segment: _Segment) -> Segment:
    at = f"segments[{number}]"
    words = [_said(each, f"{at}.words[{n}]") for n, each in enumerate(segment.words or ())]
    times = milliseconds(segment.start), milliseconds(segment.end)
    return Segment(segment.text, *times, at, segment.speaker, words)


def _said(word: _Word, path: str) -> Said:
    times = None
    if word.start is not None and word.end is not None:
        times = milliseconds(word.start), milliseconds(word.end)
    return Said(word.word, times, path, word.speaker, certainty(word.score))
