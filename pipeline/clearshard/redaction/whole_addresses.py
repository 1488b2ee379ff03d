"""Addresses and account names that a recognizer has cut, with the rest of them.

Presidio finds "john.co" in "john.cooper", since a domain could end so: what is left behind the
replacement would say most of the name.
"""

import re

import msgspec

from clearshard.records import Span

_TYPES = frozenset(("URL", "EMAIL_ADDRESS", "USERNAME"))
#: Letters of the word that is cut, and words that a sign joins to it.
_REST = re.compile(r"\w+(?:[.@\-]\w+)*")


def whole_address(text: str, span: Span) -> Span:
    """The span of an address that ends within a word, to the end of the address; others as is."""
    if span.entity_type not in _TYPES or not text[span.end - 1].isalnum():
        return span
    rest = _REST.match(text, span.end)
    return span if rest is None else msgspec.structs.replace(span, end=rest.end())
