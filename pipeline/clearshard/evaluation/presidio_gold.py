"""Gold as presidio-evaluator writes it: one JSON list of samples.

Each is ``{full_text, spans: [{entity_type, entity_value, start_position, end_position}]}``, and
whatever else is in it is ignored. Offsets count code points of ``full_text``, the end is not
included. A sample has no id of its own; its place in the list is one.

That a span stands where it says can be checked, since it repeats what stands there: gold that is
shifted by one letter would be scored as a leak of everything.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from clearshard.errors import SourceUnavailable
from clearshard.evaluation.gold import GoldDocument, GoldSpan, explained, is_list, read_gold


class _Span(msgspec.Struct, frozen=True, gc=False):
    entity_type: str
    start_position: int
    end_position: int
    entity_value: str | None = None


class _Sample(msgspec.Struct, frozen=True):
    full_text: str
    spans: tuple[_Span, ...]

    def __repr__(self) -> str:
        return f"_Sample(spans={len(self.spans)})"


def read_either(path: Path) -> Iterator[GoldDocument]:
    """Yields the documents of a gold file, in the form of `gold` or in this one.

    Raises:
        SourceUnavailable: The file cannot be read, or as `parse_samples` and `gold.parse_gold`.
    """
    if not is_list(path):
        yield from read_gold(path)
        return
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceUnavailable(f"{path} cannot be read: {error.strerror}") from None
    yield from parse_samples(content, str(path))


def parse_samples(content: bytes, source: str) -> Iterator[GoldDocument]:
    """Yields the document of each sample, in order.

    Args:
        content: The whole list, UTF-8.
        source: What to call it in errors.

    Raises:
        SourceUnavailable: It is no list, a sample is none, a span does not say what stands where it
            is, or there is no sample at all.
    """
    try:
        raw = msgspec.json.decode(content, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise SourceUnavailable(f"{source}: begins with [, and is no list in JSON") from None
    if not raw:
        raise SourceUnavailable(f"{source}: holds no document")
    decoder = msgspec.json.Decoder(_Sample)
    for place, one in enumerate(raw):
        where = f"{source}, [{place}]"
        try:
            sample = decoder.decode(one)
        except msgspec.ValidationError as error:
            raise SourceUnavailable(f"{where}: {explained(str(error))}") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise SourceUnavailable(f"{where}: not a JSON object") from None
        yield GoldDocument(
            id=str(place),
            text=sample.full_text,
            spans=tuple(
                _span(sample.full_text, span, f"{where}: spans[{number}]")
                for number, span in enumerate(sample.spans)
            ),
        )


def _span(text: str, span: _Span, where: str) -> GoldSpan:
    start, end = span.start_position, span.end_position
    if not 0 <= start < end <= len(text):
        raise SourceUnavailable(
            f"{where}: start_position and end_position are no range of full_text, [start, end) in "
            "code points, not empty"
        )
    if span.entity_value is not None and text[start:end] != span.entity_value:
        raise SourceUnavailable(
            f"{where}: entity_value is not what stands there in full_text: positions count code "
            "points, and the end is not included"
        )
    if not span.entity_type.strip():
        raise SourceUnavailable(f"{where}: entity_type is empty")
    return GoldSpan(start, end, span.entity_type)
