"""Deepgram's answer about a recording → `Heard`.

Read are the first alternative of each channel and, where they were asked for, the utterances; the
words inside are the same. What the channels say and what the utterances say must be the same
speech.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec

from clearshard.sources.adapters.values import (
    Label,
    Seconds,
    certainty,
    malformed,
    milliseconds,
    mismatch,
)
from clearshard.sources.adapters.voices import Stream, turns_of
from clearshard.sources.alignment import letters
from clearshard.sources.heard import Heard, Utterance, Word


class _Word(msgspec.Struct):
    word: str
    start: Seconds
    end: Seconds
    punctuated_word: str | None = None
    speaker: Label = None
    confidence: Any = None


class _Alternative(msgspec.Struct):
    transcript: str
    words: list[_Word] = []
    languages: list[str] | None = None


class _Channel(msgspec.Struct):
    alternatives: list[_Alternative]
    detected_language: str | None = None


class _Utterance(msgspec.Struct):
    transcript: str
    start: Seconds
    end: Seconds
    channel: int = 0
    speaker: Label = None
    words: list[_Word] = []


class _Results(msgspec.Struct):
    channels: list[_Channel]
    utterances: list[_Utterance] | None = None


class _Metadata(msgspec.Struct):
    duration: Seconds | None = None


class _Answer(msgspec.Struct):
    results: _Results
    metadata: _Metadata | None = None


def read(document: Any) -> Heard:
    """What was heard.

    Raises:
        msgspec.ValidationError: It is not of this format.
        Quarantine: Its views are not the same speech.
    """
    answer = msgspec.convert(document, _Answer)
    metadata = answer.metadata or _Metadata()
    channels = answer.results.channels
    spoken = _Spoken(answer.results)
    text, utterances, words, paths, turn_paths = spoken.views()
    return Heard(
        text=text,
        utterances=utterances,
        words=words,
        spoken=[None] * len(utterances),
        languages=_languages(channels),
        duration_seconds=metadata.duration,
        duration_at="metadata.duration",
        utterance_at=turn_paths.__getitem__,
        word_at=paths.__getitem__,
    )


_Views = tuple[str, list[Utterance], list[Word], Sequence[str], Sequence[str]]


class _Spoken:
    """The views of the speech in an answer."""

    def __init__(self, results: _Results) -> None:
        self._channels = results.channels
        self._utterances = results.utterances or []

    def views(self) -> _Views:
        """Text, utterances and words; where the words and the utterances are."""
        if self._utterances:
            return self._by_utterance()
        streams = [self._stream(number) for number in range(len(self._channels))]
        voices = {(w.channel, w.speaker) for stream in streams for w in stream.words}
        if len(streams) == 1 and len(voices) < 2:
            (stream,) = streams
            return stream.text, [], list(stream.words), stream.paths, ()
        for stream in streams:
            if letters(stream.text) and not stream.words:
                raise mismatch("words_missing", stream.text_at)
        several = len(streams) > 1
        turns = [turn for stream in streams for turn in turns_of(stream, pauses=several)]
        turns.sort(key=lambda turn: turn.utterance.start)
        utterances = [turn.utterance for turn in turns]
        return (
            " ".join(utterance.text for utterance in utterances),
            utterances,
            [*chain.from_iterable(turn.words for turn in turns)],
            [*chain.from_iterable(turn.paths for turn in turns)],
            [turn.paths[0] for turn in turns],
        )

    def _by_utterance(self) -> _Views:
        said: defaultdict[int, list[str]] = defaultdict(list)
        utterances = []
        words: list[Word] = []
        paths: list[str] = []
        numbered = list(enumerate(self._utterances))
        if len(self._channels) > 1:  # listed one channel after the other, or by time
            numbered.sort(key=lambda each: each[1].start)
        for number, each in numbered:
            where = f"results.utterances[{number}]"
            if not 0 <= each.channel < len(self._channels):
                raise malformed("no_such_channel", f"{where}.channel")
            said[each.channel].append(each.transcript)
            channel = self._name(each.channel)
            times = milliseconds(each.start), milliseconds(each.end)
            utterances.append(Utterance(each.transcript, *times, each.speaker, channel))
            words += [_word(word, channel, each.speaker) for word in each.words]
            paths += [f"{where}.words[{place}]" for place in range(len(each.words))]
        for number in range(len(self._channels)):
            if letters("".join(said[number])) != letters(self._first(number).transcript):
                raise mismatch("utterances_not_channel", _transcript_at(number))
        text = " ".join(map(attrgetter("text"), utterances))
        turn_paths = [f"results.utterances[{number}]" for number, _ in numbered]
        return text, utterances, words, paths, turn_paths

    def _stream(self, number: int) -> Stream:
        first = self._first(number)
        channel = self._name(number)
        at = f"results.channels[{number}].alternatives[0]"
        words = [_word(word, channel, None) for word in first.words]
        paths = [f"{at}.words[{place}]" for place in range(len(words))]
        return Stream(first.transcript, words, paths, _transcript_at(number))

    def _first(self, number: int) -> _Alternative:
        alternatives = self._channels[number].alternatives
        return alternatives[0] if alternatives else _Alternative("")

    def _name(self, number: int) -> int | None:
        """What a channel is called, from 1; the only one is none."""
        return number + 1 if len(self._channels) > 1 else None


def _transcript_at(number: int) -> str:
    return f"results.channels[{number}].alternatives[0].transcript"


def _word(word: _Word, channel: int | None, speaker: Label) -> Word:
    return Word(
        text=word.punctuated_word or word.word,
        start=milliseconds(word.start),
        end=milliseconds(word.end),
        speaker=speaker if word.speaker is None else word.speaker,
        channel=channel,
        confidence=certainty(word.confidence),
    )


def _languages(channels: Sequence[_Channel]) -> list[str]:
    found = []
    for channel in channels:
        if channel.detected_language:
            found.append(channel.detected_language)
        if channel.alternatives:
            found += channel.alternatives[0].languages or ()
    return found
