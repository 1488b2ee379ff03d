"""The rows of earlier work that stay: whole shards where all of them do, and staged files."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.config import ShardPeriod
from clearshard.records.tasks import StagedFile
from clearshard.run.intake import Intake
from clearshard.run.outcomes import read_outcomes
from clearshard.run.resume.bytes_columns import unpacked
from clearshard.run.resume.checkpointed import Source
from clearshard.shards.assemble import Kept
from clearshard.shards.reuse import first_words, periods_in, take_all, take_rows
from clearshard.vault.vault import Vault

_Ints = npt.NDArray[np.int64]


def rows_by_source(outcomes: Path, count: int) -> _Ints:
    """How many rows of each of `count` sources stay."""
    found = np.zeros(count, np.int64)
    for batch in read_outcomes(outcomes):
        sources = batch.table.column("source").to_numpy()[batch.is_written]
        found += np.bincount(sources[sources >= 0], minlength=count)
    return found


def gather(
    vault: Vault,
    sources: Sequence[Source],
    intake: Intake,
    outcomes: Path,
    by: ShardPeriod,
    scratch: Path,
    *,
    same_cut: bool,
) -> Iterator[StagedFile | Kept]:
    """The rows that stay and no others.

    Args:
        vault: Opens them, and writes staged files.
        sources: What holds them.
        intake: The provisional decisions.
        outcomes: What became of the eligible files.
        by: How long a period of the shards is.
        scratch: A folder for staged files.
        same_cut: Whether shards are cut as those of the run before were, so that they can stay.

    Raises:
        IntegrityError: A row is not where earlier records say.
    """
    whole = _whole(sources, intake, outcomes, by) if same_cut else {}
    whole = {number: keys for number, keys in whole.items() if _as_written(sources[number], vault)}
    periods = _periods(intake, outcomes, by, whole)
    for number, source in enumerate(sources):
        target = scratch / f"earlier-{number:06d}.arrow"
        if number in whole:
            assert source.shard is not None
            yield Kept(
                source.shard,
                partial(take_all, vault, source.path, source.shard, whole[number], target),
            )
        elif number in periods:
            rows = periods[number]
            if source.staged is not None and periods_in(vault, source.staged) == rows:
                yield source.staged
            else:
                yield take_rows(vault, source.path, source.sha256, rows, target)


def _as_written(source: Source, vault: Vault) -> bool:
    """Whether a shard is encrypted as it would be now; another one is not carried over."""
    return source.shard is not None and source.shard.encryption == vault.encryption


def _whole(
    sources: Sequence[Source], intake: Intake, outcomes: Path, by: ShardPeriod
) -> dict[int, int]:
    """The shards of which every row stays, in the period that it lies in, and `key_sum` of each."""
    shards = [source.shard for source in sources]
    of_shards = [None if one is None else one.leaf.period for one in shards]
    periods_of_shards = pa.array(of_shards, pa.string())
    stays = np.zeros(len(sources), np.int64)
    sums = np.zeros(len(sources), np.uint64)
    for batch, known in zip(intake.batches(), read_outcomes(outcomes), strict=False):
        held = known.table.column("source").to_numpy()
        chosen = np.flatnonzero(known.is_written & (held >= 0))
        if not len(chosen):
            continue
        held = held[chosen]
        now = batch.periods(by).take(pa.array(known.rows[chosen]))
        same = pc.equal(now, periods_of_shards.take(pa.array(held))).fill_null(False)
        stays += np.bincount(held[same.to_numpy(zero_copy_only=False)], minlength=len(sources))
        keys, _ = unpacked(known.table.column("doc_key"))
        np.add.at(sums, held, first_words(keys[chosen]))
    return {
        number: int(sums[number])
        for number, one in enumerate(shards)
        if one is not None and stays[number] == one.row_count
    }


def _periods(
    intake: Intake, outcomes: Path, by: ShardPeriod, whole: Collection[int]
) -> dict[int, dict[str, str]]:
    """Of each other source `doc_key` of the rows that stay → the period that they lie in now."""
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    stay_whole = np.array(sorted(whole), np.int64)
    for batch, known in zip(intake.batches(), read_outcomes(outcomes), strict=False):
        held = known.table.column("source").to_numpy()
        chosen = np.flatnonzero(known.is_written & (held >= 0) & ~np.isin(held, stay_whole))
        if not len(chosen):
            continue
        keys, _ = unpacked(known.table.column("doc_key"))
        periods = batch.periods(by).take(pa.array(known.rows[chosen])).to_pylist()
        for source, key, period in zip(held[chosen].tolist(), keys[chosen], periods, strict=True):
            found[source][key.tobytes().hex()] = period
    return found
