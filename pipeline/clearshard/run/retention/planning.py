"""`clearshard retention plan`: how each artefact of an inventory stands, batch by batch.

Nothing is written and nothing is deleted. An inventory may have any number of rows: a batch of them
is in memory at a time, and the accounts.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from clearshard.config import Config
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.errors import ConfigError
from clearshard.lifecycle.retention.judging import NO_CLAUSE, STATES, Judged, judge
from clearshard.lifecycle.retention.known import NEVER, Int64, names_of
from clearshard.lifecycle.retention.matrix import Matrix, published_matrix
from clearshard.records.schemas import TIMESTAMP
from clearshard.run.intake import read_accounts, tables_of
from clearshard.run.retention.facts import AccountsRead, artefacts_known, read_accounts_known
from clearshard.run.retention.roots import configured_roots
from clearshard.sources.artefacts import COLUMNS, Inventory, TableInventory
from clearshard.sources.listed import KeyPattern, ListedInventory

_MICROSECONDS_PER_HOUR = 3_600_000_000
#: What `datetime` can hold: whoever shows a time must be able to print it.
_LAST_US = 253_402_300_799 * 1_000_000

#: How an artefact stands: what a plan lists.
STANDING_SCHEMA = pa.schema(
    [
        pa.field("artefact_id", pa.string()),
        pa.field("account_id", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("state", pa.string(), nullable=False),
        # Null where no clause has an end that is known.
        pa.field("clause", pa.string()),
        pa.field("begins_at", TIMESTAMP),
        pa.field("due_at", TIMESTAMP),
        # A time to live below the shortest one was taken for that.
        pa.field("ttl_raised", pa.bool_(), nullable=False),
        pa.field("unknown", pa.list_(pa.string()), nullable=False),
        pa.field("uri", pa.string()),
        pa.field("transcript_id", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Some artefacts, and how they stand.

    Attributes:
        batch: What the inventory says (`sources.artefacts.ARTEFACTS_SCHEMA`).
        judged: How they stand, row by row.
        matrix: By which schedule.
    """

    batch: pa.RecordBatch
    judged: Judged
    matrix: Matrix

    def rows(self, codes: frozenset[int]) -> pa.RecordBatch:
        """Those that stand in one of some ways (places in `STATES`), STANDING_SCHEMA."""
        chosen = np.isin(self.judged.states, sorted(codes))
        places = pa.array(np.flatnonzero(chosen))
        batch = self.batch.take(places)
        clauses = [*(clause.id for clause in self.matrix.clauses), None]
        of_clause = np.where(
            self.judged.clauses == NO_CLAUSE, len(clauses) - 1, self.judged.clauses
        )
        return pa.RecordBatch.from_pydict(
            {
                "artefact_id": batch.column("artefact_id"),
                "account_id": batch.column("account_id"),
                "kind": batch.column("kind").cast(pa.string()),
                "state": _named([str(s) for s in STATES], self.judged.states[chosen]),
                "clause": _named(clauses, of_clause[chosen]),
                "begins_at": _times(self.judged.begins_us[chosen]),
                "due_at": _times(self.judged.due_us[chosen]),
                "ttl_raised": pa.array(self.judged.ttl_raised[chosen]),
                "unknown": names_of(self.judged.unknown[chosen]),
                "uri": batch.column("uri"),
                "transcript_id": batch.column("transcript_id"),
            },
            schema=STANDING_SCHEMA,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """An inventory, ready to be judged.

    Attributes:
        matrix: The schedule.
        as_of: The moment that it is judged at.
        registry_sha256: Of the registry.
    """

    matrix: Matrix
    as_of: datetime
    registry_sha256: str
    _moment: Moment
    _store_lag_us: int
    _inventory: Inventory
    _accounts: AccountsRead

    @property
    def inventory_sha256(self) -> str | None:
        """Of the inventory; None if it is a listing."""
        return self._inventory.sha256

    @property
    def unread_columns(self) -> tuple[str, ...]:
        """Columns of the inventory that are not read; complete after the last batch."""
        return self._inventory.unread_columns

    def standings(self) -> Iterator[Standing]:
        """All artefacts, in the order of the inventory.

        Raises:
            SourceUnavailable: The inventory cannot be read, or no value of a column can; that is
                known after the last row.
            StoreUnavailable: A store that is listed does not answer.
        """
        as_of_us = Moment.at(self.as_of, 0).latest_us
        read: Counter[str] = Counter()
        for batch in self._inventory.batches():
            known = artefacts_known(batch, self._accounts, self.matrix, self._moment)
            read.update({name: _count(batch.column(name)) for name in COLUMNS})
            # A kind that the schedule has not says no more than none.
            read["kind"] += int((known.kinds >= 0).sum()) - _count(batch.column("kind"))
            judged = judge(self.matrix, known, as_of_us, self._store_lag_us)
            yield Standing(batch, judged, self.matrix)
        self._inventory.require_legible(read)


def plan(config: Config, inventory: Path | None, as_of: datetime, now: datetime) -> Plan:
    """Reads the registry, and finds the inventory.

    What has happened is believed up to the clock. To ask for the past is to ask what could be known
    then; to ask for the future makes nothing known, and no registry older than it is.

    Args:
        config: Names the registry, and says how long the store may take.
        inventory: A table of artefacts (`sources.artefacts`); None: what the configured roots list.
        as_of: The moment that is asked for.
        now: What the clock says.

    Raises:
        ConfigError: The policy is wrong, or it is not configured what is to be listed.
        SourceUnavailable: Registry or inventory cannot be used.
        RegistryStale: The registry is older than the policy allows.
    """
    policy = parse_policy(*config.policy_text())
    moment = Moment.at(min(as_of, now), config.policy.clock_skew_seconds)
    tables = tables_of(config)
    index, registry = read_accounts(tables, policy, moment)
    return Plan(
        matrix=published_matrix(),
        as_of=as_of,
        registry_sha256=registry.sha256,
        _moment=moment,
        _store_lag_us=int(config.retention.store_lag_hours * _MICROSECONDS_PER_HOUR),
        _inventory=_listing(config)
        if inventory is None
        else TableInventory.at(inventory, tables.columns),
        _accounts=read_accounts_known(index, moment, policy.max_registry_age_seconds),
    )


def _listing(config: Config) -> ListedInventory:
    if config.retention.keys is None:
        problem = "retention.keys → say how keys are made, or name an inventory"
        raise ConfigError("configuration", [problem])
    try:
        pattern = KeyPattern(config.retention.keys)
    except ValueError as error:
        raise ConfigError("configuration", [f"retention.keys → {error}"]) from None
    roots = configured_roots(config)
    return ListedInventory(list(roots.readable().items()), pattern, config.sources.timezone)


def _count(column: pa.Array) -> int:
    return int(len(column) - column.null_count)


def _named(names: list[str] | list[str | None], places: np.ndarray) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(places))


def _times(values: Int64) -> pa.Array:
    """Times; null where there is none. What lies behind the calendar is its end."""
    return pa.array(np.minimum(values, _LAST_US), pa.int64(), mask=values >= NEVER).cast(TIMESTAMP)
