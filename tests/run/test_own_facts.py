"""Facts of a policy's own from the tables to the shards, and through the answers of the audit."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import clearshard
from clearshard.audit.explain import explain
from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code
from clearshard.config import load_config
from clearshard.run.decide import decide
from clearshard.run.intake import read_accounts
from clearshard.run.options import RunOptions

from ..audit.reference import decisions_of
from ..eligibility.test_own import FACT, policy_text, rule
from .world import AS_OF, World, transcript

FILE_FACT = (
    '[facts.legal_hold]\ntable = "manifest"\ntype = "boolean"\ncolumn = "Legal Hold"\n'
    '[facts.source_system]\ntable = "manifest"\ntype = "text"\n'
    '[facts.reviewed_at]\ntable = "registry"\ntype = "time"\ncolumn = "reviewed"\n'
)
FILE_RULES = (
    rule(id='"hold"', reason='"legal_hold_set"', fact='"legal_hold"', denies="{ is = true }"),
    rule(
        id='"system"',
        reason='"system_not_cleared"',
        fact='"source_system"',
        denies='{ not_in = ["crm", "web"] }',
    ),
    rule(
        id='"review"',
        reason='"review_too_old"',
        fact='"reviewed_at"',
        denies="{ older_than_seconds = 86400 }",
        optional="true",
    ),
)


def _add(path: Path, column: str, values: dict[str, str], key: str) -> None:
    """Adds a column to a table; rows that have no value leave it empty."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], column])
        writer.writeheader()
        writer.writerows({**row, column: values.get(row[key], "")} for row in rows)


def _world(root: Path, text: str) -> World:
    world = World(root)
    for name in ("three", "two", "none", "bad", "twice"):
        world.account(f"acct-{name}")
        world.file(f"file-{name}", f"acct-{name}", transcript(f"hello from {name}"))
    world.write(
        '[output]\nfolder = "out"\n[policy]\nfile = "ours.toml"\n[redaction]\nprofile = "stock"\n'
    )
    (root / "ours.toml").write_text(text)
    return world


def _versions(world: World, column: str = "consent_version") -> None:
    values = {"acct-three": "3", "acct-two": "2.0", "acct-bad": "three", "acct-twice": "3"}
    accounts = world.root / "accounts.csv"
    _add(accounts, column, values, "account_id")
    text = accounts.read_text()
    twice = next(line for line in text.splitlines() if line.startswith("acct-twice"))
    accounts.write_text(text + twice.removesuffix("3") + "4\r\n")


EXPECTED = {
    "file-three": [],
    "file-two": ["consent_too_old"],
    "file-none": ["unknown_consent_version"],
    "file-bad": ["unknown_consent_version"],
    "file-twice": ["conflicting_registry_rows"],
}


def test_a_fact_of_accounts_denies_by_its_rule_and_where_it_is_not_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = _world(tmp_path, policy_text())
    _versions(world)
    record = world.run()
    reasons = {name: given for name, (_, given) in world.decisions(record).items()}
    assert reasons == EXPECTED
    # It is read, so it is no column that is not.
    assert record.registry.unread_columns == ()
    assert len(world.texts()) == 1
    assert verify(world.out).sound
    rows = decisions_of(world.out, record.run_id)
    assert {row["file_id"]: row["own_facts"] for row in rows} == {
        "file-three": '{"consent_version":3}',
        "file-two": '{"consent_version":2}',
        "file-none": '{"consent_version":null}',
        "file-bad": '{"consent_version":null}',
        "file-twice": '{"consent_version":null}',
    }
    asked = "SELECT file_id FROM decisions WHERE own_facts ->> '$.consent_version' = '2'"
    assert _exit_code(["audit", "query", asked, "--out", str(world.out)]) == 0
    assert "file-two" in capsys.readouterr().out
    # Nothing has changed, so nothing is done.
    assert world.result(RunOptions(world.out, AS_OF, 1, False)).unchanged


def test_what_changes_before_the_end_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = _world(tmp_path, policy_text())
    _versions(world)

    def older(*arguments: Any) -> Any:
        accounts = world.root / "accounts.csv"
        lines = accounts.read_text().splitlines()
        accounts.write_text(
            "\n".join(x.removesuffix("3") + "1" if x.startswith("acct-three") else x for x in lines)
        )
        return read_accounts(*arguments)

    monkeypatch.setattr("clearshard.run.output.writer.read_accounts", older)
    record = world.run()
    assert world.decisions(record)["file-three"] == ("excluded", ["consent_too_old"])
    assert (record.taken_out, world.texts()) == (1, [])


def test_facts_of_files_of_every_type(tmp_path: Path) -> None:
    world = _world(tmp_path, policy_text(FILE_FACT, *FILE_RULES))
    files, accounts = world.root / "files.csv", world.root / "accounts.csv"
    names = ("three", "two", "none", "bad", "twice")
    holds = dict(zip((f"file-{n}" for n in names), ("f", "t", "", "no", "no"), strict=True))
    systems = dict(
        zip((f"file-{n}" for n in names), ("crm", "crm", "web", "fax", "a b"), strict=True)
    )
    _add(files, "Legal Hold", holds, "file_id")
    _add(files, "source_system", systems, "file_id")
    _add(
        accounts,
        "reviewed",
        {
            "acct-three": "2026-11-22T01:00:00Z",
            "acct-bad": "2026-11-01 00:00:00+00",
            "acct-two": "x",
        },
        "account_id",
    )
    record = world.run()
    assert {name: given for name, (_, given) in world.decisions(record).items()} == {
        "file-three": [],
        "file-two": ["legal_hold_set", "unknown_reviewed_at"],
        "file-none": ["unknown_legal_hold"],
        "file-bad": ["system_not_cleared", "review_too_old"],
        "file-twice": ["unknown_source_system"],
    }
    assert record.manifest.unread_columns == ()
    (verdict,) = explain(world.out, "file-three").verdicts  # type: ignore[union-attr]
    assert {n: verdict.facts[n] for n in ("legal_hold", "source_system", "reviewed_at")} == {
        "legal_hold": False,
        "source_system": "crm",
        "reviewed_at": "2026-11-22T01:00:00Z",
    }
    assert verify(world.out).sound


def test_explain_and_show_name_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = _world(tmp_path, policy_text())
    _versions(world)
    world.run()
    assert _exit_code(["audit", "explain", "file-two", "--out", str(world.out)]) == 0
    told = capsys.readouterr().out
    assert "consent_version = 2" in told
    assert "Only the third version of the consent" in told
    assert "3 or more" in told
    (two,) = explain(world.out, "file-two").verdicts  # type: ignore[union-attr]
    assert [(c.fact, c.now, c.needed) for c in two.remedy.changes] == [
        ("consent_version", 2, "3 or more")
    ]
    (none,) = explain(world.out, "file-none").verdicts  # type: ignore[union-attr]
    assert [(c.fact, c.now) for c in none.remedy.changes] == [("consent_version", None)]
    assert "The fact consent_version is not known" in none.reasons[0].sentence
    assert "The registry must give" in none.reasons[0].remedy
    (twice,) = explain(world.out, "file-twice").verdicts  # type: ignore[union-attr]
    assert "consent_version" in [c.fact for c in twice.remedy.changes]
    assert _exit_code(["policy", "show", str(world.root / "ours.toml")]) == 0
    told = capsys.readouterr().out
    assert "consent_version is a whole number: column consent_version of the registry" in told
    assert _exit_code(["policy", "show", str(world.root / "ours.toml"), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["facts"] == {"consent_version": {"table": "registry", "type": "integer"}}


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        (None, {}, "column consent_version is missing"),
        ("consent_versions", {"acct-two": "2"}, "almost consent_version"),
        ("consent_version", {}, "column consent_version is empty in every row"),
        ("consent_version", {"acct-two": "two"}, "as a whole number: write 3"),
    ],
)
def test_a_column_that_is_not_there_or_cannot_be_read_ends_the_run(
    tmp_path: Path, column: str | None, values: dict[str, str], told: str
) -> None:
    world = _world(tmp_path, policy_text())
    if column is not None:
        _add(world.root / "accounts.csv", column, values, "account_id")
    with pytest.raises(clearshard.SourceUnavailable, match=told):
        decide(load_config(world.config), AS_OF, None)


def test_one_that_every_rule_may_do_without_may_be_absent(tmp_path: Path) -> None:
    world = _world(tmp_path, policy_text(FACT, rule(optional="true")))
    decided = decide(load_config(world.config), AS_OF, None)
    assert (decided.eligible, decided.reasons) == (5, {})
    _versions(world)
    decided = decide(load_config(world.config), AS_OF, None)
    assert decided.reasons == {
        "conflicting_registry_rows": 1,
        "consent_too_old": 1,
        "unknown_consent_version": 1,
    }


def test_tables_of_a_program_have_them_too(tmp_path: Path) -> None:
    policy = tmp_path / "ours.toml"
    policy.write_text(policy_text())
    manifest = pa.table(
        {
            "file_id": ["a", "b", "c"],
            "account_id": ["a", "b", "c"],
            "product": ["async"] * 3,
            "region": ["us"] * 3,
            "submitted_at": [AS_OF] * 3,
            "transcript_uri": ["a", "b", "c"],
        }
    )
    registry = pa.table(
        {
            "account_id": ["a", "b", "c"],
            "training_permitted": [True] * 3,
            "baa_executed": [False] * 3,
            "opted_out": [False] * 3,
            "exported_at": [AS_OF] * 3,
            "consent_version": [3.0, 2.0, None],
        }
    )
    decided = clearshard.decide(manifest, registry, policy, as_of=AS_OF)
    assert decided.table.column("reasons").to_pylist() == [
        [],
        ["consent_too_old"],
        ["unknown_consent_version"],
    ]
    assert decided.table.column("own_facts").to_pylist()[1] == '{"consent_version":2}'
