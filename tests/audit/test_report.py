"""The HTML report: says what is on record, holds everything itself, and no id can do harm in it."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.account import account_report
from clearshard.audit.report.charts import MOST_REASONS, MOST_RUNS, OTHERS, reasons_over_time
from clearshard.audit.report.facts import collect
from clearshard.audit.report.page import Kept, account_page, page
from clearshard.audit.verify import Known
from clearshard.config import default_policy_text
from clearshard.errors import OutputUnusable

from .building import ROWS, TEXT, Output, Row, excluded, quarantined
from .signers import OTHER, SIGNER

MADE_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=HYPERLINK(1)",
    "{{ 7 * 7 }}",
    "\u202egnp.exe",
    "a\x1b[31mred\x00\n\tb",
    "x" * 5000,
    "'; DROP TABLE decisions; --",
    "</style></script><svg onload=alert(1)>",
    " ",
)


class Page(HTMLParser):
    """What a page is made of: tags, attributes, and the text that is read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag in ("style", "script"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()
        if tag in ("td", "th", "dt", "dd", "p"):
            self.text += " "

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.text += data


def made(out: Path, rows: int = 100, kept: Kept | None = None) -> str:
    return page(collect(out, rows, Known()), MADE_AT, "9.9", kept)


def words(html: str) -> str:
    return " ".join(Page(html).text.split())


def test_says_what_became_of_the_files(output: Output) -> None:
    output.publish(
        "r1",
        record={
            "redactions": {"PERSON": 30, "PHONE_NUMBER": 5},
            "word_count": 2000,
            "alerts": {"zero_retention_breach": 2},
            "taken_out": 1,
        },
    )
    text = words(made(output.out))
    assert "seen 7 100.0 %" in text
    assert "eligible: no rule excludes them 4 57.1 %" in text
    assert "written to shards 3 42.9 %" in text
    assert "excluded by the policy 3" in text
    assert "baa_executed 1 No file of an account under a Business Associate Addendum." in text
    assert "PERSON 30 15.00" in text
    assert "PHONE_NUMBER 5 2.50" in text
    assert "detector_failed RecursionError 1" in text
    assert "zero_retention_breach: 2 file(s)" in text
    assert "1 file(s) were redacted and then taken out again" in text
    assert "Verified. Everything in the folder is what was recorded" in text
    assert "acme 7 4 3 3 1" in text
    assert "eu 1 0 0 1 0" in text
    assert "f7 acme quarantined detector_failed RecursionError async us" in text
    assert "All 1 run(s) on record had this policy." in text
    assert "Made by clearshard 9.9" in text


def test_texts_of_a_policy_turn_nothing_around(output: Output) -> None:
    policy = default_policy_text().replace("Business Associate Addendum.", "\u202eAddendum.")
    output.publish("r1", record={"policy_toml": policy})
    html = made(output.out)
    assert "\u202e" not in html
    assert "\\u202eAddendum." in html


def test_nothing_written_is_listed_by_name(output: Output) -> None:
    output.publish("r1")
    listed = words(made(output.out)).split("Files that are not in the shards")[1]
    assert [name for name in ("f1", "f2", "f3", "f4", "f5", "f6", "f7") if name in listed] == [
        "f4",
        "f5",
        "f6",
        "f7",
    ]


def test_a_long_list_is_cut_and_says_so(output: Output) -> None:
    rows = [*ROWS, *(excluded(f"x{n}", "opted_out", opted_out=True) for n in range(50))]
    output.publish("r1", rows)
    text = words(made(output.out, rows=10))
    assert "10 of 54, quarantined ones first." in text
    assert "clearshard audit list gives the other 44" in text
    assert "f7" in text
    assert "x49" not in text


def test_history_and_changes_of_the_policy(output: Output) -> None:
    changed = default_policy_text().replace("Business Associate Addendum.", "BAA, whatever.")
    output.publish("r1")
    output.publish("r2", superseded=["r1"])
    output.remove_shards("r1")
    output.publish(
        "r3",
        superseded=["r2"],
        record={"policy_toml": changed, "policy_digest": "q" * 64},
        rows=[Row("f1", policy_digest="q" * 64)],
    )
    output.remove_shards("r2")
    html = made(output.out)
    text = words(html)
    history = text.split("Run by run")[1].split("Accounts, regions")[0]
    assert history.index("r3") < history.index("r2") < history.index("r1")
    assert history.count("replaced") == 2
    assert history.count("in force") == 1
    assert "aaaaaaaaaaaa became qqqqqqqqqqqq with run r3" in text
    assert "+ description = &#34;No file of an account under a BAA, whatever.&#34;" in html
    assert '<span class="gone">- description' in html


def test_a_broken_folder_is_called_so(output: Output) -> None:
    output.publish("r1")
    path = output.shard_paths("r1")[0]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    html = made(output.out)
    text = words(html)
    assert "Not as recorded. 1 fault(s), the first at shards/2026-01/part-" in text
    assert "Verified." not in text
    assert 'role="alert"' in html


def test_it_says_whose_signature_was_asked_for(output: Output) -> None:
    output.publish("r1")
    assert "No key was named beforehand" in words(made(output.out))
    for key, verdict in ((SIGNER.public_key, "Verified."), (OTHER.public_key, "Not as recorded.")):
        facts = collect(output.out, 10, Known(public_key=key))
        text = words(page(facts, MADE_AT, "9.9"))
        assert verdict in text
        assert f"Signed by key: {SIGNER.public_key}; expected was {key}." in text


def test_of_very_many_faults_the_first_are_listed(output: Output) -> None:
    output.publish("r1")
    for number in range(600):
        (output.out / "shards" / "2026-01" / f"stranger-{number}").write_bytes(b"")
    html = made(output.out)
    assert html.count("stranger-") < 510
    assert "These are the first 500" in words(html)


def test_no_run_no_report(tmp_path: Path) -> None:
    with pytest.raises(OutputUnusable):
        collect(tmp_path, 10, Known())


def test_nothing_comes_from_elsewhere(output: Output) -> None:
    output.publish("r1")
    html = made(output.out)
    parsed = Page(html)
    names = {name for name, _ in parsed.attributes}
    assert not names & {"src", "srcset", "style", "action", "onclick", "onload", "onerror"}
    links = [value for name, value in parsed.attributes if name in ("href", "xlink:href")]
    assert links
    assert all(link is not None and link.startswith("#") for link in links)
    assert not {"img", "iframe", "link", "object", "embed", "base", "form"} & set(parsed.tags)
    assert "url(" not in html
    assert "@import" not in html
    assert "http:" not in html.replace("http-equiv", "")
    assert "default-src 'none'" in html
    assert parsed.tags.count("script") == parsed.tags.count("style") == 1


def test_no_content_of_a_shard_is_in_it(output: Output) -> None:
    output.publish("r1")
    assert "SECRET" not in made(output.out)


def test_ids_that_mean_harm_are_text(output: Output) -> None:
    rows = [
        *(Row(name, "excluded", ("opted_out",), account_id=name) for name in HOSTILE),
        *(quarantined(f"q{name}", name, name) for name in HOSTILE if name.strip()),
    ]
    output.publish("r1", rows)
    html = made(output.out)
    parsed = Page(html)
    assert parsed.tags.count("script") == 1
    assert parsed.tags.count("svg") == html.count("<svg class=") + html.count("<svg viewBox=")
    assert not {"img"} & set(parsed.tags)
    assert not any(name.startswith("on") for name, _ in parsed.attributes)
    assert "<script>alert(1)</script>" in parsed.text
    assert "{{ 7 * 7 }}" in parsed.text
    assert "(blank, 1 characters)" in parsed.text
    # Marks that turn the line around and control characters are spelled out.
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f]", html)
    assert r"\u202egnp.exe" in parsed.text


def deleted(output: Output) -> None:
    """What a purge, a run that lost files, two sweeps and a confirmation tell the ledger."""
    told: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("tombstones_placed", "purge-1", {"count": {"accounts": 1, "files": 2}}),
        ("purge_receipt", "purge-1", {"of": "account", "files": 7, "shards_removed": 3}),
        ("purge_receipt", "run-2", {"of": "run", "files": 1234, "shards_removed": 1}),
        ("tombstone_lifted", "purge-1", {"kind": "file", "id": "f"}),
        ("export_recorded", "run-1", {"name": "asr"}),
        ("retention_swept", "sweep-1", {"deleted": {"final-transcript-ttl": 40, "gone-clause": 2}}),
        ("retention_swept", "sweep-2", {"deleted": {"final-transcript-ttl": 2}}),
        ("retention_confirmed", "asked-1", {}),
    )
    for event, run_id, data in told:
        output.ledger.append(event, run_id, output.tick(), data)


def test_it_tells_what_was_deleted_and_by_which_clause(output: Output) -> None:
    output.publish("run-1")
    assert "Nothing has left the shards." in words(made(output.out))
    assert "Nobody has asked the transcript API yet" in words(made(output.out))
    deleted(output)
    page_ = words(made(output.out))
    assert "purge-1 2026-03-01 12:" in page_
    assert "account 7 3" in page_
    assert "run 1,234 1" in page_
    assert page_.index("run-2 2026") < page_.index("purge-1 2026")
    assert "1 account(s) and 2 file(s) , of which 1 were let in again" in page_.replace(
        "s),", "s) ,"
    )
    assert "1 export(s) into training sets" in page_
    assert "final-transcript-ttl 42 Deletion process begins in AWS at TTL expiration" in page_
    assert "gone-clause 2" in page_
    assert "uploaded-audio-neither" not in page_
    assert "name it with --inventory" in page_
    assert "Asked 1 time(s) whether it is gone" in page_


def test_it_tells_what_is_due_of_an_inventory(output: Output) -> None:
    output.publish("run-1")
    deleted(output)
    states = {"breach": 5, "overdue": 0, "due": 6, "unknown": 0, "not_due": 7, "indefinite": 0}
    clauses = {
        "uploaded-audio-neither": {"breach": 5, "due": 6},
        "final-transcript-ttl": {"not_due": 7},
    }
    page_ = words(made(output.out, kept=Kept("2026-03-02T00:00:00Z", 18, states, clauses)))
    assert (
        "18 artefact(s) as of 2026-03-02T00:00:00Z : 5 breach, 6 due, 7 not due"
        in page_.replace("Z:", "Z :")
    )
    assert "uploaded-audio-neither 0 5 0 6 0 Deletion process begins at 24 hours" in page_
    assert "final-transcript-ttl 42 0 0 0 0 Deletion process begins in AWS" in page_


def test_an_event_that_cannot_be_read_is_no_deletion(output: Output) -> None:
    output.publish("run-1")
    for event in ("tombstones_placed", "purge_receipt", "retention_swept"):
        data = {"count": [1], "deleted": "x", "files": "many", "of": None}
        output.ledger.append(event, "odd", output.tick(), data)
    page_ = words(made(output.out))
    assert "None 0 0" in page_
    assert "Nothing was swept." in page_


def of_account(out: Path, account_id: str) -> str:
    return account_page(account_report(out, account_id), None, "0")


def test_the_page_of_an_account_tells_of_its_files_alone(output: Output) -> None:
    rows = (Row("mine"), excluded("denied", "eu_server", region="eu"), Row("x", account_id="other"))
    output.publish("run-1", rows)
    output.publish("run-2", (rows[1],), superseded=["run-1"])
    html = of_account(output.out, "acme")
    page = words(html)
    assert "What was decided and done with the files of acme" in page
    assert "mine run run-1" in page
    assert "not in the manifest since" in page
    assert f"{Row('mine').key}" in page
    assert "denied runs run-1 to run-2" in page
    assert "No file that went through the European servers." in page
    assert "1 file(s) were in the shards once" in page
    assert "other" not in page.replace("each other", "")
    assert TEXT not in html
    assert "No run has seen a file of this account" in words(of_account(output.out, "nobody"))


def test_the_page_of_an_account_says_what_is_of_another_one_now(output: Output) -> None:
    output.publish("run-1", (Row("moved"), Row("mine")))
    moved = (Row("moved", account_id="somebody-else"), Row("mine"))
    output.publish("run-2", moved, superseded=["run-1"])
    html = of_account(output.out, "acme")
    page = words(html)
    assert "Now of another account 1" in page
    assert "now of_another_account not told" in page
    assert "were in the shards once" not in page
    assert "not in the manifest since" not in page
    assert "while it was of another account, or of none, only whether" in page
    assert "somebody-else" not in html


def test_nor_does_that_of_an_account_take_an_id_for_markup(output: Output) -> None:
    hostile = '<script>alert("x")</script>\u202e'
    output.publish("run-1", (Row(hostile, account_id=hostile), Row("  ", account_id=hostile)))
    html = of_account(output.out, hostile)
    assert "<script>alert" not in html
    assert "\u202e" not in html
    assert "(blank, 2 characters)" in html


def test_it_can_be_read_by_everybody(output: Output) -> None:
    output.publish("r1")
    html = made(output.out)
    parsed = Page(html)
    assert '<html lang="en">' in html
    assert html.count("<h1") == 1
    assert parsed.tags.count("th") == html.count('scope="col"') + html.count('scope="row"')
    assert '<label for="q">' in html
    ids = [value for name, value in parsed.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {str(v)[1:] for name, v in parsed.attributes if name == "href"}
    assert targets <= set(ids)
    # Drawings stand beside tables that say the same.
    assert html.count("<svg") == html.count('aria-hidden="true"')


def test_reasons_over_time() -> None:
    many = {f"r{n}": 100 - n for n in range(MOST_REASONS + 3)}
    chart = reasons_over_time([("01-01", many), ("01-02", {"r0": 5, "zzz": 1})])
    assert chart.names == (*(f"r{n}" for n in range(MOST_REASONS)), OTHERS)
    assert chart.svg.count("<rect") == MOST_REASONS + 1 + 2
    heights = [float(h) for h in re.findall(r'<rect class="c0"[^>]* height="([0-9.]+)"', chart.svg)]
    assert heights[0] / heights[1] == pytest.approx(100 / 5, rel=0.01)


def test_a_chart_of_many_runs_or_none() -> None:
    runs = [(f"d{n}", {"a": 1}) for n in range(MOST_RUNS + 5)]
    drawn = reasons_over_time(runs).svg
    assert drawn.count("<rect") == MOST_RUNS
    assert ">d0<" not in drawn
    assert reasons_over_time([]).svg.count("<rect") == 0
    assert "&lt;b&gt;" in reasons_over_time([("<b>", {"a": 1})]).svg


@pytest.mark.parametrize("tag", ["style", "script"])
def test_the_page_names_its_own_style_and_script_and_no_other(output: Output, tag: str) -> None:
    output.publish("r1")
    html = made(output.out)
    (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert f"{tag}-src 'sha256-{digest}'" in policy.replace("&#39;", "'").split("; ")


def labels(days: list[str]) -> list[str]:
    svg = str(reasons_over_time([(day, {"opted_out": 1}) for day in days]).svg)
    return re.findall(r'text-anchor="middle">([^<]*)<', svg)


def test_each_day_is_named_once_below_the_chart() -> None:
    assert labels(["11-20"] * 5 + ["11-21"] * 3 + ["11-22"]) == ["11-20", "11-21", "11-22"]
    assert labels(["11-20"] * 60) == ["11-20"]
    assert labels([]) == []
    many = labels([f"{number:02d}" for number in range(MOST_RUNS)])
    assert len(many) == 10
    # A day that begins too close to the one before is named as soon as there is room.
    assert labels(["01"] * 19 + ["02"] * 2 + ["03"] * 19) == ["01", "02", "03"]
    assert labels(["a"] + ["b"] * 29) == ["a", "b"]


CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
#: `.ci/run` installs it, and there a missing browser is a failure.
in_browser = pytest.mark.skipif(
    CHROMIUM is None and "CI" not in os.environ, reason="needs Chromium: apt-get install chromium"
)


def browse(path: Path, *arguments: str, fragment: str = "") -> str:
    """What headless Chromium makes of the page."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            f"--user-data-dir={path.parent / 'profile'}",
            *arguments,
            path.as_uri() + fragment,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


@pytest.fixture
def saved(output: Output, tmp_path: Path) -> Path:
    rows = [*ROWS, *(Row(name, "excluded", ("opted_out",), account_id=name) for name in HOSTILE)]
    output.publish("r1", rows)
    path = tmp_path / "report.html"
    path.write_text(made(output.out), encoding="utf-8")
    return path


@in_browser
def test_the_browser_runs_our_script_and_no_other(saved: Path) -> None:
    plain = browse(saved, "--dump-dom")
    # Ours shows the search field; had one of the ids run, the page would be another.
    assert '<p class="search">' in plain
    assert "<tr hidden" not in plain
    assert Page(plain).tags.count("script") == 1
    found = browse(saved, "--dump-dom", fragment="#q=f5%20EU_server")
    assert "1 of " in found
    assert found.count('<tr hidden=""') == len(HOSTILE) + 3


@in_browser
def test_the_browser_refuses_what_is_not_of_the_page(saved: Path) -> None:
    # The same page with a script slipped in: the policy in its head names ours by its hash.
    html = saved.read_text(encoding="utf-8").replace(
        "<footer>", "<script>document.title = 'taken over'</script><footer>"
    )
    changed = saved.with_name("changed.html")
    changed.write_text(html, encoding="utf-8")
    assert "<title>taken over" not in browse(changed, "--dump-dom")


@in_browser
def test_it_is_complete_without_its_script(saved: Path) -> None:
    html = re.sub(r"<script>.*?</script>", "", saved.read_text(encoding="utf-8"), flags=re.S)
    saved.write_text(html, encoding="utf-8")
    dom = browse(saved, "--dump-dom")
    assert '<p class="search" hidden="">' in dom
    assert "<tr hidden" not in dom
    assert "f5" in words(dom)


@in_browser
def test_the_browser_draws_and_prints_it(saved: Path, tmp_path: Path) -> None:
    def picture(name: str, *arguments: str) -> bytes:
        path = tmp_path / name
        browse(saved, f"--screenshot={path}", "--window-size=900,1200", *arguments)
        return path.read_bytes()

    light = picture("light.png", "--blink-settings=preferredColorScheme=1")
    dark = picture("dark.png", "--blink-settings=preferredColorScheme=0")
    assert light.startswith(b"\x89PNG")
    assert len(light) > 20_000
    assert light != dark
    paper = tmp_path / "report.pdf"
    browse(saved, f"--print-to-pdf={paper}")
    assert paper.read_bytes().startswith(b"%PDF")


@in_browser
@pytest.mark.parametrize("width", [500, 900])
def test_nothing_is_cut_off_on_a_narrow_screen(output: Output, tmp_path: Path, width: int) -> None:
    several = ("gateway_provider_not_opted_out", "conflicting_registry_rows")
    rows = [Row("f" * 36, account_id="a" * 36), excluded("e" * 36, *several)]
    rows += [quarantined("q" * 36, "malformed", "ValidationError: words[3].start (expected int)")]
    names: list[str] = []
    for number in range(3):
        name = f"2026112{number}T120000Z-d0dd0d61"
        output.publish(name, rows, superseded=names, record={"redactions": {"PERSON": 3}})
        names.append(name)
    # The page forbids scripts of others; a copy that does not is measured.
    html = re.sub(r"<meta http-equiv[^>]*>", "", made(output.out))
    measure = """<script>
      const looked = "section, table, tbody th, td:not(.wide), figure, svg.chart";
      const wide = [...document.querySelectorAll(looked)]
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
        .concat([...document.querySelectorAll("section")]
          .filter(e => e.scrollWidth > e.clientWidth))
        .map(e => e.tagName + ": " + e.textContent.slice(0, 40));
      const run = document.querySelector("#history tbody th code");
      document.title = JSON.stringify({wide, page: document.documentElement.scrollWidth,
        lines: run.getClientRects().length});
    </script>"""
    path = tmp_path / "measured.html"
    path.write_text(html.replace("</body>", f"{measure}</body>"), encoding="utf-8")
    dom = browse(path, "--dump-dom", f"--window-size={width},900")
    (title,) = re.findall(r"<title>(.*?)</title>", dom)
    found = json.loads(title)
    assert found["page"] <= width
    if width == 500:
        assert found["wide"] == []
        assert found["lines"] == 1  # the id of a run is not broken
