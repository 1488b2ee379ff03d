"""Rows of a JSON Lines table, plain or compressed."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec
import numpy as np
import pyarrow as pa

from clearshard.errors import SourceUnavailable
from clearshard.sources.column_names import ColumnNames
from clearshard.sources.streams import DAMAGED, chunks, lines
from clearshard.sources.tables import UNREADABLE, RawBatch, TableSpec

_MAX_ROW_BYTES = 4 * 1024 * 1024
_BATCH_ROWS = 1 << 16
#: Every string, as it is spelled, and whether it stands where a key stands.
_STRING = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"\s*+(:?)', re.DOTALL)


def read_json_lines(
    file: BinaryIO,
    name: str,
    spec: TableSpec,
    names: ColumnNames,
    unavailable: Callable[[str], SourceUnavailable],
) -> Iterator[RawBatch]:
    """The rows; see `tables.Reader`. A line that is no JSON object is malformed."""
    decode = _Decoder(spec, names)
    rows: list[Any] = []
    absent = set(spec.required)
    number = seen = 0
    try:
        for line in lines(chunks(file, name), _MAX_ROW_BYTES):
            number += 1
            if line is not None and not line.strip():
                continue
            try:
                rows.append(decode(line))
            except _Unusable as error:
                raise unavailable(f"{error} (row {number})") from None
            seen += 1
            if len(rows) == _BATCH_ROWS:
                yield _columns(rows, spec, absent)
                rows = []
    except DAMAGED:
        raise unavailable(f"cannot be read further than row {number}") from None
    if rows:
        yield _columns(rows, spec, absent)
    # Whoever exports may leave null out, so only a column that no row has is missing.
    if seen and absent == set(spec.required):
        raise unavailable("has no row that is a JSON object with its columns (row 1)")
    if seen and absent:
        missing = ", ".join(column for column in spec.required if column in absent)
        raise unavailable(f"column {missing} is missing (row 1 and all others)")


_Pairs = list[tuple[str, Any]]


class _Unusable(Exception):
    """What is wrong with a line, where it makes the whole table unusable."""


@dataclass(frozen=True, slots=True)
class _Broken:
    """A line that cannot be read, and the key that can still be told."""

    key: str | None


class _Decoder:
    """Lines → rows of the columns that are read, or what is left of a broken one."""

    def __init__(self, spec: TableSpec, names: ColumnNames) -> None:
        self._decode = _decoder_of(spec.read)
        #: For a row whose hints cannot be read, or not in one way: it is without any.
        self._decode_facts = _decoder_of(spec.columns)
        self._hints = frozenset(spec.mere_hints)
        self._key = spec.key
        self._guess = None if spec.certain_key else _anything_like(spec.key)
        self._read = frozenset(spec.columns)
        self._names = names
        #: Names that stood in a flat row and were fine, as they are spelled.
        self._fine: set[bytes] = set()

    def __call__(self, line: bytes | None) -> Any:
        """One row.

        Raises:
            _Unusable: The table cannot be used.
        """
        if line is None:
            return _Broken(None)
        spelled = [string for string, colon in _STRING.findall(line) if colon]
        usual = set(spelled)
        flat = line.count(b"{") == 1
        if len(usual) == len(spelled) and usual <= self._fine and flat:  # as nearly always
            return self._row(line)
        objects = _objects(line)
        if objects is None:
            return self._broken(line)
        *inside, top = objects
        self._judge(top, inside)
        # A column that is there twice says two things; one that is spelled with escapes could be
        # meant for somebody else.
        read = [name for name, _ in top if name in self._read]
        if len(read) > len(set(read)) or any(name.encode() not in usual for name in read):
            return self._broken(line)
        if flat:
            self._fine |= {name for name in usual if b"\\" not in name}
        hints = [name for name, _ in top if name in self._hints]
        is_doubtful = len(hints) > len(set(hints)) or any(h.encode() not in usual for h in hints)
        return self._row(line, with_hints=not is_doubtful)

    def _row(self, line: bytes, *, with_hints: bool = True) -> Any:
        for decode in (self._decode, self._decode_facts)[not with_hints :]:
            try:
                return decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                pass
        return self._broken(line)

    def _judge(self, top: _Pairs, inside: list[_Pairs]) -> None:
        for pairs in inside:
            if problem := self._names.problem_inside(name for name, _ in pairs):
                raise _Unusable(problem)
        if problem := self._names.problem(name for name, _ in top):
            raise _Unusable(problem)

    def _broken(self, line: bytes) -> _Broken:
        """What is left of a line: its key, where there can be no doubt."""
        objects = _objects(line)
        if objects is not None:
            keys = [value for name, value in objects[-1] if name == self._key]
            return _Broken(_text_key(keys[0]) if len(keys) == 1 else None)
        if b"\r" in line.rstrip() or _is_several(line):
            raise _Unusable(
                "a line holds more than one row: write one a line, ended by a line feed"
            )
        return _Broken(self._recovered(line) or self._guessed(line))

    def _recovered(self, line: bytes) -> str | None:
        """The key of a line that is no JSON object: one string, right behind its only name."""
        strings = list(_STRING.finditer(line))
        names = [place for place, found in enumerate(strings) if found[2]]
        keys = [place for place in names if strings[place][1] == self._key.encode()]
        escapes = any(b"\\" in strings[place][1] for place in names)
        if len(keys) != 1 or escapes or line.count(b"{") != 1 or keys[0] + 1 == len(strings):
            return None
        name, value = strings[keys[0] : keys[0] + 2]
        if line[name.end() : value.start()].strip() or value[2] or b"\\" in value[1]:
            return None
        try:
            return value[1].decode("utf-8") or None
        except UnicodeDecodeError:
            return None

    def _guessed(self, line: bytes) -> str | None:
        """The same with a quote too many at the name or at the value, where a guess will do."""
        found = [] if self._guess is None else self._guess.findall(line)
        if len(found) != 1 or line.count(self._key.encode()) != 1 or line.count(b"{") != 1:
            return None
        try:
            return _text_key(json.loads(b'"%b"' % found[0])) or None
        except (ValueError, RecursionError):
            return None


def _decoder_of(columns: Sequence[str]) -> Callable[[bytes], Any]:
    fields = [(column, Any, msgspec.UNSET) for column in columns]
    return msgspec.json.Decoder(msgspec.defstruct("Row", fields)).decode


def _anything_like(key: str) -> "re.Pattern[bytes]":
    return re.compile(rb'"{0,2}%b"{1,2}\s*:\s*"{1,2}([^",{}\[\]:]+)"' % re.escape(key.encode()))


def _is_several(line: bytes) -> bool:
    """Whether another object follows one in a line: its row would be in no count."""
    text = line.decode("utf-8", "replace").lstrip()
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return text[end:].lstrip(", \t\r").startswith("{")


def _text_key(value: object) -> str | None:
    """A key that is text; half of a surrogate pair, which JSON can spell, is none."""
    try:
        return value.encode("utf-8").decode("utf-8") if isinstance(value, str) else None
    except UnicodeEncodeError:
        return None


def _objects(line: bytes) -> list[_Pairs] | None:
    """Every object in a line as its names and values, the outermost last; None if it is not one."""
    objects: list[_Pairs] = []

    def keep(pairs: _Pairs) -> bool:
        objects.append(pairs)
        return True

    def number(_: str) -> None:  # how long one may be is not asked here
        return None

    try:
        whole = json.loads(
            line.decode("utf-8"),
            object_pairs_hook=keep,
            parse_int=str,
            parse_float=number,
            parse_constant=number,
        )
    except (ValueError, RecursionError):
        return None
    return objects if whole is True and objects else None


def _columns(rows: list[Any], spec: TableSpec, absent: set[str]) -> RawBatch:
    columns = {}
    for name in spec.read:
        values = [
            (row.key if name == spec.key else msgspec.UNSET)
            if type(row) is _Broken
            else getattr(row, name, msgspec.UNSET)
            for row in rows
        ]
        if name in absent and any(
            value is not msgspec.UNSET and type(row) is not _Broken
            for row, value in zip(rows, values, strict=True)
        ):
            absent.discard(name)
        if name in spec.numbers:
            values = [int(v) if isinstance(v, float) and v.is_integer() else v for v in values]
        text = pa.array([_text(value) for value in values], pa.string())
        columns[name] = text.dictionary_encode() if name in spec.names else text
    return RawBatch(columns, np.array([type(row) is _Broken for row in rows], np.bool_))


def _text(value: object) -> str | None:
    match value:
        case None | "" | msgspec.UNSET:
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case _:
            return UNREADABLE
