"""The decisions of the run before, read once for all who ask of them.

What of its work stays (`clearshard.run.resume.remembered`), what a night changes of its table
(`clearshard.run.output.changes`), and what files held that may not be used now
(`clearshard.run.shared`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.reading import read_placed
from clearshard.run.output.changes import RowsBefore
from clearshard.run.output.marks import Marks, marks_of
from clearshard.run.shared import ContentsBefore


class Reader(Protocol):
    """Who is shown the decisions as they are read."""

    def add(self, rows: pa.RecordBatch, marks: Marks) -> None:
        """Takes in some of them (ROW_SCHEMA)."""


@dataclass(frozen=True, eq=False)
class Before:
    """The run before, believed.

    Attributes:
        run: What it recorded.
        rows: Its decisions, to be compared.
        contents: What its files held.
    """

    run: VisibleRun
    rows: RowsBefore
    contents: ContentsBefore


def read_before(run: VisibleRun, scratch: Path, reader: Reader | None) -> Before:
    """Reads the decisions of a run.

    Args:
        run: It is what was recorded.
        scratch: A folder to work in.
        reader: Shown them as well, if there is one.

    Raises:
        IntegrityError: They cannot be read.
    """
    counts = run.record.counts
    rows = RowsBefore(run.run_id, counts.written, counts.seen, scratch / "rows")
    contents = ContentsBefore(run.table, counts.seen, scratch / "contents")
    for placed in read_placed(run.table):
        marks = marks_of(placed.rows)
        rows.add(placed, marks)
        contents.add(placed.rows)
        if reader is not None:
            reader.add(placed.rows, marks)
    return Before(run, rows, contents)
