"""Who speaks on which channel, and how sure the source is of each word."""

from collections.abc import Callable
from typing import Any

import pytest

from .reading import raw, read_made, reason_of, two_channels, words_of
from .transcript import Json, transcript


@pytest.mark.parametrize("label", ["A", "1"])
@pytest.mark.parametrize(("by_time", "text_by_time"), [(False, False), (True, False), (True, True)])
def test_people_on_two_channels_talk_over_each_other(
    by_time: bool, text_by_time: bool, label: str
) -> None:
    made = two_channels(by_time=by_time, text_by_time=text_by_time, label=label)
    read = read_made(made)
    said = [u["text"] for u in made["utterances"]]
    assert read.text == " ".join(said)
    assert [read.text[t.start : t.end] for t in read.turns] == said
    # Whatever the labels are called, they are two people.
    assert [turn.speaker for turn in read.turns] == [0, 1, 0, 1]
    of_turns = [word for u in made["utterances"] for word in u["words"]]
    assert [*read.words.start_ms] == [word["start"] for word in of_turns]
    texts = [read.text[a:b] for a, b in zip(read.words.starts, read.words.ends, strict=True)]
    assert texts == [word["text"] for word in of_turns]


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t["words"].pop(),
        lambda t: t["words"][0].update(text="thus"),
        lambda t: t["words"].append(t["words"][0]),
        lambda t: t["utterances"][0]["words"].pop(),
        lambda t: t.update(text=t["text"] + " ann"),
        lambda t: t.update(text=" ".join(reversed(t["text"].split()))),
    ],
)
def test_words_in_the_order_of_time_must_be_the_same_words(change: Callable[[Json], Any]) -> None:
    made = two_channels(by_time=True)
    change(made)
    assert reason_of(made)[0] in ("view_mismatch", "malformed")


@pytest.mark.parametrize(
    ("labels", "numbers"),
    [
        (("1", "2"), (1, 2)),
        ((2, 1), (2, 1)),
        (("Maria", "2"), (1, 2)),
        (("Maria", "Jon"), (1, 2)),
        (("7", "7"), (7, 7)),
        ((None, None), ()),
        ((None, "3"), (None, 3)),
    ],
)
def test_channels_are_numbers_and_belong_to_speakers(
    labels: tuple[object, object], numbers: tuple[int | None, ...]
) -> None:
    made = transcript()
    of_speaker = dict(zip("BA", labels, strict=True))
    for utterance in made["utterances"]:
        utterance["channel"] = of_speaker[utterance["speaker"]]
        for word in utterance["words"]:
            word["channel"] = utterance["channel"]
    assert read_made(made).channels == numbers
    assert {word.speaker for word in read_made(made).words} == {0, 1}


@pytest.mark.parametrize("sure", [0, 1, 0.0, 1.0, 0.97, 1e-300, None])
def test_how_sure_the_source_is_of_a_word_is_kept(sure: float | None) -> None:
    made = transcript()
    made["words"][2]["confidence"] = sure
    assert [*read_made(made).words.confidences][1:4] == [None, sure, None]
    assert {turn.confidence for turn in read_made(made).turns} == {None}


@pytest.mark.parametrize(
    "odd", ["0.97", "Maria", -1, 1.0000001, 97, 10**400, -0.3, True, [0.9], {"of": 0.9}, ""]
)
def test_what_is_no_number_from_0_to_1_is_no_confidence(odd: object) -> None:
    """And nothing else is lost with it: no decision hangs on it."""
    made = transcript()
    for word in made["words"]:
        word["confidence"] = 0.5
    made["words"][2]["confidence"] = odd
    made["utterances"][1]["confidence"] = odd
    read = read_made(made)
    assert read.words.confidences == (0.5, 0.5, None, *[0.5] * (len(read.words) - 3))
    assert read.text == read_made(transcript()).text


def test_a_confidence_that_is_no_json_is_malformed() -> None:
    for odd in ("NaN", "Infinity", "0x1"):
        assert reason_of(raw('"start": 0', f'"confidence": {odd}, "start": 0'))[0] == "malformed"


def test_nobody_speaks_twice_at_once() -> None:
    made = two_channels(by_time=False)
    for word in made["utterances"][1]["words"]:
        word["channel"] = "1"
    made["utterances"][1]["channel"] = "1"
    assert reason_of(made) == ("malformed", "timing: words[8]")


def test_bare_words_in_the_order_of_time_are_brought_into_that_of_the_turns() -> None:
    made = two_channels(by_time=True)
    expected = read_made(made)
    for turn in made["utterances"]:
        turn["text"] = turn["text"].capitalize() + "."
    made["text"] = " ".join(turn["text"] for turn in made["utterances"])
    read = read_made(made)
    assert read.words.start_ms == expected.words.start_ms
    assert words_of(read)[0] == "So"
