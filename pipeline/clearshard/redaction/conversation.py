"""The tagger as a reader of transcripts: it reads one as a whole, and says it turn by turn."""

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate

from clearshard.config import Profile
from clearshard.redaction.batch_ner.runtime import Entity, Reading
from clearshard.tagger.model import Model, read_model, tagger_path
from clearshard.tagger.tagging import Tagger, found_on_request

#: What is a word to whoever looks for words of context.
_WORD = re.compile(r"\w+|[^\w\s]")
#: A class of the tagger whose values rules find: it has learned of few of them which are whole.
_LEFT_TO_RULES = "DATE_TIME"


class ConversationReader:
    """Reads the turns of a transcript together: a question tells what its answer is."""

    def __init__(self, profile: Profile) -> None:
        """Reads the weights.

        Raises:
            ConfigError: They are not there, or not those of this release.
        """
        self._model = read_model(tagger_path())
        self._profile = profile
        self._tagger = Tagger(self._model, profile)

    @property
    def entity_types(self) -> tuple[str, ...]:
        """What it can find of what is looked for by default."""
        return self._tagger.labels

    @property
    def requested_types(self) -> tuple[str, ...]:
        """What it can find besides, for whoever asks for it."""
        return _requested(self._model, self._profile)

    def look_for(self, wanted: Collection[str]) -> None:
        """From now on those types of `requested_types` are found too that are wanted."""
        self._tagger = Tagger(
            self._model, self._profile, [name for name in self.requested_types if name in wanted]
        )

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


def types_of_tagger(profile: Profile) -> tuple[list[str], list[str]]:
    """What the tagger can find with a profile by default, and what on request, both sorted.

    Raises:
        ConfigError: Its weights are not there, or not those of this release.
    """
    model = read_model(tagger_path())
    return sorted(model.facts.thresholds[profile]), sorted(_requested(model, profile))


def _requested(model: Model, profile: Profile) -> tuple[str, ...]:
    return tuple(name for name in found_on_request(model, profile) if name != _LEFT_TO_RULES)


def _reading(turn: str, entities: list[Entity], possible: list[tuple[int, int]]) -> Reading:
    words = list(_WORD.finditer(turn))
    return Reading(
        entities, [word.group() for word in words], [word.start() for word in words], possible
    )
