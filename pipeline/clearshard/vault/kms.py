"""Who wraps the keys of an output folder: a key of this machine, or a key management service.

One seam: an implementation wraps a secret and unwraps it again, and has a name that says which key
it does that with. The name stands beside whatever it has wrapped, so that a folder whose keys are
wrapped by an earlier key is opened with that one. `tests/vault/test_every_kms.py` says what is
asked of all of them.
"""

import re
from pathlib import Path
from typing import Protocol

from clearshard.config import KMS_KEY, Config
from clearshard.errors import ConfigError
from clearshard.keys import EncryptionKey, find_encryption_key, load_encryption_key
from clearshard.vault.wrapping import WrongKey, unwrap, wrap

_OF_THIS_MACHINE = "key:"
_AWS = "aws-kms:"


class Kms(Protocol):
    """Wraps keys with one that it does not give away."""

    @property
    def name(self) -> str:
        """Which key it wraps with, and whose; no secret."""
        ...

    def wrap(self, secret: bytes, key_id: str) -> str:
        """A key of a folder, wrapped: printable ASCII.

        Args:
            secret: The key, of at most 64 bytes.
            key_id: Its name: only who names it again can unwrap it.

        Raises:
            KmsUnavailable: There is no answer, or not this one.
        """
        ...

    def unwrap(self, wrapped: str, key_id: str) -> bytes:
        """The key that was wrapped.

        Raises:
            WrongKey: Not by this key, not under this name, or it was changed; or that key is
                destroyed.
            KmsUnavailable: There is no answer, or not this one.
        """
        ...


class OwnKey:
    """Wraps with a key of this machine."""

    def __init__(self, key: EncryptionKey) -> None:
        self.key = key

    @property
    def name(self) -> str:
        """See `Kms`."""
        return f"{_OF_THIS_MACHINE}{self.key.key_id}"

    def wrap(self, secret: bytes, key_id: str) -> str:
        """See `Kms`."""
        return wrap(secret, self.key.secret, key_id)

    def unwrap(self, wrapped: str, key_id: str) -> bytes:
        """See `Kms`."""
        return unwrap(wrapped, self.key.secret, key_id)


def kms_in_use(config: Config, *, create: bool) -> tuple[Kms, Path | None]:
    """Who wraps from now on, and the path of the key file if this call made it.

    Raises:
        ConfigError: There is no key, or it cannot be used.
    """
    if config.keys.kms is not None:
        return _service(config.keys.kms), None
    key, made = load_encryption_key(config, create=create)
    return OwnKey(key), made


def kms_named(config: Config, name: str) -> Kms:
    """Who has wrapped something.

    Args:
        config: Names the key file, beside which older keys lie.
        name: As it stands beside that.

    Raises:
        WrongKey: That key is not here.
        ConfigError: A key cannot be used.
    """
    # It stands in a file of the folder, and says who is asked, with whose credentials.
    if re.fullmatch(KMS_KEY, name):
        try:
            return _service(name)
        except ConfigError:
            raise WrongKey(f"{name} cannot be asked: nobody says who asks") from None
    if name.startswith(_OF_THIS_MACHINE):
        key = find_encryption_key(config, name.removeprefix(_OF_THIS_MACHINE))
        if key is not None:
            return OwnKey(key)
    raise WrongKey(f"{name} is not here")


def is_service(name: str) -> bool:
    """Whether it is the name of a key of a service, which whoever is let in can ask."""
    return not name.startswith(_OF_THIS_MACHINE)


def _service(name: str) -> Kms:
    from clearshard.vault.aws_kms import AwsKms

    return AwsKms.of_environment(name.removeprefix(_AWS))
