"""What a purge takes out, in numbers."""

from dataclasses import asdict, dataclass
from typing import Any

from clearshard.lifecycle.purge.asked import Of

#: What no purge reaches, whoever carries it out.
CANNOT_UNDO = (
    "Copies of shards that were given away, backed up or downloaded are not reached: whoever has "
    "them must delete them.",
    "Models that were trained on the rows are not changed by it.",
)


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """A shard that a purge touches.

    Attributes:
        shard: ``<period>/part-<digest>.parquet``.
        size_bytes: On the disk.
        transcripts: How many are in it.
        purged: How many of them come out.
    """

    shard: str
    size_bytes: int
    transcripts: int
    purged: int


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """What a purge would take out, or has taken out.

    Attributes:
        of: By what files are chosen.
        run_id: The run in whose shards they are; None where there is none.
        as_of: When it was decided, RFC 3339.
        files: Written files that come out.
        withheld: How many of them only since they hold what a purged one holds.
        accounts: Accounts that these files are of.
        reasons: Files by reason; one with several counts under each.
        tombstones: Accounts and files that this purge keeps out and has not yet, also where another
            one does.
        shards: That have to be written again, or go, in their order.
        unread: Shards in force whose keys are destroyed: with the others that are touched they go,
            and the next run redacts what they held.
        replaced: Shards of earlier runs that are kept for readers, and that go at once.
        checkpoints: Files with work of runs that were killed; all of them go.
        exports: Recorded exports that held any of the files, by name.
        exports_unknown: Recorded exports of which nobody can tell any more.
    """

    of: Of
    run_id: str | None
    as_of: str
    files: int
    withheld: int
    accounts: int
    reasons: dict[str, int]
    tombstones: dict[str, int]
    shards: tuple[ShardPlan, ...]
    unread: tuple[str, ...]
    replaced: tuple[str, ...]
    checkpoints: int
    exports: tuple[str, ...]
    exports_unknown: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.files and not any(self.tombstones.values())

    @property
    def size_bytes(self) -> int:
        """Of the shards that are touched."""
        return sum(shard.size_bytes for shard in self.shards)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            **asdict(self),
            "of": str(self.of),
            "bytes": self.size_bytes,
            "cannot_undo": list(CANNOT_UNDO),
        }
