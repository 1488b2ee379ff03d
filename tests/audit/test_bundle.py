"""The evidence bundle: complete, the same every time, and a stranger notices what was changed."""

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.audit.bundle import check, pack
from clearshard.audit.events import canonical
from clearshard.audit.verify import Known, verify
from clearshard.cli.entry import _exit_code
from clearshard.errors import OutputUnusable, RunFailed
from clearshard.records.run import Counts, Holds

from .building import NAME, ROWS, Output, Row, excluded
from .reference import decisions_of
from .signers import OTHER, SIGNER

TOLD = Known(public_key=SIGNER.public_key)


def published(output: Output) -> Output:
    """Two runs, the second of which has replaced the first."""
    output.publish("r1", [Row("f1"), excluded("f2", "eu_server", region="eu")])
    output.publish("r2", superseded=["r1"], record={"policy_digest": "a" * 64})
    output.remove_shards("r1")
    return output


@pytest.fixture
def output(output: Output) -> Output:
    return published(output)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What is packed of the two runs: always the same, which has a test, so it is packed once."""
    return packed(published(Output(tmp_path_factory.mktemp("packed") / NAME)))


@pytest.fixture
def folder(bundle: bytes, tmp_path: Path) -> Path:
    """The bundle, unpacked by a stranger."""
    return unpacked(bundle, tmp_path)


def packed(output: Output, known: Known = TOLD) -> bytes:
    target = io.BytesIO()
    pack.pack(output.out, target, known, "9.9")
    return target.getvalue()


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        assert zipped.testzip() is None
        zipped.extractall(folder)
    return folder / "clearshard-evidence"


def checked(folder: Path, *arguments: object) -> tuple[int, str]:
    """What the script in the bundle says, with no package to be imported."""
    command = [sys.executable, "-S", folder / "check.py", *arguments]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def checked_here(folder: Path) -> tuple[int, str]:
    """The same by this process, for what is asked a hundred times."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        code = check.main([str(folder)])
    return code, told.getvalue()


def test_it_holds_everything_but_the_shards(output: Output, tmp_path: Path) -> None:
    folder = unpacked(packed(output), tmp_path)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    copied = {
        path.relative_to(output.out).as_posix()
        for path in output.out.rglob("*")
        if path.is_file() and "shards" not in path.parts
    }
    assert names == {
        *(f"output/{name}" for name in copied),
        f"policy/{'a' * 64}.toml",
        "keys/ledger-ed25519.hex",
        "keys/ledger-ed25519.pem",
        "report.html",
        "verification.json",
        "README.md",
        "check.py",
        "manifest.json",
    }
    for name in copied:
        assert (folder / "output" / name).read_bytes() == (output.out / name).read_bytes()
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    assert listed.keys() == names - {"manifest.json"}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    public = load_pem_public_key((folder / "keys" / "ledger-ed25519.pem").read_bytes())
    assert public.public_bytes_raw().hex() == SIGNER.public_key  # type: ignore[union-attr] # the loader can give other kinds of key
    told = json.loads((folder / "verification.json").read_text())
    assert (told["by"], told["sound"]) == ("clearshard 9.9", True)
    assert told["known"]["public_key"] == SIGNER.public_key
    readme = (folder / "README.md").read_text()
    assert SIGNER.public_key in readme
    assert "all was as it was recorded" in readme
    assert "{" not in readme
    for content in (path.read_bytes() for path in folder.rglob("*") if path.is_file()):
        assert b"SECRET" not in content


def test_the_same_folder_gives_the_same_bytes(output: Output, tmp_path: Path) -> None:
    first = packed(output)
    again = Path(shutil.copytree(output.out, tmp_path / "out"))
    for path in again.rglob("*"):
        os.utime(path, (1, 1))
    target = io.BytesIO()
    pack.pack(again, target, TOLD, "9.9")
    assert target.getvalue() == first


def test_a_stranger_checks_it(output: Output, tmp_path: Path) -> None:
    folder = unpacked(packed(output), tmp_path)
    head = output.ledger.head()
    assert head is not None
    code, said = checked(folder, "--key", SIGNER.public_key, "--head", head.hash)
    assert code == 0, said
    assert "checked 4 events, 2 runs, 9 decisions, 0 shards" in said
    assert head.hash in said
    assert "All is as it was recorded." in said
    code, said = checked(folder, "--shards", output.out / "shards")
    assert code == 0, said
    assert "2 shards" in said
    assert "No --key was given" in said
    assert checked(folder, "--key", OTHER.public_key)[0] == 1
    assert checked(folder, "--head", "0" * 64)[0] == 1
    (output.shard_paths("r2")[0]).write_bytes(b"other")
    code, said = checked(folder, "--shards", output.out / "shards")
    assert code == 1
    assert f"FAULT shards/2026-01/{output.shard_paths('r2')[0].name}" in said
    assert checked(folder, "--key", "")[0] == 2
    assert checked(folder, "--head", "no hash")[0] == 2


def test_the_program_verifies_what_is_in_it(folder: Path) -> None:
    known = Known(SIGNER.public_key, with_shards=False)
    report = verify(folder / "output", known)
    assert report.faults == ()
    assert (report.checked.decisions, report.checked.shards) == (9, 0)
    assert verify(folder / "output", TOLD).faults
    path = next((folder / "output" / "audit" / "decisions").rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert len(verify(folder / "output", known).faults) == 1


Edit = Callable[[bytes], bytes]
EDITS: dict[str, Edit] = {
    "flip": lambda content: bytes([content[0] ^ 1, *content[1:]]),
    "truncate": lambda content: content[:-1],
    "empty": lambda _: b"",
    "double": lambda content: content * 2,
}


@pytest.mark.parametrize("with_manifest", [False, True], ids=["as it is", "manifest edited, too"])
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_whatever_is_changed_is_named(folder: Path, edit: Edit, with_manifest: bool) -> None:
    """What hangs on the ledger is noticed even if the list of digests is written anew."""
    manifest = folder / "manifest.json"
    original = manifest.read_bytes()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        signed = name.startswith(("output/runs", "output/audit", "policy", "keys", "output/README"))
        if not path.is_file() or name in ("manifest.json", "check.py"):
            continue
        if with_manifest and not signed:
            continue
        content = path.read_bytes()
        path.write_bytes(edit(content))
        if with_manifest:
            listed = json.loads(original)
            listed["files"][name] = hashlib.sha256(path.read_bytes()).hexdigest()
            manifest.write_text(json.dumps(listed))
        code, said = checked_here(folder)
        assert code == 1, (name, said)
        assert f"FAULT {name}" in said or "FAULT output/audit/head.json" in said
        path.write_bytes(content)
        manifest.write_bytes(original)
    assert checked(folder)[0] == 0


def test_what_is_dropped_or_slipped_in_is_named(folder: Path) -> None:
    record = folder / "output" / "runs" / "r1.json"
    content = record.read_bytes()
    record.unlink()
    code, said = checked(folder)
    assert code == 1
    assert "FAULT output/runs/r1.json: was announced, and is not there" in said
    record.write_bytes(content)
    shutil.copy(record, record.with_name("r9.json"))
    code, said = checked(folder)
    assert code == 1
    assert "FAULT output/runs/r9.json: is not listed in manifest.json" in said
    assert "FAULT output/runs/r9.json: is no part of a bundle" in said
    (folder / "output" / "runs" / "r9.json").unlink()
    for name in ("output/audit/decisions/run=r2/decisions-00007.parquet", "policy/x.toml"):
        (folder / name).write_bytes(b"x")
        assert f"FAULT {name}: is no part of a bundle" in checked(folder)[1]
        (folder / name).unlink()


@pytest.mark.parametrize("place", range(3))
def test_lines_of_the_ledger_dropped_doubled_and_swapped(folder: Path, place: int) -> None:
    path = folder / "output" / "audit" / "ledger.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    for changed in (
        [*lines[:place], *lines[place + 1 :]],
        [*lines[: place + 1], *lines[place:]],
        [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]],
    ):
        path.write_bytes(b"".join(changed))
        code, said = checked(folder)
        assert code == 1
        assert "FAULT output/audit/ledger.jsonl:" in said
        assert "does not follow" in said
    path.write_bytes(b"".join(lines[:-2]))
    assert "FAULT output/audit/head.json: is not the newest line" in checked(folder)[1]


def test_a_line_of_the_ledger_edited(folder: Path) -> None:
    path = folder / "output" / "audit" / "ledger.jsonl"
    lines = path.read_bytes().splitlines()
    newest = json.loads(lines[-1])
    for place, line, what in (
        (1, lines[1].replace(b'"seq":1', b'"seq": 1'), "was edited"),
        (1, lines[1].replace(b'{"at"', b'{"a":0,"at"'), "was edited"),
        (1, canonical({**json.loads(lines[1]), "run_id": "r8"}), "was edited"),
        (3, canonical({**newest, "signature": "0" * 128}), "is not signed"),
        (3, canonical({**newest, "signature": "x"}), "is not signed"),
        (3, canonical({**newest, "signature": 7}), "is not signed"),
        (2, b"[]", "was edited"),
        (2, b"\xff", "was edited"),
        (2, b"[" * 100_000, "was edited"),
    ):
        assert line != lines[place]
        path.write_bytes(b"".join(f + b"\n" for f in [*lines[:place], line, *lines[place + 1 :]]))
        code, said = checked_here(folder)
        assert code == 1
        assert f"FAULT output/audit/ledger.jsonl:{place + 1}: {what}" in said
    path.write_bytes(b"\n".join(lines))
    assert "the last line is torn" in checked(folder)[1]


@pytest.mark.parametrize(
    ("counts", "what"),
    [
        ((7, 3, 3, 0), "its counts do not add up"),
        ((8, 3, 4, 1), "it does not have one decision for each file that it saw"),
        ((7, 2, 4, 1), "its shards do not hold what it says it wrote"),
    ],
)
def test_a_record_that_does_not_add_up(
    output: Output, tmp_path: Path, counts: tuple[int, int, int, int], what: str
) -> None:
    seen, written, excluded, quarantined = counts
    made = Counts(seen=seen, written=written, excluded=excluded, quarantined=quarantined)
    output.publish("r3", superseded=["r2"], record={"counts": made})
    assert f"FAULT output/runs/r3.json: {what}" in checked(unpacked(packed(output), tmp_path))[1]


def test_a_folder_that_is_not_sound_is_packed_and_called_so(output: Output, tmp_path: Path) -> None:
    output.decisions_paths("r2")[0].write_bytes(b"no table")
    output.record_path("r1").write_bytes(b"{}")
    folder = unpacked(packed(output), tmp_path)
    told = json.loads((folder / "verification.json").read_text())
    assert len(told["faults"]) >= 2
    assert f"**{len(told['faults'])} fault(s)**" in (folder / "README.md").read_text()
    assert not (folder / "report.html").exists()
    assert "missing: the records are too damaged" in (folder / "README.md").read_text()
    code, said = checked(folder)
    assert code == 1
    assert "FAULT output/audit/decisions/run=r2/decisions-00000.parquet" in said


@pytest.fixture
def changes(output: Output) -> Output:
    """And a third, which has written what changed since the second alone."""
    rows = [*ROWS[1:], Row("new", part=1)]
    output.publish("r3", rows, superseded=["r1", "r2"], follows="r2")
    output.remove_shards("r2")
    return output


def test_changes_come_with_the_table_that_they_are_changes_to(
    changes: Output, tmp_path: Path
) -> None:
    folder = unpacked(packed(changes), tmp_path)
    code, said = checked(folder)
    assert code == 0, said
    assert "3 runs, 16 decisions" in said
    known = Known(SIGNER.public_key, with_shards=False)
    assert verify(folder / "output", known).faults == ()
    assert len(decisions_of(folder / "output", "r3")) == 7
    names = {path.parent.name + "/" + path.name for path in folder.rglob("*.parquet")}
    assert {"run=r2/decisions-00000.parquet", "run=r3/replaced-00000.parquet"} <= names


@pytest.mark.parametrize("name", ["r2/decisions-00001", "r3/changes-00000", "r3/replaced-00000"])
def test_nothing_is_left_out_that_a_run_reads(changes: Output, tmp_path: Path, name: str) -> None:
    folder = unpacked(packed(changes), tmp_path)
    path = folder / "output" / "audit" / "decisions" / f"run={name}.parquet"
    path.unlink()
    place = path.relative_to(folder).as_posix()
    assert f"FAULT {place}: is missing" in checked(folder)[1]


def test_a_record_whose_changes_do_not_add_up(changes: Output, tmp_path: Path) -> None:
    record = changes.record("r3")
    fewer = [f for f in record.decisions if f.holds is not Holds.REPLACED]
    (changes.out / "audit" / "decisions" / "run=r3" / "replaced-00000.parquet").unlink()
    changes.announce_again(msgspec.structs.replace(record, decisions=tuple(fewer)))
    what = "it does not have one decision for each file that it saw"
    assert f"FAULT output/runs/r3.json: {what}" in checked(unpacked(packed(changes), tmp_path))[1]


def test_no_output_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(OutputUnusable):
        pack.pack(tmp_path, io.BytesIO(), Known(), "9.9")


def test_a_run_meanwhile_is_noticed(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    policies = pack._policies

    def late(out: Path) -> dict[str, str]:
        output.ledger.append("run_started", "r3", output.tick(), {})
        return policies(out)

    monkeypatch.setattr(pack, "_policies", late)
    with pytest.raises(RunFailed, match="Pack it again"):
        packed(output)


def test_links_and_drafts_are_not_packed(output: Output, tmp_path: Path) -> None:
    elsewhere = tmp_path / "secret"
    elsewhere.write_text("not of this folder")
    (output.out / "runs" / "link.json").symlink_to(elsewhere)
    (output.out / "runs" / ".r3.json.tmp").write_text("half")
    (output.out / "audit" / "notes.txt").write_text("half")
    (output.out / "audit" / "more").symlink_to(tmp_path)
    (output.out / ".clearshard.json").unlink()
    (output.out / ".clearshard.json").symlink_to(elsewhere)
    content = packed(output)
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        names = zipped.namelist()
    assert not [n for n in names if re.search("link|tmp|notes|more|clearshard.json", n)]
    folder = unpacked(content, tmp_path / "there")
    assert json.loads((folder / "verification.json").read_text())["left_out"] == [
        ".clearshard.json",
        "audit/more",
        "audit/notes.txt",
        "runs/.r3.json.tmp",
        "runs/link.json",
    ]


@pytest.mark.parametrize("name", ["runs", "audit"])
def test_a_linked_folder_is_not_packed(output: Output, tmp_path: Path, name: str) -> None:
    moved = (output.out / name).rename(tmp_path / "moved")
    (moved / "ledger.jsonl").write_text("of somebody else")
    (output.out / name).symlink_to(moved)
    with zipfile.ZipFile(io.BytesIO(packed(output))) as zipped:
        assert not [n for n in zipped.namelist() if f"output/{name}/" in n]


def test_a_digest_in_a_record_is_no_way_out_of_the_zip(output: Output) -> None:
    output.publish("r3", superseded=["r2"], record={"policy_digest": "../../../x"})
    with zipfile.ZipFile(io.BytesIO(packed(output))) as zipped:
        assert not [name for name in zipped.namelist() if ".." in name]


def test_evidence_that_was_destroyed_is_packed_as_far_as_it_is_there(
    output: Output, tmp_path: Path
) -> None:
    shutil.rmtree(output.out / "runs")
    folder = unpacked(packed(output), tmp_path)
    assert not (folder / "report.html").exists()
    code, said = checked(folder)
    assert code == 1
    assert "FAULT output/runs/r1.json: was announced, and is not there" in said


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", b"[" * 100_000),
        ("manifest.json", b"[]"),
        (
            "manifest.json",
            b'{"files": {"../../../etc/hostname": "", "/dev/zero": ""}}',
        ),
        ("output/runs/r7.json", None),
        ("output/\x1b[2Jclear", b""),
    ],
)
def test_hostile_bundles_are_faults_and_nothing_else(
    folder: Path, name: str, content: bytes | None
) -> None:
    if content is None:
        os.mkfifo(folder / name)
    else:
        (folder / name).write_bytes(content)
    code, said = checked(folder, "--key", SIGNER.public_key)
    assert code == 1
    assert "FAULT " in said
    assert "\x1b" not in said


@pytest.mark.parametrize("module", ["argparse", "json", "hashlib", "__future__", "pathlib"])
def test_what_lies_beside_the_script_is_not_run(folder: Path, module: str) -> None:
    (folder / f"{module}.py").write_text("raise SystemExit(0)\n")
    code, said = checked(folder)
    assert code == 1
    assert f"FAULT {module}.py: is not listed in manifest.json" in said


def test_the_script_checks_a_bundle_elsewhere(bundle: bytes, tmp_path: Path) -> None:
    folder = unpacked(bundle, tmp_path / "there")
    trusted = tmp_path / "check.py"
    shutil.copy(folder / "check.py", trusted)
    command = [sys.executable, "-I", trusted, folder, "--key", SIGNER.public_key]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command(output: Output, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "evidence.zip"
    arguments = ["audit", "bundle", "--out", str(output.out), "--output", str(path)]
    assert _exit_code([*arguments, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.stat().st_mode & 0o777 == 0o600
    assert _exit_code(arguments) == 2  # nothing is written over
    path.unlink()
    assert _exit_code([*arguments, "--key", OTHER.public_key]) == 5
    assert (
        "somebody else"
        in unpacked(path.read_bytes(), tmp_path).joinpath("verification.json").read_text()
    )
    for wrong in (tmp_path / "absent" / "x.zip", output.out / "x.zip", output.out / "audit" / "x"):
        assert _exit_code([*arguments[:-1], str(wrong)]) == 2
        assert not wrong.exists()


@settings(max_examples=60, deadline=None)
@given(
    secret=st.binary(min_size=32, max_size=32),
    message=st.binary(max_size=100),
    place=st.integers(0, 511),
)
def test_its_own_ed25519_is_that_of_the_library(secret: bytes, message: bytes, place: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(secret)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert check.is_signed(message, key, signature)
    assert not check.is_signed(message + b"x", key, signature)
    flipped = bytearray(signature)
    flipped[place // 8] ^= 1 << place % 8
    assert not check.is_signed(message, key, bytes(flipped))
    other = bytearray(key)
    other[place // 16] ^= 1 << place % 8
    assert not check.is_signed(message, bytes(other), signature)


def test_its_own_ed25519_refuses_what_is_no_signature() -> None:
    key = bytes.fromhex(SIGNER.public_key)
    signature = bytes.fromhex(SIGNER.sign("0" * 64))
    message = check.PREFIX + bytes(32)
    assert check.is_signed(message, key, signature)
    assert not check.is_signed(message, key, signature[:-1])
    assert not check.is_signed(message, key[:-1], signature)
    # The same scalar once more around the group: a second spelling of the signature.
    again = int.from_bytes(signature[32:], "little") + check.ORDER
    assert not check.is_signed(message, key, signature[:32] + again.to_bytes(32, "little"))
    assert not check.is_signed(message, b"\xff" * 32, signature)
    assert not check.is_signed(message, (2**255 - 1).to_bytes(32, "little"), signature)
    # RFC 8032, section 7.1, test 1.
    assert check.is_signed(
        b"",
        bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
        bytes.fromhex(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
            "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    )
