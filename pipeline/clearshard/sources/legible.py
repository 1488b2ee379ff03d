"""Whether each column of facts can be read at all.

A value that cannot be read denies its file, and that is right for one value. A column in which no
value can be read is an export gone wrong: every file would be excluded, and an empty run would
replace a good one.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from clearshard.records.facts import FactType, names_of

_TIME = (
    "as a time with an offset: write 2026-11-28T09:30:00Z, or say in sources.timezone where times "
    "without one are meant"
)
_FLAG = "as a flag: write true or false (or t/f, yes/no, 1/0)"
_ID = "as an id: write up to 1,024 bytes without control characters"
_NAME = (
    "as one that is known: write {0}, or name in the policy what they are called "
    "(also_called.{1}; `clearshard policy show` shows it)"
)
#: What the values of a column are read as, and how they are to be written.
_EXPECTED = {
    **dict.fromkeys(names_of("boolean"), _FLAG),
    **dict.fromkeys(names_of("seconds"), "as a number of seconds: write 3600"),
    **dict.fromkeys(names_of("time"), _TIME),
    **dict.fromkeys(("created_at", "transcript_created_at"), _TIME),
    **dict.fromkeys(("account_id", "file_id", "artefact_id", "transcript_id", "uri"), _ID),
    "transcript_uri": "as a path in sources.transcripts: write calls/0001.json",
    "product": _NAME.format("async, streaming or llm_gateway", "product"),
    "region": _NAME.format("us or eu", "region"),
    "gateway_provider": "as a name: write letters, digits, dots and hyphens",
    "kind": "as one of the schedule: write final_transcript, or another one of docs/retention.md",
}
_OWN: Mapping[FactType, str] = {
    "boolean": _FLAG,
    "integer": "as a whole number: write 3",
    "time": _TIME,
    "text": "as a name: write up to 64 letters, digits, dots, hyphens and low lines",
}


def illegible(
    required: Sequence[str],
    rows: int,
    there: Mapping[str, int],
    read: Mapping[str, int],
    own: Mapping[str, FactType] = MappingProxyType({}),
) -> str | None:
    """What is wrong with the first column of which no value can be read, if there is one.

    A column that may be empty and nearly is denies the few files that it is about.

    Args:
        required: Columns without whose values no file can be used.
        rows: How many rows could be read.
        there: How many values each column has in them.
        read: How many of them could be read. Of columns that are not named nothing is asked.
        own: What columns hold that a policy has declared.
    """
    for name, count in read.items():
        values = there.get(name, 0)
        if count == 0 and values and (name in required or 2 * values > rows):
            return (
                f"column {name}: none of its {values:,} values can be read "
                f"{_OWN[own[name]] if name in own else _EXPECTED[name]}"
            )
        if count == 0 and name in required:
            return f"column {name} is empty in every row: no file could be used. Export it again"
    return None
