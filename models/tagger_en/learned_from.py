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
from spoken_form import Span, Text
from told import interspersed, with_requested
from uses import names_nobody_tagged, ordinary_words, uses_of

from data.generator.calls import some_call

#: How often turns of types on request stand in a call, and in a document of the corpora; and how
#: many.
_OFTEN, _SELDOM, _MOST = 0.6, 0.1, 4
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
    dialogues, telling = Dialogues(names, seed + 5, plain), Dialogues(names, seed + 6, plain)
    # Drawn apart, so that other draws stay what they are.
    told = _Told(telling, random.Random(seed + 7))
    groups = {
        name: [
            encoder.document(*told.within(text, spans, _SELDOM), SOURCES[name].covered)
            for text, spans in documents(folder, name, values, rng)
        ]
        for name in taken
    }
    groups["conversations"] = [
        encoder.document(*dialogues.draw(), EVERYTHING) for _ in range(conversations)
    ]
    groups["snippets"] = list(_of_snippets(encoder, values, snippets, rng))
    groups["calls"] = [_of_call(encoder, number, seed, told) for number in range(calls)]
    return Data(encoder.words, uses, groups)


class _Told:
    """Types on request, in texts whose annotators did not look for them."""

    def __init__(self, dialogues: Dialogues, rng: random.Random) -> None:
        self._dialogues = dialogues
        self._rng = rng

    def within(self, text: str, spans: list[Span], often: float) -> Text:
        """The text with what rules find, and at times with turns that tell more."""
        tagged = (text, with_requested(text, spans))
        if self._rng.random() >= often:
            return tagged
        return interspersed(tagged, self._dialogues.told, self._rng, _MOST)


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
        text, spans = joined([snippets.draw() for _ in range(together)])
        yield encoder.document(text, with_requested(text, spans), EVERYTHING)
        made += together


def _of_call(encoder: Encoder, number: int, seed: int, told: _Told) -> Document:
    call = some_call(number, random.Random(f"{seed} {number}"))
    spans = [(span.start, span.end, span.label) for span in call.spans]
    return encoder.document(*told.within(call.text, spans, _OFTEN), EVERYTHING)
