"""What a change costs: this checkout against another one, in turns, on the same transcripts.

    python tests/benchmarks/bench_against.py OTHER FOLDER [--rounds N] [--json]

OTHER is the `clearshard` command of another checkout (`.venv/bin/clearshard`); FOLDER holds
`files.csv`, `accounts.csv` and `transcripts/`. Each round runs the other command and then this one,
A B A B, each into a folder of its own, with one worker. What counts is the clock, since nobody
waits for the processes that a worker is forked from: let the machine do nothing else. What a run of
a single file costs (imports, models) is measured the same way and taken off.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(sys.executable).with_name("clearshard")
#: Both must accept it: what is compared is the work, not the defaults.
_JOB = """\
[sources]
manifest = "{manifest}"
registry = "{registry}"
transcripts = "{folder}/transcripts"

[limits]
max_quarantined_share = 1.0
"""


def main() -> None:
    """Parses, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    other, folder = given.other.absolute(), given.folder.absolute()
    with tempfile.TemporaryDirectory() as scratch:
        jobs = _jobs(folder, Path(scratch))
        # Once for each, unmeasured: byte code and the file cache are warm for both.
        starts = [_seconds(command, jobs[0]) for command in (other, HERE) * 2][2:]
        rounds = [
            [_seconds(command, jobs[1]) for command in (other, HERE)] for _ in range(given.rounds)
        ]
    before, after = (
        [seconds[which] - starts[which] for seconds in rounds] for which in range(len(starts))
    )
    ratios = [b / a for b, a in zip(before, after, strict=True)]
    _print(before, after, ratios, as_json=given.json)


def _jobs(folder: Path, scratch: Path) -> list[Path]:
    """Two configurations: the first file alone, and all of them."""
    header, *files = _rows(folder / "files.csv")
    columns, *accounts = _rows(folder / "accounts.csv")
    # Whenever the folder was made: a registry that is too old would end every run.
    exported = columns.index("exported_at")
    now = datetime.now(UTC).isoformat()
    accounts = [[*row[:exported], now, *row[exported + 1 :]] for row in accounts]
    registry = _write(scratch / "accounts.csv", [columns, *accounts])
    jobs = []
    for name, chosen in (("one", files[:1]), ("all", files)):
        manifest = _write(scratch / f"{name}.csv", [header, *chosen])
        job = scratch / f"{name}.toml"
        job.write_text(_JOB.format(manifest=manifest, registry=registry, folder=folder))
        jobs.append(job)
    return jobs


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as table:
        return list(csv.reader(table))


def _write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="") as table:
        csv.writer(table).writerows(rows)
    return path


def _seconds(command: Path, job: Path) -> float:
    """What a run takes."""
    with tempfile.TemporaryDirectory() as out:
        arguments = [str(command), "run", "--config", str(job), "--out", out]
        started = time.monotonic()
        # Elsewhere than in a checkout, whose package its workers would take for their own.
        subprocess.run(
            [*arguments, "--workers", "1", "--quiet"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=job.parent,
        )
        return time.monotonic() - started


def _print(
    before: Sequence[float], after: Sequence[float], ratios: Sequence[float], *, as_json: bool
) -> None:
    ratio = statistics.median(ratios)
    if as_json:
        print(json.dumps({"other_seconds": before, "seconds": after, "ratio": ratio}))
        return
    print(f"other  {' '.join(f'{seconds:8.2f}' for seconds in before)} s")
    print(f"this   {' '.join(f'{seconds:8.2f}' for seconds in after)} s")
    print(f"ratio  {' '.join(f'{r:8.3f}' for r in ratios)}   median {ratio:.3f} times as fast")


if __name__ == "__main__":
    main()
