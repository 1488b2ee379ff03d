"""Transcripts that must not be written: each function breaks an ordinary one in one way."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from . import calls, identifiers
from .calls import Call
from .transcript import Json, encoded, plain_shape, transcript

Maker = Callable[[str, Call, random.Random], bytes]
# The limit that the demo configuration sets; one transcript is just above it.
MAX_TRANSCRIPT_BYTES = 262_144
NESTING = 100_000
LONG_TOKEN_LETTERS = 5_000


@dataclass(frozen=True)
class Fault:
    """One way to be broken, the reason it must not be written for, and how it is made."""

    what: str
    reason: str
    make: Maker


def _edited(edit: Callable[[Json, random.Random], None]) -> Maker:
    """A maker that changes an ordinary transcript in place and encodes it."""

    def make(file_id: str, call: Call, rng: random.Random) -> bytes:
        made = transcript(file_id, call, plain_shape(), rng)
        edit(made, rng)
        return encoded(made).encode()

    return make


def _add_turn(made: Json, *said: str) -> None:
    """Let the first speaker say one more thing, in all three views alike."""
    clock = int(made["words"][-1]["end"]) + 400
    words: list[Json] = []
    for word in said:
        timed = {"text": word, "start": clock, "end": clock + 300, "confidence": 0.9}
        words.append(timed | {"speaker": "A"})
        clock += 340
    text = " ".join(said)
    turn = {"speaker": "A", "text": text, "start": words[0]["start"], "end": words[-1]["end"]}
    made["utterances"].append(turn | {"confidence": 0.9})
    made["words"] += words
    made["text"] += f" {text}"
    made["audio_duration"] = round(clock / 1000, 1)


def _truncated(file_id: str, call: Call, rng: random.Random) -> bytes:
    whole = encoded(transcript(file_id, call, plain_shape(), rng)).encode()
    return whole[: len(whole) * 2 // 3]


def _latin_1(file_id: str, call: Call, rng: random.Random) -> bytes:
    made = transcript(file_id, call, plain_shape(), rng)
    _add_turn(made, "See", "you", "at", "the", "café.")
    return encoded(made).encode("latin-1", errors="replace")


def _nan_time(made: Json, rng: random.Random) -> None:
    made["words"][rng.randrange(len(made["words"]))]["start"] = float("nan")


def _negative_time(made: Json, _: random.Random) -> None:
    made["words"][0]["start"] = -250


def _overlapping_words(made: Json, _: random.Random) -> None:
    made["words"][3]["end"] = made["words"][5]["end"]


def _ends_before_start(made: Json, _: random.Random) -> None:
    word = made["words"][2]
    word["start"], word["end"] = word["end"], word["start"]


def _text_is_a_list(made: Json, _: random.Random) -> None:
    made["text"] = made["text"].split(" ")


def _times_are_strings(made: Json, _: random.Random) -> None:
    for word in made["words"]:
        word["start"] = f"{word['start']} ms"


def _in_an_array(file_id: str, call: Call, rng: random.Random) -> bytes:
    return encoded([transcript(file_id, call, plain_shape(), rng)]).encode()


def _lone_surrogate(file_id: str, call: Call, rng: random.Random) -> bytes:
    made = transcript(file_id, call, plain_shape(), rng)
    _add_turn(made, "Thanks", "SURROGATE")
    # Half of an emoji, as left behind by software that cuts strings by UTF-16 units.
    return encoded(made).replace("SURROGATE", r"\ud83d").encode()


def _nested(file_id: str, call: Call, rng: random.Random) -> bytes:
    made = transcript(file_id, call, plain_shape(), rng) | {"chapters": "NESTED"}
    bomb = "[" * NESTING + "]" * NESTING
    return encoded(made).replace('"NESTED"', bomb).encode()


def _no_text(made: Json, _: random.Random) -> None:
    made |= {"text": "", "utterances": [], "words": [], "audio_duration": 4.1}


def _blank_text(made: Json, _: random.Random) -> None:
    made |= {"text": "  \n ", "utterances": None, "words": [], "audio_duration": 2.0}


def _deleted(made: Json, _: random.Random) -> None:
    """What the service leaves of a transcript that its customer has deleted."""
    nothing = dict.fromkeys(("words", "utterances", "audio_duration"))
    address = {"audio_url": "http://deleted_by_user"}
    made |= {"text": "Deleted by user.", "language_code": None, **nothing, **address}


def _without_result(status: str) -> Callable[[Json, random.Random], None]:
    def edit(made: Json, _: random.Random) -> None:
        made |= {"status": status, "text": None, "utterances": None, "words": None}
        if status == "error":
            made["error"] = "Download error, unable to download the audio."

    return edit


def _in_language(code: str | None, lines: tuple[str, ...]) -> Callable[[Json, random.Random], None]:
    def edit(made: Json, _: random.Random) -> None:
        made["language_code"] = code
        if lines:
            made |= {"text": "", "utterances": [], "words": [made["words"][0]]}
            for line in lines:
                _add_turn(made, *line.split(" "))
            made |= {"text": made["text"].strip(), "words": made["words"][1:]}

    return edit


GERMAN = (
    "Guten Tag, hier ist Wiebke Osterloh, ich rufe wegen meiner Rechnung an.",
    "Gerne, nennen Sie mir bitte Ihre Kundennummer.",
    "Die habe ich gerade nicht da, aber ich wohne in der Lerchengasse 12 in Kiel.",
)
SPANISH = (
    "Buenas tardes, soy Remedios Carballo, llamo por el pedido que no ha llegado.",
    "Claro, ¿me dice su número de teléfono?",
    "Sí, es el nueve uno cinco, cinco cinco cinco, cero uno dos tres.",
)


def _words_miss_some(made: Json, _: random.Random) -> None:
    del made["words"][4:9]


def _word_differs(made: Json, _: random.Random) -> None:
    made["words"][6]["text"] = "Hildegard"


def _utterance_says_more(made: Json, _: random.Random) -> None:
    made["utterances"][1]["text"] += " Tell Hildegard Ostermann I said so."


def _utterance_missing(made: Json, _: random.Random) -> None:
    del made["utterances"][2]


def _long_token(made: Json, rng: random.Random) -> None:
    token = "".join(rng.choice("abcdefgh") for _ in range(LONG_TOKEN_LETTERS))
    _add_turn(made, "It", "printed", token)


def _undecided_ticket(made: Json, rng: random.Random) -> None:
    # The dash is what makes the pattern try at all; the digit behind it is missing.
    letters = identifiers.some_letters(rng, 60)
    _add_turn(made, "The", "follow-up", "ticket", "says", f"TKT{letters}-")


def _host_in_quotes(made: Json, rng: random.Random) -> None:
    host = f"{identifiers.some_letters(rng, 6).lower()}mail"
    _add_turn(made, "The", "form", "shows", f'jl@"{host}"')


def _host_exclaimed(made: Json, rng: random.Random) -> None:
    host = f"{identifiers.some_letters(rng, 6).lower()}mail"
    _add_turn(made, "The", "form", "shows", f"jl@!{host}!")


def _too_large(file_id: str, call: Call, rng: random.Random) -> bytes:
    """A recorder that nobody stopped: call after call in one transcript."""
    parts = [call]
    while True:
        text = "\n".join(part.text for part in parts)
        ranges: list[tuple[str, int, int]] = []
        offset = 0
        for part in parts:
            ranges += [(role, start + offset, end + offset) for role, start, end in part.ranges]
            offset += len(part.text) + 1
        turns = tuple(turn for part in parts for turn in part.turns)
        long = Call("long", "en", call.asr, turns, text, (), tuple(ranges))
        made = encoded(transcript(file_id, long, plain_shape(), random.Random(file_id))).encode()
        if len(made) > MAX_TRANSCRIPT_BYTES:
            return made
        parts.append(calls.some_call(len(parts), rng))


FAULTS: tuple[Fault, ...] = (
    Fault("JSON cut off after two thirds", "malformed", _truncated),
    Fault("Latin-1 instead of UTF-8", "malformed", _latin_1),
    Fault("a start time that is NaN", "malformed", _edited(_nan_time)),
    Fault("a negative start time", "malformed", _edited(_negative_time)),
    Fault("word timings that overlap", "malformed", _edited(_overlapping_words)),
    Fault("a word that ends before it starts", "malformed", _edited(_ends_before_start)),
    Fault("text that is a list", "malformed", _edited(_text_is_a_list)),
    Fault("times that are strings", "malformed", _edited(_times_are_strings)),
    Fault("an array around the object", "malformed", _in_an_array),
    Fault("half of a surrogate pair", "malformed", _lone_surrogate),
    Fault("100,000 nested arrays in a field nobody reads", "malformed", _nested),
    Fault("no words at all", "empty", _edited(_no_text)),
    Fault("nothing but blanks", "empty", _edited(_blank_text)),
    Fault("status processing", "not_completed", _edited(_without_result("processing"))),
    Fault("status queued", "not_completed", _edited(_without_result("queued"))),
    Fault("status error", "not_completed", _edited(_without_result("error"))),
    Fault("German", "unsupported_language", _edited(_in_language("de", GERMAN))),
    Fault("Spanish", "unsupported_language", _edited(_in_language("es", SPANISH))),
    Fault("language null", "unsupported_language", _edited(_in_language(None, ()))),
    Fault("a recorder that nobody stopped", "too_large", _too_large),
    Fault("words that leave some of the text out", "view_mismatch", _edited(_words_miss_some)),
    Fault("a word that the text does not have", "view_mismatch", _edited(_word_differs)),
    Fault("an utterance that says more", "view_mismatch", _edited(_utterance_says_more)),
    Fault("an utterance left out", "view_mismatch", _edited(_utterance_missing)),
    Fault("a token of 5,000 letters", "detector_failed", _edited(_long_token)),
    Fault("a token of 5,000 letters", "detector_failed", _edited(_long_token)),
    Fault("TKT, 60 letters, a dash, no digit", "detector_timeout", _edited(_undecided_ticket)),
    Fault("a mail address with its host in quotes", "residual_pii", _edited(_host_in_quotes)),
    Fault(
        "a mail address with its host between exclamation marks",
        "residual_pii",
        _edited(_host_exclaimed),
    ),
)
# Eligible by all that the tables say; the transcript alone knows better.
DELETED = Fault("its customer has deleted the transcript", "deletion_requested", _edited(_deleted))
# What excluded files may contain without anybody noticing, since nobody may open them.
UNOPENED: tuple[Fault, ...] = (FAULTS[0], FAULTS[1], FAULTS[10], FAULTS[24])
# Where a manifest points although no transcript may be read there.
NOWHERE: tuple[tuple[str, str], ...] = (
    ("a file that does not exist", "lost-in-transfer.json"),
    ("a file outside the folder, which does exist", "../escape.json"),
    ("an absolute path", "/etc/hostname"),
    ("an id that the container does not have", "evening-batch.jsonl"),
)
