"""The shards of an output, opened for whoever trains on them, encrypted or not."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from clearshard.audit.reading import visible_runs
from clearshard.config import Config
from clearshard.errors import IntegrityError, ShardsUnread
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.run.output.folder import require_readable
from clearshard.vault.opening import open_to_read
from clearshard.vault.vault import CANNOT_OPEN, Vault


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards in force of an output.

    Attributes:
        paths: Their files, in the order of the record.
        schema: Their columns.
    """

    paths: tuple[Path, ...]
    schema: pa.Schema
    _vault: Vault = field(repr=False)

    def dataset(self) -> Any:
        """All of them as a `pyarrow.dataset.Dataset`."""
        return self._vault.dataset(self.paths, self.schema)

    @property
    def scan_options(self) -> Any:
        """A `pyarrow.dataset.ParquetFragmentScanOptions`, for readers that take one."""
        return self._vault.scan_options()

    def data_key(self, path: Path) -> bytes | None:
        """The key of one file, for readers that take it as it is; None if it is not encrypted.

        Raises:
            IntegrityError: It is no shard, or not what was written.
        """
        try:
            return self._vault.data_key(path)
        except CANNOT_OPEN as error:
            raise IntegrityError(
                f"{path} cannot be opened ({type(error).__name__}). Run `clearshard audit verify`."
            ) from None


def opened_shards(out: Path, config: Config) -> Shards:
    """The shards that the newest run lists.

    Args:
        out: The output folder. A mirror is made what its bucket is now if the configuration names
            that, and otherwise read as it lies.
        config: Names the key that wraps those of the folder.

    Raises:
        OutputUnusable: There is no output in the folder.
        IntegrityError: A record, the keys of the folder or the ledger are not what was written.
        ShardsUnread: A key is not here that any of them hangs on.
        ConfigError: A key that is here cannot be used.
        KmsUnavailable: The service does not answer.
    """
    folder = require_readable(out, config.output.bucket, None)
    root = folder.root
    vault = open_to_read(root, config, folder.destroyed)
    paths, missing = [], 0
    for run in visible_runs(root)[-1:]:
        for shard in run.record.shards:
            paths.append(run.shard_path(shard))
            missing += not vault.has(shard.key_id)
    if missing:
        raise ShardsUnread(missing)
    return Shards(tuple(paths), SHARD_SCHEMA, vault)
