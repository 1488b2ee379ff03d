"""The last word on one batch of files: the gate once more, then what became of them."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.eligibility.gate import Gate
from clearshard.errors import IntegrityError
from clearshard.records.states import Deleted, State
from clearshard.run.intake import Provisional, as_manifest
from clearshard.run.outcomes import BatchOutcomes


@dataclass(frozen=True, slots=True)
class LastWord:
    """What is decided on one batch of files, as it goes into the table.

    Attributes:
        written: Rows that are in the shards.
        excluded: Whether each row is excluded.
        states: Number of rows by state.
        reason_counts: Number of rows by reason.
        readings: Which reading of the registry each row's facts are of: 0 is that of the start, 1
            the last one.
    """

    written: npt.NDArray[np.int64]
    excluded: npt.NDArray[np.bool_]
    states: Counter[State]
    reason_counts: Counter[str]
    state_column: pa.Array
    reason_column: pa.Array
    error_type_column: pa.Array
    facts: pa.Array
    own_facts: pa.Array
    readings: pa.Array


def last_word(batch: Provisional, outcomes: BatchOutcomes, gate: Gate) -> LastWord:
    """What became of each file: the gate's last word, then quarantine, then written.

    A file whose transcript says that its customer has deleted it is excluded, whatever else is.

    Args:
        batch: The decisions before redaction.
        outcomes: What became of the eligible files.
        gate: The gate over the registry as it was read last.

    Raises:
        IntegrityError: A file came to no end, or to two.
    """
    size = len(batch)
    bits = batch.reason_bits.copy()
    facts, own_facts = batch.table.column("facts"), batch.table.column("own_facts")
    redacted, deleted = outcomes.written, outcomes.deleted
    asked = np.concatenate([redacted, deleted])
    readings = np.zeros(size, np.int8)
    readings[asked] = 1
    if len(asked):
        taken = as_manifest(batch.table.take(pa.array(asked)), gate.own_of_files)
        again = gate.decide(taken)
        bits[asked] = again.reason_bits
        place = np.arange(size)
        place[asked] = size + np.arange(len(asked))
        facts = pa.concat_arrays([facts, again.facts]).take(pa.array(place))
        own_facts = pa.concat_arrays([own_facts, again.own_facts]).take(pa.array(place))
    bits[deleted] |= gate.deletion_requested

    excluded = bits != 0
    quarantined = outcomes.quarantined
    held = batch.held
    held[quarantined] = True
    written = np.zeros(size, np.bool_)
    written[redacted] = True
    written &= ~excluded & ~held
    lost = ~(excluded | held | written)
    if lost.any() or (excluded & held).any():
        raise IntegrityError(
            f"{int(lost.sum())} eligible files came to no end. Nothing became visible. This is a "
            "defect."
        )
    state_codes = np.select([excluded, held], [0, 1], 2).astype(np.int8)
    names = [State.EXCLUDED, State.QUARANTINED, State.WRITTEN]
    states = Counter(dict(zip(names, np.bincount(state_codes, minlength=3).tolist(), strict=True)))

    # Behind the reasons of the gate those for quarantine, of which a row has one.
    before = batch.quarantine
    refused = outcomes.table.filter(pa.array(outcomes.is_quarantined))
    single = pa.array(
        [*map(str, before.values()), *refused.column("reason").to_pylist()], pa.string()
    )
    place = np.arange(size)
    place[[*before, *quarantined.tolist()]] = size + np.arange(len(single))
    offsets = pa.array(np.arange(len(single) + 1, dtype=np.int32))
    reason_column = pa.concat_arrays(
        [gate.reason_lists(bits), pa.ListArray.from_arrays(offsets, single)]
    ).take(pa.array(place))
    error_types: list[str | None] = [None] * size
    for row in deleted.tolist():
        error_types[row] = Deleted.DETAIL
    for row, error in zip(
        quarantined.tolist(), refused.column("error_type").to_pylist(), strict=True
    ):
        error_types[row] = error
    counted = pc.value_counts(reason_column.flatten()).to_pylist()
    return LastWord(
        written=np.flatnonzero(written),
        excluded=excluded,
        states=states,
        reason_counts=Counter({entry["values"]: entry["counts"] for entry in counted}),
        state_column=pa.array([str(n) for n in names]).take(pa.array(state_codes)),
        reason_column=reason_column,
        error_type_column=pa.array(error_types, pa.string()),
        facts=facts,
        own_facts=own_facts,
        readings=pa.array(readings),
    )
