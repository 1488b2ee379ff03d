"""What runs have made in a folder, committed to a store: whoever reads there reads the same."""

import hashlib
from pathlib import Path

import pytest

from clearshard import layout
from clearshard.audit.events import EventName
from clearshard.audit.ledger.appending import Said
from clearshard.audit.marker import MARKER
from clearshard.audit.reading import visible_runs
from clearshard.audit.verify import Known, verify
from clearshard.errors import StoreError
from clearshard.run.output.commit import Commit, NewFile, Verdict, committing
from clearshard.run.output.steps import Look, Seen, carry_out
from clearshard.storage.store import Store

from ..audit.signers import SIGNER
from ..storage.making import STORES
from .on_store import OnStore
from .world import World, in_force, small_world, transcript, world_clock


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def commits(world: World, store: Store) -> Verdict:
    """Commits the newest run of a folder to a store."""
    [*_, run] = visible_runs(world.out)
    do = OnStore(store, SIGNER)
    began: Seen = do(Look())
    paths = [*in_force(world.out), *run.decisions_paths]
    keys = [path.relative_to(world.out).as_posix() for path in paths]
    record = (world.out / layout.record(run.run_id)).read_bytes()
    card = (world.out / layout.CARD).read_bytes()
    data = {"record_sha256": sha256(record), "card_sha256": sha256(card)}
    commit = Commit(
        run.run_id,
        record,
        card,
        # Files in place of bytes, as a run has them.
        tuple(
            NewFile(key, sha256(path.read_bytes()), path)
            for key, path in zip(keys, paths, strict=True)
            if store.head(key) is None
        ),
        len(began.events) - 1,
        Said(EventName.RUN_FINISHED, run.run_id, world_clock(), dict(data)),
    )
    failed = Said(EventName.RUN_FAILED, run.run_id, world_clock(), {})
    return carry_out(committing(commit, failed), do)


def as_folder(store: Store, folder: Path) -> Path:
    """The objects of a store as files, and what marks them as an output."""
    for listed in store.list_below():
        path = folder / listed.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(store.read(listed.key, 1 << 30).data)
    (folder / layout.MARKER).write_bytes(MARKER)
    return folder


@pytest.mark.parametrize("place", list(STORES))
def test_a_store_holds_what_the_folder_holds(place: str, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    store = STORES[place](tmp_path / "store")
    world = small_world(tmp_path)
    for night in range(3):
        world.file(f"night-{night}", "acct-good", transcript("good day", f"call {night}"))
        world.write()
        world.run()
        assert commits(world, store) is Verdict.WON
        copy = as_folder(store, tmp_path / f"copy-{night}")
        assert verify(copy, Known(public_key=SIGNER.public_key)).faults == ()
        [*_, run], [*_, other] = visible_runs(copy), visible_runs(world.out)
        assert run.sha256 == other.sha256
        assert world.texts(copy) == world.texts()
        assert (copy / layout.CARD).read_bytes() == (world.out / layout.CARD).read_bytes()
        assert not (copy / layout.STAGING).exists()


def test_a_copy_of_the_ledger_that_is_not_its_own_is_told(tmp_path: Path) -> None:
    store = STORES["memory"](tmp_path)
    world = small_world(tmp_path)
    world.run()
    store.put_if_absent(layout.LEDGER_COPY, b"{}\n")
    with pytest.raises(Exception, match=r"audit/head\.json .* restore it"):
        commits(world, store)
    with pytest.raises(StoreError):
        store.put_if_absent(layout.LEDGER, b"")
