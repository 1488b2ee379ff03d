"""What a worker is given, and what it leaves on the disk."""

from dataclasses import dataclass
from pathlib import Path

from clearshard.records.states import Quarantine

#: Where the provisional decision on a file is: number of its batch, and the row in it.
Row = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FileTask:
    """One eligible file on its way to a worker: what may be opened, and nothing else.

    Attributes:
        row: Where its provisional decision is.
        file_id: The customer's id of the file.
        account_id: The account that submitted it.
        period: When it was submitted, as in the names of shards.
        own_id: The id that the transcript must have if it has one: the file's, or that of the
            record that the manifest names; None where there is no manifest.
        uri: Path below the transcripts folder, or None where `content` is given.
        content: The bytes of one record of a container (JSON Lines, Parquet), already read.
        content_bytes: Size in bytes, for balancing the units; 0 if unknown.
    """

    row: Row
    file_id: str
    account_id: str
    period: str
    own_id: str | None
    uri: str | None
    content: bytes | None
    content_bytes: int


@dataclass(frozen=True, slots=True)
class WorkUnit:
    """Some eligible files, of any batches of provisional decisions.

    Attributes:
        tasks: The files.
        known: Files that are quarantined already, found while looking for their content.
    """

    tasks: tuple[FileTask, ...]
    known: tuple[tuple[Row, Quarantine], ...] = ()


@dataclass(frozen=True, slots=True)
class StagedObject:
    """Redacted rows of one work unit among the checkpoints, as a worker names them.

    Where checkpoints lie, whoever gave the work knows: a worker may see them elsewhere.

    Attributes:
        name: Of the checkpoint.
        sha256: Of its bytes.
        row_count: Number of rows.
    """

    name: str
    sha256: str
    row_count: int

    def below(self, checkpoints: Path) -> "StagedFile":
        """The same in the folder of the checkpoints."""
        return StagedFile(str(checkpoints / self.name), self.sha256, self.row_count)


@dataclass(frozen=True, slots=True)
class StagedFile:
    """Redacted rows on the disk that shards are made of: a checkpoint, or what was taken of others.

    Attributes:
        path: Arrow IPC file, rows sorted by period and place (`clearshard.records.places`).
        sha256: Of the file, so that nothing else can take its place before it becomes a shard.
        row_count: Number of rows.
    """

    path: str
    sha256: str
    row_count: int
