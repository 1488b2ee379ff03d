"""What decides a row counts in the redactor's digest, and nothing else does."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from clearshard.recognizers.unknown_word import word_list
from clearshard.run.fingerprint import (
    NAMES_PACKAGE,
    NOT_COUNTED,
    PACKAGES,
    PACKAGES_NOT_COUNTED,
    code_digest,
    counted,
    redactor_digest,
)
from clearshard.tagger.model import tagger_path

from ..redaction.making import config
from ..redaction.test_ner import tiny

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pipeline" / "clearshard"
#: Where a row is made, and what gives it the bytes of one record of a container.
ROOTS = ("clearshard.run.work", "clearshard.sources.containers")


def source(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Everything below a node but what only a type checker reads."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from statements(child)


def names_in(module: str) -> Iterator[str]:
    """What a module imports, wherever in it: modules, and names that could be modules."""
    for node in statements(ast.parse(source(module).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules_of(name: str) -> Iterator[str]:
    """The modules of the package that importing a name loads."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        module = ".".join(parts[:count])
        if parts[0] == "clearshard" and source(module).is_file():
            yield module


def closure() -> set[str]:
    """All that importing the roots loads."""
    found: set[str] = set()
    waiting = [module for root in ROOTS for module in modules_of(root)]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += [m for name in names_in(module) for m in modules_of(name)]
    return found


def test_every_module_that_a_worker_imports_counts_or_has_a_reason_not_to() -> None:
    """If this fails: does the module decide what a row is? Then into `CODE`, else `NOT_COUNTED`."""
    named = {*counted(), *NOT_COUNTED}
    assert closure() - named == set(), "in neither list"
    assert named - closure() == set(), "no worker imports it any more"
    assert set(counted()).isdisjoint(NOT_COUNTED)
    assert all(NOT_COUNTED.values())


def test_modules_that_a_worker_has_loaded_are_named(tmp_path: Path) -> None:
    """On other ground than the test above: what is there after a worker has worked."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from clearshard.config import Config, Sources\n"
        "from clearshard.keys import PseudonymKey\n"
        "from clearshard.records.tasks import FileTask, WorkUnit\n"
        "from clearshard.run.work import WorkSettings, make_work\n"
        "from clearshard.run.fingerprint import redactor_digest\n"
        "from clearshard.shards.staging import Seal\n"
        "from clearshard.vault.vault import PLAIN\n"
        "config = Config(sources=Sources(manifest='m', registry='r', transcripts='t'))\n"
        "seal = Seal(PLAIN, PseudonymKey(bytes(32)), redactor_digest(config), 'p')\n"
        "work = make_work(WorkSettings(config, Path(sys.argv[1]), seal))\n"
        'content = b\'{"text": "this is jane doe", "language_code": "en"}\'\n'
        'content = content[:-1] + b\', "status": "completed"}\'\n'
        "task = FileTask((0, 0), 'f', 'a', 'm', 'f', None, content, 1)\n"
        "assert work(WorkUnit((task,))).written\n"
        "print(*(name for name in sys.modules if name.split('.')[0] == 'clearshard'))\n"
    )

    ended = subprocess.run(
        [sys.executable, "-P", "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(ended.stdout.split()) - {*counted(), *NOT_COUNTED} == set()


def test_what_is_said_to_be_a_page_does_nothing() -> None:
    pages = [module for module, why in NOT_COUNTED.items() if why.startswith("says what the")]
    assert pages
    for module in pages:
        tree = ast.parse(source(module).read_text("utf-8"))
        docstring, *others = tree.body
        assert ast.get_docstring(tree)
        assert isinstance(docstring, ast.Expr)
        assert all(isinstance(node, ast.Import | ast.ImportFrom) for node in others), module


def test_every_package_that_the_code_imports_counts_or_has_a_reason_not_to() -> None:
    distributions = metadata.packages_distributions()
    imported = {name.split(".")[0] for module in counted() for name in names_in(module)}
    others = imported - sys.stdlib_module_names - {"clearshard"}
    # Presidio, spaCy and thinc are several packages with a top level each.
    used = {name: set(distributions[name]) for name in others}
    known = {*PACKAGES, NAMES_PACKAGE, *PACKAGES_NOT_COUNTED}
    lower = {name.lower().replace("_", "-") for name in known}
    for name, places in used.items():
        assert {p.lower().replace("_", "-") for p in places} & lower, name


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(
        PACKAGE, tmp_path / "copy" / "clearshard", ignore=shutil.ignore_patterns("__pycache__")
    )


def comment(copy: Path, module: str) -> None:
    path = copy / source(module).relative_to(PACKAGE)
    path.write_text(f"{path.read_text('utf-8')}# Said otherwise.\n", "utf-8")


def test_a_change_of_any_module_that_counts_is_another_redactor(copy: Path) -> None:
    before = code_digest(PACKAGE)
    assert code_digest(copy) == before
    for module in counted():
        path = copy / source(module).relative_to(PACKAGE)
        content = path.read_bytes()
        comment(copy, module)
        assert code_digest(copy) != before, module
        path.write_bytes(content)
    assert code_digest(copy) == before


def test_a_change_of_all_that_does_not_count_is_the_same_redactor(copy: Path) -> None:
    """Whatever else lies in the package, and a new file in each of its folders."""
    counting = {copy / source(module).relative_to(PACKAGE) for module in counted()}
    assert copy / "shards" / "card.py" not in counting
    for path in copy.rglob("*.py"):
        (path.parent / "new_file.py").write_text("a = 1\n")
        if path not in counting:
            path.write_text("# Said otherwise.\n")
    assert code_digest(copy) == code_digest(PACKAGE)


def test_a_module_that_is_gone_is_no_redactor(copy: Path) -> None:
    (copy / "run" / "work.py").unlink()
    with pytest.raises(FileNotFoundError):
        code_digest(copy)


def digest_of(copy: Path) -> str:
    """What a program of its own says that runs this copy."""
    program = (
        "from clearshard.config import Config, Sources\n"
        "from clearshard.run import fingerprint\n"
        "config = Config(sources=Sources(manifest='m', registry='r', transcripts='t'))\n"
        "print(fingerprint.__file__, fingerprint.redactor_digest(config))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={**os.environ, "PYTHONPATH": str(copy.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    place, digest = ended.stdout.split()
    assert Path(place).is_relative_to(copy)
    return digest


def test_a_program_says_what_it_runs(copy: Path) -> None:
    models = copy / "models"
    models.mkdir()
    (models / "tagger.npz").symlink_to(tagger_path())
    (models / "words_en.txt").symlink_to(word_list())
    comment(copy, "clearshard.shards.card")
    (copy / "shards" / "new_file.py").write_text("a = 1\n")
    before = digest_of(copy)
    assert before == redactor_digest(config())
    comment(copy, "clearshard.run.work")
    assert digest_of(copy) != before


def test_the_digest_is_of_the_code_that_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade beneath a program that goes on does not change what that program runs."""
    before = redactor_digest(config())
    monkeypatch.setattr("clearshard.run.fingerprint.code_digest", lambda _: "other code")
    assert redactor_digest(config()) == before


def test_every_package_is_named_once() -> None:
    names = list(counted())
    assert len(names) == len(set(names))


def test_the_weights_of_the_tagger_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = redactor_digest(config()), redactor_digest(config(profile="stock"))
    (tmp_path / "tagger.npz").write_bytes(b"other weights")
    monkeypatch.setattr("clearshard.run.fingerprint.tagger_path", lambda: tmp_path / "tagger.npz")
    after = redactor_digest(config()), redactor_digest(config(profile="stock"))
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_the_list_of_words_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = redactor_digest(config())
    (tmp_path / "words.txt").write_text("other\n")
    monkeypatch.setattr("clearshard.run.fingerprint.word_list", lambda: tmp_path / "words.txt")
    assert redactor_digest(config()) != before


def test_models_settings_and_patterns_count(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "model", "PERSON")
    patterns = tmp_path / "own.yaml"
    patterns.write_text("recognizers: []")
    one = redactor_digest(config(tmp_path, spacy_model="model"))
    assert one == redactor_digest(config(tmp_path, spacy_model="model"))
    others = [
        redactor_digest(config(tmp_path, spacy_model="model", operator="mask")),
        redactor_digest(config(tmp_path, spacy_model="model", recognizers="own.yaml")),
    ]
    patterns.write_text("recognizers: [ ]")
    others.append(redactor_digest(config(tmp_path, spacy_model="model", recognizers="own.yaml")))
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"1")
    assert redactor_digest(config(tmp_path, spacy_model="model")) == one
    (folder / "meta.json").write_text("{}")
    others.append(redactor_digest(config(tmp_path, spacy_model="model")))
    assert len({one, *others}) == 5
