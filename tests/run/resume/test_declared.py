"""What the manifest declares of a transcript stands for it, if it is true, whatever its times."""

import csv
import hashlib
import json
import random
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from clearshard.audit.reading import picked_runs
from clearshard.audit.verify import verify
from clearshard.config import load_config
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import parse_policy
from clearshard.records.run import RunRecord
from clearshard.run.check_sources import SourcesChecked, check_sources
from clearshard.run.intake import tables_of, take_in
from clearshard.run.job import RunResult
from clearshard.run.resume import matching
from clearshard.sources.hints import HINTS

from ..world import AS_OF, FILE_COLUMNS, World, transcript
from .making import SETTINGS, as_they_are, fresh, look_the_same, rows, rows_in, shards, tomorrow_ns
from .making import go as go_by_any_clock

#: As a night after the day on which files came.
go = partial(go_by_any_clock, disk_now_ns=tomorrow_ns)
CALLS = [f"file-{number}" for number in range(24)]
ALL = {f"{name}.json" for name in (*CALLS, "broken")}
WRONG = "0" * 64


class Told:
    """Keeps what a run notes."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.notes: list[str] = []
        monkeypatch.setattr(type(world.progress), "note", lambda _, said: self.notes.append(said))

    def about(self, words: str) -> list[str]:
        found = [note for note in self.notes if words in note]
        self.notes.clear()
        return found


@pytest.fixture
def told(world: World, monkeypatch: pytest.MonkeyPatch) -> Told:
    return Told(world, monkeypatch)


def path_of(world: World, name: str) -> Path:
    return world.root / "transcripts" / f"{name}.json"


def digest(world: World, name: str) -> str:
    return hashlib.sha256(path_of(world, name).read_bytes()).hexdigest()


def true_digests(world: World) -> dict[str, dict[str, str]]:
    names = [path.removesuffix(".json") for path in ALL]
    return {name: {"content_sha256": digest(world, name)} for name in names}


def declare(
    world: World, hints: dict[str, dict[str, str]], kind: str = "csv", settings: str = ""
) -> None:
    """Writes the tables anew, with hints of some files."""
    world.write(SETTINGS)
    columns = (*FILE_COLUMNS, *sorted({name for one in hints.values() for name in one}))
    entries = [{**entry, **hints.get(entry["file_id"], {})} for entry in world.files]
    path = world.root / f"declaring.{kind}"
    if kind == "csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(entries)
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    else:
        of_all = {name: [entry.get(name) for entry in entries] for name in columns}
        pq.write_table(pa.table({n: pa.array(v, pa.string()) for n, v in of_all.items()}), path)
    text = world.config.read_text().replace("files.csv", path.name)
    world.config.write_text(text.replace("[sources]\n", f"[sources]\n{settings}"))


def touch_all(world: World) -> None:
    """As an export that delivers every file anew: other times, other files."""
    for path in sorted((world.root / "transcripts").iterdir()):
        copy = path.with_suffix(".new")
        copy.write_bytes(path.read_bytes())
        copy.rename(path)


def say(world: World, name: str, about: str) -> None:
    """Another content; of the same length if the words are."""
    text = f"my name is Maria Lopez and this call is about a {about}"
    speech = {"id": name, **transcript("hello there", text)}
    path_of(world, name).write_text(json.dumps(speech))


def again(world: World, opened: list[str], **how: Any) -> RunResult:
    opened.clear()
    return go(world, **how)


def checked(world: World) -> SourcesChecked:
    [newest] = picked_runs(world.out)
    return check_sources(load_config(world.config), newest, AS_OF, tomorrow_ns)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_what_is_declared_truly_stands_whatever_its_times_say(
    world: World, opened: list[str], told: Told, kind: str
) -> None:
    hints = true_digests(world)
    hints["file-0"]["content_sha256"] = hints["file-0"]["content_sha256"].upper()
    declare(world, hints, kind)
    # By this clock all was changed just now: times would say nothing of it.
    go_by_any_clock(world)
    touch_all(world)
    opened.clear()
    assert go_by_any_clock(world).unchanged
    assert opened == []
    assert not told.about("content_sha256")


def test_only_what_is_declared_otherwise_is_read(
    world: World, opened: list[str], redacted: list[str]
) -> None:
    declare(world, true_digests(world))
    go(world)
    redacted.clear()
    say(world, "file-3", "desk")
    touch_all(world)
    declare(world, true_digests(world))
    result = again(world, opened)
    assert set(opened) == {"file-3.json"}
    assert redacted == ["file-3"]
    assert result.record.reused == 23
    assert shards(world) == fresh(world)
    assert verify(world.out).faults == ()
    assert again(world, opened).unchanged
    assert opened == []


def test_a_declaration_that_was_wrong_is_not_believed(
    world: World, opened: list[str], told: Told
) -> None:
    """Its file is known by its times, and whoever declares something else has it read again."""
    hints = true_digests(world)
    hints["file-3"] = hints["file-4"]
    declare(world, hints)
    go(world)
    assert len(told.about("1 transcripts have another SHA-256")) == 1
    assert again(world, opened).unchanged
    assert opened == []
    # Told on every night: somebody has to mend it.
    assert len(told.about("1 transcripts have another SHA-256")) == 1
    touch_all(world)
    assert again(world, opened).unchanged
    assert opened == ["file-3.json"]
    hints["file-3"] = {"content_sha256": WRONG}
    declare(world, hints)
    again(world, opened)
    assert opened == ["file-3.json"]


def test_what_is_declared_before_it_is_there_is_read_when_it_is(
    world: World, opened: list[str]
) -> None:
    """An export that is ahead of its files."""
    before = true_digests(world)
    was = path_of(world, "file-3").read_bytes()
    say(world, "file-3", "desk")
    after = true_digests(world)
    now = path_of(world, "file-3").read_bytes()
    path_of(world, "file-3").write_bytes(was)
    declare(world, after)
    go(world)
    path_of(world, "file-3").write_bytes(now)
    again(world, opened)
    assert set(opened) == {"file-3.json"}
    assert shards(world) == fresh(world)
    assert before["file-3"] != after["file-3"]


def test_a_digest_that_is_declared_for_the_first_time_proves_what_times_say(
    world: World, opened: list[str]
) -> None:
    """Nothing is read because a column came. What that declares otherwise is."""
    declare(world, {})
    go(world)
    hints = true_digests(world)
    hints["file-3"] = {"content_sha256": WRONG}
    declare(world, hints)
    again(world, opened)
    assert opened == ["file-3.json"]
    world.file("new", "acct-good", transcript("here i am"))
    declare(world, {**true_digests(world), "file-3": {"content_sha256": WRONG}})
    assert not again(world, opened).unchanged
    touch_all(world)
    again(world, opened)
    # It has been kept with that night's decisions that they are what is declared.
    assert set(opened) == {"file-3.json", "new.json"}


def test_a_version_that_is_declared_for_the_first_time_proves_nothing(
    world: World, opened: list[str]
) -> None:
    declare(world, {})
    go(world)
    declare(world, {name: {"etag": "1"} for name in CALLS}, settings='version_column = "etag"\n')
    again(world, opened)
    assert set(opened) == {f"{name}.json" for name in CALLS}


@pytest.mark.parametrize("left", [{}, {"content_sha256": "none"}])
def test_without_the_column_all_is_read_again(
    world: World, opened: list[str], left: dict[str, str]
) -> None:
    declare(world, true_digests(world))
    go(world)
    declare(world, dict.fromkeys(CALLS, left))
    again(world, opened)
    assert set(opened) == ALL


def test_the_column_that_is_named_stands_too(world: World, opened: list[str]) -> None:
    named = 'version_column = "etag"\n'
    hints = {name: {"etag": f'"{name}-1"'} for name in CALLS}
    declare(world, hints, settings=named)
    go_by_any_clock(world)
    touch_all(world)
    opened.clear()
    assert go_by_any_clock(world).unchanged
    assert opened == ["broken.json"]  # of which nothing is declared
    hints["file-3"]["etag"] = '"file-3-2"'
    say(world, "file-3", "desk")
    declare(world, hints, settings=named)
    again(world, opened)
    assert set(opened) == {"broken.json", "file-3.json"}
    assert shards(world) == fresh(world)


def test_a_column_that_nobody_named_is_no_version(world: World, opened: list[str]) -> None:
    """It may be that of an interface, and the same for ever."""
    declare(world, {name: {"version": "1", "etag": "1"} for name in CALLS})
    go(world)
    touch_all(world)
    again(world, opened)
    assert set(opened) == ALL


def test_a_named_column_that_is_not_there_is_told(world: World, told: Told) -> None:
    declare(world, true_digests(world), settings='version_column = "etag"\n')
    go(world)
    assert len(told.about("column etag (sources.version_column) is not there")) == 1


def test_values_that_are_no_digest_are_told_once(world: World, told: Told) -> None:
    hints = {name: {"content_sha256": "sha256:1"} for name in CALLS[:3]}
    declare(world, hints)
    assert go(world).record.counts.written == 24
    assert len(told.about("3 rows have a value in content_sha256 that cannot be used")) == 1


def test_both_must_stand(world: World, opened: list[str]) -> None:
    named = 'version_column = "etag"\n'
    hints = {name: {**one, "etag": "1"} for name, one in true_digests(world).items()}
    declare(world, hints, settings=named)
    go(world)
    hints["file-3"]["etag"] = "2"
    hints["file-4"]["content_sha256"] = WRONG
    declare(world, hints, settings=named)
    assert again(world, opened).unchanged
    assert set(opened) == {"file-3.json", "file-4.json"}


def _gone(path: Path) -> None:
    path.unlink()


def _a_link(path: Path) -> None:
    path.rename(path.with_suffix(".else"))
    path.symlink_to(path.with_suffix(".else"))


def _nobodys(path: Path) -> None:
    path.chmod(0)


def _grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


def test_of_a_file_that_is_not_as_it_was_nothing_declared_stands(
    world: World, opened: list[str]
) -> None:
    """It is still declared as it was."""
    declare(world, true_digests(world))
    go(world)
    changes = (_gone, _a_link, _nobodys, _grown)
    for number, change in enumerate(changes):
        change(path_of(world, f"file-{number}"))
    found = rows(world, again(world, opened).record)
    assert set(opened) == {f"file-{number}.json" for number in range(len(changes))}
    errors = [found[f"file-{number}"]["error_type"] for number in range(len(changes))]
    # Whoever runs this as root reads what is nobody's.
    assert errors[:2] + errors[3:] == ["FileNotFoundError", "OutsideRoot", None]
    assert shards(world) == fresh(world)


def test_a_file_of_two_names_is_nobodys_whatever_is_declared(world: World) -> None:
    declare(world, true_digests(world))
    go(world)
    path_of(world, "file-3").unlink()
    path_of(world, "file-3").hardlink_to(path_of(world, "file-4"))
    found = rows(world, go(world).record)
    assert {found[name]["error_type"] for name in ("file-3", "file-4")} == {"SharedFile"}


def test_a_folder_that_became_a_link_is_not_followed(world: World) -> None:
    folder = world.root / "transcripts" / "inner"
    folder.mkdir()
    hints = true_digests(world)
    path_of(world, "file-3").rename(folder / "file-3.json")
    world.files[3]["transcript_uri"] = "inner/file-3.json"
    declare(world, hints)
    go(world)
    folder.rename(world.root / "elsewhere")
    folder.symlink_to(world.root / "elsewhere")
    assert rows(world, go(world).record)["file-3"]["error_type"] == "OutsideRoot"


def test_a_declaration_stands_for_its_file_of_its_account_alone(
    world: World, opened: list[str], redacted: list[str]
) -> None:
    """Two files declare the digest of each other, one is of another account now, one elsewhere."""
    hints = true_digests(world)
    declare(world, hints)
    go(world)
    redacted.clear()
    world.files[3]["account_id"] = "acct-good"
    path_of(world, "file-5").rename(path_of(world, "else"))
    world.files[5]["transcript_uri"] = "else.json"
    hints["file-7"], hints["file-8"] = hints["file-8"], hints["file-7"]
    declare(world, hints)
    again(world, opened)
    assert set(opened) == {f"{n}.json" for n in ("file-3", "else", "file-7", "file-8")}
    assert redacted == ["file-3"]
    assert shards(world) == fresh(world)


def test_of_what_is_not_kept_nothing_is_that_was_declared(world: World, opened: list[str]) -> None:
    """Of excluded files, deleted ones, and those that could not be read."""
    said = {"id": "file-5", "status": "completed", "text": "Deleted by user."}
    path_of(world, "file-5").write_text(json.dumps(said))
    path_of(world, "file-6").write_text(json.dumps(said | {"id": "file-6"}))
    hints = {**true_digests(world), "out": {"content_sha256": digest(world, "out")}}
    hints["file-6"] = {"etag": "1"}
    path_of(world, "file-7").unlink()
    declare(world, hints, settings='version_column = "etag"\n')
    found = rows(world, go(world).record)
    assert {name for name, row in found.items() if row["version"] is None} == {
        *("out", "file-5", "file-6", "file-7")
    }
    again(world, opened)
    assert set(opened) == {"file-5.json", "file-6.json", "file-7.json"}


def test_under_another_limit_what_is_declared_stands_no_more(
    world: World, opened: list[str]
) -> None:
    declare(world, true_digests(world))
    go(world)
    text = world.config.read_text()
    world.config.write_text(text.replace("[limits]\n", "[limits]\nmax_transcript_words = 3\n"))
    assert again(world, opened).record.counts.written == 0
    assert set(opened) == ALL


def test_everything_can_be_read_again(world: World, opened: list[str]) -> None:
    declare(world, true_digests(world))
    go(world)
    declare(world, true_digests(world), settings='reread = "all"\n')
    assert again(world, opened).unchanged
    assert set(opened) == ALL


def test_what_is_declared_is_worth_a_record(
    world: World, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of files without a version, since by this clock all of them were changed just now."""
    declare(world, {})
    go_by_any_clock(world)
    monkeypatch.setattr(matching, "WORTH_A_RECORD", 24)
    declare(world, true_digests(world))
    assert not go_by_any_clock(world).unchanged
    opened.clear()
    assert go_by_any_clock(world).unchanged
    assert opened == []


@pytest.mark.parametrize("name", ["all.jsonl.zst", "all.parquet"])
def test_a_container_is_not_opened_while_its_records_stand(
    world: World, opened: list[str], redacted: list[str], name: str
) -> None:
    """However it was written again, and whatever else came into it."""
    records = {one: {"id": one, **transcript("hello there", f"i am {one}")} for one in CALLS}
    of_all = as_container(world, name, records)
    for entry in world.files[:24]:
        entry["transcript_uri"] = name
    named = "" if name.endswith(".zst") else 'version_column = "etag"\n'
    declare(world, of_all, settings=named)
    go_by_any_clock(world)
    records["others"] = {"id": "others", **transcript("somebody else")}
    as_container(world, name, records)
    opened.clear()
    assert go_by_any_clock(world).unchanged
    assert name not in opened
    records["file-3"] = {"id": "file-3", **transcript("hello there", "i am another one")}
    hints = as_container(world, name, records)
    declare(world, hints, settings=named)
    redacted.clear()
    again(world, opened)
    assert opened.count(name) == 1
    assert redacted == ["file-3"]
    assert shards(world) == fresh(world)


def as_container(
    world: World, name: str, records: dict[str, dict[str, Any]]
) -> dict[str, dict[str, str]]:
    """Writes a container; gives what an exporter knows of its records."""
    path = world.root / "transcripts" / name
    lines = {one: json.dumps(record) for one, record in records.items()}
    if name.endswith(".zst"):
        content = "".join(f"{line}\n" for line in lines.values()).encode()
        path.write_bytes(zstandard.compress(content))
    else:
        pq.write_table(pa.Table.from_pylist(list(records.values())), path)
    column = "content_sha256" if name.endswith(".zst") else "etag"
    return {one: {column: hashlib.sha256(line.encode()).hexdigest()} for one, line in lines.items()}


def test_a_column_that_lies_can_cost_a_stale_row_and_no_other(world: World) -> None:
    """The same is declared of other contents of the same length."""
    for name in CALLS:
        say(world, name, "lamp")
    hints = true_digests(world)
    declare(world, hints)
    go(world)
    before = rows_in(shards(world))
    for name in CALLS:
        say(world, name, "desk")
    assert go(world).unchanged
    assert rows_in(shards(world)) == before
    found = checked(world)
    assert found.hidden == found.misdeclared == tuple(sorted(CALLS))
    declare(world, hints, settings='reread = "all"\n')
    go(world)
    assert shards(world) == fresh(world)


def test_whoever_verifies_is_told_what_is_declared_wrongly(world: World) -> None:
    hints = true_digests(world)
    hints["file-3"] = {"content_sha256": WRONG}
    declare(world, hints)
    go(world)
    touch_all(world)
    assert checked(world) == SourcesChecked(25, (), (), ("file-3",))


def test_nothing_that_is_declared_of_an_excluded_file_is_laid_down(world: World) -> None:
    """As what it points to: nobody can open it."""
    hints = {"out": {"content_sha256": WRONG, "etag": "1"}, **true_digests(world)}
    declare(world, hints, settings='version_column = "etag"\n')
    config = load_config(world.config)
    policy = parse_policy(*config.policy_text())
    intake = take_in(tables_of(config), policy, Moment.at(AS_OF, 0), world.root)
    [batch] = intake.batches()
    laid = {row["file_id"]: row for row in batch.scratch.to_pylist()}
    assert {laid["out"][name] for name in HINTS} == {None}
    assert laid["file-3"]["hint.sha256"] == digest(world, "file-3")


WORDS = ("lamp", "desk", "sofa", "door")


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_a_row_is_what_was_read_last(
    world: World, opened: list[str], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Random histories: contents change, times lie, and digests are declared truly or not."""
    draw = random.Random(seed)
    del world.files[24:]
    content = dict.fromkeys(CALLS, "lamp")
    for name in CALLS:
        say(world, name, content[name])
    was = as_they_are(world.root / "transcripts", (f"{name}.json" for name in CALLS))
    declared: dict[str, str | None] = dict.fromkeys(CALLS)
    read: dict[str, str] = {}
    for _ in range(6):
        before, lying = dict(declared), set()
        for name in CALLS:
            if draw.random() < 0.3:
                content[name] = draw.choice(WORDS)
                say(world, name, content[name])
            if draw.random() < 0.5:
                lying.add(name)  # it looks as it did in the beginning
            true = digest(world, name)
            declared[name] = draw.choice([before[name], before[name], true, true, WRONG, None])
        hints = {n: {"content_sha256": one} for n, one in declared.items() if one is not None}
        declare(world, hints)
        with monkeypatch.context() as patch:
            look_the_same(
                patch, {str(path_of(world, n)): was[str(path_of(world, n))] for n in lying}
            )
            record = again(world, opened).record
        names = {path.removesuffix(".json") for path in opened}
        for name in CALLS:
            if declared[name] != before[name] and name in read:
                proved = declared[name] == digest_of(name, read[name]) and before[name] is None
                assert name in names or proved, f"{name} stands although another one is declared"
            if name in names or name not in read:
                read[name] = content[name]
        assert told_by_shards(world, record) == read
        # What is declared truly is what was read.
        for name in CALLS:
            if declared[name] == digest(world, name):
                assert read[name] == content[name]


def digest_of(name: str, about: str) -> str:
    text = f"my name is Maria Lopez and this call is about a {about}"
    speech = {"id": name, **transcript("hello there", text)}
    return hashlib.sha256(json.dumps(speech).encode()).hexdigest()


def told_by_shards(world: World, record: RunRecord) -> dict[str, str]:
    """What the row of each file is about."""
    texts = {row["doc_key"]: row["text"] for row in rows_in(shards(world))}
    files = rows(world, record)
    return {name: texts[files[name]["doc_key"]].rpartition(" ")[2] for name in CALLS}
