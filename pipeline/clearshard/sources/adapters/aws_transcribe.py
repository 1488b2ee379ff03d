"""What a job of AWS Transcribe writes → `Heard`.

The transcript is the text. Items are its words in order; punctuation is an item of its own, without
a time, and belongs to the word before. Who speaks, and on which channel, is told by each item, or
in older jobs by lists beside them, which name an item by its times.
"""

import re
from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Any

import msgspec

from clearshard.sources.adapters.values import certainty, malformed, milliseconds
from clearshard.sources.adapters.voices import Stream, turns_of
from clearshard.sources.heard import COMPLETED, Heard, Word

_DONE = "COMPLETED"
#: Seconds are written as text.
_Time = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,8}(\.[0-9]{1,9})?$")] | None
_CHANNEL = re.compile(r"ch_([0-9]{1,2})")
_Key = tuple[str, str]


class _Content(msgspec.Struct):
    content: str
    confidence: Any = None


class _Item(msgspec.Struct):
    type: str
    alternatives: list[_Content]
    start_time: _Time = None
    end_time: _Time = None
    speaker_label: str | None = None
    channel_label: str | None = None


class _Named(msgspec.Struct):
    """An item in a list beside the words."""

    start_time: _Time = None
    end_time: _Time = None
    speaker_label: str | None = None


class _SpeakerSegment(msgspec.Struct):
    items: list[_Named] = []
    speaker_label: str | None = None


class _SpeakerLabels(msgspec.Struct):
    segments: list[_SpeakerSegment] = []


class _Channel(msgspec.Struct):
    channel_label: str
    items: list[_Named] = []


class _ChannelLabels(msgspec.Struct):
    channels: list[_Channel] = []


class _Transcript(msgspec.Struct):
    transcript: str


class _LanguageCode(msgspec.Struct):
    language_code: str


class _Results(msgspec.Struct):
    transcripts: list[_Transcript]
    items: list[_Item] = []
    speaker_labels: _SpeakerLabels | None = None
    channel_labels: _ChannelLabels | None = None
    language_code: str | None = None
    language_codes: list[_LanguageCode] | None = None


class _Job(msgspec.Struct):
    status: str = _DONE
    results: _Results | None = None


def read(document: Any) -> Heard:
    """What was heard.

    Raises:
        msgspec.ValidationError: It is not of this format.
        Quarantine: Its views are not the same speech, or it is none.
    """
    job = msgspec.convert(document, _Job)
    if job.results is None and job.status == _DONE:
        raise malformed("missing", "results")
    results = job.results or _Results([])
    if len(results.transcripts) > 1:
        raise malformed("several", "results.transcripts")
    text = results.transcripts[0].transcript if results.transcripts else ""
    words, paths = _words(results)
    heard = Stream(text, words, paths, "results.transcripts[0].transcript")
    named = any(word.speaker is not None or word.channel is not None for word in words)
    turns = turns_of(heard, pauses=False) if named else []
    turn_paths = [turn.paths[0] for turn in turns]
    return Heard(
        text=text,
        utterances=[turn.utterance for turn in turns],
        words=words,
        spoken=[None] * len(turns),
        status=COMPLETED if job.status == _DONE else "",
        languages=_languages(results),
        utterance_at=turn_paths.__getitem__,
        word_at=paths.__getitem__,
    )


def _words(results: _Results) -> tuple[list[Word], list[str]]:
    speakers = _speakers(results.speaker_labels or _SpeakerLabels())
    channels = _channels(results.channel_labels or _ChannelLabels())
    words: list[Word] = []
    paths: list[str] = []
    for number, item in enumerate(results.items):
        at = f"results.items[{number}]"
        if not item.alternatives:
            raise malformed("empty", f"{at}.alternatives")
        best = item.alternatives[0]
        if item.type == "punctuation":
            if words:
                words[-1].text += best.content
            continue
        if item.type != "pronunciation":
            raise malformed("unknown_type", f"{at}.type")
        if item.start_time is None or item.end_time is None:
            raise malformed("missing_time", at)
        key = item.start_time, item.end_time
        sure = best.confidence
        words.append(
            Word(
                text=best.content,
                start=milliseconds(float(item.start_time)),
                end=milliseconds(float(item.end_time)),
                speaker=item.speaker_label or speakers.get(key),
                channel=_channel(item.channel_label or channels.get(key)),
                confidence=certainty(_number(sure) if isinstance(sure, str) else sure),
            )
        )
        paths.append(at)
    return words, paths


def _speakers(labels: _SpeakerLabels) -> dict[_Key, str | None]:
    return _by_times(
        (item, item.speaker_label or segment.speaker_label)
        for segment in labels.segments
        for item in segment.items
    )


def _channels(labels: _ChannelLabels) -> dict[_Key, str | None]:
    return _by_times(
        (item, channel.channel_label) for channel in labels.channels for item in channel.items
    )


def _by_times(named: Iterable[tuple[_Named, str | None]]) -> dict[_Key, str | None]:
    """What items are called, by their times; nothing where two are called differently."""
    found: dict[_Key, str | None] = {}
    for item, name in named:
        if item.start_time is not None and item.end_time is not None:
            key = item.start_time, item.end_time
            found[key] = name if found.get(key, name) == name else None
    return found


def _channel(label: str | None) -> str | int | None:
    """`ch_0` is the first channel."""
    number = _CHANNEL.fullmatch(label or "")
    return label if number is None else int(number[1]) + 1


def _languages(results: _Results) -> list[str]:
    codes = (each.language_code for each in results.language_codes or ())
    return [*chain(filter(None, [results.language_code]), codes)]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
