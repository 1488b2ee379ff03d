"""Keys for tests."""

from clearshard.audit.signing import Signer
from clearshard.keys import SigningKey

SECRET, OTHER_SECRET = bytes(range(32)), bytes(range(100, 132))
SIGNER = Signer.of(SigningKey(SECRET))
OTHER = Signer.of(SigningKey(OTHER_SECRET))
