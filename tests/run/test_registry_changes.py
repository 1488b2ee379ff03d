"""The registry is asked again after the last decision, whatever holds it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from clearshard.audit.verify import verify
from clearshard.config import Config
from clearshard.errors import SourceUnavailable
from clearshard.records.facts import OwnColumn
from clearshard.records.run import SourceSnapshot
from clearshard.run.intake import Tables, tables_of
from clearshard.run.options import RunOptions
from clearshard.run.stages import decide
from clearshard.sources.registry import Registry, RegistrySource

from .world import AS_OF, World, small_world


@dataclass
class ChangesLate:
    """A registry to which something happens before it is asked whether it is still the same."""

    registry: RegistrySource
    happens: list[Callable[[], object]]

    @property
    def name(self) -> str:
        return self.registry.name

    def read(self, own: tuple[OwnColumn, ...] = ()) -> Registry:
        return self.registry.read(own)

    def unchanged_since(self, reading: SourceSnapshot, own: tuple[OwnColumn, ...] = ()) -> bool:
        if self.happens:
            self.happens.pop(0)()
        return self.registry.unchanged_since(reading, own)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(tmp_path)


@pytest.fixture
def happens(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens to the registry of the runs of a test, one thing each time that it is asked."""
    things: list[Callable[[], object]] = []

    def late(config: Config) -> Tables:
        tables = tables_of(config)
        return replace(tables, registry=ChangesLate(tables.registry, things))

    monkeypatch.setattr(decide, "tables_of", late)
    return things


def _opt_out(world: World) -> None:
    for account in world.accounts:
        if account["account_id"] == "acct-other":
            account["opted_out"] = "true"
    world.write()


def test_who_opts_out_while_decisions_are_written_is_taken_out(
    world: World, happens: list[Callable[[], object]]
) -> None:
    happens.append(lambda: _opt_out(world))
    record = world.run()
    assert world.decisions(record)["other-0"] == ("excluded", ["opted_out"])
    assert record.taken_out == 1
    assert record.registry.sha256 != record.registry_at_publish.sha256
    assert verify(world.out).faults == ()


def test_nothing_is_unchanged_if_the_registry_changed_at_the_last_moment(
    world: World, happens: list[Callable[[], object]]
) -> None:
    world.run()
    happens.append(lambda: _opt_out(world))
    result = world.result(RunOptions(world.out, AS_OF, 1, dry_run=False))
    assert not result.unchanged
    assert world.decisions(result.record)["other-0"] == ("excluded", ["opted_out"])


def test_a_registry_that_changes_all_the_time_publishes_nothing(
    world: World, happens: list[Callable[[], object]]
) -> None:
    def again() -> None:
        world.accounts[0]["ttl_seconds"] = str(10**9 + len(happens))
        world.write()

    happens += [again] * 20
    with pytest.raises(SourceUnavailable, match=r"accounts\.csv: changes all the time"):
        world.run()
    assert not (world.out / "runs").exists()
