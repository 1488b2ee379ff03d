"""`retention sweep`: what goes, what stays, and what is told of it."""

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from clearshard.lifecycle.retention.receipts import Outcome, Removed, is_begun
from clearshard.run.retention.due import kept_places
from clearshard.storage.local import LocalStore

from .keeping import AS_OF, DAY, HOUR, ONE_OF_EACH, THEN, Keeping
from .sweeping import (
    DUE,
    ROOTS,
    answer_of,
    each_of,
    names,
    overdue,
    receipts_of,
    run,
    stored,
    sweep,
)


def test_nothing_is_deleted_unless_it_is_said(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    before = sorted(path.name for path in kept.folder.rglob("*"))
    assert sweep(kept, inventory, "--json") == 0
    answer = answer_of(capsys)
    assert (answer["executed"], answer["due"], answer["deleted"]) == (False, 4, 4)
    assert sorted(path.name for path in kept.folder.rglob("*")) == before
    assert sweep(kept, inventory) == 0
    assert "would be deleted (nothing is, without --execute)" in capsys.readouterr().out


def test_what_is_due_goes_with_a_receipt_and_all_else_stays(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    assert sweep(kept, inventory, "--execute", "--actor", "keeper", "--json") == 0
    answer = answer_of(capsys)
    assert (answer["deleted"], answer["left"]) == (4, {})
    assert names(kept) == {row["artefact_id"] for row in ONE_OF_EACH} - {*DUE}
    [receipt] = receipts_of(kept).values()
    assert (receipt.actor, receipt.as_of) == ("keeper", "2026-06-01T12:00:00Z")
    assert receipt.finished_at is not None
    assert receipt.begun_at <= receipt.finished_at
    gone = {entry.artefact_id: entry for entry in receipt.artefacts}
    assert {*gone} == {*DUE}
    for name, entry in gone.items():
        assert entry.outcome is Outcome.DELETED
        assert entry.sha256 == hashlib.sha256(name.encode()).hexdigest()
        assert (entry.size_bytes, entry.key) == (len(name), f"{name}.json")
    assert gone["begun"].clause == "uploaded-audio-neither"
    assert gone["asked-for"].state == "breach"
    # Nothing of what was in them, and for this user's eyes alone.
    folder = kept.folder / "retention-receipts"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_a_second_sweep_finds_nothing_to_do(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    assert sweep(kept, inventory, "--execute") == 0
    before = receipts_of(kept)
    capsys.readouterr()
    assert sweep(kept, inventory, "--execute", "--json") == 0
    answer = answer_of(capsys)
    assert (answer["deleted"], answer["left"]) == (0, {"not_there": 4})
    assert receipts_of(kept) == before


def test_to_ask_for_the_future_deletes_nothing_early(kept: Keeping) -> None:
    accounts = kept.folder / "accounts.csv"
    now = Path(kept.store).stat().st_mtime
    fresh = AS_OF.fromtimestamp(now, AS_OF.tzinfo)
    accounts.write_text(accounts.read_text().replace("2026-06-01T03:00:00Z", fresh.isoformat()))
    row = {"kind": "uploaded_audio", "created_at": fresh - HOUR, "uri": "young.json"}
    stored(kept, "young.json")
    inventory = kept.inventory([row])
    then = (fresh + 30 * DAY).isoformat()
    command = ("retention", "sweep", inventory, "--config", kept.config, "--as-of", then)
    assert run(*command, "--execute") == 0
    assert names(kept) == {"young"}


def test_what_was_changed_since_its_digest_was_taken_is_left(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stored(kept, "a.json")
    put = LocalStore.put_if_absent

    def changed(store: LocalStore, key: str, data: bytes) -> Any:
        if is_begun(key):
            stored(kept, "a.json", b"something else, of somebody else")
        return put(store, key, data)

    monkeypatch.setattr(LocalStore, "put_if_absent", changed)
    assert sweep(kept, kept.inventory([overdue("a.json")]), "--execute", "--json") == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out.splitlines()[-1])["left"] == {"changed": 1}
    assert names(kept) == {"a"}
    [receipt] = receipts_of(kept).values()
    assert [entry.outcome for entry in receipt.artefacts] == [Outcome.LEFT]


def test_a_large_artefact_is_read_in_blocks(kept: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clearshard.lifecycle.retention.removal._BLOCK_BYTES", 1000)
    content = os.urandom(4321)
    stored(kept, "a.json", content)
    stored(kept, "empty.json", b"")
    rows = [overdue("a.json"), overdue("empty.json", artefact_id="e")]
    assert sweep(kept, kept.inventory(rows), "--execute") == 0
    [receipt] = receipts_of(kept).values()
    assert [entry.sha256 for entry in receipt.artefacts] == [
        hashlib.sha256(content).hexdigest(),
        hashlib.sha256(b"").hexdigest(),
    ]


def _refusing(monkeypatch: pytest.MonkeyPatch, call: str, name: str) -> None:
    """As if this user might not do that with one file; tests may run as somebody who may all."""
    do = getattr(os, call)

    def refusing(path: object, *arguments: Any, **more: Any) -> Any:
        if path == name:
            raise PermissionError(errno.EACCES, "not yours")
        return do(path, *arguments, **more)

    monkeypatch.setattr(os, call, refusing)


@pytest.mark.parametrize(
    ("call", "name"), [("stat", "late.json"), ("open", "late.json"), ("unlink", "late.json")]
)
def test_an_object_without_permission_fails_and_the_others_go(
    kept: Keeping,
    call: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    inventory = each_of(kept)
    with monkeypatch.context() as patch:
        _refusing(patch, call, name)
        assert sweep(kept, inventory, "--execute", "--json") == 1
    captured = capsys.readouterr()
    answer = json.loads(captured.out.splitlines()[-1])
    assert (answer["deleted"], answer["left"]) == (3, {"failed": 1})
    assert answer["faulty"] == [{"artefact_id": "late", "why": "ObjectDenied"}]
    assert "late (ObjectDenied)" in captured.err
    assert "late" in names(kept)
    assert sweep(kept, inventory, "--execute") == 0
    assert "late" not in names(kept)


def test_what_has_another_name_is_not_gone_when_it_loses_one(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    other = kept.folder / "another name"
    os.link(kept.store / "late.json", other)
    assert sweep(kept, inventory, "--execute", "--json") == 1
    answer = answer_of(capsys)
    assert (answer["deleted"], answer["left"]) == (3, {"failed": 1})
    assert answer["faulty"] == [{"artefact_id": "late", "why": "ObjectShared"}]
    assert "late" in names(kept)  # by which the other one can be found
    assert {entry.artefact_id: str(entry.outcome) for entry in _entries(kept)}["late"] == "failed"
    other.unlink()
    assert sweep(kept, inventory, "--execute") == 0
    assert "late" not in names(kept)


def _entries(kept: Keeping) -> list[Removed]:
    return [entry for receipt in receipts_of(kept).values() for entry in receipt.artefacts]


def test_an_inventory_that_would_empty_the_store_deletes_nothing(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four of seven, and a setting that says half."""
    inventory = each_of(kept)
    kept.configure('[retention]\nroots = ["kept"]\nmax_sweep_share = 0.5\n')
    assert sweep(kept, inventory, "--json") == 0
    assert "4 of 7 artefacts" in answer_of(capsys)["too_much"]
    assert sweep(kept, inventory, "--execute") == 3
    assert "Nothing was deleted" in capsys.readouterr().err
    assert len(names(kept)) == len(ONE_OF_EACH)
    # What the inventory does not name counts as well: it is there.
    stored(kept, "one more.json")
    assert sweep(kept, inventory) == 0
    assert "would be deleted: 4" not in capsys.readouterr().out
    (kept.store / "one more.json").unlink()
    assert sweep(kept, inventory, "--execute", "--accept-share") == 0
    assert len(names(kept)) == len(ONE_OF_EACH) - 4


def test_a_share_of_nothing_allows_nothing(kept: Keeping) -> None:
    kept.configure('[retention]\nroots = ["kept"]\nmax_sweep_share = 0\n')
    assert sweep(kept, each_of(kept), "--execute") == 3
    assert sweep(kept, kept.inventory([{"uri": "kept.json"}]), "--execute") == 0


def test_an_inventory_that_is_changed_meanwhile_deletes_nothing(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)

    def changed(*arguments: Any) -> Any:
        with inventory.open("a") as file:
            file.write(file_of_one)
        return kept_places(*arguments)

    file_of_one = inventory.read_text().splitlines(keepends=True)[0]
    monkeypatch.setattr("clearshard.run.retention.sweeping.kept_places", changed)
    assert sweep(kept, inventory, "--execute") == 4
    assert "changed while" in capsys.readouterr().err
    assert len(names(kept)) == len(ONE_OF_EACH)


def test_what_comes_after_it_was_counted_waits_for_the_next_sweep(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.configure(f'{ROOTS}keys = "{{account_id}}/{{kind}}/{{created_at}}/{{artefact_id}}.*"\n')
    then = (AS_OF - 9 * DAY).isoformat()
    stored(kept, f"short/final_transcript/{then}/a.json")

    def late(deleted: int, *_: object) -> None:
        assert deleted == 1
        stored(kept, f"short/final_transcript/{then}/b.json")

    with monkeypatch.context() as patch:
        patch.setattr("clearshard.run.retention.sweeping._too_much", late)
        command = ("retention", "sweep", "--config", kept.config, *THEN, "--execute")
        assert run(*command, "--json") == 0
    assert answer_of(capsys)["left"] == {"later": 1}
    assert run(*command) == 0
    assert names(kept) == set()


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ("ttl", "ttl_seconds"),
        ("TTL_Hours", "ttl_seconds"),
        ("expires_at", "ttl_seconds"),
        ("retention_days", "ttl_seconds"),
        ("deleted_at", "deletion_requested_at"),
        ("deletion_date", "deletion_requested_at"),
        ("erasure_requested", "deletion_requested_at"),
        ("llm_provider", "gateway_provider"),
        ("path", "uri"),
        ("s3_uri", "uri"),
    ],
)
def test_a_column_that_says_the_same_by_another_name_is_refused(
    kept: Keeping, column: str, wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = kept.inventory([overdue("a.json", **{column: None})])
    stored(kept, "a.json")
    for verb in ("plan", "sweep"):
        assert run("retention", verb, inventory, "--config", kept.config, *THEN) == 4
        assert f"what {wanted} does" in capsys.readouterr().err
    # A person has decided that it is something else.
    text = kept.config.read_text()
    kept.config.write_text(text.replace("[sources]", f'[sources]\nignored_columns = ["{column}"]'))
    assert sweep(kept, inventory, "--execute") == 0
    assert names(kept) == set()


@pytest.mark.parametrize(
    ("provider", "state"),
    [("Google", "breach"), ("google-vertex", "unknown"), ("vertex", "unknown"), ("", "unknown")],
)
def test_a_provider_that_the_page_does_not_name_is_not_known(
    kept: Keeping, provider: str, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"account_id": "under-baa", "kind": "gateway_input", "gateway_provider": provider}
    assert (
        run(*("retention", "plan", kept.inventory([row]), "--config", kept.config, *THEN), "--json")
        == 0
    )
    [listed] = answer_of(capsys)["rows"]
    assert listed["state"] == state
    assert ("unknown_gateway_provider" in listed["unknown"]) == (state == "unknown")
