"""How many values of the types on request are found in generated calls: a Markdown table.

    python -m tests.benchmarks.recall_by_type [--seed N] [--calls N]

The calls are those of `on_request.py`, with every type asked for. For each type:

- told: values
- found: the share of their letters and digits that is removed, under whatever name
- named: the share that is removed under the name of the type
- unlisted: found, of values that are in no list
- precision: of what is removed under the name of the type in turns that were put in, the share that
  is such a value; of other turns nobody knows what is in them
"""

# ruff: noqa: T201 - a script prints its result
import argparse
from collections import defaultdict
from dataclasses import dataclass

from clearshard.config import Config, redaction_defaults
from clearshard.keys import PseudonymKey
from clearshard.records.states import Quarantine
from clearshard.records.transcript import Span
from clearshard.redaction.policy_names import ON_REQUEST
from clearshard.redaction.redactor import Redactor
from clearshard.run.detect import Document, transcript_of

from .on_request import Told, calls

#: Calls that are read at once.
_TOGETHER = 50


@dataclass
class Tally:
    """Letters and digits of one type."""

    values: int = 0
    told: int = 0
    found: int = 0
    named: int = 0
    unlisted: int = 0
    unlisted_found: int = 0
    called_so: int = 0
    rightly: int = 0


def main() -> None:
    """Parses, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=1000)
    given = parser.parse_args()
    told = list(calls(given.calls, given.seed))
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    redactor = Redactor(_asking(), PseudonymKey(b"k" * 32))
    for first in range(0, len(told), _TOGETHER):
        some = told[first : first + _TOGETHER]
        found = redactor.spans([transcript_of(Document("", call.text)) for call in some])
        for call, spans in zip(some, found, strict=True):
            assert not isinstance(spans, Quarantine), "a generated call cannot be read"
            _count(call, spans, tallies)
    print("| type | told | found | named | unlisted | precision |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, tally in sorted(tallies.items()):
        if tally.values:
            unlisted = _share(tally.unlisted_found, tally.unlisted)
            print(
                f"| `{name}` | {tally.values} | {_share(tally.found, tally.told)} | "
                f"{_share(tally.named, tally.told)} | {unlisted} | "
                f"{_share(tally.rightly, tally.called_so)} |"
            )


def _asking() -> Config:
    config = redaction_defaults()
    redaction = config.redaction.model_copy(update={"also_entities": tuple(ON_REQUEST)})
    return config.model_copy(update={"redaction": redaction})


def _count(call: Told, spans: tuple[Span, ...], tallies: defaultdict[str, Tally]) -> None:
    names = {place: span.entity_type for span in spans for place in range(span.start, span.end)}
    values = {
        place: value.kind
        for value in call.values
        for place in range(value.start, value.end)
        if call.text[place].isalnum()
    }
    for value in call.values:
        tallies[value.kind].values += 1
        tally = tallies[value.kind]
        for place in range(value.start, value.end):
            if place in values:
                tally.told += 1
                tally.found += place in names
                tally.named += names.get(place) == value.kind
                tally.unlisted += not value.is_listed
                tally.unlisted_found += place in names and not value.is_listed
    for start, end in call.looked_at:
        for place in range(start, end):
            name = names.get(place)
            if name in ON_REQUEST and call.text[place].isalnum():
                tallies[name].called_so += 1
                tallies[name].rightly += values.get(place) == name


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "-"


if __name__ == "__main__":
    main()
