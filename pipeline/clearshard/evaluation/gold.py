"""The gold file: documents with the spans that a careful reader would remove.

One JSON object a line: ``{id, text, spans: [{start, end, label}]}``, optionally ``utterances:
[{speaker, start, end}]`` and ``source``. Offsets count code points of ``text``, the end is not
included. Anything else in the object is ignored.

Gold is somebody's personal data. Errors name the line and the field, never what is there, and the
repr of a document shows no text.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from clearshard.errors import SourceUnavailable
from clearshard.evaluation.groups import Group, group_of


class GoldSpan(msgspec.Struct, frozen=True, gc=False):
    """A half-open, non-empty code-point range that holds personal data.

    Raises:
        ValueError: The range is empty or negative, or there is no label.
    """

    start: int
    end: int
    label: str

    def __post_init__(self) -> None:
        if self.start < 0:
            raise _unusable("start")
        if self.end <= self.start:
            raise _unusable("end")
        if not self.label.strip():
            raise _unusable("label")

    @property
    def group(self) -> Group:
        """The group under which the span is counted."""
        return group_of(self.label)


class GoldUtterance(msgspec.Struct, frozen=True, gc=False):
    """One turn: a half-open code-point range, and who spoke."""

    start: int
    end: int
    speaker: str | None = None


class GoldDocument(msgspec.Struct, frozen=True):
    """One text with its gold.

    Attributes:
        id: Under which predictions are found; unique in its file.
        text: The text that all offsets refer to.
        spans: What should be removed, in any order; spans may overlap.
        utterances: Turns in order, without overlap; empty where the gold has none.
        source: Where the document comes from.

    Raises:
        ValueError: A span or a turn lies outside of the text, turns overlap, or there is no id.
    """

    id: str
    text: str
    spans: tuple[GoldSpan, ...]
    utterances: tuple[GoldUtterance, ...] = ()
    source: str | None = None

    def __post_init__(self) -> None:
        if not self.id:
            raise _unusable("id")
        for place, span in enumerate(self.spans):
            if span.end > len(self.text):
                raise _unusable(f"spans[{place}].end")
        reached = 0
        for place, turn in enumerate(self.utterances):
            if turn.start < reached:
                raise _unusable(f"utterances[{place}].start")
            if not turn.start <= turn.end <= len(self.text):
                raise _unusable(f"utterances[{place}].end")
            reached = turn.end

    # Tracebacks and debuggers print reprs; rich, which prints ours, asks for its own.
    def __repr__(self) -> str:
        return f"GoldDocument(id={self.id!r}, spans={len(self.spans)})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("id", self.id), ("spans", len(self.spans))]


def is_list(path: Path) -> bool:
    """Whether a file is one list in JSON and not an object a line: the first sign tells.

    Raises:
        SourceUnavailable: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            while (letter := file.read(1)).isspace():
                pass
            return letter == b"["
    except OSError as error:
        raise SourceUnavailable(f"{path} cannot be read: {error.strerror}") from None


def read_gold(path: Path) -> Iterator[GoldDocument]:
    """Yields the documents of a gold file, holding one at a time in memory.

    Raises:
        SourceUnavailable: The file cannot be read, or as `parse_gold`.
    """
    try:
        with path.open("rb") as lines:
            yield from parse_gold(lines, str(path))
    except OSError as error:
        raise SourceUnavailable(f"{path} cannot be read: {error.strerror}") from None


def parse_gold(lines: Iterable[bytes], source: str) -> Iterator[GoldDocument]:
    """Yields the document of each line that is not blank.

    Args:
        lines: UTF-8, one JSON object each.
        source: What to call the lines in errors.

    Raises:
        SourceUnavailable: A line is not a gold document, or repeats an id (predictions are matched
            by id, so it would be scored against those of another document); or there is no
            document at all, for which every rate would be a flattering zero.
    """
    decoder = msgspec.json.Decoder(GoldDocument)
    ids: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            document = decoder.decode(line)
        except msgspec.ValidationError as error:
            raise SourceUnavailable(f"{source}, line {number}: {explained(str(error))}") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise SourceUnavailable(f"{source}, line {number}: not a JSON object") from None
        if document.id in ids:
            raise SourceUnavailable(
                f"{source}, line {number}: field `id` repeats that of an earlier line"
            )
        ids.add(document.id)
        yield document
    if not ids:
        raise SourceUnavailable(f"{source}: holds no document")


_PATH = re.compile(r"at `\$\.?([a-z_.\[\]0-9]*)`$")
_FIELD = re.compile(r"field `([a-z_.\[\]0-9]+)`")
_TYPES = re.compile(r"^Expected `([a-z| ]+)`, got `([a-z]+)`")


def _unusable(field: str) -> ValueError:
    return ValueError(f"unusable field `{field}`")


def explained(message: str) -> str:
    """What is wrong with a line, from msgspec's message, of which only names and types are kept."""
    path, field, types = (pattern.search(message) for pattern in (_PATH, _FIELD, _TYPES))
    where = ".".join(match[1] for match in (path, field) if match and match[1])
    what = f"field `{where}`" if where else "the line"
    if types:
        return f"{what} must be {types[1]}, not {types[2]}"
    if message.startswith("Object missing"):
        return f"{what} is missing"
    return f"{what} is not usable: ranges are [start, end) in code points of `text`, not empty"
