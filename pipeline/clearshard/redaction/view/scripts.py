"""Words in a script that the language does not use: no recognizer was made for them.

A transcript, or a long turn, that is mostly written so is in a language that nothing here covers.
A few such words in other text are most often names; each of them goes.
"""

from functools import lru_cache

import regex

from clearshard.records.transcript import Transcript

#: Letters in another script from which on a turn counts by itself: a name is not as long.
_LONG_TURN = 40

#: Letters and marks of a script; those of all scripts, and ornaments, are of none.
_FOREIGN = regex.compile(r"[[\p{L}\p{M}\p{Nl}]--[\p{Latin}\p{Common}\p{Inherited}]]", regex.V1)
_LETTERS = regex.compile(r"[\p{L}\p{M}]")
_WORD = regex.compile(r"[\w\p{M}]+(?:['\-][\w\p{M}]+)*")
#: One by itself is a sign of a science, an initial, or what is left of a dash that was read in
#: another encoding: no name. One of a script of syllables or words may be one.
_LETTER = regex.compile(r"[\p{Greek}\p{Cyrillic}\p{Hebrew}\p{Arabic}\p{Armenian}\p{Georgian}]")
_REMEMBERED = 1 << 13


def foreign_words(text: str) -> list[tuple[int, int]]:
    """Ranges of the words of a view in a script that its language does not use."""
    if not _is_foreign(text):
        return []
    return [
        word.span()
        for word in _WORD.finditer(text)
        if not word.group().isascii()
        and _FOREIGN.search(word.group())
        and not _LETTER.fullmatch(word.group())
    ]


def is_mostly_foreign(transcript: Transcript) -> bool:
    """Whether most of a view, or of one of its long turns, is in scripts of other languages."""
    text = transcript.text
    if not _is_foreign(text):
        return False
    if _is_most_of(text, least=1):
        return True
    return any(
        _is_most_of(text[turn.start : turn.end], least=_LONG_TURN) for turn in transcript.turns
    )


def _is_most_of(text: str, least: int) -> bool:
    if len(text) < least or text.isascii():
        return False
    foreign = len(_FOREIGN.findall(text))
    return foreign >= least and 2 * foreign > len(_LETTERS.findall(text))


def _is_foreign(text: str) -> bool:
    """Whether any letter is: most text is ruled out by its few different characters."""
    return not text.isascii() and any(map(_is_foreign_letter, set(text)))


@lru_cache(maxsize=_REMEMBERED)
def _is_foreign_letter(character: str) -> bool:
    return _FOREIGN.match(character) is not None
