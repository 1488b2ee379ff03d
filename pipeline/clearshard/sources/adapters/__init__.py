"""What other recognisers write, and other products of AssemblyAI → `Heard`: one format a file.

An adapter is a pure function. It says by which keys its format is known, and reads what it declares
in its own types; nothing else of a document is looked at. What is known by the signs of no adapter,
or of two, is read by none.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from clearshard.config import Format
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.sources.adapters import (
    aws_transcribe,
    deepgram,
    gateway,
    streaming,
    whisper,
    whisperx,
)
from clearshard.sources.faults import told
from clearshard.sources.heard import Heard
from clearshard.sources.json_keys import Fields, decoded_once, fields_of


@dataclass(frozen=True, slots=True)
class Form:
    """How transcripts are to be read.

    Attributes:
        format: Which form they have; `auto`: each has the one whose signs it has.
        language: The language of those that do not say theirs, in a form that leaves it out.
    """

    format: Format = "auto"
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """Keys by which a format is known.

    Attributes:
        has: All of these are there: `results.channels` is a key of `results`, `[].type` one of an
            element of a list.
        lacks: And this is not.
    """

    has: frozenset[str]
    lacks: str | None = None


def _has(*keys: str, lacks: str | None = None) -> Sign:
    return Sign(frozenset(keys), lacks)


@dataclass(frozen=True, slots=True)
class Adapter:
    """A format.

    Attributes:
        name: What it is called in the detail of a quarantine.
        format: What `sources.format` chooses it with.
        signs: By any of which a document is known to be of it.
        read: What a document says; raises `Quarantine` or `msgspec.ValidationError`. None for the
            transcript endpoint of AssemblyAI, which `clearshard.sources.transcripts` reads.
        id_path: Where a document of it has its id, if the format has one of its own.
        root: Where a path within the document begins.
    """

    name: str
    format: Format
    signs: tuple[Sign, ...]
    read: Callable[[Any], Heard] | None
    id_path: tuple[str, ...] = ()
    root: str = ""


ENDPOINT = Adapter(
    "assemblyai",
    "assemblyai",
    (
        _has("status", "text", lacks="jobName"),
        _has("status", "words", lacks="jobName"),
        _has("utterances"),
        _has("audio_duration", "text"),
    ),
    None,
)
ADAPTERS = (
    ENDPOINT,
    Adapter(
        "streaming",
        "assemblyai",
        (
            *(_has("type", key) for key in streaming.TELLING),
            *(_has("[].type", f"[].{key}") for key in streaming.TELLING),
        ),
        streaming.read,
        root="messages",
    ),
    Adapter(
        "gateway",
        "assemblyai",
        (_has("request_id", "response"), _has("request_id", "choices")),
        gateway.read,
        ("request_id",),
    ),
    Adapter(
        "deepgram",
        "deepgram",
        (_has("results.channels"),),
        deepgram.read,
        ("metadata", "request_id"),
    ),
    Adapter(
        "whisper",
        "whisper",
        (_has("text", "segments"), _has("text", "words", "language")),
        whisper.read,
    ),
    Adapter(
        "whisperx",
        "whisperx",
        (_has("segments", "word_segments"), _has("segments", lacks="text")),
        whisperx.read,
    ),
    Adapter(
        "aws_transcribe",
        "aws_transcribe",
        (_has("results.transcripts"), _has("jobName", "status")),
        aws_transcribe.read,
        ("jobName",),
    ),
)
#: A document with none of these and a status is of the endpoint: nothing else needs to be asked.
FOREIGN = frozenset(
    ("choices", "jobName", "request_id", "response", "results", "segments", "type", "word_segments")
)
_values = msgspec.json.Decoder(list[msgspec.Raw])
_fields = msgspec.json.Decoder(Fields)


@dataclass(frozen=True, slots=True)
class Outline:
    """The fields of a document, none of which is decoded.

    Attributes:
        parts: Those of the document; of a list, or of one value a line, those of each.
        is_list: Whether it is several.
    """

    parts: tuple[Fields, ...]
    is_list: bool

    def keys(self) -> frozenset[str]:
        """All keys; see `Sign`."""
        before = "[]." if self.is_list else ""
        found = {before + key for part in self.parts for key in part}
        if not self.is_list:
            found |= {f"results.{key}" for key in _inside(self.parts[0], "results")}
        return frozenset(found)


def outline_of(content: bytes) -> Outline:
    """Reads no more of a document than its keys.

    Raises:
        As `fields_of`.
    """
    try:
        return Outline((fields_of(content),), is_list=False)
    except msgspec.ValidationError:
        if not content.lstrip().startswith(b"["):
            raise
        return Outline(tuple(fields_of(bytes(each)) for each in _values.decode(content)), True)
    except msgspec.DecodeError:
        rows = _rows(content)
        if rows is None:
            raise
        return Outline(tuple(map(fields_of, rows)), is_list=True)


def _rows(content: bytes) -> list[bytes] | None:
    """The lines of a document that has one value a line; None if it has one line."""
    rows = [line for line in content.split(b"\n") if line.strip()]
    return rows if len(rows) > 1 else None


def adapter_for(outline: Outline, form: Format) -> Adapter:
    """What reads a document.

    Raises:
        Quarantine: It has the signs of no format, or of two.
    """
    asked = [adapter for adapter in ADAPTERS if form in ("auto", adapter.format)]
    if len(asked) == 1:
        return asked[0]
    keys = outline.keys()
    fitting = [adapter for adapter in asked if any(_fits(keys, sign) for sign in adapter.signs)]
    if not fitting and form == ENDPOINT.format:
        return ENDPOINT
    if not fitting:
        raise Quarantine(QuarantineReason.MALFORMED, "unknown_format: transcript")
    if len(fitting) > 1:
        names = " and ".join(adapter.name for adapter in fitting)
        raise Quarantine(QuarantineReason.MALFORMED, f"ambiguous_format: {names}")
    return fitting[0]


def _fits(keys: frozenset[str], sign: Sign) -> bool:
    return sign.has <= keys and sign.lacks not in keys


def read(content: bytes, outline: Outline, adapter: Adapter, form: Form) -> Heard:
    """What a document says, by an adapter.

    Raises:
        RepeatedKey: An object in it has a key twice.
        msgspec.MsgspecError: It is no JSON.
        Quarantine: It cannot be read.
    """
    assert adapter.read is not None
    named, where = id_of(outline, adapter)
    rows = _rows(content) if outline.is_list else None
    try:
        document = decoded_once(content) if rows is None else [*map(decoded_once, rows)]
        heard = adapter.read(document)
    except msgspec.ValidationError as error:
        raise Quarantine(QuarantineReason.MALFORMED, told(error, adapter.root)) from None
    languages = heard.languages or ([form.language] if form.language else ())
    return msgspec.structs.replace(heard, id=named, id_at=where, languages=languages)


def id_of(outline: Outline, adapter: Adapter) -> tuple[str | None, str]:
    """What a document calls itself and where; whoever keeps it may have given it an `id`.

    Nothing else of it is decoded.

    Raises:
        Quarantine: What it calls itself is no text, or two different ones.
    """
    where = "id"
    found = [part["id"] for part in outline.parts if "id" in part]
    if not found and adapter.id_path:
        where = ".".join(adapter.id_path)
        found = [*_at(outline, adapter.id_path)]
    try:
        ids = {msgspec.json.decode(each, type=str) for each in found}
    except msgspec.MsgspecError as error:
        raise Quarantine(QuarantineReason.MALFORMED, told(error, where)) from None
    if len(ids) > 1:
        raise Quarantine(QuarantineReason.MALFORMED, f"several_ids: {where}")
    return next(iter(ids), None), where


def _at(outline: Outline, path: tuple[str, ...]) -> Iterator[msgspec.Raw]:
    for part in outline.parts:
        fields = part
        for key in path[:-1]:
            fields = _inside(fields, key)
        if path[-1] in fields:
            yield fields[path[-1]]


def _inside(fields: Fields, key: str) -> Fields:
    """The fields of what a key holds; none if that is no object."""
    try:
        return _fields.decode(fields[key]) if key in fields else {}
    except msgspec.ValidationError:
        return {}


def record_id(line: bytes) -> str | None:
    """What a record of a container calls itself, if it says that in the way of its format."""
    try:
        outline = outline_of(line)
        return id_of(outline, adapter_for(outline, "auto"))[0]
    except (Quarantine, ValueError, RecursionError):
        return None
