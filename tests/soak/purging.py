"""Purges that are killed at random moments, again and again, until one gets to its end."""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.ipc as ipc
import pyarrow.parquet as pq

from clearshard import layout
from clearshard.audit.ledger import Ledger
from clearshard.audit.reading import open_decisions, visible_runs
from clearshard.audit.tombstones import without_receipt
from clearshard.audit.verify import Known, verify
from clearshard.run.purge.job import STAGES as PURGE_STAGES
from clearshard.run.tombstones import one_id
from clearshard.storage.files import sha256_file

from .inputs import AS_OF

_DRIVER = Path(__file__).with_name("driver.py")
_KEY = bytes(range(50, 82)).hex()
_MOST_SECONDS = 300.0
#: One that comes to its end is killed at most this long after a stage has begun.
_LONGEST_DELAY_SECONDS = 0.05
ACCOUNT = "acct-3"


@dataclass(slots=True)
class Figures:
    """What the harness has done: kills by stage, folders, starts of a command."""

    stages: Counter[str] = field(default_factory=Counter)
    cycles: int = 0
    commands: int = 0

    def __str__(self) -> str:
        hits = ", ".join(f"{stage} {self.stages[stage]}" for stage in stage_names())
        kills = self.stages.total()
        return f"{kills} SIGKILLs over {self.commands} commands in {self.cycles} folders: {hits}"


def stage_names() -> tuple[str, ...]:
    return ("start", *(stage.name for stage in PURGE_STAGES))


class PurgeHarness:
    """Kills purges of one account over copies of one finished folder."""

    def __init__(self, inputs: Path, scratch: Path, seed: int) -> None:
        """Makes the folder, with two runs of which the second has replaced shards."""
        self._inputs, self._scratch = inputs, scratch
        self._chance = random.Random(seed)
        self._log, self._said = scratch / "stages.log", scratch / "said.txt"
        self.figures = Figures()
        self._whole = scratch / "whole"
        for name in ("half", "job"):
            assert not self._killed(self._run(name, self._whole, "never"))
        self._texts = _texts_of(self._whole, ACCOUNT)
        assert self._texts
        assert _holding(self._whole, self._texts)

    def cycle(self, most_kills: int) -> None:
        """Takes a copy of the folder through up to so many kills, and then to its end."""
        out = self._scratch / f"out-{self.figures.cycles}"
        shutil.copytree(self._whole, out)
        for _ in range(most_kills):
            if not self._killed(self._purge(out, self._moment())):
                break
            _whole(out)
        if self._chance.random() < 0.3:  # the next night may be earlier than the next purge
            assert not self._killed(self._run("job", out, "never"))
        assert not self._killed(self._purge(out, "never"))
        self._is_gone(out)
        assert not self._killed(self._run("job", out, "never"))
        self._is_gone(out)
        shutil.rmtree(out)
        self.figures.cycles += 1

    def _is_gone(self, out: Path) -> None:
        assert verify(out, Known(same=one_id)).faults == ()
        assert _holding(out, self._texts) == []
        assert [*(out / ".staging").iterdir()] == []
        assert len([*(out / "audit" / "receipts").iterdir()]) >= 1
        # Every purge has a receipt, or one that says that it brought it to its end.
        assert without_receipt(Ledger(out / layout.LEDGER).read()) == ()

    def _moment(self) -> str:
        """The stage that was hit least, or any, and so long after it has begun."""
        names = stage_names()
        fewest = min(self.figures.stages[name] for name in names)
        least = [name for name in names if self.figures.stages[name] == fewest]
        stage = self._chance.choice(least if self._chance.random() < 0.5 else names)
        delay = self._chance.random() ** 3 * _LONGEST_DELAY_SECONDS
        return f"{stage}:{delay:.6f}:parent"

    def _purge(self, out: Path, when: str) -> "subprocess.Popen[bytes]":
        words = ("purge", "execute", "--json", "--account", ACCOUNT)
        return self._start(when, *words, "--as-of", AS_OF, *self._job("job", out))

    def _run(self, name: str, out: Path, when: str) -> "subprocess.Popen[bytes]":
        words = ("run", "--json", "--workers", "1", "--as-of", AS_OF, "--replay")
        return self._start(when, *words, *self._job(name, out))

    def _job(self, name: str, out: Path) -> tuple[str, ...]:
        return ("--config", str(self._inputs / f"{name}.toml"), "--out", str(out))

    def _start(self, when: str, *arguments: str) -> "subprocess.Popen[bytes]":
        self.figures.commands += 1
        self._log.unlink(missing_ok=True)
        with self._said.open("wb") as said:
            return subprocess.Popen(
                [sys.executable, str(_DRIVER), str(self._log), when, *arguments],
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "CLEARSHARD_KEY": _KEY},
            )

    def _killed(self, process: "subprocess.Popen[bytes]") -> bool:
        """Waits for the end of a command; True if that was a kill."""
        try:
            process.wait(timeout=_MOST_SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        killed = process.returncode == -signal.SIGKILL
        assert killed or process.returncode == 0, self._said.read_text()
        if killed:
            self.figures.stages[self._stage()] += 1
        return killed

    def _stage(self) -> str:
        lines = self._log.read_text().split("\n") if self._log.exists() else []
        told = [line.split()[0] for line in lines[:-1]]
        return told[-1] if told else "start"


def _whole(out: Path) -> None:
    """What a reader sees right after a kill: the shards of the newest run, as recorded."""
    run = visible_runs(out)[-1]
    for shard in run.record.shards:
        assert sha256_file(run.shard_path(shard)) == shard.sha256


def _texts_of(out: Path, account_id: str) -> list[str]:
    """The texts of an account's rows that nobody else's rows have."""
    run = visible_runs(out)[-1]
    with open_decisions([run]) as connection:
        query = "SELECT doc_key FROM decisions WHERE account_id = ? AND state = 'written'"
        ours = {key for (key,) in connection.execute(query, [account_id]).fetchall()}
    texts: dict[str, set[bool]] = {}
    for shard in run.record.shards:
        rows = pq.read_table(run.shard_path(shard), columns=["doc_key", "text"]).to_pylist()
        for row in rows:
            texts.setdefault(row["text"], set()).add(row["doc_key"] in ours)
    return [text for text, whose in texts.items() if whose == {True}]


def _holding(out: Path, texts: list[str]) -> list[str]:
    """Files below a folder in which any of some texts is, searched in decompressed pages."""
    found = []
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        if path.suffix == ".parquet":
            held = str(pq.read_table(path).to_pylist())
        elif path.suffix == ".arrow":
            with path.open("rb") as file:
                held = str(ipc.open_file(file).read_all().to_pylist())
        else:
            held = path.read_bytes().decode("latin-1")
        if any(repr(text)[1:-1] in held or text in held for text in texts):
            found.append(path.relative_to(out).as_posix())
    return found
