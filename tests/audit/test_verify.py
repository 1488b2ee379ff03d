"""Is on disk what was recorded: folder, ledger, records, files."""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.faults import Fault
from clearshard.audit.ledger import Ledger
from clearshard.audit.verify import Known, verify
from clearshard.errors import OutputUnusable

from .building import (
    REDACTOR,
    Output,
    Row,
    excluded,
)
from .signers import OTHER, SIGNER
from .verifying import below, faults_of, flip, only


def test_sound_output(output: Output) -> None:
    output.publish("old", [Row("f1"), excluded("f2", "eu_server", region="eu")])
    output.publish("new", superseded=["old"])
    removed = [shard.name for shard in output.record("old").shards]
    output.ledger.append("shards_removed", "new", output.tick(), {"shards": removed, "why": "x"})
    output.remove_shards("old")
    report = verify(output.out)
    assert report.faults == ()
    assert report.sound
    head = output.ledger.head()
    assert head is not None
    assert report.head == head.hash
    assert report.to_dict()["checked"] == {
        "events": 5,
        "runs": 2,
        "decisions_files": 6,
        "decisions": 9,
        "shards": 2,
        "transcripts": 3,
    }


@pytest.mark.parametrize("rows", [(), (excluded("f1", "opted_out", opted_out=True),)])
def test_run_that_wrote_nothing_is_sound(output: Output, rows: tuple[Row, ...]) -> None:
    output.publish("r", rows)
    assert faults_of(output) == ()


def test_run_without_any_decisions_file_is_sound(output: Output) -> None:
    output.publish("r", (), record={"decisions": ()})
    shutil.rmtree(output.out / "audit" / "decisions")
    assert faults_of(output) == ()


def test_folder_without_output_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputUnusable, match="--out"):
        verify(tmp_path)
    with pytest.raises(OutputUnusable):
        verify(tmp_path / "missing")


@pytest.mark.parametrize("where", ["start", "middle", "end"])
@pytest.mark.parametrize("kind", ["shards", "decisions"])
def test_flipped_byte_in_a_table(output: Output, kind: str, where: str) -> None:
    output.publish("r")
    paths = output.shard_paths("r") if kind == "shards" else output.decisions_paths("r")
    flip(paths[0], {"start": 0, "middle": None, "end": -1}[where])
    only(output, below(output, paths[0]), "SHA-256 differs")


def test_flipped_byte_in_the_ledger(output: Output) -> None:
    output.publish("r")
    path = output.out / "audit" / "ledger.jsonl"
    flip(path, 10)
    assert faults_of(output)[0].location == "audit/ledger.jsonl:1"


def test_every_flipped_byte_of_a_record_is_found(output: Output) -> None:
    output.publish("r", (), record={"policy_toml": ""})
    path = output.record_path("r")
    content = path.read_bytes()
    for place in range(0, len(content), 31):
        flip(path, place)
        faults = verify(output.out).faults
        assert any(f.location.startswith("runs/") for f in faults), place
        path.write_bytes(content)
    assert verify(output.out).sound


@pytest.mark.parametrize("kind", ["shards", "decisions"])
def test_truncated_table(output: Output, kind: str) -> None:
    output.publish("r")
    path = (output.shard_paths("r") if kind == "shards" else output.decisions_paths("r"))[-1]
    path.write_bytes(path.read_bytes()[:-10])
    only(output, below(output, path), "SHA-256 differs")


@pytest.mark.parametrize("kind", ["shards", "decisions"])
def test_missing_table(output: Output, kind: str) -> None:
    output.publish("r")
    path = (output.shard_paths("r") if kind == "shards" else output.decisions_paths("r"))[-1]
    path.unlink()
    only(output, below(output, path), "is missing")


@pytest.mark.parametrize("kind", ["shards", "decisions"])
def test_link_in_the_place_of_a_table(output: Output, tmp_path: Path, kind: str) -> None:
    output.publish("r")
    path = (output.shard_paths("r") if kind == "shards" else output.decisions_paths("r"))[0]
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    only(output, below(output, path), "link")


@pytest.mark.parametrize("folder", ["shards/2026-01", "audit/decisions/run=r"])
@pytest.mark.parametrize("name", ["extra.parquet", ".hidden", "a\u202eb\n.parquet"])
def test_extra_file_beside_a_run(output: Output, folder: str, name: str) -> None:
    output.publish("r")
    (output.out / folder / name).write_bytes(b"SECRET")
    [fault] = faults_of(output)
    shown = name.replace("\u202e", "\\u202e").replace("\n", "\\n")
    assert fault.location == f"{folder}/{shown}"
    assert "in no record" in fault.message


@pytest.mark.parametrize(
    "name", ["runs/notes.txt", "audit/notes.txt", "audit/ledger.jsonl.old", "train.parquet"]
)
def test_stranger_beside_the_records_and_the_ledger(output: Output, name: str) -> None:
    output.publish("r")
    (output.out / name).write_bytes(b"SECRET")
    only(output, name, "is no part of an output")


@pytest.mark.parametrize(
    "name", ["runs/x.json", "runs/r.json", "audit/ledger.jsonl", "audit/head.json"]
)
@pytest.mark.parametrize("kind", ["folder", "link", "fifo"])
def test_what_is_no_file_where_files_are_read(output: Output, name: str, kind: str) -> None:
    output.publish("r")
    path = output.out / name
    elsewhere = output.out.parent / "elsewhere"
    elsewhere.write_bytes(path.read_bytes() if path.exists() else b"")
    path.unlink(missing_ok=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(elsewhere)
    else:
        os.mkfifo(path)
    [fault] = verify(output.out).faults
    assert fault.location == name
    assert "is not a file of its own" in fault.message


@pytest.mark.parametrize("name", ["runs", "audit"])
def test_linked_folder_of_records_or_ledger(output: Output, name: str) -> None:
    output.publish("r")
    (output.out / name).rename(output.out.parent / "elsewhere")
    (output.out / name).symlink_to(output.out.parent / "elsewhere")
    [fault] = verify(output.out).faults
    assert (fault.location, "is a link" in fault.message) == (name, True)


def test_what_may_not_be_read_is_named(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root nothing is forbidden, so the system is made to say so."""
    output.publish("r")
    scan, access = os.scandir, os.access

    def forbidden(folder: str) -> Any:
        if folder.endswith(("run=r", "2026-01")):
            raise PermissionError(13, "Permission denied", folder)
        return scan(folder)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", forbidden)
        places = {fault.location for fault in verify(output.out).faults}
    assert places == {"shards/2026-01", "audit/decisions/run=r"}
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", lambda folder: forbidden(f"{folder}/run=r"))
        patch.setattr(Path, "is_symlink", lambda _: pytest.fail("looked into it"))
        assert verify(output.out).faults[0].location == "run=r"
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda path, mode: Path(path).name != "r.json")
        [fault] = verify(output.out).faults
    assert fault.location == "runs/r.json"
    assert access(output.record_path("r"), os.R_OK)


def test_nothing_left_but_an_empty_folder(output: Output) -> None:
    output.publish("r")
    for name in ("audit", "runs", "shards"):
        shutil.rmtree(output.out / name)
    (output.out / "README.md").unlink()
    (output.out / "audit").mkdir()
    [fault] = verify(output.out, Known(public_key=SIGNER.public_key)).faults
    assert fault.location == "audit/ledger.jsonl"
    assert "has no events" in fault.message


def test_drafts_of_a_crash_are_no_strangers(output: Output) -> None:
    output.publish("r")
    for name in ("..clearshard.json.tmp", "audit/.head.json.tmp"):
        (output.out / name).write_bytes(b"half")
    (output.out / ".staging" / "run" / "scratch").mkdir(parents=True)
    (output.out / ".staging" / "run" / "scratch" / "x.arrow").write_bytes(b"half")
    (output.out / ".checkpoints").mkdir()
    (output.out / ".checkpoints" / ".unit-0.arrow.tmp").write_bytes(b"half")
    assert faults_of(output) == ()


SHARDS = ("shards", "shards/2026-01")
PLACES = ("", "runs", "audit", "audit/decisions", "audit/decisions/run=r", *SHARDS)
AT_WORK = (".staging", ".staging/run", ".checkpoints")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling", "fifo", "socket"])
@pytest.mark.parametrize("name", [".x", ".x.tmp", "x", ".x.json"])
def test_whatever_is_added_anywhere_is_found(output: Output, name: str, kind: str) -> None:
    output.publish("r")
    # What is no record among the records may be all that is told.
    for places in (("runs",), [place for place in (*PLACES, *AT_WORK) if place != "runs"]):
        for place in places:
            (output.out / place).mkdir(parents=True, exist_ok=True)
            make_strange(output.out / place / name, kind)
        found = {fault.location for fault in verify(output.out).faults}
        for place in places:
            # Runs of a killed one are folders; its checkpoints are files.
            at_work = place in AT_WORK and kind in ("file", "folder")
            at_work &= (place, kind) != (".checkpoints", "folder")
            below_it = {f"{place}/{name}".removeprefix("/"), place}
            assert bool(found & below_it) != at_work, (place, found)
            path = output.out / place / name
            path.rmdir() if kind == "folder" else path.unlink()
    assert verify(output.out).faults == ()


def make_strange(path: Path, kind: str) -> None:
    match kind:
        case "file":
            path.write_bytes(b"SECRET")
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to("/etc/hostname")
        case "dangling":
            path.symlink_to("nowhere")
        case "fifo":
            os.mkfifo(path)
        case "socket":
            os.mknod(path, 0o600 | stat.S_IFSOCK)


@pytest.mark.parametrize(
    "folder", ["shards", "shards/2027-01", "shards/2026-01/deep", "audit/decisions/run=x"]
)
def test_extra_folder(output: Output, folder: str) -> None:
    output.publish("r")
    (output.out / folder).mkdir(parents=True, exist_ok=True)
    for n in range(3):
        (output.out / folder / f"part-{n:016x}.parquet").write_bytes(b"SECRET")
    only(output, folder, "3 file(s) are in no record")


@pytest.mark.parametrize("root", ["shards", "audit/decisions"])
def test_linked_folder_is_not_a_way_in(output: Output, tmp_path: Path, root: str) -> None:
    output.publish("r")
    (tmp_path / "elsewhere").mkdir()
    (output.out / root / "run=x").symlink_to(tmp_path / "elsewhere")
    only(output, root, "1 file(s) are in no record")


def test_linked_root(output: Output, tmp_path: Path) -> None:
    output.publish("r")
    (output.out / "shards").rename(tmp_path / "elsewhere")
    (output.out / "shards").symlink_to(tmp_path / "elsewhere")
    only(output, "shards", "is a link")


@pytest.mark.parametrize("named", ["never", "r", "newer"])
def test_run_replaces_only_older_runs(output: Output, named: str) -> None:
    output.publish("r", superseded=[named])
    output.publish("newer", superseded=["r"])
    only(output, "runs/r.json", f"claims to replace run {named}")


def test_older_run_that_none_replaces(output: Output) -> None:
    output.publish("a", [Row("f1"), Row("f2")])
    output.publish("b", [Row("f1"), Row("f2"), Row("f3")])
    only(output, "runs/a.json", "is older than run b, and no run says that it replaces it")


def test_claim_on_itself_excuses_no_missing_shard(output: Output) -> None:
    output.publish("r", superseded=["r"])
    shutil.rmtree(output.out / "shards")
    assert [f.location.split("/")[0] for f in faults_of(output)] == ["runs", "shards", "shards"]


def test_record_edited(output: Output) -> None:
    output.publish("r")
    path = output.record_path("r")
    record = json.loads(path.read_bytes())
    record["redactor_digest"] = REDACTOR
    path.write_bytes(json.dumps(record).encode())
    only(output, "runs/r.json", "not the record that audit/ledger.jsonl:2 announces")


@pytest.mark.parametrize(
    "edit",
    [
        lambda r: r.update(note="SECRET"),
        lambda r: r.pop("counts"),
        lambda r: r.update(run_id="../../etc"),
        lambda r: r.update(run_id="other"),
        lambda r: r.update(superseded=["../.."]),
        lambda r: r.update(finished_at="2026-01-01T00:00:00"),
        lambda r: r.update(finished_at="SECRET"),
        lambda r: r["decisions"][0].update(name="../x.parquet"),
        lambda r: r["decisions"][0].update(name="run=r/../../x.parquet"),
        lambda r: r["decisions"][0].update(name="run=../decisions-00000.parquet"),
        lambda r: r["decisions"][0].update(name="/etc/decisions-00000.parquet"),
        lambda r: r["decisions"][0].update(name="run=r/decisions-00000.parquet\n"),
        lambda r: r["decisions"][0].update(name="run=r/other-00000.parquet"),
        lambda r: r["decisions"][0].update(name="run=other/decisions-00000.parquet"),
        lambda r: r["decisions"][0].update(name="run=r/changes-00000.parquet"),
        lambda r: r["decisions"][0].update(name=r["decisions"][1]["name"]),
        lambda r: r["decisions"].reverse(),
        lambda r: r["shards"][0].update(name="/etc/passwd"),
        lambda r: r["shards"][0].update(name="2026-01/../part-0123456789abcdef.parquet"),
        lambda r: r["shards"][0].update(name="../part-0123456789abcdef.parquet"),
        lambda r: r["shards"][0].update(name="part-0123456789abcdef.parquet"),
        lambda r: r["shards"][0].update(name="2026-01/part-0123456789abcdef.parquet\n"),
        lambda r: r["shards"][0].update(name=r["shards"][1]["name"]),
        lambda r: r["shards"][0].update(prefix="2"),
        lambda r: r["shards"][0].update(prefix="01\n"),
        lambda r: r["shards"][0].update(prefix="0" * 65),
        lambda r: r["shards"].reverse(),
        # Two that hold the same places: a row would be in both.
        lambda r: r["shards"][1].update(name="2026-01/part-0123456789abcdef.parquet", prefix="1"),
    ],
)
def test_record_of_another_form(output: Output, edit: Callable[[Any], Any]) -> None:
    output.publish("r")
    path = output.record_path("r")
    record = json.loads(path.read_bytes())
    edit(record)
    path.write_bytes(json.dumps(record).encode())
    faults = faults_of(output)
    assert faults[0].location == "runs/r.json"
    assert "is not the record of a run" in faults[0].message
    # Nothing that it names is trusted: its tables are strangers.
    assert {f.location for f in faults[1:]} == {
        "audit/decisions/run=r",
        "shards/2026-01",
        "shards/2026-02",
    }


def test_record_deleted(output: Output) -> None:
    output.publish("old")
    output.publish("new", superseded=["old"])
    output.remove_shards("old")
    output.record_path("old").unlink()
    faults = faults_of(output)
    assert [f.location for f in faults] == [
        "audit/ledger.jsonl:2",
        "runs/new.json",
        "audit/decisions/run=old",
    ]
    assert "interrupted publish or a deleted record" in faults[0].message


def test_interrupted_publish_is_a_fault_until_the_ledger_withdraws_it(output: Output) -> None:
    output.publish("r")
    output.ledger.append("run_finished", "cut", output.tick(), {"record_sha256": "0" * 64})
    only(output, "audit/ledger.jsonl:3", "run cut, which has no record: an interrupted publish")
    output.ledger.append("run_failed", "cut", output.tick())
    assert faults_of(output) == ()


def test_record_of_a_withdrawn_run(output: Output) -> None:
    output.publish("r")
    output.ledger.append("run_failed", "r", output.tick())
    only(output, "runs/r.json", "the ledger says that the run failed")


def test_record_announced_again_after_an_interruption(output: Output) -> None:
    output.publish("r")
    digest = hashlib.sha256(output.record_path("r").read_bytes()).hexdigest()
    card = hashlib.sha256((output.out / "README.md").read_bytes()).hexdigest()
    data = {"record_sha256": digest, "card_sha256": card}
    output.ledger.append("run_finished", "r", output.tick(), data)
    assert faults_of(output) == ()
    output.ledger.append("run_finished", "r", output.tick(), {**data, "record_sha256": "0" * 64})
    second, record = faults_of(output)
    assert second == Fault("audit/ledger.jsonl:4", "announces a second record of the same run")
    assert record.location == "runs/r.json"


def test_announcement_without_a_digest(output: Output) -> None:
    output.publish("r")
    output.ledger.append("run_finished", "x", output.tick(), {"record_sha256": 3})
    only(output, "audit/ledger.jsonl:3", "without the digest")


@pytest.mark.parametrize("content", [b"", b"shards of another\n", None])
def test_card_of_another_run(output: Output, content: bytes | None) -> None:
    output.publish("a")
    card = output.out / "README.md"
    if content is None:
        card.unlink()
    else:
        card.write_bytes(content)
    only(output, "README.md", "missing" if content is None else "is not what was recorded")


def test_what_the_reader_was_told_elsewhere(output: Output) -> None:
    output.publish("a")
    report = verify(output.out)
    assert report.public_key == SIGNER.public_key
    known = Known(public_key=report.public_key, head=report.head)
    output.publish("b", [], superseded=["a"])
    output.remove_shards("a")
    assert verify(output.out, known).sound
    for wrong in (Known(public_key=OTHER.public_key), Known(head="0" * 64)):
        assert verify(output.out, wrong).faults[0].location.startswith("audit/ledger")


def test_ledger_cut_off(output: Output) -> None:
    output.publish("a", [])
    output.publish("b", [], superseded=["a"])
    path = output.out / "audit" / "ledger.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    fault, head = faults_of(output)
    assert fault.location == "audit/ledger.jsonl:4"
    assert "no run_finished event announces b." in fault.message
    assert head.location == "audit/head.json"


def test_ledger_missing(output: Output) -> None:
    output.publish("a", [])
    (output.out / "audit" / "ledger.jsonl").unlink()
    fault, *others = faults_of(output)
    assert fault.location == "audit/ledger.jsonl:1"
    assert "no run_finished event announces a." in fault.message
    assert [other.location for other in others] == ["audit/head.json"]


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (lambda lines: lines.pop(1), 2),
        (lambda lines: lines.insert(1, lines[1]), 3),
        (lambda lines: lines.insert(0, lines.pop(2)), 1),
        (lambda lines: lines.append(lines.pop()[:-5]), 4),
    ],
)
def test_ledger_tampered_with(output: Output, edit: Callable[[Any], Any], line: int) -> None:
    output.publish("a", [])
    output.publish("b", [])
    path = output.out / "audit" / "ledger.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    edit(lines)
    path.write_bytes(b"".join(lines))
    assert faults_of(output)[0].location == f"audit/ledger.jsonl:{line}"
    assert Ledger(path).check()[0].location == f"audit/ledger.jsonl:{line}"
