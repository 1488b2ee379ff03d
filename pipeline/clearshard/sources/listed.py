"""An inventory that nobody has written: what stores list, told apart by how keys are made.

A pattern says where in a key the facts of an artefact stand, as in
``{account_id}/{kind}/{created_at}/{artefact_id}.*``. What is listed and not made so is an artefact
all the same, of which nothing is known; nothing that is there is left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa

from clearshard.records.schemas import NAME
from clearshard.sources import columns
from clearshard.sources.artefacts import ARTEFACTS_SCHEMA
from clearshard.storage.store import Listed, ReadableStore, Unlisted

#: What a key can say. It is not told when a customer asks for deletion.
_FIELDS = (
    *("artefact_id", "kind", "account_id", "created_at"),
    *("transcript_id", "transcript_created_at", "gateway_provider"),
)
_REQUIRED = ("account_id", "kind", "created_at")
#: Beside these a `*` may stand between two slashes: where a name ends decides nothing.
_NAMES = frozenset(("artefact_id", "transcript_id"))
_PART = re.compile(r"\{([^{}]*)\}|(\*)|([^{}*]+)|(.)", re.S)
_ROWS = 65_536


class KeyPattern:
    """How keys are made of the facts of their artefacts.

    A field stands for one or more characters other than a slash, `*` for any number of them.
    """

    def __init__(self, text: str) -> None:
        """Reads a pattern.

        Raises:
            ValueError: It is none, or a key made so would not say enough; says why.
        """
        pieces, fields = [], []
        for field, star, plain, stray in _PART.findall(text):
            if stray or (field and field not in _FIELDS) or (not field and not star and not plain):
                raise ValueError(f"its fields are {', '.join(f'{{{name}}}' for name in _FIELDS)}")
            if field in fields:
                raise ValueError(f"{{{field}}} stands in it twice")
            if field:
                fields.append(field)
            pieces.append(
                f"(?P<{field}>[^/]+?)" if field else "[^/]*?" if star else re.escape(plain)
            )
        for part in text.split("/"):
            inside = [field for field, *_ in _PART.findall(part) if field]
            if len(inside) > 1 or ("*" in part and not _NAMES.issuperset(inside)):
                raise ValueError(
                    "between two slashes stands one field at most, and a * beside names only: else "
                    "nobody knows where one ends"
                )
        missing = [f"{{{name}}}" for name in _REQUIRED if name not in fields]
        if missing:
            raise ValueError(f"{', '.join(missing)} must stand in it")
        self._expression = re.compile("".join(pieces))

    def facts(self, key: str) -> Mapping[str, str] | None:
        """What a key says, by field; None if it is not made so."""
        found = self._expression.fullmatch(key)
        return None if found is None else found.groupdict()


@dataclass(frozen=True, slots=True)
class ListedInventory:
    """An `Inventory` of all that some stores list, in the order of their keys.

    Attributes:
        stores: Each with what its uris begin with.
        pattern: How keys are made.
        timezone: Where times without an offset are meant; None: they cannot be read.
    """

    stores: Sequence[tuple[str, ReadableStore]]
    pattern: KeyPattern
    timezone: str | None

    @property
    def sha256(self) -> str | None:
        """See `Inventory`."""
        return None

    @property
    def unread_columns(self) -> tuple[str, ...]:
        """See `Inventory`."""
        return ()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """See `Inventory`. What is not made as the pattern says is `malformed`.

        So is what no sweep can get at: a name that is no key, a link, a folder that is closed.
        """
        rows = (
            _row(name, one, self.pattern) for name, store in self.stores for one in store.list_all()
        )
        while some := list(islice(rows, _ROWS)):
            yield _batch(some, self.timezone)

    def require_legible(self, read: Mapping[str, int]) -> None:
        """See `Inventory`. A key is no column: each that cannot be read is told by itself."""


#: Where it lies, what it is called where it does not say so itself, and what it says.
_Row = tuple[str | None, str, Mapping[str, str] | None]


def _row(root: str, one: Listed | Unlisted, pattern: KeyPattern) -> _Row:
    if isinstance(one, Unlisted):
        return None, one.name, None
    return f"{root}/{one.key}", one.key, pattern.facts(one.key)


def _batch(rows: Sequence[_Row], timezone: str | None) -> pa.RecordBatch:
    said = {
        name: pa.array([None if facts is None else facts.get(name) for _, _, facts in rows], kind)
        for name, kind in ((n, pa.string()) for n in _FIELDS)
    }
    keys = pa.array([key for _, key, _ in rows], pa.string())
    created, _ = columns.times(said["created_at"], timezone)
    transcript, bad = columns.times(said["transcript_created_at"], timezone)
    no = pa.array(np.zeros(len(rows), np.bool_))
    return pa.RecordBatch.from_pydict(
        {
            "artefact_id": columns.ids(said["artefact_id"]).fill_null(keys),
            "kind": columns.names(said["kind"].cast(NAME)),
            "account_id": columns.ids(said["account_id"]),
            "uri": pa.array([uri for uri, _, _ in rows], pa.string()),
            "transcript_id": columns.ids(said["transcript_id"]),
            "created_at": created,
            "transcript_created_at": transcript,
            "deletion_requested_at": pa.nulls(len(rows), created.type),
            "ttl_seconds": pa.nulls(len(rows), pa.int64()),
            "gateway_provider": columns.names(said["gateway_provider"].cast(NAME)),
            "uri_unreadable": no,
            "transcript_created_at_unreadable": pa.array(bad),
            "deletion_requested_at_unreadable": no,
            "ttl_seconds_unreadable": no,
            "malformed": pa.array([facts is None for _, _, facts in rows], pa.bool_()),
        },
        schema=ARTEFACTS_SCHEMA,
    )
