"""A small world of accounts, files and transcripts for tests of whole runs."""

import csv
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import duckdb
import pytest

from clearshard.audit.listing import list_decisions
from clearshard.audit.reading import visible_runs
from clearshard.config import load_config
from clearshard.engines.engine import Job
from clearshard.records.run import RunRecord
from clearshard.records.tasks import WorkUnit
from clearshard.run import job
from clearshard.run.job import RunResult
from clearshard.run.options import RunOptions

from ..inline import ENGINE, InlineEngine

AS_OF = datetime(2026, 11, 22, 12, tzinfo=UTC)
_STARTED = datetime.now(UTC)
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
    "ttl_seconds",
)


def world_clock() -> datetime:
    """The clock of these worlds: it goes on from AS_OF, or their registries would be stale."""
    return AS_OF + (datetime.now(UTC) - _STARTED)


def just_now_ns() -> int:
    """A clock of the disk: by it all of a world was written just now, however slow this is."""
    return 0


def transcript(*turns: str, **changes: Any) -> dict[str, Any]:
    """A well-formed transcript whose turns alternate between two speakers."""
    clock = 0
    utterances: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    for number, turn in enumerate(turns):
        timed = []
        for word in turn.split():
            timed.append(
                {"text": word, "start": clock, "end": clock + 200, "speaker": "AB"[number % 2]}
            )
            clock += 250
        utterances.append(
            {
                "speaker": "AB"[number % 2],
                "text": turn,
                "start": timed[0]["start"],
                "end": timed[-1]["end"],
                "words": timed,
            }
        )
        words += timed
    whole: dict[str, Any] = {
        "status": "completed",
        "language_code": "en_us",
        "text": " ".join(turns),
        "utterances": utterances,
        "words": words,
        "audio_duration": clock / 1000,
    }
    return {**whole, **changes}


class Silent:
    """A progress that keeps what it was told, and lets the world go on.

    Attributes:
        notes: What it was told.
        meanwhile: What happens when all is redacted and nothing is written yet, one thing each time
            that a run has come so far.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.meanwhile: list[Callable[[], object]] = []

    def decided(self, seen: int, eligible: int, excluded: int, quarantined: int) -> None:
        self.notes.append(f"decided {seen} {eligible} {excluded} {quarantined}")

    def redacted(self, written: int, quarantined: int, deleted: int, words: int) -> None:
        self.notes.append(f"redacted {written} {quarantined}")

    def finishing(self) -> None:
        self.notes.append("finishing")
        if self.meanwhile:
            self.meanwhile.pop(0)()

    def note(self, message: str) -> None:
        self.notes.append(message)


@dataclass
class World:
    """Sources in a folder, and an output folder beside them."""

    root: Path
    accounts: list[dict[str, str]] = field(default_factory=list)
    files: list[dict[str, str]] = field(default_factory=list)
    clock: Callable[[], datetime] = world_clock
    progress: Silent = field(default_factory=Silent)

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def config(self) -> Path:
        return self.root / "job.toml"

    def account(self, account_id: str, **facts: str) -> None:
        permitted = {
            "account_id": account_id,
            "training_permitted": "true",
            "baa_executed": "false",
            "opted_out": "false",
            "exported_at": "2026-11-22T00:00:00Z",
            "ttl_seconds": "",
        }
        self.accounts.append({**permitted, **facts})

    def export_now(self) -> datetime:
        """Dates the registry by the real clock, for the real command; returns what that says."""
        now = datetime.now(UTC)
        for account in self.accounts:
            account["exported_at"] = now.isoformat()
        return now

    def file(self, file_id: str, account_id: str, content: object, **facts: str) -> None:
        uri = f"{file_id}.json"
        ordinary = {
            "file_id": file_id,
            "account_id": account_id,
            "product": "async",
            "region": "us",
            "submitted_at": "2026-11-01T12:00:00Z",
            "transcript_uri": uri,
        }
        self.files.append({**ordinary, **facts})
        folder = self.root / "transcripts"
        folder.mkdir(exist_ok=True)
        if isinstance(content, bytes):
            (folder / uri).write_bytes(content)
        elif isinstance(content, dict):
            (folder / uri).write_text(json.dumps({"id": file_id, **content}), "utf-8")
        elif content is not None:
            (folder / uri).write_text(json.dumps(content), "utf-8")

    def write(self, extra: str = "") -> None:
        (self.root / "transcripts").mkdir(exist_ok=True)
        _write_csv(self.root / "files.csv", FILE_COLUMNS, self.files)
        _write_csv(self.root / "accounts.csv", ACCOUNT_COLUMNS, self.accounts)
        # Most of a small world is gone with one file.
        if "[limits]" in extra:
            extra = extra.replace("[limits]\n", "[limits]\nmax_drop_share = 1.0\n")
        else:
            extra = f"{extra}\n[limits]\nmax_drop_share = 1.0\n"
        self.config.write_text(
            '[sources]\nmanifest = "files.csv"\nregistry = "accounts.csv"\n'
            f'transcripts = "transcripts"\n{extra}'
        )

    def copy(self, root: Path) -> Self:
        """The same world, what its runs have left included, in another folder."""
        shutil.copytree(self.root, root, symlinks=True, dirs_exist_ok=True)
        rows = [dict(row) for row in self.accounts], [dict(row) for row in self.files]
        return type(self)(root, *rows, clock=self.clock)

    def run(self, out: Path | None = None, workers: int = 1, *, dry_run: bool = False) -> RunRecord:
        options = RunOptions(out or self.out, AS_OF, workers, dry_run)
        return self.result(options).record

    def result(self, options: RunOptions) -> RunResult:
        config = load_config(self.config)
        return job.run(
            config, options, self.progress, lambda: self.clock(), disk_now_ns=just_now_ns
        )

    def decisions(self, record: RunRecord) -> dict[str, tuple[str, list[str]]]:
        """State and reasons by file id."""
        rows = list_decisions(self.out, record.run_id)
        return {row["file_id"]: (row["state"], row["reasons"]) for row in rows}

    def texts(self, out: Path | None = None) -> list[str]:
        """Every text of every shard in force."""
        paths = in_force(out or self.out)
        if not paths:
            return []
        rows = duckdb.read_parquet([str(path) for path in paths]).select("text").fetchall()
        return [text for (text,) in rows]


def units_seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the files that runs give to workers from now on, as they come."""
    given: list[str] = []

    class Seeing(InlineEngine):
        def map(self, job: Job[Any, Any], units: Iterable[Any]) -> Iterator[Any]:
            return super().map(job, map(self._see, units))

        def _see(self, unit: WorkUnit) -> WorkUnit:
            given.extend(task.file_id for task in unit.tasks)
            return unit

    monkeypatch.setattr(ENGINE, Seeing)
    return given


def in_force(out: Path) -> list[Path]:
    """The shards that the newest run lists, in its order; replaced ones lie beside them."""
    return [run.shard_path(shard) for run in visible_runs(out)[-1:] for shard in run.record.shards]


def _write_csv(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def small_world(root: Path) -> World:
    """Three accounts: one permitted, one under a BAA, one that opted out; a few files of each."""
    world = World(root)
    world.account("acct-good")
    world.account("acct-other")
    world.account("acct-baa", baa_executed="true")
    world.account("acct-out", opted_out="true")
    for number in range(4):
        world.file(
            f"good-{number}",
            "acct-good",
            transcript("hello how can i help you today", f"i would like {number} green chairs"),
        )
    world.file("other-0", "acct-other", transcript("good morning", "my lamp is broken again"))
    world.file("baa-0", "acct-baa", transcript("this must not be read", "unreadworthy"))
    world.file("out-0", "acct-out", transcript("nor this", "unreadworthy"))
    world.file("eu-0", "acct-good", transcript("nor that", "unreadworthy"), region="eu")
    world.write()
    return world
