"""The funnel: how many files were seen, eligible, written, and why the others were not."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.audit.reading import Pick, open_decisions, picked_runs
from pipeline.errors import IntegrityError
from pipeline.records import State


@dataclass(frozen=True, slots=True)
class Funnel:
    """Number of files by outcome.

    Attributes:
        written: Files that are in a shard.
        excluded: Files that the policy does not allow.
        quarantined: Files that were eligible, but not provably safe to write.
    """

    written: int = 0
    excluded: int = 0
    quarantined: int = 0

    @property
    def seen(self) -> int:
        """Every file of the manifest."""
        return self.eligible + self.excluded

    @property
    def eligible(self) -> int:
        """Files that the policy allows: seen, less excluded."""
        return self.written + self.quarantined

    def __add__(self, other: "Funnel") -> "Funnel":
        return Funnel(
            self.written + other.written,
            self.excluded + other.excluded,
            self.quarantined + other.quarantined,
        )

    def to_dict(self) -> dict[str, int]:
        """The steps of the funnel in order, as JSON values."""
        return {
            "seen": self.seen,
            "eligible": self.eligible,
            "written": self.written,
            "excluded": self.excluded,
            "quarantined": self.quarantined,
        }


@dataclass(frozen=True, slots=True)
class Slice:
    """The funnel of one product or region.

    Attributes:
        name: Its name; None where it was not known.
    """

    name: str | None
    funnel: Funnel


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """Files that ended in `state` with this reason; a file with several counts under each."""

    state: State
    reason: str
    files: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the files of one or several runs.

    Attributes:
        runs: The runs, oldest first. A file counts once in each run that saw it.
        total: All files.
        by_reason: Most frequent first, exclusions before quarantines.
        by_product: By name, unknown last.
        by_region: By name, unknown last.
    """

    runs: tuple[str, ...]
    total: Funnel
    by_reason: tuple[ReasonCount, ...]
    by_product: tuple[Slice, ...]
    by_region: tuple[Slice, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "runs": list(self.runs),
            "total": self.total.to_dict(),
            "by_reason": [asdict(count) for count in self.by_reason],
            "by_product": [{"product": s.name, **s.funnel.to_dict()} for s in self.by_product],
            "by_region": [{"region": s.name, **s.funnel.to_dict()} for s in self.by_region],
        }


def summarise(out: Path, which: Pick | str = Pick.NEWEST) -> Summary:
    """Counts the decisions of one run or of all.

    Args:
        out: The output folder.
        which: See `pipeline.audit.reading.picked_runs`.

    Raises:
        OutputUnusable: There is no visible run.
        ConfigError: There is none of this name.
        IntegrityError: A record or a decision is damaged.
    """
    runs = picked_runs(out, which)
    with open_decisions(runs) as connection:
        cells = connection.execute(
            "SELECT facts.product, facts.region, state, count(*) FROM decisions GROUP BY ALL"
        ).fetchall()
        reasons = connection.execute(
            "SELECT state, reason, count(*) AS files "
            "FROM (SELECT state, unnest(list_distinct(reasons)) AS reason FROM decisions) "
            "GROUP BY ALL ORDER BY state, files DESC, reason"
        ).fetchall()
    funnels = [(product, region, _funnel(state, files)) for product, region, state, files in cells]
    return Summary(
        runs=tuple(run.run_id for run in runs),
        total=sum((funnel for _, _, funnel in funnels), Funnel()),
        by_reason=tuple(ReasonCount(State(s), reason, files) for s, reason, files in reasons),
        by_product=_slices((product, funnel) for product, _, funnel in funnels),
        by_region=_slices((region, funnel) for _, region, funnel in funnels),
    )


def _funnel(state: str, files: int) -> Funnel:
    match state:
        case State.WRITTEN:
            return Funnel(written=files)
        case State.EXCLUDED:
            return Funnel(excluded=files)
        case State.QUARANTINED:
            return Funnel(quarantined=files)
        case _:
            raise IntegrityError(
                f"{files} decision(s) are neither written, excluded nor quarantined. "
                "Run `clearshard audit verify`."
            )


def _slices(parts: Iterable[tuple[str | None, Funnel]]) -> tuple[Slice, ...]:
    funnels: dict[str | None, Funnel] = {}
    for name, funnel in parts:
        funnels[name] = funnels.get(name, Funnel()) + funnel
    order = sorted(funnels, key=lambda name: (name is None, name or ""))
    return tuple(Slice(name, funnels[name]) for name in order)
