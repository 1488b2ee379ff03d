"""The page on retention names every kind, state and reason that there is."""

import re
from pathlib import Path

from clearshard.lifecycle.confirmation.record import Verdict
from clearshard.lifecycle.retention.judging import State
from clearshard.lifecycle.retention.known import Unknown
from clearshard.run.retention.swept import Left
from clearshard.sources.artefacts import COLUMNS

from .standing import MATRIX

PAGE = (Path(__file__).parents[3] / "docs" / "retention.md").read_text("utf-8")


def _section(title: str) -> str:
    [text] = re.findall(rf"^##+ {title}$(.*?)(?=^##|\Z)", PAGE, re.M | re.S)
    return str(text)


def _first_cells(title: str) -> list[str]:
    cells = re.findall(r"^\| (`[^|]+) \|", _section(title), re.M)
    return [name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)]


def test_every_column_is_documented() -> None:
    assert _first_cells("The inventory") == ["artefact_id", "kind", "account_id", "created_at"] + [
        name for name in COLUMNS if name not in ("artefact_id", "kind", "account_id", "created_at")
    ]


def test_every_kind_is_documented() -> None:
    assert set(re.findall(r"`([a-z_]+)`", _section("Kinds"))) == {*MATRIX.kinds}
    assert {*_first_cells("The schedule")} == {*MATRIX.kinds}


def test_every_state_and_every_reason_is_documented() -> None:
    named = _first_cells("States")
    assert named[: len(State)] == [*map(str, State)]
    assert {*named[len(State) :]} == {*map(str, Unknown)}


def test_what_a_sweep_leaves_and_what_a_confirmation_says_is_documented() -> None:
    assert {*map(str, Left)} <= set(re.findall(r"`([a-z_]+)`", _section("Sweep")))
    assert _first_cells("Confirm") == [*map(str, Verdict)]
