"""Columns of an inventory and of a registry as what is known of artefacts (`lifecycle.retention`).

What cannot be true is not known: a time in the future of what has happened, a kind that the
schedule does not have, a row of the registry that is older than the policy allows.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.eligibility.accounts import MISSPELT, UNKNOWN, AccountIndex
from clearshard.eligibility.facts import Facts, account_facts, only_known_times
from clearshard.eligibility.moment import Moment
from clearshard.lifecycle.retention.known import (
    ALWAYS,
    AccountsKnown,
    Artefacts,
    Bits,
    Bools,
    Flag,
    Int64,
    Number,
    Unknown,
    where,
)
from clearshard.lifecycle.retention.matrix import Matrix
from clearshard.records.facts import unreadable

_MICROSECONDS = 1_000_000
#: More seconds than lie between any two times of the calendar, and in microseconds few enough to
#: be added to any of them.
_LONGEST_TTL = 10**12

Codes = npt.NDArray[np.int32]
_T = TypeVar("_T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class AccountsRead:
    """What is known of all accounts of a registry.

    Attributes:
        index: Finds the row of an account.
        known: One row for each; behind them one for accounts that the registry has in another
            spelling, and one for those that it has not: `MISSPELT` and `UNKNOWN` lead there.
    """

    index: AccountIndex
    known: AccountsKnown


def read_accounts_known(index: AccountIndex, moment: Moment, max_age_seconds: int) -> AccountsRead:
    """What is known of the accounts of a registry.

    Args:
        index: Its accounts.
        moment: When that is asked.
        max_age_seconds: How old the facts of an account may be.
    """
    facts = account_facts(index.table, moment.known_until)
    size = len(index)
    exported = facts.known("exported_at")
    oldest_us = moment.latest_us - max_age_seconds * _MICROSECONDS
    stale = ~exported | (facts.numbers("exported_at") < oldest_us)
    why = np.zeros(size + 2, np.uint16)
    why[:size] = where(index.conflicting, Unknown.CONFLICTING) | where(stale, Unknown.STALE)
    why[MISSPELT], why[UNKNOWN] = Unknown.CONFLICTING.bit, Unknown.ACCOUNT.bit
    known = AccountsKnown(
        ttl=_ttl(facts, why),
        baa=_flag(facts, "baa_executed", "baa_executed_at", Unknown.BAA, why, moment),
        opted_out=_flag(facts, "opted_out", "opted_out_at", Unknown.OPTED_OUT, why, moment),
    )
    return AccountsRead(index, known)


def artefacts_known(
    batch: pa.RecordBatch, accounts: AccountsRead, matrix: Matrix, moment: Moment
) -> Artefacts:
    """What is known of some artefacts (`sources.artefacts.ARTEFACTS_SCHEMA`)."""
    kinds, kind_names = _codes(batch.column("kind"), matrix.kinds)
    providers, provider_names = _codes(batch.column("gateway_provider"), matrix.providers)
    rows = accounts.index.rows_of(batch.column("account_id"))
    return Artefacts(
        kinds=kinds,
        kind_names=kind_names,
        created=_time(batch, "created_at", Unknown.CREATED, moment),
        transcript_created=_time(
            batch, "transcript_created_at", Unknown.TRANSCRIPT_CREATED, moment
        ),
        requested=_time(batch, "deletion_requested_at", Unknown.REQUEST, moment),
        ttl=_own_ttl(batch),
        providers=providers,
        provider_names=provider_names,
        malformed=_bools(batch.column("malformed")),
        accounts=accounts.known.take(rows),
    )


def _time(batch: pa.RecordBatch, name: str, why: Unknown, moment: Moment) -> Number:
    """A time of what has happened; one that cannot have happened yet is there, and is not known."""
    column = batch.column(name)
    known = only_known_times(column, moment.known_until)
    there = _bools(known.is_valid())
    unsure = _bools(column.is_valid()) & ~there
    if unreadable(name) in batch.schema.names:
        unsure |= _bools(batch.column(unreadable(name)))
    values = np.asarray(known.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False))
    return Number(there, values, where(unsure, why))


def _own_ttl(batch: pa.RecordBatch) -> Number:
    column = batch.column("ttl_seconds")
    seconds = np.asarray(column.fill_null(0).to_numpy(zero_copy_only=False))
    bad = _bools(batch.column(unreadable("ttl_seconds")))
    return _seconds(_bools(column.is_valid()), seconds, bad)


def _seconds(there: Bools, seconds: Int64, bad: Bools) -> Number:
    """Times to live; one of zero is written for "none" as well as for "at once": nobody knows."""
    zero = there & (seconds == 0)
    values = np.minimum(seconds, _LONGEST_TTL) * _MICROSECONDS
    return Number(there & ~zero, values, where(bad | zero, Unknown.TTL))


def _ttl(facts: Facts, why: Bits) -> Number:
    seconds = _seconds(
        facts.known("ttl_seconds"), facts.numbers("ttl_seconds"), facts.unreadable("ttl_seconds")
    )
    usable = why == 0
    return Number(
        _padded(seconds.there, 0) & usable,
        _padded(seconds.values, 0),
        np.where(usable, _padded(seconds.unsure, 0), why).astype(np.uint16),
    )


def _flag(facts: Facts, name: str, date: str, unknown: Unknown, why: Bits, moment: Moment) -> Flag:
    usable = why == 0
    missing = where(~facts.known(name), unknown)
    # A date that cannot have come yet says nothing of when it became so.
    dates = facts.columns[date]
    dated = _bools(only_known_times(dates, moment.known_until).is_valid())
    return Flag(
        _padded(facts.truth(name), 0) & usable,
        _padded(np.where(dated, facts.numbers(date), ALWAYS), ALWAYS),
        np.where(usable, _padded(missing, 0), why).astype(np.uint16),
    )


def _padded(column: npt.NDArray[_T], value: int | np.int64) -> npt.NDArray[_T]:
    """A column of accounts, and behind it a value for those that are not there."""
    return np.append(column, np.full(2, value, column.dtype))


def _codes(column: pa.DictionaryArray, names: tuple[str, ...]) -> tuple[Codes, tuple[str, ...]]:
    """Which of some names each row has, whatever its case; -1 for any other, and for none."""
    spelled = [None if name is None else name.lower() for name in column.dictionary.to_pylist()]
    return _taken(column, [names.index(n) if n in names else -1 for n in spelled]), names


def _taken(column: pa.DictionaryArray, places: list[int]) -> Codes:
    codes = column.indices.fill_null(len(places)).to_numpy(zero_copy_only=False)
    taken: Codes = np.array([*places, -1], np.int32)[codes]
    return taken


def _bools(column: pa.Array) -> Bools:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)
