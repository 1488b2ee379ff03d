"""What an NER calls a name or a place, and by its form is none.

The NER reads tokens: of "it was late.so we left" it sees one word that nobody knows, and "ID" is a
state of the US to it wherever it is said.
"""

import re

from clearshard.recognizers.unknown_word import ordinary_words

#: "g7", "S3", "Q4": a place in a series.
_LABEL = re.compile(r"[^\W\d_]\d{1,2}")
#: Two sentences without a blank between them, or parts of what a program calls something.
_JOINT = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)+")
_ID = "id"
#: What stands before or behind "ID" where it is the state.
_BEFORE_STATE = re.compile(r"(?:,|\b[A-Z][a-z]+|\b(?:in|near|from|of|to))[ \t]{1,4}$")
_BEHIND_STATE = re.compile(r",?[ \t]{1,4}\d{5}")
#: Letters before it that are looked at.
_BEFORE = 40


def is_no_place(text: str, start: int, end: int) -> bool:
    """Whether what an NER has found at a range can be no place and no person's name."""
    said = text[start:end]
    if said.lower() == _ID:
        before = text[max(0, start - _BEFORE) : start]
        return not (_BEFORE_STATE.search(before) or _BEHIND_STATE.match(text, end))
    return _LABEL.fullmatch(said) is not None or is_joint(said)


def is_joint(said: str) -> bool:
    """Whether it is nothing but ordinary words with full stops between them."""
    return _JOINT.fullmatch(said) is not None and ordinary_words().issuperset(
        said.lower().split(".")
    )
