"""Of which artefacts a circumstance of the schedule holds, in three-valued logic (Kleene)."""

from dataclasses import dataclass

import numpy as np

from clearshard.lifecycle.retention.known import (
    ALWAYS,
    Artefacts,
    Bits,
    Bools,
    Flag,
    Int64,
    Number,
    Unknown,
    where,
)
from clearshard.lifecycle.retention.matrix import Circumstance, Clause


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a circumstance holds.

    Attributes:
        holds: Where it does.
        since: From when on, in microseconds; `ALWAYS` where nobody knows, or it is of the artefact
            from its beginning.
        until: Where it has held only up to a moment: that one. None if of no row.
        unsure: What is missing where nobody knows.
    """

    holds: Bools
    since: Int64
    unsure: Bits
    until: Number | None = None


def time_to_live(artefacts: Artefacts) -> Number:
    """The time to live of each artefact: its own, or its account's; of two the shorter one.

    Where one of the two cannot be read, it might be shorter than the other one.
    """
    own, account = artefacts.ttl, artefacts.accounts.ttl
    shorter = np.where(
        own.there & account.there,
        np.minimum(own.values, account.values),
        np.where(own.there, own.values, account.values),
    )
    return Number(own.there | account.there, shorter, own.unsure | account.unsure)


def ask(clause: Clause, artefacts: Artefacts, ttl: Number) -> Answer:
    """Whether the circumstance of a clause holds of each artefact.

    Args:
        clause: The clause.
        artefacts: All of a kind that it is about.
        ttl: From `time_to_live`.
    """
    always = np.full(len(artefacts), ALWAYS)
    match clause.circumstance:
        case Circumstance.REQUEST:
            asked = artefacts.requested
            return Answer(asked.there, np.where(asked.there, asked.values, ALWAYS), asked.unsure)
        case Circumstance.TTL:
            return Answer(ttl.there, always, ttl.unsure)
        case Circumstance.BAA:
            return _flag(artefacts.accounts.baa)
        case Circumstance.OPTED_OUT:
            return _flag(artefacts.accounts.opted_out)
        case Circumstance.NEITHER:
            return _neither(artefacts.accounts.baa, ttl, always)
        case Circumstance.BAA_WITH_PROVIDER:
            return _with_provider(clause, artefacts)


def _flag(flag: Flag) -> Answer:
    return Answer(flag.holds, flag.since, flag.unsure)


def _neither(baa: Flag, ttl: Number, always: Int64) -> Answer:
    """Neither time to live nor BAA; also where there was neither, until the BAA was executed.

    What was to be gone by then is not younger for that a BAA was signed.
    """
    is_neither = ~ttl.there & ~baa.holds
    missing = np.where(is_neither, ttl.unsure | baa.unsure, 0).astype(np.uint16)
    until = baa.holds & ~ttl.there & (baa.since != ALWAYS)
    holds = (is_neither & (missing == 0)) | until
    # That there was no time to live either must be known.
    holds &= ttl.unsure == 0
    return Answer(holds, always, missing, Number(until, baa.since, missing))


def _with_provider(clause: Clause, artefacts: Artefacts) -> Answer:
    baa = artefacts.accounts.baa
    named = np.array([name in clause.providers for name in artefacts.provider_names] + [False])
    is_named, is_unknown = named[artefacts.providers], artefacts.providers < 0
    # A provider that nobody knows matters only where there is a BAA, or may be.
    matters = is_unknown & (baa.holds | (baa.unsure != 0))
    unsure = np.where(is_named | matters, baa.unsure, 0).astype(np.uint16)
    return Answer(baa.holds & is_named, baa.since, unsure | where(matters, Unknown.PROVIDER))
