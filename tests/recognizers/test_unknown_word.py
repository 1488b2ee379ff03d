"""Words that are in no dictionary."""

from pathlib import Path

import pytest

from clearshard.recognizers import unknown_word
from clearshard.recognizers.unknown_word import find_unknown_words, word_list


def found(text: str) -> list[str]:
    return [text[f.start : f.end] for f in find_unknown_words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("any mail from rajesh today", ["rajesh"]),
        ("Any mail from Rajesh today", ["Rajesh"]),
        ("the bus to timbuktu leaves from keswick", ["timbuktu", "keswick"]),
        ("rajesh's phone and rajesh\u2019s mail", ["rajesh's", "rajesh\u2019s"]),
        ("ask @qzorb_77 or mail2qzorb", ["qzorb_77", "mail2qzorb"]),
        ("\u0438\u0432\u0430\u043d called", ["\u0438\u0432\u0430\u043d"]),
        ("me llamo y vivo cerca", ["llamo", "vivo", "cerca"]),
        ("\u0130stanbul is far", ["\u0130stanbul"]),
        ("rajeshhhh", ["rajeshhhh"]),
    ],
)
def test_found(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hey i'd like to book a table for four people on friday evening please",
        "uh hmm so the customer's invoices weren't paid and they've cancelled",
        "soooo goooood, that's what we\u2019ll do",
        "my mp3 and the 10gb, 4th of june, 2 pm",
        "HELLO CAN YOU HEAR ME",
        "gonna check my email on the website lol",
        "didn ' t we tbh",
    ],
)
def test_ordinary(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "name",
    [
        "dave",
        "jennifer",
        "patel",
        "garcia",
        "tulsa",
        "chicago",
        "mumbai",
        "kevin",
        "nguyen",
        "politis",
        "theodosis",
        "ganapathy",
    ],
)
def test_no_list_makes_a_name_ordinary(name: str) -> None:
    assert found(f"i met {name} there") == [name]


def test_the_list_is_sorted_and_has_no_word_twice() -> None:
    words = word_list().read_text(encoding="ascii").splitlines()
    assert len(words) > 80_000
    assert words == sorted(set(words))


def test_without_its_words_it_is_not_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(unknown_word, "word_list", lambda: tmp_path / "missing.txt")
    unknown_word.ordinary_words.cache_clear()
    with pytest.raises(FileNotFoundError):
        unknown_word.unknown_words()
