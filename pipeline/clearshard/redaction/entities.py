"""What a reader makes of a text: entities and tokens as strings and numbers, no spaCy object."""

from collections.abc import Sequence
from dataclasses import dataclass

from clearshard.redaction.scores import NER_SCORE


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity, as spaCy's `Span` has it: its label and its characters in the text.

    Attributes:
        label: What it is.
        start_char: The first character.
        end_char: One past the last.
        score: How sure whoever has found it is; an NER does not say.
    """

    label: str
    start_char: int
    end_char: int
    score: float = NER_SCORE


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as the recognizer reads it.

    Attributes:
        entities: In order of the text; they do not overlap.
        words: The tokens; none of a reader that does not need what they are.
        starts: First character of each.
        possible: Ranges of what could be an entity, if the reader tells; in order.
    """

    entities: list[Entity]
    words: list[str]
    starts: list[int]
    possible: Sequence[tuple[int, int]] | None = None
