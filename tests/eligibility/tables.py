"""Registries, manifests and gates from a few changed cells; every other cell permits training."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from clearshard.config import default_policy_text
from clearshard.eligibility.accounts import index_accounts
from clearshard.eligibility.gate import Decided, Gate
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import Policy, parse_policy
from clearshard.records.schemas import MANIFEST_SCHEMA, REGISTRY_SCHEMA

AS_OF = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
#: One moment for everything, and clocks that do not differ.
NOW = Moment.at(AS_OF, 0)
DEFAULT = parse_policy(default_policy_text(), "default policy")

Row = Mapping[str, Any]

_ACCOUNT = {
    "account_id": "a",
    "training_permitted": True,
    "baa_executed": False,
    "opted_out": False,
    "exported_at": AS_OF - HOUR,
    "baa_executed_at_unreadable": False,
    "opted_out_at_unreadable": False,
    "ttl_seconds_unreadable": False,
}
_FILE = {
    "file_id": "f",
    "account_id": "a",
    "transcript_uri": "f.json",
    "product": "async",
    "region": "us",
    "submitted_at": AS_OF - 24 * HOUR,
    "deletion_requested_at_unreadable": False,
    "expires_at_unreadable": False,
    "malformed": False,
}


def registry(rows: Sequence[Row]) -> pa.Table:
    return pa.Table.from_pylist([{**_ACCOUNT, **row} for row in rows], schema=REGISTRY_SCHEMA)


def manifest(rows: Sequence[Row]) -> pa.RecordBatch:
    whole = [{**_FILE, **row} for row in rows]
    plain = {f.name: _plain(f.type) for f in MANIFEST_SCHEMA}
    return pa.RecordBatch.from_pydict(
        {
            name: pa.array([row.get(name) for row in whole], kind).cast(
                MANIFEST_SCHEMA.field(name).type
            )
            for name, kind in plain.items()
        },
        schema=MANIFEST_SCHEMA,
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def gate(accounts: Sequence[Row], policy: Policy = DEFAULT, moment: Moment = NOW) -> Gate:
    return Gate(policy, index_accounts(registry(accounts)), moment)


def decide(
    files: Sequence[Row],
    accounts: Sequence[Row],
    policy: Policy = DEFAULT,
    moment: Moment = NOW,
) -> tuple[Decided, list[set[str]]]:
    made = gate(accounts, policy, moment)
    decided = made.decide(manifest(files))
    return decided, [set(r) for r in made.reason_lists(decided.reason_bits).to_pylist()]


def reasons(file: Row, *accounts: Row, policy: Policy = DEFAULT, moment: Moment = NOW) -> set[str]:
    """Reasons for one file; one account that permits training unless others are given."""
    _, lists = decide([file], accounts or [{}], policy, moment)
    return lists[0]
