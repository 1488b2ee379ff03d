"""Documents that somebody has damaged: in their values, or in their bytes."""

import copy
import json
import random
from itertools import pairwise
from typing import Any

from clearshard.records.transcript import Transcript

_ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    2**53,
    2**64,
    10**400,
    1e308,
    float("nan"),
    float("inf"),
    "",
    " ",
    "Ann",
    "\0",
    "\ud800",
    "\u2028",
    "😀",
    "a" * 10_000,
    [],
    [None],
    [[]],
    {},
    {"text": "x"},
    [{"text": "x", "start": 0, "end": 1}],
)


def _places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(entries):
        found.append((value, key))
        if isinstance(inner, dict | list):
            _places(inner, found)
    return found


def mutate(rng: random.Random, made: Any) -> None:
    """Changes one value of a document in place."""
    places = _places(made, [])
    if not places:
        return
    holder, key = rng.choice(places)
    match rng.randrange(6):
        case 0:
            holder[key] = copy.deepcopy(rng.choice(_ODD))
        case 1:
            del holder[key]
        case 2:
            other, other_key = rng.choice(places)
            holder[key] = copy.deepcopy(other[other_key])
        case 3 if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        case 4 if isinstance(holder[key], str):
            text = holder[key]
            at = rng.randrange(len(text) + 1)
            holder[key] = text[:at] + rng.choice(["", " ", "x", "\u0301", "\n"]) + text[at + 1 :]
        case 5 if isinstance(holder[key], int | float):
            holder[key] += rng.choice([-300, -1, 1, 300, 0.5])


def mangle(rng: random.Random, content: bytes) -> bytes:
    """Changes some bytes."""
    at = rng.randrange(len(content))
    match rng.randrange(5):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
        case 2:
            return content[:at] + content[at : at + 40] * 3 + content[at:]
        case 3:
            return content[:at] + content[at + rng.randrange(60) :]
        case _:
            return content


def encoded(rng: random.Random, made: Any) -> bytes:
    """JSON of a document, with letters as they are or escaped."""
    return json.dumps(made, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def is_consistent(read: Transcript) -> None:
    """Asserts that the views are ranges of one text, in order."""
    for pieces in (read.turns, read.words):
        ends = [(p.start, p.end) for p in pieces]
        assert all(0 <= start < end <= len(read.text) for start, end in ends)
        assert all(a[1] <= b[0] for a, b in pairwise(ends))
    inside = [any(t.start <= w.start and w.end <= t.end for t in read.turns) for w in read.words]
    assert all(inside)
    read.text.encode("utf-8")
    speakers = {piece.speaker for piece in (*read.turns, *read.words)} - {None}
    assert not read.channels or max(speakers, default=-1) < len(read.channels)
    assert all(number is None or number > 0 for number in read.channels)
    assert all(sure is None or 0 <= sure <= 1 for sure in read.words.confidences)
