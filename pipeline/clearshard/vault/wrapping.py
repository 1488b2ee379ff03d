"""A key, encrypted with another one: AES-GCM, bound to the name of the key that wraps it.

The form is that of Parquet's key tools (`KeyToolkit.encryptKeyLocally`), Base64 of nonce, key and
tag, so that other readers of Parquet unwrap it, too.
"""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
FOLDER_KEY_BYTES = 32


class WrongKey(ValueError):
    """What was wrapped is not to be had with this key: it was changed, or another one wrapped it.

    The message is safe to show.
    """


def wrap(secret: bytes, key: bytes, name: str) -> str:
    """A key, encrypted.

    Args:
        secret: The key.
        key: That wraps it, 16 or 32 bytes.
        name: What it is bound to: only who names it again can unwrap it.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, secret, name.encode())
    return base64.b64encode(nonce + sealed).decode()


def unwrap(wrapped: str, key: bytes, name: str) -> bytes:
    """The key that was wrapped.

    Raises:
        WrongKey: By another key, under another name, or it was changed.
    """
    try:
        sealed = base64.b64decode(wrapped, validate=True)
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
    except (InvalidTag, ValueError, binascii.Error):
        raise WrongKey(f"cannot be unwrapped as {name}") from None


@dataclass(frozen=True, slots=True)
class FolderKey:
    """A key of an output folder, that wraps the data keys of its files.

    Attributes:
        id: Its name, in every file that hangs on it.
        secret: Not shown.
    """

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "FolderKey":
        """One that nobody has had before."""
        return cls.of(secrets.token_bytes(FOLDER_KEY_BYTES))

    @classmethod
    def of(cls, secret: bytes) -> "FolderKey":
        """A key under its name, which is its fingerprint: nothing else can stand for it."""
        name = hashlib.blake2b(b"clearshard folder key id", key=secret, digest_size=8).hexdigest()
        return cls(name, secret)
