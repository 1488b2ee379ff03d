"""How the NER reads turns: tokens and entities as strings and numbers, no spaCy object.

Where the pipeline is one that the batch runtime computes, the turns of many transcripts are read
together. Any other pipeline is read by spaCy, the turns of one transcript at a time: the last bits
of its scores depend on what else is in a batch, and nothing in a shard may depend on which files
happened to be worked on together. (The batch runtime asks spaCy wherever such bits could matter.)
"""

import logging
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from clearshard.redaction.entities import Entity, Reading

if TYPE_CHECKING:  # who reads without spaCy does not wait for it
    from spacy.language import Language

    from clearshard.redaction.batch_ner.runtime import BatchNer

#: What spaCy reads at once. Its memory grows with this, and not with the transcript.
_BATCH_TURNS = 64
_BATCH_LETTERS = 20_000

_log = logging.getLogger("clearshard")


class Reader(Protocol):
    """Reads the turns of transcripts."""

    def read(self, transcripts: Sequence[Sequence[str]]) -> list[list[Reading]]:
        """A reading for each text of each transcript, in order.

        Raises:
            Exception: Whatever the model raises; nothing of the transcripts has been read then.
        """


def reader_of(nlp: "Language") -> Reader:
    """The fastest reader that finds what the pipeline finds."""
    from clearshard.redaction.batch_ner.runtime import BatchNer, supports

    reason = supports(nlp)
    if reason is None:
        return _Together(BatchNer(nlp))
    _log.warning("the NER runs in spaCy, several times slower: %s", reason)
    return OneByOne(nlp)


class _Together:
    def __init__(self, ner: "BatchNer") -> None:
        self._ner = ner

    def read(self, transcripts: Sequence[Sequence[str]]) -> list[list[Reading]]:
        readings = iter(self._ner.read([text for texts in transcripts for text in texts]))
        return [list(islice(readings, len(texts))) for texts in transcripts]


class OneByOne:
    """spaCy's own path, for every pipeline that finds entities."""

    def __init__(self, nlp: "Language") -> None:
        self._nlp = nlp

    def read(self, transcripts: Sequence[Sequence[str]]) -> list[list[Reading]]:
        """See `Reader`."""
        return [list(self._read_one(texts)) for texts in transcripts]

    def _read_one(self, texts: Sequence[str]) -> Iterator[Reading]:
        # Words that the vocabulary has not seen are forgotten again: a worker lives long.
        with self._nlp.memory_zone():
            for batch in _batches(texts):
                docs = self._nlp.pipe(batch, batch_size=len(batch))
                for _, doc in zip(batch, docs, strict=True):
                    yield Reading(
                        [Entity(e.label_, e.start_char, e.end_char) for e in doc.ents],
                        [token.text for token in doc],
                        [token.idx for token in doc],
                    )


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    letters = 0
    for text in texts:
        if batch and (len(batch) == _BATCH_TURNS or letters + len(text) > _BATCH_LETTERS):
            yield batch
            batch, letters = [], 0
        batch.append(text)
        letters += len(text)
    if batch:
        yield batch
