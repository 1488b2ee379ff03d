"""Input of the fault harness: generated calls, some of them broken, some that no rule lets in."""

import csv
import random
from pathlib import Path

from data.generator import calls, faulty
from data.generator.transcript import encoded, some_shape, transcript

AS_OF = "2026-11-22T12:00:00Z"
CONTAINER = "calls.jsonl"
_FILE_COLUMNS = ("file_id", "account_id", "product", "region", "submitted_at", "transcript_uri")
_ACCOUNT_COLUMNS = (
    "account_id",
    "training_permitted",
    "baa_executed",
    "opted_out",
    "exported_at",
)
#: Faults that are found at once; the others are there to take long.
_FAULTS = faulty.FAULTS[:10]
#: Small shards, so that there are several; the light recognizers, so that a run takes seconds.
_CONFIG = """[sources]
manifest = "{manifest}"
registry = "accounts.csv"
transcripts = "transcripts"

[output]
target_shard_bytes = 30000

[redaction]
profile = "stock"

[limits]
max_quarantined_share = 1.0
"""


def write_inputs(root: Path, files: int) -> None:
    """Writes transcripts, registry, and two jobs: ``half.toml`` sees every other file of ``job``.

    Args:
        root: An empty folder.
        files: Number of files; about one in eight is excluded, one in ten broken.
    """
    (root / "transcripts").mkdir(parents=True)
    rows: list[dict[str, str]] = []
    contained: list[str] = []
    for number in range(files):
        chance = random.Random(f"soak {number}")
        file_id = f"call-{number:05d}"
        call = calls.some_call(number, chance)
        uri = f"{file_id}.json"
        made: bytes | None
        if number % 10 == 3:
            made = _FAULTS[number // 10 % len(_FAULTS)].make(file_id, call, chance)
        else:
            text = encoded(transcript(file_id, call, some_shape(chance), chance))
            made = text.encode()
            if number % 6 == 5:
                contained.append(text)
                made, uri = None, CONTAINER
        if made is not None:
            (root / "transcripts" / uri).write_bytes(made)
        # Of October the half job has all files: their shards are carried over.
        at = "2026-10-01T00:00:00Z" if number % 4 == 0 else "2026-11-01T00:00:00Z"
        facts = (file_id, f"acct-{number % 8}", "async", "us", at, uri)
        rows.append(dict(zip(_FILE_COLUMNS, facts, strict=True)))
    (root / "transcripts" / CONTAINER).write_text("".join(contained), "utf-8")
    accounts = [
        ("acct-0", "true", "true", "false", "2026-11-22T00:00:00Z"),
        *((f"acct-{n}", "true", "false", "false", "2026-11-22T00:00:00Z") for n in range(1, 8)),
    ]
    named = [dict(zip(_ACCOUNT_COLUMNS, account, strict=True)) for account in accounts]
    _table(root / "accounts.csv", named)
    for name, some in (("job", rows), ("half", rows[::2])):
        _table(root / f"{name}.csv", some)
        (root / f"{name}.toml").write_text(_CONFIG.format(manifest=f"{name}.csv"))


def _table(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
