"""Whatever is done in whatever order, a store does what a dictionary would."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from clearshard.errors import ObjectChanged, ObjectExists, ObjectNotFound, ObjectTooLarge
from clearshard.storage.store import Store, VersionTag

from .making import STORES

# None lies below another: a folder cannot hold both.
_KEYS = st.sampled_from(["a", "b-", "b/a", "b/c/d", "b/c-", "b0", "é/日本", "z/z/z/z"])
_DATA = st.sampled_from([b"", b"1", b"2", b"22", b"x" * 70_000])


class _Model(RuleBasedStateMachine):
    """Each key's content and tag, and every tag that there has been."""

    name = ""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store: Store = STORES[self.name](self.folder)
        self.model: dict[str, tuple[bytes, VersionTag]] = {}
        self.old: list[tuple[str, VersionTag]] = []

    @rule(key=_KEYS, data=_DATA)
    def put(self, key: str, data: bytes) -> None:
        if key in self.model:
            with pytest.raises(ObjectExists):
                self.store.put_if_absent(key, data)
        else:
            self.model[key] = data, self.store.put_if_absent(key, data)

    @rule(key=_KEYS, data=_DATA)
    def replace(self, key: str, data: bytes) -> None:
        if key in self.model:
            tag = self.model[key][1]
            self.old.append((key, tag))
            self.model[key] = data, self.store.replace_if_unchanged(key, data, tag)

    @precondition(lambda self: self.old)
    @rule(number=st.integers(0, 1000), data=_DATA)
    def replace_an_old_one(self, number: int, data: bytes) -> None:
        key, tag = self.old[number % len(self.old)]
        with pytest.raises(ObjectChanged):
            self.store.replace_if_unchanged(key, data, tag)
        with pytest.raises((ObjectChanged, ObjectNotFound)):
            self.store.read_range(key, 0, 1, tag)

    @rule(key=_KEYS)
    def delete(self, key: str) -> None:
        self.store.delete(key)
        if key in self.model:
            self.old.append((key, self.model.pop(key)[1]))

    @rule(key=_KEYS, max_bytes=st.sampled_from([0, 1, 2, 70_000]))
    def read(self, key: str, max_bytes: int) -> None:
        head = self.store.head(key)
        if key not in self.model:
            assert head is None
            with pytest.raises(ObjectNotFound):
                self.store.read(key, max_bytes)
            return
        data, tag = self.model[key]
        assert head is not None
        assert (head.size_bytes, head.tag) == (len(data), tag)
        if len(data) > max_bytes:
            with pytest.raises(ObjectTooLarge):
                self.store.read(key, max_bytes)
        else:
            content = self.store.read(key, max_bytes)
            assert (content.data, content.found.tag) == (data, tag)

    @rule(key=_KEYS, start=st.integers(0, 70_001), length=st.integers(0, 70_001))
    def read_range(self, key: str, start: int, length: int) -> None:
        if key in self.model:
            data, tag = self.model[key]
            assert self.store.read_range(key, start, length, tag) == data[start : start + length]

    @rule(folder=st.sampled_from(["a", "b", "b/c", "é", "z/z", "none"]))
    def list_some(self, folder: str) -> None:
        below = [listed.key for listed in self.store.list_below(folder)]
        assert below == sorted(key for key in self.model if key.startswith(f"{folder}/"))

    @rule()
    def sweep(self) -> None:
        assert self.store.sweep() == 0

    @invariant()
    def lists_all_in_order(self) -> None:
        listed = [(one.key, one.found.size_bytes, one.found.tag) for one in self.store.list_below()]
        assert listed == [(k, len(data), tag) for k, (data, tag) in sorted(self.model.items())]

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


@pytest.mark.parametrize("name", STORES)
def test_a_store_is_a_dictionary_with_conditions(name: str) -> None:
    machine = type("Machine", (_Model,), {"name": name})
    run_machine(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
