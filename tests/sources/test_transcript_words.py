"""One speech in two spellings: what its text adds to words, and no other letters."""

import copy

import pytest

from .reading import read_made, reason_of, words_of
from .transcript import transcript


@pytest.mark.parametrize(
    ("text", "words", "pieces"),
    [
        ("Hello, Ann. Hi!", "hello ann hi", "Hello,|Ann.|Hi!"),
        ('He said: "Go on." And went', "he said go on and went", 'He|said:|"Go|on."|And|went'),
        ("the SQL one - yes", "the sql one yes", "the|SQL|one -|yes"),
        ("an e-mail, please...", "an email please", "an|e-mail,|please..."),
        ("rock'n'roll (live)", "rock n roll live", "rock'|n'|roll|(live)"),
        ("hello there", "Hello, there.", "hello|there"),
        ("Well - yes.", "well - yes", "Well|-|yes."),
        ("¿Qué? Straße 7.5", "qué strasse 75", "¿Qué?|Straße|7.5"),
    ],
)
def test_words_may_be_spelled_without_what_the_text_adds(
    text: str, words: str, pieces: str
) -> None:
    """Whatever a word is called, it is what the text has in its place, punctuation included."""
    timed = [{"text": w, "start": i, "end": i} for i, w in enumerate(words.split())]
    read = read_made({"status": "completed", "text": text, "words": timed})
    assert words_of(read) == pieces.split("|")
    assert read.text == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my name is Ann", "my name is Anna"),
        ("my name is Ann", "my name is"),
        ("my name is Ann", "name is Ann"),
        ("my name is Ann", "my name is Hildegard"),
        ("my name is Ann", "my name Ann is"),
        ("the SQL one", "the sequel one"),
        ("it costs $5", "it costs 5"),
        ("seven apples", "7 apples"),
        ("Well - yes.", "well ! yes"),
        ("Straße", "stras se"),
    ],
)
def test_what_has_other_letters_is_another_speech(text: str, words: str) -> None:
    timed = [{"text": w, "start": i, "end": i} for i, w in enumerate(words.split())]
    made = {"status": "completed", "text": text, "words": timed}
    assert reason_of(made)[0] == "view_mismatch"


def test_punctuation_between_two_turns_stays_in_its_turn() -> None:
    made = transcript('I am Ann. - "Really?"', '"Yes." Fine!')
    for word in (bare := copy.deepcopy(made["words"])):
        word["text"] = word["text"].strip('."?!').lower() or word["text"]
    read = read_made({**made, "words": bare})
    assert words_of(read) == ["I", "am", "Ann.", "-", '"Really?"', '"Yes."', "Fine!"]
    for turn in made["utterances"]:
        turn["text"] = turn["text"].replace('"', "")
    assert read_made(made).turns == read.turns


def test_a_turn_of_punctuation_alone_is_nobodys_word() -> None:
    made = transcript("I am Ann.", "...", "Fine!")
    made["words"] = [
        w | {"text": w["text"].strip(".")} for w in made["words"] if w["text"] != "..."
    ]
    assert reason_of(made)[0] == "view_mismatch"


def test_the_words_of_an_utterance_may_be_spelled_otherwise_too() -> None:
    made = transcript("I am Ann.", "Hi there.")
    for turn in (turns := copy.deepcopy(made["utterances"])):
        for word in turn["words"]:
            word["text"] = word["text"].lower().strip(".")
    assert read_made({**made, "utterances": turns}) == read_made(made)
