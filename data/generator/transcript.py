"""A call as the JSON of a transcript endpoint, with invented timings."""

import json
import random
from dataclasses import dataclass
from typing import Any

from .calls import Call
from .people import DECOY_NAME

Json = dict[str, Any]

# Names that a customer may have given its speakers. They are personal data too, and nothing of them
# may be written.
SPEAKERS = (
    ("A", "B", "C", "D"),
    ("A", "B", "C", "D"),
    ("A", "B", "C", "D"),
    ("A", "B", "C", "D"),
    ("1", "2", "3", "4"),
    ("agent", "customer", "guest", "other"),
    (DECOY_NAME, "Caller", "Guest", "Other"),
)


@dataclass(frozen=True)
class Shape:
    """Which of the legal variations a transcript has.

    Attributes:
        utterances: `words` inside, `bare` without them, `null`, or `absent`.
        extras: Carries fields that must be ignored.
        speakers: What the source calls the speakers, by order of appearance.
        channels: What it calls the two channels that they are on; none if there is one. On two,
            people talk over each other, and the words are listed by time.
    """

    utterances: str
    extras: bool
    speakers: tuple[str, ...]
    channels: tuple[str, ...] = ()


def some_shape(rng: random.Random) -> Shape:
    """A legal shape; most have diarised utterances."""
    return Shape(
        utterances=rng.choice(("words", "words", "bare", "bare", "bare", "bare", "null", "absent")),
        extras=rng.random() < 0.3,
        speakers=rng.choice(SPEAKERS),
    )


def plain_shape() -> Shape:
    """The shape that the broken files start from."""
    return Shape(utterances="bare", extras=False, speakers=SPEAKERS[0])


def two_channels(channels: tuple[str, str]) -> Shape:
    """Both sides of a call, each on a channel of its own."""
    return Shape(utterances="words", extras=False, speakers=SPEAKERS[0], channels=channels)


def _extras(file_id: str) -> Json:
    """Fields of other features. Each holds the decoy name, which must not come out anywhere."""
    return {
        "audio_url": f"https://audio.example.com/{DECOY_NAME.replace(' ', '-').lower()}/{file_id}",
        "summary": f"{DECOY_NAME} rang about a bill.",
        "entities": [{"entity_type": "person_name", "text": DECOY_NAME, "start": 0, "end": 900}],
        "chapters": [
            {"gist": "Call", "headline": f"A call with {DECOY_NAME}", "start": 0, "end": 1}
        ],
        "x_crm_note": {"owner": DECOY_NAME, "tags": ["vip", None, 3]},
    }


def transcript(file_id: str, call: Call, shape: Shape, rng: random.Random) -> Json:
    """The transcript of a call; its text is that of the gold with blanks for newlines."""
    order = list(dict.fromkeys(role for role, _, _ in call.ranges))
    names = dict(zip(order, shape.speakers, strict=False))
    diarised = shape.utterances in ("words", "bare")
    clock = rng.randint(0, 2400)
    utterances: list[Json] = []
    words: list[Json] = []
    spoken_until: dict[str, int] = {}
    for role, start, end in call.ranges:
        said = call.text[start:end]
        on: Json = {}
        if shape.channels:
            on = {"channel": shape.channels[min(order.index(role), 1)]}
            # Before the other one has ended, but not before either of them has begun.
            begun = utterances[-1]["start"] if utterances else clock
            own = spoken_until.get(on["channel"], 0)
            clock = max(clock - rng.randint(0, 1900), begun, own)
        timed: list[Json] = []
        # Whole numbers, because how Python adds up floats differs between its versions.
        percents: list[int] = []
        for word in said.split(" "):
            length = 70 + 38 * min(len(word), 12) + rng.randint(0, 120)
            percent = rng.choice((99, 98, 97, 94, 88, 71 if call.asr else 95))
            percents.append(percent)
            timed.append(
                {
                    "text": word,
                    "start": clock,
                    "end": clock + length,
                    "confidence": percent / 100,
                    "speaker": names[role] if diarised else None,
                    **on,
                }
            )
            clock += length + rng.randint(0, 90)
        if on:
            spoken_until[on["channel"]] = clock
        clock += rng.randint(80, 900)
        words += timed
        utterance: Json = {
            "speaker": names[role],
            "text": said,
            "start": timed[0]["start"],
            "end": timed[-1]["end"],
            "confidence": round(sum(percents) / len(percents) / 100, 3),
            **on,
        }
        utterances.append(utterance | ({"words": timed} if shape.utterances == "words" else {}))
    made: Json = {
        "id": file_id,
        "status": "completed",
        "language_code": call.language_code,
        "text": call.text.replace("\n", " "),
        "utterances": utterances if diarised else None,
        "words": sorted(words, key=lambda word: int(word["start"])) if shape.channels else words,
        "audio_duration": round(max(clock, *spoken_until.values(), 0) / 1000, 1),
    }
    if shape.utterances == "absent":
        del made["utterances"]
    return made | (_extras(file_id) if shape.extras else {})


def encoded(made: Any) -> str:
    """Compact JSON with every character as itself, and a newline."""
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n"
