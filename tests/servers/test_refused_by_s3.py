"""What is wrong with a bucket, or with who asks: told in a sentence, and nothing is written."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.cli.entry import _exit_code
from clearshard.storage import clients
from clearshard.storage.objects import ObjectStore

from ..run.bucket.kept import objects
from ..run.sources.stored import deliver, name_sources
from ..run.world import World, small_world
from .proxy import Proxy, answers, between, error
from .s3 import BUCKET, NOBODY, READER, WRITER, Identity, S3Server, speak_as

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def _few_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "RETRIES", {"max_retries": 1})


@pytest.fixture
def prefix(s3: S3Server) -> str:
    return s3.new_prefix()


@pytest.fixture
def world(s3: S3Server, s3_folder: Path) -> World:
    world = small_world(s3_folder)
    world.clock = lambda: datetime.now(UTC)
    world.export_now()
    world.write()
    return world


def _sources_in(world: World, s3: S3Server, prefix: str) -> None:
    deliver(world, s3.client(), f"{prefix}/")
    name_sources(world, f"s3://{BUCKET}/{prefix}/")


def _output_in(world: World, address: str) -> None:
    text = world.config.read_text("utf-8")
    world.config.write_text(f'{text}\n[output]\nfolder = "{address}"\nmirror = "mirror"\n', "utf-8")


def run(world: World, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    code = _exit_code(["run", "--config", str(world.config), "--workers", "1", "--quiet", *more])
    return code, capsys.readouterr().err


def _into(world: World) -> tuple[str, ...]:
    return "--out", str(world.out)


@pytest.mark.parametrize("what", ["files.csv", "accounts.csv", "transcripts"])
def test_a_bucket_of_sources_that_is_not_there(
    s3: S3Server,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: str,
) -> None:
    speak_as(monkeypatch, s3.environment(WRITER))
    text = world.config.read_text().replace(f'"{what}"', f'"s3://not-there/{what}"')
    world.config.write_text(text)
    code, told = run(world, capsys, *_into(world))
    assert code == 4
    assert "bucket is not there" in told
    assert not (world.out / layout.RUNS).exists() or not list((world.out / layout.RUNS).iterdir())


def test_a_bucket_of_an_output_that_is_not_there(
    s3: S3Server,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    speak_as(monkeypatch, s3.environment(WRITER))
    _output_in(world, "s3://not-there/out")
    code, told = run(world, capsys)
    assert code == 4
    # This server answers whoever may make no buckets so.
    assert "does not let this user get at" in told or "bucket is not there" in told


@pytest.mark.parametrize(
    ("who", "told_of"),
    [
        (NOBODY, "does not let this user get at"),
        (Identity("stranger", ()), "does not know these credentials"),
    ],
)
def test_sources_that_this_user_may_not_read(
    s3: S3Server,
    world: World,
    prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    who: Identity,
    told_of: str,
) -> None:
    _sources_in(world, s3, prefix)
    speak_as(monkeypatch, s3.environment(who))
    code, told = run(world, capsys, *_into(world))
    assert code == 4
    assert told_of in told or "Look after the network and the store" in told
    assert who.secret not in told


def test_whoever_may_only_read_reads_and_writes_nothing(
    s3: S3Server,
    world: World,
    prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Sources need no more than that; an output is refused before anything is read."""
    _sources_in(world, s3, prefix)
    speak_as(monkeypatch, s3.environment(READER))
    assert run(world, capsys, *_into(world))[0] == 0
    out = s3.new_prefix()
    _output_in(world, f"s3://{BUCKET}/{out}")
    code, told = run(world, capsys)
    assert code == 4
    assert "does not let this user get at" in told
    assert objects(ObjectStore(s3.client(), out)) == {}


@pytest.fixture
def proxy(s3: S3Server) -> Iterator[Proxy]:
    with between(s3.endpoint) as proxy:
        yield proxy


@pytest.mark.parametrize(
    "answer",
    [
        error("400 Bad Request", "AuthorizationHeaderMalformed"),
        error("301 Moved Permanently", "PermanentRedirect", "x-amz-bucket-region: eu-west-1"),
    ],
)
def test_a_wrong_region(
    s3: S3Server,
    proxy: Proxy,
    world: World,
    prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: bytes,
) -> None:
    """This server is in all regions; AWS answers so."""
    _sources_in(world, s3, prefix)
    speak_as(monkeypatch, s3.environment(endpoint=proxy.endpoint))
    proxy.fault = answers(answer)
    code, told = run(world, capsys, *_into(world))
    assert code == 4
    assert "region" in told


def test_a_server_that_is_not_up(
    s3: S3Server,
    world: World,
    prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _sources_in(world, s3, prefix)
    with between(s3.endpoint) as gone:
        pass
    speak_as(monkeypatch, s3.environment(endpoint=gone.endpoint))
    code, told = run(world, capsys, *_into(world))
    assert code == 4
    assert "Look after the network" in told


def test_a_server_in_the_clear_elsewhere_is_not_spoken_to(
    s3: S3Server,
    world: World,
    prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _sources_in(world, s3, prefix)
    speak_as(monkeypatch, s3.environment(endpoint="http://192.0.2.1:8333"))
    code, told = run(world, capsys, *_into(world))
    assert code == 2
    assert "no address over TLS" in told


@pytest.mark.parametrize("named", ["", "nightly"])
def test_a_profile_says_who_asks(
    s3: S3Server,
    world: World,
    prefix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    named: str,
) -> None:
    _sources_in(world, s3, prefix)
    surroundings = s3.environment()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        del surroundings[name]
    keys, config = tmp_path / "credentials", tmp_path / "config"
    keys.write_text(
        f"[{named or 'default'}]\naws_access_key_id = {READER.name}\n"
        f"aws_secret_access_key = {READER.secret}\n"
    )
    config.write_text(f"[{f'profile {named}' if named else 'default'}]\nregion = us-east-1\n")
    files = {"AWS_SHARED_CREDENTIALS_FILE": str(keys), "AWS_CONFIG_FILE": str(config)}
    speak_as(monkeypatch, {**surroundings, **files, **({"AWS_PROFILE": named} if named else {})})
    code, told = run(world, capsys, *_into(world), "--log-format", "json")
    assert code == 0
    everything = "".join(
        path.read_text("utf-8", "replace") for path in world.root.rglob("*") if path.is_file()
    )
    assert READER.secret not in told + everything
    assert json.loads((world.out / layout.MARKER).read_text("utf-8"))
    # The profile is gone.
    speak_as(monkeypatch, {**surroundings, **files, "AWS_PROFILE": "none"})
    code, told = run(world, capsys, *_into(world))
    assert code == 2
    assert "profile none" in told
