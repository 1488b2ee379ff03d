"""Rows with equal marks are equal: whatever differs in a row differs in its marks."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearshard.audit.stored.reading import PlacedRows
from clearshard.records.schemas import FILE_FACTS_TYPE, ROW_SCHEMA
from clearshard.run import partitions
from clearshard.run.output.changes import Changes, RowsBefore
from clearshard.run.output.drop import MEANT, NOT_IN_MANIFEST
from clearshard.run.output.marks import marks_of

TIME = datetime(2026, 3, 1, tzinfo=UTC)
ROW: dict[str, Any] = {
    "file_id": "call-1",
    "account_id": "acme",
    "state": "written",
    "reasons": ["a", "b"],
    "error_type": "Kind",
    "facts": {
        "product": "async",
        "region": "us",
        "submitted_at": TIME,
        "deletion_requested_at": TIME + timedelta(days=1),
        "expires_at": TIME + timedelta(days=2),
        "gateway_provider": "google",
    },
    "reading": 1,
    "doc_key": "0" * 32,
    "account_key": "1" * 32,
    "period": "2026-03",
    "content_sha256": "2" * 64,
    "redactor_digest": "3" * 64,
    "version": "4" * 32,
    "own_facts": '{"team": 1}',
}


def other(value: Any) -> list[Any]:
    """What is easily taken for a value."""
    if isinstance(value, datetime):
        return [value + timedelta(microseconds=1), datetime(1970, 1, 1, tzinfo=UTC), None]
    if isinstance(value, int):
        return [value + 1, 0]
    if isinstance(value, list):
        return [value[::-1], value[:1], ["ab"], ["a,b"], ["a", ""], [], ["a", "b", "b"]]
    return [value + "\0", value[:-1], value.upper() + "x", "", None]


def variants() -> list[tuple[str, Mapping[str, Any]]]:
    found = []
    for name, value in ROW.items():
        if name == "facts":
            for fact, known in value.items():
                found += [
                    (f"{fact}={one!r}", {**ROW, "facts": {**value, fact: one}})
                    for one in other(known)
                ]
        else:
            needed = not ROW_SCHEMA.field(name).nullable
            found += [
                (f"{name}={one!r}", {**ROW, name: one})
                for one in other(value)
                if not (needed and one is None)
            ]
    facts = ROW["facts"]
    times = ("submitted_at", "deletion_requested_at", "expires_at")
    turned = dict(zip(times, (facts[name] for name in (*times[1:], times[0])), strict=True))
    found.append(("times turned", {**ROW, "facts": {**facts, **turned}}))
    keys = {"doc_key": ROW["account_key"], "account_key": ROW["doc_key"]}
    return [*found, ("keys turned", {**ROW, **keys})]


def batch(*rows: Mapping[str, Any]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(rows), schema=ROW_SCHEMA)


def test_the_row_names_every_column() -> None:
    assert set(ROW) == set(ROW_SCHEMA.names)
    assert set(ROW["facts"]) == {field.name for field in FILE_FACTS_TYPE}


def test_whatever_differs_in_a_row_differs_in_its_marks() -> None:
    named = [*variants(), ("as it is", ROW)]
    marks = marks_of(batch(*(row for _, row in named)))
    versions = {name for name, _ in named if name.startswith("version=")}
    for of_rows in (marks.first, marks.second):
        by_mark = dict(zip(of_rows.tolist(), (name for name, _ in named), strict=True))
        assert set(by_mark.values()) | versions == {name for name, _ in named}
    assert not set(marks.first.tolist()) & set(marks.second.tolist())
    assert len(set(marks.versions.tolist())) == 1 + len(versions)


def test_a_row_has_the_same_marks_in_any_batch() -> None:
    rows = [ROW, *(row for _, row in variants())]
    together = marks_of(batch(*rows))
    for number, row in enumerate(rows):
        alone = marks_of(batch(ROW, row).slice(1))
        assert alone.first[0] == together.first[number]
        assert alone.second[0] == together.second[number]
        assert alone.versions[0] == together.versions[number]


def changes(
    scratch: Path, before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]
) -> Changes:
    rows = RowsBefore("r", len(before), len(before), scratch / "rows")
    for number, row in enumerate(before):
        one = batch(row)
        rows.add(PlacedRows(one, number % 2, np.array([number])), marks_of(one))
    return rows.compared([batch(*now[:2]), batch(*now[2:])])


some_rows = st.lists(
    st.builds(
        lambda file, state, reason, version: {
            **ROW,
            "file_id": file,
            "state": "written" if reason is None else state,
            "reasons": [] if reason is None else [reason],
            "version": version,
        },
        st.sampled_from("abc"),
        st.sampled_from(("excluded", "quarantined")),
        st.sampled_from((None, "opted_out", "unknown_region")),
        st.sampled_from((None, "5" * 32)),
    ),
    max_size=6,
)


@pytest.mark.slow
@pytest.mark.parametrize("rows_at_once", [1, 1000])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=some_rows, now=some_rows)
def test_what_is_new_is_what_a_plain_comparison_says(
    tmp_path_factory: pytest.TempPathFactory,
    rows_at_once: int,
    before: list[dict[str, Any]],
    now: list[dict[str, Any]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions, "ROWS_AT_ONCE", rows_at_once)
        found = changes(tmp_path_factory.mktemp("changes"), before, now)
    was, is_now = [repr(row) for row in before], [repr(row) for row in now]
    new = [at for at, row in enumerate(is_now) if was.count(row) != is_now.count(row)]
    added = [2 * part + row for part, rows in found.added.items() for row in rows.tolist()]
    assert added == new
    gone = [at for at, row in enumerate(was) if was.count(row) != is_now.count(row)]
    assert found.replaced.to_pylist() == sorted(
        ({"file": at % 2, "row": at} for at in gone), key=lambda place: tuple(place.values())
    )
    decided = [sorted(repr({**row, "version": None}) for row in rows) for rows in (before, now)]
    assert found.decided_otherwise is (decided[0] != decided[1])
    written = {row["file_id"] for row in before if not row["reasons"]}
    lost = written - {row["file_id"] for row in now if not row["reasons"]}
    why = {file: [r["reasons"][0] for r in now if r["file_id"] == file] for file in lost}
    meant = {file for file, reasons in why.items() if set(reasons) & set(MEANT)}
    assert found.drop.meant == len(meant)
    others = [min(why[file], default=NOT_IN_MANIFEST) for file in lost - meant]
    assert found.drop.others == {reason: others.count(reason) for reason in others}
