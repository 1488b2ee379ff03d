"""The three things that a step after detection can do, and how each is held to what is asked.

    drop     takes away what is no personal data: a finding, or an end of one
    add      finds more
    merge    makes one of findings that overlap or touch

A step is a pure function of a text and what was found in it. None of them knows which types are
wanted, or how sure a finding must be: these classes do, so that no step can forget it. What is
added is left out unless it is wanted and sure enough.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from clearshard.config import Profile
from clearshard.records.transcript import Span

Kind = Literal["drop", "add", "merge"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the configuration wants to be found.

    Attributes:
        wanted: Entity types.
        threshold: The score that a finding must have.
    """

    wanted: frozenset[str]
    threshold: float

    def admitted(self, spans: Iterable[Span]) -> list[Span]:
        """Those of some findings that are wanted and sure enough."""
        threshold, wanted = self.threshold, self.wanted
        return [s for s in spans if s.score >= threshold and s.entity_type in wanted]


@dataclass(frozen=True, slots=True)
class Seen:
    """A text, and what detection has found in it.

    Attributes:
        text: With line breaks between turns.
        read: What the NER has read in it.
        hits: What the recognizers have found in it, with the scores that context words give.
        possible: Ranges of what could be personal at all, in order; None if nobody tells.
    """

    text: str
    read: Sequence[Span]
    hits: Sequence[Span]
    possible: Sequence[tuple[int, int]] | None = None


class StepFailed(Exception):
    """A step did what a step of its kind must not do."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Takes findings away.

    Attributes:
        name: What it is called in the documentation.
        profiles: Those that it is part of.
        part: The part of a finding that is personal data; None if nothing of it is.
    """

    name: str
    profiles: frozenset[Profile]
    part: Callable[[str, Span], Span | None]
    kind: ClassVar[Kind] = "drop"

    def apply(self, seen: Seen, spans: Sequence[Span], asked: Asked) -> Sequence[Span]:
        """What stays.

        Raises:
            StepFailed: Something else than a part of a finding would stay.
        """
        kept = []
        for span in spans:
            part = self.part(seen.text, span)
            if part is None:
                continue
            if part is not span and not _is_part(part, span):
                raise StepFailed(self.name)
            kept.append(part)
        return kept


@dataclass(frozen=True, slots=True)
class Add:
    """Finds more.

    Attributes:
        name: What it is called in the documentation.
        profiles: Those that it is part of.
        added: Further findings.
    """

    name: str
    profiles: frozenset[Profile]
    added: Callable[[Seen, Sequence[Span]], Iterable[Span]]
    kind: ClassVar[Kind] = "add"

    def apply(self, seen: Seen, spans: Sequence[Span], asked: Asked) -> Sequence[Span]:
        """The findings, and those of the further ones that are wanted and sure enough."""
        more = asked.admitted(self.added(seen, spans))
        return [*spans, *more] if more else spans


@dataclass(frozen=True, slots=True)
class Merge:
    """Makes one of findings that overlap or touch.

    Attributes:
        name: What it is called in the documentation.
        profiles: Those that it is part of.
        merged: Fewer findings that cover all that was covered, under names that were there.
    """

    name: str
    profiles: frozenset[Profile]
    merged: Callable[[str, Sequence[Span]], Sequence[Span]]
    kind: ClassVar[Kind] = "merge"

    def apply(self, seen: Seen, spans: Sequence[Span], asked: Asked) -> Sequence[Span]:
        """The merged findings.

        Raises:
            StepFailed: One of them was not asked for, so it is none of those that were merged.
        """
        merged = self.merged(seen.text, spans)
        if len(asked.admitted(merged)) != len(merged):
            raise StepFailed(self.name)
        return merged


Step = Drop | Add | Merge


def _is_part(part: Span, of: Span) -> bool:
    return (
        of.start <= part.start < part.end <= of.end
        and part.entity_type == of.entity_type
        and part.score == of.score
    )
