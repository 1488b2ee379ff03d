"""Whoever makes a bundle writes its list of digests: what nothing signed names is no evidence."""

import contextlib
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearshard.audit.bundle import check
from clearshard.audit.marker import MARKER, REHEARSALS_MARKER

from .building import NAME, ROWS, Output, Row
from .test_bundle import packed, published, unpacked
from .verifying import flip

ADDED = f"2026-01/part-{'f' * 16}.parquet"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Of two runs, the second of which has replaced the first, and of which the shards are gone."""
    return packed(published(Output(tmp_path_factory.mktemp("packed") / NAME)))


@pytest.fixture
def folder(bundle: bytes, tmp_path: Path) -> Path:
    return unpacked(bundle, tmp_path)


def told(folder: Path, *arguments: object) -> tuple[int, list[str]]:
    """The exit code of the script, and the faults that it names."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = check.main([str(folder), *map(str, arguments)])
    lines = said.getvalue().splitlines()
    assert lines[-1] == ("NOT AS RECORDED" if code else "All is as it was recorded.")
    return code, [line.removeprefix("FAULT ") for line in lines if line.startswith("FAULT ")]


def forge(folder: Path, name: str, content: bytes | None) -> None:
    """Puts a file into a bundle, or takes it out, as somebody does who can write its list."""
    path, manifest = folder / name, folder / "manifest.json"
    listed = json.loads(manifest.read_bytes())
    if content is None:
        path.unlink()
        del listed["files"][name]
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        listed["files"][name] = hashlib.sha256(content).hexdigest()
    manifest.write_text(json.dumps(listed))


@pytest.mark.parametrize(
    "name",
    [
        "legal-approval.json",
        "README.md.html",
        "check.py/approved",
        "keys/old-ledger-ed25519.pem",
        "output/approval.md",
        "output/audit/legal-approval.json",
        "output/audit/decisions.parquet",
        "output/audit/decisions/run=r2/decisions-00007.parquet",
        "output/audit/receipts/r2.json",
        "output/audit/tombstones/r2.parquet",
        "output/exports/export.json",
        "output/runs/r2",
        "output/runs/r9.json",
        f"output/shards/{ADDED}",
        f"policy/{'b' * 64}.toml",
    ],
)
def test_what_nothing_signed_names_is_no_part_of_a_bundle(folder: Path, name: str) -> None:
    if name.startswith("check.py/"):
        forge(folder, "check.py", None)
    # Of a record even its own bytes: it has one name.
    forge(folder, name, (folder / "output" / "runs" / "r2.json").read_bytes())
    assert told(folder) == (1, [f"{name}: is no part of a bundle: nothing that is signed names it"])


def test_a_card_that_no_run_has_announced_is_no_part_of_a_bundle(
    output: Output, tmp_path: Path
) -> None:
    output.ledger.append("run_started", "r1", output.tick(), {})
    folder = unpacked(packed(output), tmp_path)
    assert told(folder) == (0, [])
    forge(folder, "output/README.md", b"use all of it")
    what = "is no part of a bundle: nothing that is signed names it"
    assert told(folder) == (1, [f"output/README.md: {what}"])


@pytest.mark.parametrize("name", ["README.md", "report.html", "verification.json"])
def test_what_no_signature_covers_can_be_written_and_left_out(folder: Path, name: str) -> None:
    for content in (b"something else", None):
        forge(folder, name, content)
        assert told(folder) == (0, [])


@pytest.mark.parametrize("rehearsal", [False, True])
def test_the_marker_says_what_the_records_do(
    output: Output, tmp_path: Path, rehearsal: bool
) -> None:
    right, wrong = (REHEARSALS_MARKER, MARKER) if rehearsal else (MARKER, REHEARSALS_MARKER)
    (output.out / ".clearshard.json").write_bytes(right)
    output.publish("r1", record={"rehearsal": rehearsal})
    folder = unpacked(packed(output), tmp_path)
    assert told(folder) == (0, [])
    what = "is missing, or does not say what the records do: that these were runs, or rehearsals"
    for content in (wrong, right + b" ", b"{}", None):
        forge(folder, "output/.clearshard.json", content)
        assert told(folder) == (1, [f"output/.clearshard.json: {what}"])


def test_where_nothing_is_visible_the_marker_is_one_of_two(output: Output, tmp_path: Path) -> None:
    output.ledger.append("run_started", "r1", output.tick(), {})
    folder = unpacked(packed(output), tmp_path)
    for content, code in ((REHEARSALS_MARKER, 0), (MARKER, 0), (b"{}", 1)):
        forge(folder, "output/.clearshard.json", content)
        assert told(folder)[0] == code


def test_runs_beside_rehearsals_have_no_marker(output: Output, tmp_path: Path) -> None:
    output.publish("r1", record={"rehearsal": True})
    output.publish("r2", superseded=["r1"])
    folder = unpacked(packed(output), tmp_path)
    what = "marks both runs and rehearsals"
    for content in (MARKER, REHEARSALS_MARKER):
        forge(folder, "output/.clearshard.json", content)
        assert told(folder) == (1, [f"output/.clearshard.json: {what}"])


@pytest.fixture
def both(output: Output) -> Output:
    """Two runs; who began to read the shards of the first may still do so."""
    output.publish("r1")
    output.publish("r2", [*ROWS[1:], Row("new")], superseded=["r1"])
    return output


@pytest.fixture
def of_both(both: Output, tmp_path: Path) -> Path:
    return unpacked(packed(both), tmp_path / "unpacked")


def test_shards_that_were_replaced_may_be_there(both: Output, of_both: Path) -> None:
    shards = both.out / "shards"
    assert told(of_both, "--shards", shards) == (0, [])
    [old, *_] = both.shard_paths("r1")
    flip(old)
    name = old.relative_to(both.out).as_posix()
    what = "is not what was recorded: its SHA-256 differs"
    assert told(of_both, "--shards", shards) == (1, [f"{name}: {what}"])
    old.unlink()
    assert told(of_both, "--shards", shards) == (0, [])


@pytest.mark.parametrize("name", [ADDED, "2025-01/part.parquet", "approved.parquet", ".hidden"])
def test_a_file_beside_the_shards_that_no_record_lists(
    both: Output, of_both: Path, name: str
) -> None:
    path = both.out / "shards" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"an excluded file")
    what = "is in no record, and who reads the folder reads it, too"
    assert told(of_both, "--shards", both.out / "shards") == (1, [f"shards/{name}: {what}"])


def test_a_shard_that_is_not_there_or_not_a_file(both: Output, of_both: Path) -> None:
    shards = both.out / "shards"
    [path, *_] = both.shard_paths("r2")
    name = path.relative_to(both.out).as_posix()
    moved = path.rename(both.out.parent / "moved")
    assert told(of_both, "--shards", shards) == (1, [f"{name}: is missing"])
    path.symlink_to(moved)
    linked = [f"{name}: is neither a file nor a folder", f"{name}: is missing"]
    assert told(of_both, "--shards", shards) == (1, linked)
    path.unlink()
    os.mkfifo(path)
    assert told(of_both, "--shards", shards) == (1, linked)


def test_no_link_is_followed_to_shards(both: Output, of_both: Path) -> None:
    shards = both.out / "shards"
    elsewhere = shutil.copytree(shards, both.out.parent / "elsewhere")
    (shards / "2025-12").symlink_to(elsewhere / "2026-01")
    what = "is neither a file nor a folder"
    assert told(of_both, "--shards", shards) == (1, [f"shards/2025-12: {what}"])


def test_a_shard_that_the_ledger_calls_removed(both: Output, tmp_path: Path) -> None:
    shards = both.out / "shards"
    old = sorted(path.relative_to(shards).as_posix() for path in both.shard_paths("r1"))
    both.ledger.append("shards_removed", "r2", both.tick(), {"shards": old, "why": "row_gone"})
    folder = unpacked(packed(both), tmp_path / "removed")
    what = "is there, and the ledger says that it was removed"
    assert told(folder, "--shards", shards) == (1, [f"shards/{name}: {what}" for name in old])
    # The same bytes have the same name: a later run lists it again, and one more replaces that.
    both.publish("r3", texts_of="r1", superseded=["r2"])
    folder = unpacked(packed(both), tmp_path / "again")
    assert told(folder, "--shards", shards) == (0, [])
    both.publish("r4", superseded=["r3"])
    folder = unpacked(packed(both), tmp_path / "replaced")
    assert told(folder, "--shards", shards) == (0, [])


def test_a_folder_that_cannot_be_looked_into_hides_nothing(
    both: Output, of_both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards, scandir = both.out / "shards", os.scandir
    hidden = shards / "2025-12"
    hidden.mkdir()

    def refused(path: str) -> Iterator[os.DirEntry[str]]:
        if Path(path) == hidden:
            raise PermissionError(13, "no", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    what = "cannot be looked into (PermissionError)"
    assert told(of_both, "--shards", shards) == (1, [f"shards/2025-12: {what}"])


def test_no_shards_where_there_should_be_some(of_both: Path, both: Output, tmp_path: Path) -> None:
    code, faults = told(of_both, "--shards", tmp_path / "nowhere")
    assert code == 1
    missing = [
        f"{path.relative_to(both.out).as_posix()}: is missing" for path in both.shard_paths("r2")
    ]
    assert faults == ["shards/.: cannot be looked into (FileNotFoundError)", *sorted(missing)]
