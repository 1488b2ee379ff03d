"""What is asked of everybody who wraps keys: a key of this machine, and AWS KMS as it is spoken."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from clearshard.config import Config, Keys, Sources
from clearshard.errors import ConfigError, KmsUnavailable
from clearshard.keys import EncryptionKey
from clearshard.vault.aws_kms import AwsKms, Credentials, authorization
from clearshard.vault.kms import Kms, OwnKey, kms_in_use, kms_named
from clearshard.vault.wrapping import WrongKey

from ..transport.listening import certificate, listening, server_context, speaking
from .kms_server import ACCESS, ARN, SECRET, Server, serving

SECRET_KEY = bytes(range(40, 72))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def waited() -> list[float]:
    return []


def aws(server: Server, waited: list[float], arn: str = ARN, secret: str = SECRET) -> AwsKms:
    credentials = Credentials(ACCESS, secret, "of-a-session")
    return AwsKms(arn, server.endpoint, credentials, lambda: datetime.now(UTC), waited.append)


@pytest.fixture(params=["own", "aws"])
def kms(request: pytest.FixtureRequest, server: Server, waited: list[float]) -> Kms:
    own = OwnKey(EncryptionKey(bytes(range(32))))
    return own if request.param == "own" else aws(server, waited)


def test_what_is_wrapped_is_unwrapped(kms: Kms) -> None:
    wrapped = kms.wrap(SECRET_KEY, "0" * 16)
    assert wrapped.isascii()
    assert wrapped.isprintable()
    assert SECRET_KEY.hex() not in wrapped
    assert kms.unwrap(wrapped, "0" * 16) == SECRET_KEY


def test_it_is_bound_to_the_name_of_the_key(kms: Kms) -> None:
    wrapped = kms.wrap(SECRET_KEY, "0" * 16)
    with pytest.raises(WrongKey):
        kms.unwrap(wrapped, "1" * 16)


def test_what_was_changed_or_is_nothing_is_not_unwrapped(kms: Kms) -> None:
    wrapped = kms.wrap(SECRET_KEY, "0" * 16)
    turned = ("A" if wrapped[20] != "A" else "B").join((wrapped[:20], wrapped[21:]))
    with pytest.raises(WrongKey):
        kms.unwrap(turned, "0" * 16)


def test_its_name_finds_it_again(
    kms: Kms, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARSHARD_ENCRYPTION_KEY", bytes(range(32)).hex())
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", server.endpoint)
    sources = Sources(manifest="", registry="", transcripts="")
    name = kms.name if kms.name.startswith("aws") else None
    config = Config(sources=sources, keys=Keys(kms=name), base=tmp_path)
    found, made = kms_in_use(config, create=False)
    assert (found.name, made) == (kms.name, None)
    wrapped = kms.wrap(SECRET_KEY, "0" * 16)
    # Also where another one wraps from now on.
    other = Config(sources=sources, base=tmp_path)
    assert kms_named(other, kms.name).unwrap(wrapped, "0" * 16) == SECRET_KEY


def test_nobody_of_another_name_is_found(tmp_path: Path) -> None:
    sources = Sources(manifest="", registry="", transcripts="")
    other = f"aws-kms:{ARN.replace('eu-central-1', 'elsewhere.example.com/')}"
    for name in ("key:0000000000000000", "vault:0", "", "aws-kms:", other, f"aws-kms:{ARN}\n"):
        with pytest.raises(WrongKey, match="is not here"):
            kms_named(Config(sources=sources, base=tmp_path), name)


def test_who_cannot_ask_has_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    config = Config(sources=Sources(manifest="", registry="", transcripts=""), base=tmp_path)
    with pytest.raises(WrongKey, match="nobody says who asks"):
        kms_named(config, f"aws-kms:{ARN}")


def test_aws_is_told_which_folder_key_it_is(server: Server, waited: list[float]) -> None:
    aws(server, waited).wrap(SECRET_KEY, "abc0")
    assert server.asked[-1]["EncryptionContext"] == {"clearshard-folder-key": "abc0"}


def test_who_is_not_let_in_is_told_so_at_once(server: Server, waited: list[float]) -> None:
    with pytest.raises(KmsUnavailable, match="InvalidSignatureException") as refused:
        aws(server, waited, secret="other").wrap(SECRET_KEY, "0")
    assert waited == []
    assert "other" not in str(refused.value)


def test_a_key_that_was_destroyed_is_none(server: Server, waited: list[float]) -> None:
    gone = aws(server, waited, arn=ARN.replace("0a1b", "2c3d"))
    with pytest.raises(WrongKey, match="NotFoundException"):
        gone.unwrap("AAAA", "0")
    with pytest.raises(KmsUnavailable, match="NotFoundException"):
        gone.wrap(SECRET_KEY, "0")


@pytest.mark.parametrize(
    "failure", [(500, b"{}"), (400, b'{"__type": "ThrottlingException"}'), (503, b"busy")]
)
def test_it_is_asked_again_where_the_service_is_at_fault(
    server: Server, waited: list[float], failure: tuple[int, bytes]
) -> None:
    server.instead += [failure] * 2
    assert aws(server, waited).wrap(SECRET_KEY, "0")
    assert waited == [0.5, 1.0]
    server.instead += [failure] * 4
    with pytest.raises(KmsUnavailable):
        aws(server, waited).wrap(SECRET_KEY, "0")
    assert server.instead == []


@pytest.mark.parametrize("answer", [b"{}", b"no json", b'{"Plaintext": 5}', b'{"Plaintext": "*"}'])
def test_what_is_no_answer_is_none(server: Server, waited: list[float], answer: bytes) -> None:
    server.instead.append((200, answer))
    with pytest.raises(KmsUnavailable, match="something else than"):
        aws(server, waited).unwrap("AAAA", "0")


def test_what_does_not_end_is_no_answer(
    server: Server, waited: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.instead += [(200, b" " * 70_000)] * 4
    with pytest.raises(KmsUnavailable, match="DecodingError"):
        aws(server, waited).unwrap("AAAA", "0")
    clock = count(0.0, 11.0)  # a byte now and then
    monkeypatch.setattr(
        "clearshard.vault.aws_kms.time", SimpleNamespace(monotonic=lambda: next(clock))
    )
    with pytest.raises(KmsUnavailable, match="ReadTimeout"):
        aws(server, waited).wrap(SECRET_KEY, "0")
    assert server.instead == []


@pytest.mark.parametrize(
    ("version", "suite", "is_trusted", "comes_to_be"),
    [
        ("TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384", True, True),
        ("TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384", False, False),
        ("TLSv1.2", "ECDHE-ECDSA-AES256-SHA384", True, False),
        ("TLSv1.2", "ECDHE-ECDSA-CHACHA20-POLY1305", True, False),
        ("TLSv1.1", "ECDHE-ECDSA-AES256-SHA", True, False),
    ],
)
def test_it_is_spoken_to_as_the_policy_says(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    suite: str,
    is_trusted: bool,
    comes_to_be: bool,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    authority, root = certificate(tmp_path, "authority", key)
    of_server, _ = certificate(tmp_path, "server", key, signed_by=(root, key))
    stranger, _ = certificate(tmp_path, "stranger", ec.generate_private_key(ec.SECP256R1()))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority if is_trusted else stranger))
    with listening(speaking(server_context((of_server,), version, suite))) as there:
        kms = AwsKms(
            ARN,
            f"https://{there.endpoint}",
            Credentials(ACCESS, SECRET),
            lambda: datetime.now(UTC),
            lambda _: None,
        )
        # It says nothing in HTTP: how far a connection comes is what counts.
        with pytest.raises(KmsUnavailable) as failed:
            kms.wrap(SECRET_KEY, "0")
    assert ("ConnectError" not in str(failed.value)) is comes_to_be


def test_nobody_there(waited: list[float]) -> None:
    with serving() as server:
        kms = aws(server, waited)
    with pytest.raises(KmsUnavailable, match="ConnectError"):
        kms.wrap(SECRET_KEY, "0")
    assert len(waited) == 3


@pytest.mark.parametrize("endpoint", ["http://kms.example.com", "kms.example.com", "ftp://x", ""])
def test_in_plain_only_this_machine_is_asked(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="AWS_ENDPOINT_URL_KMS"):
        AwsKms(ARN, endpoint, Credentials("a", "b"), lambda: datetime.now(UTC), lambda _: None)


def test_without_credentials_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID"):
        AwsKms.of_environment(ARN)


@pytest.mark.parametrize(
    "name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
)
@pytest.mark.parametrize("value", ["abcdefgh\n", "abc defgh", "abcdefgh\u00e9"])
def test_credentials_that_are_none_are_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    for one in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(one, "proper")
    AwsKms.of_environment(ARN)
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name) as refused:
        AwsKms.of_environment(ARN)
    assert "abc" not in str(refused.value)


def test_the_signature_is_that_of_the_published_example() -> None:
    """Of "Signature Version 4 signing process" in AWS's general reference: IAM, ListUsers."""
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "host": "iam.amazonaws.com",
        "x-amz-date": "20150830T123600Z",
    }
    query = "Action=ListUsers&Version=2010-05-08"
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    signed = authorization(
        "GET", query, headers, b"", "us-east-1", "iam", Credentials("AKIDEXAMPLE", secret)
    )
    assert signed.endswith(
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


def test_secrets_are_not_shown() -> None:
    assert "b-secret" not in repr(Credentials("a", "b-secret", "b-secret"))
