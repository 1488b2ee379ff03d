"""What stores list, as an inventory: every object, with what its key says."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clearshard.sources.artefacts import ARTEFACTS_SCHEMA
from clearshard.sources.listed import KeyPattern, ListedInventory
from clearshard.storage.local import LocalStore

PATTERN = "{account_id}/{kind}/{created_at}/{artefact_id}.*"


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("", "must stand in it"),
        ("{account_id}/{kind}/x", "{created_at} must stand in it"),
        ("{account_id}/{kind}/{created_at}/{size}", "its fields are"),
        ("{account_id}/{kind}/{created_at}/{}", "its fields are"),
        ("{account_id}/{kind}/{created_at}/{deletion_requested_at}", "its fields are"),
        ("{account_id}/{kind}/{created_at}/{", "its fields are"),
        ("{account_id}/{kind}/{created_at}/}", "its fields are"),
        ("{account_id}/{kind}/{created_at}/{kind}", "twice"),
        # Where does the account end?
        ("{account_id}-{kind}/{created_at}", "one field at most"),
        ("{account_id}*/{kind}/{created_at}", "one field at most"),
        ("{account_id}/{kind}/{created_at}.*", "one field at most"),
    ],
)
def test_a_pattern_that_says_too_little_or_not_certainly_is_none(
    pattern: str, problem: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        KeyPattern(pattern)


def test_what_a_key_says() -> None:
    pattern = KeyPattern("v1/acct-{account_id}/{kind}/{created_at}/{artefact_id}.*")
    assert pattern.facts("v1/acct-a.b/final_transcript/2026-06-01T12:00:00Z/t-1.json.gz") == {
        "account_id": "a.b",
        "kind": "final_transcript",
        "created_at": "2026-06-01T12:00:00Z",
        "artefact_id": "t-1",
    }
    for key in (
        "v2/acct-a/final_transcript/2026-06-01T12:00:00Z/t",
        "v1/acct-/final_transcript/2026-06-01T12:00:00Z/t",
        "v1/acct-a/more/final_transcript/2026-06-01T12:00:00Z/t",
        "v1/acct-a/final_transcript/2026-06-01T12:00:00Z/t/more",
        "v1xacct-a/final_transcript/2026-06-01T12:00:00Z/t",
    ):
        assert pattern.facts(key) is None


def test_everything_that_is_there_is_listed_with_what_its_key_says(tmp_path: Path) -> None:
    good = "a/final_transcript/2026-06-01T14:00:00+02:00/t.json"
    for key in (good, "a/final_transcript/yesterday/u.json", "stray.txt", "a/b/c/d/e.json"):
        path = tmp_path / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    stores = [("file:///kept", LocalStore(tmp_path))]
    inventory = ListedInventory(stores, KeyPattern(PATTERN), None)
    for _ in range(2):  # as a sweep does
        [batch] = inventory.batches()
        assert batch.schema == ARTEFACTS_SCHEMA
        [*listed, link] = sorted(batch.to_pylist(), key=lambda row: row["uri"] is None)
        assert (link["artefact_id"], link["malformed"]) == ("link", True)
        rows = {row["uri"].removeprefix("file:///kept/"): row for row in listed}
        assert len(rows) == 4
    row = rows[good]
    assert (row["artefact_id"], row["account_id"], row["kind"]) == ("t", "a", "final_transcript")
    assert row["created_at"] == datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert not row["malformed"]
    assert rows["a/final_transcript/yesterday/u.json"]["created_at"] is None
    assert (rows["stray.txt"]["malformed"], rows["stray.txt"]["artefact_id"]) == (True, "stray.txt")
    assert rows["a/b/c/d/e.json"]["malformed"]
