"""Files and accounts as tables, ways to write them, and what is read of a manifest."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clearshard.errors import SourceUnavailable
from clearshard.records.schemas import MANIFEST_SCHEMA
from clearshard.sources.manifest import manifest_batches, open_manifest

FILES = [
    {
        "file_id": f"call-{i}",
        "account_id": "acct-ä" if i % 3 else f"acct-{i}",
        "product": ["async", "streaming", "llm_gateway"][i % 3],
        "region": "us" if i % 2 else None,
        "submitted_at": f"2026-05-{i % 28 + 1:02d}T10:00:00{'Z' if i % 2 else '.250+02:00'}",
        "transcript_uri": f"2026/call {i}, part.json",
        "deletion_requested_at": "2026-05-30T00:00:00Z" if i == 7 else None,
        "expires_at": None,
        "gateway_provider": "openai" if i % 3 == 2 else None,
    }
    for i in range(50)
]
ACCOUNTS: list[dict[str, Any]] = [
    {
        "account_id": f"acct-{i}",
        "training_permitted": [True, False, None][i % 3],
        "baa_executed": i % 5 == 0,
        "opted_out": None if i == 4 else i % 7 == 0,
        "exported_at": "2026-05-31T00:00:00Z",
        "baa_executed_at": "2025-05-31T00:00:00Z" if i % 5 == 0 else None,
        "opted_out_at": None,
        "ttl_seconds": 3600 if i % 4 == 0 else None,
    }
    for i in range(30)
]
HEADER = ",".join(FILES[0])
GOOD = b"f%d,a,async,us,2026-01-01T00:00:00Z,u.json,,,\n"
SECRET = "Hildegard Ostermann"
Rows = list[dict[str, Any]]


def write_csv(path: Path, rows: Rows, **options: Any) -> None:
    with path.open("w", encoding=options.pop("encoding", "utf-8"), newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), **options)
        writer.writeheader()
        writer.writerows(
            {k: str(v).lower() if isinstance(v, bool) else v for k, v in row.items()}
            for row in rows
        )


def jsonl(rows: Rows) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def typed(rows: Rows, string: pa.DataType, unit: str) -> pa.Table:
    columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name.endswith("_at"):
            moments = [v and datetime.fromisoformat(v).astimezone(UTC) for v in values]
            columns[name] = pa.array(moments, pa.timestamp(unit, tz="UTC"))
        else:
            text = any(isinstance(v, str) for v in values)
            columns[name] = pa.array(values, string if text else None)
    return pa.table(columns)


def rows_of(path: Path) -> Rows:
    table = open_manifest(path)
    batches = [batch.select(MANIFEST_SCHEMA.names) for batch in manifest_batches(table)]
    kinds = [(field.name, field.type) for field in MANIFEST_SCHEMA]
    assert all([(f.name, f.type) for f in batch.schema] == kinds for batch in batches)
    return [row for batch in batches for row in batch.to_pylist()]


def malformed(rows: Rows) -> list[str | None]:
    return sorted((r["file_id"] for r in rows if r["malformed"]), key=str)


def fine(rows: Rows) -> list[str]:
    return sorted(r["file_id"] for r in rows if not r["malformed"])


def failure_of(path: Path) -> str:
    with pytest.raises(SourceUnavailable) as caught:
        rows_of(path)
    assert caught.value.exit_code == 4
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)
