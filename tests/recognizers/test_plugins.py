"""Recognizers of the user in Python: found where they are installed, not taken at their word."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from presidio_analyzer import RecognizerResult

from clearshard.config import load_config
from clearshard.errors import ConfigError
from clearshard.keys import PseudonymKey
from clearshard.recognizers.plugins import PluginMisbehaved, find_plugins, load_plugins
from clearshard.records.states import Quarantine
from clearshard.redaction.redactor import Redactor
from clearshard.run.detect import Document, transcript_of
from clearshard.run.fingerprint import promise_digest, redactor_digest

from ..run.world import World, small_world, transcript

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")
EXAMPLE, *_ = re.findall(r"^```python\n(# acme_badges.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMAND = Path(sys.executable).with_name("clearshard")
Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a package where modules are looked for, and its metadata beside it."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.syspath_prepend(str(folder))

    def installed(code: str, package: str, entry: str | None = None) -> Path:
        (folder / package).mkdir(exist_ok=True)
        (folder / package / "__init__.py").write_text(code)
        info = folder / f"{package}-1.2.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
        (info / "top_level.txt").write_text(f"{package}\n")
        if entry is not None:
            (info / "entry_points.txt").write_text(f"[clearshard.recognizers]\n{entry}\n")
        return folder / package

    return installed


def _config(folder: Path, settings: str) -> Path:
    path = folder / "job.toml"
    path.write_text(
        '[sources]\nmanifest = "files.csv"\nregistry = "accounts.csv"\n'
        f'transcripts = "transcripts"\n[output]\nfolder = "out"\n'
        f'[redaction]\nprofile = "stock"\n{settings}\n'
    )
    return path


def _finder(body: str = "return []", types: str = '["BADGE"]') -> str:
    return (
        "from presidio_analyzer import EntityRecognizer, RecognizerResult as R\n"
        "class Finder(EntityRecognizer):\n"
        f"    def __init__(self):\n        super().__init__(supported_entities={types})\n"
        "    def load(self):\n        pass\n"
        f"    def analyze(self, text, entities, nlp_artifacts):\n        {body}\n"
    )


@pytest.mark.parametrize("name", ["acme_badges:BadgeRecognizer", "badges"])
def test_the_example_of_the_page_by_import_path_and_by_entry_point(
    tmp_path: Path, install: Install, name: str
) -> None:
    install(EXAMPLE, "acme_badges", "badges = acme_badges:BadgeRecognizer")
    (plugin,) = find_plugins([name])
    assert plugin.distribution == "acme_badges 1.2"
    assert "acme_badges:BadgeRecognizer, acme_badges 1.2, " in plugin.told
    config = load_config(_config(tmp_path, f'plugins = ["{name}"]\noperator = "tag"'))
    redactor = Redactor(config, PseudonymKey(b"\1" * 32))
    (spans, other) = redactor.spans(
        [
            transcript_of(Document("a", "it is badge 1236 here")),
            transcript_of(Document("b", "it is badge 1239 here")),
        ]
    )
    assert [(s.start, s.end, s.entity_type, s.recognizer) for s in spans] == [  # type: ignore[union-attr]
        (6, 16, "BADGE", "BadgeRecognizer")
    ]
    assert not [s for s in other if s.entity_type == "BADGE"]  # type: ignore[union-attr]


def test_what_is_merely_installed_changes_nothing(tmp_path: Path, install: Install) -> None:
    config = load_config(_config(tmp_path, ""))
    before = redactor_digest(config), promise_digest(config)
    install(EXAMPLE, "acme_installed", "badges = acme_installed:BadgeRecognizer")
    assert (redactor_digest(config), promise_digest(config)) == before
    redactor = Redactor(config, PseudonymKey(b"\1" * 32))
    (spans,) = redactor.spans([transcript_of(Document("a", "it is badge 1236 here"))])
    assert "BADGE" not in [span.entity_type for span in spans]  # type: ignore[union-attr]


def test_every_file_and_the_version_count_in_both_digests(tmp_path: Path, install: Install) -> None:
    package = install(EXAMPLE, "acme_counted")
    config = load_config(_config(tmp_path, 'plugins = ["acme_counted:BadgeRecognizer"]'))

    def digests() -> tuple[str, str]:
        return redactor_digest(config), promise_digest(config)

    seen = [digests()]
    (package / "__init__.py").write_text(EXAMPLE.replace("0.6", "0.7"))
    seen.append(digests())
    (package / "words.txt").write_text("a")
    seen.append(digests())
    metadata = package.with_name("acme_counted-1.2.dist-info") / "METADATA"
    metadata.write_text(metadata.read_text().replace("Version: 1.2", "Version: 1.3"))
    seen.append(digests())
    assert len({first for first, _ in seen}) == len({second for _, second in seen}) == 4
    assert digests() == seen[-1]


@pytest.mark.parametrize(
    ("code", "name", "told"),
    [
        ("", "no_such_package:X", "Install its package where clearshard is"),
        ("", "no-such-entry", "install the package that has it"),
        ("", "acme_0:Missing", "acme_0 has no Missing"),
        ("raise OSError('secret')", "acme_1:X", "cannot be imported: OSError"),
        ("X = 3", "acme_2:X", "is no class of recognizers"),
        ("import json.no_such", "acme_3:X", "cannot be imported: ModuleNotFoundError"),
        (_finder().replace("(self):", "(self, x):", 1), "acme_4:Finder", "without arguments"),
        (_finder("return []", '["badge"]'), "acme_5:Finder", "UPPER_SNAKE_CASE"),
        (_finder(types='["A"], supported_language="de"'), "acme_6:Finder", "another language"),
        (EXAMPLE.replace("0.6", "0.0"), "acme_7:BadgeRecognizer", "score 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_and_says_what_to_do(
    install: Install, code: str, name: str, told: str
) -> None:
    if name.startswith("acme"):
        install(code, name.partition(":")[0])
    with pytest.raises(ConfigError, match=re.escape(told)) as caught:
        load_plugins([name], "en", 1.0)
    assert "redaction.plugins.0 → " in str(caught.value)
    assert "secret" not in str(caught.value)


def test_all_that_cannot_be_found_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        find_plugins(["no_such_package:X", "no-such-entry"])
    assert [p.partition(" ")[0] for p in caught.value.problems] == [
        "redaction.plugins.0",
        "redaction.plugins.1",
    ]


def test_two_packages_of_one_name_are_not_chosen_between(install: Install) -> None:
    install(EXAMPLE, "acme_one", "twice = acme_one:BadgeRecognizer")
    install(EXAMPLE, "acme_two", "twice = acme_two:BadgeRecognizer")
    with pytest.raises(ConfigError, match="several packages"):
        find_plugins(["twice"])
    with pytest.raises(ConfigError, match=r"plugins\.1 → .* named twice"):
        find_plugins(["acme_one:BadgeRecognizer", "acme_one:BadgeRecognizer"])


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError(text)",
        "return None",
        'return [R("OTHER", 0, 1, 0.9)]',
        'return [R("BADGE", 3, 3, 0.9)]',
        'return [R("BADGE", 0, 10**6, 0.9)]',
        'return [R("BADGE", -1, 3, 0.9)]',
        'return [R("BADGE", 0, 3, float("nan"))]',
        'return [R("BADGE", 0, 3, 7.0)]',
        'return [("BADGE", 0, 3)]',
        "return nlp_artifacts.tokens",
    ],
)
def test_whatever_it_does_wrong_quarantines(
    tmp_path: Path, install: Install, body: str, request: pytest.FixtureRequest
) -> None:
    package = f"acme_wrong_{abs(hash(request.node.name))}"
    install(_finder(body), package)
    config = load_config(_config(tmp_path, f'plugins = ["{package}:Finder"]'))
    redactor = Redactor(config, PseudonymKey(b"\1" * 32))
    (found,) = redactor.spans([transcript_of(Document("a", "hello there"))])
    assert isinstance(found, Quarantine)
    assert found.reason == "detector_failed"
    assert "hello" not in str(found)


def test_nothing_but_range_type_and_score_gets_through(install: Install) -> None:
    code = _finder('return [R("BADGE", 0, 5, 0.9, None, {R.RECOGNIZER_NAME_KEY: text})]')
    install(code, "acme_names")
    (recognizer,) = load_plugins(["acme_names:Finder"], "en", 1.0)
    (result,) = recognizer.analyze("hello there", ["BADGE"])
    assert result.recognition_metadata[RecognizerResult.RECOGNIZER_NAME_KEY] == "Finder"
    assert "hello" not in repr(vars(result))
    install(_finder("return 3"), "acme_three")
    (recognizer,) = load_plugins(["acme_three:Finder"], "en", 1.0)
    with pytest.raises(PluginMisbehaved):
        recognizer.analyze("hello there", ["BADGE"])


def test_a_type_that_is_not_wanted_makes_it_one_in_vain(tmp_path: Path, install: Install) -> None:
    install(EXAMPLE, "acme_vain")
    settings = 'plugins = ["acme_vain:BadgeRecognizer"]\nkeep_entities = ["BADGE"]'
    with pytest.raises(ConfigError, match="BadgeRecognizer finds BADGE"):
        Redactor(load_config(_config(tmp_path, settings)), PseudonymKey(b"\1" * 32))


def _world(root: Path) -> World:
    world = World(root)
    world.account("acct")
    world.file("a", "acct", transcript("my badge 1236 is new"))
    world.export_now()
    world.write()
    return world


@pytest.mark.slow
def test_workers_load_it_where_it_is_installed_and_the_record_names_it(
    tmp_path: Path, install: Install
) -> None:
    package = install(EXAMPLE, "acme_badges", "badges = acme_badges:BadgeRecognizer")
    world = _world(tmp_path)
    config = _config(tmp_path, 'plugins = ["badges"]')
    command = [str(COMMAND), "run", "--config", str(config), "--workers", "1", "--json"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout.splitlines()[-1])
    assert [p.split(", ")[:2] for p in record["plugins"]] == [
        ["badges: acme_badges:BadgeRecognizer", "acme_badges 1.2"]
    ]
    assert world.texts() == ["my <BADGE_1> is new"]
    # The same folder, but nobody has said that modules are there.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    _config(tmp_path, 'plugins = ["badges", "acme_badges:BadgeRecognizer"]')
    refused = subprocess.run(
        [sys.executable, "-m", "clearshard", *command[1:]],
        cwd=package.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2, refused.stderr
    assert "redaction.plugins.0" in refused.stderr
    assert "redaction.plugins.1" in refused.stderr


def test_small_world_is_as_before(tmp_path: Path) -> None:
    assert small_world(tmp_path).run().plugins == ()
