"""Secrets: the only reader of key files and of the environment variables that stand for them."""

import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.surroundings import (
    API_VARIABLE,
    ENCRYPTION_VARIABLE,
    LINEAGE_VARIABLE,
    OLD_ENCRYPTION_VARIABLE,
    OLD_SIGNING_VARIABLE,
    PSEUDONYM_VARIABLE,
    SIGNING_VARIABLE,
    variable,
)

_KEY_BYTES = 32
#: Of 32 random bytes no fewer ever differ; of a filler, or a word over and over, hardly more do.
_LEAST_DIFFERENT_BYTES = 8
#: Everything that is allowed to the group and to others.
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class PseudonymKey:
    """The secret behind `doc_key` and `account_key`; its repr shows the fingerprint only."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    @property
    def key_id(self) -> str:
        """A fingerprint that names the key without giving it away."""
        return hashlib.blake2b(b"clearshard key id", key=self.secret, digest_size=8).hexdigest()

    def __repr__(self) -> str:
        return f"PseudonymKey(key_id={self.key_id!r})"


class SigningKey:
    """The secret that ledger events are signed with (Ed25519); its repr shows nothing of it."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def __repr__(self) -> str:
        return "SigningKey()"


class EncryptionKey:
    """The secret that wraps the keys of output folders; its repr shows the fingerprint only."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    @property
    def key_id(self) -> str:
        """A fingerprint that names the key without giving it away."""
        return hashlib.blake2b(b"clearshard kek id", key=self.secret, digest_size=8).hexdigest()

    def __repr__(self) -> str:
        return f"EncryptionKey(key_id={self.key_id!r})"


def load_pseudonym_key(config: Config, *, create: bool) -> tuple[PseudonymKey, Path | None]:
    """The pseudonym key, and the path of the key file if this call made it.

    Args:
        config: Names the key file.
        create: Make the file if there is none; otherwise that is an error.

    Raises:
        ConfigError: There is no key, it is not 64 hex digits or not random, or its file cannot be
            used or is not this user's alone.
    """
    secret, made = _load(config, _pseudonyms(config), create)
    return PseudonymKey(secret), made


def load_signing_key(config: Config, *, create: bool) -> tuple[SigningKey, Path | None]:
    """The key that signs the ledger; otherwise as `load_pseudonym_key`."""
    secret, made = _load(config, _signing(config), create)
    return SigningKey(secret), made


def find_signing_key(config: Config) -> SigningKey | None:
    """The signing key, or None where there is none, as on the machine of who only verifies.

    Raises:
        ConfigError: As `load_pseudonym_key`.
    """
    given = variable(SIGNING_VARIABLE) is not None or config.path(config.keys.signing_file).exists()
    return load_signing_key(config, create=False)[0] if given else None


def load_encryption_key(config: Config, *, create: bool) -> tuple[EncryptionKey, Path | None]:
    """The key that wraps those of output folders; otherwise as `load_pseudonym_key`."""
    secret, made = _load(config, _encryption(config), create)
    return EncryptionKey(secret), made


def find_encryption_key(config: Config, key_id: str) -> EncryptionKey | None:
    """The encryption key with a fingerprint, be it the one in use or an older one; None if gone.

    Raises:
        ConfigError: As `load_pseudonym_key`.
    """
    place = _encryption(config)
    for secret in _all_secrets(config, place, key_id):
        if EncryptionKey(secret).key_id == key_id:
            return EncryptionKey(secret)
    return None


def old_signing_keys(config: Config, name: str) -> list[SigningKey]:
    """Keys that may be the one that a newer one has taken the place of.

    Args:
        config: Names the key file.
        name: Of the old key, as `replace_signing_key` was told.

    Raises:
        ConfigError: As `load_pseudonym_key`.
    """
    return [SigningKey(secret) for secret in _all_secrets(config, _signing(config), name)]


def replace_signing_key(config: Config, old: SigningKey, name: str) -> Path:
    """Makes a new signing key in the place of the old one, which is kept beside it.

    Args:
        config: Names the key file.
        old: The key that is replaced. Another folder's rotation may just have done so, and that
            folder hangs on the key that is there now.
        name: What the old one is called from now on.

    Returns:
        Where the old one is now.

    Raises:
        ConfigError: The key is in the environment, or another one by now; or its file cannot be
            replaced, or the old one not be kept.
    """
    return _replace(config, _signing(config), old.secret, name)


def replace_encryption_key(config: Config, old: EncryptionKey) -> Path:
    """The same of the encryption key, under its fingerprint; as `replace_signing_key`."""
    return _replace(config, _encryption(config), old.secret, old.key_id)


def lineage_key() -> str | None:
    """The key of the receiver of lineage events, if there is one."""
    return variable(LINEAGE_VARIABLE)


def api_key() -> str:
    """The key of the transcript API.

    Raises:
        ConfigError: There is none, or it is no key.
    """
    key = variable(API_VARIABLE) or ""
    if not key or not (key.isascii() and key.isprintable()) or " " in key:
        problem = f"{API_VARIABLE} → is not set to a key. It is read from the environment only"
        raise ConfigError("environment", [problem])
    return key


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a key is: the setting that names its file, the file, and what wins over it."""

    setting: str
    file: str
    variable: str
    old_variable: str = ""


def _pseudonyms(config: Config) -> _Place:
    return _Place("keys.file", config.keys.file, PSEUDONYM_VARIABLE)


def _signing(config: Config) -> _Place:
    file = config.keys.signing_file
    return _Place("keys.signing_file", file, SIGNING_VARIABLE, OLD_SIGNING_VARIABLE)


def _encryption(config: Config) -> _Place:
    file = config.keys.encryption_file
    return _Place("keys.encryption_file", file, ENCRYPTION_VARIABLE, OLD_ENCRYPTION_VARIABLE)


def _all_secrets(config: Config, place: _Place, name: str) -> Iterator[bytes]:
    """The key in use, and the older one of a name, as far as they are there."""
    for name_of in (place.variable, place.old_variable):
        if (given := variable(name_of)) is not None:
            yield _parse(given, name_of)
    path = config.path(place.file)
    paths = (
        (_old(path, name),) if variable(place.variable) is not None else (path, _old(path, name))
    )
    for one in paths:
        if one.exists():
            yield _parse(_read(one, place), place.setting)


def _old(path: Path, name: str) -> Path:
    return path.with_name(f"{path.name}.{name}")


def _replace(config: Config, place: _Place, secret: bytes, name: str) -> Path:
    if variable(place.variable) is not None:
        problem = (
            f"{place.variable} → a key in the environment is replaced where it was set: move it "
            f"to {place.old_variable}, set a new one (`openssl rand -hex 32`), and run this again"
        )
        raise ConfigError("environment", [problem])
    path = config.path(place.file)
    if path.is_symlink():
        problem = f"{place.setting} → {path} is a link: replace the key where it leads to"
        raise ConfigError("configuration", [problem])
    _read(path, place)  # it is there, and nobody else's
    old, made = _old(path, name), _old(path, f"{os.getpid()}.new")
    try:
        with _alone_with(path):
            if _parse(_read(path, place), place.setting) != secret:
                problem = f"{place.setting} → {path} has just been replaced: run this again"
                raise ConfigError("configuration", [problem])
            with suppress(FileExistsError):  # killed the last time, just here
                os.link(path, old)
            _require_kept(old, place, secret)
            made.unlink(missing_ok=True)
            _write(made, secrets.token_bytes(_KEY_BYTES))
            made.replace(path)
            _fsync_folder(path.parent)
    except OSError as error:
        problem = f"{place.setting} → {path} cannot be replaced: {error.strerror}"
        raise ConfigError("configuration", [problem]) from None
    return old


@contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """Keeps other rotations waiting: each has the lock of its own folder, and they share a key.

    Who has waited has the lock of the file that was replaced meanwhile, and looks what is there.
    """
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _require_kept(old: Path, place: _Place, secret: bytes) -> None:
    """Passes if the key lies where it is to be kept: what is lost with it cannot be had again.

    Raises:
        ConfigError: Something else is there.
    """
    # A link may lead to the very file that is replaced.
    if old.is_symlink() or _parse(_read(old, place), str(old)) != secret:
        problem = f"{place.setting} → {old} is in the way of the key to be kept: move it elsewhere"
        raise ConfigError("configuration", [problem])


def _fsync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _load(config: Config, place: _Place, create: bool) -> tuple[bytes, Path | None]:
    from_environment = variable(place.variable)
    if from_environment is not None:
        return _parse(from_environment, place.variable), None
    path = config.path(place.file)
    if path.exists() or not create:
        return _parse(_read(path, place), place.setting), None
    secret = secrets.token_bytes(_KEY_BYTES)
    try:
        _write(path, secret)
    except FileExistsError:  # another first run was quicker
        return _parse(_read(path, place), place.setting), None
    except OSError as error:
        problem = f"{place.setting} → {path} cannot be made: {error.strerror}; set {place.variable}"
        raise ConfigError("configuration", [problem]) from None
    return secret, path


def _read(path: Path, place: _Place) -> str:
    """The text of a key file that nobody else can read or change.

    A link is followed, since that is how secrets are mounted; what counts is the file that is
    opened. As in PostgreSQL, a file of root may be readable to a group: so a secret is mounted for
    a user who is not root.
    """
    try:
        # O_NONBLOCK: opening a named pipe would otherwise wait for a writer for ever.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            problem = _exposure(path, status, place.variable)
            content = b"" if problem else file.read()
    except OSError as error:
        raise ConfigError(str(path), [f"cannot be read: {error.strerror}"]) from None
    if problem:
        raise ConfigError("configuration", [f"{place.setting} → {path} {problem}"])
    return content.decode("ascii", "replace")


def _exposure(path: Path, status: os.stat_result, variable: str) -> str | None:
    """Why a key file is no secret, and what to do; None if it is one."""
    if not stat.S_ISREG(status.st_mode):
        return "is not a file. Name the file that holds the key"
    user, mode = os.geteuid(), stat.S_IMODE(status.st_mode)
    if status.st_uid not in (user, 0):
        return (
            f"belongs to user {status.st_uid}, who can read and change it, and not to user {user} "
            f"of this run. Make it this user's, or set {variable}"
        )
    allowed = 0 if status.st_uid == user else stat.S_IRGRP
    if mode & _OF_OTHERS & ~allowed:
        return (
            f"can be read or changed by others (mode {mode:04o}). Run `chmod 600 {path}`; if "
            "somebody may have read it, it is no secret any more: docs/configuration.md, Keys"
        )
    return None


def _write(path: Path, secret: bytes) -> None:
    """Makes the key file, whole or not at all, and never in the place of another one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    # Never into a file that somebody else has made there, and can read.
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secret.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    finally:
        temporary.unlink()


def _parse(text: str, location: str) -> bytes:
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        secret = b""
    if len(secret) != _KEY_BYTES:
        problem = f"{location} → must hold {_KEY_BYTES} bytes as {2 * _KEY_BYTES} hex digits"
        raise ConfigError("configuration", [problem])
    if len(set(secret)) < _LEAST_DIFFERENT_BYTES:
        problem = (
            f"{location} → is not random: it has only {len(set(secret))} different bytes: it can "
            "be guessed. Make one with `openssl rand -hex 32`"
        )
        raise ConfigError("configuration", [problem])
    return secret
