"""A batch of decisions → what is stored of its files, and what of their accounts."""

import pyarrow as pa
import pyarrow.compute as pc

from clearshard.errors import IntegrityError
from clearshard.records.schemas import ACCOUNTS_SCHEMA, FILE_FACTS_TYPE, ROW_SCHEMA

_FACTS = ACCOUNTS_SCHEMA.names[2:]
_KEY = ["account_id", "reading"]
#: So many rows are collected before those that are the same are made one.
_MOST_WAITING = 1 << 17


def rows_of_files(decisions: pa.RecordBatch, readings: pa.Array) -> pa.RecordBatch:
    """What is stored of files (ROW_SCHEMA): all that is neither of the run nor of the account.

    Args:
        decisions: DECISION_SCHEMA.
        readings: Which reading of the registry decided each; see ROW_SCHEMA.
    """
    facts = decisions.column("facts")
    fields = list(FILE_FACTS_TYPE)
    columns = {name: decisions.column(name) for name in ROW_SCHEMA.names if name != "reading"}
    columns["reading"] = readings
    columns["facts"] = pa.StructArray.from_arrays(
        [pc.struct_field(facts, field.name) for field in fields], fields=fields
    )
    return pa.RecordBatch.from_pydict(columns, schema=ROW_SCHEMA)


class AccountFacts:
    """Collects what decisions say of accounts; grows with the accounts, not with their files."""

    def __init__(self) -> None:
        self._known = ACCOUNTS_SCHEMA.empty_table()
        self._waiting: list[pa.RecordBatch] = []
        self._rows_waiting = 0

    def add(self, decisions: pa.RecordBatch, readings: pa.Array) -> None:
        """Takes in what some decisions say.

        Args:
            decisions: DECISION_SCHEMA.
            readings: Which reading of the registry decided each.
        """
        facts = decisions.column("facts")
        columns = [
            decisions.column("account_id"),
            readings,
            *(pc.struct_field(facts, name) for name in _FACTS),
        ]
        known = columns[2].is_valid()
        for column in columns[3:]:
            known = pc.or_(known, column.is_valid())
        known = pc.and_(known, columns[0].is_valid())
        nullable = pa.schema([field.with_nullable(True) for field in ACCOUNTS_SCHEMA])
        rows = pa.RecordBatch.from_arrays(columns, schema=nullable)
        distinct = _distinct(pa.Table.from_batches([rows.filter(known)]))
        self._waiting += distinct.to_batches()
        self._rows_waiting += len(distinct)
        if self._rows_waiting > max(_MOST_WAITING, len(self._known)):
            self._merge()

    def table(self) -> pa.Table:
        """All that was said, ACCOUNTS_SCHEMA, in the order of the ids.

        Raises:
            IntegrityError: Of an account that one reading gave, two decisions say different things.
        """
        self._merge()
        if len(self._known.group_by(_KEY).aggregate([])) != len(self._known):
            raise IntegrityError(
                "Decisions on files of one account say different things of it. Nothing became "
                "visible. This is a defect."
            )
        self._known = self._known.sort_by([(name, "ascending") for name in _KEY])
        return self._known

    def _merge(self) -> None:
        waiting = pa.Table.from_batches(self._waiting, self._known.schema)
        self._known = _distinct(pa.concat_tables([self._known, waiting]))
        self._waiting, self._rows_waiting = [], 0


def _distinct(rows: pa.Table) -> pa.Table:
    names = ACCOUNTS_SCHEMA.names
    return rows.group_by(names).aggregate([]).select(names).cast(ACCOUNTS_SCHEMA)
