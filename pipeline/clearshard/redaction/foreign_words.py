"""Words in a script that the language does not use: nobody knows what they are, so they go."""

from collections.abc import Iterator

from clearshard.recognizers import unknown_word
from clearshard.records.transcript import Span
from clearshard.redaction.view import scripts

RECOGNIZER = "ForeignScript"
#: They are no ordinary words. Where unknown words are not looked for they are most likely a name,
#: so they are found as both: the surer one names them.
_SCORES = {unknown_word.ENTITY_TYPE: 0.85, "PERSON": 0.84}


def foreign_words(text: str) -> Iterator[Span]:
    """The words of a text in scripts that its language does not use, under either type."""
    for start, end in scripts.foreign_words(text):
        for entity_type, score in _SCORES.items():
            yield Span(start, end, entity_type, score, RECOGNIZER)
