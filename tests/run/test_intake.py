"""What two manifest rows that are about the same thing come to."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.config import default_policy_text
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.records.states import QuarantineReason
from clearshard.run.intake import Tables, take_in
from clearshard.sources.registry import FileRegistry

from .world import AS_OF, World, small_world, transcript


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


def test_a_transcript_of_two_rows_is_never_used(world: World) -> None:
    """Otherwise an excluded file would come in through the row of an eligible one."""
    for entry in world.files:
        if entry["file_id"] == "good-0":
            entry["transcript_uri"] = "baa-0.json"
    world.write()
    states = world.decisions(world.run())
    assert states["good-0"] == ("quarantined", ["duplicate_file_id"])
    assert states["baa-0"] == ("excluded", ["baa_executed"])
    assert not any("unreadworthy" in text for text in world.texts())


@pytest.mark.parametrize("uri", ["all.jsonl#out-0", "all.JSONL#out-0"])
def test_a_record_of_two_rows_is_never_used(world: World, uri: str) -> None:
    name = uri.partition("#")[0]
    lines = [json.dumps(transcript("one two", "three", id=f["file_id"])) for f in world.files]
    (world.root / "transcripts" / name).write_text("\n".join(lines))
    for entry in world.files:
        entry["transcript_uri"] = uri if entry["file_id"] == "good-0" else name
        if entry["file_id"] == "good-1":
            entry["transcript_uri"] = f"{name}#"
    world.write()
    states = world.decisions(world.run())
    assert states["good-0"] == ("quarantined", ["duplicate_file_id"])
    assert states["out-0"] == ("excluded", ["opted_out"])
    assert states["good-1"] == ("written", [])
    assert states["good-2"] == ("written", [])


def test_two_rows_of_one_file_are_never_used(world: World) -> None:
    world.files.append(dict(world.files[1]))
    world.write()
    states = world.decisions(world.run())
    assert states["good-1"] == ("quarantined", ["duplicate_file_id"])


@pytest.mark.parametrize(
    "uri", ["d#1/x.jsonl", "x#.jsonl", "d#1/x.jsonl.gz", "d#.jsonl#/x.parquet"]
)
def test_a_sharp_before_the_end_of_a_name_hides_no_shared_file(world: World, uri: str) -> None:
    """`x.jsonl` in `d#1` was one transcript for one reader, two records for another."""
    path = world.root / "transcripts" / uri
    path.parent.mkdir(exist_ok=True)
    speech = transcript("this must not be read", "unreadworthy")
    path.write_text(json.dumps(speech))
    for entry in world.files:
        if entry["file_id"] in ("out-0", "good-0"):
            entry["transcript_uri"] = uri
    world.write()
    states = world.decisions(world.run())
    assert states["good-0"][0] == "quarantined"
    assert states["out-0"] == ("excluded", ["opted_out"])
    assert not any("unreadworthy" in text for text in world.texts())


def test_a_container_may_lie_in_a_folder_with_a_sharp_in_its_name(world: World) -> None:
    path = world.root / "transcripts" / "d#1" / "x.jsonl"
    path.parent.mkdir()
    lines = [json.dumps(transcript("one two", "three", id=f["file_id"])) for f in world.files]
    path.write_text("\n".join(lines))
    for entry in world.files:
        entry["transcript_uri"] = "d#1/x.jsonl"
    world.write()
    states = world.decisions(world.run())
    assert states["good-0"] == ("written", [])
    assert states["out-0"] == ("excluded", ["opted_out"])


def test_a_transcript_that_bears_another_id_is_never_used(world: World) -> None:
    """`good-0.json` says that it is `out-0`, of an account that opted out."""
    speech = transcript("this must not be read", "unreadworthy", id="out-0")
    (world.root / "transcripts" / "good-0.json").write_text(json.dumps(speech))
    states = world.decisions(world.run())
    assert states["good-0"] == ("quarantined", ["id_mismatch"])
    assert states["out-0"] == ("excluded", ["opted_out"])
    assert not any("unreadworthy" in text for text in world.texts())


def test_a_record_that_is_called_like_another_file_is_never_used(world: World) -> None:
    """`out-0` lies in a file of its own, but also in the container that `good-0` points into."""
    line = json.dumps(transcript("this must not be read", "unreadworthy", id="out-0"))
    more = json.dumps(transcript("some other words", "in here", id="record-7"))
    (world.root / "transcripts" / "all.jsonl").write_text(f"{line}\n{more}\n")
    for entry in world.files:
        if entry["file_id"] == "good-0":
            entry["transcript_uri"] = "all.jsonl#out-0"
        if entry["file_id"] == "good-1":
            entry["transcript_uri"] = "all.jsonl#record-7"
    world.write()
    states = world.decisions(world.run())
    assert states["good-0"] == ("quarantined", ["duplicate_file_id"])
    assert states["good-1"] == ("written", [])
    assert states["out-0"] == ("excluded", ["opted_out"])


def test_two_rows_of_one_file_are_found_across_the_row_groups_of_a_table(tmp_path: Path) -> None:
    """Strings with 64-bit places, as Polars and pandas write them, come in parts of a row group."""
    ids = ["a", "bbb", "gone", "cccc", "gone", "ddd", "eeeee", "f"]
    count = len(ids)
    moment = pa.timestamp("us", tz="UTC")
    columns = {
        "file_id": pa.array(ids, pa.large_string()),
        "account_id": pa.array(["acct-1"] * count, pa.large_string()),
        "product": ["async"] * count,
        "region": ["us"] * count,
        "submitted_at": pa.array([AS_OF] * count, moment),
        "transcript_uri": pa.array([f"{n}.json" for n in range(count)], pa.large_string()),
        "deletion_requested_at": pa.array([None, None, AS_OF, *[None] * 5], moment),
    }
    pq.write_table(pa.table(columns), tmp_path / "files.parquet", row_group_size=4)
    world = World(tmp_path)
    world.account("acct-1")
    world.write()
    policy = parse_policy(default_policy_text(), "default policy")
    tables = Tables(tmp_path / "files.parquet", FileRegistry(tmp_path / "accounts.csv"))
    intake = take_in(tables, policy, Moment.at(AS_OF, 300), tmp_path)
    held = [batch.quarantine for batch in intake.batches()]
    assert held == [{}, {0: QuarantineReason.DUPLICATE_FILE_ID}]


def test_a_call_on_two_channels_is_written_though_people_talk_over_each_other(
    tmp_path: Path,
) -> None:
    world = small_world(tmp_path)
    call = transcript("my name is maria lopez and i need a chair", "hello maria how are you")
    for channel, utterance in enumerate(call["utterances"], 1):
        for word in [*utterance["words"]]:
            word["channel"], word["speaker"] = str(channel), "A"
        utterance["channel"], utterance["speaker"] = str(channel), "A"
    # The second one answers while the first one still speaks; words are told by time.
    for word in call["utterances"][1]["words"]:
        word["start"], word["end"] = word["start"] - 1500, word["end"] - 1500
    second = call["utterances"][1]
    second["start"], second["end"] = second["start"] - 1500, second["end"] - 1500
    call["words"] = sorted(call["words"], key=lambda word: int(word["start"]))
    world.file("two", "acct-good", call)
    world.write()
    decided = world.decisions(world.run())
    assert decided["two"] == ("written", [])
    (text,) = [text for text in world.texts() if "need a chair" in text]
    assert text.count("<PERSON_1>") == 2
    assert "maria" not in text
    (shard,) = (world.out / "shards").rglob("*.parquet")
    (row,) = [row for row in pq.read_table(shard).to_pylist() if row["text"] == text]
    # In the order of the turns, though the second begins before the first one ends.
    first, second = row["utterances"]
    assert [(first["channel"], first["speaker"]), (second["channel"], second["speaker"])] == [
        (1, "A"),
        (2, "B"),
    ]
    assert second["start_ms"] < first["end_ms"]
    channels = [word["channel"] for word in row["words"]]
    assert channels == [1] * (len(channels) - 5) + [2] * 5
    assert [w["text"] for w in row["words"]] == text.split()
