"""Mutants of everything that is read: refused in words of the project, or read; nothing else.

Half of them are made by chance, the others by `atheris`, which keeps those that reach new code.
"""

import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ..run.world import World, transcript
from .mutants.changing import changed
from .mutants.targets import CANARIES, Target, feed, has_canary, of_an_output, targets

_GUIDED = Path(__file__).parent / "mutants" / "guided.py"
TARGETS = {target.name: target for target in targets()}
#: So many of each; what reads whole tables takes a hundred times as long as what reads a line.
_COUNTS = {"transcript": 90_000, "container": 18_000, "manifest": 600, "registry": 600}
_OTHERS = 8_000
_OF_OUTPUTS = 1_000
_GUIDED_RUNS = {"transcript": 10_000, "manifest": 300, "registry": 300, "container": 3_000}
_OTHER_GUIDED = 4_000
#: Of the numbers above, for a trial: `MUTANTS=0.01 make soak`.
_SHARE = float(os.environ.get("MUTANTS", "1"))


def share(counts: dict[str, int], name: str, others: int) -> int:
    return max(20, round(_SHARE * counts.get(name.partition(".")[0], others)))


class Fed:
    """What became of mutants, and how many held a canary."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        self.planted = 0

    def feed(self, target: Target, count: int, folder: Path) -> None:
        for number in range(count):
            chance = random.Random(f"{target.name} {number}")
            sound = chance.choice(target.seeds)
            content = changed(chance, sound, target.seeds) if number else sound
            self.planted += has_canary(content)
            own = folder / "mutant"
            own.mkdir()
            self.came[feed(target, content, own)] += 1
            shutil.rmtree(own)


def _is_quiet(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> bool:
    told = "".join((*capsys.readouterr(), caplog.text))
    return not has_canary(told.encode())


@pytest.mark.parametrize("name", TARGETS)
def test_some_mutants_are_refused_or_read(name: str, tmp_path: Path) -> None:
    fed = Fed()
    fed.feed(TARGETS[name], 12, tmp_path)
    assert fed.came["read"]  # the first one is sound


@pytest.mark.soak
@pytest.mark.parametrize("name", TARGETS)
def test_mutants(
    name: str,
    tmp_path: Path,
    tell: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    fed = Fed()
    count = share(_COUNTS, name, _OTHERS)
    fed.feed(TARGETS[name], count, tmp_path)
    assert _is_quiet(capsys, caplog)
    tell(f"{count:7,} mutants of {name:18} {fed.planted:7,} canaries, 0 told; {dict(fed.came)}")


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two runs leave, with a canary in shards."""
    world = World(tmp_path_factory.mktemp("w"))
    world.account("good")
    world.account("out", opted_out="true")
    for number in range(3):
        world.file(f"f{number}", "good", transcript("hello there", f"the {CANARIES[0]} is lost"))
    world.file("x0", "out", transcript(f"the {CANARIES[1]} too"))
    world.write()
    world.run()
    world.file("f9", "good", transcript("good morning", "it is the lamp"))
    world.write()
    world.run()
    return world.out


@pytest.mark.soak
def test_mutants_of_outputs(
    output: Path,
    tmp_path: Path,
    tell: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    files = of_an_output(output)
    assert {"output.shards.parquet", "output.audit.jsonl", "output.runs.json"} <= {
        target.name for target in files
    }
    fed = Fed()
    each = max(3, round(_SHARE * _OF_OUTPUTS / len(files)))
    for target in files:
        fed.feed(target, each, tmp_path)
    assert _is_quiet(capsys, caplog)
    tell(
        f"{each * len(files):7,} mutants of {len(files)} files of an output: each change found, "
        f"{fed.planted:,} canaries, 0 told"
    )


@pytest.mark.soak
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine"
)
@pytest.mark.parametrize("name", TARGETS)
def test_guided_mutants(name: str, tmp_path: Path, tell: Callable[[str], None]) -> None:
    runs = share(_GUIDED_RUNS, name, _OTHER_GUIDED)
    done = subprocess.run(
        [sys.executable, str(_GUIDED), name, str(runs), str(tmp_path)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-3_000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert not has_canary(done.stdout)
    tell(
        f"{runs:7,} guided mutants of {name:18} {told['kept']:4} reached new code, {told['tried']}"
    )
