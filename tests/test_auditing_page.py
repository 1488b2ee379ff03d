"""Every answer in docs/auditing.md is what the command prints on the demonstration."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearshard.cli.entry import _exit_code
from clearshard.config import default_policy_text

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "auditing.md"
#: What differs from one demonstration to the next.
CHANGING = (
    (r"Z-[0-9a-f]{8}\b", "Z-<run>"),
    (r"\b[0-9a-f]{64}\b", "<digest>"),
    (r"\b[0-9a-f]{32}\b", "<key>"),
    (r"-[0-9a-f]{16}\.parquet", "-<digest>.parquet"),
    (r"[0-9T:-]{19}\.[0-9]{1,6}Z", "<now>"),
    (r"(?m)^(ran by +).*", r"\1<somebody> on <host>"),
)


def blocks() -> list[tuple[str, str]]:
    """Each command of the page, and its answer."""
    found = re.findall(
        r"^```console\n\$ (.*)\n((?:.*\n)*?)```$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    assert len(found) >= 9
    return found


def plain(text: str) -> list[str]:
    for pattern, instead in CHANGING:
        text = re.sub(pattern, instead, text)
    return [line.rstrip() for line in text.splitlines()]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the configuration of the demonstration, run twice."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "configs").mkdir()
    (folder / "data").symlink_to(ROOT / "data")
    (folder / "build").mkdir()
    (folder / "configs" / "demo.toml").write_text((ROOT / "configs" / "demo.toml").read_text())
    opted_out = "[providers.openai]\ntraining_opted_out = "
    policy = default_policy_text().replace(f"{opted_out}true", f"{opted_out}false")
    (folder / "next-policy.toml").write_text(policy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        patch.chdir(folder)
        for day in (22, 26):
            moment = ("--as-of", f"2026-11-{day}T12:00:00Z", "--replay")
            command = ("run", "--config", "configs/demo.toml", "--quiet", *moment)
            assert _exit_code(list(command)) == 0
        yield folder


def answer(demo: Path, command: str, capsys: pytest.CaptureFixture[str]) -> str:
    runs = {p.name[:16]: p.stem for p in (demo / "build" / "demo" / "runs").glob("*.json")}
    name, *arguments = shlex.split(command)
    assert name == "clearshard"
    if "--config" not in arguments:
        arguments += ["--config", "configs/demo.toml"]
    arguments = [runs.get(a[:16], a) if re.fullmatch(r"\d{8}T.*", a) else a for a in arguments]
    capsys.readouterr()
    assert _exit_code(arguments) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(("command", "said"), blocks(), ids=[c for c, _ in blocks()])
def test_the_page_says_what_the_command_prints(
    demo: Path, command: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plain(answer(demo, command, capsys)) == plain(said)


def test_the_page_names_every_verb() -> None:
    commands = {" ".join(command.split()[1:3]) for command, _ in blocks()}
    for verb in ("summary", "list", "explain", "diff", "query", "verify", "report", "bundle"):
        assert f"audit {verb}" in commands


def test_eligible_is_said_of_no_file_whose_row_could_not_be_read(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (ROOT / "data" / "samples" / "files.csv").read_text("utf-8").splitlines()
    cut = {line.split(",")[0] for line in rows if line.count(",") < 5}
    assert "call-0012" in cut  # README asks about it
    out = json.loads(answer(demo, "clearshard audit list --limit 999 --json", capsys))
    files = [row for row in out["rows"] if row["state"] == "quarantined"]
    assert len(files) > len(cut)
    for row in files:
        explained = answer(demo, f"clearshard audit explain '{row['file_id']}'", capsys)
        unread = row["file_id"] in cut or not row["file_id"]
        assert ("eligible  not known" in explained) is unread, row["file_id"]
        assert ("eligible  yes" in explained) is not unread, row["file_id"]
