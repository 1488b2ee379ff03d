"""The sample data through the whole pipeline: every file ends as it was made to end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.compute
import pyarrow.dataset
import pytest

from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.records.run import RunRecord
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.run.job import run
from clearshard.run.options import RunOptions
from data.generator.people import DECOY_NAME

from ..audit.reference import decisions_of
from .world import AS_OF, Silent, world_clock

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data" / "samples"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, RunRecord]]:
    out = tmp_path_factory.mktemp("samples") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEARSHARD_KEY", bytes(range(90, 122)).hex())
        patch.setenv("CLEARSHARD_SIGNING_KEY", bytes(range(91, 123)).hex())
        config = load_config(ROOT / "configs" / "demo.toml")
        options = RunOptions(out, AS_OF, 2, dry_run=False)
        yield out, run(config, options, Silent(), world_clock).record


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLES / name).read_text("utf-8").splitlines()]


def _decisions(out: Path) -> list[tuple[str, str, list[str]]]:
    [*_, run] = visible_runs(out)
    rows = decisions_of(out, run.run_id)
    return [(row["file_id"], row["state"], row["reasons"]) for row in rows]


def test_every_file_ends_as_it_was_made_to_end(finished: tuple[Path, RunRecord]) -> None:
    out, _ = finished
    states = {"eligible": "written"}
    expected = [
        (line["file_id"], states.get(line["state"], line["state"]), sorted(line["reasons"]))
        for line in _lines("expected.jsonl")
    ]
    found = [(file_id, state, sorted(reasons)) for file_id, state, reasons in _decisions(out)]
    assert sorted(found) == sorted(expected)


def test_everything_recorded_is_verified(finished: tuple[Path, RunRecord]) -> None:
    out, record = finished
    assert verify(out).faults == ()
    assert record.counts.reconciles


def test_ignored_fields_are_nowhere(finished: tuple[Path, RunRecord]) -> None:
    out, _ = finished
    table = pyarrow.dataset.dataset(out / "shards").to_table()
    everything = json.dumps(table.to_pylist(), default=str)
    assert DECOY_NAME.split()[0] not in everything
    assert set(
        table.column("utterances").combine_chunks().flatten().field("speaker").to_pylist()
    ) <= set("ABCD") | {None}
    words = table.column("words").combine_chunks().flatten()
    assert set(words.field("channel").to_pylist()) == {None, 1, 2}
    sure = words.field("confidence")
    assert 0.9 < pyarrow.compute.mean(sure).as_py() < 1
    # One that was replaced has none, and nearly every source says it of all others.
    replaced = pyarrow.compute.match_substring_regex(words.field("text"), "<[A-Z_]+_[0-9]+>")
    assert not pyarrow.compute.any(sure.filter(replaced).is_valid()).as_py()
    unsaid = pyarrow.compute.and_not(sure.is_null(), replaced)
    assert 0 < pyarrow.compute.mean(unsaid.cast(pyarrow.float64())).as_py() < 0.01


def test_structured_gold_is_not_in_the_shards(finished: tuple[Path, RunRecord]) -> None:
    """Written addresses and card numbers of the gold never survive as they were."""
    out, _ = finished
    texts = "\n".join(
        text for (text,) in duckdb.read_parquet(str(out / "shards/*/*")).select("text").fetchall()
    )
    sought = {"EMAIL_ADDRESS", "CREDIT_CARD", "US_SSN", "IP_ADDRESS"}
    values = {
        document["text"][span["start"] : span["end"]]
        for document in _lines("gold.jsonl")
        for span in document["spans"]
        if span["label"] in sought
    }
    # A card that is read out over several turns has parts that mean nothing by themselves.
    written = {v for v in values if "@" in v or sum(c.isdecimal() for c in v) >= 6}
    assert len(written) > 50
    assert [value for value in written if value in texts] == []


def test_the_readers_of_the_field_read_the_shards(
    finished: tuple[Path, RunRecord], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, record = finished
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    from datasets import load_dataset

    loaded = load_dataset(str(out), cache_dir=str(tmp_path))["train"]
    assert loaded.num_rows == record.counts.written
    assert set(loaded.column_names) == set(SHARD_SCHEMA.names)
    scanned = pyarrow.dataset.dataset(out / "shards", format="parquet")
    assert scanned.count_rows() == record.counts.written
    counted = duckdb.sql(f"select count(*) from '{out}/shards/*/*.parquet'").fetchall()
    assert counted == [(record.counts.written,)]


def test_views_agree_in_every_row(finished: tuple[Path, RunRecord]) -> None:
    out, _ = finished
    rows = pyarrow.dataset.dataset(out / "shards").to_table().to_pylist()
    assert rows
    for row in rows:
        squeezed = "".join(row["text"].split())
        for view in ("utterances", "words"):
            if row[view]:
                assert "".join("".join(p["text"] for p in row[view]).split()) == squeezed
        for redaction in row["redactions"]:
            tag = row["text"][redaction["start"] : redaction["end"]]
            assert tag.startswith(f"<{redaction['entity_type']}_")
            # What a language model has answered has no times.
            if row["words"]:
                assert redaction["start_ms"] <= redaction["end_ms"]
