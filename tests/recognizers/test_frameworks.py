"""What is installed beside clearshard and not used costs nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FRAMEWORKS = ("torch", "transformers", "stanza", "spacy_stanza", "gliner", "cupy", "tensorflow")


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """Packages of these names, each of which tells that it was loaded."""
    for name in FRAMEWORKS:
        (tmp_path / "site" / name).mkdir(parents=True)
        (tmp_path / "site" / name / "__init__.py").write_text(f"print('loaded', {name!r})\n")
    return tmp_path / "site"


def lines(code: str, site: Path) -> list[str]:
    ended = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.splitlines()


def test_libraries_would_load_what_is_there(beside: Path) -> None:
    assert "loaded torch" in lines("import thinc.compat", beside)


#: Whichever is imported first: what a worker begins with, or one of the others by itself.
MODULES = ("run.work", "redaction.batch_ner", "redaction.ner", "recognizers.table")


@pytest.mark.parametrize(
    "first",
    [pytest.param(name, marks=pytest.mark.soak if n else ()) for n, name in enumerate(MODULES)],
)
def test_no_framework_is_loaded(beside: Path, first: str) -> None:
    code = (
        f"import clearshard.{first}\n"
        "from clearshard.config import redaction_defaults\n"
        "from clearshard.redaction.detector import Detector\n"
        "from clearshard.redaction.stock import StockPresidio\n"
        "from clearshard.redaction.ner import STOCK_NER\n"
        "StockPresidio(STOCK_NER, tuned=False).redact(['my name is Ann Lee'])\n"
        "print('done')"
    )
    assert lines(code, beside) == ["done"]


def test_others_may_import_them(beside: Path) -> None:
    code = "import clearshard.redaction.ner, torch, transformers"
    assert lines(code, beside) == ["loaded torch", "loaded transformers"]


#: What spaCy's commands bring along, and nothing of ours.
OF_COMMANDS = ("spacy.cli", "spacy.cli.info", "weasel", "jinja2")


def test_commands_of_spacy_are_imported_when_somebody_wants_them(tmp_path: Path) -> None:
    code = (
        "import sys, clearshard.run.work, spacy\n"
        f"print(*(name for name in {OF_COMMANDS} if name in sys.modules))\n"
        "print(spacy.cli.download.__module__, sys.modules['spacy.cli'] is spacy.cli)\n"
        "print(spacy.info(silent=True)['spacy_version'] == spacy.__version__)\n"
    )
    assert lines(code, tmp_path) == ["", "spacy.cli.download True", "True"]


def test_they_are_there_for_who_imports_them(tmp_path: Path) -> None:
    code = (
        "import clearshard.run.work\n"
        "from spacy.cli import train\nimport spacy.cli.package\nprint(train.train.__module__)"
    )
    assert lines(code, tmp_path) == ["spacy.cli.train"]


def test_who_has_spacy_already_keeps_it(tmp_path: Path) -> None:
    code = "import spacy\nimport clearshard.run.work\nprint(spacy.info.__module__)"
    assert lines(code, tmp_path) == ["spacy.cli.info"]
