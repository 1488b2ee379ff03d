"""Streaming sessions: their messages as lines, as a list, or one."""

import json
from typing import Any

import pytest

from clearshard.sources.adapters import Form

from .reading import Json, edited, read, refused, turns, words


def _turn(order: int, said: str, start: int, *, ended: bool = True, **more: Any) -> Json:
    return {
        "type": "Turn",
        "turn_order": order,
        "turn_is_formatted": False,
        "end_of_turn": ended,
        "transcript": said,
        "end_of_turn_confidence": 0.5,
        "words": [
            {
                "text": word,
                "start": start + 300 * place,
                "end": start + 300 * place + 200,
                "confidence": 0.9,
                "word_is_final": True,
            }
            for place, word in enumerate(said.split())
        ],
        **more,
    }


BEGIN = {"type": "Begin", "id": "session-1", "expires_at": 1}
END = {"type": "Termination", "audio_duration_seconds": 7, "session_duration_seconds": 8}
SESSION: list[Json] = [
    BEGIN,
    {"type": "UpdateConfiguration", "keyterms_prompt": ["Hildegard"]},
    _turn(0, "hi i am", 500, ended=False),
    _turn(0, "hi i am ann", 500),
    _turn(0, "Hi, I am Ann.", 500, turn_is_formatted=True),
    _turn(1, "so", 3000, ended=False),
    _turn(1, "so it is", 3000),
    _turn(2, "", 4000),
    _turn(3, "and", 5000, ended=False),
    END,
]
LINES = "\r\n".join(map(json.dumps, SESSION)).encode() + b"\r\n\n"


@pytest.mark.parametrize("made", [SESSION, LINES])
def test_the_last_message_of_each_turn_that_has_ended_counts(made: Any) -> None:
    found = read(made, "session-1")
    assert found.text == "Hi, I am Ann. so it is"
    assert turns(found) == [("Hi, I am Ann.", 500, 1600, None), ("so it is", 3000, 3800, None)]
    assert words(found)[3] == ("Ann.", 1400, 1600, None)
    assert found.audio_duration_ms == 7000


def test_one_message_is_a_session_of_one_turn() -> None:
    assert read(_turn(5, "hi ann", 0)).text == "hi ann"
    assert read([_turn(5, "hi ann", 0)]).text == "hi ann"
    assert refused(_turn(5, "hi ann", 0, ended=False)) == ("empty", "text")
    assert refused([BEGIN, END]) == ("empty", "text")


def test_numbers_that_were_formatted_are_fewer_words() -> None:
    plain = _turn(0, "call one two three", 0)
    formatted = _turn(0, "Call 123.", 0, turn_is_formatted=True)
    formatted["words"][1]["end"] = plain["words"][-1]["end"]
    assert words(read([plain, formatted])) == [("Call", 0, 200, None), ("123.", 300, 1100, None)]


def test_turns_are_in_their_order_and_say_their_language_and_speaker() -> None:
    first = _turn(0, "hi ann", 0, language_code="en", speaker_label="A")
    second = _turn(1, "hi", 900, language_code="en", speaker_label="B")
    found = read([second, first])
    assert [turn[3] for turn in turns(found)] == [0, 1]
    assert found.language == "en"
    assert read([first, {**second, "language_code": "es"}]).language == "mul"


def test_a_session_says_no_language_so_somebody_must() -> None:
    assert read(SESSION).language == ""
    assert read(SESSION, form=Form(language="en")).language == "en"


def _at(number: int, **changes: Any) -> list[Json]:
    return [*SESSION[:number], {**SESSION[number], **changes}, *SESSION[number + 1 :]]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ([*SESSION, *SESSION], "malformed several_sessions: messages"),
        # Nothing says where one session ends, but turn 0 is about something else now.
        ([_turn(0, "hi ann", 0), _turn(0, "oh no", 50)],
         "malformed another_turn: messages[1].turn_order"),
        ([*SESSION, {**END, "id": "session-2"}], "malformed several_ids: id"),
        (_at(4, turn_order=None), "malformed missing: messages[4].turn_order"),
        (_at(4, transcript=7), "malformed ValidationError: messages[4].transcript (expected str)"),
        (_at(4, words=None), "malformed missing: messages[4].words"),
        (_at(4, words=[]), "view_mismatch words_missing: messages[4].words"),
        (_at(4, transcript="Hi, I am Bob."), "malformed another_turn: messages[4].turn_order"),
        (_at(6, transcript="so it was"), "view_mismatch piece_not_in_text: messages[6].words[2]"),
        (_at(6, words=SESSION[6]["words"][:1]),
         "view_mismatch text_left_over: messages[6].words[0]"),
        (_at(6, type=7), "malformed ValidationError: messages[6].type (expected str)"),
        ([*SESSION, "Hildegard"], "malformed ValidationError: transcript (expected object)"),
    ],
)  # fmt: skip
def test_what_is_not_one_session_is_told_with_its_place(made: Any, said: str) -> None:
    if "another_turn: messages[4]" in said:
        # The times are still the same, so it is a correction: the last one counts, and must agree.
        made = edited({"made": made}, lambda d: d["made"][4]["words"][3].update(end=9_000))["made"]
    assert " ".join(refused(made)) == said


def test_a_message_that_is_cut_off_is_no_session() -> None:
    assert refused(LINES[:-30])[0] == "malformed"
    assert refused(LINES.replace(b'"transcript"', b'"transcript": "x", "transcript"', 1)) == (
        "malformed",
        "DuplicateKey",
    )
