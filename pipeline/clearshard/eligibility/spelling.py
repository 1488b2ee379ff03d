"""Which ids are one id, spelled in more than one way.

Ids are compared exactly: `00123` and `123` are two accounts, and so are `a_1` and `a-1`. But two
ids that nobody can tell apart, or that a spreadsheet, a form or a copy from a web page makes one
of, are not two customers: if one of them has opted out, nobody may be let in as the other. So ids
that fold to the same are held against each other, and never treated as each other.

A fold makes one of: upper and lower case; full-width and other compatible forms, and letters put
together from accents (NFKC); what is not seen (zero-width and format characters, variation
selectors, byte order marks) and white space, wherever it stands; the many hyphens, dashes and minus
signs; digits of any script; Cyrillic and Greek letters that look like Latin ones. The controls of
ASCII are no part of any id: `sources.columns` takes an id with one for unreadable.
"""

import hashlib
import unicodedata
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.eligibility.ids import MAX_ID_BYTES

_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zs", "Zl", "Zp"))
#: Not seen either, although they are letters or marks (Default_Ignorable_Code_Point).
_IGNORABLE = (
    frozenset(map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0)))
    | frozenset(map(chr, range(0x180B, 0x1810)))
    | frozenset(map(chr, range(0xFE00, 0xFE10)))
    | frozenset(map(chr, range(0xE0100, 0xE01F0)))
)
#: No punctuation of the category of dashes, but drawn as one.
_DASHES = frozenset("\u2212\u02d7\u2043\u2796")
#: Small letters of which one case or the other looks like the Latin one.
_LOOKS_LIKE = str.maketrans(
    "авеѕіјкмнорстухһԁԛԝѵӏαβεζηικμνορτυχϳ",
    "abesijkmhopctyxhdqwvlabezhikmnoptyxj",
)
#: A fold of a fold is another one only where letters expand; none does more than twice.
_MOST_ROUNDS = 4
Bytes = npt.NDArray[np.uint8]
_BLANK = ord(" ")


def folded(ids: pa.Array) -> pa.Array:
    """What each id folds to; equal for ids that are one id in two spellings.

    Args:
        ids: Strings without nulls.
    """
    letters = _bytes(ids)
    if len(letters) and int(letters.max()) >= 0x80:
        ascii_only = pc.string_is_ascii(ids)
        others = ids.filter(pc.invert(ascii_only))
        return pc.replace_with_mask(
            _folded_ascii(ids, letters),
            pc.invert(ascii_only),
            pa.array(map(fold, others.to_pylist()), pa.string()),
        )
    return _folded_ascii(ids, letters)


def _folded_ascii(ids: pa.Array, letters: Bytes) -> pa.Array:
    """The same for ids of ASCII; of others anything."""
    small = pc.ascii_lower(_from_the_start(ids))
    return pc.replace_substring(small, " ", "") if _BLANK in letters else small


def _from_the_start(ids: pa.Array) -> pa.Array:
    """The same ids in buffers that begin with the first of them.

    Where they do not, as in a part of what was read at once, `ascii_lower` keeps the places of the
    letters and not the letters before: what it returns reads whatever lies behind its memory.
    """
    first = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset] if len(ids) else 0
    return pa.concat_arrays([ids, pa.array([], pa.string())]) if first else ids


def _bytes(ids: pa.Array) -> Bytes:
    ends = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + len(ids) + 1]
    letters = np.frombuffer(ids.buffers()[2] or b"", np.uint8)
    return letters[ends[0] : ends[-1]] if len(ends) else letters


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """What one id folds to; never longer than an id may be."""
    for _ in range(_MOST_ROUNDS):
        before, text = text, _once(text)
        if text == before:
            break
    if len(text.encode("utf-8", "replace")) > MAX_ID_BYTES:
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return text


def _once(text: str) -> str:
    seen = "".join(map(_letter, unicodedata.normalize("NFKC", text)))
    return unicodedata.normalize("NFKC", seen.casefold().translate(_LOOKS_LIKE))


def _letter(letter: str) -> str:
    """What stands for a character; nothing for one that is not seen."""
    if letter.isascii():
        return "" if letter == " " else letter
    category = unicodedata.category(letter)
    if category in _UNSEEN or letter in _IGNORABLE or letter.isspace():
        return ""
    if category == "Pd" or letter in _DASHES:
        return "-"
    return str(unicodedata.decimal(letter)) if category == "Nd" else letter
