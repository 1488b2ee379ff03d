"""Looks at eligible files that are objects of a store: by its listing, or one by one where few.

A listing tells a thousand objects a request, whatever their order in the manifest. Of one that it
lacks nothing is known; it is fetched, and the store says then whether it is there: a listing may
lag behind. One that is listed and gone is `missing` when it is fetched, and until then what was
made of it stands.

An object has no other name, as a file can have, so nothing is asked about links.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.config import Limits
from clearshard.eligibility.ids import hash_ids, second_hash_ids
from clearshard.errors import ListingRefused
from clearshard.run.listed import Listed as Rows
from clearshard.run.listed import Listing
from clearshard.run.partitions import Records
from clearshard.run.resume.declared import declared_of, declared_versions
from clearshard.run.resume.hashjoin import HashJoin
from clearshard.run.resume.looks import Looks, as_texts, places_of, write_looks
from clearshard.run.resume.versions import VERSION_BYTES, versions_of_objects
from clearshard.storage.store import Found, Listed, ReadableStore, is_key

#: So many are asked about one by one: a listing could be of a million others.
FEW = 2_000
_AT_ONCE = 65_536
_REQUESTS = 64
#: There may be many more objects than rows of the manifest.
_MOST_LISTED = 1 << 24
_SEEN = np.dtype(
    [("hash", "<u8"), ("second_hash", "<u8"), ("size_bytes", "<i8"), ("tag", "u1", VERSION_BYTES)]
)


def look_at_objects(
    listing: Listing,
    store: ReadableStore,
    limits: Limits,
    target: Path,
    check: Callable[[], object] = lambda: None,
) -> None:
    """Looks at every eligible file; see `clearshard.run.resume.looking`.

    Args:
        listing: The rows of the manifest.
        store: The transcripts.
        limits: What decides, besides the transcript, whether it is read.
        target: The file to be made; scratch files are beside it meanwhile.
        check: Called often; what it raises ends it.

    Raises:
        StoreUnavailable: The store does not answer, or does not let this user in.
    """
    few = _few_keys(listing)
    join = HashJoin(target.with_name("listed"), _SEEN, 0 if few is not None else _MOST_LISTED)
    try:
        found = _listed(store) if few is None else _asked(store, few)
        _take_in(join, found, check)
    except ListingRefused:  # something else there has a name that is none
        _take_in(join, _asked(store, _keys(listing)), check)
    for number, batch in enumerate(listing.batches()):
        join.ask(number, batch.eligible, hash_ids(_paths(_chosen(batch))))
    answers = join.answers()
    write_looks(target, (_looks(batch, *next(answers), limits) for batch in listing.batches()))


def _take_in(
    join: HashJoin, found: Iterable[tuple[str, Found]], check: Callable[[], object]
) -> None:
    each = iter(found)
    while some := list(islice(each, _AT_ONCE)):
        check()
        join.add(_records(some))


def _records(found: list[tuple[str, Found]]) -> Records:
    keys = pa.array([key for key, _ in found], pa.string())
    records = np.zeros(len(found), _SEEN)
    records["hash"], records["second_hash"] = hash_ids(keys), second_hash_ids(keys)
    records["size_bytes"] = [one.size_bytes for _, one in found]
    tags = b"".join(
        hashlib.blake2b(one.tag.value.encode("utf-8"), digest_size=VERSION_BYTES).digest()
        for _, one in found
    )
    records["tag"] = np.frombuffer(tags, np.uint8).reshape(len(found), VERSION_BYTES)
    return records


def _chosen(batch: Rows) -> pa.RecordBatch:
    return batch.scratch.select(["transcript_uri", "file_id"]).take(pa.array(batch.eligible))


def _paths(chosen: pa.RecordBatch) -> pa.Array:
    """The key of the object that each row points to; the empty text where there is none."""
    return pa.array(["" if one is None else one[0] for one in places_of(chosen)], pa.string())


def _keys(listing: Listing) -> Iterator[str]:
    """Each key once a batch, of those that are keys."""
    for batch in listing.batches():
        yield from filter(is_key, _paths(_chosen(batch)).unique().to_pylist())


def _few_keys(listing: Listing) -> list[str] | None:
    """The keys, if they are few."""
    keys: set[str] = set()
    for key in _keys(listing):
        keys.add(key)
        if len(keys) > FEW:
            return None
    return sorted(keys)


def _listed(store: ReadableStore) -> Iterator[tuple[str, Found]]:
    return ((one.key, one.found) for one in store.find_below() if isinstance(one, Listed))


def _asked(store: ReadableStore, keys: Iterable[str]) -> Iterator[tuple[str, Found]]:
    """What is found of some objects, each asked for by itself."""
    each = iter(keys)
    with ThreadPoolExecutor(_REQUESTS) as pool:
        while some := list(islice(each, FEW)):
            for key, found in zip(some, pool.map(store.head, some), strict=True):
                if found is not None:
                    yield key, found


def _looks(batch: Rows, found: npt.NDArray[np.int64], records: Records, limits: Limits) -> Looks:
    rows, chosen = batch.eligible, _chosen(batch)
    places, paths = places_of(chosen), _paths(chosen)
    at = np.searchsorted(rows, found)
    same = records["second_hash"] == second_hash_ids(paths)[at]
    at, records = at[same], records[same]
    sizes, there = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_)
    tags = np.zeros((len(rows), VERSION_BYTES), np.uint8)
    sizes[at], tags[at], there[at] = records["size_bytes"], records["tag"], True
    of_container = np.array([one is not None and one[1] is not None for one in places], np.bool_)
    may_be_there = np.array([is_key(path) for path in paths.to_pylist()], np.bool_)
    texts, declared = as_texts(chosen, places), declared_of(batch.scratch, rows)
    held = [(size, 0, 0, 0) for size in sizes.tolist()] if declared.is_any.any() else []
    return Looks(
        rows,
        sizes,
        np.where(there, of_container | (sizes <= limits.max_transcript_bytes), may_be_there),
        versions_of_objects(texts, sizes, tags, limits),
        there,
        declared_versions(declared, texts, held, limits),
        there & declared.is_any,
    )
