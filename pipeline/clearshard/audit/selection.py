"""Which runs and which decisions a question is about."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clearshard.audit.reading import Pick, VisibleRun, picked_runs
from clearshard.errors import ConfigError
from clearshard.records.states import State


@dataclass(frozen=True, slots=True)
class Period:
    """Runs that decided at or after `since` and before `until`; None is no limit.

    Attributes:
        since: The first moment, with an offset.
        until: The moment after the last.
    """

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, run: VisibleRun) -> bool:
        """Whether the moment at which the run evaluated the rules lies in the period."""
        as_of = datetime.fromisoformat(run.record.as_of)
        return (self.since is None or self.since <= as_of) and (
            self.until is None or as_of < self.until
        )


def runs_in(out: Path, which: Pick | str, period: Period) -> tuple[VisibleRun, ...]:
    """The runs to look at, oldest first; at least one.

    Args:
        out: The output folder.
        which: See `clearshard.audit.reading.picked_runs`.
        period: Of these runs, the ones to keep.

    Raises:
        OutputUnusable: There is no visible run.
        ConfigError: There is none of this name, or none in the period.
        IntegrityError: A record is not what a run writes.
    """
    picked = picked_runs(out, which)
    kept = tuple(run for run in picked if period.holds(run))
    if not kept:
        first, last = picked[0].record.as_of, picked[-1].record.as_of
        problem = f"no run decided then; these decided from {first} to {last}"
        raise ConfigError("--since, --until", [f"the period → {problem}"])
    return kept


@dataclass(frozen=True, slots=True)
class Filter:
    """What a decision must be; None says nothing about it.

    Attributes:
        state: How the file ended.
        reason: One of its reasons.
        account_id: The account that submitted it.
        product: As the manifest had it; ``unknown`` for a product that is not known.
        region: The same.
        file_id_prefix: How its file id begins.
    """

    state: State | None = None
    reason: str | None = None
    account_id: str | None = None
    product: str | None = None
    region: str | None = None
    file_id_prefix: str | None = None

    def where(self) -> tuple[str, dict[str, str]]:
        """A condition on the columns of ``decisions``, and its parameters."""
        clauses: list[str] = []
        wanted: dict[str, str] = {}
        for name, value, clause in (
            ("state", self.state, "state = $state"),
            ("reason", self.reason, "list_contains(reasons, $reason)"),
            ("account_id", self.account_id, "account_id = $account_id"),
            ("product", self.product, "coalesce(facts.product, 'unknown') = $product"),
            ("region", self.region, "coalesce(facts.region, 'unknown') = $region"),
            ("prefix", self.file_id_prefix, "starts_with(file_id, $prefix)"),
        ):
            if value is not None:
                clauses.append(clause)
                wanted[name] = str(value)
        return " AND ".join(clauses) or "true", wanted

    @property
    def possible(self) -> bool:
        """Whether a table can hold what is asked for: an argument can have undecodable bytes."""
        return all(is_text(value) for value in self.where()[1].values())


def is_text(value: str) -> bool:
    """Whether a table can hold it: an argument with undecodable bytes is in none."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
