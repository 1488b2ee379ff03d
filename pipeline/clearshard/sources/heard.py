"""What a recogniser has heard, in its own words: the one form that every transcript is read into.

Nothing of it is checked yet but types and ranges; `clearshard.sources.transcripts` asks whether its
views agree and its times follow each other.
"""

from collections.abc import Callable, Sequence
from typing import Annotated

import msgspec

#: Milliseconds that JSON numbers hold exactly.
Ms = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
#: What a source calls a speaker or a channel.
Name = str | int | None
Confidence = Annotated[float, msgspec.Meta(ge=0, le=1)] | None

COMPLETED = "completed"


class Word(msgspec.Struct, gc=False):
    """One timed word; where nobody knows the times of some, all of them may be one."""

    text: str
    start: Ms
    end: Ms
    confidence: Confidence = None  # here, where it comes: that is read in less time
    speaker: Name = None
    channel: Name = None


class Utterance(msgspec.Struct):
    """What one speaker says before somebody else does; `words` is JSON, where the source has it."""

    text: str
    start: Ms
    end: Ms
    speaker: Name = None
    channel: Name = None
    words: msgspec.Raw = msgspec.Raw()


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """The speech of one file.

    Attributes:
        text: All of it.
        utterances: The same by turns; may be empty.
        words: The same by timed words; may be empty.
        spoken: The words of each utterance, as they are given once more inside of it, or None.
        are_same: Whether those are known to be `words`.
        id: What the transcript calls itself, if it does.
        status: `COMPLETED`, or whatever else.
        languages: All that it says of its language.
        duration_seconds: Length of the audio, if the source says.
        audio_url: The address of the audio as JSON, if the source says.
        id_at: Where in the source its id is.
        status_at: The same for its status.
        duration_at: The same for the length.
        utterance_at: The same for each utterance.
        word_at: The same for each word.
    """

    text: str
    utterances: Sequence[Utterance] = ()
    words: list[Word]
    spoken: Sequence[list[Word] | None] = ()
    are_same: bool = False
    id: str | None = None
    status: str = COMPLETED
    languages: Sequence[str] = ()
    duration_seconds: float | None = None
    audio_url: bytes = b""
    id_at: str = "id"
    status_at: str = "status"
    duration_at: str = "audio_duration"
    utterance_at: Callable[[int], str] = "utterances[{}]".format
    word_at: Callable[[int], str] = "words[{}]".format
