"""An independent look at a redacted transcript: is anything left, do the views agree?

It shares no code with the recognizers on purpose: it folds compatibility characters and removes
marks and invisible characters, then looks for shapes that no shard may hold. What it finds was
missed, so the file is quarantined rather than mended: nobody knows what else was missed.

On plain text the shapes are a part of what the recognizers find, so that they fire where a
recognizer was deceived or is at fault, and nowhere else.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence

from pipeline.records import Quarantine, QuarantineReason

#: Stands for a replacement while looking; splits whatever was on both sides of it.
_HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"

_BETWEEN = rf"[^\w{_HOLE}]"
_DIGITS = re.compile(rf"\d(?:(?:{_BETWEEN}|_){{0,3}}\d){{5,}}")
_WORD = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
# The letters that the words begin with rule most of a text out at once.
_SPOKEN_DIGITS = re.compile(
    rf"\b(?=[zotfsen]){_WORD}(?:{_BETWEEN}{{1,6}}{_WORD}){{5,}}\b", re.IGNORECASE
)
# What comes before the sign is of no interest, only that there is something: to look for all of it
# would take the square of the length of a text without white space.
_EMAIL = re.compile(r"(?<=[^\s@<>])@([^\s@<>]{1,253})")
# An address of which a recognizer took only a part.
_EMAIL_REST = re.compile(rf"[\w{_HOLE}]@[^\s@]*{_HOLE}|{_HOLE}@\w")
_EMAIL_HOST = re.compile(r"\.[^\W\d_]{2}")

_LETTERS = re.compile(rf"[^\W_]+|{_HOLE}")

#: Types whose values may recur as ordinary words ("May", "Hope"): not looked for again.
_WORDLIKE = frozenset(("PERSON", "LOCATION", "DATE_TIME", "NRP", "ORGANIZATION"))
#: Shorter values recur by chance.
_MIN_VALUE_LETTERS = 7
#: So many values are faster looked for one after the other.
_FEW = 100
#: Characters that print nothing although their category says otherwise: fillers and blank letters.
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def check_residual(
    text: str,
    replaced: Sequence[tuple[int, int]],
    views: Sequence[Sequence[str]],
    removed: Sequence[tuple[str, str]],
) -> None:
    """Looks for what redaction should have removed.

    Args:
        text: The redacted text.
        replaced: Ranges of it that are replacements, in order.
        views: The redacted pieces of each other view that the source had.
        removed: Entity type and original value of every replacement.

    Raises:
        Quarantine: `view_mismatch` or `residual_pii`, with the name of the check.
    """
    squeezed = _squeeze(text)
    for view in views:
        if _squeeze("".join(view)) != squeezed:
            raise Quarantine(QuarantineReason.VIEW_MISMATCH, "redacted_views")
    holed = _with_holes(text, replaced)
    folded = holed if text.isascii() and text.isprintable() else _fold(holed)
    found = _shape_in(folded)
    if found is not None:
        raise Quarantine(QuarantineReason.RESIDUAL_PII, found)
    values = {
        _letters(_fold(value))
        for kind, value in removed
        if kind not in _WORDLIKE or (kind == "PERSON" and len(value.split()) > 1)
    }
    values = {value for value in values if len(value) >= _MIN_VALUE_LETTERS}
    if values and _any_in(_letters(folded), values):
        raise Quarantine(QuarantineReason.RESIDUAL_PII, "value_again")


def _shape_in(text: str) -> str | None:
    """Name of a shape that no shard may hold, if the text has one."""
    if _DIGITS.search(text):
        return "digits"
    if _SPOKEN_DIGITS.search(text):
        return "spoken_digits"
    if "@" not in text:
        return None
    if _EMAIL_REST.search(text):
        return "email"
    if any(_EMAIL_HOST.search(found.group(1)) for found in _EMAIL.finditer(text)):
        return "email"
    return None


def _with_holes(text: str, replaced: Sequence[tuple[int, int]]) -> str:
    parts = []
    place = 0
    for start, end in replaced:
        parts += [text[place:start], _HOLE]
        place = end
    return "".join([*parts, text[place:]])


def _fold(text: str) -> str:
    """The text as it looks: no marks, nothing invisible, one character for all that look alike."""
    folded = unicodedata.normalize("NFKD", text)
    hidden = {ord(c): None for c in set(folded) if not _shows(c)}
    return folded.translate(hidden) if hidden else folded


def _shows(character: str) -> bool:
    if character.isspace():
        return True
    return unicodedata.category(character)[0] not in "CM" and character not in _INVISIBLE


def _letters(text: str) -> str:
    """Letters and digits in lowercase; holes stay, so that nothing joins across them."""
    return "".join(_LETTERS.findall(text.casefold()))


def _any_in(text: str, values: Collection[str]) -> bool:
    """Whether one of the values is in the text, in time that does not grow with their number."""
    if len(values) <= _FEW:
        return any(value in text for value in values)
    by_head: defaultdict[str, list[str]] = defaultdict(list)
    for value in values:
        by_head[value[:_MIN_VALUE_LETTERS]].append(value)
    return any(
        text.startswith(value, place)
        for place in range(len(text) - _MIN_VALUE_LETTERS + 1)
        for value in by_head.get(text[place : place + _MIN_VALUE_LETTERS], ())
    )


def _squeeze(text: str) -> str:
    return "".join(text.split())
