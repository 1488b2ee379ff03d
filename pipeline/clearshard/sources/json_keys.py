"""The fields of JSON objects, none of which may be there twice: parsers disagree which one counts.

The decoder takes the last one and tells nobody. But written out again, each key once, the object is
what it was to the byte, or a key was there twice, or it is written in some other way: only then is
it looked at key by key. Keys are compared as they read, so an escaped letter hides nothing.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec

Fields = dict[str, msgspec.Raw]

_SPACE = b" \t\r\n"
_object = msgspec.json.Decoder(Fields)
_objects = msgspec.json.Decoder(list[Fields])
_each = msgspec.json.Decoder(list[msgspec.Raw])


class RepeatedKey(ValueError):
    """An object has a key more than once."""


def fields_of(content: bytes) -> Fields:
    """The fields of an object, not decoded; what they hold may have a key twice.

    Args:
        content: JSON of an object, in UTF-8.

    Raises:
        RepeatedKey: It has a key twice.
        msgspec.MsgspecError: It is no object, or no JSON.
        UnicodeDecodeError: A key is no text.
        RecursionError: It is nested too deeply.
    """
    if content[-1:] in _SPACE:
        content = content.rstrip(_SPACE)
    fields = _object.decode(content)
    if written([fields], *_style(content)) == content:
        return fields
    content = msgspec.json.format(content, indent=-1)
    fields = _object.decode(content)
    if written([fields]) != content and _has_pairs_twice(content):
        raise RepeatedKey
    return fields


def each_fields_of(content: bytes) -> list[Fields]:
    """The same for each object of an array; raises as `fields_of`."""
    objects = _objects.decode(content)
    if written(objects, *_style(content)) != content[1:-1]:
        for each in _each.decode(content):
            fields_of(bytes(each))
    return objects


def written(objects: Iterable[Fields], comma: bytes = b",", colon: bytes = b":") -> bytes:
    """Objects of these fields, whose names need no escapes, as the inside of an array."""
    return comma.join(
        [_form(tuple(fields), comma, colon) % tuple(fields.values()) for fields in objects]
    )


# Few: a name can be as long as a transcript.
@lru_cache(maxsize=16)
def _form(names: tuple[str, ...], comma: bytes, colon: bytes) -> bytes:
    """An object with these names, and a place for each value: most objects are alike."""
    pairs = (b'"%b"%b' % (name.encode().replace(b"%", b"%%"), colon) for name in names)
    return b"{%b}" % comma.join(pair + b"%b" for pair in pairs)


def _style(content: bytes) -> tuple[bytes, bytes]:
    """How JSON is usually written: what stands between pairs, and within them."""
    return (b", ", b": ") if content.find(b'": ', 0, 256) >= 0 else (b",", b":")


def _has_pairs_twice(content: bytes) -> bool:
    # Of numbers nothing is wanted, and some are longer than Python reads.
    pairs = json.loads(
        content, object_pairs_hook=tuple, parse_int=str, parse_float=str, strict=False
    )
    return len({key for key, _ in pairs}) != len(pairs)


def decoded_once(content: bytes) -> Any:
    """Any JSON, decoded, no object of which has a key twice, at any depth.

    Raises:
        As `fields_of`, and ValueError for numbers that no parser takes.
    """
    value = msgspec.json.decode(content)
    # Of numbers nothing is wanted, and some are longer than Python reads.
    json.loads(content, object_pairs_hook=_each_once, parse_int=str, parse_float=str, strict=False)
    return value


def _each_once(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise RepeatedKey
