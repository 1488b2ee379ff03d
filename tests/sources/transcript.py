"""A well-formed transcript as plain data."""

from typing import Any

Json = dict[str, Any]


def transcript(*turns: str, **changes: Any) -> Json:
    """Turns alternate between two speakers."""
    clock = 0
    utterances: list[Json] = []
    words: list[Json] = []
    for number, turn in enumerate(turns or ("Hello there, Ann.", "Hi. How are you?", "Fine!")):
        speaker = "BA"[number % 2]
        timed = []
        for word in turn.split():
            timed.append({"text": word, "start": clock, "end": clock + 200, "speaker": speaker})
            clock += 250
        times = {"start": timed[0]["start"], "end": timed[-1]["end"]}
        utterances.append({"speaker": speaker, "text": turn, **times, "words": timed})
        words += timed
    whole: Json = {
        "id": "x",
        "status": "completed",
        "language_code": "en_us",
        "text": " ".join(u["text"] for u in utterances),
        "utterances": utterances,
        "words": words,
        "audio_duration": clock / 1000,
    }
    return {**whole, **changes}
