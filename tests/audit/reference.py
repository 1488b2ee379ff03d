"""The decisions of a run, read from its files as the documentation says, without the program."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

_OF_ACCOUNTS = (
    "training_permitted",
    "baa_executed",
    "opted_out",
    "baa_executed_at",
    "opted_out_at",
    "ttl_seconds",
    "exported_at",
)


def decisions_of(out: Path, run_id: str) -> list[dict[str, Any]]:
    """Rows of DECISION_SCHEMA, in the order of the table."""
    record = json.loads((out / "runs" / f"{run_id}.json").read_bytes())
    rows: list[list[dict[str, Any] | None]] = []
    accounts: dict[tuple[str, int], dict[str, Any]] = {}
    places: list[dict[str, int]] = []
    for file in record["decisions"]:
        held = pq.ParquetFile(out / "audit" / "decisions" / file["name"]).read().to_pylist()
        assert len(held) == file["row_count"]
        match file["name"].split("/")[1].split("-")[0]:
            case "decisions" | "changes":
                rows.append(held)
            case "replaced":
                places += held
            case "accounts":
                accounts |= {(one["account_id"], one["reading"]): one for one in held}
    for place in places:
        assert rows[place["file"]][place["row"]] is not None, "replaced twice"
        rows[place["file"]][place["row"]] = None
    decided_at = datetime.fromisoformat(record["as_of"])
    decisions = []
    for row in (row for of_file in rows for row in of_file if row is not None):
        known = accounts.get((row["account_id"], row.pop("reading")), {})
        row["facts"] = {**row["facts"], **{name: known.get(name) for name in _OF_ACCOUNTS}}
        decisions.append(row | {"policy_digest": record["policy_digest"], "decided_at": decided_at})
    return decisions
