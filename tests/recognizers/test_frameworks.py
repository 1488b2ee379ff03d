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


def test_spacy_is_not_imported_where_no_ner_is_configured(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from clearshard.config import redaction_defaults\n"
        "from clearshard.run.detect import make_detection\n"
        "make_detection(redaction_defaults())\n"
        "print(*(name for name in ('spacy', 'thinc') if name in sys.modules))\n"
        "from clearshard.recognizers.vocabulary import STOP_WORDS\n"
        "import spacy.lang.en.stop_words\n"
        "print(STOP_WORDS == spacy.lang.en.stop_words.STOP_WORDS)\n"
    )
    assert lines(code, tmp_path) == ["", "True"]


#: A pipeline without a model, so that nothing has to be installed.
_OTHERS_ENGINE = """\
{first}
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine
from presidio_analyzer.nlp_engine import spacy_nlp_engine as theirs
print('spacy' in sys.modules)
engine = SpacyNlpEngine()
engine.nlp = {{'en': theirs.spacy.blank('en')}}
made = engine.process_text('my name is ann', 'en')
print(type(made).__name__, [token.text for token in made.tokens], made.entities)
import spacy.tokens
doc = spacy.blank('en')('here')
print(isinstance(doc, theirs.Doc), isinstance(doc, theirs.Span), type(theirs.Doc(doc.vocab)))
print(theirs.Doc.from_docs.__name__, theirs.spacy.util is spacy.util)
"""


@pytest.mark.parametrize(
    ("first", "before"),
    [
        pytest.param("import sys, clearshard.recognizers.table", "False", id="ours first"),
        pytest.param("import sys, spacy, clearshard.recognizers.table", "True", id="theirs first"),
        pytest.param("import sys, presidio_analyzer", "True", id="without us"),
    ],
)
def test_presidios_own_engine_works_for_who_uses_it(
    tmp_path: Path, first: str, before: str
) -> None:
    assert lines(_OTHERS_ENGINE.format(first=first), tmp_path) == [
        before,
        "NlpArtifacts ['my', 'name', 'is', 'ann'] []",
        "True False <class 'spacy.tokens.doc.Doc'>",
        "from_docs True",
    ]


def test_only_presidios_own_imports_are_spared(tmp_path: Path) -> None:
    code = (
        "import clearshard.recognizers.table\n"
        "from spacy.tokens import Doc\n"
        "print(Doc.__module__, type(Doc).__name__)"
    )
    assert lines(code, tmp_path) == ["spacy.tokens.doc type"]


def test_a_pattern_of_somebody_is_tried_and_presidios_own_are_not(tmp_path: Path) -> None:
    code = (
        "import regex\n"
        "compiled = []\n"
        "compile_ = regex.compile\n"
        "def compile(pattern, flags=0):\n"
        "    compiled.append(pattern)\n"
        "    return compile_(pattern, flags)\n"
        "regex.compile = compile\n"
        "import clearshard.recognizers, presidio_analyzer\n"
        "own = presidio_analyzer.predefined_recognizers.UrlRecognizer.PATTERNS\n"
        "print(len(own) > 2, *(p.name for p in own if p.regex in compiled))\n"
        "try:\n"
        "    presidio_analyzer.Pattern('p', '(', 0.5)\n"
        "except ValueError as error:\n"
        "    print(error)\n"
        "presidio_analyzer.Pattern('p', 'x', 0.5)\n"
        "print(compiled[-1])"
    )
    assert lines(code, tmp_path) == [
        "True",
        "Invalid regex pattern: missing ) at position 1",
        "x",
    ]
