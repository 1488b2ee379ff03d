"""What a billion files cost: work, requests, bytes; and money, by prices that somebody names."""

from dataclasses import dataclass, fields

from .model import FULL, SHARD_BYTES, shards
from .rates import MEASURED, Rates
from .workload import Workload


@dataclass(frozen=True)
class Cost:
    """What is paid for.

    Attributes:
        core_hours: Of the processors.
        gets: Requests that read, one for each object.
        puts: Requests that write or list.
        read_gb: Out of the store, in 10⁹ bytes.
        written_gb: Into it.
        kept_gb_months: What lies there for a month afterwards, and of this run alone.
    """

    core_hours: float
    gets: float
    puts: float
    read_gb: float
    written_gb: float
    kept_gb_months: float

    def __add__(self, other: "Cost") -> "Cost":
        """Both."""
        return Cost(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def money(cost: Cost, prices: Cost) -> float:
    """What it costs, by the price of one of each, in their currency."""
    return float(sum(getattr(cost, f.name) * getattr(prices, f.name) for f in fields(cost)))


def _redacted(load: Workload, rates: Rates) -> Cost:
    """So many files, redacted, assembled and put."""
    words = load.files * load.words
    seconds = words / rates.redacted_words + words / rates.assemble_words
    seconds += load.files * rates.fetch_seconds
    stored = words * rates.shard_bytes / 1e9
    return Cost(
        (seconds + load.files * rates.file_seconds) / 3600,
        load.files,
        shards(words, rates),
        words * rates.source_bytes / 1e9,
        stored,
        stored,
    )


def _decided(files: float, kept_shards: float, rates: Rates) -> Cost:
    """All files decided twice; the record of the run is kept."""
    return Cost(
        2 * files / rates.gated_rows / 3600, 0, 0, 0, 0, kept_shards * rates.record_bytes / 1e9
    )


def first(load: Workload, rates: Rates = MEASURED) -> Cost:
    """A first run: everything is redacted, and a whole table of decisions written."""
    kept = shards(load.files * load.words, rates)
    table = load.files * rates.decision_bytes / 1e9
    return (
        _redacted(load, rates)
        + _decided(load.files, kept, rates)
        + Cost(0, 0, load.files / rates.listed + table * 1e9 / SHARD_BYTES, 0, table, table)
    )


def night(load: Workload, new: float, leaving: float, rates: Rates = MEASURED) -> Cost:
    """A night after it.

    Args:
        load: All that was there before.
        new: The share of new files.
        leaving: Shards that are written again, as somebody in them has left.
        rates: Measured.
    """
    kept = shards(load.files * load.words, rates)
    again = leaving * SHARD_BYTES * FULL / rates.row_bytes  # words
    moved = again * rates.shard_bytes / 1e9
    changes = load.files * new * rates.decision_bytes / 1e9
    looked = Cost(load.files / rates.remembered_rows / 3600, 0, load.files / rates.listed, 0, 0, 0)
    rewritten = Cost(again / rates.assemble_words / 3600, leaving, leaving, moved, moved, 0)
    return (
        looked
        + _decided(0, kept, rates)
        + rewritten
        + _redacted(Workload(max(1, round(load.files * new)), load.words), rates)
        + Cost(0, 0, 1, 0, changes, changes)
    )


def purge(load: Workload, periods: int, rates: Rates = MEASURED) -> Cost:
    """One account is taken out: of each period that it was there in, a shard is written again."""
    kept = shards(load.files * load.words, rates)
    again = periods * SHARD_BYTES * FULL / rates.row_bytes  # words
    moved = again * rates.shard_bytes / 1e9
    return Cost(
        (again / rates.assemble_words + kept * rates.shard_seconds) / 3600,
        periods,
        periods + rates.purge_events,
        moved,
        moved,
        kept * rates.record_bytes / 1e9,
    )
