"""The tagger as a reader of transcripts: it reads one as a whole, and says it turn by turn."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from clearshard.config import Profile
from clearshard.redaction.batch_ner.runtime import Entity, Reading
from clearshard.tagger.model import read_model, tagger_path
from clearshard.tagger.tagging import Tagger

#: What is a word to whoever looks for words of context.
_WORD = re.compile(r"\w+|[^\w\s]")


class ConversationReader:
    """Reads the turns of a transcript together: a question tells what its answer is."""

    def __init__(self, profile: Profile) -> None:
        """Reads the weights.

        Raises:
            ConfigError: They are not there, or not those of this release.
        """
        self._tagger = Tagger(read_model(tagger_path()), profile)

    @property
    def entity_types(self) -> tuple[str, ...]:
        """What it can find."""
        return self._tagger.labels

    def read(self, transcripts: Sequence[Sequence[str]]) -> list[list[Reading]]:
        """See `clearshard.redaction.reading.Reader`."""
        found = self._tagger.read(["\n".join(turns) for turns in transcripts])
        readings = []
        for turns, conversation in zip(transcripts, found, strict=True):
            starts = [0, *accumulate(len(turn) + 1 for turn in turns)][: len(turns)]
            entities: list[list[Entity]] = [[] for _ in turns]
            possible: list[list[tuple[int, int]]] = [[] for _ in turns]
            # None of them reaches over a line break, and so into another turn.
            for part in conversation.parts:
                turn = bisect_right(starts, part.start) - 1
                begin = starts[turn]
                entities[turn].append(Entity(part.label, part.start - begin, part.end - begin))
            for start, end in conversation.possible:
                turn = bisect_right(starts, start) - 1
                possible[turn].append((start - starts[turn], end - starts[turn]))
            readings.append([_reading(*of) for of in zip(turns, entities, possible, strict=True)])
        return readings


def types_of_tagger(profile: Profile) -> list[str]:
    """What the tagger can find with a profile, sorted.

    Raises:
        ConfigError: Its weights are not there, or not those of this release.
    """
    return sorted(read_model(tagger_path()).facts.thresholds[profile])


def _reading(turn: str, entities: list[Entity], possible: list[tuple[int, int]]) -> Reading:
    words = list(_WORD.finditer(turn))
    return Reading(
        entities, [word.group() for word in words], [word.start() for word in words], possible
    )
