"""What a worker is made of."""

import json
import pickle
from pathlib import Path

import pytest

from clearshard.config import load_config
from clearshard.errors import RunFailed
from clearshard.keys import PseudonymKey
from clearshard.records.tasks import FileTask, WorkUnit
from clearshard.run.assigned import WorkSettings
from clearshard.run.fingerprint import redactor_digest
from clearshard.run.work import make_work
from clearshard.shards.staging import Seal
from clearshard.vault.vault import PLAIN

from .world import small_world, transcript


def test_a_worker_that_has_loaded_another_redactor_does_no_work(tmp_path: Path) -> None:
    """Another copy of the code, or one that was replaced while the run was at work."""
    world = small_world(tmp_path)
    seal = Seal(PLAIN, PseudonymKey(bytes(range(32))), "e" * 64, "p" * 64)
    with pytest.raises(RunFailed, match="another redactor"):
        make_work(WorkSettings(load_config(world.config), tmp_path, seal))


def test_a_result_names_no_folder_and_quotes_no_transcript(tmp_path: Path) -> None:
    """A worker may see the checkpoints elsewhere than whoever gave it the work."""
    world = small_world(tmp_path)
    world.write('\n[redaction]\nprofile = "stock"\n')
    config = load_config(world.config)
    checkpoints = tmp_path / "checkpoints"
    checkpoints.mkdir()
    seal = Seal(PLAIN, PseudonymKey(bytes(range(32))), redactor_digest(config), "p" * 64)
    work = make_work(WorkSettings(config, checkpoints, seal))
    tasks = [
        FileTask((number, 7), f"f{number}", "good", "2026-11", None, None, content, len(content))
        for number, content in enumerate((json.dumps(transcript("a green chair")).encode(), b"{"))
    ]
    result = work(WorkUnit(tuple(tasks)))
    assert (result.written, [row for row, _ in result.quarantined]) == (((0, 7),), [(1, 7)])
    assert result.staged is not None
    [made] = checkpoints.iterdir()
    assert result.staged.name == made.name
    assert result.staged.below(checkpoints).path == str(made)
    sent = pickle.dumps(result)
    assert str(tmp_path).encode() not in sent
    assert b"chair" not in sent
