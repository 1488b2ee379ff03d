"""What a surer tagger leaks and removes, and what the scores of its findings say, on gold sets.

    python tests/benchmarks/eval_surer.py FOLDER [--config FILE] [--sets NAME ...]

FOLDER holds gold as JSON Lines, `{id, text, spans, utterances?}`. Prints the means over the sets at
each step of the curve (`clearshard.evaluation.curve`), leak over those that have core gold; then,
by score, how many spans of the tagger there are and which share of them overlaps core gold. Spans
that overlap nothing but gold left out count as neither.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import statistics
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from clearshard.config import load_config, redaction_defaults
from clearshard.evaluation.curve import OFFSETS
from clearshard.evaluation.gold import GoldDocument, GoldSpan, read_gold
from clearshard.evaluation.groups import Variant
from clearshard.evaluation.metrics import Counts, Figures, figures
from clearshard.evaluation.scoring import score_document
from clearshard.records.transcript import Span
from clearshard.redaction.scores import TAGGER
from clearshard.run.detect import Document, Range, detect

#: Scores of one column of the table, in hundredths.
_TOGETHER = 5


def main() -> None:
    """Parses, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--sets", nargs="*")
    given = parser.parse_args()
    config = redaction_defaults() if given.config is None else load_config(given.config)
    found: Counter[int] = Counter()
    right: Counter[int] = Counter()
    sets: list[list[Figures]] = []
    for path in sorted(given.folder.glob("*.jsonl")):
        if given.sets and path.stem not in given.sets:
            continue
        documents = list(read_gold(path))
        counts = [Counts() for _ in OFFSETS]
        plain = (Document(d.id, d.text, _turns(d)) for d in documents)
        for document, detected in zip(documents, detect(config, plain, 1, OFFSETS), strict=True):
            for number, spans in enumerate(detected.shifted):
                counts[number] += score_document(document, spans, Variant.CORE)
            _count(document, detected.spans, found, right)
        sets.append([figures(of_one) for of_one in counts])
    for number, offset in enumerate(OFFSETS):
        at = [of_set[number] for of_set in sets]
        leak = statistics.mean(one.leak_rate for one in at if one.gold_spans)
        over = statistics.mean(one.over_redaction for one in at)
        print(f"surer by {offset:+.1f}: leak {leak:.4f}, over-redaction {over:.4f}")
    for score in sorted(found):
        share = right[score] / found[score]
        print(f"score {score / 100:.2f}: {found[score]:,} findings, {share:.2f} right")


def _turns(document: GoldDocument) -> tuple[Range, ...]:
    return tuple(Range(turn.start, turn.end) for turn in document.utterances)


def _count(
    document: GoldDocument, spans: Iterable[Span], found: Counter[int], right: Counter[int]
) -> None:
    core = [span for span in document.spans if Variant.CORE.counts(span.label)]
    for span in spans:
        if span.recognizer != TAGGER:
            continue
        is_right = _overlaps(span, core)
        if is_right or not _overlaps(span, document.spans):
            score = round(span.score * 100) // _TOGETHER * _TOGETHER
            found[score] += 1
            right[score] += is_right


def _overlaps(span: Span, gold: Iterable[GoldSpan]) -> bool:
    return any(one.start < span.end and span.start < one.end for one in gold)


if __name__ == "__main__":
    main()
