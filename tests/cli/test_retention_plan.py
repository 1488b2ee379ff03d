"""`retention plan` as people and schedulers meet it."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearshard.cli.entry import _exit_code

from .keeping import AS_OF, DAY, HOUR, ONE_OF_EACH, THEN, Keeping, keeping


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


@pytest.fixture
def kept(tmp_path: Path) -> Keeping:
    return keeping(tmp_path)


def _answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def _plan(kept: Keeping, inventory: Path, *more: object) -> int:
    return run("retention", "plan", inventory, "--config", kept.config, *THEN, *more)


def test_a_plan_counts_all_and_lists_what_somebody_must_see_to(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _plan(kept, kept.inventory(ONE_OF_EACH), "--json") == 0
    answer = _answer(capsys)
    assert answer["as_of"] == "2026-06-01T12:00:00Z"
    assert answer["artefacts"] == len(ONE_OF_EACH)
    assert answer["states"] == {
        "breach": 2,
        "overdue": 1,
        "due": 1,
        "unknown": 1,
        "not_due": 1,
        "indefinite": 1,
    }
    assert {"clause": "final-transcript-request", "state": "breach", "artefacts": 1} in answer[
        "clauses"
    ]
    assert answer["unknown"] == {"unknown_baa_executed": 1}
    listed = {row["artefact_id"]: row for row in answer["rows"]}
    assert {*listed} == {"begun", "late", "too-late", "asked-for", "nobody-knows"}
    assert listed["begun"]["clause"] == "uploaded-audio-neither"
    assert listed["begun"]["begins_at"] == "2026-06-01T06:00:00Z"
    assert listed["begun"]["due_at"] == "2026-06-02T06:00:00Z"
    assert listed["nobody-knows"]["due_at"] is None


def test_what_is_shown_to_people(kept: Keeping, capsys: pytest.CaptureFixture[str]) -> None:
    short = {"artefact_id": "hasty", "ttl_seconds": 60, "note": "of no use"}
    assert _plan(kept, kept.inventory([*ONE_OF_EACH, short])) == 0
    told = capsys.readouterr().out
    assert "8 artefacts as of 2026-06-01T12:00:00Z" in told
    assert "not known: unknown_baa_executed 1" in told
    assert "1 artefacts have a time to live below the shortest one" in told
    assert "columns that are not read, and decide nothing: note" in told
    assert "too-late" in told
    assert "young" not in told


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_the_rows_go_to_a_file_and_all_are_counted(
    kept: Keeping, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = kept.folder / f"due.{form}"
    inventory = kept.inventory(ONE_OF_EACH)
    assert _plan(kept, inventory, "--output", out, "--limit", 2, "--json") == 0
    answer = _answer(capsys)
    assert (answer["rows"], answer["artefacts"]) == (2, len(ONE_OF_EACH))
    match form:
        case "csv":
            rows = list(csv.DictReader(out.open()))
        case "jsonl":
            rows = [json.loads(line) for line in out.read_text().splitlines()]
        case _:
            rows = pq.read_table(out).to_pylist()
    assert [row["artefact_id"] for row in rows] == ["begun", "late"]


def test_the_states_that_are_listed_can_be_chosen(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = kept.inventory(ONE_OF_EACH)
    assert _plan(kept, inventory, "--state", "not_due", "--state", "indefinite", "--json") == 0
    assert [row["artefact_id"] for row in _answer(capsys)["rows"]] == ["kept", "young"]


def test_a_plan_says_the_same_of_every_format(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = kept.inventory(ONE_OF_EACH)
    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with (kept.folder / "kept.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    typed = [
        {k: datetime.fromisoformat(v) if k.endswith("_at") else v for k, v in row.items()}
        for row in rows
    ]
    whole = pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in typed])
    pq.write_table(whole, kept.folder / "kept.parquet")
    answers = []
    for name in ("kept.jsonl", "kept.csv", "kept.parquet"):
        assert _plan(kept, kept.folder / name, "--json") == 0
        answer = _answer(capsys)
        del answer["inventory_sha256"]
        answers.append(answer)
    assert answers[0] == answers[1] == answers[2]


def test_an_inventory_that_cannot_be_read_is_told(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _plan(kept, kept.folder / "no-such.csv") == 4
    broken = kept.folder / "broken.csv"
    broken.write_text("artefact_id,kind,account_id\na,final_transcript,plain\n")
    assert _plan(kept, broken) == 4
    assert "created_at" in capsys.readouterr().err
    # A request for deletion that nobody would see.
    slip = kept.inventory([{"deletionRequestedAt": "2026-05-01T00:00:00Z"}])
    assert _plan(kept, slip) == 4


def test_an_inventory_in_which_no_time_can_be_read_is_refused(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    naive = kept.inventory([{"created_at": "2026-05-01T00:00:00"}] * 2)
    assert _plan(kept, naive) == 4
    assert "created_at" in capsys.readouterr().err
    kinds = kept.inventory([{"kind": "transcripts"}] * 2)
    assert _plan(kept, kinds) == 4
    assert "kind" in capsys.readouterr().err


def test_a_row_that_cannot_be_read_is_counted_and_not_fine(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    path = kept.inventory(ONE_OF_EACH)
    path.write_text(path.read_text() + "{not json\n")
    assert _plan(kept, path, "--json") == 0
    answer = _answer(capsys)
    assert answer["artefacts"] == len(ONE_OF_EACH) + 1
    assert answer["unknown"] == {"malformed": 1, "unknown_baa_executed": 1}


def test_a_stale_registry_says_nothing(kept: Keeping, capsys: pytest.CaptureFixture[str]) -> None:
    late = (AS_OF + 30 * DAY).isoformat()
    inventory = kept.inventory(ONE_OF_EACH)
    assert run("retention", "plan", inventory, "--config", kept.config, "--as-of", late) == 4
    assert "exported" in capsys.readouterr().err


def test_the_future_can_be_asked_for(kept: Keeping, capsys: pytest.CaptureFixture[str]) -> None:
    """What is to come is known from what is known today, and no registry is older for it."""
    now = datetime.now(UTC)
    accounts = kept.folder / "accounts.csv"
    accounts.write_text(accounts.read_text().replace("2026-06-01T03:00:00Z", now.isoformat()))
    row = {"kind": "uploaded_audio", "created_at": now - HOUR}
    inventory = kept.inventory([row])
    for ahead, state in ((0, "not_due"), (36, "due"), (24 * 30, "breach")):
        then = (now + timedelta(hours=ahead)).isoformat()
        command = ("retention", "plan", inventory, "--config", kept.config, "--as-of", then)
        assert run(*command, "--json") == 0
        assert _answer(capsys)["states"][state] == 1


def test_the_lag_of_the_store_is_configured(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = kept.inventory(ONE_OF_EACH)
    kept.configure("[retention]\nstore_lag_hours = 0\n")
    assert _plan(kept, inventory, "--json") == 0
    assert _answer(capsys)["states"]["overdue"] == 0
    kept.configure("[retention]\nstore_lag_hours = 100000\n")
    assert _plan(kept, inventory, "--json") == 0
    assert _answer(capsys)["states"]["overdue"] == 2


def test_ids_that_mean_harm_are_shown_as_they_are_nowhere(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = kept.inventory([{"artefact_id": "a\u202egnp.exe", "account_id": "short"}] * 2)
    path = kept.folder / "due.csv"
    assert _plan(kept, inventory) == 0
    assert "\u202e" not in capsys.readouterr().out
    assert _plan(kept, inventory, "--output", path) == 0
