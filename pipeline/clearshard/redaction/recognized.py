"""What the recognizers have found, less what the tagger takes for no name, place or code at all."""

from bisect import bisect_left
from collections.abc import Iterator

from clearshard.recognizers import unknown_word
from clearshard.records.transcript import Span
from clearshard.redaction.step_kinds import Seen

#: Signs on either side of a word that are looked at.
_BESIDE = 4


def recognized(seen: Seen) -> Iterator[Span]:
    """The findings of recognizers; of words in no dictionary only those that could be personal.

    Jargon, drugs and words that were cut off are in no dictionary either: what stands around them
    tells, and how they are written. None has a letter beyond ASCII, or stands beside an "@". A word
    of which only a part could be personal is.
    """
    if seen.possible is None:
        yield from seen.hits
        return
    ends = [end for _, end in seen.possible]
    for hit in seen.hits:
        if hit.entity_type == unknown_word.ENTITY_TYPE and _may_stay(seen.text, hit):
            place = bisect_left(ends, hit.start + 1)
            if place == len(ends) or seen.possible[place][0] >= hit.end:
                continue
        yield hit


def _may_stay(text: str, word: Span) -> bool:
    said = text[word.start : word.end]
    beside = text[max(0, word.start - _BESIDE) : word.start] + text[word.end : word.end + _BESIDE]
    return said.isascii() and "@" not in beside
