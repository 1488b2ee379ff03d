"""The tagger as a reader of transcripts: it reads one as a whole, and says it turn by turn."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from copy import copy
from itertools import accumulate

from clearshard.config import Profile
from clearshard.redaction.entities import Entity, Reading
from clearshard.redaction.once import Once
from clearshard.redaction.scores import tagger_score
from clearshard.tagger.model import Model, read_model, tagger_path
from clearshard.tagger.tagging import Judged, Tagger, found_on_request

#: What is above its threshold by so many halves of what a possible word may be below scores most.
_SURE_HALVES = 3
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
        self._judged: Callable[[Sequence[str]], list[Judged]] = self._tagger.judged
        self._offset = 0

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
        self._judged = self._tagger.judged

    def shifted(self, offsets: Sequence[float]) -> "list[ConversationReader]":
        """A reader for each of some offsets; the network reads once what all are given in turn.

        Args:
            offsets: What is added to every threshold; 1 is as much as a class that is possible may
                be below it.
        """
        judged = Once(self._tagger.judged)
        readers = []
        for offset in offsets:
            reader = copy(self)
            reader._judged = judged  # noqa: SLF001 - a copy of this one
            reader._offset = round(offset * self._tagger.possible)  # noqa: SLF001 - the same
            readers.append(reader)
        return readers

    def read(self, transcripts: Sequence[Sequence[str]]) -> list[list[Reading]]:
        """See `clearshard.redaction.reading.Reader`."""
        found = self._judged(["\n".join(turns) for turns in transcripts])
        readings = []
        for turns, judged in zip(transcripts, found, strict=True):
            conversation = self._tagger.conversation(judged, self._offset)
            starts = [0, *accumulate(len(turn) + 1 for turn in turns)][: len(turns)]
            entities: list[list[Entity]] = [[] for _ in turns]
            possible: list[list[tuple[int, int]]] = [[] for _ in turns]
            # None of them reaches over a line break, and so into another turn.
            for part in conversation.parts:
                turn = bisect_right(starts, part.start) - 1
                begin = starts[turn]
                score = tagger_score(part.margin, _SURE_HALVES * self._tagger.possible // 2)
                entities[turn].append(
                    Entity(part.label, part.start - begin, part.end - begin, score)
                )
            for start, end in conversation.possible:
                turn = bisect_right(starts, start) - 1
                possible[turn].append((start - starts[turn], end - starts[turn]))
            readings.append(
                [
                    Reading(of_one, [], [], ranges)
                    for of_one, ranges in zip(entities, possible, strict=True)
                ]
            )
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
