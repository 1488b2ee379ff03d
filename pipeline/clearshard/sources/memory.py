"""A table of facts that a program has in memory, as a file that is read like any other."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def write_table(table: pa.Table, path: Path) -> None:
    """Writes a table as Parquet.

    Args:
        table: What the program has; its columns are judged when the file is read.
        path: Where to; ends in ``.parquet``.
    """
    pq.write_table(table, path)
