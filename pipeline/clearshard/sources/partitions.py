"""What the folders of a part say: `region=eu/date=2026-11-01` is two columns of all rows below.

A data set is cut into folders that are called by a column and its value, as Hive, Spark and Arrow
write it, and mostly the column is in no file then. A value is text, as in a CSV.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import unquote_to_bytes

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.sources.column_names import ColumnNames
from clearshard.sources.tables import UNREADABLE, RawBatch, TableSpec

#: What stands in the place of no value.
_NOTHING = ("", "__HIVE_DEFAULT_PARTITION__")

#: Column → value; None is no value.
Keys = Mapping[str, str | None]


class Contradiction(Exception):
    """What folders say cannot be, or is not what the file says; holds no value of it."""


def keys_of(folders: Iterable[str]) -> Keys:
    """The columns and values that the names of some folders say, the outermost first.

    A folder without `=` says nothing.

    Raises:
        Contradiction: One has no name of a column, or two have the same.
    """
    keys: dict[str, str | None] = {}
    for folder in folders:
        name, equals, value = folder.partition("=")
        if not equals:
            continue
        column = _decoded(name)
        if column in ("", UNREADABLE) or column in keys:
            raise Contradiction(
                "a folder is called like a value of a column, and the column has no name or was "
                "named before: call folders COLUMN=VALUE, each column once"
            )
        keys[column] = None if value in _NOTHING else _decoded(value)
    return keys


def without_keys(spec: TableSpec, keys: Keys) -> TableSpec:
    """What is expected of a file below such folders: it need not have these columns."""
    given = tuple(name for name in spec.required if name in keys)
    return replace(
        spec,
        required=tuple(name for name in spec.required if name not in keys),
        optional=(*spec.optional, *given),
    )


def with_keys(raw: RawBatch, spec: TableSpec, keys: Keys, names: ColumnNames) -> RawBatch:
    """Rows of a file below such folders, with what these say.

    Args:
        raw: As they were read.
        spec: What is expected of the table.
        keys: What the folders say.
        names: Knows which columns the file has.

    Raises:
        Contradiction: The file has one of the columns too, and says something else.
    """
    read = [name for name in keys if name in spec.columns]
    if not read:
        return raw
    size, sound = len(raw.malformed), pa.array(~raw.malformed)
    columns = dict(raw.columns)
    for name in read:
        value = keys[name]
        if names.has(name) and not _all_are(columns[name].filter(sound), value):
            raise Contradiction(
                f"column {name} says something else than the folder does. Leave it out of the "
                "file, or write each row into the folder of its value"
            )
        columns[name] = _constant(value, size, spec.kind(name))
    return RawBatch(columns, raw.malformed)


def _all_are(column: pa.Array, value: str | None) -> bool:
    if value is None:
        return bool(column.null_count == len(column))
    if column.null_count or pa.types.is_timestamp(column.type):
        return not len(column)
    same = pc.all(pc.equal(column.cast(pa.string()), value)).as_py()
    return bool(same is not False)


def _constant(value: str | None, size: int, kind: pa.DataType) -> pa.Array:
    if value is None:
        return pa.nulls(size, kind)
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(np.zeros(size, np.int32), pa.array([value]))
    return pa.repeat(pa.scalar(value, kind), size)


def _decoded(text: str) -> str:
    """Without its percent signs; what is no text then is a value that cannot be read."""
    try:
        return unquote_to_bytes(text.encode("utf-8", "surrogateescape")).decode("utf-8")
    except UnicodeDecodeError:
        return UNREADABLE
