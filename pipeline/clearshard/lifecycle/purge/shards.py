"""Which shards hold the rows of purged files: their places say it, and nothing is opened."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from clearshard.records.places import LeafIndex, place_of
from clearshard.records.run import ShardFile


@dataclass(frozen=True, slots=True)
class Touched:
    """A shard that has to be written again, or goes.

    Attributes:
        shard: As the newest run has it.
        doc_keys: The rows that come out.
    """

    shard: ShardFile
    doc_keys: frozenset[str]


class NoShard(Exception):
    """A written file has its place in no shard: the record is not what a run writes."""


def touched(shards: Sequence[ShardFile], rows: pa.Table) -> tuple[Touched, ...]:
    """The shards that some written files lie in, in the order of the record.

    Args:
        shards: Of the newest run.
        rows: Decisions on files that it has written: `period`, `account_key` and `doc_key`.

    Raises:
        NoShard: One is in none of them.
    """
    index = LeafIndex(shard.leaf for shard in shards)
    keys: defaultdict[int, set[str]] = defaultdict(set)
    columns = (rows.column(name).to_pylist() for name in ("period", "account_key", "doc_key"))
    for period, account_key, doc_key in zip(*columns, strict=True):
        number = index.find(period, place_of(account_key, doc_key))
        if number is None:
            raise NoShard
        keys[number].add(doc_key)
    return tuple(Touched(shards[number], frozenset(keys[number])) for number in sorted(keys))
