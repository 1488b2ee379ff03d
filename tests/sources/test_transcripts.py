"""One transcript's bytes → `Transcript`, or the reason why not; whatever the bytes are."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from clearshard.records.states import Quarantine
from clearshard.records.transcript import Piece, Transcript, Words
from clearshard.sources.transcripts import read_transcript

from .mutations import encoded, is_consistent, mangle, mutate
from .reading import raw, read_made, reason_of
from .transcript import Json, transcript


def test_the_views_become_ranges_of_one_text() -> None:
    read = read_made(transcript("Hello there.", "Hi.", audio_duration=2.5))
    assert read == Transcript(
        text="Hello there. Hi.",
        turns=(Piece(0, 12, 0, 450, 0), Piece(13, 16, 500, 700, 1)),
        words=Words.of(
            (Piece(0, 5, 0, 200, 0), Piece(6, 12, 250, 450, 0), Piece(13, 16, 500, 700, 1))
        ),
        has_utterances=True,
        language="en",
        audio_duration_ms=2500,
    )


def test_without_utterances_the_text_is_one_turn() -> None:
    read = read_made(transcript("a b", utterances=None))
    assert read.turns == (Piece(0, 3, None, None, None),)
    assert not read.has_utterances


def test_white_space_between_and_inside_pieces_does_not_count() -> None:
    made = transcript("a  b", "c\u00a0d")
    made["text"] = "  a b \n\tc d "
    assert [(w.start, w.end) for w in read_made(made).words] == [(2, 3), (4, 5), (8, 9), (10, 11)]


def test_offsets_are_code_points() -> None:
    read = read_made(transcript("😀 née", "z\u0301 x"))
    assert [read.text[w.start : w.end] for w in read.words] == ["😀", "née", "z\u0301", "x"]


def _edit(change: Callable[[Json], Any]) -> Json:
    made = transcript()
    change(made)
    return made


def _late(word: Json) -> Json:
    return {**word, "start": word["end"] + 1}


BOMB = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (b"", "malformed"),
        (b"null", "malformed"),
        (b"[]", "malformed"),
        (b"{}", "malformed"),
        (json.dumps(transcript()).encode()[:-30], "malformed"),
        (json.dumps(transcript()).encode() + b"x", "malformed"),
        (json.dumps(transcript()).encode("utf-16"), "malformed"),
        (b"\xef\xbb\xbf" * 2 + json.dumps(transcript()).encode(), "malformed"),
        (json.dumps(transcript("caf\xe9"), ensure_ascii=False).encode("latin-1"), "malformed"),
        # Also where nobody looks: a file in the wrong encoding is not what it says it is.
        (json.dumps(transcript(summary="\xe9"), ensure_ascii=False).encode("latin-1"), "malformed"),
        (raw('"start": 0', '"start": NaN'), "malformed"),
        (raw('"start": 0', '"start": 1e999'), "malformed"),
        (raw('"start": 0', '"start": -1'), "malformed"),
        (raw('"start": 0', '"start": "0"'), "malformed"),
        (raw('"start": 0', '"start": null'), "malformed"),
        (raw('"start": 0', '"start": ' + "9" * 5000), "malformed"),
        (raw('"end": 200', '"end": ' + "9" * 30), "malformed"),
        (raw("Hello", r"\ud83d"), "malformed"),
        (raw("Hello", r"\udc00"), "malformed"),
        (raw("Hello", "\ud800"), "malformed"),
        (raw('"id": "x"', f'"chapters": {BOMB}'), "malformed"),
        (raw('"id": "x"', '"chapters": ' + '{"a":' * 100_000 + "1" + "}" * 100_000), "malformed"),
        (raw('"text": "Hello"', f'"text": {BOMB}'), "malformed"),
        (_edit(lambda t: t.pop("status")), "malformed"),
        (_edit(lambda t: t.update(text=["Hello"])), "malformed"),
        (_edit(lambda t: t.update(words={})), "malformed"),
        (_edit(lambda t: t.update(audio_duration=-1)), "malformed"),
        (_edit(lambda t: t.update(audio_duration=1e10)), "malformed"),
        (_edit(lambda t: t.update(audio_duration="1")), "malformed"),
        (_edit(lambda t: t["words"][2].update(end=10_000)), "malformed"),
        (_edit(lambda t: t["words"][2].update(start=300)), "malformed"),
        (_edit(lambda t: t["words"][2].update(start=700, end=500)), "malformed"),
        (_edit(lambda t: t["utterances"][2].update(start=0)), "malformed"),
        (raw('"start": 0', '"start": 0.5'), "malformed"),
        (raw('"start": 0', '"start": -1.0'), "malformed"),
        (_edit(lambda t: t.update(language_codes="en")), "malformed"),
        (_edit(lambda t: t["words"].reverse()), "malformed"),
        (_edit(lambda t: t["utterances"][2].update(words=[_late(t["words"][-1])])), "malformed"),
        (_edit(lambda t: t["words"][0].update(speaker=1.5)), "malformed"),
        (_edit(lambda t: t.update(status="queued", text=None)), "not_completed"),
        (_edit(lambda t: t.update(status="error", text=None)), "not_completed"),
        (transcript(text="", utterances=None, words=[]), "empty"),
        (transcript(text=None, utterances=[], words=None), "empty"),
        (transcript(text=" \n\u00a0", utterances=[], words=[]), "empty"),
        (transcript(text=""), "view_mismatch"),
        (_edit(lambda t: t["words"].pop()), "view_mismatch"),
        (_edit(lambda t: t["words"].pop(0)), "view_mismatch"),
        (_edit(lambda t: t["words"][3].update(text="Bob")), "view_mismatch"),
        (_edit(lambda t: t["words"][3].update(text=" ")), "view_mismatch"),
        (_edit(lambda t: t["utterances"].pop()), "view_mismatch"),
        (_edit(lambda t: t["utterances"][1].update(text="Hi. How are they?")), "view_mismatch"),
        (_edit(lambda t: t["utterances"][1]["words"].pop()), "view_mismatch"),
        (_edit(lambda t: t["utterances"][1].update(words=[])), "view_mismatch"),
        (_edit(lambda t: t.update(text=t["text"] + " Ann")), "view_mismatch"),
        (_edit(lambda t: t.update(text="Ann " + t["text"])), "view_mismatch"),
    ],
)
def test_what_is_not_provably_right_is_quarantined(made: Any, reason: str) -> None:
    assert reason_of(made)[0] == reason


def test_turns_that_touch_are_a_mismatch() -> None:
    made = transcript("ab", "cd", text="abcd")
    assert reason_of(made) == ("view_mismatch", "turns_touch: utterances[1]")


@pytest.mark.parametrize("word", ["Ann. Hi.", "Ann.Hi."])
def test_a_word_that_crosses_two_turns_is_a_mismatch(word: str) -> None:
    made = transcript("I am Ann.", "Hi. Fine.")
    made["words"] = copy.deepcopy(made["words"])
    made["words"][2:4] = [{**made["words"][2], "text": word}]
    assert reason_of(made) == ("view_mismatch", "word_crosses_turns: utterances[0]")


def test_a_word_in_two_parts_of_one_turn_is_none() -> None:
    made = transcript("I am Ann Lee.", "Hi.", words=None)
    made["words"] = [
        {"text": t, "start": i, "end": i} for i, t in enumerate(("I am", "Ann Lee.", "Hi."))
    ]
    assert len(read_made(made).words) == 3


def test_more_words_than_allowed_are_too_large_in_every_view() -> None:
    made = transcript("a b c d")
    assert read_made(made, 4)
    assert reason_of(made, 3) == ("too_large", "max_transcript_words")
    assert reason_of({**made, "words": None}, 3) == ("too_large", "max_transcript_words")
    plain = transcript("a" * 65, utterances=None, words=None)
    assert reason_of(plain, 4) == ("too_large", "max_transcript_words")


def test_a_million_words_are_told_quickly() -> None:
    text = "a " * 1_000_000
    words = b",".join(b'{"text":"a","start":%d,"end":%d}' % (i, i) for i in range(1_000_000))
    made = b'{"status":"completed","text":"%s","words":[%s]}' % (text.encode(), words)
    assert reason_of(made, 250_000)[0] == "too_large"


def test_what_is_raised_quotes_nothing() -> None:
    made = raw('"start": 0', '"start": "Hildegard Ostermann"')
    with pytest.raises(Quarantine) as caught:
        read_made(made)
    assert "Hildegard" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("seed", range(40))
def test_only_quarantine_comes_out_of_mutated_transcripts(seed: int) -> None:
    rng = random.Random(seed)
    read = 0
    for _ in range(25):
        made = transcript()
        for _ in range(rng.randrange(4)):
            mutate(rng, made)
        content = encoded(rng, made)
        if rng.random() < 0.3:
            content = mangle(rng, content)
        try:
            transcript_ = read_transcript(content, 100, None)
        except Quarantine:
            continue
        read += 1
        is_consistent(transcript_)
    assert read


@pytest.mark.parametrize(
    ("made", "detail"),
    [
        (raw('"start": 0', '"start": "0"'), "ValidationError: utterances[0].start (expected int)"),
        (
            raw('"speaker": "B"', '"speaker": 1.5'),
            "ValidationError: utterances[0].speaker (expected",
        ),
        (
            _edit(lambda t: t["words"][3].pop("end")),
            "ValidationError: utterances[1].words[0] (missing end)",
        ),
        (_edit(lambda t: t.update(text=["secret"])), "ValidationError: text (expected str)"),
        (_edit(lambda t: t.pop("status")), "ValidationError: transcript (missing status)"),
        (_edit(lambda t: t["words"][2].update(start=700, end=500)), "timing: words[2]"),
        (_edit(lambda t: t["words"][3].update(text="Bob")), "utterance_words: utterances[1].words"),
        (
            raw('"Hello there, Ann.", "start"', '"Hello there, Anne.", "start"'),
            "piece_not_in_text: utte",
        ),
        (_edit(lambda t: t["words"].pop()), "text_left_over: words"),
        (
            _edit(lambda t: t["utterances"][1].update(words=[])),
            "utterance_words: utterances[1].words",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(made: Any, detail: str) -> None:
    found = reason_of(made)[1]
    assert found.startswith(detail)
    assert "secret" not in found
