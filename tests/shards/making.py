"""Redacted transcripts and work units for tests, made the way a worker makes them."""

from collections.abc import Sequence
from pathlib import Path

from clearshard.keys import PseudonymKey
from clearshard.records.tasks import StagedFile
from clearshard.records.transcript import Piece, RedactedTranscript, Span, Transcript, Words
from clearshard.redaction.apply import apply
from clearshard.shards.pseudonyms import account_key, doc_key
from clearshard.shards.staging import Seal, ShardRow, stage
from clearshard.vault.vault import PLAIN

KEY = PseudonymKey(b"k" * 32)
POLICY = "p" * 64
SEAL = Seal(PLAIN, KEY, "r" * 64, "m" * 64)


def redacted(number: int, words: int = 8) -> RedactedTranscript:
    """A call of two turns that differs from every other, with one replacement."""
    turns = [f"hello maria this is call {'abcdefghij'[number % 10]}", "lorem " * words + "bye"]
    text = " ".join(turns)
    pieces = (
        Piece(0, len(turns[0]), 0, 500, 0),
        Piece(len(turns[0]) + 1, len(text), 600, 10_000 + number, 1),
    )
    timed: list[Piece] = []
    place = 0
    for index, word in enumerate(text.split()):
        start = text.index(word, place)
        place = start + len(word)
        speaker = int(start > len(turns[0]))
        sure = None if index == 2 else 1 - index % 8 / 8
        timed.append(Piece(start, place, index * 100, index * 100 + 90, speaker, sure))
    channels = (1, 2) if number % 3 else ()
    source = Transcript(text, pieces, Words.of(timed), True, "en", 10_000 + number, channels)
    return apply(source, [Span(6, 11, "PERSON", 0.85, "SpacyRecognizer")], ["<PERSON_1>"])


def row(number: int, words: int = 8) -> ShardRow:
    """A row whose keys follow from its number."""
    return ShardRow(
        doc_key(KEY, f"file-{number}"),
        account_key(KEY, f"account-{number % 5}"),
        f"2026-{number % 2 + 1:02d}",
        f"{number:064x}",
        redacted(number, words),
    )


def staged_files(folder: Path, *groups: Sequence[int]) -> list[StagedFile]:
    """One staged file for each group of numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    return [stage(folder, [row(n, n % 40) for n in group], SEAL).below(folder) for group in groups]
