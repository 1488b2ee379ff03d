"""The examples of docs/scheduling.md, taken from the page, or from `configs`, and tried."""

import json
import os
import re
import shutil
import subprocess
import sys
import types
from collections.abc import Callable
from configparser import ConfigParser
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

import clearshard
from clearshard.cli.entry import app
from clearshard.config import load_config
from clearshard.telemetry.metrics import render
from clearshard.telemetry.outcome import visible

from .run.watching import at_stage
from .run.world import AS_OF, World, small_world, world_clock
from .telemetry.making import a_record

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "scheduling.md").read_text("utf-8")
AIRFLOW = ROOT / "configs" / "airflow" / "clearshard_nightly.py"
DAGSTER = ROOT / "configs" / "dagster" / "definitions.py"
RESULT = {"run_id": "r", "counts": {"seen": 1, "written": 1, "excluded": 0, "quarantined": 0}}


def _section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def _blocks(title: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", _section(title), re.MULTILINE | re.DOTALL)


def _stub(folder: Path, *codes: int) -> Path:
    """A command `clearshard` that ends with these codes, one after the other."""
    folder.mkdir(exist_ok=True)
    stub = folder / "clearshard"
    line = json.dumps({**RESULT, "message": "a message", "exit_code": 0})
    stub.write_text(
        f'#!/bin/sh\ncd {folder}\necho "$@" >>calls\nset -- {" ".join(map(str, codes))}\n'
        f"shift $(($(wc -l <calls) - 1))\necho '{line}'\nexit $1\n"
    )
    stub.chmod(0o755)
    return folder


@pytest.fixture
def stubbed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    def stub(*codes: int) -> Path:
        folder = _stub(tmp_path / "bin", *codes)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        return folder

    return stub


def _calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def test_the_table_of_codes_is_complete() -> None:
    assert re.findall(r"^\| (\d) \| ", PAGE, re.MULTILINE) == [*"0123456"]


# systemd


def _units(folder: Path) -> dict[str, ConfigParser]:
    units = {}
    names = re.findall(r"`/etc/systemd/system/([a-z-]+\.[a-z]+)`", _section("systemd"))
    for name, text in zip(names, _blocks("systemd", "ini"), strict=True):
        folder.joinpath(name).write_text(
            text.replace("/opt/clearshard/bin/clearshard", str(Path(sys.executable)))
        )
        units[name] = ConfigParser(interpolation=None, delimiters=("=",))
        units[name].optionxform = str  # type: ignore[assignment,method-assign]  # as documented
        units[name].read_string(text.replace("\\\n", " "))
    return units


def test_systemd_reacts_to_every_code(tmp_path: Path) -> None:
    units = _units(tmp_path)
    service = units["clearshard.service"]["Service"]
    assert service["SuccessExitStatus"] == "6"
    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"].split() == ["2", "3", "5"]
    assert service["KillMode"] == "mixed"
    assert int(service["TimeoutStopSec"]) > 10
    assert units["clearshard.service"]["Unit"]["OnFailure"] in units
    _takes(service["ExecStart"].split()[1:])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    units = _units(tmp_path)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(tmp_path / name for name in units)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )
    about = [line for line in done.stderr.splitlines() if "clearshard" in line]
    assert about == []
    assert done.returncode == 0, done.stderr


# cron


def _cron(tmp_path: Path) -> tuple[list[str], Path]:
    """The words of the line, and the script."""
    *_, line = _blocks("cron", "crontab")[0].strip().splitlines()
    script = tmp_path / "nightly"
    script.write_text(_blocks("cron", "sh")[0])
    script.chmod(0o755)
    return line.split(), script


def test_the_line_of_cron_is_a_time_a_user_and_a_command(tmp_path: Path) -> None:
    words, _ = _cron(tmp_path)
    ranges = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
    for word, (low, high) in zip(words[:5], ranges, strict=True):
        assert word == "*" or low <= int(word) <= high
    assert words[6:] == ["/opt/clearshard/bin/nightly", "/etc/clearshard/job.toml"]


@pytest.mark.parametrize(
    ("codes", "ends_with", "says"),
    [
        ((0,), 0, ""),
        ((6,), 0, ""),
        ((4, 1, 0), 0, ""),
        ((1, 1, 1), 1, "exit code 1"),
        ((4, 4, 4), 4, "exit code 4"),
        ((2,), 2, "exit code 2"),
        ((3,), 3, "its last line says which"),
        ((5,), 5, "INTEGRITY"),
    ],
)
def test_the_script_for_cron_reacts_to_every_code(
    tmp_path: Path,
    stubbed: Callable[..., Path],
    codes: tuple[int, ...],
    ends_with: int,
    says: str,
) -> None:
    _, script = _cron(tmp_path)
    folder = stubbed(*codes)
    environment = {
        **os.environ,
        "CLEARSHARD_LOGS": str(tmp_path),
        "CLEARSHARD_PAUSES": "0 0",
    }
    done = subprocess.run(
        [script, "job.toml"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == ends_with, done.stderr
    assert len(_calls(folder)) == len(codes)
    assert says in done.stdout
    assert bool(says) is bool(done.stdout)
    _takes(_calls(folder)[0].split())


def test_the_script_for_cron_runs_the_real_command(tmp_path: Path) -> None:
    _, script = _cron(tmp_path)
    world = small_world(tmp_path)
    for account in world.accounts:
        account["opted_out"] = "true"  # no model has to be loaded
    world.export_now()
    world.write('[output]\nfolder = "out"\n')
    folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "CLEARSHARD_LOGS": str(tmp_path),
        "CLEARSHARD_PAUSES": "0",
        "PATH": f"{folder}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        [script, world.config], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), (tmp_path / "log.jsonl").read_text()
    assert json.loads((tmp_path / "results.jsonl").read_text())["counts"]["excluded"] == 8
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert all({"at", "level", "event", "message"} <= line.keys() for line in lines)
    assert "decided" in [line["event"] for line in lines]


# Airflow and Dagster: their packages are large, so small stand-ins have the names that are used.


class _Stopped(BaseException):
    """What a scheduler raises in the middle of a task."""


def _airflow() -> dict[str, types.ModuleType]:
    exceptions, sdk = types.ModuleType("airflow.exceptions"), types.ModuleType("airflow.sdk")
    for name in ("AirflowException", "AirflowFailException", "AirflowSkipException"):
        setattr(exceptions, name, type(name, (Exception,), {}))

    def dag(**options: Any) -> Callable[[Any], Any]:
        vars(sdk)["options"] = options
        return lambda function: function

    def task(function: Callable[[], Any]) -> Callable[[], None]:
        vars(sdk)["task_function"] = function
        return lambda: None

    vars(sdk).update(dag=dag, task=task)
    return {
        "airflow": types.ModuleType("airflow"),
        exceptions.__name__: exceptions,
        "airflow.sdk": sdk,
    }


def _execute(text: str, modules: dict[str, types.ModuleType]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, module in modules.items():
            patch.setitem(sys.modules, name, module)
        exec(compile(text, "example", "exec"), names)
    return names


#: An error for each code that is one.
_ERRORS = {
    1: clearshard.RunFailed("a message"),
    2: clearshard.ConfigError("job.toml", ["a message"]),
    3: clearshard.TooManyGone("a message", {}, 1, 0),
    4: clearshard.RegistryStale("a message"),
    5: clearshard.IntegrityError("a message"),
    6: clearshard.RunLocked("a message"),
}


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A job that needs no models, and whose runs really are run."""
    monkeypatch.setattr("clearshard.engines.worker.prepare", lambda _: None)
    monkeypatch.setattr("clearshard.api.now", world_clock)
    world = small_world(tmp_path)
    for account in world.accounts:
        account["opted_out"] = "true"
    world.write('[output]\nfolder = "out"\n')
    return world


def _task(config: Path) -> Callable[[], Any]:
    """The task of the example for Airflow, for this job."""
    modules = _airflow()
    text = AIRFLOW.read_text("utf-8").replace("/etc/clearshard/job.toml", str(config))
    names = _execute(text, modules)
    names["clearshard"]()  # the graph is built
    assert vars(modules["airflow.sdk"])["options"]["max_active_runs"] == 1
    function: Callable[[], Any] = vars(modules["airflow.sdk"])["task_function"]
    return function


def _asset(config: Path) -> Callable[[], list[Any]]:
    """The asset of the example for Dagster, likewise."""
    text = DAGSTER.read_text("utf-8").replace("/etc/clearshard/job.toml", str(config))
    asset = _execute(text, {"dagster": _dagster()})["training_shards"]
    return lambda: list(asset(_Context()))


def _fails(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def run(*_: object, **__: object) -> None:
        raise _ERRORS[code]

    assert _ERRORS[code].exit_code == code
    monkeypatch.setattr("clearshard.api.run", run)


def _head(job: World) -> str:
    (*_, last) = (job.out / "audit" / "ledger.jsonl").read_text().splitlines()
    return str(json.loads(last)["hash"])


def test_airflow_runs_the_job(job: World) -> None:
    done = _task(job.config)()
    (record,) = (job.out / "runs").glob("*.json")
    assert done == {"run_id": record.stem, "written": 0, "ledger_head": _head(job)}


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        (1, "AirflowException"),
        (2, "AirflowFailException"),
        (3, "AirflowFailException"),
        (4, "AirflowException"),
        (5, "AirflowFailException"),
        (6, "AirflowSkipException"),
    ],
)
def test_airflow_reacts_to_every_code(
    job: World, monkeypatch: pytest.MonkeyPatch, code: int, raised: str
) -> None:
    _fails(monkeypatch, code)
    with pytest.raises(Exception, match="a message") as caught:
        _task(job.config)()
    assert type(caught.value).__name__ == raised


def test_airflow_tells_what_a_real_run_says(job: World) -> None:
    job.config.write_text("[sources]\nmanifest = 1\n")
    with pytest.raises(Exception, match="manifest → Input should") as caught:
        _task(job.config)()
    assert type(caught.value).__name__ == "AirflowFailException"


def test_a_run_of_which_too_much_is_quarantined_fails_for_good(job: World) -> None:
    job.account("acct-new")
    job.file("broken", "acct-new", b"{")
    job.write('[output]\nfolder = "out"\n[limits]\nmax_quarantined_share = 0.5\n')
    with pytest.raises(Exception, match="exit code 3: 1 of 1 eligible") as caught:
        _task(job.config)()
    assert type(caught.value).__name__ == "AirflowFailException"
    with pytest.raises(Exception, match="exit code 3: 1 of 1 eligible") as caught:
        _asset(job.config)()
    assert type(caught.value).__name__ == "Failure"


def _dagster() -> types.ModuleType:
    dagster = types.ModuleType("dagster")

    class Failure(Exception):
        def __init__(self, *, description: str, allow_retries: bool) -> None:
            super().__init__(description)
            assert not allow_retries

    class RetryRequested(Exception):
        def __init__(self, *, max_retries: int, seconds_to_wait: float) -> None:
            super().__init__(max_retries, seconds_to_wait)

    vars(dagster).update(
        asset=lambda **_: lambda function: function,
        AssetExecutionContext=object,
        Failure=Failure,
        RetryRequested=RetryRequested,
        MaterializeResult=lambda *, metadata: metadata,
        define_asset_job=lambda name, *, selection: name,
        Definitions=lambda *, assets, jobs, schedules: (assets, jobs, schedules),
        ScheduleDefinition=lambda *, job, cron_schedule, execution_timezone: cron_schedule,
    )
    return dagster


class _Context:
    class log:  # noqa: N801 - as Dagster calls it
        info = print


def test_dagster_runs_the_job(job: World) -> None:
    done = _asset(job.config)()
    (record,) = (job.out / "runs").glob("*.json")
    assert done == [{"run_id": record.stem, "written": 0, "ledger_head": _head(job)}]


@pytest.mark.parametrize(
    ("code", "raised"),
    [(1, "RetryRequested"), (2, "Failure"), (3, "Failure"), (4, "RetryRequested"), (5, "Failure")],
)
def test_dagster_reacts_to_every_code(
    job: World, monkeypatch: pytest.MonkeyPatch, code: int, raised: str
) -> None:
    _fails(monkeypatch, code)
    with pytest.raises(Exception, match=r"code \d|3, 900") as caught:
        _asset(job.config)()
    assert type(caught.value).__name__ == raised


def test_dagster_passes_over_a_folder_that_another_run_has(
    job: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fails(monkeypatch, 6)
    assert _asset(job.config)() == []


@pytest.mark.parametrize("run", [_task, _asset])
def test_a_task_that_is_stopped_leaves_nothing_half_visible(
    job: World, monkeypatch: pytest.MonkeyPatch, run: Callable[[Path], Callable[[], Any]]
) -> None:
    def stopped() -> None:
        raise _Stopped

    with monkeypatch.context() as patch:
        at_stage(patch, "announce", stopped)
        with pytest.raises(_Stopped):
            run(job.config)()
    assert not [*(job.out / "runs").glob("*.json"), *(job.out / ".staging").iterdir()]
    run(job.config)()
    assert len([*(job.out / "runs").glob("*.json")]) == 1


def _takes(words: list[str]) -> None:
    """The command line is one that the command takes."""
    command = get_command(app).commands["run"]  # type: ignore[attr-defined]  # it is a group
    assert words[0] == "run"
    command.make_context("run", words[1:])


# Metrics and lineage


def test_the_table_of_metrics_is_what_is_written() -> None:
    record = a_record(reasons={"malformed": 1}, alerts={"zero_retention_breach": 1})
    outcome = replace(visible(record, AS_OF, 1.0, 0, 10), refusal="too_many_gone")
    content = render("job", outcome).decode()
    written = set(re.findall(r"^# HELP (\w+) ", content, re.MULTILINE))
    documented = re.findall(r"^\| `(clearshard_\w+)` \|", _section("Metrics"), re.MULTILINE)
    assert set(documented) == written
    for rule in yaml.safe_load(_blocks("Metrics", "yaml")[0])["groups"][0]["rules"]:
        assert {"alert", "expr", "labels", "annotations"} <= rule.keys()
        used = re.findall(r"clearshard_\w+", rule["expr"])
        assert used
        assert set(used) <= written


@pytest.mark.parametrize("title", ["Metrics", "Lineage"])
def test_the_settings_of_the_page_are_settings(tmp_path: Path, title: str) -> None:
    (text,) = _blocks(title, "toml")
    world = small_world(tmp_path)
    world.write(text)
    load_config(world.config)


def test_the_events_of_the_page_are_those_of_the_code() -> None:
    package = ROOT / "pipeline" / "clearshard"
    files = [*(package / "cli").glob("*.py"), *(package / "run").glob("t*.py")]
    code = "".join(path.read_text() for path in files)
    by_level = re.findall(r'\(\s*"(?:info|warning|error)",\s*"([a-z_]+)"', code)
    used = {*by_level, *re.findall(r'warn\(\s*"([a-z_]+)"', code)}
    listed = _section("Logs").split("Events:")[1].split(". `--quiet`")[0]
    assert set(re.findall(r"`([a-z_]+)`", listed)) == used
