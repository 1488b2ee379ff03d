"""WhisperX's JSON: aligned or not, with speakers or not."""

import pytest

from .reading import Json, edited, read, refused, turns, words


def _segment(text: str, start: float, end: float, speaker: str, *timed: float | None) -> Json:
    said = [
        {"word": word}
        if at is None
        else {"word": word, "start": at, "end": at + 0.2, "score": 0.8, "speaker": speaker}
        for word, at in zip(text.split(), timed, strict=True)
    ]
    return {"start": start, "end": end, "text": f" {text}", "words": said, "speaker": speaker}


def _whole(*segments: Json) -> Json:
    listed = [word for segment in segments for word in segment["words"]]
    return {"segments": list(segments), "word_segments": listed, "language": "en"}


MADE = _whole(
    _segment("I paid 20 30 dollars.", 0.0, 2.0, "S1", 0.0, 0.4, None, None, 1.5),
    _segment("7 days ago?", 2.4, 3.0, "S0", None, 2.4, 2.7),
    _segment("Room 9", 3.5, 4.0, "S1", 3.5, None),
)


def test_words_without_times_last_from_one_neighbour_to_the_other() -> None:
    found = read(MADE)
    assert found.text == "I paid 20 30 dollars. 7 days ago? Room 9"
    assert words(found) == [
        ("I", 0, 200, 0),
        ("paid", 400, 600, 0),
        ("20 30", 600, 1500, 0),
        ("dollars.", 1500, 1700, 0),
        ("7", 2000, 2400, 1),
        ("days", 2400, 2600, 1),
        ("ago?", 2700, 2900, 1),
        ("Room", 3500, 3700, 0),
        ("9", 3700, 4000, 0),
    ]
    assert turns(found) == [
        ("I paid 20 30 dollars.", 0, 2000, 0),
        ("7 days ago?", 2000, 3000, 1),
        ("Room 9", 3500, 4000, 0),
    ]


def test_a_segment_that_could_not_be_aligned_is_one_word() -> None:
    made = _whole(MADE["segments"][0], {**MADE["segments"][1], "words": []})
    assert words(read(made))[-1] == ("7 days ago?", 2000, 3000, 1)


def test_without_alignment_there_are_turns_alone() -> None:
    made = edited(MADE, lambda d: [s.pop("words") for s in d["segments"]])
    del made["word_segments"]
    found = read(made)
    assert len(found.words) == 0
    assert [turn[0] for turn in turns(found)] == ["I paid 20 30 dollars.", "7 days ago?", "Room 9"]


def test_where_nobody_knows_where_two_sentences_part_they_are_one_turn() -> None:
    made = _whole(
        _segment("I paid 20.", 0.0, 1.0, "S0", 0.0, 0.4, None),
        _segment("30 dollars.", 1.2, 2.0, "S0", None, 1.5),
    )
    assert words(read(made))[2] == ("20. 30", 600, 1500, 0)
    assert len(read(made).turns) == 1


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (edited(MADE, lambda d: d["segments"][0]["words"].pop(1)),
         "view_mismatch piece_not_in_text: segments[0].words[1]"),
        (edited(MADE, lambda d: d["segments"][0]["words"][4].update(start=0.1)),
         "malformed timing: segments[0].words[2]"),
        (edited(MADE, lambda d: d["segments"][1].update(start=None)),
         "malformed ValidationError: segments[1].start (expected float)"),
        (edited(MADE, lambda d: d["segments"][1]["words"][1].update(word=7)),
         "malformed ValidationError: segments[1].words[1].word (expected str)"),
        (_whole(), "empty text"),
    ],
)  # fmt: skip
def test_what_is_not_one_speech_is_told_with_its_place(made: Json, said: str) -> None:
    assert " ".join(refused(made)) == said
