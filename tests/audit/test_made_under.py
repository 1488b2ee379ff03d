"""What runs were made under, and who ran: in words wherever people read, and inert there."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.verify import verify
from clearshard.cli.entry import _exit_code
from clearshard.records.run import RedactionTerms, Waived

from .building import Output

TERMS = RedactionTerms(
    profile="balanced",
    operator="tag",
    operators={},
    entities=("PERSON", "phone_number"),
    keep_entities=("DATE_TIME",),
    score_threshold=0.4,
    languages=("en",),
    spacy_model=None,
    recognizers=None,
)
KNOWN: dict[str, Any] = {
    "redaction": TERMS,
    "max_quarantined_share": 0.05,
    "max_drop_share": 0.1,
    "actor": "svc-training",
    "host": "node-7",
}
IN_WORDS = {
    "policy": "Data retention and model training, version 1",
    "profile": "balanced: all recognizers but the one for words in no dictionary",
    "replaced": "tag: by its type, as in <PERSON>",
    "looked for": "PERSON, phone_number",
    "kept": "DATE_TIME",
    "threshold": "what scores less than 0.4 stays",
    "languages": "en",
    "limits": "at most 5.0% of the eligible files in quarantine, at most 10.0% of the files of the "
    "run before gone",
    "ran by": "svc-training on node-7",
}
#: Nobody can be called so by the command; a record is a file, and can say anything.
HOSTILE = "\x1b[31m\u202e<script>x</script>|`b`\nrun r: ran by somebody else"


def told(out: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert _exit_code(["audit", *arguments, "--out", str(out)]) == 0
    return capsys.readouterr().out


def bundled(out: Path, folder: Path) -> Path:
    assert (
        _exit_code(["audit", "bundle", "--out", str(out), "--output", str(folder / "b.zip")]) == 0
    )
    with zipfile.ZipFile(folder / "b.zip") as zipped:
        zipped.extractall(folder)
    return folder / "clearshard-evidence"


def checked(bundle: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-I", str(bundle / "check.py")], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_everybody_is_told_in_words(
    output: Output, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output.publish("r", record=KNOWN)
    lines = told(output.out, capsys, "summary").splitlines()
    under = lines[lines.index("made under") + 1 :]
    assert {line[:12].strip(): line[12:] for line in under} == IN_WORDS
    (run,) = json.loads(told(output.out, capsys, "summary", "--json"))["by_run"]
    assert run["made_under"] == IN_WORDS

    bundle = bundled(output.out, tmp_path)
    report = (bundle / "report.html").read_text()
    readme = (bundle / "README.md").read_text()
    for name, words in IN_WORDS.items():
        escaped = words.replace("<", "&lt;").replace(">", "&gt;")
        assert f'<tr><th scope="row">{name}</th><td><bdi>{escaped}</bdi></td></tr>' in report
        assert f"| {name} | " in readme
    assert "| ran by | svc-training on node-7 |" in readme
    assert "<PERSON>" not in readme.replace("\\<PERSON\\>", "")
    assert (
        "run r: ran by svc-training on node-7; profile balanced, replaced by tag, threshold 0.4"
    ) in checked(bundle)

    sql = "SELECT policy, profile, operator, score_threshold, actor, host FROM runs"
    (row,) = json.loads(told(output.out, capsys, "query", sql, "--json"))["rows"]
    assert list(row.values()) == [
        "Data retention and model training, version 1",
        "balanced",
        "tag",
        0.4,
        "svc-training",
        "node-7",
    ]


def test_a_record_of_an_earlier_version_says_that_it_does_not_know(
    output: Output, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output.publish("r", not_recorded=tuple(KNOWN))
    assert "actor" not in json.loads(output.record_path("r").read_text())
    assert verify(output.out).faults == ()
    summary = told(output.out, capsys, "summary")
    assert "redaction  not recorded\n" in summary
    assert "ran by     not recorded\n" in summary
    bundle = bundled(output.out, tmp_path)
    assert "run r: ran by not recorded; profile not recorded" in checked(bundle)
    assert "| ran by | not recorded |" in (bundle / "README.md").read_text()
    assert (
        '<th scope="row">ran by</th><td><bdi>not recorded</bdi>'
        in (bundle / "report.html").read_text()
    )
    (row,) = json.loads(
        told(output.out, capsys, "query", "SELECT actor, host, profile FROM runs", "--json")
    )["rows"]
    assert set(row.values()) == {None}


def test_of_several_runs_only_what_is_the_same_is_said(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    output.publish("a", record=KNOWN)
    output.publish("b", record={**KNOWN, "actor": "ada"}, superseded=["a"])
    output.publish("c", not_recorded=tuple(KNOWN), superseded=["a", "b"])
    every = told(output.out, capsys, "summary", "--run", "all")
    assert "policy      Data retention and model training, version 1\n" in every
    assert "ran by      not the same in all of them; --run RUN says it of one\n" in every
    assert "profile     not the same in all of them" in every
    assert "ada on node-7" in told(output.out, capsys, "summary", "--run", "b")


def test_nothing_that_a_record_says_acts_anywhere(
    output: Output, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = 'version = 1\ntitle = "a|b <script>x</script>\\u202e\\u001b[31m"\n'
    record = {**KNOWN, "actor": HOSTILE, "host": HOSTILE, "policy_toml": policy}
    output.publish("r", record=record)
    for question in (("summary",), ("summary", "--run", "all"), ("query", "SELECT * FROM runs")):
        said = told(output.out, capsys, *question)
        assert all(c.isprintable() or c == "\n" for c in said)
        assert not [line for line in said.splitlines() if line.startswith("run r: ran by")]
    bundle = bundled(output.out, tmp_path)
    capsys.readouterr()
    lines = checked(bundle).splitlines()
    assert all(line.isprintable() for line in lines)
    assert sum(line.startswith("run r: ran by") for line in lines) == 1
    assert "<script>x" not in (bundle / "report.html").read_text()
    (row,) = [
        line for line in (bundle / "README.md").read_text().splitlines() if "| ran by |" in line
    ]
    assert row.isprintable()
    assert row.count("|") - row.count("\\|") == 3
    assert "<" not in row.replace("\\<", "")


def test_what_is_less_than_published_and_than_by_default_is_said(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    less = {
        "below_published": (Waived(rule="expired", reason="LEGAL-7"),),
        "below_default": ("redaction.keep_entities → people stay in the text",),
        "drop_accepted": True,
    }
    output.publish("r", record={**KNOWN, **less})
    (run,) = json.loads(told(output.out, capsys, "summary", "--json"))["by_run"]
    under = run["made_under"]
    assert under["below published"].endswith("of the published policy are not kept: expired")
    assert under["below default"] == "redaction.keep_entities → people stay in the text"
    assert under["limits"].endswith("; whatever was gone was accepted")
    assert "LEGAL-7" not in json.dumps(under)


def test_a_summary_tells_what_somebody_must_be_told_of(
    output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    output.publish("a", record={"alerts": {"zero_retention_breach": 2}})
    output.publish("b", record={"alerts": {"zero_retention_breach": 3}}, superseded=["a"])
    said = "ALERT zero_retention_breach: {} files. Tell the privacy officer."
    assert said.format(3) in told(output.out, capsys, "summary")
    assert said.format(5) in told(output.out, capsys, "summary", "--run", "all")
    runs = json.loads(told(output.out, capsys, "summary", "--run", "all", "--json"))["by_run"]
    assert [run["alerts"] for run in runs] == [
        {"zero_retention_breach": 2},
        {"zero_retention_breach": 3},
    ]
