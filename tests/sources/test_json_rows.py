"""Rows of JSON lines: bad ones are marked, none is lost, and no line holds two."""

from pathlib import Path

import pytest

from clearshard.eligibility.accounts import index_accounts
from clearshard.sources import streams
from clearshard.sources.registry import FileRegistry

from .tables import ACCOUNTS, FILES, failure_of, fine, jsonl, malformed, rows_of


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        (b"{bad\n", [None]),
        (b"[1]\n", [None]),
        (b"null\n", [None]),
        (b'{"file_id": 1.5}\n', [None]),
        (b'{"file_id": {"x": 1}}\n', [None]),
        (b'{"file_id": "\xff"}\n', [None]),
        (rb'{"file_id": "\ud800"}' + b"\n", [None]),
        (b'{"file_id": ' + b"[" * 100_000 + b"\n", [None]),
        (b'{"file_id": "x", "other": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", ["x"]),
        (b'{"file_id": "x", "region": "us"\n', ["x"]),
        (b'{"file_id": "x", "region": "eu", "region": "us"}\n', ["x"]),
        (rb'{"file_id": "x", "re\u0067ion": "us"}' + b"\n", ["x"]),
        (b'{"file_id": "x", "file_id": "y"}\n', [None]),
        (rb'{"file_id": "x", "file\u005fid": "y"}' + b"\n", [None]),
        (rb'{"file_id": "x", "region": "eu", "\u0072egion": "us"}' + b"\n", ["x"]),
        (b'{"file_id": "x", "cost": NaN, "note": "a\\n"}\n', ["x"]),
        (b'{"file_id": "x", "cost": -Infinity}\n', ["x"]),
        (b'{"file_id": "x"}, \n', ["x"]),
        (b'[{"file_id": "x"}]\n', ["x"]),
        (b'[{"file_id": "x"}, {"file_id": "y"}]\n', [None]),
        (b'{"job": {"file_id": "j"}, "region": "us"\n', [None]),
        (rb'{"region": "us", "file_id"": "x\u200by", "a": 1}' + b"\n", ["x\u200by"]),
        (b'{"region": "us", "file_id": ""x", "a": 1}\n', ["x"]),
        (b'{"region": "us", ""file_id": "x", "old_file_id": "y", "a": 1}\n', [None]),
        (b'{"job": {"file_id": "j"}, "file_id": "x", "region": NaN}\n', ["x"]),
        (b'{"note": "\\"file_id\\": \\"j\\"", "file_id": "x", \n', ["x"]),
        (b'{"note": "\\"file_id\\": \\"j\\"", "fi\n', [None]),
        (b'{"file_id": "x", "re": ["\\u000a", ": y"]\n', ["x"]),
        (b'{"file_id": "x\n', [None]),
        (b'{"file_id": 7, "file": "x"\n', [None]),
        (b'{"file_id": ' + b"9" * 5000 + b"}\n", [None]),
        (b'{"file_id": ' + b"9" * 1200 + b"}\n", [None]),
        (b'{"file_id": "' + b"x" * 5_000_000 + b'"}\n', [None]),
        (b'\xef\xbb\xbf{"file_id": "x"}\n', ["x"]),
    ],
)
def test_a_bad_line_is_marked_and_never_lost(
    tmp_path: Path, line: bytes, keys: list[str | None]
) -> None:
    path = tmp_path / "files.jsonl"
    path.write_bytes(jsonl(FILES[:1]) + line + jsonl(FILES[1:2]))
    rows = rows_of(path)
    assert malformed(rows) == keys
    assert fine(rows) == ["call-0", "call-1"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"file_id": "x"}{"file_id": "y"}',
        b'{"file_id": "x"}, {"file_id": "y"}',
        b'{"file_id": "x"} {bad',
        b'{"file_id": "x"}\r{"file_id": "y"}\r{"file_id": "z"}\r',
        b'{bad\r{"file_id": "y"}',
    ],
)
def test_a_line_that_holds_several_rows_is_an_error(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "files.jsonl"
    path.write_bytes(jsonl(FILES[:1]) + line + b"\n")
    assert "more than one row" in failure_of(path)


def test_a_broken_registry_row_does_not_leave_its_account_to_an_older_row(tmp_path: Path) -> None:
    path = tmp_path / "accounts.jsonl"
    broken = jsonl([{**ACCOUNTS[0], "opted_out": True}]).rstrip().removesuffix(b"}") + b"\n"
    path.write_bytes(jsonl([ACCOUNTS[0]]) + broken)
    assert index_accounts(FileRegistry(path).read().table).conflicting.tolist() == [True]


def test_a_line_that_never_ends_is_not_kept() -> None:
    chunks = (b"x" * 1000 for _ in range(1000))
    assert list(streams.lines(chunks, 5_000)) == [None]
    mixed = [b"ab", b"c\n", b"defgh", b"ijk\nlm", b"\n\n", b"n"]
    assert list(streams.lines(mixed, 5)) == [b"abc", None, b"lm", b"", b"n"]
