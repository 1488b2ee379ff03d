"""Documents of the corpora that a tagger learns from beside generated conversations.

The same sources as those of `models/speech_en`, whose README lists credits and licences: none that
asks to share alike, none whose terms are unclear.
"""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from heard import with_starts
from snippets import Snippets
from spoken_form import Span, Text, speech_form

#: Labels of the corpora as the tagger knows them.
LABELS = {
    "DATE_OF_BIRTH": "DOB", "DATE_TIME": "DATE", "PHONE_NUMBER": "PHONE", "CREDIT_CARD": "CARD",
    "ACCOUNT_NUMBER": "ACCOUNT", "ORDER_NUMBER": "ID", "MEMBER_ID": "ID", "US_SSN": "SSN",
    "EMAIL_ADDRESS": "EMAIL", "IP_ADDRESS": "IP",
    # Who is known to all is somebody too.
    "PERSON_PUBLIC": "PERSON",
}  # fmt: skip
#: Stands for every label: what is untagged is nothing.
EVERYTHING = frozenset(("*",))
#: Texts that are longer stand alone, shorter ones are joined as turns.
_LONG = 400
#: Copies in which words are begun twice, and how many of their words.
_STUTTERED, _STARTS = 0.3, 0.05


@dataclass(frozen=True)
class Source:
    """How one file of the corpora is used.

    Attributes:
        covered: Labels that its annotators set out to tag everywhere, or that it has none of:
            words without one of these are known to be none of these.
        share: Of its documents.
        copies: How often each is taken again as a recogniser of speech would write it, with other
            names.
    """

    covered: frozenset[str] = frozenset()
    share: float = 1.0
    copies: int = 1


_NUMBERS = frozenset(("PHONE", "CARD", "ID"))
SOURCES = {
    "slurp_rest": Source(EVERYTHING, copies=3),
    "nlu_evaluation_data": Source(EVERYTHING, copies=3),
    "multidogo_train": Source(),
    "evi_other_speakers": Source(EVERYTHING, copies=2),
    "restaurant8k_train": Source(frozenset(("PERSON", "DATE", "ID"))),
    "nlupp": Source(frozenset(("PERSON", "ORG", "DATE"))),
    "snips_train": Source(frozenset(("LOCATION", "DATE"))),
    "wnut17_train": Source(frozenset(("PERSON", "LOCATION", "ORG")), copies=2),
    "btc_train": Source(frozenset(("PERSON", "LOCATION", "ORG"))),
    "taskmaster3_movies": Source(share=0.35),
    "plain_banking77": Source(_NUMBERS),
    "plain_clinc150": Source(_NUMBERS),
    "plain_taskmaster4": Source(_NUMBERS | {"LOCATION"}),
    "plain_dstc10_asr": Source(),
}


def documents(folder: Path, name: str, snippets: Snippets, rng: Random) -> Iterator[Text]:
    """The documents of one source, and copies of each.

    Args:
        folder: Of the corpora, `SOURCE.jsonl.gz`.
        name: One of `SOURCES`.
        snippets: Where other names for the copies come from.
        rng: Of the draws.
    """
    source = SOURCES[name]
    for text, spans in _joined(_read(folder / f"{name}.jsonl.gz", source.share, rng), rng):
        yield text, spans
        for _ in range(source.copies):
            copy = speech_form(*_renamed(text, spans, snippets, rng))
            if rng.random() < _STUTTERED:
                copy = with_starts(*copy, rng, _STARTS)
            if copy[0] != text:
                yield copy


def _read(path: Path, share: float, rng: Random) -> Iterator[Text]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            if rng.random() <= share:
                spans = [
                    (span["start"], span["end"], LABELS.get(span["label"], span["label"]))
                    for span in row["spans"]
                ]
                yield row["text"], spans


def _joined(texts: Iterator[Text], rng: Random) -> Iterator[Text]:
    """Sentences joined to a few turns, as a conversation has them."""
    waiting: list[Text] = []
    size = 1
    for text, spans in texts:
        if "\n" in text or len(text) > _LONG:
            yield text, spans
            continue
        waiting.append((text, spans))
        if len(waiting) >= size:
            yield joined(waiting)
            waiting, size = [], rng.choice((1, 1, 2, 3, 5))
    if waiting:
        yield joined(waiting)


def joined(turns: Sequence[Text]) -> Text:
    """One text with a turn on each line."""
    text, moved = "", list[Span]()
    for turn, spans in turns:
        if text:
            text += "\n"
        moved += [(start + len(text), end + len(text), label) for start, end, label in spans]
        text += turn
    return text, moved


def _renamed(text: str, spans: Sequence[Span], snippets: Snippets, rng: Random) -> Text:
    """The text with other people and places in it, three in five of them."""
    out, at, moved = "", 0, list[Span]()
    for start, end, label in sorted(spans):
        if start < at:
            continue
        value = text[start:end]
        out += text[at:start]
        plain = re.fullmatch(r"[A-Za-z'.-]{3,}( [A-Za-z'-]{3,})?", value)
        if rng.random() < 0.6 and plain:
            if label == "PERSON":
                value = snippets.full() if " " in value else snippets.first()
            elif label == "LOCATION":
                value = snippets.city()[0]
        moved.append((len(out), len(out) + len(value), label))
        out += value
        at = end
    return out + text[at:], moved
