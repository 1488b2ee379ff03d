"""The messages of one streaming session of AssemblyAI (v3) → `Heard`.

Of each turn the last message counts that says the turn has ended: behind the plain one comes a
formatted one, if that was asked for. A turn that nobody ended is not read: what was heard of it
changes with every message. Other messages tell the session's id and length.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from clearshard.sources.adapters.values import Label, Seconds, certainty, malformed, mismatch
from clearshard.sources.alignment import letters
from clearshard.sources.heard import Heard, Utterance, Word

_TURN = "Turn"
#: Beside `type`, one of these keys tells what a message is: of a turn, the begin, the end.
TELLING = ("turn_order", "expires_at", "session_duration_seconds")
_Ms = Annotated[float, msgspec.Meta(ge=0, lt=2**53)]


class _Word(msgspec.Struct):
    text: str
    start: _Ms
    end: _Ms
    confidence: Any = None
    word_is_final: bool = True
    speaker: Label = None


class _Message(msgspec.Struct):
    type: str
    turn_order: Annotated[int, msgspec.Meta(ge=0)] | None = None
    end_of_turn: bool | None = None
    transcript: str | None = None
    words: list[_Word] | None = None
    language_code: str | None = None
    speaker_label: Label = None
    audio_duration_seconds: Seconds | None = None


class _Turn(msgspec.Struct):
    """A message about a turn that has ended, and where it is."""

    at: str
    order: int
    transcript: str
    words: list[_Word]
    language: str | None
    speaker: Label

    @property
    def is_empty(self) -> bool:
        return not self.transcript.strip() and not self.words


def read(document: Any) -> Heard:
    """What was heard.

    Args:
        document: One message, or all of a session.

    Raises:
        msgspec.ValidationError: They are not of this format.
        Quarantine: They are of no one session, or views of a turn are not the same speech.
    """
    messages = msgspec.convert(
        document if isinstance(document, list) else [document], list[_Message]
    )
    if sum(message.type == "Begin" for message in messages) > 1:
        raise malformed("several_sessions", "messages")
    turns = [turn for turn in _last_of_each(_ended(messages)) if not turn.is_empty]
    for turn in turns:
        if not turn.words:
            raise mismatch("words_missing", f"{turn.at}.words")
    utterances = [
        Utterance(turn.transcript, round(turn.words[0].start), round(turn.words[-1].end), speaker)
        for turn in turns
        for speaker in [turn.speaker]
    ]
    paths = [f"{turn.at}.words[{place}]" for turn in turns for place in range(len(turn.words))]
    lengths = [m.audio_duration_seconds for m in messages if m.audio_duration_seconds is not None]
    return Heard(
        text=" ".join(utterance.text for utterance in utterances),
        utterances=utterances,
        words=[_word(word, turn.speaker) for turn in turns for word in turn.words],
        spoken=[None] * len(utterances),
        languages=[turn.language for turn in turns if turn.language],
        duration_seconds=lengths[-1] if lengths else None,
        utterance_at=[turn.at for turn in turns].__getitem__,
        word_at=paths.__getitem__,
    )


def _ended(messages: Sequence[_Message]) -> list[_Turn]:
    """Every message that says that a turn has ended.

    Raises:
        Quarantine: Something of a turn is not there.
    """
    turns = []
    for number, message in enumerate(messages):
        if message.type != _TURN:
            continue
        at = f"messages[{number}]"
        for name in ("turn_order", "end_of_turn", "transcript", "words"):
            if getattr(message, name) is None:
                raise malformed("missing", f"{at}.{name}")
        if message.end_of_turn:
            order, words = message.turn_order, message.words
            assert order is not None
            turns.append(
                _Turn(
                    at,
                    order,
                    message.transcript or "",
                    words or [],
                    message.language_code,
                    message.speaker_label,
                )
            )
    return turns


def _last_of_each(turns: Sequence[_Turn]) -> list[_Turn]:
    """The last one of each turn, in order.

    Raises:
        Quarantine: Two are said to be the same turn, and are not: of two sessions, it may be.
    """
    found: dict[int, _Turn] = {}
    for turn in turns:
        before = found.get(turn.order)
        if before is not None and not _are_same(before, turn):
            raise malformed("another_turn", f"{turn.at}.turn_order")
        found[turn.order] = turn
    return [found[order] for order in sorted(found)]


def _are_same(before: _Turn, after: _Turn) -> bool:
    """Whether two messages are about the same words, formatted otherwise or not."""
    if letters(before.transcript) == letters(after.transcript):
        return True
    if not before.words or not after.words:
        return False
    edges = [(turn.words[0].start, turn.words[-1].end) for turn in (before, after)]
    return edges[0] == edges[1]


def _word(word: _Word, speaker: Label) -> Word:
    return Word(
        text=word.text,
        start=round(word.start),
        end=round(word.end),
        speaker=speaker if word.speaker is None else word.speaker,
        confidence=certainty(word.confidence),
    )
