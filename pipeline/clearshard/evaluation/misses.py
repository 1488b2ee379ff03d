"""Gold that a detector left visible, with its text: for looking at what went wrong.

**This yields personal data.** Everything else in clearshard prints ids, counts and types only. Gold
is the one place where a user may ask for text, because it is data of their own, marked by them to
measure with; and only a user's explicit request (``--misses``) may reach this module. What it
yields goes to that user's terminal: never to a log, the ledger, an error or a file of a run. Hence
it is not part of what the package's other modules return, and the text is left out of the repr.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from clearshard.evaluation.coverage import RemovalView
from clearshard.evaluation.gold import GoldDocument
from clearshard.evaluation.groups import Variant
from clearshard.evaluation.scoring import spans_within
from clearshard.records.transcript import Span

#: Stands for a removed code point in `Miss.visible`.
REMOVED = "\N{BULLET}"


@dataclass(frozen=True, slots=True)
class Miss:
    """One gold span of which some letter or digit would be left visible.

    Attributes:
        document_id: The document.
        label: The gold label.
        start: First code point of the gold span.
        end: One past its last.
        leaked_chars: How many of its letters and digits are left visible.
        text: The gold span, as it is in the text.
        visible: The same with a `REMOVED` for every code point that would be removed.
        before: What precedes it.
        after: What follows it.
    """

    document_id: str
    label: str
    start: int
    end: int
    leaked_chars: int
    text: str = field(repr=False)
    visible: str = field(repr=False)
    before: str = field(repr=False)
    after: str = field(repr=False)


def misses(
    document: GoldDocument,
    predicted: Iterable[Span],
    variant: Variant = Variant.ALL,
    *,
    context_chars: int = 0,
) -> Iterator[Miss]:
    """Yields the gold spans that are not removed entirely, in the order of the text.

    Args:
        document: The gold.
        predicted: As for `scoring.score_document`.
        variant: Which gold counts.
        context_chars: How many code points to show on either side of the span.

    Raises:
        ClearshardError: A prediction lies outside of the text.
    """
    text = document.text
    found = spans_within(document, predicted)
    view = RemovalView(text, ((span.start, span.end) for span in found))
    for span in sorted(document.spans, key=lambda span: (span.start, span.end)):
        covered = view.covered(span.start, span.end)
        if covered.full or not variant.counts(span.label):
            continue
        value = text[span.start : span.end]
        yield Miss(
            document_id=document.id,
            label=span.label,
            start=span.start,
            end=span.end,
            leaked_chars=covered.leaked,
            text=value,
            visible="".join(
                REMOVED if view.removed.any(at, at + 1) else char
                for at, char in enumerate(value, start=span.start)
            ),
            before=text[max(0, span.start - context_chars) : span.start],
            after=text[span.end : span.end + context_chars],
        )
