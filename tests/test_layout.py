"""One module owns every name of an output: no other spells one, in whatever way."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.storage.store import is_key

PACKAGE = Path(__file__).parents[1] / "pipeline" / "clearshard"

#: What an output is made of, each by its name.
ALL = (
    *layout.FILES,
    *layout.FOLDERS,
    *layout.AT_WORK,
    layout.record("RUN"),
    layout.decisions("RUN"),
    f"{layout.decisions('RUN')}/{layout.decisions_name(0)}",
    layout.shard(layout.shard_name("2026-11", "0" * 64)),
    layout.tombstones("RUN"),
    layout.receipt("RUN"),
    layout.staging("RUN"),
    f"{layout.CHECKPOINTS}/{layout.checkpoint_name('0' * 32)}",
)

#: A constant of another module that is the same word, and what it means there. A trailing star
#: stands for any constant that begins so.
OTHER_MEANINGS = {
    ("audit/bundle/check.py", "*"): "runs alone, beside a bundle: it can import nothing of ours",
    ("audit/bundle/pack.py", ".parquet"): "what is compressed already",
    ("audit/bundle/pack.py", "README.md"): "the readme of a bundle",
    ("audit/contents.py", "decisions"): "a view",
    ("audit/contents.py", "shards"): "a view",
    ("audit/explain.py", "tombstones"): "a key of JSON",
    ("audit/forecast.py", "decisions"): "a view",
    ("audit/reading.py", "decisions"): "a view",
    ("audit/replaced.py", "decisions"): "a view",
    ("audit/replaced.py", "shards"): "a view",
    ("audit/stored/reading.py", "decisions"): "a view",
    ("audit/summary.py", "runs"): "a key of JSON",
    ("audit/views.py", "decisions"): "a view",
    ("audit/views.py", "runs"): "a view",
    ("audit/views.py", "shards"): "a view",
    ("bench/documents.py", ".json"): "a transcript",
    ("bench/ways.py", "shards"): "a folder of a measurement, in which nothing is an output",
    ("cli/audit/__init__.py", "audit"): "a command",
    ("cli/audit/bundle.py", "Its README.md says*"): "prose, of the readme of a bundle",
    ("cli/audit/explain.py", "tombstones"): "a key of JSON",
    ("cli/audit/listing.py", "decisions"): "a view",
    ("cli/commands.py", "audit"): "a command",
    ("lifecycle/retention/receipts.py", ".json"): "a receipt, which no output holds",
    ("records/run.py", "decisions"): "what a file holds, from which the layout forms its name",
    ("run/keys/destroying.py", "shards"): "a key of the ledger's JSON",
    ("run/output/announced.py", "shards"): "a key of the ledger's JSON",
    ("run/fingerprint.py", "shards"): "a package",
    ("run/retention/telling.py", "receipts"): "a key of the ledger's JSON",
    ("run/output/replaced.py", "shards"): "a key of the ledger's JSON",
    ("run/output/receipts.py", "shards"): "a key of the ledger's JSON",
    ("run/forecast/what_if.py", "*.parquet"): "decisions of a proposal, which is no run",
    ("shards/reuse.py", ".parquet"): "a shard, and no checkpoint",
    ("sources/containers.py", ".parquet"): "a container of transcripts",
    ("sources/formats.py", ".parquet"): "a table of a customer",
    ("shards/card.py", "---\npretty_name:*"): "prose of the card, for who gives the folder away",
}


def words() -> frozenset[str]:
    """What the names are made of, but for what is somebody's data: an id, a digest, a period."""
    one_of_a_kind = (*layout.FILES, *layout.FOLDERS, *layout.AT_WORK)
    parts = {part for name in one_of_a_kind for part in name.split("/")}
    return frozenset(parts | {".json", "*.json", ".parquet", "*.parquet"})


def formed() -> re.Pattern[str]:
    """A part of a longer constant by which a path of an output is formed or recognised."""
    files = {name.split("/")[-1] for name in layout.FILES}
    folders = {name.split("/")[-1] for name in (*layout.FOLDERS, *layout.AT_WORK)}
    # With or without the backslashes of a pattern.
    file = "|".join(re.escape(name).replace(r"\.", r"\\?\.") for name in sorted(files))
    folder = "|".join(re.escape(name) for name in sorted(folders))
    return re.compile(
        rf"(?<![\w.-])(?:(?:{file})(?![\w.])|(?:{folder})/|run=|part-|unit-|decisions-)"
    )


def constants(source: str) -> Iterator[str]:
    """The strings of a module but its docstrings, those within formatted ones too."""
    tree = ast.parse(source)
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documents
        ):
            yield node.value


def spelled(source: str) -> set[str]:
    """Constants of a module that are names of the layout, or hold one."""
    pattern = formed()
    return {text for text in constants(source) if text in words() or pattern.search(text)}


def means_something_else(module: str, text: str) -> bool:
    return any(
        module == named and (text == what or (what.endswith("*") and text.startswith(what[:-1])))
        for named, what in OTHER_MEANINGS
    )


def modules() -> Iterator[tuple[str, set[str]]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name != "layout.py":
            yield name, spelled(path.read_text("utf-8"))


def test_no_other_module_spells_a_name_of_the_layout() -> None:
    """If this fails: ask `clearshard.layout` for the path, or say above what else it means."""
    found = [
        (module, text)
        for module, texts in modules()
        for text in sorted(texts)
        if not means_something_else(module, text)
    ]
    assert found == []


def test_every_other_meaning_is_still_there() -> None:
    there = {(module, text) for module, texts in modules() for text in texts}
    for named, what in OTHER_MEANINGS:
        assert any(
            module == named and (text == what or text.startswith(what.removesuffix("*")))
            for module, text in there
        ), (named, what)


@pytest.mark.parametrize(
    "source",
    [
        'out / "runs"',
        'out / "audit" / "x"',
        'f"shards/{name}"',
        'f"{out}/runs/{run_id}.json"',
        'Path(out, ".staging")',
        'out.glob("runs/*.json")',
        'x = "audit/ledger.jsonl:"',
        'f"part-{digest}.parquet"',
        'f"run={run_id}"',
        'os.path.join(out, "README.md")',
        r're.compile(r"audit/head\.json")',
        r're.compile(r"README\.md")',
        'f"`{out}/.lock`"',
        'f"unit-{digest}.arrow"',
        'f"decisions-{number:05d}.parquet"',
        'records / f"{run_id}.json"',
        'shards.glob("*.parquet")',
        'f"{out}/.staging/{run_id}"',
    ],
)
def test_the_check_sees(source: str) -> None:
    assert spelled(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""Below ``shards/``."""',
        "out / layout.RUNS",
        'x = "the runs, shards and decisions of an audit"',
        'x = "my.locked"',
        'x = "counterpart-1"',
    ],
)
def test_the_check_leaves_alone(source: str) -> None:
    assert not spelled(source)


def test_a_name_is_a_key_of_every_store() -> None:
    for name in ALL:
        assert is_key(name), name
        assert (PACKAGE / name).relative_to(PACKAGE).as_posix() == name


def test_what_is_formed_is_recognised() -> None:
    digest = "0123456789abcdef" * 4
    assert layout.is_shard_name(layout.shard_name("2026-11", digest))
    assert layout.is_shard_name(layout.shard_name("undated", digest))
    assert layout.is_decisions_name(f"{layout.decisions_of('RUN')}/{layout.decisions_name(3)}")
    run_id = "20261122T120000Z-deadbeef"
    assert layout.is_run_id(run_id)
    decisions = f"{layout.decisions(run_id)}/{layout.decisions_name(0)}"
    for name in (
        layout.CARD,
        layout.LEDGER,
        layout.LEDGER_COPY,
        layout.MARKER,
        layout.record(run_id),
        decisions,
        layout.tombstones(run_id),
        layout.receipt(run_id),
    ):
        assert layout.is_evidence(name), name
    for name in (
        layout.LOCK,
        layout.shard(layout.shard_name("2026-11", digest)),
        f"{layout.staging(run_id)}/{layout.STAGED_RECORD}",
        f"{decisions}.bak",
        f"more/{layout.CARD}",
    ):
        assert not layout.is_evidence(name), name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\n", ".hidden", "a" * 201, "é"],
)
def test_a_name_that_leads_elsewhere_is_no_run(name: str) -> None:
    assert not layout.is_run_id(name)
    assert not layout.is_decisions_name(f"{name}/x.parquet")
    assert not layout.is_shard_name(f"{name}/x/part-0123456789abcdef.parquet")


def test_within() -> None:
    names = ("a", "a/b", "a/b/c", "ab", "d")
    assert layout.within("", names) == {"a", "ab", "d"}
    assert layout.within("a", names) == {"b"}
    assert layout.within("d", names) == set()


def test_the_layout_looks_at_nothing() -> None:
    tree = ast.parse(inspect.getsource(layout))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in imported] == [
        "import re",
        "from collections.abc import Iterable",
    ]
