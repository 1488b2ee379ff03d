"""One document and what a detector found in it → counts."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from clearshard.errors import ClearshardError
from clearshard.evaluation.coverage import Covered, Marks, RemovalView
from clearshard.evaluation.gold import GoldDocument, GoldSpan
from clearshard.evaluation.groups import Group, Variant, group_of
from clearshard.evaluation.metrics import Counts, GroupCounts
from clearshard.records.transcript import Span

_TOKEN = re.compile(r"\S+")


def score(
    documents: Iterable[GoldDocument],
    predicted: Mapping[str, Iterable[Span]],
    variant: Variant = Variant.ALL,
) -> Counts:
    """The counts of all documents, taken one at a time.

    Args:
        documents: The gold, as `read_gold` yields it.
        predicted: Spans by document id; a document without an entry has no predictions, an entry
            without a document is ignored.
        variant: Which gold counts.

    Raises:
        ClearshardError: As `score_document`.
    """
    each = (
        score_document(document, predicted.get(document.id, ()), variant) for document in documents
    )
    return sum(each, Counts())


def score_document(
    document: GoldDocument, predicted: Iterable[Span], variant: Variant = Variant.ALL
) -> Counts:
    """The counts of one document.

    Args:
        document: The gold.
        predicted: Spans of the document's text that would be removed, in any order; they may
            overlap. Empty ones are ignored.
        variant: Which gold counts. Predictions that overlap nothing but gold left out are neither
            right nor wrong, and tokens of such gold are not over-redacted.

    Raises:
        ClearshardError: A prediction lies outside of the text: it was made for another text, or
            counts bytes, and every figure would be wrong in silence.
    """
    length = len(document.text)
    found = spans_within(document, predicted)
    gold = [span for span in document.spans if variant.counts(span.label)]
    left_out = [span for span in document.spans if not variant.counts(span.label)]

    view = RemovalView(document.text, ((span.start, span.end) for span in found))
    in_gold = Marks.of_ranges(((span.start, span.end) for span in gold), length)
    in_left_out = Marks.of_ranges(((span.start, span.end) for span in left_out), length)

    counted = [
        span
        for span in found
        if in_gold.any(span.start, span.end) or not in_left_out.any(span.start, span.end)
    ]
    coverage = [view.covered(span.start, span.end) for span in gold]
    letters_in_gold = view.letters & in_gold
    countable = view.removed_letters - in_left_out
    plain, removed = _tokens(document.text, view, in_gold | in_left_out)

    return Counts(
        documents=1,
        gold_spans=len(gold),
        gold_touched=sum(covered.touched for covered in coverage),
        gold_full=sum(covered.full for covered in coverage),
        gold_chars=len(letters_in_gold),
        leaked_chars=len(letters_in_gold - view.removed),
        predicted_spans=len(counted),
        predicted_touching=sum(in_gold.any(span.start, span.end) for span in counted),
        predicted_chars=len(countable),
        predicted_gold_chars=len(countable & in_gold),
        plain_tokens=plain,
        removed_tokens=removed,
        groups=_by_group(gold, coverage, counted, length),
    )


def spans_within(document: GoldDocument, predicted: Iterable[Span]) -> list[Span]:
    """The predictions that are not empty.

    Raises:
        ClearshardError: One lies outside of the document's text.
    """
    found = [span for span in predicted if span.end > span.start]
    if any(span.start < 0 or span.end > len(document.text) for span in found):
        raise ClearshardError(
            f"A predicted span lies outside of the text of document {document.id}. Predictions "
            "must be made for the very text of the gold, with offsets that count code points."
        )
    return found


def _tokens(text: str, view: RemovalView, any_gold: Marks) -> tuple[int, int]:
    """How many tokens hold a letter or digit and no gold, and how many of these are removed."""
    plain = removed = 0
    for token in _TOKEN.finditer(text):
        start, end = token.span()
        if view.letters.any(start, end) and not any_gold.any(start, end):
            plain += 1
            removed += view.removed.any(start, end)
    return plain, removed


def _by_group(
    gold: Sequence[GoldSpan], coverage: Sequence[Covered], predicted: Sequence[Span], length: int
) -> dict[Group, GroupCounts]:
    wanted: defaultdict[Group, list[tuple[int, int]]] = defaultdict(list)
    removed: defaultdict[Group, list[Covered]] = defaultdict(list)
    for span, covered in zip(gold, coverage, strict=True):
        wanted[span.group].append((span.start, span.end))
        removed[span.group].append(covered)
    found: defaultdict[Group, list[tuple[int, int]]] = defaultdict(list)
    for prediction in predicted:
        found[group_of(prediction.entity_type)].append((prediction.start, prediction.end))
    return {
        group: GroupCounts(
            gold_spans=len(wanted[group]),
            gold_touched=sum(covered.touched for covered in removed[group]),
            gold_full=sum(covered.full for covered in removed[group]),
            gold_same_group=_overlapping(wanted[group], found[group], length),
            gold_chars=sum(covered.chars for covered in removed[group]),
            leaked_chars=sum(covered.leaked for covered in removed[group]),
            predicted_spans=len(found[group]),
            predicted_same_group=_overlapping(found[group], wanted[group], length),
        )
        for group in {**wanted, **found}
    }


def _overlapping(
    ranges: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]], length: int
) -> int:
    """How many of the ranges overlap any of the others, all within a text of `length`."""
    if not ranges or not others:
        return 0
    marks = Marks.of_ranges(others, length)
    return sum(marks.any(start, end) for start, end in ranges)
