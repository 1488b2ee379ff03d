"""Parts that belong to one value, over pauses, fillers, signs and changes of turn."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from clearshard.recognizers.number_words import NATO, WordKind
from clearshard.recognizers.vocabulary import FILLERS, any_of
from clearshard.redaction.written.parts import Part

_SAID_FOR = {
    "-": "dash hyphen minus",
    ".": "dot point period",
    "/": "slash",
    "_": "underscore",
    "+": "plus",
    ":": "colon",
    # Whoever repairs a number starts it, or a part of it, again.
    " ": "space no sorry wait correction actually",
}
#: Word that may stand inside a value → the sign that is written for it.
SIGNS = {word: sign for sign, words in _SAID_FOR.items() for word in words.split()}
_LISTENING = (
    "mm", "mhm", "hmm", "hm", "uh huh", "huh", "okay", "ok", "yes", "yeah", "yep", "yup", "right",
    "sure", "alright", "i got it", "got it", "go ahead", "i see", "thank you", "thanks", "perfect",
    "great",
)  # fmt: skip
_QUIET = r"[\W_]{0,16}+"
_IN_A_TURN = any_of(FILLERS | SIGNS.keys())
_BETWEEN = re.compile(
    rf"{_QUIET}(?:(?:{_IN_A_TURN})(?![^\W_]){_QUIET}){{0,6}}"
    rf"|(?=.{{0,60}}\n){_QUIET}(?:(?:{any_of(_LISTENING)}|{_IN_A_TURN})(?![^\W_]){_QUIET}){{0,6}}"
)
#: Letters that are words where no other letter is beside them.
_ARTICLES = frozenset(("a", "i"))


def runs_of(text: str, parts: Iterable[Part]) -> Iterator[list[Part]]:
    """The runs of a text in lowercase, less what is just words."""
    run: list[Part] = []
    for part in parts:
        if run and not _BETWEEN.fullmatch(text, run[-1].end, part.start):
            yield _without_words(text, run)
            run = []
        run.append(part)
    yield _without_words(text, run)


def _without_words(text: str, run: list[Part]) -> list[Part]:
    """The run without "a", "I" and "Mike" at its ends, if no letter of the turn is beside them."""
    said = [text[part.start : part.end] for part in run]
    if _ARTICLES.issuperset(said):
        return []
    spelled = [
        one.code == two.code == WordKind.LETTER and "\n" not in text[one.end : two.start]
        for one, two in pairwise(run)
    ]
    is_one = sum(part.code == WordKind.LETTER for part in run) == 1
    words = _ARTICLES | NATO.keys() if is_one else _ARTICLES
    first = said[0] in words and not any(spelled[:1])
    last = said[-1] in words and not any(spelled[-1:])
    return run[first : len(run) - last]
