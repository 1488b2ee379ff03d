"""How many files a second the gate decides on one core, and in how much memory.

    python tests/benchmarks/bench_gate.py [--rows N] [--accounts N] [--json]
    python tests/benchmarks/bench_gate.py --files N --accounts N [--postgres] [--json]

A manifest and a registry are generated once for each pair of sizes, the same bytes every time, and
kept in the temporary folder. Then a fresh process, pinned to one core, does what `clearshard gate`
does with them: `take_in` (registry, manifest, rules, duplicates, provisional decisions on disk) and
one pass over the decisions. Its peak memory is that of the whole process, imports included.

The rows of the result:

    gate alone        rules on facts, for manifest batches that are in memory already
    intake, FORMAT    the whole path, from the registry's first byte to the last decision
    duplicates        telling which of the file ids occur twice

With `--files` the manifest is a data set instead, cut into a folder for each region and day, and
only its intake is measured: `intake, data set`, or `intake, postgres`, where the registry is in
a real PostgreSQL that is started for it on this machine (another process, on the other cores).
"""

# ruff: noqa: T201 - a script prints its result
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

ROOT = Path(__file__).resolve().parents[2]
AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_AS_OF_US = int(AS_OF.timestamp()) * _SECOND
_TIME = pa.timestamp("us", tz="UTC")
_CHUNK = 1_000_000
_DAYS = 365
#: Rows that decide-alone keeps in memory: what it costs per row does not depend on more.
_ALONE_ROWS = 1_000_000
#: Bump when the generated data changes, so that no stale copy is measured.
_DATA_VERSION = 1

Ints = npt.NDArray[np.int64]


def main() -> None:
    """Generates what is missing, measures in fresh processes, prints."""
    arguments = _arguments()
    if arguments.child:
        print(json.dumps(_CHILDREN[arguments.child](arguments)))
        return
    rows = arguments.files or arguments.rows
    data = _generated(rows, arguments.accounts, arguments.data, cut=bool(arguments.files))
    if arguments.postgres:
        results = _with_postgres(data, arguments)
    else:
        children = ["set"] if arguments.files else [c for c in _CHILDREN if c != "set"]
        results = [r for child in children for r in _in_fresh_process(child, data, arguments)]
    if arguments.json:
        summary = {"rows": rows, "accounts": arguments.accounts, "results": results}
        print(json.dumps(summary))
        return
    print(f"{rows:,} files, {arguments.accounts:,} registry rows, one core\n")
    print(f"{'':<18}{'seconds':>9}{'CPU s':>8}{'files/s':>13}{'peak RSS':>11}")
    for r in results:
        peak = "" if r["peak_mib"] is None else f"{r['peak_mib']:,.0f} MiB"
        times = f"{r['seconds']:>9.2f}{r['cpu_seconds']:>8.2f}"
        print(f"{r['what']:<18}{times}{r['files_per_second']:>13,.0f}{peak:>11}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000_000, help="files in the manifest")
    parser.add_argument("--files", type=int, default=0, help="the same, in a folder each day")
    parser.add_argument("--postgres", action="store_true", help="with --files: ask PostgreSQL")
    parser.add_argument("--accounts", type=int, default=100_000, help="rows in the registry")
    parser.add_argument("--core", type=int, default=None, help="the core to run on; default last")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, default=None, help="folder for the generated tables")
    parser.add_argument("--asked", help=argparse.SUPPRESS)
    parser.add_argument("--child", choices=sorted(_CHILDREN), help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_fresh_process(
    child: str, data: Path, arguments: argparse.Namespace
) -> list[dict[str, Any]]:
    core = max(os.sched_getaffinity(0)) if arguments.core is None else arguments.core
    command = [sys.executable, __file__, "--child", child, "--data", str(data)]
    if arguments.asked:
        command += ["--asked", arguments.asked]
    # Set before the libraries start: a pinned pool of many threads would only fight itself.
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    measured: list[dict[str, Any]] = json.loads(done.stdout)
    return measured


class _Clock:
    """Time on the wall, which counts, and of the processor, which shows whether others used it."""

    def __init__(self) -> None:
        self.seconds = self.cpu_seconds = 0.0

    def __enter__(self) -> None:
        self._started = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._started[0]
        self.cpu_seconds += time.process_time() - self._started[1]


def _result(what: str, rows: int, clock: _Clock, *, with_peak: bool = True) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "what": what,
        "seconds": round(clock.seconds, 3),
        "cpu_seconds": round(clock.cpu_seconds, 3),
        "files_per_second": round(rows / clock.seconds),
        "peak_mib": round(peak, 1) if with_peak else None,
    }


def _policy() -> Any:
    from clearshard.config import default_policy_text
    from clearshard.eligibility.policy import parse_policy

    return parse_policy(default_policy_text(), "default policy")


def _alone(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    from clearshard.eligibility.gate import Gate
    from clearshard.eligibility.moment import Moment
    from clearshard.run.intake import Tables, read_accounts
    from clearshard.sources.manifest import manifest_batches, open_manifest
    from clearshard.sources.registry import FileRegistry

    policy = _policy()
    moment = Moment.at(AS_OF, 300)
    tables = Tables(
        arguments.data / "files.parquet", FileRegistry(arguments.data / "accounts.parquet")
    )
    accounts, _ = read_accounts(tables, policy, moment)
    gate = Gate(policy, accounts, moment)
    kept: list[pa.RecordBatch] = []
    table = open_manifest(tables.manifest, tables.columns)
    for batch in manifest_batches(table):
        kept.append(batch)
        if sum(b.num_rows for b in kept) >= _ALONE_ROWS:
            break
    with (clock := _Clock()):
        for batch in kept:
            gate.decide(batch)
    return [_result("gate alone", sum(b.num_rows for b in kept), clock, with_peak=False)]


def _intake(arguments: argparse.Namespace, kind: str) -> list[dict[str, Any]]:
    from clearshard.eligibility.moment import Moment
    from clearshard.run.intake import Tables, take_in
    from clearshard.sources.registry import FileRegistry, RegistrySource

    policy = _policy()
    files, accounts = (arguments.data / f"{n}.{kind}" for n in ("files", "accounts"))
    registry: RegistrySource = FileRegistry(accounts)
    if kind == "set":
        files, registry = arguments.data / "files", FileRegistry(accounts.with_suffix(".parquet"))
    if arguments.asked:
        registry = _database(arguments.asked)
    tables = Tables(files, registry)
    clock, second = _Clock(), _Clock()
    with tempfile.TemporaryDirectory(dir=arguments.data) as scratch, clock:
        intake = take_in(tables, policy, Moment.at(AS_OF, 300), Path(scratch))
        eligible = seen = held = 0
        with second:
            for batch in intake.batches():
                seen += len(batch)
                eligible += int(np.count_nonzero(batch.reason_bits == 0))
                held += int(batch.held.sum())
    print(
        f"{kind}: {seen:,} files, {eligible:,} without a reason, {held:,} held back; "
        f"second pass {second.seconds:.2f} s",
        file=sys.stderr,
    )
    shown = {"set": "postgres" if arguments.asked else "data set"}.get(kind, kind)
    return [_result(f"intake, {shown}", seen, clock)]


def _database(address: str) -> Any:
    from clearshard.sources.databases.query import Query
    from clearshard.sources.databases.registry import DatabaseRegistry
    from clearshard.sources.databases.servers import Postgres
    from clearshard.transport.databases import DatabaseAddress

    server = Postgres(DatabaseAddress.parse(address), {})
    query = Query(server, "SELECT * FROM accounts", is_live=False, seconds=600)
    return DatabaseRegistry(query)


def _with_postgres(data: Path, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Measures with the registry in a database that holds the same rows."""
    import adbc_driver_postgresql.dbapi as driver

    sys.path.insert(0, str(ROOT))
    from tests.servers.databases.postgres import binaries, running

    programs = binaries()
    if programs is None:
        raise SystemExit("no PostgreSQL is installed here (package postgresql)")
    with tempfile.TemporaryDirectory(prefix="clearshard-pg-") as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder) / "pg", programs) as server:
            place = f"host=127.0.0.1 port={server.port} user=postgres dbname=postgres"
            with driver.connect(place) as connection, connection.cursor() as cursor:
                cursor.adbc_ingest("accounts", pa.parquet.read_table(data / "accounts.parquet"))
                connection.commit()
            arguments.asked = server.address()
            return _in_fresh_process("set", data, arguments)


def _duplicates(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    from clearshard.eligibility.duplicates import DuplicateFinder

    rows = pa.parquet.read_metadata(arguments.data / "files.parquet").num_rows
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory(dir=arguments.data) as scratch:
        finder = DuplicateFinder(Path(scratch) / "hashes")
        clock = _Clock()
        for start in range(0, rows, 1 << 16):
            hashes = rng.integers(0, 1 << 64, min(1 << 16, rows - start), np.uint64)
            with clock:
                finder.add(hashes)
        with clock:
            finder.finish()
    return [_result("duplicates", rows, clock)]


_CHILDREN = {
    "alone": _alone,
    "parquet": lambda arguments: _intake(arguments, "parquet"),
    "csv": lambda arguments: _intake(arguments, "csv"),
    "set": lambda arguments: _intake(arguments, "set"),
    "duplicates": _duplicates,
}


def _generated(rows: int, accounts: int, chosen: Path | None, *, cut: bool) -> Path:
    name = f"clearshard-bench-gate-v{_DATA_VERSION}-{'set-' if cut else ''}{rows}-{accounts}"
    folder = (chosen or Path(tempfile.gettempdir())) / name
    done = folder / "complete"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        print(f"generating {folder} ...", file=sys.stderr)
        if cut:
            pa.parquet.write_table(_registry(accounts), folder / "accounts.parquet")
            _write_set(folder / "files", rows, accounts)
            done.touch()
            return folder
        _write(folder / "accounts", iter([_registry(accounts)]))
        starts = range(0, rows, _CHUNK)
        _write(folder / "files", (_files(s, min(_CHUNK, rows - s), accounts) for s in starts))
        done.touch()
    return folder


def _write(path: Path, tables: Iterator[pa.Table]) -> None:
    """The same rows as Parquet and as CSV."""
    first = next(tables)
    plain = pa.schema([(field.name, _plain(field.type)) for field in first.schema])
    options = pa.csv.WriteOptions(quoting_style="needed")
    with (
        pa.parquet.ParquetWriter(path.with_suffix(".parquet"), first.schema) as parquet,
        pa.csv.CSVWriter(path.with_suffix(".csv"), plain, write_options=options) as text,
    ):
        for table in chain([first], tables):
            parquet.write_table(table)
            text.write_table(pa.table([_text(c) for c in table.columns], schema=plain))


def _write_set(folder: Path, rows: int, accounts: int) -> None:
    """A manifest in a folder for each region and day of a year; some files say no region."""
    shares = {"us": 0.849, "eu": 0.15, "__HIVE_DEFAULT_PARTITION__": 0.001}
    for day in range(_DAYS):
        left = rows * (day + 1) // _DAYS - rows * day // _DAYS
        for number, (region, share) in enumerate(shares.items()):
            count = (
                round(left * share)
                if number
                else left - sum(round(left * other) for other in list(shares.values())[1:])
            )
            if count == 0:
                continue
            date = (AS_OF - timedelta(days=day + 1)).date().isoformat()
            place = folder / f"region={region}" / f"date={date}"
            place.mkdir(parents=True)
            table = _files_of_a_day(np.random.default_rng([13, day, number]), day, count, accounts)
            pa.parquet.write_table(table, place / "part-0.parquet", compression="zstd")
        if day % 50 == 0:
            print(f"{day} of {_DAYS} days", file=sys.stderr)


def _files_of_a_day(rng: np.random.Generator, day: int, count: int, accounts: int) -> pa.Table:
    account = (accounts * rng.random(count) ** 2).astype(np.int64)
    account[rng.random(count) < 0.005] = 9_999_999
    product = rng.choice(3, count, p=[0.6, 0.25, 0.15])
    provider = rng.choice(4, count, p=[0.4, 0.3, 0.29, 0.01])
    submitted = _AS_OF_US - (day + 1) * _DAY + rng.integers(0, 86_400, count) * _SECOND
    expires = submitted + rng.integers(1, 720, count) * _DAY
    deleted = submitted + rng.integers(1, 72, count) * 3_600 * _SECOND
    digits = _hex(rng, count)
    # A few ids are there on two days.
    digits[: 2 if day % 7 else 1] = _hex(np.random.default_rng([3, day // 2]), 1)
    file_ids = _texts(digits)
    products = pa.array(["async", "streaming", "llm_gateway"])
    providers = pa.array(["anthropic", "google", "openai", "elsewhere"])
    folder = pa.scalar((AS_OF - timedelta(days=day + 1)).strftime("%Y/%m/%d"))
    return pa.table(
        {
            "file_id": file_ids,
            "account_id": _texts(_numbered(account)),
            "product": products.take(pa.array(product)),
            "submitted_at": _times(submitted, rng.random(count) < 0.001),
            "transcript_uri": pc.binary_join_element_wise(
                folder, pc.binary_join_element_wise(file_ids, "json", "."), "/"
            ),
            "deletion_requested_at": _times(deleted, rng.random(count) > 0.02),
            "expires_at": _times(expires, rng.random(count) > 0.1),
            "gateway_provider": providers.take(pa.array(provider, mask=product != 2)),
        }
    )


def _hex(rng: np.random.Generator, count: int) -> npt.NDArray[np.uint8]:
    """Ids as those of `_uuids`, a row of letters each."""
    drawn = np.frombuffer(rng.bytes(16 * count), np.uint8).reshape(count, 16)
    letters = np.frombuffer(b"0123456789abcdef", np.uint8)
    digits = letters[np.stack([drawn >> 4, drawn & 15], axis=2).reshape(count, 32)]
    return np.insert(digits, [8, 12, 16, 20], ord("-"), axis=1)


def _numbered(accounts: Ints) -> npt.NDArray[np.uint8]:
    """As `_account_ids`, of numbers of seven digits; of longer ones what is left."""
    places = 10 ** np.arange(6, -1, -1)
    digits = (accounts[:, None] // places % 10 + ord("0")).astype(np.uint8)
    name = np.frombuffer(b"acct-", np.uint8)
    return np.hstack([np.broadcast_to(name, (len(accounts), len(name))), digits])


def _texts(letters: npt.NDArray[np.uint8]) -> pa.Array:
    count, width = letters.shape
    offsets = pa.py_buffer(np.arange(0, (count + 1) * width, width, dtype=np.int32))
    return pa.Array.from_buffers(
        pa.string(), count, [None, offsets, pa.py_buffer(np.ascontiguousarray(letters))]
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_timestamp(kind) else kind


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_timestamp(column.type):
        return column
    whole_seconds = column.cast(pa.timestamp("s", tz="UTC"), safe=False)
    return pc.strftime(whole_seconds, format="%Y-%m-%dT%H:%M:%SZ")


def _registry(count: int) -> pa.Table:
    """Mostly ordinary accounts; one in fifty is written twice, a tenth of those in conflict."""
    rng = np.random.default_rng(7)
    distinct = count - count // 50
    again = rng.choice(distinct, count - distinct, replace=False)
    number = np.concatenate([np.arange(distinct), again])
    permitted = rng.random(distinct) < 0.9
    baa = rng.random(distinct) < 0.05
    out = rng.random(distinct) < 0.1
    conflict = np.zeros(count, np.bool_)
    conflict[distinct:] = rng.random(count - distinct) < 0.1
    unknown = rng.random(distinct) < 0.01
    exported = _AS_OF_US - rng.integers(0, 9 * _DAY, distinct)
    signed = _AS_OF_US - rng.integers(30 * _DAY, 900 * _DAY, distinct)
    ttl = rng.choice([3_600, 86_400, 259_200, 31_536_000], distinct)
    has_ttl = rng.random(distinct) < 0.2
    order = rng.permutation(count)

    return pa.table(
        {
            "account_id": pa.array(_account_ids(number[order])),
            "training_permitted": pa.array((permitted[number] ^ conflict)[order]),
            "baa_executed": pa.array(baa[number][order], mask=unknown[number][order]),
            "opted_out": pa.array(out[number][order]),
            "exported_at": _times(exported[number][order]),
            "baa_executed_at": _times(signed[number][order], ~baa[number][order]),
            "opted_out_at": _times(signed[number][order], ~out[number][order]),
            "ttl_seconds": pa.array(ttl[number][order], mask=~has_ttl[number][order]),
        }
    )


def _files(start: int, count: int, accounts: int) -> pa.Table:
    """One chunk of the manifest; ids look like those of AssemblyAI's transcripts."""
    rng = np.random.default_rng([11, start])
    # Few accounts send most files; one file in two hundred belongs to nobody in the registry.
    account = (accounts * rng.random(count) ** 2).astype(np.int64)
    account[rng.random(count) < 0.005] += 2 * accounts
    product = rng.choice(3, count, p=[0.6, 0.25, 0.15])
    provider = rng.choice(4, count, p=[0.4, 0.3, 0.29, 0.01])
    submitted = _AS_OF_US - rng.integers(0, 365 * 86_400, count) * _SECOND
    expires = submitted + rng.integers(1, 720, count) * _DAY
    deleted = submitted + rng.integers(1, 72, count) * 3_600 * _SECOND
    ids = _uuids(rng, count)
    # A few ids are there twice, far apart in larger manifests since every chunk starts the same.
    ids[:8] = _uuids(np.random.default_rng(3), 8)
    file_ids = pa.array(ids)
    day = pc.strftime(_times(submitted).cast(pa.timestamp("s", tz="UTC")), format="%Y/%m/%d")
    products = pa.array(["async", "streaming", "llm_gateway"])
    providers = pa.array(["anthropic", "google", "openai", "elsewhere"])
    return pa.table(
        {
            "file_id": file_ids,
            "account_id": pa.array(_account_ids(account)),
            "product": products.take(pa.array(product)),
            "region": pa.array(["us", "eu"]).take(
                pa.array(
                    (rng.random(count) < 0.15).astype(np.int64), mask=rng.random(count) < 0.001
                )
            ),
            "submitted_at": _times(submitted, rng.random(count) < 0.001),
            "transcript_uri": pc.binary_join_element_wise(
                day, pc.binary_join_element_wise(file_ids, "json", "."), "/"
            ),
            "deletion_requested_at": _times(deleted, rng.random(count) > 0.02),
            "expires_at": _times(expires, rng.random(count) > 0.1),
            "gateway_provider": providers.take(pa.array(provider, mask=product != 2)),
        }
    )


def _times(microseconds: Ints, missing: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(microseconds // _SECOND * _SECOND, pa.int64(), mask=missing).cast(_TIME)


def _account_ids(numbers: Ints) -> list[str]:
    return [f"acct-{n:07d}" for n in numbers.tolist()]


def _uuids(rng: np.random.Generator, count: int) -> list[str]:
    digits = rng.bytes(16 * count).hex()
    return [
        f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"
        for h in (digits[i : i + 32] for i in range(0, len(digits), 32))
    ]


if __name__ == "__main__":
    main()
