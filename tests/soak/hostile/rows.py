"""Rows of a registry and of a manifest: what was meant, and how that is written if all is well."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
#: By so much the clock of an exporter may be ahead.
SKEW = timedelta(minutes=5)
FILE_COLUMNS = (
    "file_id",
    "account_id",
    "product",
    "region",
    "submitted_at",
    "transcript_uri",
    "deletion_requested_at",
    "expires_at",
    "gateway_provider",
)
ACCOUNT_COLUMNS = (
    "account_id",
    "training_permitted",
    "baa_executed",
    "opted_out",
    "exported_at",
    "baa_executed_at",
    "opted_out_at",
    "ttl_seconds",
)
FLAGS = ("training_permitted", "baa_executed", "opted_out")
OPTIONAL = (*FILE_COLUMNS[6:], *ACCOUNT_COLUMNS[5:])
#: Columns of a warehouse, of no use here, and what can stand in them.
OTHERS = ("note", "file_size", "account_name", "created_at", "exported_by", "labels")
NOTES = (
    "",
    "x",
    "a, b",
    'say "hi"',
    "a\u2028b",
    "\x0b\x0c\x1c",
    "caf\u00e9",
    "\U0001f600 ; \t|",
    "'",
)


#: What can happen to a line so that even its id cannot be told.
_LOSES_ID = ("comma", "cut", "not_utf_8", "line_break", "backslash", "twice")


@dataclass
class Row:
    """One row: what was meant, and how it is written.

    Attributes:
        meant: Flags, times and numbers as such; None is "not there".
        text: The same as text, which hostility changes.
        kinds: What was done to it that is not well-formed.
        damage: What was done to its line.
    """

    meant: dict[str, Any]
    text: dict[str, str | None]
    kinds: set[str] = field(default_factory=set)
    damage: str | None = None

    @property
    def is_lost(self) -> bool:
        """Whether it is the second word about a file, and nobody can tell which any more."""
        return "second_word" in self.kinds and self.damage in _LOSES_ID


def row_of(rng: random.Random, meant: dict[str, Any]) -> Row:
    return Row(meant, {name: _text(rng, value) for name, value in meant.items()})


def _text(rng: random.Random, value: object) -> str | None:
    if isinstance(value, bool):
        return rng.choice((str(value).lower(),) * 6 + (str(value), str(value).upper()))
    if isinstance(value, datetime):
        return _rfc_3339(rng, value)
    return None if value is None else str(value)


def _rfc_3339(rng: random.Random, moment: datetime) -> str:
    way = rng.randrange(8)
    if way == 0:
        offset = timezone(timedelta(minutes=rng.choice((-570, -60, 0, 330, 840))))
        return moment.astimezone(offset).isoformat()
    if way == 1:
        return moment.isoformat().replace("T", rng.choice(" t")).replace("+00:00", "z")
    if way == 2:  # as PostgreSQL and Snowflake write it
        return moment.isoformat(" ").replace("+00:00", rng.choice(("+00", "+0000")))
    return moment.isoformat().replace("+00:00", "Z")
