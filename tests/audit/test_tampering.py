"""Whatever is done to any file of an output folder is found, and found where it was done.

The folder is what three real runs leave: the second under another policy and with an account less,
the third with a file more; both replaced the shards of the one before, which are still there.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.audit.events import Event, canonical, parse_line
from clearshard.audit.ledger import Ledger
from clearshard.audit.signing import Signer
from clearshard.audit.verify import Known, Report, verify
from clearshard.config import default_policy_text, load_config
from clearshard.keys import load_signing_key
from clearshard.records.run import Holds, RunRecord

from ..run.world import World, small_world, transcript
from .building import NO_LIMITS
from .signers import OTHER

pytestmark = pytest.mark.slow

#: Says who holds the lock now, and nothing of what was done.
_NO_EVIDENCE = frozenset((".lock", ".clearshard-lock"))


@dataclass(frozen=True)
class Made:
    """An output folder, as it was after the first run, who signed it, and its runs."""

    out: Path
    older: Path
    signer: Signer
    runs: tuple[RunRecord, ...]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    world = small_world(tmp_path_factory.mktemp("tampered"))
    # Without an id of its own: a copy could be anybody's.
    speech = json.dumps(transcript("it came in may", "and broke in june")).encode()
    world.account("acct-leaves")
    world.file("leaves-0", "acct-leaves", speech)
    world.write()
    runs = [world.run()]
    older = Path(shutil.copytree(world.out, world.root / "older"))
    policy = default_policy_text().replace("No file that went", "Not one file that went")
    (world.root / "policy.toml").write_text(policy)
    world.file("late-0", "acct-other", transcript("good day", "the lamp works"))
    # What it held is listed as withheld from now on.
    world.accounts[-1]["opted_out"] = "true"
    world.file("copy-0", "acct-other", speech)
    _write(world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clearshard.run.output.keeping.LIMITS", NO_LIMITS)
        runs.append(world.run())
        world.files = [file for file in world.files if file["file_id"] not in ("late-0", "good-1")]
        world.file("more-0", "acct-other", transcript("good evening", "it still does not work"))
        _write(world)
        runs.append(world.run())
    # And one that writes its table anew, and replaces shards whose rows all stay.
    world.file("more-1", "acct-other", transcript("good night", "it never will"))
    _write(world, shard_bytes=2_500)
    runs.append(world.run())
    key, _ = load_signing_key(load_config(world.config), create=False)
    assert verify(world.out).faults == ()
    assert len(runs[-1].shards) > 1
    return Made(world.out, older, Signer.of(key), tuple(runs))


def _write(world: World, shard_bytes: int = 700) -> None:
    world.write(f'[policy]\nfile = "policy.toml"\n[output]\ntarget_shard_bytes = {shard_bytes}\n')


@pytest.fixture
def out(made: Made, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made.out, tmp_path / "out"))


def evidence(out: Path) -> list[Path]:
    """Every file of the folder that says something, by name."""
    files = sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    return [path for path in files if path.name not in _NO_EVIDENCE]


def located(report: Report, file: Path, out: Path) -> bool:
    """Whether a fault is about this file; of one that is gone the ledger's line may be named."""
    name = file.as_posix()
    places = {fault.location.partition(":")[0] for fault in report.faults}
    if name.startswith("runs/") and not (out / file).exists():
        return "audit/ledger.jsonl" in places
    if name == "audit/ledger.jsonl":
        return bool(places & {name, "audit/head.json"})
    return name in places


def test_every_kind_of_file_is_there(made: Made) -> None:
    names = {path.parts[0] + path.suffix for path in evidence(made.out)}
    assert names == {
        ".clearshard.json.json",
        "README.md.md",
        "audit.json",
        "audit.jsonl",
        "audit.parquet",
        "runs.json",
        "shards.parquet",
    }
    decisions = {
        path.name.partition("-")[0] for path in evidence(made.out) if path.parts[0] == "audit"
    }
    assert decisions >= set(Holds)


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_flipped_byte(out: Path, every: bool) -> None:
    """At one of four places in each file, or at all of them."""
    for number, file in enumerate(evidence(out)):
        content = (out / file).read_bytes()
        places = [0, len(content) // 3, len(content) // 2, len(content) - 1]
        for place in places if every else places[number % 4 :][:1]:
            changed = bytearray(content)
            changed[place] ^= 1
            (out / file).write_bytes(changed)
            assert located(verify(out), file, out), (file, place)
        (out / file).write_bytes(content)
    assert verify(out).faults == ()


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.soak)])
def test_every_byte_of_the_ledger_and_of_its_copy(out: Path, step: int) -> None:
    for name in ("ledger.jsonl", "head.json"):
        path = out / "audit" / name
        content = path.read_bytes()
        ledger = Ledger(out / "audit" / "ledger.jsonl")
        for place in range(0, len(content), step):
            changed = bytearray(content)
            changed[place] ^= 1
            path.write_bytes(changed)
            assert ledger.check(), (name, place)
        path.write_bytes(content)


def test_dropped(made: Made, out: Path) -> None:
    current = {Path("shards", shard.name) for shard in made.runs[-1].shards}
    replaced = {file for file in evidence(out) if file.parts[0] == "shards"} - current
    assert replaced
    for file in evidence(out):
        content = (out / file).read_bytes()
        (out / file).unlink()
        if file in replaced:  # as if their time were over
            assert verify(out).faults == (), file
        else:
            assert located(verify(out), file, out), file
        (out / file).write_bytes(content)


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_truncated(out: Path, every: bool) -> None:
    """To one of three lengths, or to all of them."""
    lengths = (0.0, 0.5, 0.99)
    for number, file in enumerate(evidence(out)):
        content = (out / file).read_bytes()
        for left in lengths if every else lengths[number % 3 :][:1]:
            (out / file).write_bytes(content[: int(len(content) * left)])
            assert located(verify(out), file, out), (file, left)
        (out / file).write_bytes(content)


def test_duplicated_within(out: Path) -> None:
    for file in evidence(out):
        content = (out / file).read_bytes()
        (out / file).write_bytes(content * 2)
        assert located(verify(out), file, out), file
        (out / file).write_bytes(content)


def test_duplicated_beside(out: Path) -> None:
    for file in evidence(out):
        if len(file.parts) == 1:  # nothing is read by another name there
            continue
        copy = file.with_stem(f"{file.stem}-copy")
        shutil.copy(out / file, out / copy)
        assert located(verify(out), copy, out), file
        (out / copy).unlink()


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_replaced_by_another_of_its_kind(out: Path, every: bool) -> None:
    """Each file by the next one of the same kind, or by all: another shard, another record."""
    count = 0
    files = evidence(out)
    for number, file in enumerate(files):
        content = (out / file).read_bytes()
        others = [
            other
            for other in (*files[number + 1 :], *files[:number])
            if (other.parts[0], other.suffix) == (file.parts[0], file.suffix)
            and (out / other).read_bytes() != content
        ]
        for other in others if every else others[:1]:
            (out / file).write_bytes((out / other).read_bytes())
            assert located(verify(out), file, out), (file, other)
            (out / file).write_bytes(content)
            count += 1
    assert count > 10


def test_two_runs_swapped(made: Made, out: Path) -> None:
    """Their records under each other's names; then their decisions, too."""
    first, second = (run.run_id for run in made.runs[:2])
    _swap(out / "runs" / f"{first}.json", out / "runs" / f"{second}.json")
    for run in (first, second):
        assert located(verify(out), Path("runs") / f"{run}.json", out)
    folder = out / "audit" / "decisions"
    _swap(folder / f"run={first}", folder / f"run={second}")
    assert located(verify(out), Path("runs") / f"{first}.json", out)


def test_two_runs_swapped_in_the_ledger(made: Made, out: Path) -> None:
    first, second = (run.run_id.encode() for run in made.runs[:2])
    path = out / "audit" / "ledger.jsonl"
    content = path.read_bytes()
    swapped = content.replace(first, b"~").replace(second, first).replace(b"~", second)
    path.write_bytes(swapped)
    assert verify(out).faults[0].location == "audit/ledger.jsonl:1"


def _swap(one: Path, other: Path) -> None:
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


Edit = Callable[[list[Any]], list[Any]]
EDITS: dict[str, Edit] = {
    "drop the first": lambda rows: rows[1:],
    "drop one": lambda rows: [*rows[:1], *rows[2:]],
    "truncate the tail": lambda rows: rows[:-1],
    "duplicate": lambda rows: [*rows[:1], *rows],
    "duplicate at the end": lambda rows: [*rows, rows[0]],
    "reorder": lambda rows: [rows[1], rows[0], *rows[2:]],
    "reverse": lambda rows: rows[::-1],
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_lines_of_the_ledger(out: Path, edit: Edit) -> None:
    path = out / "audit" / "ledger.jsonl"
    path.write_bytes(b"".join(edit(path.read_bytes().splitlines(keepends=True))))
    assert located(verify(out), Path("audit/ledger.jsonl"), out)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_rows_of_every_table(out: Path, edit: Edit) -> None:
    for file, table in _tables(out):
        if table.num_rows < 2:
            continue
        content = (out / file).read_bytes()
        rows = edit(table.to_pylist())
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), out / file)
        assert located(verify(out), file, out), file
        (out / file).write_bytes(content)


def _tables(out: Path) -> Iterator[tuple[Path, pa.Table]]:
    for file in evidence(out):
        if file.suffix == ".parquet":
            yield file, pq.read_table(out / file, partitioning=None)


def test_edited_decision_behind_digests_that_fit(made: Made, out: Path) -> None:
    """An insider who may write everything, and has not the key, makes an excluded file eligible.

    The decisions, the record, and every event of the ledger after that are written anew, so that
    nothing disagrees but the signature; then everything is signed again with another key.
    """
    run = made.runs[-1]
    file = run.decisions[0]
    path = out / "audit" / "decisions" / file.name
    table = pq.read_table(path, partitioning=None)
    rows = table.to_pylist()
    edited = next(row for row in rows if row["reasons"] == ["baa_executed"])
    edited["reasons"] = ["eu_server"]
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    record = out / "runs" / f"{run.run_id}.json"
    before = _sha256(record)
    text = record.read_text().replace(file.sha256, _sha256(path))
    told = json.loads(text)
    counted = told["reasons"]
    counted["baa_executed"] -= 1
    counted["eu_server"] += 1
    record.write_text(json.dumps({**told, "reasons": {k: n for k, n in counted.items() if n}}))
    assert located(verify(out), record.relative_to(out), out)

    def announced_anew(event: Event) -> dict[str, Any]:
        same = event.data.get("record_sha256") != before
        return event.data if same else {**event.data, "record_sha256": _sha256(record)}

    _write_ledger_anew(out, announced_anew, lambda event, _: (event.key, event.signature))
    (fault, *_) = verify(out).faults
    line = _line_of(made.out, "run_finished", run.run_id)
    assert fault.location == f"audit/ledger.jsonl:{line}"
    assert "not signed" in fault.message

    _write_ledger_anew(out, lambda event: event.data, _signed_by_other)
    assert verify(out).faults == ()  # it agrees with itself, and with nobody else:
    assert verify(out).public_key == OTHER.public_key
    known = Known(made.signer.public_key)
    assert verify(out, known).faults[0].location == "audit/ledger.jsonl:1"
    head = Ledger(made.out / "audit" / "ledger.jsonl").head()
    assert head is not None
    (fault, *_) = verify(out, Known(head=head.hash)).faults
    assert "kept elsewhere" in fault.message


def test_signed_again_from_the_middle_on(out: Path) -> None:
    path = out / "audit" / "ledger.jsonl"
    count = len(path.read_bytes().splitlines())
    for place in range(1, count):

        def signed(event: Event, digest: str, place: int = place) -> tuple[str, str]:
            if event.seq < place:
                return event.key, event.signature
            return _signed_by_other(event, digest)

        content = path.read_bytes()
        _write_ledger_anew(out, lambda event: event.data, signed)
        (fault,) = verify(out).faults
        assert fault.location == f"audit/ledger.jsonl:{place + 1}"
        assert "somebody else wrote this line" in fault.message
        path.write_bytes(content)
        (out / "audit" / "head.json").write_bytes(content.splitlines(keepends=True)[-1])


def _signed_by_other(_: Event, digest: str) -> tuple[str, str]:
    return OTHER.public_key, OTHER.sign(digest)


def _write_ledger_anew(
    out: Path,
    data: Callable[[Event], dict[str, Any]],
    signed: Callable[[Event, str], tuple[str, str]],
) -> None:
    """Writes the ledger and its copy with other data, chained as it should be."""
    path = out / "audit" / "ledger.jsonl"
    lines: list[bytes] = []
    prev = "0" * 64
    for event in map(json.loads, path.read_bytes().splitlines()):
        as_event = Event(**event)
        fields = {k: v for k, v in event.items() if k not in ("hash", "key", "signature")}
        fields.update(data=data(as_event), prev=prev)
        prev = hashlib.sha256(canonical(fields)).hexdigest()
        key, signature = signed(as_event, prev)
        lines.append(canonical({**fields, "hash": prev, "key": key, "signature": signature}))
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    (out / "audit" / "head.json").write_bytes(lines[-1] + b"\n")


def _line_of(out: Path, event: str, run_id: str) -> int:
    lines = (out / "audit" / "ledger.jsonl").read_bytes().splitlines()
    events = [parse_line(line) for line in lines]
    return next(e.seq for e in events if (e.event, e.run_id) == (event, run_id)) + 1


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_older_state_of_the_whole_folder(made: Made) -> None:
    """All agrees, and is signed by the right one: only a head that was kept elsewhere tells."""
    head = Ledger(made.out / "audit" / "ledger.jsonl").head()
    assert head is not None
    assert verify(made.older, Known(made.signer.public_key)).faults == ()
    (fault,) = verify(made.older, Known(made.signer.public_key, head.hash)).faults
    assert "kept elsewhere" in fault.message
