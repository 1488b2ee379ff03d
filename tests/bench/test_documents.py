"""A folder of transcripts, each once, dealt out."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from clearshard.bench.documents import deal, read_documents, units_of
from clearshard.errors import SourceUnavailable

from ..sources.transcript import transcript


def encoded(*turns: str) -> bytes:
    return json.dumps(transcript(*turns)).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deeper").mkdir()
    (tmp_path / "a.json").write_bytes(encoded("one two", "three"))
    (tmp_path / "b.json").write_bytes(encoded("one two", "three"))  # the same text again
    (tmp_path / "broken.json").write_bytes(b"{")
    (tmp_path / "notes.txt").write_text("not one of them")
    (tmp_path / "deeper" / "c.json").write_bytes(encoded("four five six"))
    lines = [encoded("seven"), b"", b"nonsense", encoded("eight nine")]
    (tmp_path / "more.jsonl.gz").write_bytes(gzip.compress(b"\n".join(lines)))
    return tmp_path


def test_every_text_once(folder: Path) -> None:
    documents = read_documents(folder, 9)
    assert [(d.name, d.turns, d.word_count) for d in documents] == [
        ("a.json", ("one two", "three"), 3),
        ("deeper/c.json", ("four five six",), 3),
        ("more.jsonl.gz:1", ("seven",), 1),
        ("more.jsonl.gz:4", ("eight nine",), 2),
    ]


def test_no_more_than_was_asked_for(folder: Path) -> None:
    assert [d.name for d in read_documents(folder, 4)] == ["a.json", "deeper/c.json"]


def test_too_few_words_are_an_error_that_says_how_many_there_are(folder: Path) -> None:
    with pytest.raises(SourceUnavailable, match=r"9 words in 4 different .*--words"):
        read_documents(folder, 10)


def test_dealt_out_no_document_is_twice(folder: Path) -> None:
    documents = read_documents(folder, 9)
    hands = deal(documents, 3)
    assert sorted(d.name for hand in hands for d in hand) == [d.name for d in documents]


def test_a_part_without_words_is_an_error_that_says_what_to_ask_for(folder: Path) -> None:
    documents = read_documents(folder, 9)
    silent = replace(documents[0], word_count=0)
    for few in (documents, [*documents[:4], silent], []):
        with pytest.raises(SourceUnavailable, match=r"left for 5 rounds.*--words.*--rounds"):
            deal(few, 5)
    assert [len(hand) for hand in deal([*documents, documents[0], silent], 5)] == [2, 1, 1, 1, 1]


def test_units_hold_every_document_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = read_documents(folder, 9)
    monkeypatch.setattr("clearshard.bench.documents._UNIT_FILES", 3)
    units = list(units_of(documents))
    assert [len(unit.tasks) for unit in units] == [3, 1]
    assert [task.content for unit in units for task in unit.tasks] == [d.content for d in documents]
