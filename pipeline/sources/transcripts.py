"""Bytes of one transcript → `Transcript`, or the reason why not.

The source is the JSON that AssemblyAI's transcript endpoint returns. Only the fields below are
decoded; anything else (summaries, entities, chapters, urls, prompts) is never looked at. The three
views of the speech must agree: `text` is canonical, and every utterance and word must be found in
it in order, with nothing but white space between them. Otherwise nobody could say what a span of
one view covers in the others.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from pipeline.records import Piece, Quarantine, QuarantineReason, Transcript

_COMPLETED = "completed"


class _Word(msgspec.Struct):
    text: str
    start: int
    end: int
    speaker: str | int | None = None


class _Utterance(msgspec.Struct):
    text: str
    start: int
    end: int
    speaker: str | int | None = None
    words: list[_Word] | None = None


class _Source(msgspec.Struct):
    status: str
    text: str | None = None
    language_code: str | None = None
    utterances: list[_Utterance] | None = None
    words: list[_Word] | None = None
    audio_duration: float | None = None


_decoder = msgspec.json.Decoder(_Source)


def read_transcript(content: bytes, max_words: int) -> Transcript:
    """Decodes and checks one transcript.

    Args:
        content: JSON in UTF-8.
        max_words: More timed words than this are too many.

    Raises:
        Quarantine: `malformed`, `not_completed`, `empty`, `too_large` or `view_mismatch`.
    """
    try:
        content.decode("utf-8")  # the decoder skips fields that are not ours without looking
        source = _decoder.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Quarantine(QuarantineReason.MALFORMED, type(error).__name__) from None
    if source.status != _COMPLETED:
        raise Quarantine(QuarantineReason.NOT_COMPLETED, "status")
    text = source.text or ""
    words = source.words or []
    utterances = source.utterances or []
    if not text.strip() and not words and not utterances:
        raise Quarantine(QuarantineReason.EMPTY, "text")
    spoken = sum(len(utterance.words or ()) for utterance in utterances)
    if max(len(words), len(utterances), spoken) > max_words or len(text) > 16 * max_words:
        raise Quarantine(QuarantineReason.TOO_LARGE, "max_transcript_words")
    _check_times(words)
    _check_times(utterances)
    duration = source.audio_duration
    if duration is not None and not 0 <= duration < 1e9:
        raise Quarantine(QuarantineReason.MALFORMED, "audio_duration")

    speakers: dict[str | int, int] = {}
    turns = _align(text, utterances, speakers)
    _check_gaps(turns)
    for utterance in utterances:
        if utterance.words is not None:
            _check_times(utterance.words)
            if _squeeze(w.text for w in utterance.words) != _squeeze([utterance.text]):
                raise Quarantine(QuarantineReason.VIEW_MISMATCH, "utterance_words")
    timed = _align(text, words, speakers)
    _check_words_in_turns(timed, turns)
    if not turns:
        turns = (Piece(0, len(text), None, None, None),)
    return Transcript(
        text=text,
        turns=turns,
        words=timed,
        has_utterances=bool(utterances),
        language=_language(source.language_code),
        audio_duration_ms=None if duration is None else round(duration * 1000),
    )


def _check_times(pieces: Sequence[_Word | _Utterance]) -> None:
    clock = 0
    for piece in pieces:
        if not clock <= piece.start <= piece.end < 2**53:
            raise Quarantine(QuarantineReason.MALFORMED, "timing")
        clock = piece.end


def _align(
    text: str, pieces: Sequence[_Word | _Utterance], speakers: dict[str | int, int]
) -> tuple[Piece, ...]:
    """Finds the pieces in the text one after the other."""
    found = []
    place = 0
    for piece in pieces:
        while place < len(text) and text[place].isspace():
            place += 1
        wanted = piece.text.strip()
        end = place + len(wanted)
        if not wanted:
            raise Quarantine(QuarantineReason.VIEW_MISMATCH, "empty_piece")
        if not text.startswith(wanted, place):
            end = _end_ignoring_space(text, place, wanted)
        speaker = None
        if piece.speaker is not None:
            speaker = speakers.setdefault(piece.speaker, len(speakers))
        found.append(Piece(place, end, piece.start, piece.end, speaker))
        place = end
    if pieces and text[place:].strip():
        raise Quarantine(QuarantineReason.VIEW_MISMATCH, "text_left_over")
    return tuple(found)


def _end_ignoring_space(text: str, place: int, wanted: str) -> int:
    """Where `wanted` ends in the text if white space inside does not count.

    Raises:
        Quarantine: `view_mismatch`, if it is not there.
    """
    for letter in wanted:
        if letter.isspace():
            continue
        while place < len(text) and text[place].isspace():
            place += 1
        if place == len(text) or text[place] != letter:
            raise Quarantine(QuarantineReason.VIEW_MISMATCH, "piece_not_in_text")
        place += 1
    return place


def _check_gaps(turns: tuple[Piece, ...]) -> None:
    for before, after in pairwise(turns):
        if before.end == after.start:
            raise Quarantine(QuarantineReason.VIEW_MISMATCH, "turns_touch")


def _check_words_in_turns(words: tuple[Piece, ...], turns: tuple[Piece, ...]) -> None:
    """No word may belong to two turns: nobody could say who spoke it, or cut it out of one."""
    following = iter(turns)
    turn = next(following, None)
    for word in words:
        while turn is not None and turn.end <= word.start:
            turn = next(following, None)
        if turn is not None and word.end > turn.end:
            raise Quarantine(QuarantineReason.VIEW_MISMATCH, "word_crosses_turns")


def _squeeze(texts: Iterable[str]) -> str:
    return "".join("".join(texts).split())


def _language(code: str | None) -> str:
    return (code or "").replace("-", "_").split("_")[0].lower()
