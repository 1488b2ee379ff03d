"""A code behind a name, where both end a turn: "sana 5874".

Who is asked for a name and the last digits of a number gives them so, with nothing that says what
the digits are. Behind ordinary words they are a sum or a size.
"""

import re
from collections.abc import Iterator, Sequence

from clearshard.recognizers import number_sequence, unknown_word
from clearshard.recognizers.number_words import NUMBER_WORDS
from clearshard.recognizers.vocabulary import any_of
from clearshard.records.transcript import Span

ENTITY_TYPE = number_sequence.ENTITY_TYPE
RECOGNIZER = "CodesBehindNames"
#: As for a turn that is nothing but a code.
_SCORE = 0.5
_NAMES = frozenset(("PERSON", unknown_word.ENTITY_TYPE))
_SAID = rf"(?:{any_of(NUMBER_WORDS)})"
_CODE = re.compile(
    rf"[ \t,]{{1,4}}(?P<code>\d{{4,12}}|{_SAID}(?:[ \t]{{1,4}}{_SAID}){{3,11}})"
    r"[ \t.]{0,4}(?=\n|\Z)",
    re.IGNORECASE,
)


def codes_behind_names(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The codes of a text that names among its candidates stand before."""
    for end in sorted({span.end for span in spans if span.entity_type in _NAMES}):
        code = _CODE.match(text, end)
        if code is not None:
            yield Span(*code.span("code"), ENTITY_TYPE, _SCORE, RECOGNIZER)
