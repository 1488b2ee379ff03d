"""Addresses and account names that a recognizer has cut, with the rest of them.

Presidio finds "john.co" in "john.cooper", since a domain could end so: what is left behind the
replacement would say most of the name.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from clearshard.records.transcript import Span

_TYPES = frozenset(("URL", "EMAIL_ADDRESS", "USERNAME"))
#: Letters of the word that is cut, and words that a sign joins to it.
_REST = re.compile(r"(?:\w+|(?=@))(?:[.@\-]\w+)*")


def whole_addresses(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The addresses of which the spans hold but a part that ends within a word, to their ends."""
    for span in spans:
        if span.entity_type in _TYPES and text[span.end - 1].isalnum():
            rest = _REST.match(text, span.end)
            if rest is not None:
                yield msgspec.structs.replace(span, end=rest.end())
