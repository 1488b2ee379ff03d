"""Everything that the tagger learns from: corpora, snippets, calls and conversations, as tokens."""

# ruff: noqa: S311 - seeded randomness is the point

import gzip
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpora import EVERYTHING, SOURCES, documents, joined
from dialogues import Dialogues
from documents import Document, Encoder
from names import Names
from snippets import Snippets
from uses import names_nobody_tagged, ordinary_words, uses_of

from data.generator.calls import some_call

#: What stands for names and places when it is counted how often words are said.
_HIDDEN = frozenset(("PERSON", "LOCATION", "ADDRESS", "USERNAME"))


@dataclass(frozen=True)
class Data:
    """What is learned from.

    Attributes:
        words: By number; the first is none.
        uses: Word → its uses.
        groups: Source or generator → its documents.
    """

    words: list[str]
    uses: dict[str, frozenset[int]]
    groups: dict[str, list[Document]]


def prepare(
    folder: Path, seed: int, conversations: int, snippets: int, calls: int, left_out: Iterable[str]
) -> Data:
    """All documents, the same ones for the same arguments.

    Args:
        folder: Of `SOURCE.jsonl.gz` and `gazetteers/`.
        seed: Of all draws.
        conversations: How many generated ones.
        snippets: How many generated ones, of which some make a document.
        calls: How many of `data/generator`.
        left_out: Sources that are not learned from.
    """
    rng = random.Random(seed)
    names = Names.read(folder / "gazetteers")
    without = frozenset(left_out)
    taken = [name for name in SOURCES if name not in without]
    uses = uses_of(folder / "gazetteers", _without_names(folder, taken))
    encoder = Encoder(names_nobody_tagged(uses))
    plain = ordinary_words(uses)
    values = Snippets(names, seed, words=plain)
    groups = {
        name: [
            encoder.document(text, spans, SOURCES[name].covered)
            for text, spans in documents(folder, name, values, rng)
        ]
        for name in taken
    }
    dialogues = Dialogues(names, seed + 5, plain)
    groups["conversations"] = [
        encoder.document(*dialogues.draw(), EVERYTHING) for _ in range(conversations)
    ]
    groups["snippets"] = list(_of_snippets(encoder, values, snippets, rng))
    groups["calls"] = [_of_call(encoder, number, seed) for number in range(calls)]
    return Data(encoder.words, uses, groups)


def _without_names(folder: Path, sources: Iterable[str]) -> Iterator[str]:
    """What is said in corpora, with blanks for names and places."""
    for source in sources:
        with gzip.open(folder / f"{source}.jsonl.gz", "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                text = row["text"]
                for span in row["spans"]:
                    if span["label"] in _HIDDEN:
                        blank = " " * (span["end"] - span["start"])
                        text = text[: span["start"]] + blank + text[span["end"] :]
                yield text


def _of_snippets(
    encoder: Encoder, snippets: Snippets, count: int, rng: random.Random
) -> Iterator[Document]:
    made = 0
    while made < count:
        together = rng.choice((1, 2, 3, 6))
        yield encoder.document(*joined([snippets.draw() for _ in range(together)]), EVERYTHING)
        made += together


def _of_call(encoder: Encoder, number: int, seed: int) -> Document:
    call = some_call(number, random.Random(f"{seed} {number}"))
    spans = [(span.start, span.end, span.label) for span in call.spans]
    return encoder.document(call.text, spans, EVERYTHING)
