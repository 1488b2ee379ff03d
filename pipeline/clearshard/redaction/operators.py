"""The ways to replace a value that Presidio's anonymizer does not have, in its form.

`hash` and `surrogate` are keyed with the pseudonym key, so that nobody without it can try values
out. A surrogate is drawn from invented values, never from the transcripts, and shares no word,
letter or digit with the value in the same place.
"""

import hashlib
import hmac
import string
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from presidio_anonymizer.operators import Operator, OperatorType

from clearshard.recognizers.number_words import DIGITS
from clearshard.redaction.identities import PERSON, identity_of, words_of
from clearshard.redaction.invented import family_names, given_names, places

_HASH_DIGITS = 12
#: Bytes of the digest that draw one name.
_DRAWN_BYTES = 4


class _Keyed(Operator):  # type: ignore[misc]  # untyped base
    """What the operators of this project have in common for Presidio."""

    NAME = ""

    def validate(self, params: Mapping[str, Any] | None = None) -> None:
        """The parameters come from `clearshard.redaction.replace` alone."""

    def operator_name(self) -> str:
        """The name it is registered under."""
        return self.NAME

    def operator_type(self) -> OperatorType:
        """Anonymizing, not the way back."""
        return OperatorType.Anonymize


class NumberedTag(_Keyed):
    """``<TYPE_n>``."""

    NAME = "numbered_tag"

    def operate(self, text: str, params: Mapping[str, Any]) -> str:
        """The tag for the identity's number."""
        return f"<{params['entity_type']}_{params['number']}>"


class KeyedHash(_Keyed):
    """``<TYPE_hash>``."""

    NAME = "keyed_hash"

    def operate(self, text: str, params: Mapping[str, Any]) -> str:
        """The tag for the value's keyed hash."""
        digest = _digest(params["key"], params["entity_type"], text)
        return f"<{params['entity_type']}_{digest.hex()[:_HASH_DIGITS]}>"


class KeyedSurrogate(_Keyed):
    """Another value of the same kind."""

    NAME = "keyed_surrogate"

    def operate(self, text: str, params: Mapping[str, Any]) -> str:
        """An invented name or place, or the same shape with other letters and digits."""
        digest = _digest(params["key"], params["entity_type"], text)
        if params["entity_type"] == PERSON:
            pools = [given_names(), family_names()] if len(text.split()) > 1 else [given_names()]
        elif params["entity_type"] == "LOCATION":
            pools = [places()]
        else:
            return _same_shape(text, digest)
        taken = set(words_of(text))
        drawn = " ".join(
            pool.draw(number, taken) for pool, number in zip(pools, _numbers(digest), strict=False)
        )
        return drawn.lower() if text == text.lower() else drawn


def _numbers(digest: bytes) -> Iterator[int]:
    for start in range(0, len(digest), _DRAWN_BYTES):
        yield int.from_bytes(digest[start : start + _DRAWN_BYTES], "big")


def _digest(key: bytes, entity_type: str, value: str) -> bytes:
    message = f"{entity_type}\0{identity_of(value)}".encode()
    return hmac.new(key, message, hashlib.sha256).digest()


def _same_shape(text: str, digest: bytes) -> str:
    """Other letters and digits in the place of each; number words become other number words.

    Only letters and digits use up the key stream, so that "415-555" and "415 555" get the same
    digits. Signs that give the shape stay; anything else that is no ASCII goes.
    """
    stream = iter(hashlib.shake_256(digest).digest(len(text) + 1))
    shaped = " ".join(_same_word(word, stream) for word in text.split())
    # Signs alone have no other shape.
    return shaped if shaped != text else "*" * len(text)


def _same_word(word: str, stream: Iterator[int]) -> str:
    if word.casefold() in DIGITS:
        return _other(DIGITS, word.casefold(), next(stream))
    shaped = []
    for letter in word:
        category = unicodedata.category(letter)[0]
        if category == "N":
            shaped.append(_other(string.digits, letter, next(stream)))
        elif category == "L":
            drawn = _other(string.ascii_lowercase, letter.lower(), next(stream))
            shaped.append(drawn.upper() if letter.isupper() else drawn)
        elif letter.isascii() or category == "P":
            shaped.append(letter)
    return "".join(shaped)


def _other(pool: Sequence[str], original: str, byte: int) -> str:
    """One of the pool's values, but not the original."""
    if original not in pool:
        return pool[byte % len(pool)]
    return pool[(pool.index(original) + 1 + byte % (len(pool) - 1)) % len(pool)]
