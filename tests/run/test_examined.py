"""How redaction is configured is looked at beside the run, and a wrong one writes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.audit.verify import verify
from clearshard.config import Config, load_config
from clearshard.errors import ConfigError
from clearshard.run.examined import Examined, examine, examined_here

from .world import World, small_world

STOCK = '[redaction]\nprofile = "stock"\n'
WRONG = '[redaction]\nprofile = "stock"\nentities = ["NO_SUCH_TYPE"]\n'
#: In a process of its own, since this one has imported everything.
_BESIDE = """\
import sys
from pathlib import Path
from clearshard.config import Config, load_config
from clearshard.engines.stopping import Stop
from clearshard.errors import ConfigError
from clearshard.run.examined import examined_beside
import clearshard.run.told

with examined_beside(load_config(Path(sys.argv[1])), "job.toml", Stop()) as examination:
    try:
        found = examination()
        print(found.redactor_digest, found.promise_digest)
    except ConfigError as error:
        print(error.source, len(error.problems))
print(sorted({"presidio_analyzer", "spacy", "thinc"} & set(sys.modules)))
"""


def test_to_import_the_job_takes_no_memory_of_arrow() -> None:
    """Its allocator begins with a gigabyte, which counts for the bound of every worker."""
    program = (
        "import clearshard.cli.entry, clearshard.run.job, clearshard.run.work, pyarrow\n"
        "print(pyarrow.default_memory_pool().max_memory())\n"
    )
    command = [sys.executable, "-P", "-c", program]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout == "0\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = small_world(tmp_path)
    world.write(STOCK)
    return world


def beside(config: Path) -> list[str]:
    command = [sys.executable, "-c", _BESIDE, str(config)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return found.stdout.splitlines()


@pytest.mark.slow
def test_another_process_finds_the_same_and_this_one_imports_nothing(world: World) -> None:
    here = examine(load_config(world.config))
    assert here.problems == ()
    assert beside(world.config) == [f"{here.redactor_digest} {here.promise_digest}", "[]"]
    world.write(WRONG)
    problems = examine(load_config(world.config)).problems
    assert beside(world.config) == [f"job.toml {len(problems)}", "[]"]


def test_it_is_looked_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Config] = []
    config = load_config(world.config)
    found = examine(config)

    def counted(config: Config) -> Examined:
        asked.append(config)
        return found

    monkeypatch.setattr("clearshard.run.examined.examine", counted)
    examination = examined_here(config)
    assert examination() is examination() is found
    assert asked == [config]


def test_what_is_wrong_makes_no_folder(world: World) -> None:
    world.write(WRONG)
    with pytest.raises(ConfigError, match="NO_SUCH_TYPE"):
        world.run()
    assert not world.out.exists()


def test_what_is_wrong_leaves_a_folder_with_runs_as_it_is(world: World) -> None:
    """There it is waited for while files are decided on: nothing of that stays."""
    before = world.run()
    texts, size = world.texts(), (world.out / layout.LEDGER).stat().st_size
    world.write(WRONG)
    with pytest.raises(ConfigError, match="NO_SUCH_TYPE"):
        world.run()
    assert world.texts() == texts
    assert (world.out / layout.LEDGER).stat().st_size == size
    assert list((world.out / layout.STAGING).iterdir()) == []
    assert verify(world.out).faults == ()
    world.write(STOCK)
    assert world.run().run_id == before.run_id
