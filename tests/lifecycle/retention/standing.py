"""One artefact, or some, as an inventory and a registry have them, and how they stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from clearshard.eligibility.accounts import index_accounts
from clearshard.eligibility.moment import Moment
from clearshard.lifecycle.retention.judging import NO_CLAUSE, STATES, Judged, judge
from clearshard.lifecycle.retention.known import NEVER, names_of
from clearshard.lifecycle.retention.matrix import published_matrix
from clearshard.records.schemas import TIMESTAMP
from clearshard.run.retention.facts import artefacts_known, read_accounts_known
from clearshard.sources.artefacts import ARTEFACTS_SCHEMA

from ...eligibility.tables import AS_OF, registry

Row = Mapping[str, Any]
MATRIX = published_matrix()
LAG = timedelta(hours=72)
DAY = timedelta(days=1)
_ARTEFACT = {
    "artefact_id": "t",
    "kind": "final_transcript",
    "account_id": "a",
    "created_at": AS_OF - DAY,
    "uri_unreadable": False,
    "transcript_created_at_unreadable": False,
    "deletion_requested_at_unreadable": False,
    "ttl_seconds_unreadable": False,
    "malformed": False,
}


def inventory(rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows of an inventory; what is not given is that of a transcript of a day ago."""
    whole = [{**_ARTEFACT, **row} for row in rows]
    columns = {}
    for field in ARTEFACTS_SCHEMA:
        plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        column = pa.array([row.get(field.name) for row in whole], plain)
        columns[field.name] = column.cast(field.type)
    return pa.RecordBatch.from_pydict(columns, schema=ARTEFACTS_SCHEMA)


def judged(
    artefacts: Sequence[Row],
    accounts: Sequence[Row] = ({},),
    as_of: datetime = AS_OF,
    lag: timedelta = LAG,
    now: datetime | None = None,
) -> Judged:
    """How artefacts stand; facts are known up to `now`, without it up to the time asked for."""
    moment = Moment.at(now or as_of, 0)
    known = read_accounts_known(index_accounts(registry(accounts)), moment, 7 * 86_400)
    return judge(
        MATRIX,
        artefacts_known(inventory(artefacts), known, MATRIX, moment),
        Moment.at(as_of, 0).latest_us,
        lag // timedelta(microseconds=1),
    )


def told(result: Judged) -> list[dict[str, Any]]:
    """The same in words."""
    times = {
        name: pa.array(values, pa.int64(), mask=values >= NEVER).cast(TIMESTAMP).to_pylist()
        for name, values in (("begins_at", result.begins_us), ("due_at", result.due_us))
    }
    unknown = names_of(result.unknown).to_pylist()
    return [
        {
            "state": str(STATES[result.states[row]]),
            "clause": None
            if result.clauses[row] == NO_CLAUSE
            else MATRIX.clauses[result.clauses[row]].id,
            "begins_at": times["begins_at"][row],
            "due_at": times["due_at"][row],
            "ttl_raised": bool(result.ttl_raised[row]),
            "unknown": unknown[row],
        }
        for row in np.arange(len(result.states))
    ]


def stands(artefact: Row, account: Row | None = None, **more: Any) -> dict[str, Any]:
    """How one artefact stands."""
    [one] = told(judged([artefact], [account or {}], **more))
    return one
