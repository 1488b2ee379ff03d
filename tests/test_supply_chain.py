"""What is installed is what is locked and listed, and no secret lies among the files."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearshard.recognizers.models import DIGESTS, STOCK

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "configs" / "lock"
#: Besides, whatever a tool keeps for itself: `.mypy_cache`, `__pycache__`.
_NOT_OURS = frozenset((".git", ".venv", ".hypothesis", "build", "dist", "node_modules", "shared"))
_MOST_BYTES = 1 << 20

#: What a key of somebody is written as, each with its beginning apart, so that this file has none.
_SECRETS = re.compile(
    "|".join(
        (
            "-----BEGIN (?:[A-Z0-9]+ )*PRIVATE" + " KEY-----",
            r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
            r"\bgh[pousr]_[A-Za-z0-9]{36,}",
            r"\bgithub_pat_[A-Za-z0-9_]{40,}",
            r"\bglpat-[A-Za-z0-9_\-]{20,}",
            r"\bxox[abprs]-[A-Za-z0-9\-]{20,}",
            r"\bAIza[0-9A-Za-z_\-]{35}\b",
            r"\bsk-[A-Za-z0-9_\-]{32,}",
            r"\bsk_live_[A-Za-z0-9]{16,}",
            r"\bhf_[A-Za-z]{30,}",
            r"\bpypi-[A-Za-z0-9_\-]{60,}",
            r"\beyJ[A-Za-z0-9_\-]{20,}\.eyJ[A-Za-z0-9_\-]{20,}\.",
            r"\b[a-z][a-z0-9+]{2,12}://[^/\s:@\"'<>{}]{1,64}:[^/\s:@\"'<>{}$]{12,64}@",
            r"CLEARSHARD_KEY\W{1,3}[0-9a-fA-F]{64}\b",
        )
    )
)


def _files() -> Iterator[Path]:
    folders = [ROOT]
    while folders:
        for path in folders.pop().iterdir():
            is_cache = path.is_dir() and path.name.strip("_").endswith("cache")
            if path.is_symlink() or path.name in _NOT_OURS or is_cache:
                continue
            if path.is_dir():
                folders.append(path)
            elif path.stat().st_size <= _MOST_BYTES:
                yield path


@pytest.mark.slow
def test_no_secret_lies_among_the_files() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, secret.start()) + 1}"
        for path in _files()
        if (text := path.read_bytes().decode("utf-8", "replace"))
        for secret in _SECRETS.finditer(text)
    ]
    assert found == []


def test_a_secret_would_be_found() -> None:
    for secret in (
        "-----BEGIN EC PRIVATE" + " KEY-----",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "ghp_" + "a1" * 18,
        "postgres://reader:" + "correct-horse-battery@db/x",
        "CLEARSHARD_KEY=" + "0f" * 32,
    ):
        assert _SECRETS.search(f"key = {secret} #")


def test_the_bill_of_materials_lists_what_is_locked() -> None:
    bill = json.loads((LOCKS / "sbom.cdx.json").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["version"] == project["project"]["version"]
    locked = (LOCKS / "runtime.txt").read_text("utf-8")
    parts = [part for part in bill["components"] if part["type"] == "library"]
    assert [(p["name"], p["version"]) for p in parts] == re.findall(
        r"^([\w.\-]+)==([^ ;]+)", locked, re.MULTILINE
    )
    digests = [h["content"] for p in parts for h in p["externalReferences"][0]["hashes"]]
    assert digests == re.findall(r"--hash=sha256:([0-9a-f]{64})", locked)
    models = {p["name"]: p["hashes"][0]["content"] for p in bill["components"] if p not in parts}
    assert models == {name: digest for name, digest in DIGESTS.items() if name != STOCK}
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["sbom-files"] == ["configs/lock/sbom.cdx.json"]
