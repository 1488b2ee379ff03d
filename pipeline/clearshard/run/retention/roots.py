"""The places below which a sweep may delete: those that are configured, and no others.

What an inventory says of the place of an artefact is a text. It is below a root if it begins with
it, and what is left is a key of a store, which cannot lead out of it (`storage.store`). No root may
hold what is needed to sweep, or what a run has made.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clearshard.config import Config, is_bucket
from clearshard.eligibility.ids import MAX_ID_BYTES, UInt64, hash_ids
from clearshard.errors import ConfigError
from clearshard.run.retention.links import led_elsewhere
from clearshard.run.retention.outputs import Outputs, output_around
from clearshard.storage.store import ReadableStore, Store
from clearshard.storage.uris import file_path, open_readable, open_store, straight

_SETTING = "retention.roots"
_FILE = "file:"
_ADDRESS = "://"
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
        the one root; if there are several roots, nobody knows below which. What a percent sign
        means, a file uri says alone: paths and keys of buckets may have it in their names.

        Args:
            uris: Of the inventory; null where it names none.
        """
        uris = _paths_of_files(uris)
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

    def marks_of_kept(self, uris: pa.Array) -> UInt64:
        """Numbers of all places that some uris can mean, in whatever spelling.

        What must stay is told apart by no letter's case, no form of Unicode, no percent sign and no
        detour: rather is something left that could go. Where a link leads, that stays too.

        Args:
            uris: Of artefacts that are kept; null where one names none.
        """
        uris = uris.drop_null()
        read = spelled_out(uris)
        marks = [np.empty(0, np.uint64)]
        absolute = _bools(pc.or_(pc.starts_with(read, _SLASH), pc.match_substring(read, "://")))
        relative, addresses = read.filter(pa.array(~absolute)), read.filter(pa.array(absolute))
        for place in range(len(self.all)):
            marks.append(_marks(_number(place), folded_place(relative)))
        self._mark_below(folded_place(addresses), marks)
        for paths in self._local(uris, read):
            self._mark_below(folded_place(spelled_out(led_elsewhere(paths))), marks)
        return np.concatenate(marks)

    def marks_of_due(self, places: Places) -> UInt64:
        """Numbers of places, to be looked for among `marks_of_kept`."""
        roots = pa.array(places.roots).cast(pa.string())
        keys = folded_place(spelled_out(places.keys.fill_null("")))
        return _marks(roots, keys)

    def _local(self, uris: pa.Array, read: pa.Array) -> Iterator[pa.Array]:
        """The paths of this machine that uris can mean, as they are read and to the letter.

        A link may have a percent sign or a blank in its name, and `..` behind one leads out of
        where it points, and not back.
        """
        literal = _paths_of_files(uris)
        spellings = [read]
        for other in (literal, pc.utf8_trim_whitespace(literal)):
            spellings.append(other.filter(pc.not_equal(other, read)))
        for paths in spellings:
            is_absolute = pc.starts_with(paths, _SLASH)
            yield paths.filter(is_absolute)
            is_address = pc.match_substring(paths, _ADDRESS)
            relative = paths.filter(pc.invert(pc.or_(is_absolute, is_address)))
            for root in self.all:
                if root.folder is not None:
                    yield pc.binary_join_element_wise(str(root.folder), relative, _SLASH)

    def _mark_below(self, addresses: pa.Array, marks: list[UInt64]) -> None:
        """Adds what lies below a root."""
        for place, root in enumerate(self.all):
            for prefix in folded_place(spelled_out(pa.array(sorted(root.spelled)))).to_pylist():
                below = pc.starts_with(addresses, prefix + _SLASH)
                rest = pc.utf8_slice_codeunits(addresses.filter(below), len(prefix) + 1)
                marks.append(_marks(_number(place), rest))

    def outputs(self) -> Outputs:
        """What jobs have made below the roots; raises as `opened`."""
        stores = self.readable()
        return Outputs([(root.folder, stores[root.name]) for root in self.all])

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
        if kept:
            # What a configuration says is told without asking a store.
            problems += [*_of_tables(config, place, root)] or _of_outputs(config, place, root)
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


def _of_outputs(config: Config, place: int, root: Root) -> Iterator[str]:
    """What is wrong with a root that has to do with an output."""
    out = config.output.folder
    if out is not None and _ADDRESS in out and _overlap(root, _root(config, out)):
        yield (
            f"{_SETTING}.{place} → output.folder lies below it, or it lies below that, and must "
            "not be deleted: keep the two apart"
        )
    elif (outer := output_around(root.name, root.folder, config.base)) is not None:
        yield (
            f"{_SETTING}.{place} → lies in the output folder {outer}, of which nothing may be "
            "deleted: keep the two apart"
        )


def _of_tables(config: Config, place: int, root: Root) -> Iterator[str]:
    """What is wrong with a root that has to do with a table in a bucket."""
    sources = config.sources
    for name, table in (("manifest", sources.manifest), ("registry", sources.registry)):
        # Of a pattern the folder that everything lies in which it can mean.
        fixed = table if not has_magic(table) else re.split(r"/[^/]*[*?\[]", table)[0]
        if is_bucket(table) and _overlap(root, _root(config, fixed)):
            yield (
                f"{_SETTING}.{place} → sources.{name} lies below it, or it lies below that, and "
                "must not be deleted: keep the two apart"
            )


def _paths_of_files(uris: pa.Array) -> pa.Array:
    """Uris with the paths that file uris on this machine stand for in their place."""
    files = pc.match_substring_regex(uris, "(?i)^file:").fill_null(False)
    if not pc.any(files).as_py():
        return uris
    # One that is no file of this machine stays as it is, which lies below no root.
    paths = [file_path(uri) or uri for uri in uris.filter(files).to_pylist()]
    return pc.replace_with_mask(uris, files, pa.array(paths, pa.string()))


def spelled_out(uris: pa.Array) -> pa.Array:
    """Uris without nulls as paths or addresses: no space around, nothing encoded, no detour."""
    text = pc.utf8_trim_whitespace(uris)
    text = pc.replace_substring_regex(text, "(?i)^file:/+(localhost/)?", _SLASH)
    odd = _bools(pc.match_substring_regex(text, r"%|(^|/)\.{0,2}(/|\z)"))
    mended = [straight(one) for one in text.filter(pa.array(odd)).to_pylist()]
    return pc.replace_with_mask(text, pa.array(odd), pa.array(mended, pa.string()))


def folded_place(texts: pa.Array) -> pa.Array:
    """The same for all texts that some file system or reader takes for one."""
    return pc.utf8_lower(pc.utf8_normalize(texts, "NFKC"))


def _number(place: int) -> pa.Scalar:
    return pa.scalar(str(place), pa.string())


def _marks(roots: pa.Scalar | pa.Array, keys: pa.Array) -> UInt64:
    # A blank that a key begins with has gone where it stood alone, and not where behind its root.
    places = pc.binary_join_element_wise(roots, pc.utf8_trim_whitespace(keys), _SLASH)
    long = pc.greater(pc.binary_length(places), 2 * MAX_ID_BYTES)
    if pc.any(long).as_py():  # folded, or led by a link
        digests = [
            hashlib.sha256(one.encode()).hexdigest() for one in places.filter(long).to_pylist()
        ]
        places = pc.replace_with_mask(places, long, pa.array(digests, pa.string()))
    return hash_ids(places)


def _root(config: Config, name: str) -> Root:
    scheme, colon, rest = name.partition("://")
    name = scheme.lower() + colon + rest if colon else name
    if "://" in name and not name.startswith(_FILE):
        address = name.rstrip(_SLASH)
        return Root(address, frozenset((address,)), None)
    plain = file_path(name) if name.startswith(_FILE) else name
    if plain is None:
        problem = "is no folder of this machine: a file uri has three slashes, and no '?' or '#'"
        raise ConfigError("configuration", [f"{_SETTING} → {problem}"])
    path = config.path(plain)
    folder = path.resolve()
    return Root(str(folder), frozenset((str(path), str(folder))), folder)


def _overlap(one: Root, other: Root) -> bool:
    return (one.name + _SLASH).startswith(other.name + _SLASH) or (other.name + _SLASH).startswith(
        one.name + _SLASH
    )


def _bools(column: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.bool_)
