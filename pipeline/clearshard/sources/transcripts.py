"""Bytes of one transcript → `Transcript`, or the reason why not.

The source is the JSON that AssemblyAI's transcript endpoint returns, or a form that one of
`clearshard.sources.adapters` reads. Only the fields below are decoded; anything else (summaries,
entities, chapters, prompts) is never looked at, and of the address of the audio only whether it
says that the transcript was deleted. A transcript that bears an id must bear the
one that it was asked for by, and no field of it or of an utterance may be there twice: nobody could
say whose speech it is, or which value counts. The three views of the speech must agree: `text` is
canonical, and every utterance and word must be found in it in order, with nothing but white space
between them, or at most punctuation that one of them leaves out. Otherwise nobody could say what a
span of one view covers in the others.

People on two channels talk over each other, and sources list their words by turn or by time. The
order that counts is that of the utterances: words, or a text, in the order of time are brought into
it, where they are the same words.
"""

import codecs
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain, count, islice, pairwise
from operator import add, attrgetter, le
from typing import Any, NamedTuple, TypeVar

import msgspec

from clearshard.records.states import Deleted, Quarantine, QuarantineReason
from clearshard.records.transcript import Piece, Transcript, Words
from clearshard.sources.adapters import (
    ENDPOINT,
    FOREIGN,
    Form,
    adapter_for,
    id_of,
    outline_of,
    read,
)
from clearshard.sources.alignment import NotThere, letters, located
from clearshard.sources.channels import numbered_channels
from clearshard.sources.deletion import says_deleted
from clearshard.sources.faults import told
from clearshard.sources.heard import COMPLETED, Heard, Name, Utterance, Word
from clearshard.sources.json_keys import Fields, RepeatedKey, each_fields_of, fields_of, written

#: Whose speech a piece is: a speaker on a channel. Labels may be the same on both channels.
_Voice = tuple[Name, Name]
_voice_of = attrgetter("channel", "speaker")
_NOBODY: _Voice = (None, None)
_Decoded = TypeVar("_Decoded")


class _Source(msgspec.Struct):
    status: str
    id: str | msgspec.UnsetType = msgspec.UNSET
    text: str | None = None
    language_code: str | None = None
    language_codes: list[str] | None = None
    audio_duration: float | None = None


_ANY_FORM = Form()
_decoder = msgspec.json.Decoder(_Source)
_id_decoder = msgspec.json.Decoder(str)
_utterances_decoder = msgspec.json.Decoder(list[Utterance])
_words_decoder = msgspec.json.Decoder(list[Word] | None)
#: What is said of more than one language: no recognizer covers it.
_SEVERAL_LANGUAGES = "mul"
#: Utterances and words are decoded for themselves.
_READ = _Source.__struct_fields__
_SAID = [name for name in Utterance.__struct_fields__ if name != "words"]


def read_transcript(
    content: bytes, max_words: int, own_id: str | None, form: Form = _ANY_FORM
) -> Transcript:
    """Decodes and checks one transcript.

    Args:
        content: JSON in UTF-8; of a streaming session also one message a line.
        max_words: More timed words than this are too many.
        own_id: The id that it must have if it has one; None where any will do, since nothing is
            made of the transcript (a benchmark).
        form: Which form it has.

    Raises:
        Deleted: It says that its customer has deleted it; see `clearshard.sources.deletion`.
        Quarantine: `malformed`, `id_mismatch`, `not_completed`, `empty`, `too_large` or
            `view_mismatch`.
    """
    try:
        content = content.removeprefix(codecs.BOM_UTF8)
        content.decode("utf-8")  # the decoder skips fields that are not ours without looking
        heard = _heard(content, form)
    except RepeatedKey:
        raise Quarantine(QuarantineReason.MALFORMED, "DuplicateKey") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Quarantine(QuarantineReason.MALFORMED, told(error, "")) from None
    if own_id is not None and heard.id not in (own_id, None):
        raise Quarantine(QuarantineReason.ID_MISMATCH, heard.id_at)
    has_pieces = bool(heard.words or heard.utterances)
    if says_deleted(heard.text, heard.audio_url, has_pieces=has_pieces):
        raise Deleted
    if heard.status != COMPLETED:
        raise Quarantine(QuarantineReason.NOT_COMPLETED, heard.status_at)
    text, words, utterances, spoken = heard.text, heard.words, heard.utterances, heard.spoken
    if not text.strip() and not has_pieces:
        raise Quarantine(QuarantineReason.EMPTY, "text")
    spoken_count = sum(len(of_one or ()) for of_one in spoken)
    if max(len(words), len(utterances), spoken_count) > max_words or len(text) > 16 * max_words:
        raise Quarantine(QuarantineReason.TOO_LARGE, "max_transcript_words")
    times = _times_of(words)
    _check_times(words, times, heard.word_at)
    _check_times(utterances, _times_of(utterances), heard.utterance_at)
    duration = heard.duration_seconds
    if duration is not None and not 0 <= duration < 1e9:
        raise Quarantine(QuarantineReason.MALFORMED, heard.duration_at)

    voices = [*map(_voice_of, words)]
    numbers = _numbered(chain(map(_voice_of, utterances), voices))
    if not heard.are_same:
        given = words
        text, words = _in_order_of_turns(text, utterances, words, spoken)
        if words is not given:
            times, voices = _times_of(words), [*map(_voice_of, words)]
    places = _places(text, utterances, heard.utterance_at, ())
    turns = tuple(
        Piece(start, end, u.start, u.end, numbers[_voice_of(u)])
        for u, (start, end) in zip(utterances, places, strict=True)
    )
    _check_gaps(turns, heard.utterance_at)
    for number, (utterance, of_one) in enumerate(zip(utterances, spoken, strict=True)):
        if of_one is not None:
            if not heard.are_same:
                where = f"{heard.utterance_at(number)}.words"
                _check_times(of_one, _times_of(of_one), f"{where}[{{}}]".format)
            if not _are_alike([w.text for w in of_one], [utterance.text]):
                where = f"{heard.utterance_at(number)}.words"
                raise Quarantine(QuarantineReason.VIEW_MISMATCH, f"utterance_words: {where}")
    starts, ends = _places_of_words(text, words, turns, heard.word_at)
    timed = Words(
        starts=starts,
        ends=ends,
        start_ms=times.starts,
        end_ms=times.ends,
        speakers=tuple([numbers[voice] for voice in voices]),
        confidences=tuple([word.confidence for word in words]),
    )
    _check_words_in_turns(timed, turns, heard.utterance_at)
    if not turns:
        turns = (Piece(0, len(text), None, None, None),)
    return Transcript(
        text=text,
        turns=turns,
        words=timed,
        has_utterances=bool(utterances),
        language=_language(heard.languages),
        audio_duration_ms=None if duration is None else round(duration * 1000),
        channels=_channels(numbers),
    )


def is_called(content: bytes, own_id: str, form: Form = _ANY_FORM) -> bool:
    """Whether a transcript that was read before has this id, or none.

    Nearly always its id comes first, and nothing needs to be decoded.
    """
    for start in (b'{"id": ', b'{"id":'):
        if content.startswith(start + msgspec.json.encode(own_id) + b","):
            return True
    try:
        return _named(content, form) in (own_id, None)
    except (Quarantine, ValueError, RecursionError):
        return False


def _named(content: bytes, form: Form) -> object:
    """What a document calls itself, or None."""
    if (fields := _own_fields(content, form)) is not None:
        return _id_decoder.decode(fields["id"]) if "id" in fields else None
    outline = outline_of(content)
    return id_of(outline, adapter_for(outline, form.format))[0]


def _heard(content: bytes, form: Form) -> Heard:
    """What is said in a document of any form.

    The form of AssemblyAI's endpoint, which most have, is known by the keys of its first level,
    which are needed anyway; only what is not of it is decoded to see what it is.
    """
    if (fields := _own_fields(content, form)) is not None:
        return _heard_of(fields)
    outline = outline_of(content)
    adapter = adapter_for(outline, form.format)
    if adapter is ENDPOINT:
        return _heard_of(fields_of(content))
    return read(content, outline, adapter, form)


def _own_fields(content: bytes, form: Form) -> Fields | None:
    """The fields of a document that is of AssemblyAI's endpoint without a doubt."""
    if form.format not in ("auto", "assemblyai"):
        return None
    try:
        fields = fields_of(content)
    except msgspec.DecodeError:  # a list, or several values
        return None
    return fields if "status" in fields and FOREIGN.isdisjoint(fields) else None


def _heard_of(fields: Fields) -> Heard:
    read = {name: fields[name] for name in _READ if name in fields}
    source = _decoder.decode(written([read]))
    utterances = _decode_utterances(bytes(fields.get("utterances", b"")))
    words, spoken, are_same = _decode_words(bytes(fields.get("words", b"")), utterances)
    return Heard(
        text=source.text or "",
        utterances=utterances,
        words=words,
        spoken=spoken,
        are_same=are_same,
        id=None if source.id is msgspec.UNSET else source.id,
        status=source.status,
        languages=[source.language_code or "", *(source.language_codes or ())],
        duration_seconds=source.audio_duration,
        audio_url=bytes(fields.get("audio_url", b"")),
    )


def _decode_utterances(raw: bytes) -> list[Utterance]:
    if raw in (b"", b"null"):
        return []
    each = each_fields_of(raw)
    # Without their words, which are most of them: those are decoded for themselves.
    said = [{name: fields[name] for name in _SAID if name in fields} for fields in each]
    utterances = _decoded(_utterances_decoder, b"[%b]" % written(said), "utterances")
    for utterance, fields in zip(utterances, each, strict=True):
        utterance.words = fields.get("words", utterance.words)
    return utterances


def _decode_words(
    words: bytes, utterances: Sequence[Utterance]
) -> tuple[list[Word], list[list[Word] | None], bool]:
    """The words of the transcript, those of each utterance, and whether the two are the same.

    They are the same words twice, and most of the input: where they are so to the byte, they are
    decoded once.
    """
    try:
        spoken = [_words_decoder.decode(u.words) if u.words else None for u in utterances]
    except msgspec.ValidationError:
        spoken = [
            _decode_list(utterance.words, f"utterances[{number}].words")
            for number, utterance in enumerate(utterances)
        ]
    inside = [bytes(utterance.words)[1:-1] for utterance in utterances]
    if any(between.join(inside) == words[1:-1] for between in (b", ", b",")):
        return list(chain.from_iterable(of_one or () for of_one in spoken)), spoken, True
    return _decode_list(words, "words") or [], spoken, False


def _decode_list(words: msgspec.Raw | bytes, where: str) -> list[Word] | None:
    return _decoded(_words_decoder, words, where) if words else None


def _decoded(
    decoder: "msgspec.json.Decoder[_Decoded]", raw: msgspec.Raw | bytes, where: str
) -> _Decoded:
    """What a decoder makes of a list, or of what it means.

    Whole milliseconds may be written with a fraction of 0. A confidence that is no number from 0 to
    1 is none: nothing is decided by it, so nothing is lost with it but itself.

    Raises:
        Quarantine: It is not what is decoded.
    """
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        pieces = msgspec.json.decode(raw)
        for piece in pieces if isinstance(pieces, list) else ():
            if isinstance(piece, dict):
                _mend(piece)
        try:
            return msgspec.convert(pieces, decoder.type)
        except msgspec.ValidationError as error:
            raise Quarantine(QuarantineReason.MALFORMED, told(error, where)) from None


def _mend(piece: dict[str, Any]) -> None:
    for name in ("start", "end"):
        time = piece.get(name)
        if isinstance(time, float) and time.is_integer():
            piece[name] = int(time)
    match piece.get("confidence"):
        case float() | int() as sure if 0 <= sure <= 1 and sure is not True and sure is not False:
            pass
        case _:
            piece["confidence"] = None


class _Times(NamedTuple):
    """Of pieces, by columns; milliseconds."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]


def _times_of(pieces: Sequence[Word | Utterance]) -> _Times:
    return _Times(tuple([piece.start for piece in pieces]), tuple([piece.end for piece in pieces]))


def _check_times(
    pieces: Sequence[Word | Utterance], times: _Times, at: Callable[[int], str]
) -> None:
    """Passes if nothing ends before it begins, and nobody speaks twice at once."""
    if all(map(le, times.starts, times.ends)) and all(
        map(le, times.ends, islice(times.starts, 1, None))
    ):
        return
    ends: defaultdict[_Voice, int] = defaultdict(int)
    for number, piece in enumerate(pieces):
        voice = _voice_of(piece)
        if not ends[voice] <= piece.start <= piece.end:
            raise Quarantine(QuarantineReason.MALFORMED, f"timing: {at(number)}")
        ends[voice] = piece.end


def _in_order_of_turns(
    text: str,
    utterances: Sequence[Utterance],
    words: list[Word],
    spoken: Sequence[Sequence[Word] | None],
) -> tuple[str, list[Word]]:
    """Text and words in the order of the utterances, if they are the same in another one.

    Whether they are the views of one speech is not asked here: what does not fit stays as it is.
    """
    said = [*chain.from_iterable(of_one or () for of_one in spoken)]
    if said == words or Counter(map(_identity, said)) != Counter(map(_identity, words)):
        return text, words
    by_turn = "".join(map(attrgetter("text"), utterances))
    by_time = "".join(map(attrgetter("text"), words))
    if _are_alike([text], [by_turn]):
        return text, said
    if not _are_alike([text], [by_time]):
        return text, words
    return " ".join(utterance.text.strip() for utterance in utterances), said


def _identity(word: Word) -> tuple[object, ...]:
    return word.text, word.start, word.end, word.channel, word.speaker


def _numbered(voices: Iterable[_Voice]) -> dict[_Voice, int | None]:
    """A number for each voice, in order of appearance; none for words of nobody."""
    named = dict.fromkeys(voices)
    named.pop(_NOBODY, None)
    return {_NOBODY: None, **{voice: number for number, voice in enumerate(named)}}


def _channels(numbers: dict[_Voice, int | None]) -> tuple[int | None, ...]:
    """The channel of each voice, by its number; empty if there is none."""
    if all(channel is None for channel, _ in numbers):
        return ()
    labels = [channel for channel, speaker in numbers if (channel, speaker) != _NOBODY]
    channels = numbered_channels(labels)
    return tuple([channels[label] for label in labels]) if len(channels) > 1 else ()


def _places_of_words(
    text: str, words: Sequence[Word], turns: Sequence[Piece], at: Callable[[int], str]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where in the text the words start, and where they end; raises as `_places`."""
    texts = [word.text for word in words]
    if words and " ".join(texts) == text and text.split() == texts:
        # Nearly always: words between single blanks.
        ends = tuple(map(add, accumulate(map(len, texts)), count()))
        return (0, *[end + 1 for end in ends[:-1]]), ends
    places = _places(text, words, at, [turn.start for turn in turns])
    return tuple(start for start, _ in places), tuple(end for _, end in places)


def _places(
    text: str,
    pieces: Sequence[Word | Utterance],
    at: Callable[[int], str],
    turns: Sequence[int],
) -> list[tuple[int, int]]:
    """Where the pieces are in the text, one after the other, and nothing else of it but space.

    Raises:
        Quarantine: `view_mismatch`, if they are not there or not all that is there.
    """
    try:
        return _align(text, pieces, at)
    except Quarantine:
        try:
            return located(text, [piece.text for piece in pieces], turns)
        except NotThere:
            pass
        raise


def _align(
    text: str, pieces: Sequence[Word | Utterance], at: Callable[[int], str]
) -> list[tuple[int, int]]:
    """Where the pieces are in the text to the letter, one after the other.

    Raises:
        Quarantine: `view_mismatch`, if they are not there or not all that is there.
    """
    places = []
    place = 0
    for number, piece in enumerate(pieces):
        while place < len(text) and text[place].isspace():
            place += 1
        wanted = piece.text.strip()
        end = place + len(wanted)
        if not wanted:
            raise Quarantine(QuarantineReason.VIEW_MISMATCH, f"empty_piece: {at(number)}")
        if not text.startswith(wanted, place):
            found = _end_ignoring_space(text, place, wanted)
            if found is None:
                problem = f"piece_not_in_text: {at(number)}"
                raise Quarantine(QuarantineReason.VIEW_MISMATCH, problem)
            end = found
        places.append((place, end))
        place = end
    if pieces and text[place:].strip():
        raise Quarantine(QuarantineReason.VIEW_MISMATCH, f"text_left_over: {at(len(pieces) - 1)}")
    return places


def _end_ignoring_space(text: str, place: int, wanted: str) -> int | None:
    """Where `wanted` ends in the text if white space inside does not count; None without it."""
    for letter in wanted:
        if letter.isspace():
            continue
        while place < len(text) and text[place].isspace():
            place += 1
        if place == len(text) or text[place] != letter:
            return None
        place += 1
    return place


def _check_gaps(turns: tuple[Piece, ...], at: Callable[[int], str]) -> None:
    for number, (before, after) in enumerate(pairwise(turns), 1):
        if before.end == after.start:
            raise Quarantine(QuarantineReason.VIEW_MISMATCH, f"turns_touch: {at(number)}")


def _check_words_in_turns(words: Words, turns: tuple[Piece, ...], at: Callable[[int], str]) -> None:
    """No word may belong to two turns: nobody could say who spoke it, or cut it out of one."""
    for number, turn in enumerate(turns):
        last = bisect_left(words.starts, turn.end) - 1
        if last >= 0 and words.ends[last] > turn.end:
            problem = f"word_crosses_turns: {at(number)}"
            raise Quarantine(QuarantineReason.VIEW_MISMATCH, problem)


def _squeeze(texts: Iterable[str]) -> str:
    return "".join("".join(texts).split())


def _are_alike(said: Sequence[str], again: Sequence[str]) -> bool:
    """Whether two views are the same speech, be it that they punctuate it otherwise."""
    if " ".join(said) == " ".join(again) or _squeeze(said) == _squeeze(again):
        return True
    return letters("".join(said)) == letters("".join(again))


def _language(codes: Iterable[str]) -> str:
    """The language of a transcript; of one in which people change between some, several."""
    named = {_base(each) for each in codes} - {""}
    return named.pop() if len(named) == 1 else _SEVERAL_LANGUAGES if named else ""


def _base(code: str) -> str:
    return code.replace("-", "_").split("_")[0].lower()
