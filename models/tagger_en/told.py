"""Types on request in texts whose annotators did not look for them.

A tagger that learns from them that no drug of a telephone call is one finds none in calls. So what
rules find is tagged there, and sentences that hold some stand between the turns of some texts.
"""

from collections.abc import Callable
from random import Random

from labels import CLASSES
from spoken_form import Span, Text

from clearshard.recognizers.requested.listed import find_listed
from clearshard.recognizers.requested.quantities import find_quantities


def with_requested(text: str, spans: list[Span]) -> list[Span]:
    """The spans, and those of types on request that rules find where nothing is tagged."""
    found = sorted(
        (
            (f.start, f.end, f.entity_type)
            for find in (find_listed, find_quantities)
            for f in find(text)
            if f.entity_type in CLASSES
        ),
        key=lambda span: (span[0] - span[1], span),
    )
    together = list(spans)
    for start, end, label in found:
        if not any(start < other_end and other < end for other, other_end, _ in together):
            together.append((start, end, label))
    return sorted(together)


def interspersed(text: Text, told: Callable[[], Text], rng: Random, most: int) -> Text:
    """A text with up to so many further turns between its own.

    Args:
        text: With a line break between turns.
        told: Draws a turn.
        rng: Of how many, and where.
        most: Turns to put in.
    """
    lines = text[0].split("\n")
    is_small = text[0] == text[0].lower()
    places = {rng.randint(0, len(lines)) for _ in range(rng.randint(1, most))}
    out, spans, start = "", list[Span](), 0
    for number, line in enumerate([*lines, None]):
        if number in places:
            turn, of_turn = told()
            turn = turn.lower() if is_small and len(turn.lower()) == len(turn) else turn
            out += "\n" * bool(out)
            spans += [(a + len(out), b + len(out), label) for a, b, label in of_turn]
            out += turn
        if line is not None:
            out += "\n" * bool(out)
            by = len(out) - start
            spans += [
                (a + by, b + by, label)
                for a, b, label in text[1]
                if start <= a < start + len(line) + 1
            ]
            out += line
            start += len(line) + 1
    return out, spans
