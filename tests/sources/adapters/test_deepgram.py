"""Deepgram's answers about recordings."""

from collections.abc import Callable
from typing import Any

import pytest

from .reading import Json, edited, read, refused, turns, voices, words


def _words(said: str, start: float, **more: Any) -> list[Json]:
    return [
        {
            "word": word.strip(".,?").lower(),
            "start": start + place * 0.25,
            "end": start + place * 0.25 + 0.2,
            "confidence": 0.9,
            "punctuated_word": word,
            **more,
        }
        for place, word in enumerate(said.split())
    ]


def _channel(said: str, words: list[Json]) -> Json:
    return {"alternatives": [{"transcript": said, "confidence": 0.9, "words": words}]}


def _answer(*channels: Json, **results: Any) -> Json:
    return {
        "metadata": {"request_id": "r-1", "duration": 9.5, "channels": len(channels)},
        "results": {"channels": list(channels), **results},
    }


PLAIN = _answer(_channel("I am Ann, yes.", _words("I am Ann, yes.", 0.1)))
DIARISED = _answer(
    _channel(
        "I am Ann. Hi.", [*_words("I am Ann.", 0.1, speaker=1), *_words("Hi.", 1.5, speaker=0)]
    )
)
CHANNELS = _answer(
    _channel("my number is four one five", _words("my number is four one five", 0.5)),
    _channel("mhm okay", [*_words("mhm", 1.0), *_words("okay", 4.0)]),
)


def _utterance(said: str, start: float, channel: int, **more: Any) -> Json:
    timed = _words(said, start, **more)
    times = {"start": timed[0]["start"], "end": timed[-1]["end"]}
    return {**times, "channel": channel, "transcript": said, "words": timed, **more}


UTTERANCES = _answer(
    _channel("I am Ann. Fine.", [*_words("I am Ann.", 0.1), *_words("Fine.", 3.0)]),
    _channel("Hi.", _words("Hi.", 0.7)),
    utterances=[
        _utterance("I am Ann.", 0.1, 0),
        _utterance("Hi.", 0.7, 1),
        _utterance("Fine.", 3.0, 0),
    ],
)


def test_one_voice_is_one_text() -> None:
    found = read(
        edited(PLAIN, lambda a: a["results"]["channels"][0].update(detected_language="en"))
    )
    assert found.text == "I am Ann, yes."
    assert not found.has_utterances
    assert words(found)[2] == ("Ann,", 600, 800, None)
    assert (found.language, found.audio_duration_ms) == ("en", 9500)


def test_speakers_take_turns() -> None:
    assert turns(read(DIARISED)) == [("I am Ann.", 100, 800, 0), ("Hi.", 1500, 1700, 1)]


def test_words_that_nobody_has_punctuated_are_found_in_the_text() -> None:
    def bare(answer: Json) -> None:
        for word in answer["results"]["channels"][0]["alternatives"][0]["words"]:
            del word["punctuated_word"]

    assert read(edited(DIARISED, bare)) == read(DIARISED)
    assert read(edited(PLAIN, bare)) == read(PLAIN)


def test_who_is_interrupted_on_another_channel_is_read_to_the_end() -> None:
    """A turn ends where somebody pauses, not where somebody else says "mhm"."""
    found = read(CHANNELS)
    assert turns(found) == [
        ("my number is four one five", 500, 1950, 0),
        ("mhm", 1000, 1200, 1),
        ("okay", 4000, 4200, 1),
    ]
    assert voices(found) == [1, 2, 2]


def test_utterances_are_the_turns_where_they_were_asked_for() -> None:
    found = read(UTTERANCES)
    assert [turn[0] for turn in turns(found)] == ["I am Ann.", "Hi.", "Fine."]
    assert [turn[3] for turn in turns(found)] == [0, 1, 0]
    assert voices(found) == [1, 2, 1]
    assert set(found.words.confidences) == {0.9}
    assert [word[0] for word in words(found)] == ["I", "am", "Ann.", "Hi.", "Fine."]


def test_utterances_may_be_listed_channel_after_channel() -> None:
    def sort(answer: Json) -> None:
        answer["results"]["utterances"].sort(key=lambda each: each["channel"])

    assert read(edited(UTTERANCES, sort)) == read(UTTERANCES)


def test_more_alternatives_and_everything_else_are_dropped() -> None:
    def add(answer: Json) -> None:
        first = answer["results"]["channels"][0]["alternatives"]
        first.append({"transcript": "Hildegard", "words": _words("Hildegard", 0)})
        first[0]["summaries"] = [{"summary": "Hildegard"}]
        answer["results"]["summary"] = {"short": "Hildegard"}
        answer["metadata"]["tags"] = ["Hildegard"]

    assert read(edited(PLAIN, add)) == read(PLAIN)


@pytest.mark.parametrize(
    ("made", "change", "said"),
    [
        (PLAIN, lambda c: c[0]["alternatives"][0].pop("transcript"), "malformed ValidationError: "
         "results.channels[0].alternatives[0] (missing transcript)"),
        (PLAIN, lambda c: c[0]["alternatives"][0]["words"][3].update(start="Hildegard"),
         "malformed ValidationError: results.channels[0].alternatives[0].words[3].start "
         "(expected float)"),
        (PLAIN, lambda c: c[0]["alternatives"][0]["words"][2].update(start=-1),
         "malformed ValidationError: results.channels[0].alternatives[0].words[2].start "
         "(expected float)"),
        (PLAIN, lambda c: c[0]["alternatives"][0]["words"][2].update(start=0.2),
         "malformed timing: results.channels[0].alternatives[0].words[2]"),
        (PLAIN, lambda c: c[0]["alternatives"][0]["words"][2].update(punctuated_word="Bob"),
         "view_mismatch piece_not_in_text: results.channels[0].alternatives[0].words[2]"),
        (DIARISED, lambda c: c[0]["alternatives"][0]["words"][2].update(punctuated_word="Bob"),
         "view_mismatch piece_not_in_text: results.channels[0].alternatives[0].words[2]"),
        (DIARISED, lambda c: c[0]["alternatives"][0]["words"].pop(),
         "view_mismatch text_left_over: results.channels[0].alternatives[0].words[2]"),
        (CHANNELS, lambda c: c[1]["alternatives"][0].update(words=[]),
         "view_mismatch words_missing: results.channels[1].alternatives[0].transcript"),
        (UTTERANCES, lambda c: c[1]["alternatives"][0].update(transcript="Hi. Hildegard"),
         "view_mismatch utterances_not_channel: results.channels[1].alternatives[0].transcript"),
        (UTTERANCES, lambda c: c.pop(),
         "malformed no_such_channel: results.utterances[1].channel"),
    ],
)  # fmt: skip
def test_what_is_not_one_speech_is_told_with_its_place(
    made: Json, change: Callable[[Any], Any], said: str
) -> None:
    broken = edited(made, lambda answer: change(answer["results"]["channels"]))
    assert " ".join(refused(broken)) == said


def test_several_languages_are_several() -> None:
    def both(answer: Json) -> None:
        answer["results"]["channels"][0]["alternatives"][0]["languages"] = ["en", "es"]

    assert read(edited(PLAIN, both)).language == "mul"
    assert read(PLAIN).language == ""


@pytest.mark.parametrize("sure", [1.5, -0.1, "0.9", True, None, [1]])
def test_a_confidence_that_is_none_is_lost_alone(sure: Any) -> None:
    def doubt(answer: Json) -> None:
        answer["results"]["channels"][0]["alternatives"][0]["words"][1]["confidence"] = sure

    assert read(edited(PLAIN, doubt)).words.confidences == (0.9, None, 0.9, 0.9)


def test_silence_is_empty() -> None:
    assert refused(_answer(_channel("", []))) == ("empty", "text")
    assert refused(_answer({"alternatives": []})) == ("empty", "text")
