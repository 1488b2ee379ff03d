"""Speech without end whose vocabulary grows as that of real speech does."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from clearshard.records.states import Deleted, Quarantine
from clearshard.sources.transcripts import read_transcript

from ..run.world import transcript

ROOT = Path(__file__).parents[2]
#: Heaps' law: among the first n words are K n^B different ones. English speech has about these.
_K, _B = 44.0, 0.49
#: Share of the words that are among the rarer ones that have been there before.
_RARE = 0.05


def growing_speech(seed: int) -> Iterator[tuple[bytes, int]]:
    """JSON of transcripts and their number of words; no two are alike."""
    rng = random.Random(seed)
    said = [turns for turns in _sample_turns() if turns]
    fresh = (ROOT / "models" / "words_en" / "words.txt").read_text("utf-8").split()
    rng.shuffle(fresh)
    known: list[str] = []
    words = 0
    while True:
        turns = []
        for turn in rng.choice(said):
            spoken = turn.split()
            for place, word in enumerate(spoken):
                words += 1
                chance = rng.random()
                new = _K * _B * words ** (_B - 1)
                if not (word.isalpha() and word.islower()):
                    continue
                if chance < new:
                    known.append(fresh[len(known)] if len(known) < len(fresh) else _coined(rng))
                    spoken[place] = known[-1]
                elif known and chance < new + _RARE:
                    # The earlier a word came, the more often it comes again.
                    spoken[place] = known[int(len(known) * rng.random() ** 2)]
            turns.append(" ".join(spoken))
        made = transcript(*turns)
        for utterance in made["utterances"]:
            del utterance["words"]
        yield json.dumps(made).encode(), sum(len(turn.split()) for turn in turns)


def _coined(rng: random.Random) -> str:
    return "".join(rng.choice("bdfgklmnprstv") + rng.choice("aeiou") for _ in range(4))


def _sample_turns() -> Iterator[list[str]]:
    for path in sorted((ROOT / "data" / "samples" / "transcripts").glob("*.json")):
        content = path.read_bytes()
        try:
            read_transcript(content, 10_000, None)
        except (Quarantine, Deleted):
            continue  # the samples hold every kind of broken transcript
        made = json.loads(content)
        if not (isinstance(made, dict) and made.keys() >= {"status", "text"}):
            continue  # of another form
        turns = [turn["text"] for turn in made.get("utterances") or ()]
        if all(len(word) < 40 for turn in turns for word in turn.split()):
            yield turns
