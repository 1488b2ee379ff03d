"""Who asks, as AWS's own tools keep it in files."""

from pathlib import Path

import pytest

from clearshard.errors import StoreRefused
from clearshard.storage.profiles import Keys, profile_of

_KEYS = "aws_access_key_id = KEY\naws_secret_access_key = hushed\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    return tmp_path


def _put(home: Path, name: str, text: str) -> None:
    (home / ".aws" / name).write_text(text)


def test_without_files_the_machine_may_be_lent_some(home: Path) -> None:
    assert profile_of({"HOME": str(home)}) is None


@pytest.mark.parametrize("named", [None, "nightly"])
def test_a_profile_has_keys_and_a_region(home: Path, named: str | None) -> None:
    section = named or "default"
    _put(home, "credentials", f"[other]\n{_KEYS}[{section}]\n{_KEYS}aws_session_token = T\n")
    in_config = f"profile {named}" if named else "default"
    _put(home, "config", f"[{in_config}]\nregion = eu-west-1\n")
    surroundings = {"HOME": str(home)} | ({"AWS_PROFILE": named} if named else {})
    profile = profile_of(surroundings)
    assert profile is not None
    assert profile.keys() == Keys("KEY", "hushed", "T")
    assert profile.region == "eu-west-1"
    assert "hushed" not in repr((profile, profile.keys()))
    other = profile_of({**surroundings, "AWS_REGION": "us-east-2"})
    assert other is not None
    assert other.region == "us-east-2"


def test_keys_may_stand_beside_the_region(home: Path) -> None:
    _put(home, "config", f"[profile p]\n{_KEYS}")
    profile = profile_of({"HOME": str(home), "AWS_PROFILE": "p"})
    assert profile is not None
    assert profile.keys() == Keys("KEY", "hushed", None)


def test_what_is_in_the_file_now_counts(home: Path) -> None:
    _put(home, "credentials", f"[default]\n{_KEYS}")
    profile = profile_of({"HOME": str(home)})
    assert profile is not None
    _put(home, "credentials", f"[default]\n{_KEYS}".replace("KEY", "NEW"))
    assert profile.keys().key_id == "NEW"
    _put(home, "credentials", "")
    with pytest.raises(StoreRefused, match="holds no keys"):
        profile.keys()


@pytest.mark.parametrize("variable", ["AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE"])
def test_who_is_named_by_variables_needs_no_profile(home: Path, variable: str) -> None:
    _put(home, "credentials", f"[default]\n{_KEYS}")
    assert profile_of({"HOME": str(home), variable: "x"}) is None


@pytest.mark.parametrize(
    "text", ["", "[p]\nrole_arn = x\n", "[p]\nsso_session = x\n", "[p]\ncredential_process = x\n"]
)
def test_a_profile_without_keys_is_refused_if_it_is_meant(home: Path, text: str) -> None:
    _put(home, "credentials", text)
    with pytest.raises(StoreRefused, match="export-credentials"):
        profile_of({"HOME": str(home), "AWS_PROFILE": "p"})
    assert profile_of({"HOME": str(home)}) is None


def test_a_file_that_is_none_is_refused_and_not_quoted(home: Path) -> None:
    _put(home, "credentials", "aws_secret_access_key = hushed\n")
    with pytest.raises(StoreRefused) as told:
        profile_of({"HOME": str(home)})
    assert "hushed" not in str(told.value)
