"""Whole runs from and to a real S3 server, with a proxy between that does what networks do.

Whatever happens, what comes out is what comes out of a run that nothing has disturbed, or the run
ends with an error that says what to do, and the next one makes it so.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.errors import ClearshardError, StoreRefused, StoreUnavailable
from clearshard.records.run import RunRecord
from clearshard.run.asked import output_folder
from clearshard.run.resume import stored_looks
from clearshard.storage.objects import ObjectStore

from ..run.bucket.kept import files, objects
from ..run.sources.stored import deliver, name_sources, packed
from ..run.world import World, small_world, transcript
from .proxy import (
    Fault,
    Forward,
    Proxy,
    Request,
    Some,
    answers,
    between,
    error,
    loses_answer,
    resets,
    truncates,
)
from .s3 import BUCKET, S3Server, speak_as

pytestmark = pytest.mark.servers

SLOW_DOWN = error("503 Slow Down", "SlowDown")
SLOW_DOWN_FOR_A_SECOND = error("503 Slow Down", "SlowDown", "Retry-After: 1")
EXPIRED = error("403 Forbidden", "ExpiredToken")
SKEWED = error("403 Forbidden", "RequestTimeTooSkewed")


@pytest.fixture
def proxy(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Between this process and the server."""
    with between(s3.endpoint) as proxy:
        speak_as(monkeypatch, s3.environment(endpoint=proxy.endpoint))
        yield proxy


@pytest.fixture
def world(s3: S3Server, proxy: Proxy, s3_folder: Path) -> World:
    """All of it in buckets: two containers' worth of records, and files."""
    world = small_world(s3_folder)
    lines = [dict(transcript("hello there", f"number {n}"), id=f"packed-{n}") for n in range(5)]
    for number in range(5):
        world.file(f"packed-{number}", "acct-good", None, transcript_uri="deep/calls.jsonl")
    (world.root / "transcripts" / "deep").mkdir()
    (world.root / "transcripts" / "deep" / "calls.jsonl").write_bytes(packed(*lines))
    world.file("none", "acct-good", None)
    world.write()
    prefix = s3.new_prefix()
    deliver(world, s3.client(), f"{prefix}/")
    name_sources(world, f"s3://{BUCKET}/{prefix}/")
    shutil.rmtree(world.root / "transcripts")
    return world


@pytest.fixture
def made(world: World) -> dict[str, bytes]:
    """The shards of a run that nothing disturbs, into a folder."""
    undisturbed = world.root / "undisturbed"
    world.run(undisturbed)
    return _shards(files(undisturbed))


@pytest.fixture
def output(world: World, s3: S3Server, made: dict[str, bytes]) -> ObjectStore:
    """The output of the world, in the bucket."""
    prefix = s3.new_prefix()
    text = world.config.read_text("utf-8")
    world.config.write_text(
        f'{text}\n[output]\nfolder = "s3://{BUCKET}/{prefix}"\nmirror = "out"\n', "utf-8"
    )
    return ObjectStore(s3.client(), prefix)


def run(world: World) -> RunRecord:
    """A run as the command begins one."""
    return world.run(output_folder(load_config(world.config), None))


def _shards(found: dict[str, bytes]) -> dict[str, bytes]:
    return {key: data for key, data in found.items() if key.startswith("shards/")}


def _ends_as_undisturbed(world: World, output: ObjectStore, made: dict[str, bytes]) -> None:
    assert _shards(objects(output)) == made
    assert objects(output) == files(world.out)
    assert verify(world.out).faults == ()


def test_a_run_from_and_to_a_bucket(
    world: World, output: ObjectStore, made: dict[str, bytes], proxy: Proxy
) -> None:
    record = run(world)
    assert record.counts.written == 10
    _ends_as_undisturbed(world, output, made)
    proxy.seen.clear()
    assert run(world) == record
    assert not [one for one in proxy.seen if _reads_a_transcript(one) and "none" not in one.path]


def test_nothing_is_put_in_several_parts(
    world: World, output: ObjectStore, made: dict[str, bytes], proxy: Proxy
) -> None:
    """So no upload can be left unfinished, in which what was purged could stay unseen."""
    run(world)
    assert any(map(_puts, proxy.seen))
    assert not [one for one in proxy.seen if "upload" in one.path.lower()]


def _reads_a_transcript(request: Request) -> bool:
    return request.method == "GET" and "/transcripts/" in request.path


def _puts(request: Request) -> bool:
    return request.method == "PUT"


def _lists(request: Request) -> bool:
    return request.method == "GET" and request.is_listing


def _reads_a_table(request: Request) -> bool:
    return request.method == "GET" and request.path.endswith(".csv")


def _any(request: Request) -> bool:
    return True


@pytest.mark.parametrize(
    ("of", "fault", "first", "count"),
    [
        (_any, answers(SLOW_DOWN), 7, 3),
        (_any, answers(SLOW_DOWN_FOR_A_SECOND), 7, 2),
        (_reads_a_transcript, answers(SLOW_DOWN), 0, 5),
        (_lists, answers(SLOW_DOWN), 0, 2),
        (_puts, answers(SLOW_DOWN), 3, 4),
        (_reads_a_transcript, resets, 0, 4),
        (_reads_a_transcript, truncates, 0, 4),
        (_reads_a_table, resets, 0, 2),
        (_reads_a_table, truncates, 0, 2),
        (_lists, truncates, 0, 1),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_what_passes_is_lived_through(
    world: World,
    output: ObjectStore,
    made: dict[str, bytes],
    proxy: Proxy,
    of: Callable[[Request], bool],
    fault: Fault,
    first: int,
    count: int,
) -> None:
    proxy.fault = some = Some(of, fault, first, count)
    with suppress(StoreUnavailable):
        run(world)
    assert some.befallen == count
    proxy.fault = None
    run(world)
    _ends_as_undisturbed(world, output, made)


@pytest.mark.parametrize("number", range(12))
def test_a_put_whose_answer_is_lost_is_known_as_ones_own(
    world: World, output: ObjectStore, made: dict[str, bytes], proxy: Proxy, number: int
) -> None:
    """Whichever it is: the probes', the marker's, a shard's, the announcement's, the record's."""
    proxy.fault = some = Some(_puts, loses_answer, number)
    with suppress(StoreUnavailable, StoreRefused):
        run(world)
    assert some.befallen == 1
    proxy.fault = None
    run(world)
    _ends_as_undisturbed(world, output, made)


@pytest.mark.parametrize("of", [_reads_a_transcript, _lists, _puts, _reads_a_table])
@pytest.mark.parametrize(
    ("answer", "told"), [(EXPIRED, "have expired"), (SKEWED, "clock of this machine")]
)
def test_credentials_that_expire_end_the_run_and_the_next_goes_on(
    world: World,
    output: ObjectStore,
    made: dict[str, bytes],
    proxy: Proxy,
    of: Callable[[Request], bool],
    answer: bytes,
    told: str,
) -> None:
    proxy.fault = Some(of, answers(answer), 2 if of is not _reads_a_table else 1, 10**6)
    before = _shards(objects(output))
    with pytest.raises(StoreUnavailable, match=told) as ended:
        run(world)
    assert ended.value.exit_code == 4
    assert _shards(objects(output)) in (before, made)
    proxy.fault = None
    run(world)
    _ends_as_undisturbed(world, output, made)


@dataclass
class _Listing:
    """A listing that lags behind, or has what nobody can name.

    Attributes:
        lacks: Of which keys nothing is told.
        odd: What the name of a key becomes.
    """

    lacks: str
    odd: str | None = None

    def __call__(self, request: Request, forward: Forward, client: object) -> bytes | None:
        if not _lists(request):
            return None
        head, _, body = forward().partition(b"\r\n\r\n")
        text = _whole(head, body).decode()
        for one in re.findall(r"<Contents>.*?</Contents>", text, re.S):
            if self.lacks in one:
                odd = "" if self.odd is None else one.replace(self.lacks, self.odd)
                text = text.replace(one, odd)
        told = text.encode()
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n" % len(told)
        ) + told


def _whole(head: bytes, body: bytes) -> bytes:
    """A body without its chunks, if it has some."""
    if b"chunked" not in head.lower():
        return body
    out = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        out, body = out + body[: int(size, 16)], body[int(size, 16) + 2 :]
    return out


def test_a_listing_of_sources_that_lags_hides_nothing(
    world: World,
    output: ObjectStore,
    made: dict[str, bytes],
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stored_looks, "FEW", 0)
    proxy.fault = _Listing("transcripts/good-1.json")
    run(world)
    _ends_as_undisturbed(world, output, made)


@pytest.mark.parametrize("odd", ["a//b.json", "a&#x1;b.json", "a/./b", "a/../b"])
@pytest.mark.parametrize("few", [0, 2_000])
def test_an_odd_name_among_the_sources_stops_nothing(
    world: World,
    output: ObjectStore,
    made: dict[str, bytes],
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    odd: str,
    few: int,
) -> None:
    """It is somebody else's, in the place of one that is excluded."""
    monkeypatch.setattr(stored_looks, "FEW", few)
    proxy.fault = _Listing("baa-0.json", odd)
    run(world)
    assert not [one for one in proxy.seen if "baa-0" in one.path]
    _ends_as_undisturbed(world, output, made)


@pytest.mark.parametrize("lacks", ["/runs/", "/shards/", "/audit/decisions/"])
def test_a_listing_of_an_output_that_lags_is_not_believed(
    world: World, output: ObjectStore, made: dict[str, bytes], proxy: Proxy, lacks: str
) -> None:
    """What the ledger names and a listing lacks is refused; nothing of the mirror is removed."""
    run(world)
    held = files(world.out)
    proxy.fault = _Listing(lacks)
    with pytest.raises(ClearshardError):
        run(world)
    assert files(world.out) == held
    proxy.fault = None
    run(world)
    _ends_as_undisturbed(world, output, made)
