"""The account registry, each row with the reasons that it was built to cause."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

EXPORTED = "2026-11-22T06:00:00Z"
COLUMNS = (
    *("account_id", "training_permitted", "baa_executed", "opted_out", "exported_at"),
    *("baa_executed_at", "opted_out_at", "ttl_seconds"),
)


class Cells(TypedDict, total=False):
    """The cells in which an account differs from one that permits everything."""

    training_permitted: str
    baa_executed: str
    opted_out: str
    exported_at: str
    baa_executed_at: str
    opted_out_at: str
    ttl_seconds: str


@dataclass(frozen=True)
class Account:
    """One row, or two that contradict each other, as the cells are written.

    Attributes:
        role: What the plan calls the account.
        reasons: Why every file of the account is excluded; empty if the contract permits.
        second: Cells in which a second row of the same account differs.
    """

    account_id: str
    role: str
    reasons: tuple[str, ...] = ()
    training_permitted: str = "true"
    baa_executed: str = "false"
    opted_out: str = "false"
    exported_at: str = EXPORTED
    baa_executed_at: str = ""
    opted_out_at: str = ""
    ttl_seconds: str = ""
    second: Cells | None = None

    def rows(self) -> Iterator[dict[str, str]]:
        """The account's rows by column."""
        row = {column: str(getattr(self, column)) for column in COLUMNS}
        yield row
        if self.second:
            yield row | {column: str(cell) for column, cell in self.second.items()}


# Accounts that permit everything; what differs is how the export is written and how long a
# transcript is kept.
_PERMITTING: tuple[Cells, ...] = (
    *(Cells() for _ in range(20)),
    {"exported_at": "2026-11-22T07:30:00+02:00"},
    {"exported_at": "2026-11-18T23:00:00-05:00"},
    {"ttl_seconds": "31536000"},
    {"ttl_seconds": "31536000"},
    {"ttl_seconds": "15552000"},
)
_BAA: Cells = {"baa_executed": "true", "baa_executed_at": "2025-03-11T09:00:00Z"}
_OUT: Cells = {"opted_out": "true", "opted_out_at": "2026-02-02T15:30:00+01:00"}
# Role, the reasons, the cells, and the cells in which a second row differs.
_OTHERS: tuple[tuple[str, tuple[str, ...], Cells, Cells], ...] = (
    ("no_contract", ("contract_not_permitting",), {"training_permitted": "false"}, {}),
    ("no_contract", ("contract_not_permitting",), {"training_permitted": "false"}, {}),
    ("baa", ("baa_executed",), _BAA, {}),
    ("baa", ("baa_executed",), _BAA | {"baa_executed_at": "2026-11-20T00:00:00Z"}, {}),
    ("baa", ("baa_executed",), _BAA | {"ttl_seconds": "31536000"}, {}),
    ("opted_out", ("opted_out",), _OUT, {}),
    ("opted_out", ("opted_out",), _OUT | {"opted_out_at": "2026-11-22T05:59:00Z"}, {}),
    ("baa_and_opted_out", ("baa_executed", "opted_out"), _BAA | _OUT, {}),
    (
        "no_contract_and_opted_out",
        ("contract_not_permitting", "opted_out"),
        _OUT | {"training_permitted": "false"},
        {},
    ),
    ("unknown_training", ("unknown_training_permitted",), {"training_permitted": ""}, {}),
    ("unknown_training", ("unknown_training_permitted",), {"training_permitted": "maybe"}, {}),
    ("unknown_baa", ("unknown_baa_executed",), {"baa_executed": ""}, {}),
    ("unknown_baa", ("unknown_baa_executed",), {"baa_executed": "pending"}, {}),
    # Says no, but since when: the row contradicts itself.
    ("unknown_baa", ("unknown_baa_executed",), {"baa_executed_at": "2026-05-04T10:00:00Z"}, {}),
    ("unknown_opted_out", ("unknown_opted_out",), {"opted_out": ""}, {}),
    ("unknown_opted_out", ("unknown_opted_out",), {"opted_out": "maybe"}, {}),
    ("unknown_opted_out", ("unknown_opted_out",), {"opted_out_at": "2026-08-19T08:00:00Z"}, {}),
    (
        "unknown_training_and_baa",
        ("baa_executed", "unknown_training_permitted"),
        _BAA | {"training_permitted": ""},
        {},
    ),
    ("ttl_of_three_days", (), {"ttl_seconds": "259200"}, {}),
    ("ttl_of_an_hour", (), {"ttl_seconds": "3600"}, {}),
    ("unknown_ttl", ("unknown_ttl_seconds",), {"ttl_seconds": "soon"}, {}),
    ("unknown_ttl", ("unknown_ttl_seconds",), {"ttl_seconds": "-3600"}, {}),
    ("conflicting", ("conflicting_registry_rows",), {}, {"training_permitted": "false"}),
    ("conflicting", ("conflicting_registry_rows",), {}, _OUT),
    ("stale", ("registry_stale",), {"exported_at": "2026-09-21T06:00:00Z"}, {}),
)


def registry() -> tuple[Account, ...]:
    """All accounts, in the order in which they are written."""
    made = [
        Account(f"acct-{1001 + at}", "permitting", **cells) for at, cells in enumerate(_PERMITTING)
    ]
    for at, (role, reasons, cells, second) in enumerate(_OTHERS):
        made.append(Account(f"acct-{2001 + at}", role, reasons, second=second, **cells))
    return tuple(made)
