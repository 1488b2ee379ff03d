"""The pseudonym key is made once, whole, and never over another one."""

import os
from pathlib import Path

import pytest

from pipeline.config import Config, Sources
from pipeline.keys import load_pseudonym_key


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.delenv("CLEARSHARD_KEY", raising=False)
    return Config(sources=Sources(manifest="", registry="", transcripts=""), base=tmp_path)


def test_the_first_run_makes_it_and_the_next_reads_it(config: Config) -> None:
    made, path = load_pseudonym_key(config, create=True)
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_pseudonym_key(config, create=True)[0].key_id == made.key_id
    assert [p.name for p in config.base.iterdir()] == ["clearshard.key"]


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_run_that_dies_meanwhile_leaves_no_half_key(
    config: Config, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(os, step, dies)
        with pytest.raises(Killed):
            load_pseudonym_key(config, create=True)
    assert list(config.base.glob("*.key")) == []
    assert load_pseudonym_key(config, create=True)[1] is not None


def test_of_two_first_runs_the_quicker_one_has_made_it(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def later(source: Path, target: Path) -> None:
        target.write_text("ab" * 32)
        link(source, target)

    monkeypatch.setattr(os, "link", later)
    key, made = load_pseudonym_key(config, create=True)
    assert (key.secret, made) == (b"\xab" * 32, None)


def test_the_secret_is_never_written_into_a_file_that_was_there(config: Config) -> None:
    left = config.base / f".clearshard.key.{os.getpid()}.tmp"
    left.write_text("")
    left.chmod(0o666)
    held = left.open()
    _, path = load_pseudonym_key(config, create=True)
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    assert held.read() == ""
    held.close()
