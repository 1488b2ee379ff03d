"""Who signed an event can be told, and nobody else can have."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from clearshard.audit.signing import Signer, is_signed
from clearshard.keys import SigningKey

from .signers import OTHER, SIGNER

HASH = "ab" * 32


def test_a_signature_is_of_one_hash_by_one_key() -> None:
    signature = SIGNER.sign(HASH)
    assert signature == SIGNER.sign(HASH)
    assert is_signed(HASH, SIGNER.public_key, signature)
    assert not is_signed("ac" * 32, SIGNER.public_key, signature)
    assert not is_signed(HASH, OTHER.public_key, signature)


@given(st.integers(0, 511))
def test_no_bit_of_a_signature_can_change(bit: int) -> None:
    signature = bytearray.fromhex(SIGNER.sign(HASH))
    signature[bit // 8] ^= 1 << bit % 8
    assert not is_signed(HASH, SIGNER.public_key, signature.hex())


def test_what_the_key_signs_elsewhere_is_no_event() -> None:
    private = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    assert not is_signed(HASH, SIGNER.public_key, private.sign(bytes.fromhex(HASH)).hex())


@pytest.mark.parametrize("wrong", ["", "zz" * 32, "ab", "00" * 33])
def test_what_is_no_key_has_signed_nothing(wrong: str) -> None:
    assert not is_signed(HASH, wrong, SIGNER.sign(HASH))
    assert not is_signed(HASH, SIGNER.public_key, wrong)


def test_the_secret_is_not_shown() -> None:
    key = SigningKey(b"\x01secret" + bytes(25))
    assert "secret" not in repr(key)
    assert "secret" not in repr(Signer.of(key))
    assert key.secret.hex() not in repr(Signer.of(key))
