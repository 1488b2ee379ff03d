"""What is known of artefacts and their accounts, as columns, and what is not.

Everything has three answers: it is so, it is not so, or nobody knows. The last one names the fact
that is missing, one bit for each, and is never taken for one of the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bools = npt.NDArray[np.bool_]
Int64 = npt.NDArray[np.int64]
#: What is not known of each row: bits of `Unknown`, 0 where nothing is missing.
Bits = npt.NDArray[np.uint16]
#: Places in a table; also of those that a row has.
Places = npt.NDArray[np.int64] | npt.NDArray[np.int32]

#: Later than every time, and early enough that a time can be added to it.
NEVER = np.int64(2**62)
#: What holds since nobody knows when has always held: nothing is later for it.
ALWAYS = np.int64(-(2**62))


class Unknown(StrEnum):
    """Why nobody can say by when an artefact must be gone."""

    MALFORMED = "malformed"
    KIND = "unknown_kind"
    ACCOUNT = "unknown_account"
    CONFLICTING = "conflicting_registry_rows"
    STALE = "registry_stale"
    BAA = "unknown_baa_executed"
    TTL = "unknown_ttl_seconds"
    OPTED_OUT = "unknown_opted_out"
    CREATED = "unknown_created_at"
    TRANSCRIPT_CREATED = "unknown_transcript_created_at"
    REQUEST = "unknown_deletion_requested_at"
    PROVIDER = "unknown_gateway_provider"
    NO_CLAUSE = "no_published_clause"

    @property
    def bit(self) -> np.uint16:
        """What stands for it in a number."""
        return _BITS[self]


_BITS = {why: np.uint16(1 << place) for place, why in enumerate(Unknown)}


def where(condition: Bools, why: Unknown) -> Bits:
    """The bit of a reason, wherever a condition holds."""
    return condition.astype(np.uint16) * why.bit


def names_of(bits: Bits) -> pa.ListArray:
    """The reasons behind the bits, as lists of strings."""
    unique, inverse = np.unique(bits, return_inverse=True)
    lists = [[str(why) for why in Unknown if value & why.bit] for value in unique]
    return pa.array(lists, pa.list_(pa.string())).take(pa.array(inverse))


@dataclass(frozen=True, slots=True)
class Number:
    """Times, or lengths of time, that may not be there.

    Attributes:
        there: Where there is one.
        values: In microseconds; of times since 1970. Anything where there is none.
        unsure: What is missing where there is one that cannot be read, or may be.
    """

    there: Bools
    values: Int64
    unsure: Bits

    def take(self, rows: Places) -> Self:
        """Those of some rows."""
        return type(self)(self.there[rows], self.values[rows], self.unsure[rows])


@dataclass(frozen=True, slots=True)
class Flag:
    """What is so, is not so, or is not known.

    Attributes:
        holds: Where it is so.
        since: From when on, in microseconds; `ALWAYS` where nobody knows.
        unsure: What is missing where nobody knows whether it is so.
    """

    holds: Bools
    since: Int64
    unsure: Bits

    def take(self, rows: Places) -> Self:
        """Those of some rows."""
        return type(self)(self.holds[rows], self.since[rows], self.unsure[rows])


@dataclass(frozen=True, slots=True)
class AccountsKnown:
    """What is known of accounts, one row for each."""

    ttl: Number
    baa: Flag
    opted_out: Flag

    def take(self, rows: Places) -> Self:
        """Those of some rows."""
        return type(self)(self.ttl.take(rows), self.baa.take(rows), self.opted_out.take(rows))


@dataclass(frozen=True, slots=True)
class Artefacts:
    """What is known of some artefacts and of their accounts, one row for each artefact.

    Attributes:
        kinds: Places in `kind_names`; -1 where it is not known.
        kind_names: As the schedule has them.
        created: When each came to be.
        transcript_created: When the transcript did that it belongs to.
        requested: When its customer asked for its deletion.
        ttl: The time to live that was configured for it.
        providers: Places in `provider_names`; -1 where it is not known.
        provider_names: Of providers of inference, in lower case.
        malformed: Rows of which nothing is known.
        accounts: What is known of the account of each.
    """

    kinds: npt.NDArray[np.int32]
    kind_names: Sequence[str]
    created: Number
    transcript_created: Number
    requested: Number
    ttl: Number
    providers: npt.NDArray[np.int32]
    provider_names: Sequence[str]
    malformed: Bools
    accounts: AccountsKnown

    def __len__(self) -> int:
        return len(self.kinds)

    def take(self, rows: Places) -> Self:
        """Those of some rows."""
        return type(self)(
            self.kinds[rows],
            self.kind_names,
            self.created.take(rows),
            self.transcript_created.take(rows),
            self.requested.take(rows),
            self.ttl.take(rows),
            self.providers[rows],
            self.provider_names,
            self.malformed[rows],
            self.accounts.take(rows),
        )
