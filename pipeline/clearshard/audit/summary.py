"""The funnel: how many files were seen, eligible, written, and why the others were not."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from clearshard.audit.reading import Pick, open_decisions
from clearshard.audit.selection import Period, runs_in
from clearshard.errors import IntegrityError
from clearshard.records.states import State
from clearshard.terms import made_under

_MOST_ACCOUNTS = 10
_Name = TypeVar("_Name")
#: Few lists of reasons are distinct, and few details once no place is numbered: counting them first
#: spares a row for each reason.
_REASONS = r"""
SELECT state, reason, detail, sum(files)::BIGINT AS files
FROM (
    SELECT state, unnest(list_distinct(reasons)) AS reason, detail, files
    FROM (
        SELECT state, reasons, count(*) AS files,
            CASE
                WHEN state = $held THEN regexp_replace(error_type, '\[[0-9]+\]', '[]', 'g')
            END AS detail
        FROM decisions WHERE len(reasons) > 0 GROUP BY ALL
    )
)
GROUP BY ALL ORDER BY state, files DESC, reason, detail NULLS LAST
"""


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

    def __sub__(self, other: "Funnel") -> "Funnel":
        return Funnel(
            self.written - other.written,
            self.excluded - other.excluded,
            self.quarantined - other.quarantined,
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
    """The funnel of one product, region or account.

    Attributes:
        name: Its name; None where it was not known.
    """

    name: str | None
    funnel: Funnel


@dataclass(frozen=True, slots=True)
class RunSlice:
    """The funnel of one run.

    Attributes:
        run_id: The run.
        as_of: The moment at which it evaluated the rules.
        rehearsal: Whether it only rehearsed that; see `RunRecord`.
        alerts: Files by reason that somebody must be told of.
        made_under: Policy, redaction and who ran, in words; see `clearshard.terms`.
    """

    run_id: str
    as_of: str
    rehearsal: bool
    alerts: dict[str, int]
    made_under: dict[str, str]
    funnel: Funnel


@dataclass(frozen=True, slots=True)
class OtherAccounts:
    """What is left of the accounts once the largest have been listed."""

    accounts: int
    funnel: Funnel


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """Files that ended in `state` with this reason; a file with several counts under each."""

    state: State
    reason: str
    files: int


@dataclass(frozen=True, slots=True)
class DetailCount:
    """Files that were quarantined for a reason, by what it was in particular.

    Attributes:
        detail: The error or check, and where without numbers: ``timing: words[]``; None where the
            decision says no more than the reason.
    """

    reason: str
    detail: str | None
    files: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the files of one or several runs.

    Attributes:
        total: All files; a file counts once in each run that saw it.
        by_run: Oldest first.
        by_reason: Most frequent first, exclusions before quarantines.
        by_detail: Of those quarantined, most frequent first.
        by_product: By name, unknown last.
        by_region: By name, unknown last.
        by_account: The accounts with most files, largest first.
        other_accounts: All the other accounts as one.
    """

    total: Funnel
    by_run: tuple[RunSlice, ...]
    by_reason: tuple[ReasonCount, ...]
    by_detail: tuple[DetailCount, ...]
    by_product: tuple[Slice, ...]
    by_region: tuple[Slice, ...]
    by_account: tuple[Slice, ...]
    other_accounts: OtherAccounts

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs, oldest first."""
        return tuple(run.run_id for run in self.by_run)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        others = self.other_accounts
        return {
            "runs": list(self.runs),
            "total": self.total.to_dict(),
            "by_run": [
                {
                    "run": r.run_id,
                    "as_of": r.as_of,
                    "rehearsal": r.rehearsal,
                    **r.funnel.to_dict(),
                    "alerts": r.alerts,
                    "made_under": r.made_under,
                }
                for r in self.by_run
            ],
            "by_reason": [asdict(count) for count in self.by_reason],
            "by_detail": [asdict(count) for count in self.by_detail],
            "by_product": [{"product": s.name, **s.funnel.to_dict()} for s in self.by_product],
            "by_region": [{"region": s.name, **s.funnel.to_dict()} for s in self.by_region],
            "by_account": [{"account_id": s.name, **s.funnel.to_dict()} for s in self.by_account],
            "other_accounts": {"accounts": others.accounts, **others.funnel.to_dict()},
        }


def summarise(
    out: Path,
    which: Pick | str = Pick.NEWEST,
    period: Period | None = None,
    accounts: int = _MOST_ACCOUNTS,
) -> Summary:
    """Counts the decisions of one run or of several.

    Args:
        out: The output folder.
        which: See `clearshard.audit.reading.picked_runs`.
        period: Of these runs, the ones to count.
        accounts: How many accounts to list by themselves.

    Raises:
        OutputUnusable: There is no visible run.
        ConfigError: There is none of this name, or none in the period.
        IntegrityError: A record or a decision is damaged.
    """
    runs = runs_in(out, which, period or Period())
    with open_decisions(runs) as connection:
        cells = connection.execute(
            "SELECT run_order, facts.product, facts.region, state, count(*) FROM decisions "
            "GROUP BY ALL"
        ).fetchall()
        reasons = connection.execute(_REASONS, {"held": str(State.QUARANTINED)}).fetchall()
        largest, account_count = _accounts(connection, accounts)
    parts = [(*names, _funnel(state, files)) for *names, state, files in cells]
    total = sum((part[-1] for part in parts), Funnel())
    by_order = dict(_funnels((part[0], part[-1]) for part in parts))
    listed = sum((part.funnel for part in largest), Funnel())
    return Summary(
        total=total,
        by_run=tuple(
            RunSlice(
                run.run_id,
                run.record.as_of,
                run.record.rehearsal,
                run.record.alerts,
                made_under(run.record),
                by_order.get(order, Funnel()),
            )
            for order, run in enumerate(runs)
        ),
        by_reason=_by_reason(reasons),
        by_detail=tuple(
            DetailCount(*counted) for state, *counted in reasons if state == State.QUARANTINED
        ),
        by_product=_slices((part[1], part[-1]) for part in parts),
        by_region=_slices((part[2], part[-1]) for part in parts),
        by_account=largest,
        other_accounts=OtherAccounts(account_count - len(largest), total - listed),
    )


def _by_reason(
    counted: Iterable[tuple[str, str, str | None, int]],
) -> tuple[ReasonCount, ...]:
    files: Counter[tuple[str, str]] = Counter()
    for state, reason, _, count in counted:
        files[state, reason] += count
    ordered = sorted(files.items(), key=lambda entry: (entry[0][0], -entry[1], entry[0][1]))
    return tuple(ReasonCount(State(state), reason, n) for (state, reason), n in ordered)


def _accounts(connection: duckdb.DuckDBPyConnection, most: int) -> tuple[tuple[Slice, ...], int]:
    """The accounts with most files, and how many accounts there are."""
    # Files are counted by account alone, and their states for the largest only: there can be as
    # many accounts as files.
    found = connection.execute(
        "SELECT account_id, count(*) OVER () FROM (SELECT account_id, count(*) AS files "
        "FROM decisions GROUP BY ALL) ORDER BY files DESC, account_id NULLS LAST LIMIT $most",
        {"most": max(most, 1)},  # one at least: it says how many there are
    ).fetchall()
    ids = [account_id for account_id, _ in found[:most]]
    states = connection.execute(
        "SELECT account_id, state, count(*) FROM decisions WHERE list_contains($ids, account_id) "
        "OR (account_id IS NULL AND $unnamed) GROUP BY ALL",
        {"ids": [i for i in ids if i is not None], "unnamed": None in ids},
    ).fetchall()
    funnels = _funnels((account_id, _funnel(state, files)) for account_id, state, files in states)
    return tuple(Slice(i, funnels[i]) for i in ids), found[0][1] if found else 0


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


def _funnels(parts: Iterable[tuple[_Name, Funnel]]) -> dict[_Name, Funnel]:
    funnels: defaultdict[_Name, Funnel] = defaultdict(Funnel)
    for name, funnel in parts:
        funnels[name] += funnel
    return funnels


def _slices(parts: Iterable[tuple[str | None, Funnel]]) -> tuple[Slice, ...]:
    funnels = _funnels(parts)
    order = sorted(funnels, key=lambda name: (name is None, name or ""))
    return tuple(Slice(name, funnels[name]) for name in order)
