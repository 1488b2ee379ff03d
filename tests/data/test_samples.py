"""The committed samples are what the generator writes, and what they claim to be."""

import csv
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from data.generator.identifiers import luhn_agrees
from data.generator.people import DECOY_NAME
from data.generator.samples import write_samples
from data.generator.spoken import clock, digits, handle, number, ordinal, spelled
from data.generator.turns import Piece, assemble

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
CONTAINER = "evening-batch.jsonl"
#: Files of another form have its name between their id and their suffix.
OTHER_CONTAINERS = ("archive.jsonl", "export.parquet")
EXCLUSIONS = {
    *("contract_not_permitting", "baa_executed", "eu_server", "opted_out", "deletion_requested"),
    *("retention_expired", "zero_retention_breach", "gateway_provider_not_opted_out"),
    *("unknown_account", "unknown_training_permitted", "unknown_baa_executed"),
    *("unknown_opted_out", "unknown_region", "unknown_product", "unknown_submitted_at"),
    *("unknown_gateway_provider", "unknown_expires_at", "unknown_deletion_requested_at"),
    *("unknown_ttl_seconds", "conflicting_registry_rows", "registry_stale"),
}
QUARANTINES = {
    *("malformed", "missing", "empty", "not_completed", "unsupported_language", "too_large"),
    *("duplicate_file_id", "view_mismatch", "detector_failed", "detector_timeout"),
    "residual_pii",
}
LARGEST_FOLDER_BYTES = 9_000_000


def lines(name: str) -> list[dict[str, Any]]:
    text = (SAMPLES / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def table(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def gold() -> list[dict[str, Any]]:
    return lines("gold.jsonl")


@pytest.fixture(scope="module")
def expected() -> list[dict[str, Any]]:
    return lines("expected.jsonl")


@pytest.fixture(scope="module")
def transcripts() -> dict[str, dict[str, Any]]:
    """The transcripts of the endpoint's form that the gold file describes, by file id."""
    contained = {record["id"]: record for record in lines(f"transcripts/{CONTAINER}")}
    wanted = {document["id"] for document in lines("gold.jsonl")}
    found: dict[str, dict[str, Any]] = {}
    for row in table("files.csv"):
        if row["file_id"] not in wanted:
            continue
        name, _, other = row["transcript_uri"].partition("#")
        if name in OTHER_CONTAINERS or name.count(".") > 1:
            continue
        if name == CONTAINER:
            found[row["file_id"]] = contained[other or row["file_id"]]
        else:
            text = (SAMPLES / "transcripts" / name).read_text(encoding="utf-8")
            found[row["file_id"]] = json.loads(text)
    return found


def test_the_generator_writes_exactly_what_is_committed(tmp_path: Path) -> None:
    write_samples(tmp_path / "again")

    def content(folder: Path) -> dict[str, bytes]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}

    again, committed = content(tmp_path / "again"), content(SAMPLES)
    assert sorted(again) == sorted(committed)
    assert [name for name in again if again[name] != committed[name]] == []


def test_there_is_enough_and_not_too_much() -> None:
    assert len(lines("gold.jsonl")) >= 300
    assert len({row["account_id"] for row in table("accounts.csv")}) >= 40
    size = sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file())
    assert size < LARGEST_FOLDER_BYTES


def test_expected_follows_the_manifest_row_by_row(expected: list[dict[str, Any]]) -> None:
    rows = table("files.csv")
    assert len(expected) == len(rows)
    for row, truth in zip(rows, expected, strict=True):
        assert truth["file_id"] == row["file_id"]
        assert truth["reasons"] == sorted(set(truth["reasons"]))
        assert (truth["state"] == "eligible") == (not truth["reasons"])


def test_every_reason_has_its_files(expected: list[dict[str, Any]]) -> None:
    seen: dict[str, Counter[str]] = {}
    for truth in expected:
        seen.setdefault(truth["state"], Counter()).update(truth["reasons"])
    assert set(seen["excluded"]) == EXCLUSIONS
    assert min(seen["excluded"].values()) >= 3
    assert set(seen["quarantined"]) == QUARANTINES


def test_about_six_in_ten_files_are_written(expected: list[dict[str, Any]]) -> None:
    states = Counter(truth["state"] for truth in expected)
    assert 0.55 < states["eligible"] / len(expected) < 0.65


def test_gold_covers_the_files_that_are_written(
    gold: list[dict[str, Any]], expected: list[dict[str, Any]]
) -> None:
    described = [document["id"] for document in gold]
    assert len(set(described)) == len(described)
    written = {truth["file_id"] for truth in expected if truth["state"] == "eligible"}
    assert written <= set(described)


def test_gold_offsets_are_sorted_trimmed_and_inside_one_turn(gold: list[dict[str, Any]]) -> None:
    for document in gold:
        text, turns = document["text"], document["utterances"]
        assert "\n".join(text[turn["start"] : turn["end"]] for turn in turns) == text
        position = 0
        for span in document["spans"]:
            start, end = span["start"], span["end"]
            assert position <= start < end <= len(text)
            assert text[start:end].strip() == text[start:end]
            assert any(turn["start"] <= start and end <= turn["end"] for turn in turns)
            position = end


def test_all_views_of_a_well_formed_transcript_agree(
    gold: list[dict[str, Any]], transcripts: dict[str, dict[str, Any]]
) -> None:
    for document in gold:
        if (made := transcripts.get(document["id"])) is None:
            continue
        words = made["words"]
        assert made["status"] == "completed"
        assert made["text"] == document["text"].replace("\n", " ")
        ends_ms = _each_follows(words)
        assert max(ends_ms.values()) <= made["audio_duration"] * 1000
        if len(ends_ms) > 1:  # people talk over each other, and words are listed by time
            words = [word for utterance in made["utterances"] for word in utterance["words"]]
        assert made["text"] == " ".join(word["text"] for word in words)
        utterances = made.get("utterances")
        if utterances is None:
            continue
        assert made["text"] == " ".join(utterance["text"] for utterance in utterances)
        _each_follows(utterances)
        for utterance in utterances:
            inner = utterance.get("words")
            assert inner is None or " ".join(w["text"] for w in inner) == utterance["text"]


def _each_follows(pieces: list[dict[str, Any]]) -> dict[str | None, int]:
    """Nobody speaks before having ended; returns the end of each channel."""
    ends_ms: dict[str | None, int] = {}
    for piece in pieces:
        channel = piece.get("channel")
        assert ends_ms.get(channel, 0) <= piece["start"] <= piece["end"]
        ends_ms[channel] = piece["end"]
    return ends_ms


def test_legal_variations_all_occur(transcripts: dict[str, dict[str, Any]]) -> None:
    made = list(transcripts.values())
    assert any("utterances" not in one for one in made)
    assert any(one.get("utterances", ()) is None for one in made)
    diarised = [one["utterances"] for one in made if one.get("utterances")]
    assert any("words" in utterances[0] for utterances in diarised)
    assert any("words" not in utterances[0] for utterances in diarised)
    assert any("summary" in one for one in made)
    assert len({one["language_code"] for one in made}) >= 3
    two = [one for one in made if any("channel" in word for word in one["words"])]
    assert {word["channel"] for one in two for word in one["words"]} >= {"1", "2", DECOY_NAME}
    for one in two:
        turns = one["utterances"]
        assert [turn["start"] for turn in turns] == sorted(turn["start"] for turn in turns)
        assert sum(a["end"] > b["start"] for a, b in pairwise(turns)) > 3


def test_the_decoy_name_is_only_where_it_must_be_ignored(
    gold: list[dict[str, Any]], transcripts: dict[str, dict[str, Any]]
) -> None:
    surname = DECOY_NAME.split()[1].lower()
    assert all(surname not in document["text"].lower() for document in gold)
    assert sum(surname in json.dumps(made).lower() for made in transcripts.values()) > 30


def test_both_styles_are_there_and_calls_differ(gold: list[dict[str, Any]]) -> None:
    lower = sum(document["text"] == document["text"].lower() for document in gold)
    assert 0.4 < lower / len(gold) < 0.6
    turns = [len(document["utterances"]) for document in gold]
    assert min(turns) >= 6
    assert max(turns) <= 40
    assert sum(10 <= count <= 24 for count in turns) > len(turns) / 2
    assert len({document["text"] for document in gold}) == len(gold)
    assert len({document["source"] for document in gold}) >= 10


def test_a_file_that_must_not_be_reached_is_there() -> None:
    assert any(row["transcript_uri"] == "../escape.json" for row in table("files.csv"))
    assert json.loads((SAMPLES / "escape.json").read_text(encoding="utf-8"))["words"]


@pytest.mark.parametrize(
    ("value", "said"),
    [(7, "seven"), (40, "forty"), (115, "one hundred fifteen"), (2007, "two thousand seven")],
)
def test_numbers_are_said(value: int, said: str) -> None:
    assert number(value) == said


def test_ordinals_are_said() -> None:
    assert [ordinal(value) for value in (1, 12, 20, 23)] == [
        *("first", "twelfth", "twentieth", "twenty third"),
    ]


class Chance:
    """Stands in for `random.Random` with a fixed outcome."""

    def __init__(self, value: float) -> None:
        self.value = value

    def random(self) -> float:
        return self.value

    def choice(self, options: Any) -> Any:
        return options[0]


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.1, "fifty five oh one"), (0.4, "five five oh one"), (0.9, "double five oh one")],
)
def test_digits_are_said_in_several_ways(value: float, said: str) -> None:
    assert digits("5501", Chance(value)) == said  # type: ignore[arg-type]


def test_addresses_names_and_times_are_said() -> None:
    chance: Any = Chance(0.4)
    assert handle("a.ruiz7@example.com", chance) == "a dot ruiz seven at example dot com"
    assert spelled("Bo", chance, aid="as in") == "b as in boy o as in orange"
    assert spelled("Bo", chance, aid="nato") == "bravo oscar"
    assert clock(16, 20, chance) == "four twenty p m"


def test_luhn() -> None:
    assert luhn_agrees("4111111111111111")
    assert not luhn_agrees("4111111111111112")


def test_assembling_folds_blanks_and_keeps_offsets() -> None:
    text, spans = assemble((Piece(" It's  "), Piece(" Ana  Ruiz ", "PERSON"), Piece(" , yes")))
    assert text == "It's Ana Ruiz , yes"
    assert [(text[span.start : span.end], span.label) for span in spans] == [("Ana Ruiz", "PERSON")]
