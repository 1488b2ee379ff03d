"""Spans that end within a word, with all of it.

Whatever a recognizer takes for a part of a word ("exoplanets", "johnson" for "john"), what stays
beside the replacement would say the rest, and be no word. So no span begins or ends between two
letters, digits or marks: a sentence that is joined to the one before is cut at its full stop.
"""

from collections.abc import Iterator, Sequence

import msgspec

from clearshard.records.transcript import Span
from clearshard.redaction.view.extent import Words


def whole_words(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """A wider span for each one that begins or ends within a word.

    Args:
        text: What the spans are of.
        spans: In order.
    """
    words = Words(text)
    for span in spans:
        start, end = words.whole(span.start, span.end, lambda _start, _end: False)
        if (start, end) != (span.start, span.end):
            yield msgspec.structs.replace(span, start=start, end=end)
