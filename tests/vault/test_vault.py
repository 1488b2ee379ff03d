"""A vault writes as it was told, and opens whatever it has the key of."""

import pickle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.config import Encryption
from clearshard.vault.vault import CANNOT_OPEN, PLAIN, KeyGone, Vault
from clearshard.vault.wrapping import FolderKey, WrongKey, unwrap, wrap

KEY, OTHER = FolderKey("a" * 16, bytes(range(32))), FolderKey("b" * 16, bytes(32))
TABLE = pa.table(
    {"doc_key": ["key-of-one", "key-of-two"], "text": ["what was said", "and what not"]}
)
ENCRYPTED = ("aes-128", "aes-256")


def vault(encryption: Encryption, key: FolderKey = KEY) -> Vault:
    return Vault(encryption, key, {key.id: key})


@pytest.mark.parametrize("encryption", ENCRYPTED)
def test_an_encrypted_shard_shows_nothing(tmp_path: Path, encryption: Encryption) -> None:
    path = tmp_path / "shard"
    vault(encryption).write_parquet(TABLE, path, compression="none")
    content = path.read_bytes()
    assert content.startswith(b"PARE")
    for word in (b"said", b"doc_key", b"key-of-one"):
        assert word not in content
    assert vault(encryption).read_parquet(path, ["text"]).equals(TABLE.select(["text"]))
    reader = pa.BufferReader(content)
    assert vault(encryption).read_parquet(reader, ["text"]).equals(TABLE.select(["text"]))


@pytest.mark.parametrize("encryption", ENCRYPTED)
def test_the_data_key_is_as_long_as_it_is_to_be(tmp_path: Path, encryption: Encryption) -> None:
    path = tmp_path / "shard"
    vault(encryption).write_parquet(TABLE, path)
    content = path.read_bytes()
    begin = content.index(b'"wrappedDEK":"') + 14
    wrapped = content[begin : content.index(b'"', begin)].decode()
    assert 8 * len(unwrap(wrapped, KEY.secret, KEY.id)) == int(encryption[-3:])


def test_each_opens_what_is_plain_and_none_what_is_not_its_own(tmp_path: Path) -> None:
    plain, mine = tmp_path / "plain", tmp_path / "mine"
    PLAIN.write_parquet(TABLE, plain)
    assert pq.read_table(plain).equals(TABLE)
    vault("aes-256").write_parquet(TABLE, mine)
    assert vault("aes-256").read_parquet(plain, ["text"]).num_rows == 2
    for other in (PLAIN, vault("aes-256", OTHER)):
        with pytest.raises(KeyGone):
            other.open_parquet(mine)
        assert not other.has(KEY.id)
        assert other.has("")


def test_a_key_of_the_same_name_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    vault("aes-256").write_parquet(TABLE, path)
    with pytest.raises(CANNOT_OPEN):
        vault("aes-256", FolderKey(KEY.id, OTHER.secret)).open_parquet(path)


def test_arrow_data_is_sealed_or_plain_as_it_is_told(tmp_path: Path) -> None:
    for one, other in ((PLAIN, vault("aes-256")), (vault("aes-128"), PLAIN)):
        path = tmp_path / one.encryption
        with pa.OSFile(str(path), "wb") as sink:
            one.write_arrow(TABLE, sink)
        content = pa.BufferReader(path.read_bytes())
        assert one.is_like_mine(content)
        assert not other.is_like_mine(content)
        assert one.read_arrow(content).equals(TABLE)
        assert one.rows_of_arrow(path, 1, 2).equals(TABLE.slice(1, 1))
        assert (b"said" in path.read_bytes()) == (one is PLAIN)
    with pytest.raises(CANNOT_OPEN):
        PLAIN.read_arrow(pa.BufferReader((tmp_path / "aes-128").read_bytes()))


def test_it_travels_to_workers_and_shows_no_secret() -> None:
    sent = pickle.loads(pickle.dumps(vault("aes-256")))
    assert sent == vault("aes-256")
    assert KEY.secret.hex() not in repr(sent)
    assert repr(KEY.secret) not in repr(sent)


def test_a_wrapped_key_is_bound_to_its_name() -> None:
    wrapped = wrap(b"s" * 16, KEY.secret, "one")
    assert unwrap(wrapped, KEY.secret, "one") == b"s" * 16
    assert wrap(b"s" * 16, KEY.secret, "one") != wrapped
    for given, key, name in (
        (wrapped, KEY, "other"),
        (wrapped, OTHER, "one"),
        (wrapped[:-4] + "AAAA", KEY, "one"),
        ("no key", KEY, "one"),
        ("", KEY, "one"),
    ):
        with pytest.raises(WrongKey):
            unwrap(given, key.secret, name)
