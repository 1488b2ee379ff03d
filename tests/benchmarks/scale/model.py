"""What a job takes on a cluster: what is spread over it, and what one process does alone."""

from dataclasses import dataclass

from .cluster import Cluster, Mapped, mapped
from .rates import MEASURED, Rates
from .workload import Workload, units

#: `output.target_shard_bytes`, and how full a shard is on average (record 31).
SHARD_BYTES = 256 * 1024 * 1024
FULL = 0.5


@dataclass(frozen=True)
class Assumed:
    """What depends on where it runs, and was not measured here.

    Attributes:
        driver_bytes: That the machine of the one process reads or writes of the store a second.
        prefix_requests: That the store answers a second for one prefix of keys.
        latency: Seconds of a request.
    """

    driver_bytes: float = 1.25e9
    prefix_requests: float = 5_500.0
    latency: float = 0.05


ASSUMED = Assumed()


@dataclass(frozen=True)
class Job:
    """What the parts of a first run take, in seconds.

    Attributes:
        listing: Which versions there are, of a thousand objects a request.
        decide: All files are decided, twice.
        mapped: Of the cluster.
        assemble: Rows become shards.
        publish: Shards are put into the store, listed and announced.
    """

    listing: float
    decide: float
    mapped: Mapped
    assemble: float
    publish: float

    @property
    def alone(self) -> float:
        """What the one process of each output does, while the cluster waits."""
        return self.listing + self.decide + self.assemble + self.publish

    @property
    def whole(self) -> float:
        """From the beginning to the end."""
        return self.alone + self.mapped.seconds


def shards(words: float, rates: Rates = MEASURED) -> float:
    """How many shards so many words come to."""
    return words * rates.row_bytes / (SHARD_BYTES * FULL)


def first_run(
    load: Workload,
    cluster: Cluster,
    outputs: int = 1,
    rates: Rates = MEASURED,
    assumed: Assumed = ASSUMED,
) -> Job:
    """A first run over everything.

    Args:
        load: What is to be redacted.
        cluster: By whom.
        outputs: Into how many outputs it is cut, each with one process of its own.
        rates: Measured.
        assumed: Not measured.
    """
    words = load.files * load.words
    return Job(
        load.files / rates.listed * assumed.latency / outputs,
        2 * load.files / rates.gated_rows / outputs,
        mapped(cluster, *units(load, rates)),
        (words / rates.assemble_words + load.files * rates.file_seconds) / outputs,
        (
            words * rates.shard_bytes / assumed.driver_bytes
            + shards(words, rates) * rates.shard_seconds
        )
        / outputs,
    )


def ideal(load: Workload, cluster: Cluster, rates: Rates = MEASURED) -> float:
    """Seconds that the cluster would map in if nothing befell it."""
    return load.files * load.words / rates.redacted_words / (cluster.nodes * cluster.cores)


def busy_cores(rates: Rates = MEASURED) -> float:
    """How many cores redact as many words as the one process makes shards of meanwhile."""
    return rates.assemble_words / rates.redacted_words
