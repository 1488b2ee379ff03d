"""The formats that a table of facts can have: one line each."""

from pathlib import Path

from pipeline.sources.column_names import ColumnRules
from pipeline.sources.csv_rows import read_csv
from pipeline.sources.json_rows import read_json_lines
from pipeline.sources.parquet_rows import read_parquet
from pipeline.sources.tables import Reader, Table, TableSpec

READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".jsonl": read_json_lines,
    ".jsonl.gz": read_json_lines,
    ".jsonl.zst": read_json_lines,
    ".parquet": read_parquet,
}


def open_table(path: Path, spec: TableSpec, rules: ColumnRules) -> Table:
    """Opens a table of facts.

    Raises:
        SourceUnavailable: It cannot be opened.
    """
    return Table(path, spec, READERS, rules)
