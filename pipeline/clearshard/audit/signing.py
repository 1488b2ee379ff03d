"""Signatures of ledger events: Ed25519 (RFC 8032), one key at a time for each output folder.

The hash of an event covers everything before it in the ledger, so its signature does, too. A
signature is made over a prefix of this package's own and the hash, so that nothing else that this
key may ever sign can be taken for an event.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

if TYPE_CHECKING:  # it takes long to import, and whoever checks signatures has no key
    from clearshard.keys import SigningKey

_PREFIX = b"clearshard ledger event 1\n"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs events with one key.

    Attributes:
        public_key: The public part, hex; whoever verifies compares it with what they were told.
    """

    public_key: str
    _private: Ed25519PrivateKey

    @classmethod
    def of(cls, key: "SigningKey") -> "Signer":
        """The signer of a key."""
        private = Ed25519PrivateKey.from_private_bytes(key.secret)
        return cls(private.public_key().public_bytes_raw().hex(), private)

    def sign(self, event_hash: str) -> str:
        """The signature of an event with this hash, hex; the same every time."""
        return self._private.sign(_PREFIX + bytes.fromhex(event_hash)).hex()


def is_signed(event_hash: str, public_key: str, signature: str) -> bool:
    """Whether the holder of a key has signed an event with this hash.

    Args:
        event_hash: SHA-256, hex.
        public_key: 32 bytes, hex.
        signature: 64 bytes, hex.
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), _PREFIX + bytes.fromhex(event_hash))
    except (InvalidSignature, ValueError):
        return False
    return True
