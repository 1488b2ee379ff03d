"""Names after the words that introduce one: "my name is …", "this is … speaking", "call me …".

A cue alone is enough where nothing but a name can follow it. Where other things can ("this is
great", "i'm looking for …"), the words behind the name must say that it was one, or its capital
letter.
"""

# ruff: noqa: SIM905 - lists of words read better as words

import re
from collections.abc import Iterator

from clearshard.recognizers.finder import Finder, Found
from clearshard.recognizers.gate import Extent, Gate
from clearshard.recognizers.vocabulary import NO_NAME, TOKEN, is_letter, lowercase, says_a_digit

ENTITY_TYPE = "PERSON"
_SCORE = 0.7
_LETTERS_THAT_ARE_WORDS = frozenset("aio")
#: Words of one name.
_MOST_WORDS = 3

#: Blanks within a line: no more than people type, so that no time is lost in them.
_B, _B0 = r"[ \t]{1,4}", r"[ \t]{0,4}"

#: What only a name follows.
_SURE = (
    rf"names?(?:{_B}(?:is|was|as|will{_B}be|would{_B}be)|['\u2019]s){_B}(?:(?:uh|um|actually"
    rf"|just){_B})*"
    rf"|names?{_B0}[:=]{_B0}"
    rf"|(?:call|calls|called){_B}me{_B}"
    rf"|(?:under|in){_B}the{_B}name{_B}(?:of{_B})?"
    rf"|(?:speaking|talking|spoke|talked){_B}(?:to|with){_B}"
    rf"|(?:mr|mrs|ms|mister|missus|doctor|dr|prof|professor|madam|dear)\b\.?{_B}"
)
#: What a name may follow, and much else.
_UNSURE = rf"(?:this{_B}is|it{_B}is|it['\u2019]?s|i{_B}am|i['\u2019]?m|here{_B}is){_B}"
#: What says that a name came before.
_BEHIND = re.compile(rf"{_B0},?{_B0}(?:speaking|calling|here|from|with{_B}the)\b", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t]{0,4}")
#: The letters that cues begin with rule most words out at once.
_CUE = re.compile(rf"\b(?=[cdhimnpstu])(?:(?P<sure>{_SURE})|(?P<unsure>{_UNSURE}))")
_WORDS = frozenset(
    "name names me to with mr mrs ms mister missus doctor dr prof professor madam dear is "
    "s its i im am m".split()
)


def introduced_names() -> Finder:
    """The recognizer."""
    return Finder(
        "IntroducedNameRecognizer",
        [ENTITY_TYPE],
        find_introduced_names,
        _SCORE,
        Gate(frozenset(), extent=Extent.LINE, words=_WORDS),
    )


def find_introduced_names(text: str) -> Iterator[Found]:
    """Names that words before them introduce."""
    for cue in _CUE.finditer(lowercase(text)):
        name = name_at(text, cue.end())
        if name is None:
            continue
        start, end = name
        if cue["sure"] or _BEHIND.match(text, end) or text[start].isupper():
            yield Found(start, end, ENTITY_TYPE)


def name_at(text: str, place: int) -> tuple[int, int] | None:
    """The range of a name that begins at a place: words of the line that may be of one."""
    taken: list[re.Match[str]] = []
    for token in _words(text, place):
        word = token.group().lower()
        # A name that is spelled goes on as long as its letters do.
        if not is_letter(word) and (
            word in NO_NAME
            or says_a_digit(word)
            or sum(not is_letter(t.group().lower()) for t in taken) == _MOST_WORDS
        ):
            break
        taken.append(token)
    # "my name is ana i would …": one letter is none of a spelling.
    while taken and taken[-1].group().lower() in _LETTERS_THAT_ARE_WORDS and not _spelled(taken):
        taken.pop()
    return (taken[0].start(), taken[-1].end()) if taken else None


def _words(text: str, place: int) -> Iterator[re.Match[str]]:
    """The words of the line that follow each other with nothing but blanks between."""
    while True:
        blank = _BLANKS.match(text, place)
        token = TOKEN.match(text, blank.end() if blank else place)
        if token is None:
            return
        yield token
        place = token.end()


def _spelled(taken: list[re.Match[str]]) -> bool:
    return len(taken) > 1 and is_letter(taken[-2].group().lower())
