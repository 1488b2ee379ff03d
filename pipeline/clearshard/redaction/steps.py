"""What becomes of what detection finds, in order: every step between the findings and the spans.

A step is added by one line of `STEPS`; which profiles it is part of stands there and nowhere else.
`stock` has those alone without which a text cannot be redacted at all: it finds what Presidio does.
"""

from collections.abc import Iterator, Sequence
from typing import get_args

from clearshard.config import Profile
from clearshard.records.transcript import Span
from clearshard.redaction.foreign_words import foreign_words
from clearshard.redaction.one_address import addresses
from clearshard.redaction.personal import personal_part
from clearshard.redaction.propagate import propagate
from clearshard.redaction.recognized import recognized
from clearshard.redaction.resolve import resolve
from clearshard.redaction.step_kinds import Add, Asked, Drop, Merge, Seen, Step
from clearshard.redaction.whole_words import whole_words

_EVERY: frozenset[Profile] = frozenset(get_args(Profile))
_SPEECH = _EVERY - {"stock"}

#: All steps, in order. It begins with what the NER has read.
STEPS: tuple[Step, ...] = (
    Drop("no_personal_data", _SPEECH, personal_part),
    Add("recognizers", _EVERY, lambda seen, _: recognized(seen)),
    # Nothing that reads has learned these scripts. In `stock` too: what stays of them is not
    # written, so it would only cost the file.
    Add("foreign_words", _EVERY, lambda seen, _: foreign_words(seen.text)),
    Merge("resolve", _EVERY, resolve),
    Add("said_again", _SPEECH, propagate),
    Merge("resolve", _SPEECH, resolve),
    Add("one_address", _SPEECH, addresses),
    Merge("resolve", _SPEECH, resolve),
    Add("whole_words", _SPEECH, lambda seen, spans: whole_words(seen.text, spans)),
    Merge("resolve", _SPEECH, resolve),
)


def steps_of(profile: Profile) -> tuple[Step, ...]:
    """The steps of a profile, in order."""
    return tuple(step for step in STEPS if profile in step.profiles)


def spans_in(seen: Seen, steps: Sequence[Step], asked: Asked) -> tuple[Span, ...]:
    """The spans of a text: disjoint, in order, of wanted types and sure enough.

    Args:
        seen: The text, and what was found in it.
        steps: Those of a profile; the last one merges.
        asked: What is wanted.

    Raises:
        Quarantine: A finding does not lie in the text.
        StepFailed: A step did what it must not do.
    """
    spans: Sequence[Span] = ()
    for _, left in each(seen, steps, asked):
        spans = left
    return tuple(spans)


def each(seen: Seen, steps: Sequence[Step], asked: Asked) -> Iterator[tuple[Step, Sequence[Span]]]:
    """Each step, and what it has left; the same arguments as `spans_in`."""
    spans: Sequence[Span] = asked.admitted(seen.read)
    merged: Sequence[Span] | None = None
    for step in steps:
        # What was merged, and nothing has been found since.
        if not (isinstance(step, Merge) and spans is merged):
            spans = step.apply(seen, spans, asked)
            if isinstance(step, Merge):
                merged = spans
        yield step, spans
