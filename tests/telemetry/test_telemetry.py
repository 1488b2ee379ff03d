"""Metrics and lineage of runs: what they say, what they never say, and that they change nothing."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import util
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from clearshard.cli.entry import _exit_code
from clearshard.config import redaction_defaults
from clearshard.errors import (
    IntegrityError,
    Interrupted,
    RegistryStale,
    RunLocked,
    SourceUnavailable,
    TooManyGone,
)
from clearshard.records.run import RunRecord
from clearshard.run import job
from clearshard.telemetry import lineage
from clearshard.telemetry.metrics import render, write_metrics
from clearshard.telemetry.outcome import Outcome, failed, visible

from ..run.world import World, small_world, transcript

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """Of a real run."""
    world = small_world(tmp_path_factory.mktemp("made"))
    world.file("broken", "acct-good", b"{")
    world.write()
    return world.run()


@pytest.fixture
def world(tmp_path: Path, record: RunRecord, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose runs take no time and all end alike."""
    result = job.RunResult(record, unchanged=False, stale=0, redacted_words=7)
    monkeypatch.setattr(job, "run", lambda *_, **__: result)
    return small_world(tmp_path)


def _run(world: World, extra: str, max_drop_share: float = 1.0) -> int:
    world.write(f"\n[limits]\nmax_quarantined_share = 1.0\n{extra}")
    share = f"max_drop_share = {max_drop_share}"
    world.config.write_text(world.config.read_text().replace("max_drop_share = 1.0", share))
    return _exit_code(["run", "--config", str(world.config), "--out", str(world.out), "--json"])


def _samples(content: bytes) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(v for k, v in sorted(sample.labels.items()) if k != "config")): sample.value
        for family in text_string_to_metric_families(content.decode())
        for sample in family.samples
    }


def test_metrics_say_what_the_record_says(world: World, record: RunRecord) -> None:
    assert _run(world, '[metrics]\ntextfile = "run.prom"\n') == 0
    content = (world.root / "run.prom").read_bytes()
    assert b'config="job"' in content
    samples = _samples(content)
    assert samples["clearshard_run_exit_code",] == 0
    assert samples["clearshard_run_files", "written"] == record.counts.written
    assert samples["clearshard_run_files", "quarantined"] == 1
    assert samples["clearshard_run_files", "excluded"] == 3
    assert samples["clearshard_run_reason_files", "malformed"] == 1
    assert samples["clearshard_run_reason_files", "opted_out"] == 1
    assert samples["clearshard_run_words",] == record.word_count
    # The rate is of what was worked on, not of what was there already.
    assert samples["clearshard_run_redacted_words",] == 7
    assert samples["clearshard_run_words_per_second",] <= 7 / 1e-9
    end = samples["clearshard_run_end_timestamp_seconds",]
    assert samples["clearshard_run_success_timestamp_seconds",] == end
    assert b"acct-good" not in content
    assert b"good-0" not in content
    assert [p.name for p in world.root.iterdir() if "tmp" in p.name] == []


def test_a_run_that_fails_keeps_the_time_of_the_last_success(tmp_path: Path) -> None:
    path = tmp_path / "job.prom"
    write_metrics(path, "job", Outcome(_NOW, 2.0, 0))
    first = _samples(path.read_bytes())["clearshard_run_success_timestamp_seconds",]
    for number, error in enumerate((RegistryStale("x"), IntegrityError("x"), Interrupted())):
        later = datetime(2026, 11, 23 + number, tzinfo=UTC)
        write_metrics(path, "job", failed(error, later, 1.5))
        samples = _samples(path.read_bytes())
        assert samples["clearshard_run_success_timestamp_seconds",] == first == _NOW.timestamp()
        assert samples["clearshard_run_end_timestamp_seconds",] == later.timestamp()
        assert samples["clearshard_run_exit_code",] == (4, 5, 1)[number]
        assert samples["clearshard_run_duration_seconds",] == 1.5
        assert not any(name[0] == "clearshard_run_files" for name in samples)


GONE = TooManyGone("x", {"unknown_region": 3, "not in the manifest": 1}, 10, 2)
REFUSED = "clearshard_run_refused_timestamp_seconds"
SUCCESS = ("clearshard_run_success_timestamp_seconds",)


def test_a_refused_drop_is_told_and_moves_no_success(tmp_path: Path) -> None:
    path = tmp_path / "job.prom"
    write_metrics(path, "job", Outcome(_NOW, 2.0, 0))
    assert (REFUSED, "too_many_gone") not in _samples(path.read_bytes())
    refused_at = datetime(2026, 11, 23, tzinfo=UTC)
    write_metrics(path, "job", failed(GONE, refused_at, 1.5))
    samples = _samples(path.read_bytes())
    assert samples["clearshard_run_exit_code",] == 3
    assert samples[SUCCESS] == _NOW.timestamp()
    assert samples[REFUSED, "too_many_gone"] == refused_at.timestamp()
    assert samples["clearshard_run_gone_files", "unknown_region"] == 3
    assert samples["clearshard_run_gone_files", "not in the manifest"] == 1
    assert samples["clearshard_run_gone_share",] == 0.4
    assert samples["clearshard_run_due_files",] == 2
    # Another failure does not make it unsaid, and a success comes after it.
    write_metrics(path, "job", failed(RegistryStale("x"), datetime(2026, 11, 24, tzinfo=UTC), 1))
    samples = _samples(path.read_bytes())
    assert samples[REFUSED, "too_many_gone"] == refused_at.timestamp()
    assert samples[REFUSED, "registry_stale"] == datetime(2026, 11, 24, tzinfo=UTC).timestamp()
    assert ("clearshard_run_due_files",) not in samples
    write_metrics(path, "job", Outcome(datetime(2026, 11, 25, tzinfo=UTC), 1.0, 0))
    samples = _samples(path.read_bytes())
    assert samples[SUCCESS] > samples[REFUSED, "registry_stale"] > samples[REFUSED, "too_many_gone"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SourceUnavailable("x"), "source_unavailable"),
        (RegistryStale("x"), "registry_stale"),
        (IntegrityError("x"), None),
        (Interrupted(), None),
        (ValueError("x"), None),
    ],
)
def test_what_was_refused_is_told_by_its_kind(
    tmp_path: Path, error: BaseException, reason: str | None
) -> None:
    write_metrics(tmp_path / "job.prom", "job", failed(error, _NOW, 1))
    samples = _samples((tmp_path / "job.prom").read_bytes())
    assert [name[1] for name in samples if name[0] == REFUSED] == ([reason] if reason else [])
    assert ("clearshard_run_gone_share",) not in samples


def test_no_strangers_are_taken_over_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "job.prom"
    path.write_text(f'{REFUSED}{{config="job",reason="a customer"}} 1\n')
    write_metrics(path, "job", Outcome(_NOW, 1, 0))
    assert b"customer" not in path.read_bytes()


def test_what_a_visible_run_has_lost_is_told(record: RunRecord) -> None:
    gone = msgspec.structs.replace(record, gone={"missing": 1}, files_before=20)
    samples = _samples(render("job", visible(gone, _NOW, 1, 0, 0)))
    assert samples["clearshard_run_gone_files", "missing"] == 1
    assert samples["clearshard_run_gone_share",] == 0.05
    assert samples["clearshard_run_due_files",] == 0
    # A record of an earlier version does not say of how many.
    samples = _samples(
        render("job", visible(msgspec.structs.replace(gone, files_before=0), _NOW, 1, 0, 0))
    )
    assert ("clearshard_run_gone_share",) not in samples


@pytest.mark.parametrize("kind", ["gone", "unreadable"])
def test_a_real_run_that_is_refused_tells_all_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    world = small_world(tmp_path)
    world.export_now()
    extra = '[metrics]\ntextfile = "run.prom"\n[lineage]\nfile = "events.jsonl"\n'
    assert _run(world, extra) == 0
    first = _samples((tmp_path / "run.prom").read_bytes())
    capsys.readouterr()
    if kind == "gone":
        world.files = [f for f in world.files if f["file_id"] != "good-1"]
        world.accounts[1]["opted_out"] = "true"  # other-0 must go
        code = _run(world, extra, max_drop_share=0.0)
    else:
        for account in world.accounts:
            account["opted_out"] = "perhaps"
        code = _run(world, extra)
    assert code == {"gone": 3, "unreadable": 4}[kind]
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    second = _samples((tmp_path / "run.prom").read_bytes())
    assert second[SUCCESS] == first[SUCCESS]
    reason = {"gone": "too_many_gone", "unreadable": "source_unavailable"}[kind]
    assert second[REFUSED, reason] == second["clearshard_run_end_timestamp_seconds",]
    event = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()][-1]
    assert event["eventType"] == "FAIL"
    message = event["run"]["facets"]["errorMessage"]["message"]
    assert f"exit code {code}, refused: {reason}" in message
    if kind == "gone":
        assert second["clearshard_run_gone_share",] == 0.2
        assert second["clearshard_run_due_files",] == 1
        assert "1 of 5 files gone (not in the manifest 1)" in message
        assert said["gone"] == {"not in the manifest": 1}
        assert (said["files_before"], said["due"]) == (5, 1)
    assert "acct-" not in json.dumps(event)


def test_a_run_that_is_refused_leaves_the_metrics_to_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise RunLocked("x")

    monkeypatch.setattr(job, "run", refused)
    assert _run(world, '[metrics]\ntextfile = "run.prom"\n') == 6
    assert not (world.root / "run.prom").exists()


@pytest.mark.parametrize("before", [b"", b"\xff", b"{} nonsense {", b'a{config="job"} x'])
def test_a_file_of_somebody_else_does_not_stop_the_metrics(tmp_path: Path, before: bytes) -> None:
    path = tmp_path / "job.prom"
    path.write_bytes(before)
    write_metrics(path, "job", failed(IntegrityError("x"), _NOW, 1))
    assert ("clearshard_run_success_timestamp_seconds",) not in _samples(path.read_bytes())


def test_jobs_do_not_take_over_each_others_success(tmp_path: Path) -> None:
    path = tmp_path / "job.prom"
    path.write_bytes(render("other", Outcome(_NOW, 1, 0)))
    write_metrics(path, "job", failed(IntegrityError("x"), _NOW, 1))
    assert ("clearshard_run_success_timestamp_seconds",) not in _samples(path.read_bytes())


def test_metrics_that_cannot_be_written_change_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(world, '[metrics]\ntextfile = "absent/run.prom"\n') == 0
    assert "metrics_not_written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("extra", "package"),
    [
        ('[metrics]\ntextfile = "run.prom"\n', "clearshard[metrics]"),
        ('[lineage]\nfile = "events.jsonl"\n', "clearshard[lineage]"),
        ('[lineage]\nurl = "http://localhost:1"\n', "clearshard[lineage]"),
    ],
)
def test_a_package_that_is_not_installed_is_named(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    extra: str,
    package: str,
) -> None:
    monkeypatch.setattr(util, "find_spec", lambda _: None)
    assert _run(world, extra) == 2
    assert f"pip install '{package}'" in capsys.readouterr().out


def test_a_url_that_is_none_is_an_error_of_the_configuration(world: World) -> None:
    assert _run(world, '[lineage]\nurl = "localhost"\n') == 2
    # In the clear to another machine.
    assert _run(world, '[lineage]\nurl = "http://example.com"\n') == 2


def test_lineage_says_what_went_in_and_what_came_out(world: World, record: RunRecord) -> None:
    assert _run(world, '[lineage]\nfile = "events.jsonl"\n') == 0
    text = (world.root / "events.jsonl").read_text()
    start, complete = (json.loads(line) for line in text.splitlines())
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == complete["run"]["runId"]
    assert start["job"]["namespace"] == "clearshard"
    assert start["job"]["name"] == "job"
    inputs = {i["name"]: i for i in complete["inputs"]}
    registry = inputs[str(world.root / "accounts.csv")]
    assert registry["facets"]["version"]["datasetVersion"] == record.registry_at_publish.sha256
    shards, decisions = complete["outputs"]
    assert shards["name"] == str(world.out / "shards")
    assert shards["facets"]["version"]["datasetVersion"] == record.run_id
    assert shards["outputFacets"]["outputStatistics"]["rowCount"] == record.counts.written
    assert {"name": "doc_key", "type": "string"}.items() <= (
        shards["facets"]["schema"]["fields"][0].items()
    )
    assert decisions["outputFacets"]["outputStatistics"]["rowCount"] == record.counts.seen
    for secret in ("acct-", "good-0", "chairs"):
        assert secret not in text


@pytest.mark.parametrize(
    ("error", "state"), [(IntegrityError("my card is 4111"), "FAIL"), (Interrupted(), "ABORT")]
)
def test_a_run_that_fails_tells_its_type_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, error: BaseException, state: str
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(job, "run", fails)
    assert _run(world, '[lineage]\nfile = "events.jsonl"\n') in (1, 5)
    text = (world.root / "events.jsonl").read_text()
    last = json.loads(text.splitlines()[-1])
    assert last["eventType"] == state
    assert type(error).__name__ in last["run"]["facets"]["errorMessage"]["message"]
    assert "4111" not in text


class _Receiver(BaseHTTPRequestHandler):
    hangs: threading.Event | None = None
    got: list[tuple[str | None, dict[str, Any]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.headers["Authorization"], json.loads(body)))
        # A header without end keeps a client busy that waits for each byte only so long.
        while self.hangs is not None and not self.hangs.wait(0.1):
            self.wfile.write(b"H")
            self.wfile.flush()
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, type[_Receiver]]]:
    handler = type("Handler", (_Receiver,), {"got": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()


def test_a_receiver_gets_the_events_and_its_key(
    world: World,
    receiver: tuple[str, type[_Receiver]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url, handler = receiver
    monkeypatch.setenv("OPENLINEAGE_API_KEY", "sesame")
    assert _run(world, f'[lineage]\nurl = "{url}"\n') == 0
    assert [event["eventType"] for _, event in handler.got] == ["START", "COMPLETE"]
    assert {key for key, _ in handler.got} == {"Bearer sesame"}
    assert "sesame" not in "".join(capsys.readouterr())


def test_a_receiver_that_is_down_costs_its_events(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(world, '[lineage]\nurl = "http://127.0.0.1:1"\n') == 0
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert lines[-1]["event"] == "lineage_lost"
    assert "2 lineage events" in lines[-1]["message"]


def test_a_receiver_that_hangs_is_not_waited_for(
    world: World, receiver: tuple[str, type[_Receiver]], capsys: pytest.CaptureFixture[str]
) -> None:
    url, handler = receiver
    handler.hangs = threading.Event()
    assert _run(world, f'[lineage]\nurl = "{url}"\ntimeout_seconds = 0.5\n') == 0
    # It still hangs: whoever had waited for it would not have come here.
    handler.hangs.set()
    assert "lineage_lost" in capsys.readouterr().err


@pytest.mark.parametrize(
    "only", [["--dry-run"], ["--as-of", "2026-11-22T12:00:00Z", "--replay"]], ids=["dry", "replay"]
)
def test_what_is_no_real_run_tells_nobody(world: World, only: list[str]) -> None:
    world.write('[metrics]\ntextfile = "run.prom"\n[lineage]\nfile = "events.jsonl"\n')
    job_ = ["--config", str(world.config), "--out", str(world.out)]
    _exit_code(["run", *job_, *only, "--json"])
    assert not (world.root / "run.prom").exists()
    assert not (world.root / "events.jsonl").exists()


def test_nothing_of_speech_is_in_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a real run, whose words are nowhere else."""
    monkeypatch.setattr("clearshard.cli.run.now", lambda: _NOW)
    world = World(tmp_path)
    world.account("acct-canary")
    world.file("file-canary", "acct-canary", transcript("flibbertigibbet", "perspicacious"))
    world.write('[metrics]\ntextfile = "run.prom"\n[lineage]\nfile = "events.jsonl"\n')
    job_ = ["--config", str(world.config), "--out", str(world.out), "--workers", "1"]
    assert _exit_code(["run", *job_, "--as-of", "2026-11-22T12:00:00Z", "--quiet"]) == 0
    told = (tmp_path / "run.prom").read_text() + (tmp_path / "events.jsonl").read_text()
    for word in ("flibbertigibbet", "perspicacious", "acct-canary", "file-canary"):
        assert word not in told


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("s3://bucket/day/files.csv", ("s3://bucket", "day/files.csv")),
        ("S3://bucket", ("s3://bucket", "/")),
        ("files.csv", ("file", "/base/files.csv")),
        (
            "postgresql://a@db.example:5433/crm?sslrootcert=system",
            ("postgres://db.example:5433", "crm"),
        ),
        ("postgresql:///", ("postgres://localhost:5432", "postgres")),
    ],
)
def test_a_source_is_called_what_others_call_it(place: str, named: tuple[str, str]) -> None:
    config = redaction_defaults().model_copy(update={"base": Path("/base")})
    assert lineage._named(config, place) == named
