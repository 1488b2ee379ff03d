"""`retention sweep`: what is left of one that was killed, and of two at once."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from clearshard.errors import NotAnObject
from clearshard.lifecycle.retention.receipts import Outcome, is_receipt
from clearshard.run.output.lock import run_lock
from clearshard.storage.local import LocalStore
from clearshard.storage.store import VersionTag
from clearshard.storage.uris import named_in_memory

from ..audit.building import Output, Row
from .keeping import ONE_OF_EACH, Keeping
from .sweeping import (
    DUE,
    Killed,
    answer_of,
    dying,
    each_of,
    names,
    overdue,
    receipts_of,
    run,
    stored,
    sweep,
    told,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("after", range(13))
def test_killed_at_any_moment_and_swept_again_all_is_gone_and_accounted_for(
    kept: Keeping, output: Output, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clearshard.run.retention.sweeping._BATCH", 2)
    inventory = each_of(kept)
    with monkeypatch.context() as patch:
        next(dying(patch, after))
        try:
            finished = sweep(kept, inventory, "--execute") == 0
        except Killed:
            finished = False
    assert finished == (after >= 11)  # two batches: begun, 2 deleted, receipt, tidied; and told
    assert sweep(kept, inventory, "--execute") == 0
    assert names(kept) == {row["artefact_id"] for row in ONE_OF_EACH} - {*DUE}
    receipts = receipts_of(kept)
    gone = Counter(
        entry.artefact_id
        for receipt in receipts.values()
        for entry in receipt.artefacts
        if entry.outcome is Outcome.DELETED
    )
    assert gone == Counter(DUE)
    assert told(output) == Counter(receipts.keys())
    assert run("audit", "verify", "--out", output.out) == 0


def test_what_was_begun_below_a_root_that_is_none_any_more_is_not_forgotten(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    with monkeypatch.context() as patch:
        next(dying(patch, 2))
        with pytest.raises(Killed):
            sweep(kept, inventory, "--execute")
    (kept.folder / "other").mkdir()
    kept.configure('[retention]\nroots = ["other"]\n')
    capsys.readouterr()
    assert sweep(kept, inventory, "--execute") == 4
    told = capsys.readouterr().err
    assert "name it in retention.roots" in told
    assert f"--give-up {kept.store}" in told
    # Somebody who says that it is gone for good says nothing of what was in it.
    assert sweep(kept, inventory, "--execute", "--give-up", kept.store) == 0
    [receipt] = receipts_of(kept).values()
    assert receipt.settled
    assert {(e.outcome, e.error) for e in receipt.artefacts} == {(Outcome.FAILED, "RootGivenUp")}


def _killed_half_way(kept: Keeping, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The inventory; two of four artefacts are gone, and no receipt says so."""
    inventory = each_of(kept)
    with monkeypatch.context() as patch:
        next(dying(patch, 3))
        with pytest.raises(Killed):
            sweep(kept, inventory, "--execute")
    assert len(names(kept)) == len(ONE_OF_EACH) - 2
    return inventory


def _gone(kept: Keeping) -> Counter[str]:
    return Counter(
        entry.artefact_id
        for receipt in receipts_of(kept).values()
        for entry in receipt.artefacts
        if entry.outcome is Outcome.DELETED
    )


@pytest.mark.parametrize("has_been_swept", [False, True])
def test_a_root_that_is_not_mounted_is_not_one_from_which_all_is_gone(
    kept: Keeping,
    has_been_swept: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    aside = kept.folder / "aside"
    inventory = _killed_half_way(kept, monkeypatch)
    kept.store.rename(aside)
    kept.store.mkdir()
    if has_been_swept:  # once, when nothing was mounted
        LocalStore(kept.store).place_id()
    capsys.readouterr()
    assert sweep(kept, inventory, "--execute") == 4
    assert "not mounted" in capsys.readouterr().err
    assert [p.name for p in (kept.folder / "retention-receipts").glob("*[0-9].json")] == []
    for path in (kept.store, aside):
        path.rename(kept.folder / f"{path.name} then")
    (kept.folder / "aside then").rename(kept.store)
    assert sweep(kept, inventory, "--execute") == 0
    assert _gone(kept) == Counter(DUE)


def test_a_root_that_goes_during_the_sweep_is_not_one_from_which_all_is_gone(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    delete, aside = LocalStore.delete_if_unchanged, kept.folder / "aside"

    def unmounted(store: LocalStore, key: str, tag: VersionTag) -> None:
        if not aside.exists():
            kept.store.rename(aside)
            kept.store.mkdir()
        delete(store, key, tag)

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "delete_if_unchanged", unmounted)
        assert sweep(kept, inventory, "--execute") == 4
    assert "mounted" in capsys.readouterr().err
    kept.store.rename(kept.folder / "mount point")
    aside.rename(kept.store)
    assert len(names(kept)) == len(ONE_OF_EACH)
    assert sweep(kept, inventory, "--execute") == 0
    assert _gone(kept) == Counter(DUE)


def test_a_root_is_known_whatever_it_is_called_by_now(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory = _killed_half_way(kept, monkeypatch)
    kept.store.rename(kept.folder / "moved")
    kept.configure('[retention]\nroots = ["moved"]\n')
    assert sweep(kept, inventory, "--execute") == 0
    assert _gone(kept) == Counter(DUE)
    settled = [receipt for receipt in receipts_of(kept).values() if receipt.settled]
    assert [e.root for e in settled[0].artefacts] == [str(kept.store)] * 4


def test_of_a_root_and_its_copies_the_name_decides(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a copy", "later"):
        (kept.folder / name).mkdir()
    inventory = _killed_half_way(kept, monkeypatch)
    for name in ("a copy", "later"):
        shutil.copytree(kept.store, kept.folder / name, dirs_exist_ok=True)
        (kept.folder / name / "asked-for.json").unlink(missing_ok=True)
    kept.configure('[retention]\nroots = ["a copy", "later"]\n')
    assert sweep(kept, inventory, "--execute") == 4
    kept.configure('[retention]\nroots = ["a copy", "kept", "later"]\n')
    assert sweep(kept, inventory, "--execute") == 0
    [settled] = [receipt for receipt in receipts_of(kept).values() if receipt.settled]
    assert sum(entry.outcome is Outcome.DELETED for entry in settled.artefacts) == 2


def test_a_bucket_that_is_another_one_is_not_one_from_which_all_is_gone(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.configure('[retention]\nroots = ["memory://kept"]\n')
    inventory = kept.inventory([overdue("memory://kept/a.json")])
    with named_in_memory("kept") as store:
        store.put_if_absent("a.json", b"said")
        with monkeypatch.context() as patch:
            next(dying(patch, 1))  # the bucket is not counted: gone, and no receipt
            with pytest.raises(Killed):
                sweep(kept, inventory, "--execute")
        assert store.head("a.json") is None
    with named_in_memory("kept"):
        assert sweep(kept, inventory, "--execute") == 4


def test_what_was_begun_before_roots_were_known_is_believed_of_none(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory = _killed_half_way(kept, monkeypatch)
    [begun] = (kept.folder / "retention-receipts").glob("*.begun.json")
    earlier = json.loads(begun.read_text())
    del earlier["places"], earlier["ledger"]
    begun.write_text(json.dumps(earlier))
    assert sweep(kept, inventory, "--execute") == 4
    assert sweep(kept, inventory, "--execute", "--give-up", kept.store) == 0


def test_a_folder_that_was_mounted_over_since_says_nothing_of_what_was_in_it(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        stored(kept, f"inner/{name}.json")
    rows = [overdue(f"inner/{name}.json", artefact_id=name) for name in ("a", "b")]
    with monkeypatch.context() as patch:
        next(dying(patch, 2))
        with pytest.raises(Killed):
            sweep(kept, kept.inventory(rows), "--execute")

    def other_disk(opened: object, folder: str) -> None:
        if folder == "inner":
            raise NotAnObject

    with monkeypatch.context() as patch:
        patch.setattr("clearshard.storage.local.require_one_disk", other_disk)
        # One is still there, and nothing on that disk is deleted.
        assert sweep(kept, kept.inventory(rows), "--execute") == 1
    [receipt] = receipts_of(kept).values()
    assert [(e.outcome, e.error) for e in receipt.artefacts] == [
        (Outcome.FAILED, "NotAnObject")
    ] * 2
    assert len(names(kept)) == 1


def test_jobs_that_share_a_folder_of_receipts_leave_each_other_alone(
    kept: Keeping, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    _killed_half_way(kept, monkeypatch)
    other = Output(kept.folder / "other-out")
    other.publish("b", [Row("g")])
    (kept.folder / "other").mkdir()
    (kept.folder / "other" / "a.json").write_text("a")
    first = kept.config.read_text()
    kept.configure('[output]\nfolder = "other-out"\n[retention]\nroots = ["other"]\n')
    assert sweep(kept, kept.inventory([overdue("a.json")], "b.jsonl"), "--execute") == 0
    [of_the_other] = (kept.folder / "retention-receipts").glob("*[0-9].json")
    assert told(other) == Counter([of_the_other.name])
    kept.config.write_text(first)
    assert sweep(kept, each_of(kept), "--execute") == 0
    assert told(output) == Counter(receipts_of(kept).keys() - {of_the_other.name})


def test_however_many_receipts_a_sweep_has_each_is_one() -> None:
    for number in (0, 99_999, 100_000, 12_345_678):
        assert is_receipt(f"20260601T120000Z-0a1b2c3d-{number:05d}.json")
    assert not is_receipt("20260601T120000Z-0a1b2c3d-00000.begun.json")
    assert not is_receipt("20260601T120000Z-0a1b2c3d-00000.confirmed.json")


def test_an_edited_receipt_of_what_was_begun_stops_the_sweep(kept: Keeping) -> None:
    inventory = each_of(kept)
    folder = kept.folder / "retention-receipts"
    folder.mkdir(mode=0o700)
    (folder / "x-00000.begun.json").write_text("{}")
    assert sweep(kept, inventory, "--execute") == 5
    assert len(names(kept)) == len(ONE_OF_EACH)


def test_two_sweeps_at_once_are_one_too_many(kept: Keeping) -> None:
    inventory = each_of(kept)
    folder = kept.folder / "retention-receipts"
    folder.mkdir(mode=0o700)
    with run_lock(folder / "sweep.lock"):
        assert sweep(kept, inventory, "--execute") == 6
    assert len(names(kept)) == len(ONE_OF_EACH)
    assert sweep(kept, inventory, "--execute") == 0


def test_the_ledger_is_told_once(
    kept: Keeping, output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    for count in (1, 0):
        assert sweep(kept, inventory, "--execute", "--json") == 0
        assert answer_of(capsys)["receipts_told"] == count
        assert told(output) == Counter(receipts_of(kept).keys())
    assert run("audit", "verify", "--out", output.out) == 0


def test_without_the_key_of_the_ledger_nothing_is_deleted(kept: Keeping, output: Output) -> None:
    inventory = each_of(kept)
    (kept.folder / "clearshard-signing.key").unlink()
    assert sweep(kept, inventory, "--execute") == 2
    assert len(names(kept)) == len(ONE_OF_EACH)
