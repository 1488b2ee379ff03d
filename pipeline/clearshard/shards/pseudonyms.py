"""Keyed names: found again by whoever has the key, and by nobody else."""

import hashlib

from clearshard.keys import PseudonymKey

#: 128 bits: no two files of any data set share a key by chance.
_DIGEST_BYTES = 16


def doc_key(key: PseudonymKey, file_id: str) -> str:
    """The name of a file in the shards, 32 hex digits."""
    return _keyed(key, b"clearshard doc", file_id)


def account_key(key: PseudonymKey, account_id: str) -> str:
    """The name of an account in the shards, 32 hex digits."""
    return _keyed(key, b"clearshard acct", account_id)


def _keyed(key: PseudonymKey, purpose: bytes, value: str) -> str:
    return hashlib.blake2b(
        value.encode("utf-8"), key=key.secret, person=purpose, digest_size=_DIGEST_BYTES
    ).hexdigest()
