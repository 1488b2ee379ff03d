"""Mutated transcripts: sound ones, changed in ways that know their structure. Seeded.

Each carries canaries: a word in its speech, which only shards may hold, and words in fields and
names of speakers that are never written, which nothing may hold.
"""

import json
import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clearshard.records.states import Deleted, Quarantine
from clearshard.sources.transcripts import read_transcript

ROOT = Path(__file__).parents[2]
#: In the dictionary, so that it may stay in a shard; nowhere else in the project.
SPOKEN = "flibbertigibbet"
#: Of a speaker's name and of fields that are not read.
UNWRITTEN = ("quillaphane", "dvorskovich")

Json = Any
Mutation = Callable[[random.Random, Json], Json | bytes]

_NUMBERS = (
    *(-1, 0, 2**31, 2**53 - 1, 2**53, 2**63, 2**64, -(2**63), 10**40, 10**400),
    *(0.5, -0.0, 1e308, -1e308, 1e-320, float("nan"), float("inf"), float("-inf")),
)
_TEXTS = (
    *("", " ", "\n", "\0", "\ud800", "\udfff x", "\ufeff", "\u202e", "null", "A" * 5000),
    *("\u0301" * 500, "\u200b", "4111 1111 1111 1111", "@" * 300, "1" * 300, "a.b@c.d" * 100),
)
_CODECS = ("latin-1", "cp1252", "utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7", "cp037")


def sound_transcripts() -> list[Json]:
    """The samples that decode, as JSON values, with canaries."""
    found = []
    for path in sorted((ROOT / "data" / "samples" / "transcripts").glob("*.json")):
        content = path.read_bytes()
        try:
            read_transcript(content, 3_000, None)
        except (Quarantine, Deleted):
            continue
        made = json.loads(content)
        # Other forms are damaged in tests/sources/adapters.
        if isinstance(made, dict) and made.keys() >= {"status", "text"}:
            found.append(made)
    return [_with_canaries(made) for made in found]


def _with_canaries(made: Json) -> Json:
    """One more turn, in all views; names of speakers and fields of other features."""
    made = dict(made)
    words = list(made.get("words") or ())
    clock = 400 + max((w["end"] for w in words), default=0)
    for piece in made.get("utterances") or ():
        clock = max(clock, piece["end"] + 400)
    said = {"text": SPOKEN, "start": clock, "end": clock + 300, "speaker": UNWRITTEN[0]}
    made["text"] = f"{made['text']} {SPOKEN}"
    if made.get("words") is not None:
        made["words"] = [*words, said]
    if made.get("utterances"):
        made["utterances"] = [*made["utterances"], dict(said)]
    made["summary"] = f"{UNWRITTEN[1]} rang"
    made["entities"] = [{"text": UNWRITTEN[1], "start": 0, "end": 1}]
    return made


def mutated(rng: random.Random, sound: list[Json], record_id: str) -> tuple[str, bytes]:
    """What was done, and the bytes: one to three changes of structure, then perhaps of bytes."""
    made: Json | bytes = {**json.loads(json.dumps(rng.choice(sound))), "id": record_id}
    done = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if isinstance(made, bytes):
            break
        mutation = rng.choice(_MUTATIONS)
        done.append(mutation.__name__)
        made = mutation(rng, made)
    content = made if isinstance(made, bytes) else _encoded(made)
    if rng.random() < 0.25:
        change = rng.choice(_OF_BYTES)
        done.append(change.__name__)
        content = change(rng, content)
    return "+".join(done), content


def _encoded(value: Json) -> bytes:
    # Python's own spelling of NaN and of lone surrogates is as wrong as that of other programs.
    return json.dumps(value).encode("ascii")


def _places(value: Json, depth: int = 0) -> list[tuple[Json, Any]]:
    """Every container of the tree with a key of it."""
    if depth > 4 or not isinstance(value, dict | list):
        return []
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    inner = [place for key in keys for place in _places(value[key], depth + 1)]
    return [(value, key) for key in keys] + inner


def _pieces(rng: random.Random, made: Json) -> list[Json]:
    """Words or utterances, whichever there are."""
    if not isinstance(made, dict):
        return []
    lists = [made.get(name) for name in ("words", "utterances")]
    some = [found for found in lists if isinstance(found, list) and found]
    return [piece for piece in rng.choice(some) if isinstance(piece, dict)] if some else []


def _anything(rng: random.Random) -> Json:
    kind = rng.randrange(6)
    if kind == 0:
        return rng.choice(_NUMBERS)
    if kind == 1:
        return rng.choice(_TEXTS)
    return rng.choice((None, True, False, [], {}, [[]], {"text": "x"}, [1, "a", None]))


def mistyped(rng: random.Random, made: Json) -> Json:
    """Some value becomes something else."""
    for _ in range(rng.choice((1, 1, 3))):
        places = _places(made)
        if places:
            holder, key = rng.choice(places)
            holder[key] = _anything(rng)
    return made


def of_the_top(rng: random.Random, made: Json) -> Json:
    """A field that everything hangs on becomes something else, or goes."""
    names = ("id", "status", "text", "language_code", "utterances", "words", "audio_duration")
    name = rng.choice(names)
    if rng.random() < 0.4:
        made.pop(name, None)
    else:
        made[name] = _anything(rng)
    return made


def reordered(rng: random.Random, made: Json) -> Json:
    """Words or turns in another order."""
    name = rng.choice(("words", "utterances"))
    pieces = made.get(name)
    if isinstance(pieces, list) and len(pieces) > 1:
        how = rng.randrange(3)
        if how == 0:
            rng.shuffle(pieces)
        elif how == 1:
            pieces.reverse()
        else:
            i, j = rng.sample(range(len(pieces)), 2)
            pieces[i], pieces[j] = pieces[j], pieces[i]
    return made


def mistimed(rng: random.Random, made: Json) -> Json:
    """Times that contradict each other or cannot be."""
    pieces = _pieces(rng, made)
    for piece in rng.sample(pieces, min(len(pieces), rng.choice((1, 1, 5)))):
        name = rng.choice(("start", "end"))
        before = piece.get(name)
        near = before if isinstance(before, int) and abs(before) < 2**53 else 0
        piece[name] = rng.choice((*_NUMBERS, near - 1, near + 10_000, str(near), near + 0.5))
    return made


def lost(rng: random.Random, made: Json) -> Json:
    """Something is missing in one view."""
    for name in rng.sample(("words", "utterances"), rng.choice((1, 2))):
        pieces = made.get(name)
        if isinstance(pieces, list) and pieces:
            start = rng.randrange(len(pieces))
            del pieces[start : start + rng.choice((1, 3, 1000))]
    return made


def twice(rng: random.Random, made: Json) -> Json:
    """Something is there twice in one view."""
    name = rng.choice(("words", "utterances"))
    pieces = made.get(name)
    if isinstance(pieces, list) and pieces:
        place = rng.randrange(len(pieces))
        pieces[place:place] = [pieces[place]] * rng.choice((1, 5))
    return made


def other_letters(rng: random.Random, made: Json) -> Json:
    """Letters that look or count otherwise, in one view or in all."""
    pairs = (
        *((" ", "\u00a0"), (" ", "\n"), (" ", "  "), ("e", "e\u0301"), ("a", "\u0430")),
        *(("o", "\u200bo"), ("i", "\U0001d426"), ("s", "\u00df"), ("t", "T"), ("n", "\ud83d")),
        *(("1", "\u0661"), ("0", "\uff10"), (".", "\u3002"), ("@", "\ufe6b")),
    )
    old, new = rng.choice(pairs)
    if rng.random() < 0.5:
        text = json.dumps(made).replace(json.dumps(old)[1:-1], json.dumps(new)[1:-1])
        try:
            return json.loads(text)
        except ValueError:
            return text.encode()
    name = rng.choice(("text", "words", "utterances"))
    if isinstance(made.get("text"), str) and name == "text":
        made["text"] = made["text"].replace(old, new)
    for piece in _pieces(rng, made):
        if isinstance(piece.get("text"), str):
            piece["text"] = piece["text"].replace(old, new)
    return made


def huge(rng: random.Random, made: Json) -> Json:
    """Hostile sizes: one more turn, alike in all views."""
    said = rng.choice(
        (
            "x" * rng.choice((1_000, 30_000, 200_000)),
            " ".join(rng.choices(string.digits, k=rng.choice((200, 3_000)))),
            "@".join("a" * 3 for _ in range(2_000)),
            "." * 20_000,
            "-".join("555" for _ in range(3_000)),
            " ".join(["double you"] * 2_000),
            "a" * 63 + "." + "b" * 5_000 + "@" + "c" * 5_000,
            "\u0301" * 10_000,
            "http://" + "a/" * 10_000,
            " ".join(rng.choices(("one", "two", "three", "oh", "hundred"), k=5_000)),
        )
    )
    text, clock = made.get("text"), 10**7
    if not isinstance(text, str):
        return made
    made["text"] = f"{text} {said}"
    words = said.split()
    timed = [
        {"text": word, "start": clock + n, "end": clock + n + 1, "speaker": "A"}
        for n, word in enumerate(words)
    ]
    if isinstance(made.get("words"), list):
        made["words"] += timed
    if isinstance(made.get("utterances"), list) and made["utterances"]:
        end = clock + len(words)
        made["utterances"].append({"text": said, "start": clock, "end": end, "speaker": "A"})
    return made


def many(rng: random.Random, made: Json) -> Json:
    """Many of something small."""
    how = rng.randrange(4)
    if how == 0:
        made["utterances"] = [{"text": "", "start": 0, "end": 0}] * 20_000
    elif how == 1:
        made["words"] = [{"text": "a", "start": n, "end": n} for n in range(5_000)]
        made["text"] = "a " * 5_000
        made["utterances"] = None
    elif how == 2:
        for number, piece in enumerate(_pieces(rng, made)):
            piece["speaker"] = f"{UNWRITTEN[0]} {number}"
    else:
        made.update({f"field-{n}": UNWRITTEN[1] for n in range(5_000)})
    return made


def nested(rng: random.Random, made: Json) -> bytes:
    """Deeper than anybody's stack."""
    depth = rng.choice((500, 5_000, 200_000))
    opened, closed = rng.choice((("[", "]"), ('{"a":', "}"), ('{"words":[', "]}")))
    inner = rng.choice(("1", "", json.dumps(UNWRITTEN[1])))
    name = rng.choice(("words", "utterances", "summary", "text", "speaker"))
    whole = json.dumps(made)[:-1]
    return f'{whole}, "{name}": {opened * depth}{inner}{closed * depth}}}'.encode()


def keys_twice(rng: random.Random, made: Json) -> bytes:
    """The same key again with something else, or spelled in another way."""
    name = rng.choice(("text", "status", "words", "utterances", "language_code", "id"))
    again = rng.choice((name, f"\\u{ord(name[0]):04x}{name[1:]}", name.upper(), f"{name}\\u0000"))
    whole, value = json.dumps(made)[:-1], json.dumps(_anything(rng))
    return f'{whole}, "{again}": {value}}}'.encode()


def around(rng: random.Random, made: Json) -> bytes:
    """Something before, behind or around it."""
    whole = json.dumps(made)
    how = rng.randrange(8)
    return (
        f"[{whole}]",
        f"{whole}{whole}",
        f"{whole}\n{whole}",
        f"// {UNWRITTEN[0]}\n{whole}",
        f"{whole},",
        f"\ufeff{whole}",
        whole.replace('"', "'"),
        f"{json.dumps(whole)}",
    )[how].encode()


def recoded(rng: random.Random, made: Json) -> bytes:
    """In another encoding."""
    made["text"] = f"{made.get('text')} \u00e9"
    text = json.dumps(made, ensure_ascii=False)
    return text.encode(rng.choice(_CODECS), "replace")


def in_full(rng: random.Random, made: Json) -> bytes:
    """As real UTF-8, with what UTF-8 cannot have."""
    text = json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass")
    place = rng.randrange(len(text))
    wrong = rng.choice((b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xff", b"\x80", b"\0"))
    return text[:place] + wrong + text[place:]


def truncated(rng: random.Random, content: bytes) -> bytes:
    """Cut off."""
    return content[: rng.randrange(len(content) + 1)]


def flipped(rng: random.Random, content: bytes) -> bytes:
    """Some bytes are others."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 3, 20)) if changed else 0):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def spliced(rng: random.Random, content: bytes) -> bytes:
    """A part is gone, or there twice."""
    if not content:
        return content
    start = rng.randrange(len(content))
    end = min(len(content), start + rng.choice((1, 10, 1_000)))
    return content[:start] + (content[end:] if rng.random() < 0.5 else content[start:end] * 2)


_MUTATIONS: tuple[Mutation, ...] = (
    *(mistyped, of_the_top, reordered, mistimed, lost, twice, other_letters, huge, many, nested),
    *(keys_twice, around, recoded, in_full),
)
_OF_BYTES = (truncated, flipped, spliced)
