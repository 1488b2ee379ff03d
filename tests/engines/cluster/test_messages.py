"""What is said of errors, and what of this program must be the same on both sides."""

import platform
from importlib import resources
from pathlib import Path

import pytest

from clearshard import errors
from clearshard.engines.cluster.messages import (
    Trouble,
    build,
    decode,
    encode,
    error_of,
    trouble_of,
)
from clearshard.errors import ClearshardError, ConfigError, OutputFull, RunFailed


@pytest.mark.parametrize(
    "error",
    [
        ConfigError("job.toml", ["a → wrong", "b → unknown key"]),
        OutputFull("No space left. Free some."),
        RunFailed("It failed."),
        errors.KmsUnavailable("It does not answer."),
    ],
)
def test_an_error_is_the_same_on_the_other_side(error: ClearshardError) -> None:
    again = error_of(trouble_of(error))
    assert type(again) is type(error)
    assert (str(again), again.exit_code) == (str(error), error.exit_code)


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble("SystemExit", ("2",)),
        Trouble("Interrupted", ("x",)),
        Trouble("unexpected", ("x",)),
        Trouble("traceback", ("x",)),
        Trouble("ConfigError", ()),
        Trouble("TooManyGone", ("x",)),
        Trouble("", ()),
    ],
)
def test_whatever_is_told_is_an_error_of_ours(trouble: Trouble) -> None:
    assert isinstance(error_of(trouble), RunFailed)


def test_what_is_told_can_be_shown() -> None:
    told = str(error_of(Trouble("RunFailed", ("a\x1b[2Jb\nc\u202e",))))
    assert told == "a\\x1b[2Jb\nc\\u202e"


def test_a_name_that_is_no_utf_8_can_be_told() -> None:
    told = decode(encode(trouble_of(RunFailed("there is no a\udc80b"))), type=Trouble)
    assert str(error_of(told)) == "there is no a\\udc80b"


def test_the_build_is_all_of_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "clearshard"
    (package / "inner").mkdir(parents=True)
    (package / "a.py").write_text("a = 1\n")
    (package / "inner" / "b.py").write_text("b = 1\n")
    monkeypatch.setattr(resources, "files", lambda _: package)
    seen = {build()}
    (package / "inner" / "b.py").write_text("b = 2\n")
    seen.add(build())
    (package / "inner" / "b.py").rename(package / "inner" / "c.py")
    seen.add(build())
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")
    seen.add(build())
    assert len(seen) == 4
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "d.py").write_text("compiled")
    assert build() in seen
