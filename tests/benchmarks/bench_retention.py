"""How fast `clearshard retention plan` judges an inventory on one core, and in how much memory.

    python tests/benchmarks/bench_retention.py [--rows N] [--accounts N] [--json]

An inventory, as Parquet and as CSV, and a registry are generated once for each pair of sizes, the
same bytes every time, and kept in the temporary folder. Then the command itself is run on each,
pinned to one core: from the start of Python to the last row of the list of what is due, overdue, in
breach and unknown, which it writes as Parquet. Its peak memory is that of the whole process.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_AS_OF_US = int(AS_OF.timestamp()) * _SECOND
_TIME = pa.timestamp("us", tz="UTC")
_CHUNK = 1_000_000
#: Bump when the generated data changes, so that no stale copy is measured.
_DATA_VERSION = 1
_KINDS = (
    *("final_transcript", "uploaded_audio", "url_reference", "intermediate", "request_text"),
    *("streaming_transcript", "streaming_audio", "gateway_input", "gateway_output"),
    "speech_understanding",
)
_SHARES = (0.3, 0.15, 0.1, 0.1, 0.1, 0.07, 0.03, 0.06, 0.06, 0.03)
_PROVIDERS = ("anthropic", "google", "openai")

Ints = npt.NDArray[np.int64]


def main() -> None:
    """Generates what is missing, measures in fresh processes, prints."""
    arguments = _arguments()
    if arguments.generate:
        _generated(arguments.rows, arguments.accounts, arguments.data)
        return
    # Elsewhere: what a process starts is charged with the memory that it itself has had.
    subprocess.run([sys.executable, *sys.argv, "--generate"], check=True)
    data = _generated(arguments.rows, arguments.accounts, arguments.data)
    results = [_measured(data, form, arguments) for form in ("parquet", "csv")]
    if arguments.json:
        summary = {"rows": arguments.rows, "accounts": arguments.accounts, "results": results}
        print(json.dumps(summary))
        return
    print(f"{arguments.rows:,} artefacts, {arguments.accounts:,} accounts, one core\n")
    print(
        f"{'inventory':<11}{'seconds':>9}{'CPU s':>8}{'artefacts/s':>13}{'peak':>11}{'listed':>12}"
    )
    for r in results:
        times = f"{r['seconds']:>9.2f}{r['cpu_seconds']:>8.2f}{r['artefacts_per_second']:>13,}"
        print(f"{r['inventory']:<11}{times}{r['peak_mib']:>7,.0f} MiB{r['listed']:>12,}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000_000, help="artefacts in the inventory")
    parser.add_argument("--accounts", type=int, default=100_000, help="rows of the registry")
    parser.add_argument("--core", type=int, default=None, help="the core to run on; default last")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, default=None, help="folder for the generated tables")
    parser.add_argument("--generate", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(data: Path, form: str, arguments: argparse.Namespace) -> dict[str, Any]:
    core = max(os.sched_getaffinity(0)) if arguments.core is None else arguments.core
    with tempfile.TemporaryDirectory(dir=data) as scratch:
        command = [
            *(sys.executable, "-m", "clearshard", "retention", "plan", data / f"kept.{form}"),
            *("--config", data / "job.toml", "--as-of", AS_OF.isoformat(), "--json"),
            *("--output", Path(scratch) / "due.parquet"),
        ]
        started = time.perf_counter()
        child = subprocess.Popen(
            [*map(str, command)],
            # Set before the libraries start: a pinned pool of many threads would fight itself.
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )
        assert child.stdout is not None
        answer = json.loads(child.stdout.read().splitlines()[-1])
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0 or answer["artefacts"] != arguments.rows:
        sys.exit(f"the command did not judge every artefact: {answer}")
    print(f"{form}: {answer['states']}", file=sys.stderr)
    return {
        "inventory": form,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "artefacts_per_second": round(arguments.rows / seconds),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        "listed": answer["rows"],
    }


def _generated(rows: int, accounts: int, chosen: Path | None) -> Path:
    name = f"clearshard-bench-retention-v{_DATA_VERSION}-{rows}-{accounts}"
    folder = (chosen or Path(tempfile.gettempdir())) / name
    done = folder / "complete"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        print(f"generating {folder} ...", file=sys.stderr)
        pa.parquet.write_table(_registry(accounts), folder / "accounts.parquet")
        _write(
            folder, (_artefacts(s, min(_CHUNK, rows - s), accounts) for s in range(0, rows, _CHUNK))
        )
        (folder / "job.toml").write_text(
            '[sources]\nmanifest = "files.csv"\nregistry = "accounts.parquet"\n'
            'transcripts = "transcripts"\n'
        )
        done.touch()
    return folder


def _write(folder: Path, tables: Iterator[pa.Table]) -> None:
    """The same rows as Parquet and as CSV."""
    first = next(tables)
    plain = pa.schema(
        [(f.name, pa.string() if pa.types.is_timestamp(f.type) else f.type) for f in first.schema]
    )
    options = pa.csv.WriteOptions(quoting_style="needed")
    with (
        pa.parquet.ParquetWriter(folder / "kept.parquet", first.schema) as parquet,
        pa.csv.CSVWriter(folder / "kept.csv", plain, write_options=options) as text,
    ):
        for table in (first, *tables):
            parquet.write_table(table)
            text.write_table(pa.table([_text(c) for c in table.columns], schema=plain))


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_timestamp(column.type):
        return column
    whole_seconds = column.cast(pa.timestamp("s", tz="UTC"), safe=False)
    return pc.strftime(whole_seconds, format="%Y-%m-%dT%H:%M:%SZ")


def _registry(count: int) -> pa.Table:
    """Mostly ordinary accounts; of one in a hundred it is not known whether there is a BAA."""
    rng = np.random.default_rng(7)
    baa, out = rng.random(count) < 0.05, rng.random(count) < 0.1
    since = _AS_OF_US - rng.integers(30 * _DAY, 900 * _DAY, count)
    return pa.table(
        {
            "account_id": pa.array(_account_ids(np.arange(count))),
            "training_permitted": pa.array(rng.random(count) < 0.9),
            "baa_executed": pa.array(baa, mask=~baa & (rng.random(count) < 0.01)),
            "opted_out": pa.array(out),
            "exported_at": _times(_AS_OF_US - rng.integers(0, 6 * _DAY, count)),
            "baa_executed_at": _times(since, ~baa),
            "opted_out_at": _times(since, ~out),
            "ttl_seconds": pa.array(
                rng.choice([60, 3_600, 86_400, 259_200, 31_536_000], count),
                mask=rng.random(count) > 0.2,
            ),
        }
    )


def _artefacts(start: int, count: int, accounts: int) -> pa.Table:
    """One chunk of the inventory; most of it is young, as where deletion works."""
    rng = np.random.default_rng([11, start])
    # Few accounts have most files; one artefact in two hundred belongs to nobody in the registry.
    account = (accounts * rng.random(count) ** 2).astype(np.int64)
    account[rng.random(count) < 0.005] += 2 * accounts
    kind = rng.choice(len(_KINDS), count, p=_SHARES)
    age = (rng.random(count) ** 8 * 365 * 86_400).astype(np.int64) * _SECOND
    created = _AS_OF_US - age
    transcript = created - rng.integers(0, 3_600, count) * _SECOND
    asked = created + rng.integers(1, 72, count) * 3_600 * _SECOND
    ids = pa.array([f"{number:032x}" for number in range(start, start + count)])
    return pa.table(
        {
            "artefact_id": ids,
            "kind": pa.array(_KINDS).take(pa.array(kind)),
            "account_id": pa.array(_account_ids(account)),
            "created_at": _times(created, rng.random(count) < 0.001),
            "uri": pc.binary_join_element_wise(pa.scalar("kept"), ids, "/"),
            "transcript_created_at": _times(transcript, rng.random(count) < 0.01),
            "deletion_requested_at": _times(asked, rng.random(count) > 0.02),
            "gateway_provider": pa.array(_PROVIDERS).take(
                pa.array(rng.choice(3, count), mask=(kind != 7) & (kind != 8))
            ),
        }
    )


def _times(microseconds: Ints, missing: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(microseconds // _SECOND * _SECOND, pa.int64(), mask=missing).cast(_TIME)


def _account_ids(numbers: Ints) -> list[str]:
    return [f"acct-{n:07d}" for n in numbers.tolist()]


if __name__ == "__main__":
    main()
