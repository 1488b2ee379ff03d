"""A member, without a cluster around it."""

import os
import sys
from collections.abc import Iterator
from typing import NoReturn

import msgspec
import pytest

from clearshard.engines.cluster import messages
from clearshard.engines.cluster.sealing import Channel
from clearshard.engines.cluster.shell import Shell
from clearshard.surroundings import PSEUDONYM_VARIABLE

from .. import jobs

NAME = b"n" * 32


@pytest.fixture(autouse=True)
def _as_on_a_node(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a member changes of its process is changed back."""
    monkeypatch.setenv(PSEUDONYM_VARIABLE, jobs.KEY.secret.hex())
    monkeypatch.setattr(sys, "path", list(sys.path))
    umask = os.umask(0o022)
    yield
    os.umask(umask)


def _greeting(**changes: object) -> bytes:
    usual = messages.Greeting(NAME, "no such file", jobs.KEY.key_id, messages.build(), (), ())
    return messages.encode(msgspec.structs.replace(usual, **changes))


def _hello(shell: Shell, **changes: object) -> messages.Here | messages.Trouble:
    return messages.decode(shell.hello(_greeting(**changes)), type=messages.Here | messages.Trouble)


def test_it_proves_that_it_has_the_key() -> None:
    answer = _hello(Shell())
    assert isinstance(answer, messages.Here)
    assert Channel(jobs.KEY.secret, NAME).open(messages.PROOF, answer.proof) == NAME


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"build": "another"}, "another version of clearshard"),
        ({"key_id": "another"}, f"its pseudonym key is {jobs.KEY.key_id}"),
    ],
)
def test_it_says_why_it_does_not_serve(changes: dict[str, object], told: str) -> None:
    answer = _hello(Shell(), **changes)
    assert isinstance(answer, messages.Trouble)
    assert told in answer.told[0]


def test_what_is_no_message_is_told_as_trouble() -> None:
    """What is raised would cross with its text."""
    answer = messages.decode(Shell().hello(b"junk"), type=messages.Here | messages.Trouble)
    assert isinstance(answer, messages.Trouble)
    assert "junk" not in answer.told[0]


def test_one_that_was_never_greeted_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(code: int) -> NoReturn:
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", end)
    with pytest.raises(SystemExit):
        Shell().begin(b"x")
    with pytest.raises(SystemExit):
        Shell().work(0, b"x")


def test_without_a_key_it_does_not_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PSEUDONYM_VARIABLE)
    answer = _hello(Shell(), key_file="/nowhere/clearshard.key")
    assert isinstance(answer, messages.Trouble)
    assert answer.told[0] == "/nowhere/clearshard.key"


def test_it_imports_nothing_from_where_the_run_was_started(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange, declared = (str(tmp_path_factory.mktemp(name)) for name in ("strange", "declared"))
    monkeypatch.setenv("PYTHONPATH", declared)
    sys.path[:0] = [strange, declared]
    _hello(Shell(), strange=(strange, declared))
    assert strange not in sys.path
    assert declared in sys.path


def test_nobody_else_can_read_what_it_writes() -> None:
    Shell()
    assert os.umask(0o022) == 0o077


def test_it_works_and_takes_apart_what_kills_its_worker() -> None:
    shell, channel = Shell(), Channel(jobs.KEY.secret, NAME)
    _hello(shell)
    job = jobs.job(jobs.make_poisoned)
    assert job.wire is not None
    task = channel.seal(
        messages.TASK, messages.encode(messages.Task(job.wire.there, job.wire.told))
    )
    assert (
        messages.decode(channel.open(messages.READY, shell.begin(task)), type=messages.Ready)
        == messages.Ready()
    )
    for number, (unit, expected) in enumerate(
        [((1, 2), ["1", "2"]), ((3, 20, 5), ["20 crashed", "3", "5"]), ((6,), ["6"])]
    ):
        sealed = channel.seal(f"{messages.UNIT} {number}", job.wire.pack(unit))
        answer = channel.open(f"{messages.RESULTS} {number}", shell.work(number, sealed))
        results = messages.decode(answer, type=messages.Results).results
        names = [name for one in results for name in job.wire.unpack(unit, one)]
        assert sorted(names) == expected
    host = shell._host
    assert host is not None
    host._pool.close()


@pytest.mark.parametrize("make", [jobs.make_config_error, jobs.make_secret_error])
def test_of_an_error_only_what_is_ours_is_told(make: object) -> None:
    shell, channel = Shell(), Channel(jobs.KEY.secret, NAME)
    _hello(shell)
    job = jobs.job(make)  # type: ignore[arg-type]  # one that never returns
    assert job.wire is not None
    shell.begin(
        channel.seal(messages.TASK, messages.encode(messages.Task(job.wire.there, job.wire.told)))
    )
    answer = shell.work(0, channel.seal(f"{messages.UNIT} 0", job.wire.pack((1,))))
    told = messages.decode(channel.open(f"{messages.RESULTS} 0", answer), type=messages.Trouble)
    assert "secret" not in "".join(told.told)
    assert told.error == ("ConfigError" if make is jobs.make_config_error else "RunFailed")
    host = shell._host
    assert host is not None
    host._pool.close()


def test_a_defect_is_told_by_its_type_alone() -> None:
    shell, channel = Shell(), Channel(jobs.KEY.secret, NAME)
    _hello(shell)
    task = channel.seal(
        messages.TASK, messages.encode(messages.Task("tests.engines.jobs:served", b"a secret"))
    )
    told = messages.decode(channel.open(messages.READY, shell.begin(task)), type=messages.Trouble)
    assert told.told == ("A member of the cluster failed: DecodeError.",)
