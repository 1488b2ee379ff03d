"""How long `audit summary` and `audit explain` take over millions of decisions, in how much memory.

    python tests/benchmarks/bench_audit.py [--decisions N] [--runs N] [--rounds N] [--json]

An output folder is generated (`audit_output`: the real gate, writer, records and ledger), in a
temporary folder that is removed at the end; 50 million decisions need 3 GB and two minutes. Then
each question is asked by the real command in a fresh process on two cores, imports included, in
several rounds. Of the summary the best round and the worst are given; of explain the worst id of
the best round, and the worst of all. Half of its ids are in no run. The files are in the system's
cache, as they are once the folder has been looked at.

Exit code 1 says that a figure is above its limit in every round.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.audit_output import CHUNK, Size, file_ids, generate  # noqa: E402 - see above

SUMMARY_SECONDS = 10.0
EXPLAIN_SECONDS = 1.0
PEAK_MIB = 2048.0
_IDS = 12


@dataclass(frozen=True)
class Asked:
    """One question: its time on the wall, which counts; that of the processors, which shows whether
    others used them; and the peak memory of its process."""

    seconds: float
    cpu_seconds: float
    peak_mib: float


def main() -> None:
    """Generates, asks, prints, removes."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="clearshard-bench-", dir=arguments.folder) as folder:
        result = _measure(Path(folder) / "out", arguments)
    if arguments.json:
        print(json.dumps(result))
    else:
        _print(result)
    sys.exit(not result["within_limits"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--decisions", type=int, default=50_000_000, help="over all runs")
    parser.add_argument("--runs", type=int, default=5, help="runs in the folder")
    parser.add_argument("--accounts", type=int, default=100_000, help="accounts in the registry")
    parser.add_argument("--rounds", type=int, default=3, help="how often each question is asked")
    parser.add_argument("--folder", type=Path, default=None, help="where to make the folder")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


def _measure(out: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    files = arguments.decisions // arguments.runs
    started = time.perf_counter()
    generate(out, Size(arguments.runs, files, files // 100, arguments.accounts))
    generated = time.perf_counter() - started
    there = [file_ids(c)[n].as_py() for c, n in _places(files)]
    absent = [
        str(uuid.UUID(int=(n * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128))
        for n in range(1, _IDS)
    ]
    ids = [*there, *absent, "no-such-file"]
    summaries = [_ask(out, "summary", "--run", "all", "--json") for _ in range(arguments.rounds)]
    rounds = [[_ask(out, "explain", i, "--json") for i in ids] for _ in range(arguments.rounds)]
    worst = [max(asked.seconds for asked in asked_once) for asked_once in rounds]
    everything = [*summaries, *(asked for asked_once in rounds for asked in asked_once)]
    best_summary = min(asked.seconds for asked in summaries)
    peak = max(asked.peak_mib for asked in everything)
    return {
        "decisions": arguments.runs * files,
        "runs": arguments.runs,
        "bytes": sum(path.stat().st_size for path in out.rglob("*") if path.is_file()),
        "generated_seconds": round(generated, 1),
        "rounds": arguments.rounds,
        "ids": len(ids),
        "summary_seconds": [round(asked.seconds, 2) for asked in summaries],
        "explain_worst_seconds": [round(seconds, 2) for seconds in worst],
        "summary_cpu_seconds": round(min(asked.cpu_seconds for asked in summaries), 2),
        "explain_cpu_seconds": round(
            min(max(asked.cpu_seconds for asked in once) for once in rounds), 2
        ),
        "summary_peak_mib": round(max(asked.peak_mib for asked in summaries)),
        "explain_peak_mib": round(max(a.peak_mib for once in rounds for a in once)),
        "within_limits": best_summary <= SUMMARY_SECONDS
        and min(worst) <= EXPLAIN_SECONDS
        and peak < PEAK_MIB,
    }


def _places(files: int) -> list[tuple[int, int]]:
    """Files all over the runs, by chunk and row; one of them only the first run saw."""
    numbers = [(files * n) // _IDS for n in range(_IDS)]
    return [(number // CHUNK, number % CHUNK) for number in numbers]


def _ask(out: Path, *question: str) -> Asked:
    """Asks in a fresh process on two cores."""
    cores = sorted(os.sched_getaffinity(0))[-2:]
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "clearshard", "audit", *question, "--out", str(out)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"audit {question[0]} ended with {process.returncode}")
    return Asked(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _print(result: dict[str, Any]) -> None:
    print(
        f"{result['decisions']:,} decisions in {result['runs']} runs, "
        f"{result['bytes'] / 1e9:.2f} GB, generated in {result['generated_seconds']} s\n"
    )
    print(f"{'':<26}{'best':>8}{'worst':>8}{'limit':>8}{'CPU':>9}{'peak RSS':>12}")
    explain = f"explain, worst of {result['ids']} ids"
    for name, key, limit in (
        ("summary of all runs", "summary", SUMMARY_SECONDS),
        (explain, "explain", EXPLAIN_SECONDS),
    ):
        seconds = result["summary_seconds" if key == "summary" else "explain_worst_seconds"]
        cpu = result[f"{key}_cpu_seconds"]
        peak = f"{result[f'{key}_peak_mib']:,} MiB"
        print(
            f"{name:<26}{min(seconds):>6.2f} s{max(seconds):>6.2f} s{limit:>6.0f} s"
            f"{cpu:>7.2f} s{peak:>12}"
        )
    print(
        f"\n{result['rounds']} rounds; " + ("within" if result["within_limits"] else "NOT within"),
        "the limits",
    )


if __name__ == "__main__":
    main()
