"""Profiles of AWS's tools: the files in which people keep credentials and a region by name.

A profile may hold keys; one that says how to get some (a role, a login, a program) is for AWS's own
tools, which hand out keys: ``aws configure export-credentials --format env``.
"""

import configparser
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clearshard.errors import StoreRefused

_KEY_ID, _SECRET, _TOKEN = "aws_access_key_id", "aws_secret_access_key", "aws_session_token"
#: Who has one of these needs no profile.
_INSTEAD = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE")


@dataclass(frozen=True, slots=True)
class Keys:
    """Who asks.

    Attributes:
        key_id: Of the access key; no secret.
        secret: Of the same.
        token: Of a session, if they are temporary.
    """

    key_id: str
    secret: str = field(repr=False)
    token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """Where the credentials of a profile are.

    Attributes:
        name: Of the profile.
        file: That holds its keys.
        region: Its region, if it names one.
    """

    name: str
    file: Path
    region: str | None

    def keys(self) -> Keys:
        """The keys as they are now.

        Raises:
            StoreRefused: They are not there any more.
        """
        said = _section(self.file, self.name)
        if not said.get(_KEY_ID) or not said.get(_SECRET):
            raise _without_keys(self.name)
        return Keys(said[_KEY_ID], said[_SECRET], said.get(_TOKEN) or None)


def profile_of(surroundings: Mapping[str, str]) -> Profile | None:
    """The profile that is meant; None if the variables say who asks, or nobody has a profile.

    Raises:
        StoreRefused: The one that is named is not there, or holds no keys.
    """
    if any(surroundings.get(name) for name in _INSTEAD):
        return None
    named = surroundings.get("AWS_PROFILE") or surroundings.get("AWS_DEFAULT_PROFILE")
    name = named or "default"
    home = Path(surroundings.get("HOME") or Path.home(), ".aws")
    keys_file = Path(surroundings.get("AWS_SHARED_CREDENTIALS_FILE") or home / "credentials")
    config_file = Path(surroundings.get("AWS_CONFIG_FILE") or home / "config")
    in_config = name if name == "default" else f"profile {name}"
    said = _section(config_file, in_config)
    region = surroundings.get("AWS_REGION") or surroundings.get("AWS_DEFAULT_REGION")
    for file, section in ((keys_file, name), (config_file, in_config)):
        if _section(file, section).get(_KEY_ID):
            return Profile(section, file, region or said.get("region"))
    if named is None:
        return None  # the machine itself may be lent some
    raise _without_keys(name)


def _section(file: Path, name: str) -> Mapping[str, str]:
    parser = configparser.RawConfigParser(strict=False, default_section="")
    try:
        parser.read_string(file.read_text("utf-8"))
        return dict(parser[name])
    except (OSError, UnicodeDecodeError, KeyError):
        return {}
    except configparser.Error:
        # Its message quotes lines.
        raise StoreRefused(f"{file} cannot be read as a file of AWS's tools. Mend it.") from None


def _without_keys(name: str) -> StoreRefused:
    return StoreRefused(
        f"The profile {name} of AWS's tools holds no keys. Of one that gets them elsewhere "
        "`aws configure export-credentials --profile NAME --format env` gives variables to set."
    )
