"""What a `transcript_uri` points to: row by row, and column-wise."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.sources.uris import Pointed, canonical, named_records, pointed


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("a.json", Pointed("a.json", None)),
        ("a.json#x", Pointed("a.json#x", None)),
        ("call #3.json", Pointed("call #3.json", None)),
        ("a.jsonl", Pointed("a.jsonl", "me")),
        ("a.jsonl#", Pointed("a.jsonl", "me")),
        ("a.jsonl#me", Pointed("a.jsonl", "me")),
        ("a.jsonl##", Pointed("a.jsonl", "#")),
        ("A.JSONL.Gz#x", Pointed("A.JSONL.Gz", "x")),
        ("a.jsonl.zst#x#y", Pointed("a.jsonl.zst", "x#y")),
        ("b/c.parquet", Pointed("b/c.parquet", "me")),
        ("d#1/x.jsonl", Pointed("d#1/x.jsonl", "me")),
        ("d#1/x.jsonl.gz#r", Pointed("d#1/x.jsonl.gz", "r")),
        ("x#.jsonl", Pointed("x#.jsonl", "me")),
        ("a.jsonl#b.jsonl", Pointed("a.jsonl", "b.jsonl")),
        ("a.jsonl#b.jsonl#", Pointed("a.jsonl", "b.jsonl#")),
        ("a.jsonl.gzip", Pointed("a.jsonl.gzip", None)),
        ("a.j\u017fonl", Pointed("a.j\u017fonl", None)),
        ("a%2ejsonl", Pointed("a%2ejsonl", None)),
        ("", Pointed("", None)),
    ],
)
def test_a_uri_names_a_file_or_one_record_of_a_container(uri: str, expected: Pointed) -> None:
    assert pointed(uri, "me") == expected


_pieces = st.sampled_from(
    [
        *("#", "##", "a", "b", "/", "d#1/", ".jsonl", ".JSONL", ".gz", ".Zst", ".parquet", ".json"),
        *("me", "%23", "é", "e\u0301", "\u017f", "\u212a", ".j\u017fonl", "\n", " ", "./", "\\"),
    ]
)
_uri = st.lists(_pieces, max_size=6).map("".join)
_row = st.tuples(_uri, st.sampled_from(["me", "a", "b", "#", ".jsonl", "me#a"]))


@settings(max_examples=400, deadline=None)
@given(st.lists(_row, min_size=1, max_size=30), st.integers(0, 3))
def test_two_rows_share_what_they_point_to_if_and_only_if_their_uris_say_so(
    rows: list[tuple[str, str]], cut: int
) -> None:
    uris = pa.array([uri for uri, _ in rows], pa.string()).slice(cut)
    ids = pa.array([file_id for _, file_id in rows], pa.string()).slice(cut)
    read = [pointed(uri, file_id) for uri, file_id in rows[cut:]]
    spelled = canonical(uris, ids).to_pylist() if len(uris) else []
    for first, one in zip(spelled, read, strict=True):
        for second, other in zip(spelled, read, strict=True):
            assert (first == second) == (one == other)


def test_what_is_canonical_points_to_the_same_whoever_asks() -> None:
    rows = [("a.jsonl", "me"), ("a.jsonl#", "me"), ("d#1/x.jsonl", "f"), ("a.json", "me")]
    uris, ids = (pa.array(column) for column in zip(*rows, strict=True))
    for spelled, (uri, file_id) in zip(canonical(uris, ids).to_pylist(), rows, strict=True):
        assert pointed(spelled, "another") == pointed(uri, file_id)


@settings(max_examples=200, deadline=None)
@given(st.lists(_uri, max_size=20), st.integers(0, 3))
def test_the_records_that_are_named_are_those_of_the_scalar_reading(
    uris: list[str], cut: int
) -> None:
    rows, found = named_records(pa.array(uris, pa.string()).slice(cut))
    read = [pointed(uri, "\0").record_id for uri in uris[cut:]]
    expected = [(row, name) for row, name in enumerate(read) if name not in (None, "\0")]
    assert list(zip(rows.tolist(), found.to_pylist(), strict=True)) == expected
