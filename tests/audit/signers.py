"""Keys for tests."""

from pipeline.audit.signing import Signer
from pipeline.keys import SigningKey

SIGNER = Signer.of(SigningKey(b"s" * 32))
OTHER = Signer.of(SigningKey(b"o" * 32))
