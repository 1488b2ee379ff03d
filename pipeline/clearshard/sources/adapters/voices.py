"""Turns for a source that has none: whose words follow each other, and where somebody pauses."""

from collections.abc import Sequence
from dataclasses import dataclass

from clearshard.sources.adapters.values import mismatch
from clearshard.sources.alignment import NotThere, located
from clearshard.sources.heard import Utterance, Word

#: Between two channels nobody says whose turn it is; whoever is silent for so long ends one.
_PAUSE_MS = 1000


@dataclass(frozen=True, slots=True)
class Stream:
    """Words in the order of their text, and where they are in the source.

    Attributes:
        text: What they say, as the source writes it.
        words: The words.
        paths: Where each is.
        text_at: Where the text is.
    """

    text: str
    words: Sequence[Word]
    paths: Sequence[str]
    text_at: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn with the words that it is made of."""

    utterance: Utterance
    words: Sequence[Word]
    paths: Sequence[str]


def turns_of(stream: Stream, *, pauses: bool) -> list[Turn]:
    """The turns of a stream: each the words of one speaker on one channel.

    Args:
        stream: The words.
        pauses: Whether a long pause ends a turn too.

    Raises:
        Quarantine: `view_mismatch`: the words are not those of the text.
    """
    words = stream.words
    try:
        places = located(stream.text, [word.text for word in words])
    except NotThere as error:
        if error.number < len(words):
            raise mismatch("piece_not_in_text", stream.paths[error.number]) from None
        raise mismatch("text_left_over", stream.text_at) from None
    turns = []
    first = 0
    for number in range(1, len(words) + 1):
        if number < len(words) and not _parts(words[number - 1], words[number], pauses=pauses):
            continue
        begins, ends = words[first], words[number - 1]
        said = stream.text[places[first][0] : places[number - 1][1]]
        utterance = Utterance(said, begins.start, ends.end, begins.speaker, begins.channel)
        turns.append(Turn(utterance, words[first:number], stream.paths[first:number]))
        first = number
    return turns


def _parts(before: Word, after: Word, *, pauses: bool) -> bool:
    voices = (before.channel, before.speaker), (after.channel, after.speaker)
    return voices[0] != voices[1] or (pauses and after.start - before.end >= _PAUSE_MS)
