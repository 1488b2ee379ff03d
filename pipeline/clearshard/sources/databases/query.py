"""The rows of a query as those of a table of facts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.errors import SourceUnavailable
from clearshard.records.facts import OwnColumn
from clearshard.records.schemas import TIMESTAMP
from clearshard.sources.column_names import ColumnNames, ColumnRules
from clearshard.sources.databases.digests import digest_of, row_digests
from clearshard.sources.databases.kinds import problem_of_kind
from clearshard.sources.databases.servers import Server
from clearshard.sources.databases.sessions import Asked, read_rows
from clearshard.sources.databases.within import TooLate, within
from clearshard.sources.tables import (
    RawBatch,
    TableSpec,
    ValuesThere,
    header_problem,
    text_column,
)

#: Of a row that says itself when it was exported; of a live one the moment of the query does.
EXPORTED_AT = "exported_at"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, of whom.

    Attributes:
        server: The database.
        text: One SELECT.
        is_live: Whether all rows are of the moment of the query.
        seconds: How long all of it may take.
    """

    server: Server
    text: str
    is_live: bool
    seconds: float


class QueryTable:
    """One reading of a query; see `clearshard.sources.registry.FactTable`.

    Attributes:
        own: See there.
        timezone: See there.
        moment: Of which moment its rows are, once the first has come; None: nobody knows.
    """

    def __init__(self, query: Query, spec: TableSpec, rules: ColumnRules) -> None:
        """Has asked nothing.

        Args:
            query: What to ask.
            spec: What is expected of the answer.
            rules: What is to become of columns that are not read.
        """
        self._query = query
        self._spec = spec
        self._asked_spec = _without_moment(spec) if query.is_live else spec
        self.own: tuple[OwnColumn, ...] = spec.own
        self.timezone = rules.timezone
        self.moment: datetime | None = None
        self._names = ColumnNames(
            self._asked_spec.required,
            self._asked_spec.optional,
            rules,
            else_called=spec.else_called,
        )
        self._there = ValuesThere(spec)
        self._columns: tuple[str, ...] = ()
        self._rows: list[npt.NDArray[np.void]] = []

    @property
    def unread_columns(self) -> tuple[str, ...]:
        """See `FactTable`."""
        return self._names.unread

    @property
    def sha256(self) -> str:
        """See `FactTable`: of names and values, whatever the order of the rows."""
        return self._digest()[0]

    @property
    def order(self) -> npt.NDArray[np.int64]:
        """An order of the rows that is the same however they came."""
        return self._digest()[1]

    def batches(self) -> Iterator[RawBatch]:
        """See `FactTable`.

        Raises:
            ConfigError: The database may not be reached so.
            SourceUnavailable: It cannot be reached, does not answer in time, not all of it came,
                there is none, or its columns are not those of a registry.
        """
        query = self._query

        def rows() -> Iterator[pa.RecordBatch]:
            return read_rows(query.server, query.text, query.seconds, self._choose)

        try:
            for batch in within(query.seconds, rows):
                if batch.num_rows:
                    yield self._raw(batch)
        except TooLate:
            raise self._unavailable(
                "has not said all within sources.registry_timeout_seconds. Is it up, and is the "
                "query fast? Run again later, or allow it more"
            ) from None
        if not self._rows:
            raise self._unavailable("sources.registry_query gives no rows")

    def require_legible(self, read: Mapping[str, int]) -> None:
        """See `FactTable`."""
        if (problem := self._there.illegible(read)) is not None:
            raise self._unavailable(problem)

    def _choose(self, asked: Asked) -> Sequence[str]:
        spec, header = self._asked_spec, [name for name, _ in asked.fields]
        self.moment = None if asked.moment is None else datetime.fromisoformat(asked.moment)
        if self._query.is_live and EXPORTED_AT in header:
            raise self._unavailable(
                "the query has a column exported_at, and sources.registry_is_live says that all "
                "rows are of the moment of the query: remove one of the two"
            )
        if self._query.is_live and self.moment is None:
            raise self._unavailable(
                "is a standby that has replayed nothing, so that nobody knows how old it is: ask "
                "the primary, or let the query say exported_at"
            )
        problem = header_problem(spec, self._names, header) or self._names.problem_of_absent()
        if problem is not None:
            raise self._unavailable(_of_a_query(problem, spec, header))
        for name, kind in asked.fields:
            if name in spec.read and (problem := problem_of_kind(spec, name, kind)):
                raise self._unavailable(problem)
        self._columns = tuple(name for name in sorted(spec.read) if name in header)
        return self._columns

    def _raw(self, batch: pa.RecordBatch) -> RawBatch:
        size, spec = batch.num_rows, self._spec
        malformed = np.zeros(size, np.bool_)
        columns = {name: pa.nulls(size, spec.kind(name)) for name in spec.read}
        for name, column in zip(self._columns, batch.columns, strict=True):
            if pa.types.is_timestamp(column.type):
                columns[name] = column
                continue
            text = column if pa.types.is_string(column.type) else column.cast(pa.string())
            columns[name], bad = text_column(text, spec.kind(name))
            malformed |= bad
        self._rows.append(row_digests([columns[name] for name in self._columns]))
        if self._query.is_live:
            columns[EXPORTED_AT] = pa.repeat(pa.scalar(self.moment, TIMESTAMP), size)
        raw = RawBatch(columns, malformed)
        self._there.count(raw)
        return raw

    def _digest(self) -> tuple[str, npt.NDArray[np.int64]]:
        names = [*self._columns, "", *sorted(self.unread_columns)]
        return digest_of("".join(f"{len(name)}:{name}" for name in names), self._rows)

    def _unavailable(self, problem: str) -> SourceUnavailable:
        return SourceUnavailable(f"{self._spec.what} {self._query.server.shown}: {problem}")


def _without_moment(spec: TableSpec) -> TableSpec:
    return replace(spec, required=tuple(n for n in spec.required if n != EXPORTED_AT))


def _of_a_query(problem: str, spec: TableSpec, header: Sequence[str]) -> str:
    """The same, where it can be said of a query more than of a file."""
    problem = problem.replace(" (row 1)", "")
    if EXPORTED_AT in spec.required and EXPORTED_AT not in header:
        return (
            f"{problem}. exported_at says when a row was true: of a copy, when it was made. Where "
            "the query reads what contracts are kept in, set sources.registry_is_live = true"
        )
    return problem
