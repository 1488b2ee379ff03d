"""What a program gets: the functions of the package, their results and their errors."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import clearshard
from clearshard import api
from clearshard.children import module_path
from clearshard.records.states import QuarantineReason

from .run.watching import at_stage
from .run.world import AS_OF, World, small_world, transcript, world_clock

HEAVY = ("spacy", "pyarrow", "presidio_analyzer", "typer", "numpy", "pydantic", "duckdb", "torch")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(api, "now", world_clock)
    world = small_world(tmp_path)
    world.write('[output]\nfolder = "out"\n[redaction]\nprofile = "stock"\n')
    return world


def _python(code: str, *, stdin: bool, cwd: Path, script: Path | None = None) -> list[str]:
    """What a program prints; it must print nothing else."""
    command = [sys.executable, *([str(script)] if script else ["-"])]
    done = subprocess.run(
        command,
        input=code if stdin else None,
        cwd=cwd,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_importing_the_package_imports_nothing_that_takes_long(tmp_path: Path) -> None:
    code = (
        "import sys, clearshard\n"
        "assert callable(clearshard.run) and 'redact' in dir(clearshard)\n"
        "import clearshard.run\n"
        f"print([n for n in {HEAVY!r} if n in sys.modules])\n"
        "print(callable(clearshard.run))\n"
    )
    assert _python(code, stdin=True, cwd=tmp_path) == ["[]", "True"]


def test_every_name_of_the_package_is_there() -> None:
    for name in clearshard.__all__:
        assert getattr(clearshard, name) is not None
    assert clearshard.decide is api.decide
    with pytest.raises(AttributeError, match="no_such"):
        clearshard.no_such  # noqa: B018


@pytest.mark.parametrize("form", ["path", "text", "config", "mapping"])
def test_a_run_takes_a_configuration_in_any_form(
    world: World, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.root)
    given: Any = {
        "path": world.config,
        "text": str(world.config),
        "config": clearshard.load_config(world.config),
        "mapping": {
            "sources": {
                "manifest": Path("files.csv"),
                "registry": "accounts.csv",
                "transcripts": "transcripts",
            },
            "output": {"folder": "out"},
            "redaction": {"profile": "stock", "languages": ("en",)},
        },
    }[form]
    result = clearshard.run(given, workers=1, actor="svc-training")
    record = json.loads((world.out / "runs" / f"{result.run_id}.json").read_text())
    assert record["actor"] == "svc-training"
    assert (result.status, result.exit_code, result.message) == ("done", 0, None)
    assert (result.counts.seen, result.counts.written, result.counts.excluded) == (8, 5, 3)
    assert result.reasons["baa_executed"] == 1
    assert result.out == world.out
    assert [path.is_file() for path in result.shards] == [True]
    assert len(world.texts()) == 5
    assert result.ledger_head is not None
    with pytest.raises(FrozenInstanceError):
        result.run_id = ""  # type: ignore[misc]
    again = clearshard.run(given, workers=1)
    assert (again.run_id, again.status) == (result.run_id, "unchanged")


def test_a_dry_run_leaves_nothing(world: World) -> None:
    result = clearshard.run(world.config, workers=1, dry_run=True)
    assert (result.status, result.shards, result.counts.written) == ("dry_run", (), 5)
    assert not (world.out / "shards").exists()


def test_too_many_in_quarantine_is_a_result_that_says_so(world: World) -> None:
    world.file("broken", "acct-good", b"{")
    world.write('[output]\nfolder = "out"\n[limits]\nmax_quarantined_share = 0.1\n')
    result = clearshard.run(world.config, workers=1)
    assert (result.status, result.exit_code) == ("too_many_quarantined", 3)
    assert "audit list" in (result.message or "")
    assert len(result.shards) == 1


def test_what_goes_wrong_is_one_of_the_errors_of_the_package(world: World) -> None:
    with pytest.raises(clearshard.ConfigError, match="no_such → unknown key"):
        clearshard.run({"no_such": 1})
    with pytest.raises(clearshard.ConfigError, match="time zone"):
        clearshard.run(world.config, as_of=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(clearshard.ConfigError, match="as_of"):
        clearshard.run(world.config, replay=True)
    with pytest.raises(clearshard.ConfigError, match="workers"):
        clearshard.run(world.config, workers=0)
    with pytest.raises(clearshard.ConfigError, match="store"):
        clearshard.run(world.config, out="s3://bucket/x")
    (world.root / "accounts.csv").unlink()
    with pytest.raises(clearshard.SourceUnavailable):
        clearshard.run(world.config, workers=1)


def test_an_error_that_could_quote_its_input_is_told_by_type_and_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("Jennifer Lopez")

    monkeypatch.setattr("clearshard.run.job.run", broken)
    with pytest.raises(clearshard.RunFailed, match="unexpected ValueError at broken") as caught:
        clearshard.run(world.config, workers=1)
    assert "Jennifer" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_what_stops_a_task_from_outside_leaves_nothing_half_visible(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(BaseException):
        """As a scheduler raises in a signal handler."""

    def stopped() -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        at_stage(patch, "announce", stopped)
        with pytest.raises(Stopped):
            clearshard.run(world.config, workers=1)
    assert world.texts() == []
    result = clearshard.run(world.config, workers=1)
    assert (result.status, result.counts.written) == ("done", 5)


def test_nothing_is_printed_and_no_signal_is_handled(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    import signal

    handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    results: list[Any] = []
    # A handler can be installed by the main thread alone: another one would be refused.
    thread = threading.Thread(
        target=lambda: results.append(clearshard.run(world.config, workers=1))
    )
    thread.start()
    thread.join()
    assert results[0].status == "done"
    assert capfd.readouterr() == ("", "")
    assert [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)] == handlers


_PROGRAM = """
import threading
import clearshard
results = []
def work():
    results.append(clearshard.run("job.toml", workers=1))
thread = threading.Thread(target=work)
thread.start()
thread.join()
print(results[0].status, results[0].counts.written)
"""


# Without a guard it is a script that workers would run again.
@pytest.mark.slow
@pytest.mark.parametrize(
    "stdin", [pytest.param(True, marks=pytest.mark.soak), False], ids=["typed", "script"]
)
def test_a_program_needs_no_guard_and_gives_workers_nothing_of_it(
    tmp_path: Path, *, stdin: bool
) -> None:
    world = small_world(tmp_path)
    world.export_now()
    world.write('[output]\nfolder = "out"\n[redaction]\nprofile = "stock"\n')
    script = tmp_path / "program.py"
    script.write_text(_PROGRAM)
    told = _python(_PROGRAM, stdin=stdin, cwd=tmp_path, script=None if stdin else script)
    assert told == ["done 5"]


def test_workers_look_for_modules_where_they_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = [path for path in sys.path if path not in ("", str(Path.cwd()))]
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "scripts" / "program.py"
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(script), raising=False)
    monkeypatch.setattr(sys, "path", ["", str(script.parent), str(tmp_path), *installed])
    assert module_path() == installed
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # somebody has said so
    assert module_path() == [str(tmp_path), *installed]


@pytest.mark.usefixtures("processes")
def test_transcripts_are_redacted_in_order_and_none_is_passed_through() -> None:
    given = [
        transcript("my name is Jennifer Lopez", "okay thank you"),
        b"{",
        "a text and no JSON",
        {"status": object()},
        json.dumps(transcript("call me at 415 555 0132 please")),
        json.dumps(transcript("hola que tal", language_code="es")).encode(),
    ]
    made = list(clearshard.redact(given, {"redaction": {"operator": "tag"}}))  # type: ignore[arg-type]
    assert isinstance(made[0], clearshard.Redacted)
    assert "Jennifer" not in repr(made[0])
    assert "<PERSON>" in made[0].text
    assert made[0].text == " ".join(turn.text for turn in made[0].utterances)
    assert {one.entity_type for one in made[0].redactions} == {"PERSON"}
    assert [type(one) for one in made[1:4]] == [clearshard.Quarantined] * 3
    assert [one.reason for one in made[1:4]] == [QuarantineReason.MALFORMED] * 3  # type: ignore[union-attr]
    assert isinstance(made[4], clearshard.Redacted)
    assert "0132" not in made[4].text
    assert made[5] == clearshard.Quarantined(QuarantineReason.UNSUPPORTED_LANGUAGE, "language_code")


def test_transcripts_are_read_in_the_form_that_the_configuration_says() -> None:
    answer = {"request_id": "x", "response": "Her name is Jennifer Lopez, I think."}
    nowhere = {"manifest": "", "registry": "", "transcripts": ""}
    english = {"sources": {**nowhere, "language": "en"}}
    (unknown,) = clearshard.redact([answer])
    assert unknown == clearshard.Quarantined(QuarantineReason.UNSUPPORTED_LANGUAGE, "language_code")
    (made,) = clearshard.redact([answer], english)
    assert isinstance(made, clearshard.Redacted)
    assert "Jennifer" not in made.text


def test_what_was_deleted_is_told_as_that_and_channels_are_handed_out() -> None:
    deleted = {"status": "completed", "text": "Deleted by user.", "language_code": "en"}
    two = transcript("good morning", "hello there")
    for number, turn in enumerate(two["utterances"]):
        turn["channel"] = number + 1
        for word in turn["words"]:
            word["channel"] = number + 1
    for word in two["words"]:
        word["channel"] = 1 if word["speaker"] == "A" else 2
    gone, made = clearshard.redact([deleted, two])
    assert gone == clearshard.Quarantined("deletion_requested", "TranscriptDeleted")
    assert isinstance(made, clearshard.Redacted)
    assert {turn.speaker: made.channels[turn.speaker] for turn in made.utterances} == {
        "A": 1,
        "B": 2,
    }


@pytest.mark.usefixtures("processes")
def test_redact_is_lazy_and_hands_back_errors_of_its_source() -> None:
    class OfCaller(Exception):
        pass

    def source() -> Any:
        yield transcript("hello there")
        raise OfCaller

    with pytest.raises(OfCaller):
        list(clearshard.redact(source()))
    taken: list[int] = []
    clearshard.redact(taken.append(1) or {} for _ in range(3))  # type: ignore[func-returns-value]
    assert taken == []


def test_a_keyed_operator_needs_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLEARSHARD_KEY", raising=False)
    settings = {"redaction": {"operators": {"PERSON": "hash"}}}
    with pytest.raises(clearshard.ConfigError, match="key"):
        list(clearshard.redact([transcript("hello")], settings))
    assert list(tmp_path.iterdir()) == []


def _tables() -> tuple[pa.Table, pa.Table]:
    manifest = pa.table(
        {
            "file_id": ["a", "b", "c"],
            "account_id": ["good", "out", "none"],
            "product": ["async"] * 3,
            "region": ["us", "eu", "us"],
            "submitted_at": ["2026-11-01T12:00:00Z"] * 3,
            "transcript_uri": ["a.json", "b.json", "c.json"],
        }
    )
    registry = pa.table(
        {
            "account_id": ["good", "out"],
            "training_permitted": [True, True],
            "baa_executed": [False, False],
            "opted_out": [False, True],
            "exported_at": [datetime(2026, 11, 22, tzinfo=UTC)] * 2,
        }
    )
    return manifest, registry


def test_decisions_on_tables_have_every_reason(tmp_path: Path) -> None:
    manifest, registry = _tables()
    decided = clearshard.decide(manifest, registry, as_of=AS_OF)
    rows = {row["file_id"]: row for row in decided.table.to_pylist()}
    assert rows["a"]["state"] == "eligible"
    assert rows["b"]["reasons"] == ["eu_server", "opted_out"]
    assert rows["b"]["facts"]["region"] == "eu"
    assert rows["c"]["reasons"] == ["unknown_account"]
    assert decided.counts == {"eligible": 1, "excluded": 2, "quarantined": 0}
    assert decided.reasons == {"eu_server": 1, "opted_out": 1, "unknown_account": 1}
    # The same from files.
    from clearshard.sources.memory import write_table

    write_table(manifest, tmp_path / "files.parquet")
    write_table(registry, tmp_path / "accounts.parquet")
    again = clearshard.decide(
        tmp_path / "files.parquet", tmp_path / "accounts.parquet", as_of=AS_OF
    )
    assert again.table.equals(decided.table)


def test_decisions_are_by_the_policy_and_the_rules_of_columns(tmp_path: Path) -> None:
    manifest, registry = _tables()
    with pytest.raises(clearshard.SourceUnavailable, match="deletionRequestedAt"):
        clearshard.decide(
            manifest.append_column("deletionRequestedAt", pa.array(["", "", ""])),
            registry,
            as_of=AS_OF,
        )
    policy = tmp_path / "policy.toml"
    policy.write_text('version = 1\ntitle = "x"\nrules = []\n')
    with pytest.raises(clearshard.ConfigError, match="rules"):
        clearshard.decide(manifest, registry, policy, as_of=AS_OF)
    extra = manifest.append_column("note", pa.array(["", "", ""]))
    strict = {"sources": {"strict_columns": True}}
    with pytest.raises(clearshard.SourceUnavailable, match="note"):
        clearshard.decide(extra, registry, config=strict, as_of=AS_OF)
