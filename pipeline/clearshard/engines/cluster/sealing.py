"""Nothing crosses in clear: what a cluster carries, keeps or lays down on a disk tells it nothing.

AES-GCM under a key that is derived from the pseudonym key and drawn anew for each member. Who has
not that key can neither read what crosses nor make anything that is taken for it; and each message
is bound to what it is for, so that none can take the place of another.
"""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
_PURPOSE = b"clearshard wire"


class NotSealed(ValueError):
    """It was changed, is for something else, or was sealed with another key."""


class Channel:
    """What is spoken with one member."""

    def __init__(self, secret: bytes, name: bytes) -> None:
        """Derives the key.

        Args:
            secret: That both sides have.
            name: Of the channel, never used for another one.
        """
        key = hashlib.blake2b(name, key=secret, person=_PURPOSE, digest_size=32).digest()
        self._cipher = AESGCM(key)

    def seal(self, purpose: str, content: bytes) -> bytes:
        """Content that only the other end can open, and only as what it is for."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, purpose.encode())

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """What the other end has sealed.

        Raises:
            NotSealed: It has not, or for something else.
        """
        nonce, content = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, content, purpose.encode())
        except (InvalidTag, ValueError):
            raise NotSealed(f"is not what was sealed as {purpose}") from None
