"""Hints: what a manifest says of the content of its files, so that they need not be opened again.

A column `content_sha256` is one wherever it is there, and the column that `sources.version_column`
names. A hint is no fact: it decides nothing, and whatever is wrong with it, or with its column, is
as if it were not there. So no export is refused for one, and no file excluded. What stands on them:
docs/decisions/0038-what-the-manifest-declares.md.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from clearshard.sources.column_names import ColumnRules
from clearshard.sources.tables import UNREADABLE

CONTENT_SHA256 = "content_sha256"
#: What batches of a manifest call them. No fact of a policy's own is called so: those have no dot.
HINTS = DIGEST, VERSION = "hint.sha256", "hint.version"
IS_UNUSABLE = "hint.unusable"
_SHA256 = r"^[0-9a-f]{64}\z"
_VERSION_BYTES = 16
#: How exports write that there is no value. As a version it would be the same for ever.
_NOTHING = (
    *("", "-", "null", "(null)", "none", "nil", "nan", "nat", "n/a", "na", "<na>"),
    *("undefined", "unknown", "\\n", "#n/a", "0000-00-00", "0000-00-00 00:00:00"),
)


@dataclass(frozen=True, slots=True)
class HintsFound:
    """How many hints a manifest has.

    Attributes:
        digests: Rows with a `content_sha256` that can be used.
        versions: Rows with a value in the other column that can be.
        unusable: Rows in which one of the two is there and cannot be used.
        version_column: What the other column is called, if the configuration names one.
    """

    digests: int = 0
    versions: int = 0
    unusable: int = 0
    version_column: str | None = None

    @property
    def told(self) -> list[str]:
        """What is wrong with them, one sentence each."""
        sentences = []
        if self.unusable:
            columns = " or ".join(filter(None, (CONTENT_SHA256, self.version_column)))
            sentences.append(
                f"file manifest: {self.unusable:,} rows have a value in {columns} that cannot be "
                f"used, and is as if it were not there: {CONTENT_SHA256} is 64 hex digits, a "
                "version a text, a whole number or a time"
            )
        if self.version_column is not None and not self.versions:
            sentences.append(
                f"file manifest: column {self.version_column} (sources.version_column) is not "
                "there, or has no value: transcripts are known by their times"
            )
        return sentences


def hint_columns(version_column: str | None, rules: ColumnRules) -> tuple[str, ...]:
    """The columns of a manifest that are read as hints.

    Args:
        version_column: The one that the configuration names.
        rules: Who lists `content_sha256` as of no use does not have it read.
    """
    digest = () if rules.lists(CONTENT_SHA256) else (CONTENT_SHA256,)
    return digest if version_column is None else (*digest, version_column)


def hints(columns: Mapping[str, pa.Array], names: Sequence[str], size: int) -> dict[str, pa.Array]:
    """The hints of some rows: `DIGEST` and `VERSION`, null where there is none, and `IS_UNUSABLE`.

    Args:
        columns: The columns of the rows as they were read.
        names: Those that hold hints; see `hint_columns`.
        size: Number of rows.
    """
    nothing = pa.nulls(size, pa.string())
    of_content, of_version, called = nothing, nothing, ""
    for name in names:
        if name == CONTENT_SHA256:
            of_content = _given(columns[name])
        else:
            of_version = _given(columns[name])
            # The same number in another column, or of another unit, is another version.
            kind = columns[name].type
            called = f"{name}\0{kind if pa.types.is_temporal(kind) else ''}\0"
    digests, versions = _digests(of_content), _versions(of_version, called)
    lost = [
        pc.and_(given.is_valid(), read.is_null())
        for given, read in ((of_content, digests), (of_version, versions))
    ]
    return {DIGEST: digests, VERSION: versions, IS_UNUSABLE: pc.or_(*lost)}


def is_hint_type(kind: pa.DataType) -> bool:
    """Whether the values of a typed column can be hints: texts, whole numbers, flags and times."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_timestamp(kind)
        or pa.types.is_date(kind)
        or pa.types.is_null(kind)
    )


def hint_text(column: pa.Array) -> pa.Array:
    """A column of such a type as text; times are counted, since as a text one could lose digits."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_timestamp(column.type) or pa.types.is_date64(column.type):
        column = column.cast(pa.int64())
    elif pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    return column.cast(pa.string())


def _digests(column: pa.Array) -> pa.Array:
    """Small hex digits."""
    small = pc.ascii_lower(column)
    return _where(small, pc.match_substring_regex(small, _SHA256))


def _versions(column: pa.Array, called: str) -> pa.Array:
    """Digests of the values: nobody knows what is in such a column, and these are laid down."""
    if column.null_count == len(column):
        return column
    values = (
        None
        if value is None or value == UNREADABLE
        else hashlib.blake2b(f"{called}{value}".encode(), digest_size=_VERSION_BYTES).hexdigest()
        for value in column.to_pylist()
    )
    return pa.array(values, pa.string())


def _given(column: pa.Array) -> pa.Array:
    """What stands in a column; null where an export means nothing by it."""
    text = hint_text(column)
    # Padded to a width, as some exports are.
    bare = pc.ascii_lower(pc.utf8_trim_whitespace(text))
    nothing = pc.is_in(bare, pa.array(_NOTHING, pa.string()))
    return _where(text, pc.invert(nothing))


def _where(column: pa.Array, chosen: pa.Array) -> pa.Array:
    return pc.if_else(chosen.fill_null(False), column, pa.scalar(None, pa.string()))
