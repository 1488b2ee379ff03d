"""Everything that is wrong with a configuration is told at once, to a program too."""

from pathlib import Path

import pytest

import clearshard
from clearshard.cli.entry import _exit_code
from clearshard.config import load_config
from clearshard.errors import ConfigError
from clearshard.run.checked import load_for_detection, load_for_gate, load_for_run

from .world import World, small_world

WRONG = """
[output]
folder = 3
[policy]
file = "ours.toml"
below_published = [{ rule = "no-such-rule", reason = "none" }]
[redaction]
profile = "stock"
languages = ["en", "de"]
entities = ["PERSON", "NO_SUCH_TYPE"]
keep_entities = ["NONE_SUCH"]
operators = { NOR_THIS = "mask" }
recognizer = "own.yaml"
[limits]
max_transcript_bytes = "many"
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = small_world(tmp_path)
    world.write()
    return world


def _wrong(world: World, more: str = WRONG) -> None:
    text = world.config.read_text().split("[limits]")[0]
    world.config.write_text(f"{text}\n{more}")


EXPECTED = {
    "output.folder",
    "redaction.recognizer",
    "limits.max_transcript_bytes",
    "policy.file",
    "redaction.languages",
    "redaction.entities",
    "redaction.keep_entities",
    "redaction.operators",
}


def _places(error: ConfigError) -> set[str]:
    return {problem.partition(" → ")[0] for problem in error.problems}


def test_keys_types_languages_and_files_are_told_at_once(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    _wrong(world)
    with pytest.raises(ConfigError) as caught:
        load_for_run(world.config)
    assert _places(caught.value) == EXPECTED
    told = str(caught.value)
    assert "NO_SUCH_TYPE" in told
    assert "no recognizer was made for de" in told
    assert "ours.toml" in told
    assert _exit_code(["run", "--config", str(world.config)]) == 2
    told = capsys.readouterr().err
    assert [place for place in EXPECTED if place not in told] == []
    with pytest.raises(clearshard.ConfigError) as from_program:
        clearshard.run(world.config)
    assert from_program.value.problems == caught.value.problems


def test_what_does_not_redact_does_not_ask_about_it(world: World) -> None:
    _wrong(world)
    with pytest.raises(ConfigError) as caught:
        load_for_gate(world.config)
    assert _places(caught.value) == {
        "output.folder",
        "redaction.recognizer",
        "limits.max_transcript_bytes",
        "policy.file",
    }
    with pytest.raises(ConfigError) as caught:
        load_for_detection(world.config)
    assert _places(caught.value) == EXPECTED - {"policy.file"}


def test_files_of_redaction_that_are_not_there_are_told_together(world: World) -> None:
    _wrong(
        world,
        '[redaction]\nrecognizers = "own.yaml"\nspacy_model = "no_such_model"\n'
        'plugins = ["no_such:Plugin"]\nlanguages = ["fr"]\nentities = ["NO_SUCH_TYPE"]\n',
    )
    with pytest.raises(ConfigError) as caught:
        load_for_run(world.config)
    # Of types nothing is said, as long as nobody knows which there are.
    assert _places(caught.value) == {
        "redaction.recognizers",
        "redaction.spacy_model",
        "redaction.plugins.0",
        "redaction.languages",
    }


def test_every_problem_of_a_file_of_recognizers_says_which_file(world: World) -> None:
    (world.root / "own.yaml").write_text("recognizers:\n- {name: A, no: 1}\n- 3\n")
    _wrong(world, '[redaction]\nrecognizers = "own.yaml"\nlanguages = ["de"]\n')
    with pytest.raises(ConfigError) as caught:
        load_for_run(world.config)
    assert sum("own.yaml: recognizers." in problem for problem in caught.value.problems) >= 2
    assert "redaction.languages" in _places(caught.value)


def test_a_file_without_tables_is_told_as_before(world: World) -> None:
    world.config.write_text("[sources]\n")
    with pytest.raises(ConfigError) as caught:
        load_for_run(world.config)
    assert _places(caught.value) == {
        "sources.manifest",
        "sources.registry",
        "sources.transcripts",
    }
    world.config.write_text("sources = 3\n[[redaction]]\n")
    with pytest.raises(ConfigError) as caught:
        load_for_run(world.config)
    assert _places(caught.value) == {"sources", "redaction"}


def test_what_is_right_loads_as_it_is(world: World) -> None:
    assert load_for_run(world.config) == load_config(world.config)
