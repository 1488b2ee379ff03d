"""A document of every form, from the generator of the samples, and what it says."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from clearshard.sources.alignment import letters
from data.generator import calls
from data.generator.recognisers import FORMS, Form

#: Its last name, and who reads it.
READERS = {
    "language-codes": "assemblyai",
    "bare-words": "assemblyai",
    "streaming": "streaming",
    "gateway": "gateway",
    "lemur": "gateway",
    "deepgram": "deepgram",
    "deepgram-channels": "deepgram",
    "whisper": "whisper",
    "verbose-json": "whisper",
    "whisperx": "whisperx",
    "aws-transcribe": "aws_transcribe",
}


def made_of(form: Form, seed: int) -> str:
    rng = random.Random(f"{form.name}/{seed}")
    call = calls.some_call(seed, rng)
    while len(call.turns) > 12:
        call = calls.some_call(seed, rng)
    return form.make("x", call, rng)


def document(made: str) -> Any:
    """What a form says, decoded; lines as a list."""
    rows = made.splitlines()
    return json.loads(made) if len(rows) == 1 else [json.loads(row) for row in rows]


def others() -> Iterator[Form]:
    """Every form but that of the endpoint."""
    return (form for form in FORMS if READERS[form.name] != "assemblyai")


# What each form says, read once more and by nobody's rules but those of its maker.


def _deepgram(made: Any) -> str:
    return "".join(c["alternatives"][0]["transcript"] for c in made["results"]["channels"])


def _streaming(made: Any) -> str:
    messages = made if isinstance(made, list) else [made]
    last = {m["turn_order"]: m for m in messages if m["type"] == "Turn" and m["end_of_turn"]}
    return "".join(last[order]["transcript"] for order in sorted(last))


def _gateway(made: Any) -> str:
    if "choices" in made:
        return str(made["choices"][0]["message"]["content"] or "")
    answer = made["response"]
    return answer if isinstance(answer, str) else "".join(each["answer"] for each in answer)


SAYS: dict[str, Callable[[Any], str]] = {
    "streaming": _streaming,
    "gateway": _gateway,
    "deepgram": _deepgram,
    "whisper": lambda made: str(made["text"]),
    "whisperx": lambda made: "".join(segment["text"] for segment in made["segments"]),
    "aws_transcribe": lambda made: str(made["results"]["transcripts"][0]["transcript"]),
}


def says(reader: str, made: Any) -> list[str]:
    """The letters that a document says, in any order: people on two channels take turns."""
    return sorted(letters(SAYS[reader](made)))
