"""Whose turn is an answer in: another speaker's than the question's, or the same?

    python tests/benchmarks/answers_by_speaker.py FOLDER

FOLDER holds ``*.jsonl`` of gold with utterances that say who speaks. Printed are the answers that
`clearshard.recognizers.answer` finds, by set, and how many of them hold gold.
"""

# ruff: noqa: T201 - a command's report

import sys
from collections import Counter
from pathlib import Path

from clearshard.evaluation.gold import read_gold
from clearshard.recognizers.answer import answered


def main(folder: Path) -> None:
    """The command."""
    print(f"{'set':18} {'other speaker':>14} {'of gold':>8} {'same speaker':>13} {'of gold':>8}")
    for path in sorted(folder.glob("*.jsonl")):
        found: Counter[tuple[bool, bool]] = Counter()
        for document in read_gold(path):
            speakers = {turn.start: turn.speaker for turn in document.utterances}
            for question, turn, answer in answered(document.text):
                by_same = speakers.get(question) == speakers.get(turn)
                of_gold = any(
                    span.start < answer.end and answer.start < span.end for span in document.spans
                )
                found[by_same, of_gold] += bool(speakers)
        others, same = (found[who, True] + found[who, False] for who in (False, True))
        print(f"{path.stem:18} {others:14} {found[False, True]:8} {same:13} {found[True, True]:8}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
