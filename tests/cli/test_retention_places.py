"""`retention sweep`: where anything is deleted, and where never."""

import json
import os
from collections.abc import Sequence

import pytest

from clearshard import layout
from clearshard.config.sections import Keys
from clearshard.storage import places
from clearshard.storage.uris import named_in_memory

from ..audit.building import Output
from .keeping import ONE_OF_EACH, Keeping
from .sweeping import ROOTS, answer_of, each_of, names, overdue, receipts_of, stored, sweep


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
    inventory = kept.inventory([overdue(spelled), overdue("there.json", artefact_id="x")])
    before = {str(path) for path in kept.folder.rglob("*")}
    code = sweep(kept, inventory, "--execute", "--json")
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (answer["left"], answer["deleted"]) == ({why: 1}, 1)
    assert code == (1 if why == "failed" else 0)
    after = {str(path) for path in kept.folder.rglob("*")}
    assert before - after == {str(kept.store / "there.json")}
    assert outside.read_text() == "not yours"


def test_a_root_may_be_reached_by_a_link_as_the_user_says(kept: Keeping) -> None:
    (kept.folder / "link").symlink_to(kept.store)
    kept.configure('[retention]\nroots = ["link"]\n')
    stored(kept, "a.json")
    stored(kept, "b.json")
    uris = (f"{kept.folder}/link/a.json", f"{kept.store}/b.json")
    rows = [overdue(uri, artefact_id=uri[-6:]) for uri in uris]
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
    rows = [overdue("a.json"), overdue(str(other), artefact_id="b")]
    assert sweep(kept, kept.inventory(rows), "--execute", "--json") == 0
    answer = answer_of(capsys)
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
        *(f'[keys]\n{name} = "kept/key"' for name in Keys.model_fields if name != "kms"),
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
    inventory = kept.inventory([overdue("a.json")])
    assert sweep(kept, inventory, "--execute") == 4
    assert not (kept.folder / "gone").exists()


@pytest.mark.parametrize("root", ["FILE://{folder}", "{folder}", "out/shards", "FILE://{out}"])
def test_no_root_may_hold_or_be_what_is_needed_or_was_made(kept: Keeping, root: str) -> None:
    """An output is known by its marker, whatever configuration it is of."""
    out = kept.folder / "out"
    (out / "shards").mkdir(parents=True)
    (out / layout.MARKER).write_text("{}")
    spelled = root.format(folder=kept.folder, out=out)
    kept.configure(f'[retention]\nroots = ["{spelled}"]\n')
    assert sweep(kept, kept.inventory([overdue("a.json")]), "--execute") == 2


def test_nothing_of_an_output_below_a_root_is_deleted(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    shard = stored(kept, "of-a-job/shards/2026-01/part.json")
    (kept.store / "of-a-job" / layout.MARKER).write_text("{}")
    inventory = kept.inventory([overdue("of-a-job/shards/2026-01/part.json")])
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
    rows = [overdue("accounts.csv")]
    assert sweep(kept, kept.inventory(rows), "--execute") == 2
    assert (day / "accounts.csv").exists()


def test_receipts_are_not_kept_in_an_output_folder(kept: Keeping, output: Output) -> None:
    inventory = each_of(kept)
    kept.configure(f'[output]\nfolder = "out"\n{ROOTS}receipts = "out/receipts"\n')
    assert sweep(kept, inventory, "--execute") == 2
    assert len(names(kept)) == len(ONE_OF_EACH)


def test_what_is_in_a_bucket_goes_from_there(kept: Keeping) -> None:
    kept.configure('[retention]\nroots = ["memory://kept", "kept"]\n')
    stored(kept, "a.json")
    with named_in_memory("kept") as store:
        for key in ("a.json", "folder/b.json", "young.json"):
            store.put_if_absent(key, key.encode())
        rows = [
            overdue("memory://kept/a.json"),
            overdue("memory://kept/folder/b.json", artefact_id="b"),
            {"artefact_id": "young", "uri": "memory://kept/young.json"},
        ]
        assert sweep(kept, kept.inventory(rows), "--execute") == 0
        assert [one.key for one in store.list_below()] == ["young.json"]
    assert names(kept) == {"a"}
    [receipt] = receipts_of(kept).values()
    assert [e.root for e in receipt.artefacts] == ["memory://kept"] * 2


def test_what_lies_on_another_disk_than_its_root_is_left(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It could be missing while the root is there."""
    require = places.require_one_disk

    def two_disks(opened: Sequence[int], folder: str) -> None:
        other = [os.open("/proc", os.O_RDONLY)] if folder.startswith("inner") else []
        try:
            require([*opened, *other], folder)
        finally:
            for handle in other:
                os.close(handle)

    monkeypatch.setattr("clearshard.storage.local.require_one_disk", two_disks)
    keys = ("inner/a.json", "inner/deep/b.json", "c.json")
    for key in keys:
        stored(kept, key)
    rows = [overdue(key, artefact_id=key) for key in keys]
    assert sweep(kept, kept.inventory(rows), "--execute", "--json") == 1
    assert answer_of(capsys)["left"] == {"failed": 2}
    assert names(kept) == {"a", "b"}


def test_nothing_of_an_output_in_a_bucket_is_deleted(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.configure('[retention]\nroots = ["memory://kept"]\n')
    keys = ("job/shards/a.json", "b.json")
    rows = [overdue(f"memory://kept/{key}", artefact_id=key) for key in keys]
    with named_in_memory("kept") as store:
        for key in (*keys, f"job/{layout.MARKER}"):
            store.put_if_absent(key, b"{}")
        assert sweep(kept, kept.inventory(rows), "--execute", "--json") == 0
        assert answer_of(capsys)["left"] == {"outside_roots": 1}
        assert store.head("job/shards/a.json") is not None
        assert store.head("b.json") is None
        store.put_if_absent(layout.MARKER, b"{}")
        assert sweep(kept, kept.inventory(rows), "--execute") == 2
        assert "lies in the output folder memory://kept" in capsys.readouterr().err


def test_a_root_is_not_the_bucket_of_the_own_output(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.configure(
        '[output]\nfolder = "s3://bucket/out"\nmirror = "out"\n'
        '[retention]\nroots = ["s3://bucket"]\n'
    )
    assert sweep(kept, kept.inventory([overdue("s3://bucket/out/a.json")])) == 2
    assert "output.folder lies below it" in capsys.readouterr().err


@pytest.mark.parametrize("table", ["files.csv", "accounts.csv"])
@pytest.mark.parametrize("named", ["facts/{}", "facts/*/{}", "{}"])
def test_no_root_may_hold_a_table_in_a_bucket(
    kept: Keeping, capsys: pytest.CaptureFixture[str], table: str, named: str
) -> None:
    kept.configure('[retention]\nroots = ["s3://bucket"]\n')
    text = kept.config.read_text().replace(f'"{table}"', f'"s3://bucket/{named.format(table)}"')
    kept.config.write_text(text)
    assert sweep(kept, kept.inventory([overdue("s3://bucket/a.json")]), "--execute") == 2
    name = "manifest" if table == "files.csv" else "registry"
    assert f"sources.{name} lies below it" in capsys.readouterr().err
