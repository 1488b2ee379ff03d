"""Reads a transcript that was made, and says what came out, or why nothing did."""

import json
from typing import Any

import pytest

from clearshard.records.states import Quarantine
from clearshard.records.transcript import Transcript
from clearshard.sources.transcripts import read_transcript

from .transcript import Json, transcript


def read_made(made: Any, max_words: int = 1000, own_id: str | None = None) -> Transcript:
    return read_transcript(
        made if isinstance(made, bytes) else json.dumps(made).encode(), max_words, own_id
    )


def reason_of(made: Any, max_words: int = 1000) -> tuple[str, str]:
    with pytest.raises(Quarantine) as caught:
        read_made(made, max_words)
    return str(caught.value.reason), caught.value.error_type


def raw(old: str, new: str) -> bytes:
    encoded = json.dumps(transcript())
    assert old in encoded
    return encoded.replace(old, new, 1).encode("utf-8", "surrogatepass")


def two_channels(*, by_time: bool, text_by_time: bool = False, label: str = "A") -> Json:
    """A call in which the second channel talks while the first one does."""
    turns = [
        ("1", 0, "so i was wondering about the green chair"),
        ("2", 600, "mhm yes"),
        ("1", 3000, "is it still there"),
        ("2", 3000, "it is"),
    ]
    utterances: list[Json] = []
    for channel, start, said in turns:
        words: list[Json] = [
            {
                "text": word,
                "start": start + 300 * place,
                "end": start + 300 * place + 300,
                "channel": channel,
                "speaker": label if label == "A" else channel,
            }
            for place, word in enumerate(said.split())
        ]
        whole = {"start": start, "end": words[-1]["end"], "channel": channel}
        utterances.append({"text": said, **whole, "speaker": words[0]["speaker"], "words": words})
    words = [word for utterance in utterances for word in utterance["words"]]
    if by_time:
        words = sorted(words, key=lambda word: int(word["start"]))
    whole_text = " ".join(str(piece["text"]) for piece in (words if text_by_time else utterances))
    return transcript("x", text=whole_text, utterances=utterances, words=words, audio_duration=5.0)


def words_of(read: Transcript) -> list[str]:
    return [read.text[w.start : w.end] for w in read.words]
