"""The tables of docs/scale.md, as they stand there."""

from collections.abc import Callable, Iterable, Sequence

from .cluster import Cluster
from .cost import Cost, first, night, purge
from .model import ASSUMED, first_run, ideal, shards
from .rates import MEASURED
from .workload import Workload

BILLION = Workload(1_000_000_000)
NODE = 16
PREFIXES = 64
#: Machines, and into how many outputs the work is cut where there are so many.
SIZES = ((1, 1), (100, 64), (10_000, 4_096))
#: A night, as a share of all: new files, and shards that somebody in them has left.
NEW, LEFT = 0.001, 1_000
PERIODS = 36


def troubled(nodes: int, cores: int = NODE, prefixes: int = PREFIXES) -> Cluster:
    """Machines as one gets them: some slow, some taken back, and a store that answers so many."""
    return Cluster(
        nodes,
        cores,
        slow_share=0.05,
        slow_factor=2.0,
        lost_per_hour=0.05,
        requests_per_second=ASSUMED.prefix_requests * prefixes,
        latency=ASSUMED.latency,
        in_flight=MEASURED.fetched_at_once // NODE,
    )


def first_runs() -> str:
    """A first run, by the number of machines, into one output and into many."""
    rows = []
    for nodes, cores, many in ((1, 1, 1), *((nodes, NODE, many) for nodes, many in SIZES)):
        cluster = troubled(nodes, cores)
        one = first_run(BILLION, cluster)
        cut = one.mapped.seconds + one.alone / many
        rows.append(
            (
                f"{nodes:,} x {cores}",
                _hours(ideal(BILLION, cluster)),
                _hours(one.mapped.seconds),
                f"{one.mapped.again:,}",
                _hours(one.listing),
                _hours(one.decide),
                _hours(one.assemble),
                _hours(one.publish),
                _hours(one.whole),
                f"{many:,}",
                _hours(cut),
            )
        )
    heads = (
        "machines x cores, redaction if nothing befalls them, simulated, units done again, list, "
        "decide, assemble, publish, whole, outputs, whole so"
    )
    return _table(heads.split(", "), rows)


def throttled() -> str:
    """Redaction on a hundred machines, by what the store answers."""
    rows = []
    for prefixes in (1, 4, 16, 64):
        cluster = troubled(100, prefixes=prefixes)
        rate = ASSUMED.prefix_requests * prefixes
        job = first_run(BILLION, cluster)
        rows.append(
            (
                f"{prefixes}",
                f"{rate:,.0f}",
                _hours(BILLION.files / rate),
                _hours(job.mapped.seconds),
            )
        )
    heads = "prefixes, requests a second, one request a file alone, redaction simulated"
    return _table(heads.split(", "), rows)


def one_output() -> str:
    """What one output comes to, by the number of its files."""
    r = MEASURED
    sizes = (1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
    lines: Sequence[tuple[str, Callable[[int], str]]] = (
        ("shards on disk, and so the mirror", lambda n: _bytes(n * BILLION.words * r.shard_bytes)),
        ("number of shards", lambda n: f"{shards(n * BILLION.words):,.0f}"),
        ("a record", lambda n: _bytes(shards(n * BILLION.words) * r.record_bytes)),
        ("the table of decisions", lambda n: _bytes(n * r.decision_bytes)),
        ("scratch to compare two tables", lambda n: _bytes(n * r.scratch_bytes)),
        (
            "memory of the one process that grows",
            lambda n: _bytes(n * (r.memory_bytes + r.plan_bytes)),
        ),
        ("first run: decide", lambda n: _hours(2 * n / r.gated_rows)),
        (
            "first run: fetch, where the one process does",
            lambda n: _hours(n * ASSUMED.latency / r.fetched_at_once),
        ),
        (
            "first run: assemble",
            lambda n: _hours(n * BILLION.words / r.assemble_words + n * r.file_seconds),
        ),
        ("a night: list what versions there are", lambda n: _hours(n / r.listed * ASSUMED.latency)),
        ("a night with nothing new, besides", lambda n: _hours(n / r.remembered_rows)),
        (
            "a purge, besides its shards",
            lambda n: _hours(shards(n * BILLION.words) * r.shard_seconds),
        ),
    )
    rows = [(name, *(of(size) for size in sizes)) for name, of in lines]
    return _table(["", *(f"{size:,} files" for size in sizes)], rows)


def ledger() -> str:
    """The ledger after a year, by purges a day, each of which puts it whole for each event."""
    rows = []
    for purges in (1, 10, 100, 1_000):
        events = MEASURED.night_events + purges * MEASURED.purge_events
        size = events * 365 * MEASURED.event_bytes
        rows.append((f"{purges:,}", f"{events:,}", _bytes(size), _bytes(size * events)))
    return _table(["purges a day", "events a day", "the ledger", "put on that day"], rows)


def costs() -> str:
    """What is paid for, of a billion files."""
    jobs = {
        "first run": first(BILLION),
        "a night": night(BILLION, NEW, LEFT),
        "a purge of one account": purge(BILLION, PERIODS),
    }
    lines: Sequence[tuple[str, Callable[[Cost], str]]] = (
        ("core-hours", lambda c: _number(c.core_hours)),
        ("requests that read", lambda c: _number(c.gets)),
        ("requests that write or list", lambda c: _number(c.puts)),
        ("read", lambda c: _bytes(c.read_gb * 1e9)),
        ("written", lambda c: _bytes(c.written_gb * 1e9)),
        ("kept of it", lambda c: _bytes(c.kept_gb_months * 1e9)),
    )
    rows = [(name, *(of(cost) for cost in jobs.values())) for name, of in lines]
    return _table(["", *jobs], rows)


#: Each with its title.
ALL: dict[str, Callable[[], str]] = {
    "A first run": first_runs,
    "What the store answers": throttled,
    "One output": one_output,
    "The ledger": ledger,
    "Costs": costs,
}


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def _hours(seconds: float) -> str:
    for unit, name in ((86_400 * 365, "years"), (86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 1.5 * unit:
            return f"{seconds / unit:,.1f} {name}"
    return f"{seconds:.1f} s" if seconds >= 0.05 else f"{seconds * 1000:.1f} ms"


def _bytes(number: float) -> str:
    for unit, name in ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if number >= unit:
            return f"{number / unit:,.1f} {name}"
    return f"{number:.0f} B"


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2f}"
