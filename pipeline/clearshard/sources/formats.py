"""The formats that a table of facts can have: one line each."""

from clearshard.sources.column_names import ColumnRules
from clearshard.sources.csv_rows import read_csv
from clearshard.sources.json_rows import read_json_lines
from clearshard.sources.parquet_rows import read_parquet
from clearshard.sources.table import Table, TablePlace, files_at
from clearshard.sources.tables import Reader, TableSpec

READERS: dict[str, Reader] = {
    **dict.fromkeys((".csv", ".csv.gz", ".csv.zst"), read_csv),
    **dict.fromkeys((".tsv", ".tsv.gz", ".tsv.zst"), read_csv),
    ".jsonl": read_json_lines,
    ".jsonl.gz": read_json_lines,
    ".jsonl.zst": read_json_lines,
    ".parquet": read_parquet,
}


def open_table(path: TablePlace, spec: TableSpec, rules: ColumnRules) -> Table:
    """Finds a table of facts.

    Raises:
        SourceUnavailable: It cannot be read.
    """
    return Table(path, spec, READERS, rules)


def table_digest(what: str, path: TablePlace) -> str:
    """The digest that a table has now; see `Table.sha256`.

    Raises:
        SourceUnavailable: It cannot be read.
    """
    return files_at(what, path, READERS).sha256
