"""The pseudonym key is made once, whole, and never over another one."""

import os
from pathlib import Path

import pytest

from clearshard.config import Config, Sources
from clearshard.errors import ConfigError
from clearshard.keys import find_signing_key, load_pseudonym_key, load_signing_key


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.delenv("CLEARSHARD_KEY", raising=False)
    monkeypatch.delenv("CLEARSHARD_SIGNING_KEY", raising=False)
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
        target.touch(mode=0o600)
        target.write_text(bytes(range(32)).hex())
        link(source, target)

    monkeypatch.setattr(os, "link", later)
    key, made = load_pseudonym_key(config, create=True)
    assert (key.secret, made) == (bytes(range(32)), None)


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


RANDOM = bytes(range(32)).hex()


def given(config: Config, text: str = RANDOM, mode: int = 0o600) -> Path:
    path = config.base / "clearshard.key"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_key_of_ones_own_is_read(config: Config, mode: int) -> None:
    given(config, mode=mode)
    assert load_pseudonym_key(config, create=False)[0].secret.hex() == RANDOM


@pytest.mark.parametrize("mode", [0o666, 0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o660, 0o777])
def test_a_key_that_others_can_reach_is_refused(config: Config, mode: int) -> None:
    path = given(config, mode=mode)
    with pytest.raises(ConfigError, match=f"mode {mode:04o}.*chmod 600 {path}") as caught:
        load_pseudonym_key(config, create=True)
    assert caught.value.exit_code == 2
    assert RANDOM not in str(caught.value)
    path.rename(config.base / "clearshard-signing.key")
    for load in (find_signing_key, lambda c: load_signing_key(c, create=True)):
        with pytest.raises(ConfigError, match="chmod 600"):
            load(config)


@pytest.mark.parametrize(
    ("owner", "mode", "fits"),
    [
        (0, 0o600, True),
        (0, 0o440, True),
        (0, 0o640, True),
        (0, 0o444, False),
        (0, 0o660, False),
        (4711, 0o440, False),
        (4711, 0o600, True),
        (4712, 0o600, False),
        (4712, 0o440, False),
    ],
)
def test_whose_key_it_is(
    config: Config, monkeypatch: pytest.MonkeyPatch, owner: int, mode: int, fits: bool
) -> None:
    given(config, mode=mode)
    fstat = os.fstat

    def of_somebody(handle: int) -> os.stat_result:
        status = list(fstat(handle))
        status[4] = owner
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", of_somebody)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    if fits:
        load_pseudonym_key(config, create=False)
    else:
        with pytest.raises(ConfigError, match=r"others|belongs to user"):
            load_pseudonym_key(config, create=False)


def test_a_secret_that_is_mounted_as_a_link_is_judged_by_what_it_leads_to(config: Config) -> None:
    path = given(config)
    path.rename(config.base / "mounted")
    path.symlink_to("mounted")
    load_pseudonym_key(config, create=False)
    (config.base / "mounted").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_pseudonym_key(config, create=False)


def test_what_is_no_file_is_no_key(config: Config) -> None:
    path = config.base / "clearshard.key"
    os.mkfifo(path, 0o600)
    with pytest.raises(ConfigError, match="is not a file"):
        load_pseudonym_key(config, create=False)
    path.unlink()
    path.mkdir(0o700)
    with pytest.raises(ConfigError, match="Is a directory"):
        load_pseudonym_key(config, create=False)


@pytest.mark.parametrize("text", ["00" * 32, "ff" * 32, "ab" * 32, b"password".hex() * 4])
def test_a_key_that_can_be_guessed_is_refused(
    config: Config, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    given(config, text)
    with pytest.raises(ConfigError, match=r"not random.*openssl rand") as caught:
        load_pseudonym_key(config, create=True)
    assert text not in str(caught.value)
    monkeypatch.setenv("CLEARSHARD_SIGNING_KEY", text)
    with pytest.raises(ConfigError, match="CLEARSHARD_SIGNING_KEY → is not random"):
        find_signing_key(config)


def test_no_key_that_is_made_is_refused(config: Config) -> None:
    for _ in range(200):
        _, path = load_pseudonym_key(config, create=True)
        assert path is not None
        load_pseudonym_key(config, create=False)
        path.unlink()
