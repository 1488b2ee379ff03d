"""Are the decisions of two runs the same?"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from clearshard.audit.reading import LATER_COLUMNS, VisibleRun, connected, parquet_view
from clearshard.records.facts import names_of
from clearshard.records.schemas import DECISION_SCHEMA

#: What differs between two runs that decide alike: when they ran, and when the registry was
#: exported.
_OF_THE_RUN = frozenset({"decided_at", "facts", "version"})
_OF_THE_EXPORT = frozenset({"exported_at"})

_FACTS = names_of()
_COMPARED = ", ".join(
    [
        *(name for name in DECISION_SCHEMA.names if name not in _OF_THE_RUN),
        *(f"facts.{name}" for name in _FACTS if name not in _OF_THE_EXPORT),
    ]
)


def same_decisions(run: VisibleRun, others: Sequence[Path]) -> bool:
    """Whether some files of decisions say what a run has recorded, in whatever order.

    The export of the registry may be a newer one, if it says the same: a decision differs only if
    its outcome, its reasons, another fact, or the transcript does.

    Raises:
        IntegrityError: The tables cannot be read.
    """
    if not run.decisions_paths or not others:
        return not run.decisions_paths and not others
    with connected() as connection:
        for view, paths in (("before", run.decisions_paths), ("now", others)):
            files = pa.table({"filename": [str(path) for path in paths]})
            parquet_view(connection, view, DECISION_SCHEMA.names, files, LATER_COLUMNS)
        counts = connection.execute("SELECT (SELECT count(*) FROM before) - count(*) FROM now")
        row = counts.fetchone()
        if row != (0,):
            return False
        # As many rows, and none too many: none is missing either.
        more = connection.execute(
            f"SELECT 1 FROM (SELECT {_COMPARED} FROM now "  # noqa: S608 - words of this package only
            f"EXCEPT ALL SELECT {_COMPARED} FROM before) LIMIT 1"
        )
        return more.fetchone() is None
