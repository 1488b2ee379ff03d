"""Which keys a folder is opened with: its own, as its owner has had them wrapped, and no others."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.config import Config, Keys, Output, Sources
from clearshard.errors import ConfigError, IntegrityError, KmsUnavailable
from clearshard.storage.local import LocalStore
from clearshard.vault.key_file import read_keys
from clearshard.vault.kms import kms_named
from clearshard.vault.opening import open_to_read, open_to_write, wrapped_by
from clearshard.vault.vault import Vault
from clearshard.vault.wrapping import FolderKey

from .kms_server import ACCESS, ARN, SECRET, Server, serving

NAME = f"aws-kms:{ARN}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving() as server:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", server.endpoint)
        monkeypatch.delenv("CLEARSHARD_ENCRYPTION_KEY", raising=False)
        yield server


def config(root: Path, kms: str | None) -> Config:
    sources = Sources(manifest="", registry="", transcripts="")
    return Config(
        sources=sources, keys=Keys(kms=kms), output=Output(encryption="aes-256"), base=root
    )


def opened(root: Path, kms: str | None) -> Vault:
    stores = [LocalStore(root)]
    return open_to_write(root, stores, tuple, tuple, config(root, kms), now, lambda _: None)


def read(root: Path, kms: str | None) -> Vault:
    return open_to_read(root, config(root, kms), tuple)


def now() -> datetime:
    return datetime.now(UTC)


def test_a_key_is_called_by_what_it_is() -> None:
    key = FolderKey.new()
    assert FolderKey.of(key.secret).id == key.id
    assert FolderKey.new().id != key.id


@pytest.mark.parametrize("kms", [None, NAME])
def test_who_can_write_to_the_folder_chooses_no_key_for_it(
    tmp_path: Path, server: Server, kms: str | None
) -> None:
    mine = opened(tmp_path, kms)
    other = NAME.replace("0a1b", "of-somebody-else")
    server.keys[other.removeprefix("aws-kms:")] = server.keys[ARN]
    file = read_keys(LocalStore(tmp_path))
    assert file is not None
    known = FolderKey.of(bytes(range(9, 41)))
    planted = wrapped_by(kms_named(config(tmp_path, other), other), known, "2026-11-30T00:00:00Z")
    (tmp_path / layout.ENCRYPTION_KEYS).write_bytes(
        json.dumps({"keys": [vars_of(one) for one in (*file.keys, planted)], "format": 1}).encode()
    )
    with pytest.raises(ConfigError, match="rotate --only encryption"):
        opened(tmp_path, kms)
    # Who reads may: what hangs on it is believed by its record.
    assert set(read(tmp_path, kms).keys) == {mine.key_id, known.id}


def test_with_a_destroyed_key_nothing_is_written_or_read(tmp_path: Path) -> None:
    settings, stores = config(tmp_path, None), [LocalStore(tmp_path)]
    notes: list[str] = []

    def without(*destroyed: str) -> Vault:
        return open_to_write(
            tmp_path, stores, tuple, lambda: destroyed, settings, now, notes.append
        )

    def asked() -> tuple[str, ...]:
        raise AssertionError

    # Where there are no keys, nobody is asked which are destroyed.
    first = open_to_write(tmp_path, stores, tuple, asked, settings, now, lambda _: None)
    key_file = tmp_path / layout.ENCRYPTION_KEYS
    before = key_file.read_bytes()
    assert without("0" * 16).keys == first.keys
    assert (key_file.read_bytes(), notes) == (before, [])
    assert open_to_read(tmp_path, settings, lambda: (first.key_id,)).keys == {}
    assert key_file.read_bytes() == before
    second = without(first.key_id)
    assert first.key_id not in second.keys
    assert key_file.read_bytes() != before
    assert first.key_id in notes[-1]
    key_file.write_bytes(before)
    assert list(open_to_read(tmp_path, settings, tuple).keys) == [first.key_id]


def vars_of(one: object) -> dict[str, str]:
    return {name: getattr(one, name) for name in ("id", "made_at", "wrapped_by", "wrapped")}


def test_no_other_key_is_taken_for_the_one_that_was_wrapped(tmp_path: Path, server: Server) -> None:
    opened(tmp_path, NAME)
    for secret in (bytes(range(32)), bytes(range(16)), b""):
        answer = {"Plaintext": base64.b64encode(secret).decode()}
        for ask in (opened, read):
            server.instead.append((200, json.dumps(answer).encode()))
            with pytest.raises(IntegrityError, match="gives another one") as refused:
                ask(tmp_path, NAME)
            assert answer["Plaintext"] not in str(refused.value) or not secret
    assert opened(tmp_path, NAME).keys


def test_what_cannot_be_unwrapped_again_is_not_relied_on(tmp_path: Path, server: Server) -> None:
    cut = json.dumps({"CiphertextBlob": base64.b64encode(b"short").decode()}).encode()
    server.instead.append((200, cut))
    with pytest.raises(KmsUnavailable, match=r"does not unwrap it\. Nothing was written"):
        opened(tmp_path, NAME)
    assert list(tmp_path.iterdir()) == []
