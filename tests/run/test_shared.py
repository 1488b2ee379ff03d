"""Files that are one file, or hold the same, under several names."""

import hashlib
import json
import os
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clearshard import layout
from clearshard.audit.verify import verify
from clearshard.config import default_policy_text
from clearshard.records.run import Holds
from clearshard.run import links, partitions
from clearshard.run.job import RunResult
from clearshard.run.options import RunOptions
from clearshard.run.resume.wishes import NO_WISHES, Wishes
from clearshard.storage.sources import stat_inside

from ..audit.reference import decisions_of
from ..eligibility.test_own import policy_text, rule
from .world import AS_OF, World, small_world, transcript


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


def _nameless(*turns: str) -> bytes:
    """A transcript without an id of its own."""
    return json.dumps(transcript(*turns)).encode()


SPEECH = _nameless("this must not be read", "unreadworthy")


def _path(world: World, name: str) -> Path:
    return world.root / "transcripts" / name


def _link(world: World, old: str, new: str) -> None:
    _path(world, new).unlink(missing_ok=True)
    _path(world, new).hardlink_to(_path(world, old))


def _result(world: World, wishes: Wishes = NO_WISHES, workers: int = 1) -> RunResult:
    return world.result(RunOptions(world.out, AS_OF, workers, False, wishes))


def _kinds(world: World, result: RunResult) -> dict[str, Any]:
    """State and kind of quarantine by file id."""
    rows = decisions_of(world.out, result.record.run_id)
    return {row["file_id"]: (row["state"], row["error_type"]) for row in rows}


def _shards(world: World, result: RunResult) -> dict[str, bytes]:
    folder = world.out / "shards"
    return {s.name: (folder / s.name).read_bytes() for s in result.record.shards}


def test_a_hard_link_to_an_excluded_file_is_never_used(world: World) -> None:
    _path(world, "out-0.json").write_bytes(SPEECH)
    _link(world, "out-0.json", "good-0.json")
    result = _result(world)
    assert _kinds(world, result)["good-0"] == ("quarantined", "SharedFile")
    assert _kinds(world, result)["out-0"] == ("excluded", None)
    assert not any("unreadworthy" in text for text in world.texts())
    assert result.record.counts.written == 4
    assert verify(world.out).faults == ()
    assert _result(world).unchanged


def test_a_hard_link_to_a_container_is_the_container(world: World) -> None:
    records = [transcript("one two", "three", id=f"r{n}") for n in range(9)]
    _path(world, "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    _link(world, "a.jsonl", "b.jsonl")
    uris = {"out-0": "a.jsonl#r1", "good-0": "b.jsonl#r1", "good-1": "b.jsonl#r2"}
    uris |= {"good-2": "a.jsonl#r3", "good-3": "b.jsonl#r3"}
    for entry in world.files:
        entry["transcript_uri"] = uris.get(entry["file_id"], entry["transcript_uri"])
    world.write()
    kinds = _kinds(world, _result(world))
    assert kinds["good-0"] == ("quarantined", "SharedFile")
    assert kinds["good-1"] == ("written", None)
    assert kinds["good-2"] == kinds["good-3"] == ("quarantined", "SharedFile")


def test_a_container_of_one_record_is_that_transcript_under_another_name(world: World) -> None:
    record = json.dumps(transcript("this must not be read", "unreadworthy", id="good-0"))
    _path(world, "c.jsonl").write_text(record)
    _link(world, "c.jsonl", "good-0.json")
    _path(world, "d.jsonl").write_text(record.replace("good-0", "good-1"))
    _link(world, "d.jsonl", "good-1.json")
    uris = {"out-0": "c.jsonl#good-0", "good-2": "d.jsonl#r", "good-3": "d.jsonl#s"}
    for entry in world.files:
        entry["transcript_uri"] = uris.get(entry["file_id"], entry["transcript_uri"])
    world.write()
    kinds = _kinds(world, _result(world))
    assert kinds["good-0"] == kinds["good-1"] == ("quarantined", "SharedFile")
    assert not any("unreadworthy" in text for text in world.texts())


def test_a_hard_link_to_a_file_that_two_rows_name_is_never_used(world: World) -> None:
    _link(world, "good-1.json", "good-0.json")
    _path(world, "good-1.json").write_bytes(SPEECH)
    world.files.append(dict(world.files[1]))
    world.write()
    kinds = _kinds(world, _result(world))
    assert kinds["good-0"] == ("quarantined", "SharedFile")
    assert kinds["good-1"][0] == "quarantined"


def test_a_name_that_no_row_bears_takes_nothing_away(world: World) -> None:
    """Backups hold every file a second time, or are such a second time themselves."""
    (world.root / "yesterday").mkdir()
    for path in (world.root / "transcripts").iterdir():
        (world.root / "yesterday" / path.name).hardlink_to(path)
        _path(world, f"old-{path.name}").hardlink_to(path)
    assert _result(world).record.counts.written == 5


def test_where_the_case_of_names_is_folded_a_name_is_two(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _path(world, "out-0.json").write_bytes(SPEECH)
    for entry in world.files:
        if entry["file_id"] == "good-0":
            entry["transcript_uri"] = "OUT-0.json"
    world.write()
    look = stat_inside

    def folded(root: Path, uri: str) -> os.stat_result | None:
        return look(root, uri.lower())

    monkeypatch.setattr(links, "stat_inside", folded)
    _path(world, "OUT-0.json").write_bytes(SPEECH)  # what this file system cannot do
    kinds = _kinds(world, _result(world))
    assert kinds["good-0"] == ("quarantined", "SharedFile")
    assert kinds["good-1"] == ("written", None)


def _form(name: str) -> str:
    return unicodedata.normalize("NFD", name)


def _case(name: str) -> str:
    """One that makes one letter of an "ß", as most file systems do."""
    return _form(name).lower()


@pytest.mark.parametrize(
    ("first", "path", "other", "same"),
    [
        ("0001", "OUT-0.json", "out-0.json", _case),  # no letter: it says nothing of its folder
        ("2026/here.json", "OUT-0.json", "out-0.json", _case),  # ext4 has folders of both kinds
        ("straße.json", "OUT-0.json", "out-0.json", _case),
        ("here.json", "Renée.json", _form("renée.json"), _case),
        ("here.json", "Renée/1.json", _form("Renée/1.json"), _form),
        # The file's own folder has one name for a file, the one above it several.
        ("here.json", "January/1.json", "january/1.json", _case),
        ("2026", "Москва/1.json", "москва/1.json", _case),
        ("here.json", "Renée/é.json", f"{_form('Renée')}/é.json", _form),
    ],
)
def test_a_file_system_may_fold_some_names_and_not_others(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
    path: str,
    other: str,
    same: Callable[[str], str],
) -> None:
    """Here it is the transcripts folder itself that does, and no folder in it."""
    uris = {"good-0": first, "good-1": path, "out-0": other}
    for entry in world.files:
        entry["transcript_uri"] = uris.get(entry["file_id"], entry["transcript_uri"])
    world.write()
    for name in (first, path):
        _path(world, name).parent.mkdir(exist_ok=True)
    _path(world, first).write_bytes(_nameless("good morning", "my lamp is broken"))
    _path(world, path).write_bytes(SPEECH)
    look = stat_inside

    def folded(root: Path, uri: str) -> os.stat_result | None:
        name, _, below = uri.partition("/")
        for entry in root.iterdir():
            if same(entry.name) == same(name):
                return look(root, f"{entry.name}/{below}" if below else entry.name)
        return None

    monkeypatch.setattr(links, "stat_inside", folded)
    kinds = _kinds(world, _result(world))
    assert kinds["good-0"] == ("written", None)
    assert kinds["good-1"] == ("quarantined", "SharedFile")


def test_a_folder_that_is_mounted_twice_is_noticed(tmp_path: Path) -> None:
    root = tmp_path / "all of them"
    root.mkdir()
    mounts = tmp_path / "mounts"
    own = str(root.resolve()).replace(" ", "\\040")
    lines = [
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
        f"23 22 8:2 / {own} rw - ext4 /dev/sdb rw",
        f"24 23 8:3 / {own}/january rw - ext4 /dev/sdc rw",
        f"25 22 8:1 /x {own}-not rw - ext4 /dev/sda1 rw",
    ]
    mounts.write_text("\n".join(lines))
    assert not links.Mounts.below(root, mounts).twice
    mounts.write_text("\n".join([*lines, f"26 23 8:3 /j {own}/j rw - ext4 /dev/sdc rw"]))
    assert links.Mounts.below(root, mounts).twice
    mounts.write_text("\n".join([*lines, f"27 23 8:2 /j {own}/j rw - ext4 /dev/sdb rw"]))
    assert links.Mounts.below(root, mounts).twice
    assert not links.Mounts.below(root, mounts).layered
    mounts.write_text("\n".join([*lines, f"28 23 0:50 / {own}/o rw - overlay overlay rw"]))
    assert links.Mounts.below(root, mounts) == links.Mounts(twice=True, layered=True)
    mounts.write_text(lines[0].replace("ext4", "overlay"))
    assert links.Mounts.below(root, mounts) == links.Mounts(twice=False, layered=False)
    # Linux has that list: who cannot read it does not know.
    assert links.Mounts.below(root, tmp_path / "none").twice == (sys.platform == "linux")


def test_an_overlay_shows_files_that_lie_elsewhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a device of its own, and the inodes of what it shows."""
    uris = {"good-0": "over/1.json", "out-0": "below/1.json"}
    for entry in world.files:
        entry["transcript_uri"] = uris.get(entry["file_id"], entry["transcript_uri"])
    world.write()
    for name in uris.values():
        _path(world, name).parent.mkdir()
        _path(world, name).write_bytes(SPEECH)
    look = stat_inside

    def layered(root: Path, uri: str) -> os.stat_result | None:
        found = look(root, uri.replace("over/", "below/"))
        if found is None or not uri.startswith("over/"):
            return found
        times = {"st_mtime_ns": found.st_mtime_ns, "st_ctime_ns": found.st_ctime_ns}
        return os.stat_result((*found[:2], found.st_dev + 1, *found[3:]), times)

    monkeypatch.setattr(links, "stat_inside", layered)
    monkeypatch.setattr(links.Mounts, "below", lambda _: links.Mounts(twice=True, layered=True))
    kinds = _kinds(world, _result(world))
    assert kinds["good-0"] == ("quarantined", "SharedFile")
    assert kinds["good-1"] == ("written", None)


def test_content_of_two_accounts_is_nobodys(world: World) -> None:
    """Without an id of its own, nothing says whose speech it is."""
    for name in ("good-0", "other-0", "good-1", "good-2"):
        same = name in ("good-0", "other-0")
        turns = ("this must not be read", "unreadworthy") if same else ("how are you", "fine")
        _path(world, f"{name}.json").write_bytes(_nameless(*turns))
    result = _result(world, workers=2)
    kinds = _kinds(world, result)
    assert kinds["good-0"] == kinds["other-0"] == ("quarantined", "SharedContent")
    # One account's own, twice.
    assert kinds["good-1"] == kinds["good-2"] == ("written", None)
    assert not any("unreadworthy" in text for text in world.texts())
    assert verify(world.out).faults == ()
    assert _result(world).unchanged
    again = _result(world, Wishes(retry_quarantined=True))
    assert _kinds(world, again)["good-0"] == ("quarantined", "SharedContent")
    assert _shards(world, again) == _shards(world, result)


def test_a_file_that_bears_another_ones_id_takes_nothing_away(world: World) -> None:
    _path(world, "good-0.json").write_bytes(_path(world, "other-0.json").read_bytes())
    kinds = _kinds(world, _result(world))
    assert kinds["good-0"] == ("quarantined", "id")
    assert kinds["other-0"] == ("written", None)
    world.accounts[0]["opted_out"] = "true"
    world.write()
    assert _kinds(world, _result(world))["other-0"] == ("written", None)


def test_a_file_that_bears_the_id_of_an_excluded_one_does_not_keep_that_out(world: World) -> None:
    _result(world)
    world.accounts[1]["opted_out"] = "true"
    world.write()
    _path(world, "good-0.json").write_bytes(_path(world, "other-0.json").read_bytes())
    assert _kinds(world, _result(world))["good-0"] == ("quarantined", "id")
    world.accounts[1]["opted_out"] = "false"
    world.write()
    assert _kinds(world, _result(world))["other-0"] == ("written", None)


def test_what_a_file_held_before_it_was_excluded_comes_in_by_no_other(world: World) -> None:
    _path(world, "other-0.json").write_bytes(SPEECH)
    first = _result(world)
    assert _kinds(world, first)["other-0"] == ("written", None)

    world.accounts[1]["opted_out"] = "true"
    _path(world, "good-0.json").write_bytes(SPEECH)
    world.write()
    kinds = _kinds(world, _result(world))
    assert kinds["other-0"] == ("excluded", None)
    assert kinds["good-0"] == ("quarantined", "ExcludedContent")

    # The excluded file's own decision no longer says what it held.
    _path(world, "good-1.json").write_bytes(SPEECH)
    for wishes in (NO_WISHES, Wishes(retry_quarantined=True)):
        kinds = _kinds(world, _result(world, wishes))
        assert kinds["good-0"] == kinds["good-1"] == ("quarantined", "ExcludedContent")
    assert not any("unreadworthy" in text for text in world.texts())


def test_a_file_of_the_same_account_shares_the_worse_decision(world: World) -> None:
    for name in ("good-0", "good-1"):
        _path(world, f"{name}.json").write_bytes(SPEECH)
    assert _result(world).record.counts.written == 5
    world.files[0]["deletion_requested_at"] = "2026-11-20T00:00:00Z"
    world.write()
    result = _result(world)
    assert _kinds(world, result)["good-1"] == ("quarantined", "ExcludedContent")
    assert result.record.reused == result.record.counts.written == 3
    assert verify(world.out).faults == ()


def test_a_file_is_known_however_its_id_is_written(world: World) -> None:
    """What ids look alike as is compared elsewhere too, and must be in the same way."""
    world.file("CALL 7 Ü", world.accounts[1]["account_id"], SPEECH)
    world.write()
    assert _kinds(world, _result(world))["CALL 7 Ü"] == ("written", None)

    world.accounts[1]["opted_out"] = "true"
    _path(world, "good-0.json").write_bytes(SPEECH)
    world.write()
    assert _kinds(world, _result(world))["good-0"] == ("quarantined", "ExcludedContent")


def _withheld(world: World) -> None:
    """The transcript of a customer who opts out comes in the name of another."""
    _path(world, "other-0.json").write_bytes(SPEECH)
    assert _kinds(world, _result(world))["other-0"] == ("written", None)
    world.accounts[1]["opted_out"] = "true"
    _path(world, "good-0.json").write_bytes(SPEECH)
    world.write()
    assert _kinds(world, _result(world))["good-0"] == ("quarantined", "ExcludedContent")


def _stays_out(world: World) -> None:
    for wishes in (NO_WISHES, Wishes(retry_quarantined=True)):
        kinds = _kinds(world, _result(world, wishes))
        assert kinds["other-0"] == ("excluded", None)
        assert kinds["good-0"] == ("quarantined", "ExcludedContent")
    assert not any("unreadworthy" in text for text in world.texts())
    assert verify(world.out).faults == ()
    assert _result(world).unchanged


@pytest.mark.parametrize("nights", [1, 3])
def test_what_was_withheld_stays_out_though_its_file_is_missing_for_a_night(
    world: World, nights: int
) -> None:
    _withheld(world)
    _path(world, "good-0.json").unlink()
    for night in range(nights):
        _path(world, "good-1.json").write_bytes(_nameless("good morning", f"it is day {night}"))
        assert _kinds(world, _result(world))["good-0"][0] == "quarantined"
    _path(world, "good-0.json").write_bytes(SPEECH)
    _stays_out(world)


def test_what_was_withheld_stays_out_though_its_account_is_for_a_night(world: World) -> None:
    _withheld(world)
    before = dict(world.accounts[0])
    world.accounts[0]["training_permitted"] = ""
    world.write()
    assert _kinds(world, _result(world))["good-0"] == ("excluded", None)
    world.accounts[0] = before
    world.write()
    _stays_out(world)


def test_what_was_withheld_stays_out_though_no_row_names_it_for_a_night(world: World) -> None:
    _withheld(world)
    files = world.files
    world.files = [entry for entry in files if entry["file_id"] not in ("good-0", "other-0")]
    world.write()
    assert "good-0" not in _kinds(world, _result(world))
    world.files = files
    world.write()
    _stays_out(world)


def test_what_was_withheld_stays_out_though_another_transcript_was_there(world: World) -> None:
    _withheld(world)
    _path(world, "good-0.json").write_bytes(_nameless("good morning", "my lamp is broken"))
    assert _kinds(world, _result(world))["good-0"] == ("written", None)
    _path(world, "good-0.json").write_bytes(SPEECH)
    _stays_out(world)


def test_what_was_withheld_is_listed_under_the_key(world: World) -> None:
    """Once, in the newest run, and nobody reads from it what it was."""
    _withheld(world)
    _path(world, "good-1.json").write_bytes(SPEECH)
    record = _result(world).record
    [listed] = [file for file in record.decisions if file.holds is Holds.WITHHELD]
    assert (listed.run_id, listed.row_count) == (record.run_id, 1)
    content = (world.out / layout.DECISIONS / listed.name).read_bytes()
    digest = hashlib.sha256(SPEECH).digest()
    assert digest[:8] not in content
    assert digest.hex().encode() not in content


def test_what_a_refused_file_holds_stays_out_when_it_is_refused_no_more(world: World) -> None:
    """On the night of the exclusion the copy was refused for something else."""
    _path(world, "other-0.json").write_bytes(SPEECH)
    _result(world)
    world.accounts[1]["opted_out"] = "true"
    _path(world, "good-0.json").write_bytes(SPEECH)
    few = "\n[limits]\nmax_transcript_words = 2\n"
    world.write(few)
    assert _kinds(world, _result(world))["good-0"][1] != "ExcludedContent"
    world.write()
    _stays_out(world)


@pytest.mark.parametrize("account", ["opted out", "gone", "not permitted"])
def test_what_a_file_held_that_left_the_manifest_comes_in_by_no_other(
    world: World, account: str
) -> None:
    """Exports leave out the files of who opts out, on the same night."""
    _path(world, "other-0.json").write_bytes(SPEECH)
    assert _kinds(world, _result(world))["other-0"] == ("written", None)
    if account == "gone":
        world.accounts.pop(1)
    elif account == "opted out":
        world.accounts[1]["opted_out"] = "true"
    else:
        world.accounts[1]["training_permitted"] = "false"
    world.files = [entry for entry in world.files if entry["file_id"] != "other-0"]
    _path(world, "good-0.json").write_bytes(SPEECH)
    world.write()
    for wishes in (NO_WISHES, NO_WISHES, Wishes(retry_quarantined=True)):
        kinds = _kinds(world, _result(world, wishes))
        assert kinds["good-0"] == ("quarantined", "ExcludedContent")
        assert "other-0" not in kinds
    assert not any("unreadworthy" in text for text in world.texts())
    assert verify(world.out).faults == ()


def test_what_left_is_found_in_every_part_of_what_was_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many files a few are compared at a time."""
    monkeypatch.setattr(partitions, "ROWS_AT_ONCE", 1)
    names = [f"theirs-{number}" for number in range(20)]
    for name in names:
        content = _nameless("this must not be read", f"it is of {name}")
        world.file(name, world.accounts[1]["account_id"], content)
    world.write()
    _result(world)
    world.accounts[1]["opted_out"] = "true"
    world.files = [entry for entry in world.files if entry["file_id"] not in names]
    for name in names:
        content = _path(world, f"{name}.json").read_bytes()
        world.file(f"copy-{name}", world.accounts[0]["account_id"], content)
    world.write()
    kinds = _kinds(world, _result(world))
    assert {kinds[f"copy-{name}"] for name in names} == {("quarantined", "ExcludedContent")}
    assert kinds["good-0"] == ("written", None)


def test_a_file_that_left_the_manifest_and_is_not_denied_may_come_again(world: World) -> None:
    """It was renamed, or given to another account."""
    for name in ("good-0", "other-0"):
        _path(world, f"{name}.json").write_bytes(_nameless("good morning", f"this is {name}"))
    _result(world)
    world.files = [e for e in world.files if e["file_id"] not in ("good-0", "other-0")]
    world.file("renamed", world.accounts[0]["account_id"], _path(world, "good-0.json").read_bytes())
    world.file("given", world.accounts[0]["account_id"], _path(world, "other-0.json").read_bytes())
    world.write()
    kinds = _kinds(world, _result(world))
    assert kinds["renamed"] == kinds["given"] == ("written", None)


def test_what_left_is_denied_by_a_fact_that_is_stored_of_nobody(world: World) -> None:
    """The policy asks for it from now on."""
    (world.root / "ours.toml").write_text(default_policy_text())
    ours = '\n[policy]\nfile = "ours.toml"\n'
    _path(world, "other-0.json").write_bytes(SPEECH)
    world.write(ours)
    assert _kinds(world, _result(world))["other-0"] == ("written", None)
    fact = '[facts.legal_hold]\ntable = "manifest"\ntype = "boolean"\n'
    hold = rule(id='"hold"', reason='"legal_hold_set"', fact='"legal_hold"', denies="{ is = true }")
    (world.root / "ours.toml").write_text(policy_text(fact, hold))
    world.files = [entry for entry in world.files if entry["file_id"] != "other-0"]
    _path(world, "good-0.json").write_bytes(SPEECH)
    world.write(ours)
    header, *rows = (world.root / "files.csv").read_text().splitlines()
    lines = [f"{header},legal_hold", *(f"{row},false" for row in rows)]
    (world.root / "files.csv").write_text("\n".join(lines))
    kinds = _kinds(world, _result(world))
    assert kinds["good-0"] == ("quarantined", "ExcludedContent")
    assert kinds["good-1"] == ("written", None)
