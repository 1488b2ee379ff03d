"""The README of the samples, with the list of odd files."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from .people import DECOY_NAME

TEMPLATE = """# Sample data

{files} manifest rows of {accounts} invented accounts. Nobody in here exists: names are drawn from \
lists, telephone numbers, networks and mail hosts are those reserved for fiction and \
documentation, cards are published test numbers, and social security numbers were never issued.

| file | what it is |
| --- | --- |
| `accounts.csv` | the account registry, exported on the morning of the as-of time |
| `files.csv` | the file manifest; `transcript_uri` is relative to `transcripts/` |
| `transcripts/` | one JSON a file, and `evening-batch.jsonl` with one record a line; files \
that are called for one have the form of another product or recogniser, as have the records of \
`archive.jsonl`, and `export.parquet` holds a transcript a row |
| `gold.jsonl` | text, turns and marked personal data of the well-formed calls |
| `expected.jsonl` | what must become of each manifest row, in order, as of {as_of} |
| `recognizers.yaml` | the demo customer's own patterns, one of them written carelessly |
| `escape.json` | a transcript outside `transcripts/` that must never be read |

{states}.

All of it is written by `python -m data.generator data/samples` from the project's root; the same \
version always writes the same bytes, and `tests/data/test_samples.py` compares them. Change the \
generator, not these files.

Gold labels days and times only if they name one ("Thursday", "March 3rd", "half past four"); \
"today" or "last week" are unmarked, and so are amounts of money. A datum that is broken over two \
turns is one span in each. The name {decoy} stands only in fields and speaker names that must not \
be copied: finding it in an output is a leak.

## Odd files

| file | must end as | why it is here |
| --- | --- | --- |
{odd}
"""


def text(
    as_of: datetime, states: Sequence[str], odd: Sequence[tuple[str, str, str]], accounts: int
) -> str:
    """The README.

    Args:
        as_of: The moment for which the expected outcomes hold.
        states: The state of each manifest row.
        odd: File id, state and peculiarity of each odd row.
        accounts: How many accounts the registry has.
    """
    counts = Counter(states)
    rows = [f"| {file_id or '(none)'} | {state} | {what} |" for file_id, state, what in odd]
    return TEMPLATE.format(
        files=len(states),
        accounts=accounts,
        as_of=as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        states=", ".join(f"{counts[state]} {state}" for state in sorted(counts)).capitalize(),
        decoy=DECOY_NAME,
        odd="\n".join(rows),
    )
