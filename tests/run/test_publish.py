"""What a crash leaves of a publication is settled, and told once."""

from pathlib import Path

import pytest

from clearshard.audit.verify import verify
from clearshard.run import publish
from clearshard.run.agent import Agent
from clearshard.run.folder import OutputFolder
from clearshard.run.journal import Journal
from clearshard.run.publish import tidy

from ..audit.building import Output


def removed(output: Output) -> list[str]:
    return [e.run_id for e in output.ledger.read() if e.event == "shards_removed"]


def test_replaced_shards_are_removed_and_told_once_whatever_happens_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = Output(tmp_path / "out")
    output.publish("first")
    output.publish("second", superseded=["first"])
    folder, journal = (
        OutputFolder(output.out),
        Journal(output.ledger, output.tick, Agent("svc", "here")),
    )

    def dies(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publish, "remove_tree", dies)
        with pytest.raises(KeyboardInterrupt):
            tidy(folder, journal)
    assert removed(output) == ["first"]
    assert folder.shards("first").exists()
    assert [fault.location for fault in verify(output.out).faults] == ["shards/run=first"]
    tidy(folder, journal)
    assert removed(output) == ["first"]
    assert not folder.shards("first").exists()
    assert verify(output.out).faults == ()
    tidy(folder, journal)
    assert removed(output) == ["first"]
