"""Only allow-listed fields are ever written: decoys in all others never show up."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from clearshard.redaction.apply import apply
from clearshard.shards.assemble import Assembler, ShardCut
from clearshard.shards.staging import ShardRow, stage
from clearshard.sources.transcripts import read_transcript
from clearshard.vault.vault import PLAIN

from .making import POLICY, SEAL

DECOY = "Dorothea Decoy"
NUMBER = 4155550199


def word(text: str, start: int, confidence: object, channel: object) -> dict[str, Any]:
    return {
        "text": text,
        "start": start,
        "end": start + 90,
        "confidence": confidence,
        "speaker": DECOY,
        "channel": channel,
        "note": DECOY,
    }


def source(confidence: object, channel: object) -> dict[str, Any]:
    said = enumerate(["good", "morning", "to", "you"])
    words = [word(w, 100 * i, confidence, channel) for i, w in said]
    return {
        "id": DECOY,
        "status": "completed",
        "language_code": "en_us",
        "audio_url": f"https://example.com/{DECOY}.mp3",
        "text": "good morning to you",
        "words": words,
        "utterances": [
            {
                "speaker": DECOY,
                "text": "good morning to you",
                "start": 0,
                "end": 390,
                "confidence": DECOY,
                "channel": channel,
                "words": words,
                "summary": DECOY,
            }
        ],
        "audio_duration": 4,
        "summary": DECOY,
        "chapters": [{"gist": DECOY, "headline": DECOY}],
        "entities": [{"entity_type": "person_name", "text": DECOY}],
        "sentiment_analysis_results": [{"text": DECOY, "speaker": DECOY}],
        "auto_highlights_result": {"results": [{"text": DECOY}]},
        "prompt": DECOY,
        "word_boost": [DECOY],
        "custom_spelling": [{"from": [DECOY], "to": DECOY}],
        "webhook_url": f"https://example.com/{DECOY}",
        "error": DECOY,
        "redactions": [{"recognizer": DECOY}],
        DECOY: DECOY,
    }


@pytest.mark.parametrize("drop", [(), ("utterances",), ("words",), ("utterances", "words")])
@pytest.mark.parametrize(
    ("confidence", "channel"), [(0.9, DECOY), (DECOY, DECOY), (NUMBER, NUMBER)]
)
def test_decoys_never_show_up(
    tmp_path: Path, drop: tuple[str, ...], confidence: object, channel: object
) -> None:
    made = source(confidence, channel)
    raw = {key: value for key, value in made.items() if key not in drop}
    transcript = read_transcript(json.dumps(raw).encode(), 1000, None)
    row = ShardRow("0" * 32, "1" * 32, "2026-11", "2" * 64, apply(transcript, [], []))
    staged = stage(tmp_path, [row], SEAL).below(tmp_path)
    cut = ShardCut(10**6, 10**6, "month")
    assembler = Assembler(PLAIN, tmp_path, [staged], cut, POLICY, tmp_path / "runs")
    [shard] = assembler.assemble()
    (found,) = pq.read_table(tmp_path / shard.name).to_pylist()
    assert "Decoy" not in repr(found)
    assert str(NUMBER) not in repr(found)
    assert {piece["channel"] for piece in (*found["words"], *found["utterances"])} <= {1}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 3
    assert not any(b"Decoy" in path.read_bytes() for path in files)
