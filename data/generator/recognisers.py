"""The same call in every form that a transcript can have, each as its maker publishes it.

Fields that nobody may read hold the decoy name, as in the other samples.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .calls import Call
from .people import DECOY_NAME
from .transcript import SPEAKERS, Json, Shape, encoded, transcript

_ENDS = ".,?!;:"
_SEGMENT_WORDS = 9


@dataclass(frozen=True)
class Form:
    """A form of a transcript.

    Attributes:
        name: Behind the id in the name of the file.
        what: What the README says of it.
        make: The content of a file, from its id.
        product: Which one it comes out of.
        suffix: How the name of the file ends.
    """

    name: str
    what: str
    make: Callable[[str, Call, random.Random], str]
    product: str = "async"
    suffix: str = "json"


def _spoken(file_id: str, call: Call, rng: random.Random) -> Json:
    return transcript(file_id, call, Shape("words", extras=False, speakers=SPEAKERS[0]), rng)


def _seconds(ms: int) -> float:
    return round(ms / 1000, 3)


def _bare(word: str) -> str:
    """A word without the punctuation of the text; one of nothing else stays."""
    return word.strip(_ENDS).lower() or word


def several_codes(file_id: str, call: Call, rng: random.Random) -> str:
    """Two kinds of one language, by a list."""
    made = _spoken(file_id, call, rng)
    return encoded(made | {"language_code": None, "language_codes": ["en_us", "en_uk"]})


def bare_words(file_id: str, call: Call, rng: random.Random) -> str:
    """Words without the punctuation and the capitals of the text."""
    made = _spoken(file_id, call, rng)
    words = [word | {"text": _bare(word["text"])} for word in made["words"]]
    turns = [{k: v for k, v in turn.items() if k != "words"} for turn in made["utterances"]]
    return encoded(made | {"words": words, "utterances": turns})


def parquet_row(file_id: str, call: Call, rng: random.Random) -> Json:
    """The fields of a row of a Parquet table."""
    made = _spoken(file_id, call, rng)
    turns = [{k: v for k, v in turn.items() if k != "words"} for turn in made["utterances"]]
    return made | {"utterances": turns}


def messages(file_id: str, call: Call, rng: random.Random) -> list[Json]:
    """A streaming session: each turn as it grows, then as it ended, then formatted."""
    made = _spoken(file_id, call, rng)
    session: list[Json] = [{"type": "Begin", "id": file_id, "expires_at": 1_795_000_000}]
    session.append({"type": "UpdateConfiguration", "keyterms_prompt": [DECOY_NAME]})
    for order, turn in enumerate(made["utterances"]):
        plain = [word | {"text": _bare(word["text"])} for word in turn["words"]]
        half = plain[: len(plain) // 2]
        if half:
            session.append(_turn(order, half, ended=False, formatted=False))
        session.append(_turn(order, plain, ended=True, formatted=False))
        session.append(_turn(order, turn["words"], ended=True, formatted=True))
    length = {"audio_duration_seconds": round(made["audio_duration"])}
    session.append({"type": "Termination", **length, "session_duration_seconds": 1})
    return session


def _turn(order: int, words: Sequence[Json], *, ended: bool, formatted: bool) -> Json:
    said = " ".join(word["text"] for word in words)
    timed = [
        {k: v for k, v in word.items() if k != "speaker"} | {"word_is_final": True}
        for word in words
    ]
    return {
        "type": "Turn",
        "turn_order": order,
        "turn_is_formatted": formatted,
        "end_of_turn": ended,
        "transcript": said,
        "end_of_turn_confidence": 0.97 if ended else 0.03,
        "words": timed,
        "utterance": said if ended else "",
    }


def streaming_lines(file_id: str, call: Call, rng: random.Random) -> str:
    """The messages of a session, one a line."""
    return "".join(encoded(message) for message in messages(file_id, call, rng))


def streaming_list(file_id: str, call: Call, rng: random.Random) -> str:
    """The messages of a session in one list."""
    return encoded(messages(file_id, call, rng))


def gateway(file_id: str, call: Call, _: random.Random) -> str:
    """What a language model has answered, beside what it was asked."""
    prompt = {"role": "user", "content": f"Write down what {DECOY_NAME} said."}
    answer = {"role": "assistant", "content": call.text}
    return encoded(
        {
            "request_id": file_id,
            "choices": [{"message": answer, "finish_reason": "stop"}],
            "request": {"model": "a-model", "messages": [prompt]},
            "usage": {"input_tokens": 17, "output_tokens": 400, "total_tokens": 417},
        }
    )


def lemur(file_id: str, call: Call, _: random.Random) -> str:
    """The older form of the same."""
    usage = {"input_tokens": 17, "output_tokens": 400}
    prompt = f"What did {DECOY_NAME} say?"
    return encoded({"request_id": file_id, "response": call.text, "prompt": prompt, "usage": usage})


def _deepgram_word(word: Json, speaker: int | None) -> Json:
    made = {
        "word": _bare(word["text"]),
        "start": _seconds(word["start"]),
        "end": _seconds(word["end"]),
        "confidence": word["confidence"],
        "punctuated_word": word["text"],
    }
    return made if speaker is None else made | {"speaker": speaker, "speaker_confidence": 0.8}


def _deepgram(file_id: str, made: Json, results: Json) -> str:
    metadata = {
        "request_id": file_id,
        "created": "2026-11-20T09:00:00.000Z",
        "duration": float(made["audio_duration"]),
        "channels": len(results["channels"]),
        "tags": [DECOY_NAME],
    }
    summary = {"result": "success", "short": f"{DECOY_NAME} rang."}
    return encoded({"metadata": metadata, "results": results | {"summary": summary}})


def _alternative(words: Sequence[Json], said: str) -> Json:
    topics = [{"topic": DECOY_NAME, "confidence": 0.4}]
    return {"transcript": said, "confidence": 0.98, "words": words, "topics": topics}


def deepgram(file_id: str, call: Call, rng: random.Random) -> str:
    """One channel, with speakers and utterances."""
    made = _spoken(file_id, call, rng)
    utterances = []
    for number, turn in enumerate(made["utterances"]):
        speaker = "ABCD".index(turn["speaker"])
        words = [_deepgram_word(word, speaker) for word in turn["words"]]
        times = {"start": words[0]["start"], "end": words[-1]["end"]}
        whole = {"confidence": turn["confidence"], "channel": 0, "speaker": speaker}
        said = {"transcript": turn["text"], "words": words, "id": f"utterance-{number}"}
        utterances.append({**times, **whole, **said})
    words = [word for utterance in utterances for word in utterance["words"]]
    channel = {"alternatives": [_alternative(words, made["text"])], "detected_language": "en"}
    return _deepgram(file_id, made, {"channels": [channel], "utterances": utterances})


def deepgram_channels(file_id: str, call: Call, rng: random.Random) -> str:
    """A channel for each speaker, and nothing that says whose turn it is."""
    made = _spoken(file_id, call, rng)
    channels = []
    for speaker in sorted({turn["speaker"] for turn in made["utterances"]}):
        turns = [turn for turn in made["utterances"] if turn["speaker"] == speaker]
        words = [_deepgram_word(word, None) for turn in turns for word in turn["words"]]
        said = " ".join(turn["text"] for turn in turns)
        channels.append({"alternatives": [_alternative(words, said)], "detected_language": "en"})
    return _deepgram(file_id, made, {"channels": channels})


def _pieces(made: Json) -> list[list[Json]]:
    """Words as windows of a model cut them, in the middle of a sentence."""
    words = made["words"]
    return [words[at : at + _SEGMENT_WORDS] for at in range(0, len(words), _SEGMENT_WORDS)]


def _segment(number: int, words: Sequence[Json]) -> Json:
    return {
        "id": number,
        "seek": 0,
        "start": _seconds(words[0]["start"]),
        "end": _seconds(words[-1]["end"]),
        "text": "".join(f" {word['text']}" for word in words),
        "tokens": [50364, 13, 50414],
        "temperature": 0.0,
        "avg_logprob": -0.21,
        "compression_ratio": 1.4,
        "no_speech_prob": 0.01,
    }


def whisper(file_id: str, call: Call, rng: random.Random) -> str:
    """Whisper with the times of its words."""
    made = _spoken(file_id, call, rng)
    segments = []
    for number, words in enumerate(_pieces(made)):
        timed = [
            {
                "word": f" {word['text']}",
                "start": _seconds(word["start"]),
                "end": _seconds(word["end"]),
                "probability": word["confidence"],
            }
            for word in words
        ]
        segments.append(_segment(number, words) | {"words": timed})
    text = "".join(segment["text"] for segment in segments)
    return encoded({"text": text, "segments": segments, "language": "en"})


def verbose_json(file_id: str, call: Call, rng: random.Random) -> str:
    """OpenAI's API: a language by its name, and words without punctuation beside the segments."""
    made = _spoken(file_id, call, rng)
    words = [
        {
            "word": word["text"].strip(_ENDS) or word["text"],
            "start": _seconds(word["start"]),
            "end": _seconds(word["end"]),
        }
        for word in made["words"]
    ]
    segments = [_segment(number, piece) for number, piece in enumerate(_pieces(made))]
    whole = {"task": "transcribe", "language": "english", "duration": made["audio_duration"]}
    return encoded({**whole, "text": made["text"], "words": words, "segments": segments})


def whisperx(file_id: str, call: Call, rng: random.Random) -> str:
    """Aligned and with speakers; numbers, which it cannot align, have no times."""
    made = _spoken(file_id, call, rng)
    segments = []
    for turn in made["utterances"]:
        speaker = f"SPEAKER_{'ABCD'.index(turn['speaker']):02}"
        words = [
            {"word": word["text"]}
            if any(letter.isdigit() for letter in word["text"])
            else {
                "word": word["text"],
                "start": _seconds(word["start"]),
                "end": _seconds(word["end"]),
                "score": word["confidence"],
                "speaker": speaker,
            }
            for word in turn["words"]
        ]
        times = {"start": _seconds(turn["start"]), "end": _seconds(turn["end"])}
        segments.append({**times, "text": turn["text"], "words": words, "speaker": speaker})
    words = [word for segment in segments for word in segment["words"]]
    return encoded({"segments": segments, "word_segments": words, "language": "en"})


def aws_transcribe(file_id: str, call: Call, rng: random.Random) -> str:
    """A job with speakers; times are text, and punctuation is an item of its own."""
    made = _spoken(file_id, call, rng)
    items: list[Json] = []
    segments = []
    for turn in made["utterances"]:
        label = {"speaker_label": f"spk_{'ABCD'.index(turn['speaker'])}"}
        times = []
        for word in turn["words"]:
            said = word["text"].rstrip(_ENDS) or word["text"]
            at = {"start_time": _text_time(word["start"]), "end_time": _text_time(word["end"])}
            best = {"confidence": str(word["confidence"]), "content": said}
            items.append({"type": "pronunciation", "alternatives": [best], **at, **label})
            times.append({**label, **at})
            for sign in word["text"][len(said) :]:
                mark = {"confidence": "0.0", "content": sign}
                items.append({"type": "punctuation", "alternatives": [mark], **label})
        whole = {"start_time": times[0]["start_time"], "end_time": times[-1]["end_time"]}
        segments.append({**whole, **label, "items": times})
    items = [{"id": number, **item} for number, item in enumerate(items)]
    speakers = len({segment["speaker_label"] for segment in segments})
    results = {
        "transcripts": [{"transcript": made["text"]}],
        "speaker_labels": {"segments": segments, "speakers": speakers},
        "items": items,
        "audio_segments": [{"id": 0, "transcript": DECOY_NAME, "items": []}],
        "language_code": "en-US",
    }
    return encoded(
        {
            "jobName": file_id,
            "accountId": "111122223333",
            "status": "COMPLETED",
            "results": results,
        }
    )


def _text_time(ms: int) -> str:
    return f"{ms // 1000}.{ms % 1000:03}"


FORMS: tuple[Form, ...] = (
    Form("language-codes", "two kinds of English by `language_codes`", several_codes),
    Form("bare-words", "words without the punctuation of the text", bare_words),
    Form(
        "streaming",
        "a streaming session, one message a line",
        streaming_lines,
        "streaming",
        "ndjson",
    ),
    Form("streaming", "a streaming session in a list", streaming_list, "streaming"),
    Form("gateway", "an answer of the LLM gateway", gateway, "llm_gateway"),
    Form("lemur", "an answer of LeMUR", lemur, "llm_gateway"),
    Form("deepgram", "Deepgram, with utterances", deepgram),
    Form("deepgram-channels", "Deepgram, two channels without utterances", deepgram_channels),
    Form("whisper", "Whisper, with the times of words", whisper),
    Form("verbose-json", "Whisper by OpenAI's API", verbose_json),
    Form("whisperx", "WhisperX, with speakers and numbers without times", whisperx),
    Form("aws-transcribe", "AWS Transcribe, with speakers", aws_transcribe),
)
