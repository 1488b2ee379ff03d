"""A folder as a store, and one next to it that links lead to."""

import os
from pathlib import Path

import pytest

from clearshard.storage.local import LocalStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    inside = tmp_path / "root"
    inside.mkdir()
    return inside


@pytest.fixture
def store(root: Path) -> LocalStore:
    return LocalStore(root)


@pytest.fixture
def outside(root: Path) -> Path:
    """A folder next to the root, and links to it and within the root."""
    other = root.parent / "other"
    (other / "sub").mkdir(parents=True)
    (other / "file").write_bytes(b"outside")
    (other / "sub" / "file").write_bytes(b"outside")
    (root / "in" / "sub").mkdir(parents=True)
    (root / "in" / "sub" / "file").write_bytes(b"inside")
    (root / "link").symlink_to(other)
    (root / "in" / "link").symlink_to(other / "sub")
    (root / "in" / "sub" / "link").symlink_to(other / "file")
    (root / "in" / "sub" / "inner").symlink_to("file")
    (root / "inner").symlink_to("in")
    (root / "dangling").symlink_to(other / "none")
    os.mkfifo(root / "pipe")
    return other
