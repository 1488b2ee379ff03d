"""Other people's programs read what we write, by the dataset card alone."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.dataset as ds
import pytest
import yaml

from clearshard.records.run import Counts, RedactionTerms, RunRecord, ShardFile, SourceSnapshot
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.run.output.folder import encode_record
from clearshard.shards.assemble import Assembler, ShardCut
from clearshard.shards.card import dataset_card
from clearshard.shards.pseudonyms import doc_key
from clearshard.vault.vault import PLAIN

from .making import KEY, POLICY, staged_files

COUNT = 30
RUN = "20260301T120000Z-abcdef"


def record(shards: tuple[ShardFile, ...], **more: Any) -> RunRecord:
    snapshot = SourceSnapshot(sha256="0" * 64, row_count=1)
    return RunRecord(
        run_id=RUN,
        clearshard_version="0",
        as_of="2026-03-01T12:00:00Z",
        started_at="2026-03-01T12:00:00Z",
        finished_at="2026-03-01T12:00:01Z",
        policy_digest="p" * 64,
        policy_toml=more.pop("policy_toml", ""),
        redactor_digest="r" * 64,
        manifest=snapshot,
        registry=snapshot,
        registry_at_publish=snapshot,
        taken_out=0,
        counts=Counts(seen=COUNT, written=COUNT, excluded=0, quarantined=0),
        reasons={},
        alerts={},
        redactions={},
        word_count=0,
        decisions=(),
        shards=shards,
        key_id="k",
        superseded=(),
        **more,
    )


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out" / "shards"
    folder.mkdir(parents=True)
    staged = staged_files(tmp_path / "staging", range(COUNT))
    cut = ShardCut(12_000, 4_000, "month")
    made = Assembler(PLAIN, folder, staged, cut, POLICY, tmp_path / "runs").assemble()
    assert len(made) > 1
    # A shard that was replaced, and stays for whoever began to read before.
    replaced = folder / "2026-01" / "part-0000000000000000.parquet"
    replaced.write_bytes((folder / made[0].name).read_bytes())
    (tmp_path / "out" / "runs").mkdir()
    (tmp_path / "out" / "runs" / f"{RUN}.json").write_bytes(encode_record(record(made)))
    (tmp_path / "out" / "README.md").write_bytes(dataset_card(record(made)))
    return tmp_path / "out"


def listed(out: Path) -> list[str]:
    """As docs/formats.md says that a reader without this package finds the shards in force."""
    newest = max((out / "runs").glob("*.json"))
    return [f"{out}/shards/{shard['name']}" for shard in json.loads(newest.read_text())["shards"]]


def test_load_dataset(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    import datasets  # not before: it reads the variables above

    loaded = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    assert list(loaded) == ["train"]
    assert loaded["train"].num_rows == COUNT
    assert set(loaded["train"]["doc_key"]) == {doc_key(KEY, f"file-{n}") for n in range(COUNT)}
    one = loaded["train"][0]
    assert {word["channel"] for word in one["words"]} in ({None}, {1, 2})
    assert all(w["confidence"] is None or 0 <= w["confidence"] <= 1 for w in one["words"])
    (redaction,) = one["redactions"]
    assert one["text"][redaction["start"] : redaction["end"]] == "<PERSON_1>"
    streamed = datasets.load_dataset(str(out), split="train", streaming=True)
    assert sum(1 for _ in streamed) == COUNT


def test_duckdb(out: Path) -> None:
    found = duckdb.connect().read_parquet(listed(out))
    ((rows, words),) = found.aggregate("count(*), sum(len(words))").fetchall()
    assert rows == COUNT
    assert words > COUNT


def test_pyarrow(out: Path) -> None:
    found = ds.dataset(listed(out))
    assert found.count_rows() == COUNT
    assert found.schema.equals(SHARD_SCHEMA)


def test_card_names_the_visible_shards_and_is_yaml(out: Path) -> None:
    _, head, body = (out / "README.md").read_text("utf-8").split("---\n", 2)
    (config,) = yaml.safe_load(head)["configs"]
    (files,) = config["data_files"]
    assert files["split"] == "train"
    assert [f"{out}/{path}" for path in files["path"]] == listed(out)
    assert all((out / path).is_file() for path in files["path"])
    assert "30 of 30 submitted files" in body


def test_card_of_a_run_without_shards_is_yaml() -> None:
    head = dataset_card(record(())).decode().split("---\n")[1]
    assert yaml.safe_load(head)["configs"] == [{"config_name": "default", "data_files": []}]


TERMS = RedactionTerms(
    profile="balanced",
    operator="surrogate",
    operators={"PHONE_NUMBER": "mask"},
    entities=None,
    keep_entities=("ORGANIZATION", "DATE_TIME"),
    score_threshold=0.45,
    languages=("en",),
    spacy_model=None,
    recognizers="/home/somebody/mine.yaml",
)


def body_of(made: RunRecord) -> str:
    return dataset_card(made).decode().split("---\n", 2)[2]


def test_the_card_says_in_words_what_the_run_was_made_under() -> None:
    policy = 'version = 1\ntitle = "Retention and training"\n'
    body = body_of(record((), policy_toml=policy, redaction=TERMS, max_drop_share=0.1))
    for words in (
        "| policy | Retention and training, version 1 |",
        "| profile | balanced: all recognizers but the one for words in no dictionary, and "
        "recognizers of one's own |",
        "| replaced | surrogate: by an invented value of the same kind; but PHONE\\_NUMBER by "
        "mask |",
        "| looked for | every type that is looked for by default |",
        "| kept | DATE\\_TIME, ORGANIZATION |",
        "| threshold | what scores less than 0.45 stays |",
        "| languages | en |",
        "| limits | at most 10.0% of the files of the run before gone |",
    ):
        assert words in body
    assert "/home" not in body


def test_the_card_of_a_record_of_an_earlier_version_says_so() -> None:
    body = body_of(record(()))
    assert "| policy | not recorded |" in body
    assert "| redaction | not recorded |" in body


def test_nothing_in_a_title_acts_in_the_card() -> None:
    title = "a|b\\n`c` <img src=x> [d](http://e) \\u202e # f\\u001b[31m"
    body = body_of(record((), policy_toml=f'title = "{title}"\nversion = 1\n'))
    (line,) = [line for line in body.splitlines() if line.startswith("| policy |")]
    assert line == (
        "| policy | a\\|b\\\\n\\`c\\` \\<img src=x\\> \\[d\\]\\(http://e\\) \\\\u202e \\# "
        "f\\\\x1b\\[31m, version 1 |"
    )
