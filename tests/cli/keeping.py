"""Accounts, an inventory of what is kept of their files, and a configuration, in a folder."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

AS_OF = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
#: Judges everything as if it were then.
THEN = ("--as-of", "2026-06-01T12:00:00Z")
_ACCOUNTS = {
    "plain": {},
    "short": {"ttl_seconds": "3600"},
    "under-baa": {"baa_executed": "true"},
    "gone-quiet": {"baa_executed": ""},
}
_ACCOUNT = {
    "training_permitted": "true",
    "baa_executed": "false",
    "opted_out": "false",
    "exported_at": "2026-06-01T03:00:00Z",
    "ttl_seconds": "",
}


@dataclass(frozen=True)
class Keeping:
    """A folder with all of it."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "job.toml"

    @property
    def store(self) -> Path:
        return self.folder / "kept"

    def configure(self, more: str = "") -> None:
        """A few artefacts are soon more than half of all: unless a share is given, all may go."""
        if "max_sweep_share" not in more:
            more = more.replace("[retention]\n", "[retention]\nmax_sweep_share = 1.0\n")
        self.config.write_text(
            '[sources]\nmanifest = "files.csv"\nregistry = "accounts.csv"\n'
            f'transcripts = "transcripts"\n{more}'
        )

    def inventory(self, rows: Sequence[Mapping[str, Any]], name: str = "kept.jsonl") -> Path:
        """An inventory of these rows; what is not given is a transcript of an hour ago."""
        path = self.folder / name
        with path.open("w") as file:
            for number, row in enumerate(rows):
                whole = {
                    "artefact_id": f"t-{number}",
                    "kind": "final_transcript",
                    "account_id": "plain",
                    "created_at": AS_OF - HOUR,
                    **row,
                }
                file.write(json.dumps(whole, default=datetime.isoformat) + "\n")
        return path


def keeping(folder: Path) -> Keeping:
    """Four accounts; nothing is kept of them yet."""
    made = Keeping(folder)
    made.configure()
    made.store.mkdir()
    with (folder / "accounts.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ("account_id", *_ACCOUNT))
        writer.writeheader()
        for name, changed in _ACCOUNTS.items():
            writer.writerow({"account_id": name, **_ACCOUNT, **changed})
    return made


#: One of each state.
ONE_OF_EACH: tuple[dict[str, Any], ...] = (
    {"artefact_id": "kept"},
    {"artefact_id": "young", "account_id": "under-baa"},
    {"artefact_id": "begun", "kind": "uploaded_audio", "created_at": AS_OF - 30 * HOUR},
    {"artefact_id": "late", "account_id": "short", "created_at": AS_OF - 5 * HOUR},
    {"artefact_id": "too-late", "account_id": "short", "created_at": AS_OF - 30 * DAY},
    {"artefact_id": "asked-for", "deletion_requested_at": AS_OF - HOUR / 2},
    {"artefact_id": "nobody-knows", "account_id": "gone-quiet"},
)
