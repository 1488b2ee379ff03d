"""Files as the run before knew them, to be decided on once more without the manifest."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.eligibility.facts import FILE_FACTS
from clearshard.errors import ConfigError
from clearshard.records.facts import OwnColumn, facts_of, unreadable
from clearshard.records.schemas import fact_type


def stored_as_manifest(rows: pa.RecordBatch, own: Sequence[OwnColumn]) -> pa.RecordBatch:
    """Stored decisions on files that were eligible as manifest rows, to be decided once more.

    Nothing of an eligible file was unreadable, so its facts are all there was.

    Args:
        rows: ROW_SCHEMA.
        own: Facts of the policy's own that it asks of files.

    Raises:
        ConfigError: One of them is not stored.
    """
    facts = rows.column("facts")
    no = pa.array(np.zeros(rows.num_rows, np.bool_))
    return pa.RecordBatch.from_pydict(
        {
            "file_id": rows.column("file_id"),
            "account_id": rows.column("account_id"),
            **{name: pc.struct_field(facts, name) for name in FILE_FACTS},
            **{fact.mark: no for fact in facts_of("file") if fact.is_marked},
            "malformed": no,
            **_own_facts(rows, own),
            **{unreadable(one.fact): no for one in own},
        }
    )


def _own_facts(rows: pa.RecordBatch, own: Sequence[OwnColumn]) -> dict[str, pa.Array]:
    if not own:
        return {}
    stored = [json.loads(text) if text else {} for text in rows.column("own_facts").to_pylist()]
    return {one.fact: _own_fact(stored, one) for one in own}


def _own_fact(stored: Sequence[dict[str, Any]], one: OwnColumn) -> pa.Array:
    if any(one.fact not in facts for facts in stored):
        problem = (
            f"{one.fact} is asked of files, and the newest run has not stored it. Run first: "
            "`clearshard run` decides by it"
        )
        raise ConfigError("policy", [problem])
    values = [facts[one.fact] for facts in stored]
    if one.kind == "time":
        values = [value and datetime.fromisoformat(value) for value in values]
    return pa.array(values, pa.string() if one.kind == "text" else fact_type(one.kind))
