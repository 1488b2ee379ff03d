"""The seam: who writes or opens a file with redacted text does it with a vault, plain or not.

What is written is encrypted as the vault was configured; what is opened is what it is. So a folder
may hold both for a while, and no caller asks.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from clearshard.config import Encryption
from clearshard.vault.sealed import MAGIC, BrokenSeal, Unsealed, seal
from clearshard.vault.wrapping import FolderKey, WrongKey, unwrap, wrap

if TYPE_CHECKING:
    import pyarrow.dataset as ds

#: How an encrypted Parquet file begins whose footer is encrypted, too.
_ENCRYPTED_PARQUET = b"PARE"
_BITS: Mapping[Encryption, int] = MappingProxyType({"aes-128": 128, "aes-256": 256})


class KeyGone(KeyError):
    """A key is not here that a file hangs on: destroyed, or never on this machine."""


#: What opening a table raises that is not what it must be, or whose key is not here.
CANNOT_OPEN = (pa.ArrowException, OSError, BrokenSeal, KeyGone, WrongKey)


@dataclass(frozen=True, slots=True)
class Vault:
    """Writes and opens files with redacted text; can be sent to workers.

    Attributes:
        encryption: Of what it writes.
        current: The key of the folder that what it writes hangs on; None where that is plain.
        keys: All keys of the folder that are to be had, by their names.
    """

    encryption: Encryption = "none"
    current: FolderKey | None = None
    keys: Mapping[str, FolderKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert (self.encryption == "none") == (self.current is None)

    @property
    def key_id(self) -> str:
        """What a record says of what it writes: the name of its key, or nothing."""
        return "" if self.current is None else self.current.id

    def has(self, key_id: str) -> bool:
        """Whether it can open what hangs on a key; on none hangs what is plain."""
        return not key_id or key_id in self.keys

    def write_parquet(self, table: pa.Table, path: Path, **settings: Any) -> None:
        """Writes a shard.

        Args:
            table: Its rows.
            path: Where to.
            settings: As `pyarrow.parquet.write_table` takes them.
        """
        if self.current is not None:
            properties = pe.EncryptionConfiguration(
                self.current.id,
                uniform_encryption=True,
                double_wrapping=False,
                internal_key_material=True,
                data_key_length_bits=_BITS[self.encryption],
            )
            settings["encryption_properties"] = self._factory().file_encryption_properties(
                pe.KmsConnectionConfig(), properties
            )
        pq.write_table(table, path, **settings)

    def open_parquet(self, source: Path | pa.BufferReader) -> pq.ParquetFile:
        """A shard, opened; to be closed.

        Raises:
            ArrowException: It is no Parquet file, or not what was encrypted.
            OSError: The same, or it cannot be read.
            KeyGone: The key is not here.
        """
        properties = None
        if _begins(source, _ENCRYPTED_PARQUET):
            properties = self._factory().file_decryption_properties(pe.KmsConnectionConfig())
        return pq.ParquetFile(source, decryption_properties=properties)

    def read_parquet(self, source: Path | pa.BufferReader, columns: list[str]) -> pa.Table:
        """Columns of a shard; raises as `open_parquet`."""
        with closing(self.open_parquet(source)) as file:
            return file.read(columns)

    def scan_options(self) -> "ds.ParquetFragmentScanOptions":
        """What readers of pyarrow's datasets take to open shards."""
        import pyarrow.dataset as ds  # no worker needs it

        given = pe.KmsConnectionConfig(), pe.DecryptionConfiguration()
        config = ds.ParquetDecryptionConfig(self._factory(), *given)
        return ds.ParquetFragmentScanOptions(decryption_config=config)

    def dataset(self, paths: Sequence[Path], schema: pa.Schema) -> "ds.Dataset":
        """Shards as one dataset of pyarrow."""
        import pyarrow.dataset as ds  # no worker needs it

        form = ds.ParquetFileFormat(default_fragment_scan_options=self.scan_options())
        return ds.dataset([str(path) for path in paths], schema=schema, format=form)

    def data_key(self, path: Path) -> bytes | None:
        """The key of one shard; None if it is plain. Raises as `open_parquet`."""
        if not _begins(path, _ENCRYPTED_PARQUET):
            return None
        clients: list[_FolderKeys] = []

        def client(_: object) -> _FolderKeys:
            clients.append(_FolderKeys(self.keys))
            return clients[-1]

        properties = pe.CryptoFactory(client).file_decryption_properties(pe.KmsConnectionConfig())
        pq.ParquetFile(path, decryption_properties=properties).close()
        # The footer and all columns have the same.
        [key] = {key for one in clients for key in one.unwrapped}
        return key

    def write_arrow(self, table: pa.Table, sink: pa.NativeFile, rows: int | None = None) -> None:
        """Writes a checkpoint, or what a run works with.

        Args:
            table: Its rows.
            sink: Where to.
            rows: So many a batch, where it is plain.
        """
        if self.current is not None:
            seal(table, sink, self.current, _BITS[self.encryption])
            return
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, rows)

    def read_arrow(self, source: pa.NativeFile) -> pa.Table:
        """All that such a file holds.

        Raises:
            ArrowException: It is none.
            BrokenSeal: It is not what was sealed, or the key is not here.
        """
        if source.read_at(len(MAGIC), 0) == MAGIC:
            return Unsealed(source, self.keys).rows()
        return pa.ipc.open_file(source).read_all()

    def rows_of_arrow(self, path: Path, first: int, end: int) -> pa.Table:
        """Some rows of such a file; raises as `read_arrow`."""
        # Mapped while the caller needs them, and no longer.
        with pa.memory_map(str(path)) as file:
            if file.read_at(len(MAGIC), 0) == MAGIC:
                return Unsealed(file, self.keys).rows(first, end)
            return pa.ipc.open_file(file).read_all().slice(first, end - first)

    def is_like_mine(self, source: pa.NativeFile) -> bool:
        """Whether such a file is plain or sealed, as this vault would have written it."""
        return bool(source.read_at(len(MAGIC), 0) == MAGIC) == (self.current is not None)

    def _factory(self) -> pe.CryptoFactory:
        return pe.CryptoFactory(lambda _: _FolderKeys(self.keys))


#: Writes what is plain, and opens only that.
PLAIN = Vault()


class _FolderKeys(pe.KmsClient):  # type: ignore[misc]  # pyarrow has no types
    """Wraps data keys with those of a folder, as Parquet's key tools ask for it."""

    def __init__(self, keys: Mapping[str, FolderKey]) -> None:
        super().__init__()
        self._keys = keys
        self.unwrapped: list[bytes] = []

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> str:
        return wrap(key_bytes, self._key(master_key_identifier), master_key_identifier)

    def unwrap_key(self, wrapped_key: str, master_key_identifier: str) -> bytes:
        key = unwrap(wrapped_key, self._key(master_key_identifier), master_key_identifier)
        self.unwrapped.append(key)
        return key

    def _key(self, name: str) -> bytes:
        if name not in self._keys:
            raise KeyGone(name)
        return self._keys[name].secret


def _begins(source: Path | pa.BufferReader, magic: bytes) -> bool:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return file.read(len(magic)) == magic
    return bool(source.read_at(len(magic), 0) == magic)
