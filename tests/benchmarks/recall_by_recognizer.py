"""What each recognizer finds by itself in gold: a Markdown table.

    python tests/benchmarks/recall_by_recognizer.py FOLDER

FOLDER holds gold as JSON Lines, `{id, text, spans, utterances?}`. Every recognizer of the `strict`
profile, and each NER, reads every document alone; words of context around a finding are not looked
at. For each of them, over all documents of all files:

- recall: of the letters and digits of core gold in the groups that its types belong to, the share
  that it finds; a recognizer of one kind of number cannot find all numbers of its group
- right: of the letters and digits that it finds, the share that any gold span holds
- only it: of all letters and digits of core gold, those that nothing else finds, per thousand
"""

# ruff: noqa: T201 - a script prints its result
import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clearshard.evaluation.gold import GoldDocument, read_gold
from clearshard.evaluation.groups import Group, Variant, group_of
from clearshard.recognizers.fail_closed import silence_presidio
from clearshard.recognizers.table import recognizers_of
from clearshard.records.transcript import Transcript
from clearshard.redaction.conversation import ConversationReader
from clearshard.redaction.detector import text_with_line_breaks
from clearshard.redaction.ner import STOCK_NER, entity_types, load_ner, spans_of
from clearshard.redaction.patterns import Patterns
from clearshard.redaction.reading import Reader, reader_of
from clearshard.redaction.scores import TAGGER
from clearshard.redaction.written.forms import written_forms
from clearshard.run.detect import Document, transcript_of
from clearshard.run.detect import Range as Turn

Marks = npt.NDArray[np.bool_]
Range = tuple[int, int]
#: As in a run.
THRESHOLD = 0.35


@dataclass
class Tally:
    """Letters and digits, counted for one recognizer."""

    found: int = 0
    right: int = 0
    of_its_groups: int = 0
    in_its_groups: int = 0
    alone: int = 0


def main() -> None:
    """Reads all, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    documents = [d for gold in sorted(folder.glob("*.jsonl")) for d in read_gold(gold)]
    sources = [_source(document) for document in documents]
    texts = [text_with_line_breaks(source) for source in sources]
    findings: dict[str, list[list[Range]]] = {}
    groups: dict[str, frozenset[Group]] = {}
    for name, types, found in _all_findings(texts, sources):
        findings[name] = found
        groups[name] = frozenset(map(group_of, types))
    tallies, core_letters = _count(documents, findings, groups)
    print("| recognizer | recall in its groups | right | only it, per thousand |")
    print("| --- | --- | --- | --- |")
    for name, tally in sorted(tallies.items(), key=lambda entry: -entry[1].alone):
        if tally.found:
            print(
                f"| {name} | {_share(tally.in_its_groups, tally.of_its_groups)} | "
                f"{_share(tally.right, tally.found)} | {1000 * tally.alone / core_letters:.1f} |"
            )
    silent = sorted(name for name, tally in tallies.items() if not tally.found)
    print(f"\nNothing found by: {', '.join(silent) or '-'}.")


def _all_findings(
    texts: list[str], sources: list[Transcript]
) -> Iterator[tuple[str, Iterable[str], list[list[Range]]]]:
    silence_presidio()
    recognizers = recognizers_of("strict", None, 5.0)
    forms = [written_forms(text) for text in texts]
    for recognizer in recognizers.every:
        types = recognizer.supported_entities
        patterns = Patterns([recognizer], types)
        found = [_ranges(hits) for hits in patterns.find(texts)]
        if recognizer in recognizers.written:
            in_forms = iter(patterns.find([form.text for of_one in forms for form in of_one]))
            for place, of_one in enumerate(forms):
                for form in of_one:
                    found[place] += [form.original(*r) for r in _ranges(next(in_forms))]
        yield recognizer.name, types, found
    turns = [[source.text[t.start : t.end] for t in source.turns] for source in sources]
    nlp, conversation = load_ner(STOCK_NER), ConversationReader("strict")
    readers: list[tuple[str, Sequence[str], Reader]] = [
        ("general NER", entity_types(nlp), reader_of(nlp)),
        (TAGGER, conversation.entity_types, conversation),
    ]
    for name, types, reader in readers:
        readings = reader.read(turns)
        spans = [
            spans_of(of_one, [turn.start for turn in source.turns])
            for of_one, source in zip(readings, sources, strict=True)
        ]
        yield name, [*types], [[(s.start, s.end) for s in of_one] for of_one in spans]


def _source(document: GoldDocument) -> Transcript:
    turns = tuple(Turn(turn.start, turn.end) for turn in document.utterances)
    return transcript_of(Document(document.id, document.text, turns))


def _ranges(hits: object) -> list[Range]:
    assert isinstance(hits, list)
    return [(hit.start, hit.end) for hit in hits if hit.score >= THRESHOLD]


def _count(
    documents: list[GoldDocument],
    findings: dict[str, list[list[Range]]],
    groups: dict[str, frozenset[Group]],
) -> tuple[dict[str, Tally], int]:
    tallies: dict[str, Tally] = defaultdict(Tally)
    core_letters = 0
    for place, document in enumerate(documents):
        size = len(document.text)
        letters = np.fromiter(map(str.isalnum, document.text), np.bool_, size)
        gold = _marks(((s.start, s.end) for s in document.spans), size) & letters
        core = [span for span in document.spans if Variant.CORE.counts(span.label)]
        by_group = {
            group: _marks(((s.start, s.end) for s in core if s.group is group), size) & letters
            for group in {span.group for span in core}
        }
        all_core = _marks(((s.start, s.end) for s in core), size) & letters
        core_letters += int(all_core.sum())
        marks = {name: _marks(found[place], size) & letters for name, found in findings.items()}
        times = np.sum([*marks.values()], axis=0)
        for name, mark in marks.items():
            tally = tallies[name]
            tally.found += int(mark.sum())
            tally.right += int((mark & gold).sum())
            tally.alone += int((mark & all_core & (times == 1)).sum())
            for group in groups[name] & by_group.keys():
                tally.of_its_groups += int(by_group[group].sum())
                tally.in_its_groups += int((by_group[group] & mark).sum())
    return tallies, core_letters


def _marks(ranges: Iterable[Range], size: int) -> Marks:
    marks = np.zeros(size, np.bool_)
    for start, end in ranges:
        marks[start:end] = True
    return marks


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


if __name__ == "__main__":
    main()
