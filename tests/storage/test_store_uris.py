"""Which store a uri means, and that no message repeats one."""

import os
from pathlib import Path

import pytest

from clearshard.errors import OutputUnusable, StoreRefused, StoreUnavailable
from clearshard.storage import uris
from clearshard.storage.local import LocalStore
from clearshard.storage.objects import ObjectStore
from clearshard.storage.uris import named_in_memory, open_readable, open_store


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("out", "out"),
        ("out/of/many", "out/of/many"),
        ("out/", "out"),
        ("../base/out", "out"),
        ("{base}/out", "out"),
        ("file://{base}/out", "out"),
        ("FILE://{base}/out", "out"),
        ("file://{base}/a%20b%23%C3%A9", "a b#é"),
        ("file://{base}/a b é", "a b é"),
        ("a:b", "a:b"),
        ("call:1/x", "call:1/x"),
        ("a%20b", "a%20b"),
        ("a?b#c", "a?b#c"),
        ("~", "~"),
    ],
)
def test_a_path_is_a_folder(tmp_path: Path, uri: str, folder: str) -> None:
    base = tmp_path / "base"
    base.mkdir()
    store = open_store(uri.format(base=base), base)
    assert isinstance(store, LocalStore)
    store.put_if_absent("x", b"1")
    assert (base / folder / "x").read_bytes() == b"1"
    assert open_readable(uri.format(base=base), base).read("x", 1).data == b"1"


def test_a_folder_that_is_made_is_this_users_alone(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        open_store("a/b", tmp_path)
    finally:
        os.umask(umask)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "a/b")] == [0o700, 0o700]


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o755)
    (tmp_path / "a").chmod(0o755)
    open_store("a", tmp_path)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o755
    assert list((tmp_path / "a").iterdir()) == []


def test_nothing_is_made_to_read_from(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for uri in ("none", "file"):
        with pytest.raises(StoreUnavailable, match="mounted"):
            open_readable(uri, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_is_no_folder_to_write_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for uri in ("file", "file/a"):
        with pytest.raises(OutputUnusable):
            open_store(uri, tmp_path)


_NONE = [
    *("", "\0", "a\0b", "file:x", "file:/x", "file://", "file://host/x", "file://./x", "s3:bucket"),
    *("s3:/bucket/x", "s3://", "s3:///x", "gs://", "az://", "s3://b", "s3://-bucket/x"),
    *("s3://AKIASECRET:SECRET@bucket/x", "s3://SECRET@bucket", "s3://bucket:80/x"),
    *("az://container/x?sig=SECRET", "az://container?sig=SECRET", "s3://bucket/x#SECRET"),
    *("s3://bucket//x", "s3://bucket/x//y", "s3://bucket/../SECRET", "s3://bucket/x//"),
    *("http://host/SECRET", "https://host/SECRET", "hdfs://host/x", "ftp://SECRET@host/x"),
    *("s3a://bucket/x", "memory://none", "memory://", "memory:", "MEMORY://x", "x://SECRET"),
    *("file:///a?SECRET", "file:///a#SECRET", "file:///a%00SECRET", "s3://bucket/.clearshard-x"),
]


@pytest.mark.parametrize("uri", _NONE)
def test_anything_else_means_no_store(tmp_path: Path, uri: str) -> None:
    for use in (open_store, open_readable):
        with pytest.raises(StoreRefused) as caught:
            use(uri, tmp_path)
        assert "SECRET" not in str(caught.value)
        assert "s3://BUCKET/PREFIX" in str(caught.value) or "prefix" in str(caught.value)
        assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("uri", "bucket", "prefix"),
    [
        ("s3://bucket", ("s3", "bucket"), ""),
        ("s3://bucket/", ("s3", "bucket"), ""),
        ("S3://my.bucket-1/a/b", ("s3", "my.bucket-1"), "a/b/"),
        ("gs://bucket_1/a%20b/", ("gs", "bucket_1"), "a%20b/"),
        ("az://container/é", ("az", "container"), "é/"),
    ],
)
def test_a_bucket_and_a_prefix(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    uri: str,
    bucket: tuple[str, str],
    prefix: str,
) -> None:
    from obstore.store import MemoryStore

    client, asked = MemoryStore(), []

    def opened(*named: str) -> MemoryStore:
        asked.append(named)
        return client

    monkeypatch.setattr(uris, "bucket", opened)
    store = open_store(uri, tmp_path)
    store.put_if_absent("x", b"1")
    assert asked == [bucket]
    assert [meta["path"] for chunk in client.list() for meta in chunk] == [f"{prefix}x"]


def test_only_what_is_written_to_is_tried_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from obstore.store import LocalStore as Unconditional

    monkeypatch.setattr(uris, "bucket", lambda *_: Unconditional(tmp_path))
    (tmp_path / "a").write_bytes(b"1")
    assert open_readable("s3://bucket", tmp_path).read("a", 1).data == b"1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]
    with pytest.raises(StoreRefused):
        open_store("s3://bucket", tmp_path)


def test_a_client_of_each_provider_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    for uri in ("s3://bucket/x", "gs://bucket/x", "az://container/x"):
        assert isinstance(open_readable(uri, tmp_path), ObjectStore)


def test_a_store_in_memory_is_known_by_its_name_for_a_while(tmp_path: Path) -> None:
    with named_in_memory("test") as store:
        store.put_if_absent("a", b"1")
        assert open_store("memory://test", tmp_path).read("a", 1).data == b"1"
        with pytest.raises(StoreRefused):
            open_store("memory://other", tmp_path)
    with pytest.raises(StoreRefused):
        open_store("memory://test", tmp_path)


@pytest.mark.parametrize(
    ("name", "address", "refused"),
    [
        ("AWS_ENDPOINT_URL", "http://10.0.0.1:9000", True),
        ("aws_endpoint", "http://minio", True),
        ("AZURE_STORAGE_ENDPOINT", "http://localhost.example.com", True),
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000", False),
        ("AWS_ENDPOINT_URL", "https://minio.example.com", False),
        ("AWS_METADATA_ENDPOINT", "http://169.254.169.254", False),
        ("MY_ENDPOINT", "http://10.0.0.1", False),
    ],
)
def test_no_bucket_is_spoken_to_in_the_clear(
    name: str, address: str, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, address)
    if not refused:
        open_readable("s3://bucket", Path("/"))
        return
    with pytest.raises(StoreRefused, match=f"{name} is no address over TLS"):
        open_readable("s3://bucket", Path("/"))
