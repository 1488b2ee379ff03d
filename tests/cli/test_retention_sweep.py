"""`retention sweep`: what goes, what never does, and what is left of a sweep that was killed."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearshard import layout
from clearshard.audit.events import EventName
from clearshard.audit.ledger import Ledger
from clearshard.cli.entry import _exit_code
from clearshard.lifecycle.retention.receipts import Outcome, Receipt, decode, is_begun, is_receipt
from clearshard.run.output.lock import run_lock
from clearshard.storage.local import LocalStore
from clearshard.storage.uris import named_in_memory

from ..audit.building import Output, Row
from ..audit.signers import SECRET
from .keeping import AS_OF, DAY, HOUR, ONE_OF_EACH, THEN, Keeping, keeping

ROOTS = '[retention]\nroots = ["kept"]\n'
DUE = ("begun", "late", "too-late", "asked-for")


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


@pytest.fixture
def kept(tmp_path: Path) -> Keeping:
    made = keeping(tmp_path)
    made.configure(ROOTS)
    return made


def stored(kept: Keeping, key: str, content: bytes = b"what was said") -> Path:
    path = kept.store / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def each_of(kept: Keeping) -> Path:
    """An inventory with one artefact of each state, all of them there."""
    rows = [{**row, "uri": f"{row['artefact_id']}.json"} for row in ONE_OF_EACH]
    for row in rows:
        stored(kept, row["uri"], row["artefact_id"].encode())
    return kept.inventory(rows)


def sweep(kept: Keeping, inventory: Path, *more: object) -> int:
    return run("retention", "sweep", inventory, "--config", kept.config, *THEN, *more)


def _answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def receipts_of(kept: Keeping) -> dict[str, Receipt]:
    folder = kept.folder / "retention-receipts"
    if not folder.exists():
        return {}
    assert not [path.name for path in folder.iterdir() if is_begun(path.name)]
    return {
        path.name: decode(path.read_bytes(), path.name)
        for path in sorted(folder.iterdir())
        if is_receipt(path.name)
    }


def names(kept: Keeping) -> set[str]:
    return {path.stem for path in kept.store.rglob("*.json")}


def test_nothing_is_deleted_unless_it_is_said(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    before = sorted(path.name for path in kept.folder.rglob("*"))
    assert sweep(kept, inventory, "--json") == 0
    answer = _answer(capsys)
    assert (answer["executed"], answer["due"], answer["deleted"]) == (False, 4, 4)
    assert sorted(path.name for path in kept.folder.rglob("*")) == before
    assert sweep(kept, inventory) == 0
    assert "would be deleted (nothing is, without --execute)" in capsys.readouterr().out


def test_what_is_due_goes_with_a_receipt_and_all_else_stays(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    assert sweep(kept, inventory, "--execute", "--actor", "keeper", "--json") == 0
    answer = _answer(capsys)
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
    answer = _answer(capsys)
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


def _overdue(uri: str | None, **more: Any) -> dict[str, Any]:
    return {"account_id": "short", "created_at": AS_OF - 9 * DAY, "uri": uri, **more}


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        (None, "no_uri"),
        ("../outside.json", "outside_roots"),
        ("/etc/hostname", "outside_roots"),
        ("{root}/../outside.json", "outside_roots"),
        ("{root}x/outside.json", "outside_roots"),
        ("{root}xinside.json", "outside_roots"),
        ("file://{root}/../outside.json", "outside_roots"),
        ("file://elsewhere/outside.json", "outside_roots"),
        ("s3://bucket/outside.json", "outside_roots"),
        ("{root}", "outside_roots"),
        ("{root}/", "outside_roots"),
        ("a//outside.json", "outside_roots"),
        ("./outside.json", "outside_roots"),
        ("a\\..\\outside.json", "outside_roots"),
        (".clearshard-lock", "outside_roots"),
        ("folder", "not_there"),
        ("link.json", "failed"),
        ("linked/outside.json", "failed"),
        ("pipe", "failed"),
    ],
)
def test_nothing_outside_the_roots_is_touched_and_no_link_followed(
    kept: Keeping, uri: str | None, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = kept.folder / "elsewhere" / "outside.json"
    for path in (outside, kept.folder / "outside.json", kept.folder / "keptx" / "outside.json"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("not yours")
    (kept.store / "link.json").symlink_to(outside)
    (kept.store / "linked").symlink_to(outside.parent)
    os.mkfifo(kept.store / "pipe")
    stored(kept, "folder/inner.json")
    stored(kept, "inside.json")
    spelled = None if uri is None else uri.format(root=kept.store)
    stored(kept, "there.json")
    inventory = kept.inventory([_overdue(spelled), _overdue("there.json", artefact_id="x")])
    before = {str(path) for path in kept.folder.rglob("*")}
    code = sweep(kept, inventory, "--execute", "--json")
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (answer["left"], answer["deleted"]) == ({why: 1}, 1)
    assert code == (1 if why == "failed" else 0)
    after = {str(path) for path in kept.folder.rglob("*")}
    assert before - after == {str(kept.store / "there.json")}
    assert outside.read_text() == "not yours"


@pytest.mark.parametrize("spelled", ["{0}/a/b.json", "file://{0}/a/b.json", "a/b.json"])
def test_a_place_can_be_written_in_three_ways(kept: Keeping, spelled: str) -> None:
    stored(kept, "a/b.json")
    assert sweep(kept, kept.inventory([_overdue(spelled.format(kept.store))]), "--execute") == 0
    assert names(kept) == set()
    [receipt] = receipts_of(kept).values()
    assert [(e.root, e.key) for e in receipt.artefacts] == [(str(kept.store), "a/b.json")]


def test_a_root_may_be_reached_by_a_link_as_the_user_says(kept: Keeping) -> None:
    (kept.folder / "link").symlink_to(kept.store)
    kept.configure('[retention]\nroots = ["link"]\n')
    stored(kept, "a.json")
    stored(kept, "b.json")
    uris = (f"{kept.folder}/link/a.json", f"{kept.store}/b.json")
    rows = [_overdue(uri, artefact_id=uri[-6:]) for uri in uris]
    assert sweep(kept, kept.inventory(rows), "--execute") == 0
    assert names(kept) == set()


def test_of_several_roots_a_relative_place_is_below_none(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    (kept.folder / "second").mkdir()
    kept.configure('[retention]\nroots = ["kept", "second"]\n')
    stored(kept, "a.json")
    other = kept.folder / "second" / "b.json"
    other.write_text("b")
    rows = [_overdue("a.json"), _overdue(str(other), artefact_id="b")]
    assert sweep(kept, kept.inventory(rows), "--execute", "--json") == 0
    answer = _answer(capsys)
    assert (answer["deleted"], answer["left"]) == (1, {"outside_roots": 1})
    assert names(kept) == {"a"}
    assert not other.exists()


@pytest.mark.parametrize(
    ("roots", "output", "problem"),
    [
        ("[]", "out", "name the folders"),
        ('["/"]', "out", "whole machine"),
        ('["."]', "out", "lies below it"),
        ('["kept", "kept/inner"]', "out", "below another root"),
        ('["kept", "kept"]', "out", "below another root"),
        ('["s3://a/b", "s3://a/b/c"]', "out", "below another root"),
        ('["kept"]', "kept/out", "lies below it"),
        ('["out/kept"]', "out", "lies below that"),
        ('["retention-receipts"]', "out", "lies below it"),
    ],
)
def test_a_root_that_could_hold_anything_else_is_refused(
    kept: Keeping, roots: str, output: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    (kept.folder / "out" / "kept").mkdir(parents=True)
    kept.configure(f'[output]\nfolder = "{output}"\n[retention]\nroots = {roots}\n')
    for more in ((), ("--execute",)):
        assert sweep(kept, inventory, *more) == 2
        assert problem in capsys.readouterr().err
    assert len(names(kept)) == len(ONE_OF_EACH)


@pytest.mark.parametrize(
    "setting",
    [
        '[keys]\nfile = "kept/key"',
        '[keys]\nsigning_file = "kept/key"',
        '[redaction]\nrecognizers = "kept/own.yaml"',
        '[lineage]\nfile = "kept/events.jsonl"',
    ],
)
def test_what_a_job_needs_does_not_lie_where_anything_is_deleted(
    kept: Keeping, setting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    kept.configure(f"{setting}\n{ROOTS}")
    assert sweep(kept, inventory, "--execute") == 2
    assert "lies below it" in capsys.readouterr().err
    assert len(names(kept)) == len(ONE_OF_EACH)


def test_a_root_that_is_not_there_is_not_made(kept: Keeping) -> None:
    kept.configure('[retention]\nroots = ["gone"]\n')
    inventory = kept.inventory([_overdue("a.json")])
    assert sweep(kept, inventory, "--execute") == 4
    assert not (kept.folder / "gone").exists()


def test_what_another_row_keeps_is_left(kept: Keeping, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "c"):
        stored(kept, f"{name}.json")
    rows = [
        _overdue("a.json"),
        # The same place, said otherwise, of somebody who keeps it; and of somebody unknown.
        {"artefact_id": "k", "uri": f"{kept.store}/a.json"},
        _overdue("b.json", artefact_id="b"),
        {"artefact_id": "u", "account_id": "nobody", "uri": "b.json"},
        _overdue("c.json", artefact_id="c"),
        _overdue("c.json", artefact_id="c again"),
    ]
    assert sweep(kept, kept.inventory(rows), "--execute", "--json") == 1
    captured = capsys.readouterr()
    answer = json.loads(captured.out.splitlines()[-1])
    assert answer["left"] == {"conflicting_rows": 2, "not_there": 1}
    assert names(kept) == {"a", "b"}
    assert "conflicting_rows" in captured.err


@pytest.mark.parametrize(
    "other",
    [
        "./a.json",
        "x/../a.json",
        "{root}//a.json",
        "/{root}/a.json",
        "a.json/",
        " a.json",
        "file://localhost{root}/a.json",
        "FILE://{root}/a.json",
        "file://{root}/%61.json",
        "A.JSON",
        "{folder}/link/a.json",
    ],
)
def test_what_another_row_keeps_is_left_however_it_says_so(kept: Keeping, other: str) -> None:
    stored(kept, "a.json")
    stored(kept, "b.json")
    (kept.folder / "link").symlink_to(kept.store)
    uri = other.format(root=kept.store, folder=kept.folder)
    rows = [
        _overdue("a.json"),
        {"artefact_id": "k", "uri": uri},
        _overdue("b.json", artefact_id="b"),
    ]
    assert sweep(kept, kept.inventory(rows), "--execute") == 1
    assert names(kept) == {"a"}


@pytest.mark.parametrize("line", ["{", '{"kind": "a", "kind": "b"}', "7"])
def test_with_a_row_that_cannot_be_read_nothing_is_deleted(
    kept: Keeping, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody knows what it would keep."""
    stored(kept, "a.json")
    inventory = kept.inventory([_overdue("a.json")])
    inventory.write_text(f"{inventory.read_text()}{line}\n")
    assert sweep(kept, inventory, "--execute") == 4
    assert "rows cannot be read" in capsys.readouterr().err
    assert names(kept) == {"a"}


@pytest.mark.parametrize("root", ["FILE://{folder}", "{folder}", "out/shards", "FILE://{out}"])
def test_no_root_may_hold_or_be_what_is_needed_or_was_made(kept: Keeping, root: str) -> None:
    """An output is known by its marker, whatever configuration it is of."""
    out = kept.folder / "out"
    (out / "shards").mkdir(parents=True)
    (out / layout.MARKER).write_text("{}")
    spelled = root.format(folder=kept.folder, out=out)
    kept.configure(f'[retention]\nroots = ["{spelled}"]\n')
    assert sweep(kept, kept.inventory([_overdue("a.json")]), "--execute") == 2


def test_nothing_of_an_output_below_a_root_is_deleted(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    shard = stored(kept, "of-a-job/shards/2026-01/part.json")
    (kept.store / "of-a-job" / layout.MARKER).write_text("{}")
    inventory = kept.inventory([_overdue("of-a-job/shards/2026-01/part.json")])
    sweep(kept, inventory, "--execute", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["left"] == {"outside_roots": 1}
    assert shard.exists()


def test_a_registry_that_a_pattern_names_is_kept(kept: Keeping) -> None:
    day = kept.folder / "exports" / "day-1"
    day.mkdir(parents=True)
    (kept.folder / "accounts.csv").rename(day / "accounts.csv")
    kept.configure('[retention]\nroots = ["exports/day-1"]\n')
    text = kept.config.read_text().replace('"accounts.csv"', '"exports/*/accounts.csv"')
    kept.config.write_text(text)
    rows = [_overdue("accounts.csv")]
    assert sweep(kept, kept.inventory(rows), "--execute") == 2
    assert (day / "accounts.csv").exists()


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
    assert sweep(kept, kept.inventory([_overdue("a.json")]), "--execute", "--json") == 1
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
    rows = [_overdue("a.json"), _overdue("empty.json", artefact_id="e")]
    assert sweep(kept, kept.inventory(rows), "--execute") == 0
    [receipt] = receipts_of(kept).values()
    assert [entry.sha256 for entry in receipt.artefacts] == [
        hashlib.sha256(content).hexdigest(),
        hashlib.sha256(b"").hexdigest(),
    ]


def test_two_sweeps_at_once_are_one_too_many(kept: Keeping) -> None:
    inventory = each_of(kept)
    folder = kept.folder / "retention-receipts"
    folder.mkdir(mode=0o700)
    with run_lock(folder / "sweep.lock"):
        assert sweep(kept, inventory, "--execute") == 6
    assert len(names(kept)) == len(ONE_OF_EACH)
    assert sweep(kept, inventory, "--execute") == 0


@pytest.fixture
def output(kept: Keeping) -> Output:
    """An output folder beside it, with a ledger."""
    made = Output(kept.folder / "out")
    made.publish("a", [Row("f")])
    (kept.folder / "clearshard-signing.key").write_text(SECRET.hex())
    (kept.folder / "clearshard-signing.key").chmod(0o600)
    kept.configure(f'[output]\nfolder = "out"\n{ROOTS}')
    return made


def told(output: Output) -> Counter[str]:
    """How often the ledger was told of each receipt, with the digest that it has."""
    found: Counter[str] = Counter()
    for event in Ledger(output.out / "audit" / "ledger.jsonl").read():
        if event.event == EventName.RETENTION_SWEPT:
            for name, sha256 in event.data["receipts"].items():
                path = output.out.parent / "retention-receipts" / name
                assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
                found[name] += 1
    return found


def test_the_ledger_is_told_once(
    kept: Keeping, output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = each_of(kept)
    for count in (1, 0):
        assert sweep(kept, inventory, "--execute", "--json") == 0
        assert _answer(capsys)["receipts_told"] == count
        assert told(output) == Counter(receipts_of(kept).keys())
    assert run("audit", "verify", "--out", output.out) == 0


def test_without_the_key_of_the_ledger_nothing_is_deleted(kept: Keeping, output: Output) -> None:
    inventory = each_of(kept)
    (kept.folder / "clearshard-signing.key").unlink()
    assert sweep(kept, inventory, "--execute") == 2
    assert len(names(kept)) == len(ONE_OF_EACH)


class Killed(BaseException):
    """As if the process were gone: nothing after it is done."""


def _dying(monkeypatch: pytest.MonkeyPatch, after: int) -> Iterator[int]:
    """Lets so many calls that change anything happen, and then none; counts them."""
    left = [after]
    for name in ("put_if_absent", "delete"):
        do = getattr(LocalStore, name)

        def counted(*arguments: Any, do: Any = do) -> Any:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return do(*arguments)

        monkeypatch.setattr(LocalStore, name, counted)
    append = Ledger.append

    def appended(*arguments: Any, **more: Any) -> Any:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return append(*arguments, **more)

    monkeypatch.setattr(Ledger, "append", appended)
    yield left[0]


@pytest.mark.parametrize("after", range(13))
def test_killed_at_any_moment_and_swept_again_all_is_gone_and_accounted_for(
    kept: Keeping, output: Output, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clearshard.run.retention.sweeping._BATCH", 2)
    inventory = each_of(kept)
    with monkeypatch.context() as patch:
        next(_dying(patch, after))
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
        next(_dying(patch, 2))
        with pytest.raises(Killed):
            sweep(kept, inventory, "--execute")
    (kept.folder / "other").mkdir()
    kept.configure('[retention]\nroots = ["other"]\n')
    assert sweep(kept, inventory, "--execute") == 4
    assert "Put it back" in capsys.readouterr().err


def test_receipts_are_not_kept_in_an_output_folder(kept: Keeping, output: Output) -> None:
    inventory = each_of(kept)
    kept.configure(f'[output]\nfolder = "out"\n{ROOTS}receipts = "out/receipts"\n')
    assert sweep(kept, inventory, "--execute") == 2
    assert len(names(kept)) == len(ONE_OF_EACH)


def test_an_edited_receipt_of_what_was_begun_stops_the_sweep(kept: Keeping) -> None:
    inventory = each_of(kept)
    folder = kept.folder / "retention-receipts"
    folder.mkdir(mode=0o700)
    (folder / "x-00000.begun.json").write_text("{}")
    assert sweep(kept, inventory, "--execute") == 5
    assert len(names(kept)) == len(ONE_OF_EACH)


def test_what_is_in_a_bucket_goes_from_there(kept: Keeping) -> None:
    kept.configure('[retention]\nroots = ["memory://kept", "kept"]\n')
    stored(kept, "a.json")
    with named_in_memory("kept") as store:
        for key in ("a.json", "folder/b.json", "young.json"):
            store.put_if_absent(key, key.encode())
        rows = [
            _overdue("memory://kept/a.json"),
            _overdue("memory://kept/folder/b.json", artefact_id="b"),
            {"artefact_id": "young", "uri": "memory://kept/young.json"},
        ]
        assert sweep(kept, kept.inventory(rows), "--execute") == 0
        assert [one.key for one in store.list_below()] == ["young.json"]
    assert names(kept) == {"a"}
    [receipt] = receipts_of(kept).values()
    assert [e.root for e in receipt.artefacts] == ["memory://kept"] * 2


def test_without_an_inventory_the_roots_are_listed(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.configure(
        '[retention]\nroots = ["kept"]\nkeys = "{account_id}/{kind}/{created_at}/{artefact_id}.*"\n'
    )
    old, new = ((AS_OF - age).isoformat() for age in (9 * DAY, HOUR / 4))
    stored(kept, f"short/final_transcript/{old}/old.json")
    stored(kept, f"short/final_transcript/{new}/young.json")
    stored(kept, f"plain/final_transcript/{old}/kept.json")
    stored(kept, "short/stray.json")
    command = ("--config", kept.config, *THEN, "--json")
    assert run("retention", "plan", *command) == 0
    answer = _answer(capsys)
    assert (answer["inventory_sha256"], answer["unknown"]) == (None, {"malformed": 1})
    assert [row["artefact_id"] for row in answer["rows"]] == ["old", "short/stray.json"]
    assert run("retention", "sweep", *command, "--execute") == 0
    assert _answer(capsys)["deleted"] == 1
    assert names(kept) == {"young", "kept", "stray"}


@pytest.mark.parametrize("keys", ["", 'keys = "{account_id}/{kind}"\n'])
def test_a_listing_needs_to_know_how_keys_are_made(
    kept: Keeping, keys: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.configure(ROOTS + keys)
    for verb in ("plan", "sweep"):
        assert run("retention", verb, "--config", kept.config, *THEN) == 2
        assert "retention.keys" in capsys.readouterr().err
