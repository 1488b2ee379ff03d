"""A floor under the training set: a run that has lost too much does not become visible."""

from pathlib import Path

import pytest

from clearshard.audit.ledger import Ledger
from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code
from clearshard.errors import TooManyGone
from clearshard.records.run import RunRecord
from clearshard.run.options import RunOptions

from .world import AS_OF, World, transcript


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Ten files of ten accounts, so that one of them is a tenth."""
    world = World(tmp_path)
    for number in range(10):
        world.account(f"acct-{number}")
        world.file(
            f"call-{number}", f"acct-{number}", transcript(f"i would like {number} green chairs")
        )
    _write(world)
    return world


def _write(world: World, share: str = "max_drop_share = 0.1") -> None:
    world.write()
    text = world.config.read_text()
    world.config.write_text(text.replace("max_drop_share = 1.0", share))


def _run(world: World, *, accept_drop: bool = False, dry_run: bool = False) -> RunRecord:
    options = RunOptions(world.out, AS_OF, 1, dry_run, accept_drop=accept_drop)
    return world.result(options).record


def _refused(world: World, before: RunRecord) -> str:
    texts = world.texts()
    with pytest.raises(TooManyGone) as caught:
        _run(world)
    assert visible_runs(world.out)[-1].run_id == before.run_id
    assert world.texts() == texts
    assert verify(world.out).faults == ()
    return str(caught.value)


def test_a_manifest_that_was_cut_leaves_the_last_run_as_it_is(world: World) -> None:
    before = _run(world)
    del world.files[1:]
    _write(world)
    told = _refused(world, before)
    assert f"9 of the 10 files that run {before.run_id} has written would be gone" in told
    assert "(not in the manifest 9)" in told
    assert "--accept-drop" in told
    record = _run(world, accept_drop=True)
    assert (record.counts.written, record.gone) == (1, {"not in the manifest": 9})
    assert record.drop_accepted


def test_nor_does_a_fact_that_cannot_be_read_any_more_empty_the_set(world: World) -> None:
    before = _run(world)
    for file in world.files[:4]:
        file["region"] = "moon-1"
    world.files[4]["transcript_uri"] = "elsewhere.json"
    world.accounts[5]["training_permitted"] = "false"
    _write(world)
    told = _refused(world, before)
    assert "(unknown_region 4, contract_not_permitting 1, missing 1)" in told


def test_what_is_meant_to_go_goes(world: World) -> None:
    _run(world)
    for account in world.accounts[:4]:
        account["opted_out"] = "true"
    for file in world.files[4:7]:
        file["deletion_requested_at"] = "2026-11-20T00:00:00Z"
    for file in world.files[7:9]:
        file["expires_at"] = "2026-11-20T00:00:00Z"
    _write(world)
    record = _run(world)
    assert (record.counts.written, record.gone) == (1, {})


def test_a_file_that_opted_out_and_cannot_be_read_was_meant_to_go(world: World) -> None:
    _run(world)
    for account, file in zip(world.accounts[:9], world.files[:9], strict=True):
        account["opted_out"], file["region"] = "true", "moon-1"
    _write(world)
    assert _run(world).counts.written == 1


def test_who_opted_out_stays_in_the_old_shards_and_that_is_told(world: World) -> None:
    before = _run(world)
    world.accounts[0]["opted_out"] = "true"
    del world.files[5:]
    _write(world)
    assert "with 1 files that must not be in them any more" in _refused(world, before)


def test_a_share_may_go_and_what_is_new_does_not_make_up_for_more(world: World) -> None:
    before = _run(world)
    del world.files[0]
    _write(world)
    record = _run(world)
    assert (record.counts.written, record.gone) == (9, {"not in the manifest": 1})
    assert not record.drop_accepted
    assert record.run_id != before.run_id
    for number in range(20):
        world.file(f"new-{number}", "acct-1", transcript(f"i have {number} other green lamps"))
    del world.files[:2]
    _write(world)
    assert "2 of the 9 files" in _refused(world, record)


def test_a_row_that_is_there_twice_now_is_gone(world: World) -> None:
    before = _run(world)
    world.files += world.files[:2]
    _write(world)
    assert "(duplicate_file_id 2)" in _refused(world, before)


def test_a_dry_run_says_the_same(world: World) -> None:
    _run(world)
    del world.files[1:]
    _write(world)
    with pytest.raises(TooManyGone):
        _run(world, dry_run=True)


def test_what_was_redacted_for_a_run_that_was_refused_is_not_redacted_again(world: World) -> None:
    _run(world)
    del world.files[1:]
    world.file("new", "acct-1", transcript("i have another green lamp"))
    _write(world)
    with pytest.raises(TooManyGone):
        _run(world)
    assert [*Ledger(world.out / "audit" / "ledger.jsonl").read()][-1].event == "run_failed"
    assert _run(world, accept_drop=True).reused == 2


def test_the_command_says_what_is_gone_and_ends_with_3(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.export_now()
    _write(world)
    job = ["run", "--config", str(world.config), "--out", str(world.out), "--quiet"]
    assert _exit_code(job) == 0
    del world.files[1:]
    _write(world)
    capsys.readouterr()
    assert _exit_code(job) == 3
    assert "9 of the 10 files" in capsys.readouterr().err
    assert _exit_code([*job, "--accept-drop"]) == 0
