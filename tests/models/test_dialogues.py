"""The generated conversations that a tagger is trained with."""

# ruff: noqa: E402 - the modules of a recipe are found once its folder is on the path

import random
import re
import sys
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

MODELS = Path(__file__).parents[2] / "models"
# The recipes of models are scripts that import their neighbours.
sys.path[:0] = [str(MODELS / "speech_en"), str(MODELS / "tagger_en")]

import answers
import asked
import questions
import replies
import statements
import talk
from dialogues import ON_REQUEST, Dialogues
from meetings import kept_going
from names import Names
from phrases import fill, join, lines, wordings
from slots import Slots, label_of
from writing import written

LABELS = {label_of(kind) for kind in questions.WEIGHTS} | ON_REQUEST | {"ORG"}
PHRASES = [
    phrase
    for texts in (
        *(table.values() for table in (questions.QUESTIONS, answers.ANSWERS)),
        *(table.values() for table in (statements.STATEMENTS, talk.TALK)),
        [text for text in vars(replies).values() if isinstance(text, str) and "{" in text],
        [talk.NAME_WORD_SENTENCES, asked.EXCHANGES.replace(" => ", "\n")],
    )
    for text in texts
    for phrase in lines(text)
]


@pytest.fixture
def names() -> Names:
    firsts, lasts = ["Odile", "Bram", "Sanaa", "Ruth"], ["Quellen", "Ashdown", "Imrie"]
    return Names(
        (firsts, list(accumulate([5, 3, 2, 1]))),
        (lasts, list(accumulate([5, 3, 2]))),
        {kind: [("Fenwick", "Kent"), ("Alder Creek", "")] for kind in ("us", "gb", "other")},
        ["Ruritania"],
        ["Main", "Oak"],
    )


def drawn(
    names: Names, seed: int, count: int = 300
) -> list[tuple[str, list[tuple[int, int, str]]]]:
    dialogues = Dialogues(names, seed, ["table", "yellow", "carry"])
    return [dialogues.draw() for _ in range(count)]


def test_the_same_seed_draws_the_same_conversations(names: Names) -> None:
    assert drawn(names, 5, 40) == drawn(names, 5, 40)
    assert drawn(names, 5, 40) != drawn(names, 6, 40)


def test_spans_lie_within_the_text_and_hold_no_blank_ends(names: Names) -> None:
    for text, spans in drawn(names, 1, 1000):
        end = 0
        for start, stop, label in sorted(spans):
            assert end <= start < stop <= len(text)
            assert text[start:stop] == text[start:stop].strip()
            assert label in LABELS
            end = stop


def test_every_kind_of_value_is_drawn_and_so_is_talk_without_any(names: Names) -> None:
    texts = drawn(names, 2, 1500)
    assert {label for _, spans in texts for *_, label in spans} == LABELS
    empty = [text for text, spans in texts if not [s for s in spans if s[2] not in ON_REQUEST]]
    assert len(empty) > len(texts) / 5


def test_every_kind_is_asked_for_answered_and_told() -> None:
    kinds = set(questions.WEIGHTS)
    assert set(questions.QUESTIONS) == set(answers.ANSWERS) == set(statements.STATEMENTS) == kinds
    assert set(talk.WEIGHTS) == set(talk.TALK)


def test_what_is_answered_to_an_ordinary_question_is_nobody(names: Names) -> None:
    """One line with two halves each; a value of somebody in one would be learned as nothing."""
    slots = Slots(names, random.Random(3), 4, ["table", "yellow", "carry"])
    slots.begin()
    for line in lines(asked.EXCHANGES):
        question, answer = line.split(" => ")
        for _ in range(30):
            assert {label for _, label in slots.fill([question])} <= {None, *ON_REQUEST}, line
            assert {label for _, label in slots.fill([answer])} <= {None, *ON_REQUEST}, line


def test_conversations_without_values_have_questions_and_answers(names: Names) -> None:
    dialogues = Dialogues(names, 6, ["table", "yellow", "carry"])
    dialogues._slots.begin()
    counts = [len(dialogues._nothing()) for _ in range(600)]
    assert 0.05 < sum(count > 1 for count in counts) / len(counts) < 0.3


def test_phrases_close_their_brackets() -> None:
    assert len(PHRASES) > 400
    for phrase in PHRASES:
        bare = re.sub(r"\{\w+\}", "", phrase)
        assert not set("{}") & set(bare), phrase
        depth = 0
        for char in bare:
            depth += (char == "[") - (char == "]")
            assert depth >= 0, phrase
            assert char != "|" or depth, phrase
        assert depth == 0, phrase


class Last(random.Random):
    """Draws the last of everything."""

    def choice(self, seq: Any) -> Any:
        return seq[-1]


def test_a_wording_draws_from_choices_within_choices() -> None:
    assert wordings("[a|b [c|d]] e[|  f]", Last()) == "b d e f"
    pieces = fill("say {v} [now|then]", Last(), {"v": lambda: [("7", "ID")]})
    assert pieces == [("say ", None), ("7", "ID"), (" then", None)]


def test_pieces_join_to_a_text_with_the_place_of_each_label() -> None:
    assert join([("a ", None), ("7", "ID"), (" b", None)]) == ("a 7 b", [(2, 3, "ID")])
    assert join([(" ", "ID")]) == (" ", [])


def test_a_value_stays_in_its_place_however_it_is_written() -> None:
    turns = [[("call ", None), ("Ann Bo", "PERSON")], [("at ", None), ("1, 2", "PHONE")]]
    seen = set()
    for seed in range(400):
        text, spans = written(turns, random.Random(seed))
        values = [re.sub(r"\W", "", text[a:b]).lower() for a, b, _ in spans]
        assert values == ["annbo", "12"], text
        assert all(text[a:b].strip() == text[a:b] for a, b, _ in spans)
        seen.add(text)
    assert {"call ann bo\nat 1 2", "CALL ANN BO.\nAT 1, 2."} <= seen


def test_words_that_keep_talk_going_stand_beside_what_is_said() -> None:
    said: list[Any] = [
        [("four one", "PHONE")],
        [("so ", None), ("Odile", "PERSON")],
        [("no", None)],
    ]
    more = 0
    for seed in range(60):
        turns = kept_going(said, random.Random(seed))
        rest = iter(turns)
        for turn in said:
            # Each comes again, in order, with at most one piece before it.
            again = next(t for t in rest if t[-len(turn) :] == turn)
            assert len(again) - len(turn) <= (turn[0][1] is None)
        values = [piece for turn in turns for piece in turn if piece[1]]
        assert values == [("four one", "PHONE"), ("Odile", "PERSON")]
        more += len(turns) > len(said)
    assert 5 < more < 40
