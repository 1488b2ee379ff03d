"""Bytes of one transcript → `Transcript`, or the reason why not.

The source is the JSON that AssemblyAI's transcript endpoint returns. Only the fields below are
decoded; anything else (summaries, entities, chapters, urls, prompts) is never looked at. A
transcript that bears an id must bear the one that it was asked for by, and no field of it or of an
utterance may be there twice: nobody could say whose speech it is, or which value counts. The three
views of the speech must agree: `text` is canonical, and every utterance and word must be found in
it in order, with nothing but white space between them. Otherwise nobody could say what a span of
one view covers in the others.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, islice, pairwise
from operator import attrgetter, le
from typing import Annotated

import msgspec

from pipeline.records import Piece, Quarantine, QuarantineReason, Transcript, Words
from pipeline.sources.json_keys import RepeatedKey, each_fields_of, fields_of, written

_COMPLETED = "completed"
#: Milliseconds that JSON numbers hold exactly.
_Ms = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class _Word(msgspec.Struct, gc=False):
    text: str
    start: _Ms
    end: _Ms
    speaker: str | int | None = None


class _Utterance(msgspec.Struct):
    text: str
    start: _Ms
    end: _Ms
    speaker: str | int | None = None
    words: msgspec.Raw = msgspec.Raw()


class _Source(msgspec.Struct):
    status: str
    id: str | msgspec.UnsetType = msgspec.UNSET
    text: str | None = None
    language_code: str | None = None
    audio_duration: float | None = None


class _IdOnly(msgspec.Struct):
    id: str | msgspec.UnsetType = msgspec.UNSET


_decoder = msgspec.json.Decoder(_Source)
_id_decoder = msgspec.json.Decoder(_IdOnly)
_utterances_decoder = msgspec.json.Decoder(list[_Utterance])
_words_decoder = msgspec.json.Decoder(list[_Word] | None)
#: Utterances and words are decoded for themselves.
_READ = _Source.__struct_fields__
_SAID = [name for name in _Utterance.__struct_fields__ if name != "words"]


def read_transcript(content: bytes, max_words: int, own_id: str | None) -> Transcript:
    """Decodes and checks one transcript.

    Args:
        content: JSON in UTF-8.
        max_words: More timed words than this are too many.
        own_id: The id that it must have if it has one; None where any will do, since nothing is
            made of the transcript (a benchmark).

    Raises:
        Quarantine: `malformed`, `id_mismatch`, `not_completed`, `empty`, `too_large` or
            `view_mismatch`.
    """
    try:
        content.decode("utf-8")  # the decoder skips fields that are not ours without looking
        fields = fields_of(content)
        read = {name: fields[name] for name in _READ if name in fields}
        source = _decoder.decode(written([read]))
        utterances = _decode_utterances(bytes(fields.get("utterances", b"")))
        words, spoken, are_same = _decode_words(bytes(fields.get("words", b"")), utterances)
    except RepeatedKey:
        raise Quarantine(QuarantineReason.MALFORMED, "DuplicateKey") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Quarantine(QuarantineReason.MALFORMED, type(error).__name__) from None
    if own_id is not None and source.id not in (own_id, msgspec.UNSET):
        raise Quarantine(QuarantineReason.ID_MISMATCH, "id")
    if source.status != _COMPLETED:
        raise Quarantine(QuarantineReason.NOT_COMPLETED, "status")
    text = source.text or ""
    if not text.strip() and not words and not utterances:
        raise Quarantine(QuarantineReason.EMPTY, "text")
    count = sum(len(of_one or ()) for of_one in spoken)
    if max(len(words), len(utterances), count) > max_words or len(text) > 16 * max_words:
        raise Quarantine(QuarantineReason.TOO_LARGE, "max_transcript_words")
    _check_times(words)
    _check_times(utterances)
    duration = source.audio_duration
    if duration is not None and not 0 <= duration < 1e9:
        raise Quarantine(QuarantineReason.MALFORMED, "audio_duration")

    numbers = _numbered(map(attrgetter("speaker"), chain(utterances, words)))
    turns = tuple(
        Piece(start, end, u.start, u.end, numbers[u.speaker])
        for u, (start, end) in zip(utterances, _align(text, utterances), strict=True)
    )
    _check_gaps(turns)
    for utterance, of_one in zip(utterances, spoken, strict=True):
        if of_one is not None:
            if not are_same:
                _check_times(of_one)
            if _squeeze([w.text for w in of_one]) != _squeeze([utterance.text]):
                raise Quarantine(QuarantineReason.VIEW_MISMATCH, "utterance_words")
    timed = _timed(text, words, numbers)
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


def is_called(content: bytes, own_id: str) -> bool:
    """Whether a transcript that was read before has this id, or none.

    Nearly always its id comes first, and nothing needs to be decoded.
    """
    for start in (b'{"id": ', b'{"id":'):
        if content.startswith(start + msgspec.json.encode(own_id) + b","):
            return True
    try:
        found = _id_decoder.decode(content).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return found in (own_id, msgspec.UNSET)


def _decode_utterances(raw: bytes) -> list[_Utterance]:
    if raw in (b"", b"null"):
        return []
    each = each_fields_of(raw)
    # Without their words, which are most of them: those are decoded for themselves.
    said = [{name: fields[name] for name in _SAID if name in fields} for fields in each]
    utterances = _utterances_decoder.decode(b"[%b]" % written(said))
    for utterance, fields in zip(utterances, each, strict=True):
        utterance.words = fields.get("words", utterance.words)
    return utterances


def _decode_words(
    words: bytes, utterances: Sequence[_Utterance]
) -> tuple[list[_Word], list[list[_Word] | None], bool]:
    """The words of the transcript, those of each utterance, and whether the two are the same.

    They are the same words twice, and most of the input: where they are so to the byte, they are
    decoded once.
    """
    spoken = [_decode_list(utterance.words) for utterance in utterances]
    inside = [bytes(utterance.words)[1:-1] for utterance in utterances]
    if any(between.join(inside) == words[1:-1] for between in (b", ", b",")):
        return list(chain.from_iterable(of_one or () for of_one in spoken)), spoken, True
    return _decode_list(words) or [], spoken, False


def _decode_list(words: msgspec.Raw | bytes) -> list[_Word] | None:
    return _words_decoder.decode(words) if words else None


def _check_times(pieces: Sequence[_Word | _Utterance]) -> None:
    starts = [piece.start for piece in pieces]
    ends = [piece.end for piece in pieces]
    if not (all(map(le, starts, ends)) and all(map(le, ends, islice(starts, 1, None)))):
        raise Quarantine(QuarantineReason.MALFORMED, "timing")


def _numbered(speakers: Iterable[str | int | None]) -> dict[str | int | None, int | None]:
    """A number for each speaker, in order of appearance."""
    named = dict.fromkeys(speakers)
    named.pop(None, None)
    return {None: None, **{speaker: number for number, speaker in enumerate(named)}}


def _timed(text: str, words: Sequence[_Word], numbers: dict[str | int | None, int | None]) -> Words:
    texts = [word.text for word in words]
    if words and " ".join(texts) == text and text.split() == texts:
        # Nearly always: words between single blanks.
        nexts = tuple(accumulate([len(text) + 1 for text in texts]))
        starts = (0, *nexts[:-1])
        ends = tuple([start - 1 for start in nexts])
    else:
        places = _align(text, words)
        starts = tuple(start for start, _ in places)
        ends = tuple(end for _, end in places)
    return Words(
        starts=starts,
        ends=ends,
        start_ms=tuple([word.start for word in words]),
        end_ms=tuple([word.end for word in words]),
        speakers=tuple([numbers[word.speaker] for word in words]),
    )


def _align(text: str, pieces: Sequence[_Word | _Utterance]) -> list[tuple[int, int]]:
    """Where the pieces are in the text, one after the other.

    Raises:
        Quarantine: `view_mismatch`, if they are not there or not all that is there.
    """
    places = []
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
        places.append((place, end))
        place = end
    if pieces and text[place:].strip():
        raise Quarantine(QuarantineReason.VIEW_MISMATCH, "text_left_over")
    return places


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


def _check_words_in_turns(words: Words, turns: tuple[Piece, ...]) -> None:
    """No word may belong to two turns: nobody could say who spoke it, or cut it out of one."""
    for turn in turns:
        last = bisect_left(words.starts, turn.end) - 1
        if last >= 0 and words.ends[last] > turn.end:
            raise Quarantine(QuarantineReason.VIEW_MISMATCH, "word_crosses_turns")


def _squeeze(texts: Iterable[str]) -> str:
    return "".join("".join(texts).split())


def _language(code: str | None) -> str:
    return (code or "").replace("-", "_").split("_")[0].lower()
