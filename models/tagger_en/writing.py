"""The ways in which a conversation is written down."""

from collections.abc import Sequence
from random import Random

from phrases import Piece, join
from spoken_form import Text, speech_form

Turn = list[Piece]

#: What stands before the turns of one and the other.
_SPEAKERS = (
    ("Agent:", "Customer:"),
    ("**Agent:**", "**Caller:**"),
    ("Speaker 1:", "Speaker 2:"),
    ("A:", "B:"),
    ("[doctor]", "[patient]"),
    ("AGENT -", "CLIENT -"),
    (">>", ">>"),
)
#: Labels whose values stand in capitals at times.
_SHOUTED = frozenset(("PERSON", "LOCATION", "ADDRESS"))


def written(turns: Sequence[Turn], rng: Random) -> Text:
    """The text of turns in one of the ways that transcripts are written."""
    style = rng.random()
    cased = style > 0.5
    between = " " if rng.random() < 0.12 else "\n"
    pieces: list[Piece] = []
    speakers = rng.choice(_SPEAKERS) if rng.random() < 0.1 else None
    for i, turn in enumerate(turns):
        if i:
            pieces.append((between, None))
        if speakers and cased:
            clock = f"[{i // 60:02}:{i % 60:02}:{rng.randint(0, 59):02}] "
            pieces.append((rng.choice(("", "", clock)) + speakers[i % 2] + " ", None))
        pieces += turn
        if cased and rng.random() < 0.8:
            pieces.append((rng.choice((".", ".", ",", "?", ".", "!")), None))
            if between == " " and rng.random() < 0.03:
                # A sentence joined to the next without a blank.
                between = ""
    if cased:
        pieces = [
            (text.upper() if label in _SHOUTED and rng.random() < 0.03 else text, label)
            for text, label in pieces
        ]
    text, spans = join(pieces)
    if not cased:
        return speech_form(text, spans)
    if style > 0.96 and len(text.upper()) == len(text):
        return text.upper(), spans
    if style > 0.9:
        return _apart(text, spans)
    if style > 0.84 and len(text.lower()) == len(text):
        return text.lower(), spans
    if style > 0.72:
        text = "\n".join(line[:1].upper() + line[1:] for line in text.split("\n"))
    return text, spans


def _apart(text: str, spans: Sequence[tuple[int, int, str]]) -> Text:
    """Punctuation set apart from words, as tokenised transcripts have it, in lower case."""
    out, places = "", []
    for i, char in enumerate(text):
        ends = i + 1 == len(text) or text[i + 1].isspace()
        if char in ".,?!" and ends and i and not text[i - 1].isspace():
            out += " "
        places.append(len(out))
        out += char.lower() if len(char.lower()) == 1 else char
    places.append(len(out))
    return out, [(places[a], places[b - 1] + 1, label) for a, b, label in spans]
