"""The places below which a sweep may delete: those that are configured, and no others.

What an inventory says of the place of an artefact is a text. It is below a root if it begins with
it, and what is left is a key of a store, which cannot lead out of it (`storage.store`). No root may
hold what is needed to sweep, or what a run has made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.storage.store import ReadableStore, Store
from clearshard.storage.uris import open_readable, open_store

_SETTING = "retention.roots"
_FILE = "file://"
#: What may stand between the name of a store and a key.
_SLASH = "/"


@dataclass(frozen=True, slots=True)
class Root:
    """A place that artefacts are kept in.

    Attributes:
        name: An absolute path without links, or the address of a store; no slash at its end.
        spelled: What else it is called where artefacts are listed.
        folder: Where it is on this machine; None: it is not.
    """

    name: str
    spelled: frozenset[str]
    folder: Path | None


@dataclass(frozen=True, slots=True)
class Places:
    """Where artefacts are.

    Attributes:
        roots: Places in the list of roots; -1 where it is below none.
        keys: Where below it; null where it is below none.
    """

    roots: npt.NDArray[np.int8]
    keys: pa.Array


@dataclass(frozen=True, slots=True)
class Roots:
    """All places that a sweep may delete below."""

    all: tuple[Root, ...]
    base: Path

    def places(self, uris: pa.Array) -> Places:
        """Where each artefact is.

        A uri that is neither a path from the root of the file system nor an address is a key below
        the one root; if there are several roots, nobody knows below which.

        Args:
            uris: Of the inventory; null where it names none.
        """
        absolute = pc.or_(pc.starts_with(uris, _SLASH), pc.match_substring(uris, "://"))
        roots = np.full(len(uris), -1, np.int8)
        keys = pa.nulls(len(uris), pa.string())
        if len(self.all) == 1:
            relative = pc.and_(uris.is_valid(), pc.invert(absolute)).fill_null(False)
            keys = pc.if_else(relative, uris, keys)
            roots[_bools(relative)] = 0
        for place, root in enumerate(self.all):
            for prefix in sorted(root.spelled):
                below = pc.starts_with(uris, prefix + _SLASH).fill_null(False)
                rest = pc.utf8_slice_codeunits(uris, len(prefix) + 1)
                keys = pc.if_else(below, rest, keys)
                roots[_bools(below)] = place
        return Places(roots, keys)

    def opened(self) -> dict[str, Store]:
        """The stores, to delete from.

        Raises:
            StoreRefused: One cannot be a store.
            StoreUnavailable: One is not there.
        """
        # A folder that is not there would be made.
        readable = self.readable()
        return {
            root.name: open_store(root.name, self.base)
            for root in self.all
            if root.name in readable
        }

    def readable(self) -> Mapping[str, ReadableStore]:
        """The stores, to look into; raises as `opened`."""
        return {root.name: open_readable(root.name, self.base) for root in self.all}


def configured_roots(config: Config, kept: Sequence[Path] = ()) -> Roots:
    """The roots of a configuration.

    Args:
        config: Names them.
        kept: What must not lie below a root, nor hold one, where anything is to be deleted.

    Raises:
        ConfigError: There is none, or one is no place to delete below.
    """
    roots = tuple(_root(config, name) for name in config.retention.roots)
    problems = [] if roots else [f"{_SETTING} → name the folders that may be deleted below"]
    for place, root in enumerate(roots):
        for other in roots[:place]:
            if _overlap(root, other):
                problems.append(
                    f"{_SETTING}.{place} → lies below another root, or holds it: name the outer one"
                )
        if root.folder is None:
            continue
        if root.folder == Path(root.folder.anchor):
            problems.append(f"{_SETTING}.{place} → is the whole machine. Name a folder in it")
        for path in kept:
            real = path.resolve()
            if real.is_relative_to(root.folder) or root.folder.is_relative_to(real):
                problems.append(
                    f"{_SETTING}.{place} → {path} lies below it, or it lies below that, and must "
                    "not be deleted: keep the two apart"
                )
    if problems:
        raise ConfigError("configuration", problems)
    return Roots(roots, config.base)


def _root(config: Config, name: str) -> Root:
    if "://" in name and not name.startswith(_FILE):
        address = name.rstrip(_SLASH)
        return Root(address, frozenset((address,)), None)
    path = config.path(name.removeprefix(_FILE))
    folder = path.resolve()
    paths = {str(path), str(folder)}
    return Root(str(folder), frozenset(paths | {_FILE + one for one in paths}), folder)


def _overlap(one: Root, other: Root) -> bool:
    return (one.name + _SLASH).startswith(other.name + _SLASH) or (other.name + _SLASH).startswith(
        one.name + _SLASH
    )


def _bools(column: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)
