"""`retention sweep`: in how many ways a place is written or listed, and what that keeps."""

import json
import os
from itertools import product

import pytest

from clearshard.storage import beneath

from .keeping import AS_OF, DAY, HOUR, THEN, Keeping
from .sweeping import ROOTS, answer_of, names, overdue, receipts_of, run, stored, sweep


@pytest.mark.parametrize(
    "spelled",
    [
        *("{0}/a/b.json", "a/b.json", "file://{0}/a/b.json", "FILE://localhost{0}/a/b.json"),
        *("file:{0}/a/b.json", "file://{0}/a%2Fb.json", "file://{0}/%61/b%2ejson"),
    ],
)
def test_a_place_can_be_written_in_several_ways(kept: Keeping, spelled: str) -> None:
    stored(kept, "a/b.json")
    assert sweep(kept, kept.inventory([overdue(spelled.format(kept.store))]), "--execute") == 0
    assert names(kept) == set()
    [receipt] = receipts_of(kept).values()
    assert [(e.root, e.key) for e in receipt.artefacts] == [(str(kept.store), "a/b.json")]


def test_what_another_row_keeps_is_left(kept: Keeping, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "c"):
        stored(kept, f"{name}.json")
    rows = [
        overdue("a.json"),
        # The same place, said otherwise, of somebody who keeps it; and of somebody unknown.
        {"artefact_id": "k", "uri": f"{kept.store}/a.json"},
        overdue("b.json", artefact_id="b"),
        {"artefact_id": "u", "account_id": "nobody", "uri": "b.json"},
        overdue("c.json", artefact_id="c"),
        overdue("c.json", artefact_id="c again"),
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
        "file://{root}/%2561.json",
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
        overdue("a.json"),
        {"artefact_id": "k", "uri": uri},
        overdue("b.json", artefact_id="b"),
    ]
    assert sweep(kept, kept.inventory(rows), "--execute") == 1
    assert names(kept) == {"a"}


#: Ways by links to `real/a.json`.
_LED = (
    *("link/a.json", "{root}/link/a.json", "file://{root}/link/a.json"),
    *("./link//a.json", " {root}/link/a.json", "l%69nk/a.json", "hop/a.json", "hop/./a.json"),
    *("alias.json", "{root}/alias.json", "alias.json/", "hop/../alias.json"),
    *("{folder}/outer.json", "file://{folder}/outer.json", "{folder}/outer/a.json"),
    *("a%20link/a.json", "{root}/a%20link/a.json", "file://{root}/a%2520link/a.json"),
    *(" blank/a.json", "{root}/ blank/a.json", " {root}/a%20link/a.json"),
    # Where it is looked for, `..` is the folder above the one that the link leads to.
    *("inner/../a.json", "{root}/inner/../a.json"),
)


@pytest.mark.parametrize(
    ("roots", "other"),
    [
        *(('"kept"', one) for one in _LED),
        *product(('"kept", "second"', '"second", "way"'), ("link/a.json", "{root}/alias.json")),
    ],
)
def test_where_a_link_leads_that_another_row_names_is_left(
    kept: Keeping, roots: str, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.configure(f"[retention]\nroots = [{roots}]\n")
    for key in ("real/a.json", "real/inner/c.json", "b.json"):
        stored(kept, key)
    for name in ("link", "a%20link", " blank"):
        (kept.store / name).symlink_to("real")
    (kept.store / "hop").symlink_to(kept.store / "link")
    (kept.store / "inner").symlink_to("real/inner")
    (kept.store / "alias.json").symlink_to("hop/a.json")
    (kept.folder / "way").symlink_to("kept")
    (kept.folder / "outer").symlink_to("way/real")
    (kept.folder / "outer.json").symlink_to(kept.store / "alias.json")
    (kept.folder / "second").mkdir()
    uri = other.format(root=kept.store, folder=kept.folder)
    rows = [
        overdue(f"{kept.store}/real/a.json"),
        {"artefact_id": "k", "uri": uri},
        overdue(f"{kept.store}/b.json", artefact_id="b"),
    ]
    assert sweep(kept, kept.inventory(rows), "--execute", "--json") == 1
    assert answer_of(capsys)["left"] == {"conflicting_rows": 1}
    assert (kept.store / "real" / "a.json").exists()
    assert not (kept.store / "b.json").exists()


@pytest.mark.parametrize(
    ("due", "other"), [(" a.json", "{root}/ a.json"), ("%20a.json", "{root}/%20a.json")]
)
def test_a_name_that_begins_with_a_blank_is_kept(kept: Keeping, due: str, other: str) -> None:
    stored(kept, due)
    stored(kept, "b.json")
    rows = [
        overdue(due),
        {"artefact_id": "k", "uri": other.format(root=kept.store)},
        overdue("b.json", artefact_id="b"),
    ]
    assert sweep(kept, kept.inventory(rows), "--execute") == 1
    assert {path.name for path in kept.store.glob("*.json")} == {due}


@pytest.mark.parametrize(
    "other",
    [
        "",
        "gone/a.json",
        "a.json\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 80,
        *("%00/a.json", "{root}/%00/../a%00.json", "{folder}/%00/a.json"),
        *("{folder}/bytes/a.json", "{folder}/loop/a.json", "loop", "elsewhere", "{folder}/long"),
    ],
)
def test_what_is_no_place_of_anything_due_keeps_nothing(kept: Keeping, other: str) -> None:
    """It may be long, not be there, or lead nowhere."""
    stored(kept, "a.json")
    (kept.folder / "bytes").symlink_to(os.fsdecode(b"\xff"))
    (kept.folder / "loop").symlink_to("loop")
    (kept.folder / "long").symlink_to("/".join([str(kept.store), *["x" * 200] * 15]))
    (kept.store / "loop").symlink_to("loop")
    (kept.store / "elsewhere").symlink_to("/")
    uri = other.format(root=kept.store, folder=kept.folder)
    rows = [overdue("a.json"), {"artefact_id": "k", "uri": uri}]
    assert sweep(kept, kept.inventory(rows), "--execute") == 0
    assert names(kept) == set()


@pytest.mark.parametrize(
    "uri",
    [
        *("real/a.json\t\n", "real/a\x7f.json", "file://{root}/real/" + "./" * 600 + "a.json"),
        *(["real/a.json"], {"path": "real/a.json"}, "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_with_a_place_that_cannot_be_read_nothing_is_deleted(
    kept: Keeping, uri: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody knows what it would keep; but of what is due itself it keeps nothing."""
    for key in ("real/a.json", "b.json"):
        stored(kept, key)
    place = uri.format(root=kept.store) if isinstance(uri, str) else uri
    rows = [overdue("real/a.json"), overdue("b.json", artefact_id="b")]
    unread = {"artefact_id": "k", "uri": place}
    inventory = kept.inventory([*rows, unread, {**unread, "artefact_id": "l"}])
    for more in ((), ("--execute",)):
        assert sweep(kept, inventory, *more) == 4
        told = capsys.readouterr().err
        assert "the uri of 2 rows that are not due cannot be read" in told
        assert "the first of artefact k" in told
    assert names(kept) == {"a", "b"}
    due = {**overdue(None, artefact_id="k"), "uri": place}
    assert sweep(kept, kept.inventory([*rows, due]), "--execute", "--json") == 0
    assert answer_of(capsys)["left"] == {"no_uri": 1}
    assert names(kept) == set()


@pytest.mark.parametrize("line", ["{", '{"kind": "a", "kind": "b"}', "7"])
def test_with_a_row_that_cannot_be_read_nothing_is_deleted(
    kept: Keeping, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody knows what it would keep."""
    stored(kept, "a.json")
    inventory = kept.inventory([overdue("a.json")])
    inventory.write_text(f"{inventory.read_text()}{line}\n")
    assert sweep(kept, inventory, "--execute") == 4
    assert "rows cannot be read" in capsys.readouterr().err
    assert names(kept) == {"a"}


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
    answer = answer_of(capsys)
    assert (answer["inventory_sha256"], answer["unknown"]) == (None, {"malformed": 1})
    assert [row["artefact_id"] for row in answer["rows"]] == ["old", "short/stray.json"]
    assert run("retention", "sweep", *command, "--execute") == 0
    assert answer_of(capsys)["deleted"] == 1
    assert names(kept) == {"young", "kept", "stray"}


@pytest.mark.parametrize("keys", ["", 'keys = "{account_id}/{kind}"\n'])
def test_a_listing_needs_to_know_how_keys_are_made(
    kept: Keeping, keys: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.configure(ROOTS + keys)
    for verb in ("plan", "sweep"):
        assert run("retention", verb, "--config", kept.config, *THEN) == 2
        assert "retention.keys" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spelled", "gone"),
    [
        ("file://{0}/a%20b.json", "a b.json"),
        ("file://{0}/a b.json", "a b.json"),
        ("file://{0}/a%2520b.json", "a%20b.json"),
        ("file://{0}/100%.json", "100%.json"),
        # Only a file uri means anything by a percent sign.
        ("{0}/a%20b.json", "a%20b.json"),
        ("a%20b.json", "a%20b.json"),
        # Whoever does not write '#' as %23 means nobody knows what.
        ("file://{0}/a#b.json", None),
        ("file://{0}/a%23b.json", "a#b.json"),
    ],
)
def test_what_a_percent_sign_means_a_file_uri_says(
    kept: Keeping, spelled: str, gone: str | None
) -> None:
    there = {"a b.json", "a%20b.json", "a%2520b.json", "100%.json", "a#b.json"}
    for name in there:
        stored(kept, name)
    assert sweep(kept, kept.inventory([overdue(spelled.format(kept.store))]), "--execute") == 0
    assert {path.name for path in kept.store.glob("*.json")} == there - {gone}


@pytest.mark.parametrize("other", ["a%20b.json", "{0}/a%20b.json", "file://{0}/a%2520b.json"])
@pytest.mark.parametrize("due", ["a%20b.json", "{0}/a%20b.json", "file://{0}/a%2520b.json"])
def test_a_name_with_a_percent_sign_is_kept_however_it_is_written(
    kept: Keeping, due: str, other: str
) -> None:
    stored(kept, "a%20b.json")
    rows = [
        overdue(due.format(kept.store)),
        {"artefact_id": "k", "uri": other.format(kept.store)},
    ]
    assert sweep(kept, kept.inventory(rows), "--execute") == 1
    assert names(kept) == {"a%20b"}


def test_a_link_with_a_percent_sign_leads_to_what_is_kept(kept: Keeping) -> None:
    stored(kept, "a.json")
    (kept.folder / "to%20it").symlink_to(kept.store)
    rows = [overdue("a.json"), {"artefact_id": "k", "uri": f"{kept.folder}/to%20it/a.json"}]
    assert sweep(kept, kept.inventory(rows), "--execute") == 1
    assert names(kept) == {"a"}


@pytest.mark.parametrize("root", ["file://{0}/my%20files", "{0}/my files", "my files"])
def test_a_root_may_be_a_file_uri(kept: Keeping, root: str) -> None:
    folder = kept.folder / "my files"
    folder.mkdir()
    for name in ("a.json", "b.json", "c.json"):
        (folder / name).write_text("said")
    kept.configure(f'[retention]\nroots = ["{root.format(kept.folder)}"]\n')
    uris = ("a.json", f"file://{kept.folder}/my%20files/b.json", f"{folder}/c.json")
    rows = [overdue(uri, artefact_id=uri[-6:]) for uri in uris]
    assert sweep(kept, kept.inventory(rows), "--execute") == 0
    assert list(folder.glob("*.json")) == []


@pytest.mark.parametrize("root", ["file://elsewhere/kept", "file:///kept#a", "file:///kept?a"])
def test_a_file_uri_of_another_machine_is_no_root(
    kept: Keeping, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.configure(f'[retention]\nroots = ["{root}"]\n')
    assert sweep(kept, kept.inventory([overdue("a.json")])) == 2
    assert "no folder of this machine" in capsys.readouterr().err


def test_what_no_sweep_can_get_at_is_listed_all_the_same(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.configure(f'{ROOTS}keys = "{{account_id}}/{{kind}}/{{created_at}}/{{artefact_id}}.*"\n')
    folder = kept.store / "short" / "final_transcript" / (AS_OF - 9 * DAY).isoformat()
    folder.mkdir(parents=True)
    for name in (b"a\\b.json", b"\xff.json", b"a\nb.json", b".clearshard-x.json"):
        (folder / os.fsdecode(name)).write_text("said")
    (folder / "link.json").symlink_to("elsewhere")
    os.mkfifo(folder / "pipe.json")
    command = ("--config", kept.config, *THEN, "--json")
    assert run("retention", "plan", *command) == 0
    answer = answer_of(capsys)
    assert answer["unknown"] == {"malformed": 6}
    listed = [row["artefact_id"].rpartition("/")[2] for row in answer["rows"]]
    assert listed == [
        ".clearshard-x.json",
        "a\\nb.json",
        "a\\b.json",
        "link.json",
        "pipe.json",
        "\\xff.json",
    ]
    assert run("retention", "sweep", *command, "--execute") == 0
    assert answer_of(capsys)["unreadable"] == 6
    assert run("retention", "sweep", *command[:-1], "--execute") == 0
    assert "6 objects are listed of which nothing is known" in capsys.readouterr().out


def test_a_folder_that_is_closed_is_listed_as_one(
    kept: Keeping, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.configure(f'{ROOTS}keys = "{{account_id}}/{{kind}}/{{created_at}}/{{artefact_id}}.*"\n')
    then = (AS_OF - 9 * DAY).isoformat()
    stored(kept, f"short/final_transcript/{then}/a.json")
    stored(kept, "closed/final_transcript/a.json")
    opened = beneath.open_folder

    def closed(parent: int, name: str) -> int:
        if name == "closed":
            raise PermissionError
        return opened(parent, name)

    monkeypatch.setattr(beneath, "open_folder", closed)
    assert run("retention", "sweep", "--config", kept.config, *THEN, "--json", "--execute") == 0
    answer = answer_of(capsys)
    assert (answer["deleted"], answer["unreadable"]) == (1, 1)
