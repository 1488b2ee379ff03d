"""The verbs of `audit` as people and programs meet them, with ids that mean harm."""

import csv
import io
import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clearshard.audit.cells import recovered
from clearshard.cli.entry import _exit_code

from ..audit.building import FACTS, START, Output, Row, excluded, quarantined
from ..audit.signers import OTHER, OTHER_SECRET, SECRET, SIGNER

ESCAPE = "\x1b]0;owned\x07\x1b[2J"
HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    ESCAPE,
    "\x9b2J",
    "\u202egnp.exe\u2066",
    "\u200f\u200e\ufeff\u2028",
    "line\nrun 1, as of now: WRITTEN",
    "[bold red]markup[/]",
    "<script>alert(1)</script>",
    "'; DROP TABLE decisions; --",
    'a"b,c;d',
    "nul\0",
    "\\n",
    "x" * 1_000_000,
    "\U000e0041\u0300\u0300",
    "",
]


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


def made(folder: Path, ids: list[str]) -> Output:
    output = Output(folder)
    rows = [Row(i, "excluded", ("eu_server",), account_id=i) for i in ids]
    output.publish("a", [*rows, Row("plain")])
    output.publish("b", [Row(i, account_id=i) for i in ids], superseded=["a"])
    output.remove_shards("a")
    return output


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Output:
    return made(tmp_path_factory.mktemp("hostile") / "out", HOSTILE)


@pytest.fixture(scope="module")
def three_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, and copied for each test."""
    output = made(tmp_path_factory.mktemp("three") / "out", ["f1"])
    rows = [
        Row("f1"),
        Row("f2", account_id="beta", part=1),
        excluded("f3", "opted_out", opted_out=True),
        quarantined("g1", "empty", "Empty"),
    ]
    output.publish("c", rows, superseded=["a", "b"], record={"as_of": "2026-04-01T00:00:00Z"})
    return output.out


@pytest.fixture
def out(three_runs: Path, tmp_path: Path) -> Path:
    return shutil.copytree(three_runs, tmp_path / "out")


def inert(text: str) -> bool:
    """Whether nothing in it acts on a terminal."""
    return all(c.isprintable() or c == "\n" for c in text)


QUESTIONS: list[tuple[str, ...]] = [
    ("summary", "--run", "all", "--top", "100"),
    ("list", "--run", "all", "--limit", "500"),
    ("diff", "a", "b"),
    ("query", "SELECT * FROM decisions"),
    ("query", 'SELECT file_id AS "\x1b[31m\u202e" FROM decisions'),
    ("query", "SELECT list(file_id), {'a': any_value(account_id)} FROM decisions"),
]


@pytest.mark.usefixtures("queries_here")
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: " ".join(q)[:20])
def test_in_a_terminal_hostile_ids_are_inert(
    hostile: Output, question: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("audit", *question, "--out", hostile.out) == 0
    told = capsys.readouterr()
    assert inert(told.out)
    assert inert(told.err)
    assert len(told.out) < 60_000  # the id of a million characters is not shown as a whole
    assert max(map(len, told.out.splitlines())) <= 1000


@pytest.mark.parametrize("file_id", HOSTILE, ids=range(len(HOSTILE)))
def test_explaining_a_hostile_id_is_inert(
    hostile: Output, file_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("audit", "explain", "--out", hostile.out, "--", file_id) == 0
    told = capsys.readouterr().out
    assert inert(told)
    # Nothing in an id can pretend to be a line of the answer.
    assert sum(line.startswith("run ") for line in told.splitlines()) == 2
    assert "EXCLUDED" in told
    assert run("audit", "explain", "--out", hostile.out, "--json", "--", file_id) == 0
    line = capsys.readouterr().out
    assert line.isascii()
    assert json.loads(line)["file_id"] == file_id


@pytest.mark.parametrize("option", ["--run", "--account", "--reason", "--prefix", "--product"])
@pytest.mark.parametrize(
    "value", [*HOSTILE, "\udcff", "surrogate\ud800"], ids=range(len(HOSTILE) + 2)
)
def test_hostile_filters_find_nothing_else(
    hostile: Output, option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run("audit", "list", "--out", hostile.out, f"{option}={value}", "--json")
    told = capsys.readouterr()
    assert code == (2 if option == "--run" else 0)
    assert told.out.isascii()
    assert inert(told.err)
    if option == "--account":
        assert {row["account_id"] for row in json.loads(told.out)["rows"]} <= {value}


@pytest.mark.usefixtures("queries_here")
def test_in_csv_hostile_ids_are_inert_and_exact(
    hostile: Output, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    for question in (
        ("list", "--run", "a"),
        ("diff", "a", "b"),
        ("query", "SELECT * FROM decisions WHERE run_id = 'a'"),
    ):
        assert run("audit", *question, "--out", hostile.out, "--format", "csv") == 0
        text = capsysbinary.readouterr().out.decode("utf-8")
        assert all(c.isprintable() or c in "\r\n" for c in text)
        csv.field_size_limit(10_000_000)
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert not [v for row in rows for v in row.values() if v.startswith(("=", "+", "-", "@"))]
        found = [recovered(row["file_id"]) for row in rows]
        assert set(HOSTILE) <= set(found)
        assert len(found) == len(HOSTILE) + 1


@pytest.mark.usefixtures("queries_here")
# Few examples of many ids: a question takes as long for one as for all of them.
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(), min_size=1, max_size=16, unique=True))
@example(["\x1b[31m", "\u202e", "=1"])
def test_any_ids_are_inert_and_come_back(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str], ids: list[str]
) -> None:
    output = made(tmp_path_factory.mktemp("any") / "out", ids)
    for question in QUESTIONS[:4]:
        assert run("audit", *question, "--out", output.out) == 0
        assert inert(capsys.readouterr().out)
    assert run("audit", "list", "--out", output.out, "--json") == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["file_id"] for row in rows] == ids
    for file_id in ids:
        assert run("audit", "explain", "--out", output.out, "--json", "--", file_id) == 0
        assert len(json.loads(capsys.readouterr().out)["verdicts"]) == 2


@pytest.mark.parametrize(
    "asked", [("--account", "nobody"), ("--reason", "opt_out"), ("--prefix", "F")]
)
def test_a_list_of_nothing_says_what_there_is(
    out: Path, asked: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("audit", "list", "--out", out, *asked) == 0
    told = capsys.readouterr().out
    assert told.startswith("No decision of run c is so.")
    assert "reasons that were given are: empty, opted_out." in told
    assert run("audit", "list", "--out", out, *asked, "--run", "all") == 0
    assert "No decision of 3 runs is so." in capsys.readouterr().out
    assert run("audit", "list", "--out", out, *asked, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"rows": [], "more": False}


def test_list_in_every_format(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("audit", "list", "--out", out, "--format", "jsonl") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["file_id"] for line in lines] == ["f1", "f2", "f3", "g1"]
    for name in ("all.csv", "all.jsonl", "all.parquet"):
        assert run("audit", "list", "--out", out, "--output", tmp_path / name, "--json") == 0
        told = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (told["rows"], told["output"]) == (4, str(tmp_path / name))
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    assert pq.read_table(tmp_path / "all.parquet").num_rows == 4
    before = (tmp_path / "all.csv").read_bytes()
    assert run("audit", "list", "--out", out, "--output", tmp_path / "all.csv") == 2
    assert (tmp_path / "all.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (("--state", "excluded"), ["f3"]),
        (("--region", "us", "--reason", "empty"), ["g1"]),
        (("--prefix", "f", "--account", "beta"), ["f2"]),
        (("--limit", "2"), ["f1", "f2"]),
        (("--since", "2026-03-31T00:00:00Z"), ["f1", "f2", "f3", "g1"]),
        (("--run", "a"), ["f1", "plain"]),
        (("--until", "2026-03-31T00:00:00Z", "--state", "excluded"), ["f1"]),
    ],
)
def test_list_filters(
    out: Path, arguments: tuple[str, ...], files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("audit", "list", "--out", out, *arguments, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert [row["file_id"] for row in result["rows"]] == files
    assert result["more"] is ("--limit" in arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--since", "yesterday"),
        ("list", "--until", "2026-01-01T00:00:00"),
        ("list", "--since", "2030-01-01T00:00:00Z"),
        ("list", "--format", "parquet"),
        ("list", "--format", "csv", "--json"),
        ("list", "--output", "rows.txt"),
        ("list", "--format", "table", "--output", "rows.txt"),
        ("list", "--run", "nope"),
        ("list", "--limit", "0"),
        ("diff", "a"),
        ("diff", "a", "nope"),
        ("query",),
        ("query", "DROP TABLE runs"),
        ("query", "SELECT nope"),
        ("query", "SELECT 1", "--seconds", "0"),
        ("summary", "--top", "-1"),
    ],
)
def test_wrong_input_is_exit_2(out: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    before = set(tmp_path.iterdir())
    assert run("audit", *arguments, "--out", out) == 2
    assert set(tmp_path.iterdir()) == before


def test_an_output_that_cannot_be_written_is_exit_2_and_leaves_nothing(
    out: Path, tmp_path: Path
) -> None:
    assert run("audit", "list", "--out", out, "--output", tmp_path / "no" / "x.csv") == 2
    assert not (tmp_path / "no").exists()


def test_a_query_that_is_stopped_is_exit_1(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT count(*) FROM range(10000000000) a, range(1000) b"
    assert run("audit", "query", sql, "--seconds", "0.3", "--out", out, "--json") == 1
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["error"], told["exit_code"]) == ("QueryStopped", 1)


def test_diff_says_counts_first(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("audit", "diff", "a", "c", "--out", out) == 0
    told = capsys.readouterr().out
    assert told.index("newly_eligible") < told.index("f2")
    assert run("audit", "diff", "a", "c", "--out", out, "--json", "--limit", "1") == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (result["newly_eligible"], result["gone"], len(result["rows"])) == (2, 1, 1)
    assert result["more"] is True


def test_explain_says_what_became_of_the_shard(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = Output(out)
    output.now = START + timedelta(days=1)
    shard = output.record("b").shards[0].name
    output.remove_shards("b")
    data = {"shards": ["2026-09/part-0123456789abcdef.parquet", shard], "why": "time_over"}
    output.ledger.append("shards_removed", "c", output.now, data)
    assert run("audit", "explain", "f1", "--out", out, "--json") == 0
    first, second, third = json.loads(capsys.readouterr().out)["verdicts"]
    assert first["written"] is None
    assert first["remedy"]["outcome"] == "nothing_can"
    [event] = second["written"]["events"]
    assert (event["event"], event["why"]) == ("shards_removed", "time_over")
    assert second["written"]["presence"] == "removed"
    assert second["written"]["superseded_by"] == "c"
    assert third["written"]["events"] == []
    name = third["written"]["shard"]
    output.ledger.append("shard_purged", "c", output.now, {"shards": [{"name": name}]})
    assert run("audit", "explain", "f1", "--out", out) == 0
    told = capsys.readouterr().out
    assert "shard_purged at" in told
    assert "            removed, replaced by run c\n            shards_removed at" in told
    assert f", event {event['seq']} (time_over)\n" in told
    # All keep the shard of c: of that run the same file is there.
    output.publish(
        "d",
        [Row("f1"), Row("f2", account_id="beta", part=1)],
        superseded=["a", "b", "c"],
        texts_of="c",
    )
    assert run("audit", "explain", "f1", "--out", out) == 0
    of_c = capsys.readouterr().out.split("run c, as of")[1].split("run d, as of")[0]
    assert "            present: the newest run has kept this shard\n" in of_c
    assert run("audit", "explain", "f3", "--out", out) == 0
    assert "opted_out: false (it was true)" in capsys.readouterr().out
    assert run("audit", "explain", "no such", "--out", out) == 0
    assert "No run that has a record has seen" in capsys.readouterr().out


NOTHING: dict[str, Any] = dict.fromkeys(FACTS)
UNREAD_ROW = "The row of the file in the manifest cannot be read, or names no file."


@pytest.mark.parametrize(
    ("row", "said", "not_said"),
    [
        pytest.param(
            Row("f", "quarantined", ("malformed",), account_id=None, facts=NOTHING),
            [
                "account   (unknown)",
                "facts     none: the row of the file in the manifest could not be read",
                f"because   malformed: {UNREAD_ROW}",
                "eligible  not known: no rule was asked",
            ],
            ["eligible  yes", "transcript"],
            id="nothing is known",
        ),
        pytest.param(
            Row("f", "quarantined", ("malformed",), facts={"region": "eu", "opted_out": True}),
            ["opted_out = true", UNREAD_ROW, "eligible  not known: no rule was asked"],
            ["eligible  yes", "transcript"],
            id="a row that names no file, with facts that no rule was asked about",
        ),
        pytest.param(
            quarantined("f", "malformed", "DecodeError"),
            [
                "facts     product = async, region = us,",
                "detail    DecodeError",
                "eligible  yes, no rule denies it; it is held back for the reason above",
            ],
            [UNREAD_ROW, "not known"],
            id="a transcript that cannot be read",
        ),
        pytest.param(
            Row("f", "quarantined", ("duplicate_file_id",)),
            ["duplicate_file_id: ", "eligible  yes, no rule denies it; it is held back"],
            [UNREAD_ROW],
            id="a row that is there twice",
        ),
        pytest.param(
            excluded("f", "opted_out", opted_out=True),
            ["opted_out: false (it was true)"],
            ["eligible  yes", "True", "False"],
            id="known, and excluded",
        ),
        pytest.param(
            excluded("f", "unknown_account", "unknown_region", **NOTHING),
            [
                "facts     none is known",
                "unknown_region: The fact region is not known: it is missing, cannot be read, or "
                "is none of the values that the policy reads.",
                "The manifest must give a value of region that can be read.",
                "training_permitted: true (it was not known)",
            ],
            ["eligible  yes"],
            id="nothing is known, and excluded",
        ),
        pytest.param(
            excluded("f", "unknown_opted_out", opted_out=None, opted_out_at=START),
            [
                "it is missing or cannot be read, or is no, though opted_out_at is 2026-03-01",
                "The registry must give a value of opted_out that can be read.",
            ],
            ["manifest must"],
            id="a flag that its date contradicts",
        ),
        pytest.param(
            excluded("f", "unknown_expires_at"),
            ["something is there that cannot be read", "that can be read, or none."],
            ["it is missing"],
            id="a fact that need not be there",
        ),
        pytest.param(
            excluded("f", "gateway_provider_not_opted_out", gateway_provider="x"),
            [
                "the policy must name it",
                "eligible  not under this policy, whatever else were so: gateway_provider",
            ],
            ["nothing can make it so"],
            id="what another policy could allow",
        ),
        pytest.param(
            Row("f"), ["WRITTEN", "present"], ["eligible", "because"], id="known, and written"
        ),
    ],
)
@pytest.mark.parametrize("rehearsal", [False, True])
def test_explain_says_what_is_known_and_no_more(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    row: Row,
    said: list[str],
    not_said: list[str],
    rehearsal: bool,
) -> None:
    output = Output(tmp_path / "out")
    output.publish("r", [row], record={"rehearsal": rehearsal})
    assert run("audit", "explain", "f", "--out", output.out) == 0
    told = capsys.readouterr().out
    assert f"\n{'rehearsal' if rehearsal else 'run'} r, as of " in told
    assert [words for words in said if words not in told] == []
    # What is there of a manifest that could not be read is no word about a transcript.
    assert [words for words in not_said if words in told.replace("audit list", "")] == []


def test_tables_fit_eighty_columns(out: Path) -> None:
    code = (
        "import sys\n"
        "from clearshard.cli.entry import _exit_code\n"
        "for question in (('summary', '--run', 'all'), ('list',), ('diff', 'a', 'c')):\n"
        "    assert _exit_code(['audit', *question, '--out', sys.argv[1]]) == 0\n"
        "    print('and', flush=True)\n"
    )
    # Where there is no terminal at all.
    command = [sys.executable, "-c", code, str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answers = done.stdout.split("and\n")
    assert all(answers[:3])
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_reader_that_has_seen_enough_is_no_defect(out: Path) -> None:
    command = f"{sys.executable} -m clearshard audit list --out '{out}' --format csv | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_verify_pins_the_key_and_the_head(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLEARSHARD_SIGNING_KEY", raising=False)
    out = made(tmp_path / "out", ["f1"]).out

    def verified(*arguments: object) -> tuple[int, str]:
        code = run("audit", "verify", *arguments)
        return code, capsys.readouterr().out

    code, told = verified("--out", out)
    assert code == 0
    assert f"signed by {SIGNER.public_key}; compare it" in told
    code, told = verified("--out", out, "--key", SIGNER.public_key)
    assert code == 0
    assert f"signed by {SIGNER.public_key}\n" in told
    code, told = verified("--out", out, "--key", OTHER.public_key)
    assert code == 5
    assert "somebody else wrote this line" in told
    code, told = verified("--out", out, "--head", "0" * 64)
    assert code == 5
    assert "was kept elsewhere" in told
    for option in ("--key", "--head"):
        assert verified("--out", out, option, "no hash")[0] == 2

    # With a configuration its key is asked for; a machine that has none trusts the first signer.
    config = tmp_path / "job.toml"
    config.write_text('[sources]\nmanifest = ""\nregistry = ""\ntranscripts = ""\n')
    key = tmp_path / "clearshard-signing.key"
    assert verified("--config", config, "--out", out)[0] == 0
    key.touch(mode=0o600)
    for secret, expected in ((SECRET, 0), (OTHER_SECRET, 5)):
        key.write_text(secret.hex())
        assert verified("--config", config, "--out", out)[0] == expected
    assert verified("--config", config, "--out", out, "--key", SIGNER.public_key)[0] == 0
    key.write_text("no key")
    assert verified("--config", config, "--out", out)[0] == 2


def test_report_of_an_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(tmp_path / "out")
    output.publish("run-1")
    path = tmp_path / "acme.html"
    asked = ("audit", "report", "--out", output.out, "--account", "acme", "--output", path)
    assert run(*asked, "--head", "0" * 64) == 2
    assert not path.exists()
    capsys.readouterr()
    assert run(*asked) == 0
    told = capsys.readouterr().out
    assert "files of acme: 3 excluded, 1 quarantined, 3 written" in told
    assert path.stat().st_mode & 0o777 == 0o600
    assert run(*asked) == 2  # it is there
    path.unlink()
    assert run(*asked, "--json") == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["now"] == {"excluded": 3, "quarantined": 1, "written": 3}
    assert {file["file_id"] for file in said["files"]} == {f"f{n}" for n in range(1, 8)}


def test_report_is_written_and_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = made(tmp_path / "out", ["f1"])
    path = tmp_path / "report.html"
    path.write_text("older")
    assert run("audit", "report", "--out", output.out, "--output", path) == 2
    assert path.read_text() == "older"
    path.unlink()
    assert run("audit", "report", "--out", output.out, "--output", path, "--json") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["report"], told["sound"], told["faults"]) == (str(path), True, 0)
    assert path.read_text().startswith("<!doctype html>")
    assert path.stat().st_mode & 0o777 == 0o600
    output.shard_paths("b")[0].unlink()
    path.unlink()
    assert run("audit", "report", "--out", output.out, "--output", path) == 5
    assert "Not as recorded" in path.read_text()
    missing = tmp_path / "absent" / "report.html"
    assert run("audit", "report", "--out", output.out, "--output", missing) == 2


def test_quarantined_files_are_listed_with_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = Output(tmp_path / "out")
    output.publish("a", [Row("f1"), quarantined("f2", "malformed", "timing: words[8]")])
    assert run("audit", "list", "--out", output.out, "--state", "quarantined") == 0
    assert "timing: words[8]" in capsys.readouterr().out
    assert run("audit", "list", "--out", output.out) == 0
    assert "detail" not in capsys.readouterr().out
