"""Facts as columns: what of them is known, and what they say.

Null is "not known". A value that cannot be true is made null here, once, before any rule is asked:
a product or region that does not exist, a submission or an export in the future, a negative time to
live. An expiry lies in the future by nature; a request for deletion that does is there all the
same.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.eligibility.values import Readings
from clearshard.records.facts import FACTS, UNREADABLE, OwnColumn, names_of, unreadable
from clearshard.records.schemas import FACTS_TYPE, TIMESTAMP

Bools = npt.NDArray[np.bool_]

FILE_FACTS = names_of(owner="file")


class Facts:
    """Columns of facts of one length, asked as numpy arrays; each question is answered once."""

    def __init__(self, columns: Mapping[str, pa.Array], size: int) -> None:
        self.columns = columns
        self._size = size
        self._known: dict[str, Bools] = {}

    def __len__(self) -> int:
        return self._size

    def known(self, fact: str) -> Bools:
        """Where the fact has a value."""
        if fact not in self._known:
            self._known[fact] = _bools(self.columns[fact].is_valid())
        return self._known[fact]

    def unreadable(self, fact: str) -> Bools:
        """Where an optional fact is there but cannot be read; a missing one is no reason.

        Of a fact of which that cannot be told, every missing value counts as unreadable.
        """
        marked = self.columns.get(unreadable(fact))
        return ~self.known(fact) if marked is None else _bools(marked.fill_null(True))

    def truth(self, fact: str) -> Bools:
        """Where a flag is set."""
        return _bools(self.columns[fact].fill_null(False))

    def is_in(self, fact: str, values: tuple[str, ...]) -> Bools:
        """Where a text fact has one of the values."""
        column = self.columns[fact]
        inside = _bools(pc.is_in(column.dictionary, pa.array(values, pa.string())))
        codes = column.indices
        if codes.null_count:
            codes = codes.fill_null(len(inside))
        found: Bools = np.append(inside, False)[codes.to_numpy(zero_copy_only=False)]
        return found

    def numbers(self, fact: str) -> npt.NDArray[np.int64]:
        """Times in microseconds since 1970, or whole numbers; 0 where not known."""
        column = self.columns[fact].cast(pa.int64())
        return np.asarray(column.fill_null(0).to_numpy(zero_copy_only=False))


def only_known_times(times: pa.Array, known_until: pa.Scalar) -> pa.Array:
    """Times of what has happened, null where they have not come yet; see `Moment.known_until`."""
    if not pc.greater(pc.max(times), known_until).as_py():  # null where no time is known
        return times
    return pc.if_else(pc.less_equal(times, known_until), times, pa.scalar(None, TIMESTAMP))


def file_facts(
    files: pa.RecordBatch,
    known_until: pa.Scalar,
    readings: Readings,
    own: Sequence[OwnColumn] = (),
) -> Facts:
    """Facts of the files of a batch; the columns of `MANIFEST_SCHEMA` that are facts.

    Args:
        files: The batch.
        known_until: See `Moment.known_until`.
        readings: What the values of text facts are called.
        own: Columns of the batch that hold facts of the policy's own.
    """
    columns = {name: files.column(name) for name in FILE_FACTS}
    for name in files.schema.names:
        if name.endswith(UNREADABLE):
            columns[name] = files.column(name)
    columns |= {one.fact: _encoded(files.column(one.fact), one) for one in own}
    for name in names_of("text", owner="file"):
        column = columns[name]
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        columns[name] = readings.known(name, column)
    _forget_the_future(columns, known_until)
    return Facts(columns, files.num_rows)


def account_facts(
    accounts: pa.Table, known_until: pa.Scalar, own: Sequence[OwnColumn] = ()
) -> Facts:
    """Facts of accounts; REGISTRY_SCHEMA.

    Args:
        accounts: One row for each.
        known_until: See `Moment.known_until`.
        own: Columns of the table that hold facts of the policy's own.
    """
    columns = {
        name: accounts.column(name).combine_chunks()
        for name in accounts.schema.names
        if name != "account_id"
    }
    columns |= {one.fact: _encoded(columns[one.fact], one) for one in own}
    _forget_the_future(columns, known_until)
    for name in names_of("seconds", owner="account"):
        negative = pc.less(columns[name], 0).fill_null(False)
        columns[name] = pc.if_else(negative, pa.scalar(None, pa.int64()), columns[name])
        columns[unreadable(name)] = pc.or_(columns[unreadable(name)], negative)
    return Facts(columns, accounts.num_rows)


def _forget_the_future(columns: dict[str, pa.Array], known_until: pa.Scalar) -> None:
    for fact in FACTS:
        if fact.happened and fact.name in columns:
            columns[fact.name] = only_known_times(columns[fact.name], known_until)


def facts_struct(
    files: Facts, accounts: Facts, rows: npt.NDArray[np.int32], unknown: Bools
) -> pa.StructArray:
    """The facts of files and their accounts side by side, FACTS_TYPE.

    Args:
        files: Facts of the files.
        accounts: Facts of the accounts.
        rows: The account of each file.
        unknown: Files for whose account nothing is known.
    """
    take = pa.array(rows, mask=unknown)
    columns = []
    for place in range(FACTS_TYPE.num_fields):
        field = FACTS_TYPE.field(place)
        if field.name in files.columns:
            columns.append(files.columns[field.name].cast(field.type))
        else:
            columns.append(accounts.columns[field.name].take(take))
    return pa.StructArray.from_arrays(columns, fields=list(FACTS_TYPE))


def own_facts_text(facts: Sequence[tuple[OwnColumn, pa.Array]], size: int) -> pa.Array:
    """Facts of a policy's own as one JSON object a file; null where it has none.

    Args:
        facts: Each with the value of every file. Texts are plain names, which need no escaping.
        size: Number of files.
    """
    if not facts:
        return pa.nulls(size, pa.string())
    parts: list[Any] = []
    for number, (one, column) in enumerate(facts):
        value = _json(one, column).fill_null("null")
        parts += [f'{"," if number else "{"}"{one.fact}":', value]
    return pc.binary_join_element_wise(*parts, "}", "")


def _json(one: OwnColumn, column: pa.Array) -> pa.Array:
    if one.kind == "time":
        whole = column.cast(pa.timestamp("us")).cast(pa.timestamp("s"), safe=False)
        column = pc.strftime(whole, "%Y-%m-%dT%H:%M:%SZ")
    text = column.cast(pa.string())
    if one.kind in ("time", "text"):
        return pc.binary_join_element_wise('"', text, '"', "")
    return text


def _encoded(column: pa.Array, one: OwnColumn) -> pa.Array:
    """A text fact as a dictionary; any other as it is."""
    if one.kind != "text" or pa.types.is_dictionary(column.type):
        return column
    return column.dictionary_encode()


def _bools(column: pa.Array) -> Bools:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)
