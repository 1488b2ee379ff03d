"""One chain, whatever is said and whoever says it at the same time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.audit.events import GENESIS, digest_of, format_line, parse_line
from clearshard.audit.ledger import Ledger

from ..signers import SIGNER
from .making import NOW, fill, path_of

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
datas = st.dictionaries(st.text().filter(lambda k: not k.startswith("repaired_")), json_values)


def test_chain_of_appended_events(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.head() is None
    assert list(ledger.read()) == []
    assert ledger.check() == []
    events = fill(ledger)
    assert list(ledger.read()) == events
    assert [e.seq for e in events] == [0, 1, 2, 3, 4]
    assert [e.prev for e in events] == [GENESIS, *(e.hash for e in events[:-1])]
    assert all(digest_of(e) == e.hash for e in events)
    assert ledger.head() == events[-1]
    assert ledger.check() == []
    assert events[0].at == "2026-03-01T00:00:00Z"
    assert path_of(tmp_path).read_bytes() == b"".join(format_line(e) + b"\n" for e in events)


@settings(max_examples=60, deadline=None)
@given(data=st.lists(datas, min_size=1, max_size=4))
def test_round_trip_laws_and_chain_for_any_data(
    tmp_path_factory: pytest.TempPathFactory, data: list[dict[str, Any]]
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("l") / "audit" / "ledger.jsonl", SIGNER)
    events = [ledger.append("run_started", "r", NOW, d) for d in data]
    assert list(ledger.read()) == events
    assert [e.data for e in events] == data
    for event in events:
        line = format_line(event)
        assert line.isascii()
        assert b"\n" not in line
        assert parse_line(line) == event
        assert format_line(parse_line(line)) == line
    assert ledger.check() == []


def test_hostile_run_id_stays_one_line(ledger: Ledger) -> None:
    hostile = 'x\n{"seq":9}\u202e\0"\ud800'
    ledger.append("run_started", hostile, NOW)
    assert [e.run_id for e in ledger.read()] == [hostile]
    assert ledger.check() == []


def test_long_lines_are_found_from_the_end(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 2)
    long = ledger.append("run_started", "r", NOW, {"x": "y" * 200_000})
    assert ledger.head() == long
    assert ledger.append("run_started", "r", NOW).seq == 3
    assert ledger.check() == []


def test_appends_of_several_ledgers_make_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit" / "ledger.jsonl"
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(lambda n: Ledger(path, SIGNER).append("run_started", f"r{n}", NOW), range(40))
        )
    assert Ledger(path).check() == []
    assert {e.run_id for e in Ledger(path).read()} == {f"r{n}" for n in range(40)}
