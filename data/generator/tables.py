"""Transcripts as rows of a Parquet table."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .transcript import Json

# What pandas 3 and Polars make of text and lists: offsets of 64 bits.
_TEXT = pa.large_string()
_TIMED = [("text", _TEXT), ("start", pa.int64()), ("end", pa.int64()), ("confidence", pa.float64())]
_PIECES = pa.large_list(pa.struct([*_TIMED, ("speaker", _TEXT)]))
_SCHEMA = pa.schema(
    [
        ("id", _TEXT),
        ("status", pa.dictionary(pa.int32(), _TEXT)),
        ("language_code", _TEXT),
        ("text", _TEXT),
        ("utterances", _PIECES),
        ("words", _PIECES),
        ("audio_duration", pa.float64()),
    ]
)


def write_parquet(path: Path, rows: Sequence[Json]) -> None:
    """Write the transcripts into one file."""
    pq.write_table(pa.Table.from_pylist(list(rows), schema=_SCHEMA), path, compression="zstd")
