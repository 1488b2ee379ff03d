"""Runs that are killed at random moments, again and again, until one gets to its end.

A cycle takes a new output folder through a random history of kills: of the parent, of the parent
and all its workers at once (a machine that is taken away), and of single workers. After each the
folder must hold a whole run or none; at the end of the cycle it must hold, to the byte, what an
undisturbed run makes.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from clearshard.audit.reading import open_decisions, visible_runs
from clearshard.audit.verify import verify
from clearshard.storage.files import sha256_file

from .driver import STAGES
from .inputs import AS_OF

_DRIVER = Path(__file__).with_name("driver.py")
_KEY = bytes(range(50, 82)).hex()
#: Stages that a run does not come to that finds nothing to do.
_ONLY_CHANGED = ("assemble", "record", "announce", "publish", "remove", "receipt")
#: A stage in which one run does nothing may take another one as long as this.
_LEAST_SECONDS = 0.01
#: A run that takes longer than this hangs.
_MOST_SECONDS = 300.0


@dataclass(slots=True)
class Figures:
    """What the harness has done.

    Attributes:
        kills: Number by whom they hit.
        stages: Number by the stage of the run that they hit.
        cycles: Folders that were brought to their end.
        runs: Starts of the command, killed or not.
        retried: Files whose worker was killed with them alone in hand, and that were tried again.
    """

    kills: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    cycles: int = 0
    runs: int = 0
    retried: int = 0

    def __str__(self) -> str:
        hits = ", ".join(f"{stage} {self.stages[stage]}" for stage in STAGES)
        return (
            f"{self.kills.total()} SIGKILLs ({dict(self.kills)}) over {self.runs} runs in "
            f"{self.cycles} folders\nby stage: {hits}\n"
            f"files alone in hand when their worker was killed, tried again: {self.retried}"
        )


class Harness:
    """Kills runs over one set of inputs."""

    def __init__(self, inputs: Path, scratch: Path, seed: int) -> None:
        """Makes the undisturbed run that all others are compared with."""
        self._inputs = inputs
        self._scratch = scratch
        self._chance = random.Random(seed)
        self._log = scratch / "stages.log"
        self._said = scratch / "said.txt"
        self.figures = Figures()
        reference = scratch / "reference"
        self._finish(reference, "job")
        self._shards = _shards(reference)
        self._states = _states(reference)
        assert len(self._shards) > 2
        self._seconds = self._durations()

    def cycle(self, most_kills: int) -> None:
        """Takes a new folder through up to so many kills, and then to its end."""
        out = self._scratch / f"out-{self.figures.cycles}"
        if self._chance.random() < 0.25:
            self._finish(out, "half")  # the history has a finished run with some of the files
            assert 0 < len(_shards(out).keys() & self._shards.keys()) < len(self._shards)
        # Whatever chance has in store: in some, everything was redacted and nothing is visible. Not
        # in all: there is nothing left to redact then, and no worker to be killed.
        everything_redacted = self.figures.cycles % 4 == 0
        if everything_redacted and self._end(
            self._start(out, "job", when="assemble:0:machine"), "machine"
        ):
            _whole_or_nothing(out)
        finished = False
        for _ in range(most_kills - 1):
            if self._killed_run(out, finished):
                _whole_or_nothing(out)
            elif self._chance.random() < 0.6:
                break
            else:  # it came to its end, and the next ones find nothing to do
                finished = True
        self._finish(out, "job")
        self._settle(out)
        assert _shards(out) == self._shards
        assert _states(out) == self._states
        assert verify(out).faults == ()
        left = [p for p in out.rglob("*") if p.name.endswith(".tmp") or p.suffix == ".arrow"]
        assert left == []
        assert list((out / ".staging").iterdir()) == []
        assert not (out / ".checkpoints").exists()
        shutil.rmtree(out)
        self.figures.cycles += 1

    def _settle(self, out: Path) -> None:
        """Tries again the files that only this harness has made look like poison."""
        given_up = [f for f, state in _states(out).items() if state != self._states[f]]
        assert all(_states(out)[file_id][0] == "quarantined" for file_id in given_up)
        if given_up:
            self.figures.retried += len(given_up)
            self._finish(out, "job", "--retry-quarantined")

    def _killed_run(self, out: Path, finished: bool) -> bool:
        """Starts a run that is killed; False if it came to its end before."""
        if not finished and self._chance.random() < 0.25:
            return self._killed_with_a_worker(out)
        stage = self._next_stage(finished)
        # More often early than late: what was done before is not done again, and takes no time.
        delay = self._chance.random() ** 3 * max(self._seconds.get(stage, 0.0), _LEAST_SECONDS)
        whom = self._chance.choice(["parent", "machine"])
        process = self._start(out, "job", when=f"{stage}:{delay:.6f}:{whom}")
        return self._end(process, whom)

    def _next_stage(self, finished: bool) -> str:
        """Now and then the one that was hit least, else by how long each one takes."""
        reached = [s for s in STAGES if not (finished and s in _ONLY_CHANGED)]
        if self._chance.random() < 0.4:
            fewest = min(self.figures.stages[stage] for stage in reached)
            return self._chance.choice([s for s in reached if self.figures.stages[s] == fewest])
        stages = [stage for stage in self._seconds if stage in reached]
        return self._chance.choices(stages, [self._seconds[stage] for stage in stages])[0]

    def _killed_with_a_worker(self, out: Path) -> bool:
        """Kills some workers, one after the other, and then perhaps the run.

        Not three: a run whose workers die three times while starting gives up, and rightly so.
        """
        process = self._start(out, "job")
        while process.poll() is None and self._stage() != "redact":
            time.sleep(0.001)
        for _ in range(self._chance.randint(1, 2)):
            time.sleep(self._chance.random() * self._seconds["redact"] / 2)
            workers = _workers_of(process.pid)
            if workers:
                # It may have come to its own end since.
                with suppress(ProcessLookupError):
                    os.kill(self._chance.choice(workers), signal.SIGKILL)
                    self._count("worker")
        if self._chance.random() < 0.7:
            process.kill()
        return self._end(process, "parent")

    def _end(self, process: "subprocess.Popen[bytes]", whom: str) -> bool:
        """Waits for the end of a run; True if that was a kill.

        Workers whose parent was killed end by themselves, as they would anywhere.
        """
        try:
            process.wait(timeout=_MOST_SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        killed = process.returncode == -signal.SIGKILL
        assert killed or process.returncode == 0, self._said.read_text()
        if killed:
            self._count(whom)
        return killed

    def _count(self, victim: str) -> None:
        self.figures.kills[victim] += 1
        self.figures.stages[self._stage()] += 1

    def _stage(self) -> str:
        lines = self._log.read_text().split("\n") if self._log.exists() else []
        told = [line.split()[0] for line in lines[:-1]]
        return told[-1] if told else "start"

    def _durations(self) -> dict[str, float]:
        """Seconds of each stage of the last run."""
        lines = [line.split() for line in self._log.read_text().splitlines()]
        moments = [(stage, float(moment)) for stage, moment in lines]
        ends = [*(moment for _, moment in moments[1:]), moments[-1][1] + 0.02]
        seconds: dict[str, float] = {}
        for (stage, begin), end in zip(moments, ends, strict=True):  # files are published singly
            seconds[stage] = seconds.get(stage, 0.0) + max(end - begin, 0.001)
        return seconds

    def _start(
        self, out: Path, name: str, *more: str, when: str = "never"
    ) -> "subprocess.Popen[bytes]":
        self.figures.runs += 1
        self._log.unlink(missing_ok=True)
        # A file, not a pipe: a pipe would be open until the workers of a killed run have ended, and
        # the next run is to meet them.
        with self._said.open("wb") as said:
            return subprocess.Popen(
                [
                    *(sys.executable, str(_DRIVER), str(self._log), when),
                    *(
                        "run",
                        "--json",
                        "--workers",
                        self._chance.choice("12"),
                        "--as-of",
                        AS_OF,
                        "--replay",
                    ),
                    *("--config", str(self._inputs / f"{name}.toml"), "--out", str(out), *more),
                ],
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "CLEARSHARD_KEY": _KEY},
            )

    def _finish(self, out: Path, name: str, *more: str) -> None:
        assert not self._end(self._start(out, name, *more), "nobody")


def _workers_of(parent: int) -> list[int]:
    """Processes that were forked from the server that a run started."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, check=True, text=True
    )
    rows = [line.split() for line in listed.stdout.splitlines()]
    # Those that have ended and were not waited for yet cannot be killed.
    pairs = [(int(pid), int(above)) for pid, above, state in rows if not state.startswith("Z")]
    servers = {pid for pid, above in pairs if above == parent}
    return sorted(pid for pid, above in pairs if above in servers)


def _whole_or_nothing(out: Path) -> None:
    """What a reader sees right after a kill: the shards of the newest run, or none at all."""
    if not (out / "runs").is_dir():
        return
    runs = visible_runs(out)
    for run in runs[-1:]:
        for shard in run.record.shards:
            assert sha256_file(run.shard_path(shard)) == shard.sha256
        for file, path in zip(run.record.decisions, run.decisions_paths, strict=True):
            assert sha256_file(path) == file.sha256


def _shards(out: Path) -> dict[str, str]:
    """Those in force; replaced ones lie beside them, for readers who began before."""
    [*_, run] = visible_runs(out)
    return {s.name: sha256_file(run.shard_path(s)) for s in run.record.shards}


def _states(out: Path) -> dict[str, tuple[str, tuple[str, ...], str | None]]:
    """State, reasons and content of each file in the newest run; each file is in it once."""
    run = visible_runs(out)[-1]
    with open_decisions([run]) as connection:
        rows = connection.table("decisions")
        found = rows.select("file_id", "state", "reasons", "content_sha256").fetchall()
    states = {file_id: (state, tuple(why), content) for file_id, state, why, content in found}
    assert len(states) == len(found)
    return states
