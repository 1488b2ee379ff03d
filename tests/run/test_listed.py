"""Batches of manifest rows on disk, each of which can be read by itself."""

from pathlib import Path

import pyarrow as pa

from clearshard.records.schemas import NAME
from clearshard.run.listed import read_listed, write_listed


def _batch(*names: str | None) -> pa.RecordBatch:
    return pa.record_batch({"region": pa.array(names).dictionary_encode().cast(NAME)})


def test_every_batch_has_its_own_names_and_can_be_read_alone(tmp_path: Path) -> None:
    batches = [_batch("us", "eu"), _batch("eu", None), _batch(), _batch("de", "us", "us")]
    path = tmp_path / "rows"
    with pa.OSFile(str(path), "wb") as sink:
        starts = [write_listed(sink, batch) for batch in batches]
    assert [one.to_pydict() for one in read_listed(path, starts)] == [
        one.to_pydict() for one in batches
    ]
    for number in (3, 0, 2):
        [found] = read_listed(path, starts[number : number + 1])
        assert found.to_pydict() == batches[number].to_pydict()
        assert found.schema == batches[number].schema
    assert list(read_listed(path, [])) == []
